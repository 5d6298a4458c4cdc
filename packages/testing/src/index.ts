/** What every broker promises, as clauses to be run on it. */
export * as BrokerContract from "./BrokerContract.ts"
/** A broker driven through lost answers, failed reads and doubled updates, and what is left of it in the books. */
export * as BrokerStorm from "./BrokerStorm.ts"
/** `AppSimulation`: see that module. */
export * as AppSimulation from "./AppSimulation.ts"
/** A ledger on a memory store, driven by hand. */
export * as Desk from "./Desk.ts"
/** What every store must do for jobs. */
export * as JobContract from "./JobContract.ts"
/** Worked cases of the ledger's rules, replayed on the real ledger. */
export * as LedgerCase from "./LedgerCase.ts"
/** What every store must do about leases. */
export * as LeaseContract from "./LeaseContract.ts"
/** Files that were recorded elsewhere, and what of them is not read. */
export * as Recordings from "./Recordings.ts"
/** What a break of each kind may be about. */
export * as SampleDetails from "./SampleDetails.ts"
/** What accounts ask of brokers, and its sending. */
export * as SampleOrder from "./SampleOrder.ts"
/** A sound row of every table, and writes of them. */
export * as SampleRows from "./SampleRows.ts"
/** Runs programs on a seeded scheduler and a clock that does not tick. */
export * as Simulation from "./Simulation.ts"
/** What every source of trades promises, as clauses to be run on it. */
export * as SourceContract from "./SourceContract.ts"
/** What every store promises, as clauses to be run on it. */
export * as StoreContract from "./StoreContract.ts"
