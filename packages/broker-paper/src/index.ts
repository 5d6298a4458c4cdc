/** `Exchange`: the simulated exchange. */
export * as Exchange from "./Exchange.ts"
/** `ExchangeFile`: how its file can fail. */
export { ExchangeFailed } from "./ExchangeFile.ts"
/** `ExchangeOrder`: its orders, executions and request log, with their JSON. */
export * as ExchangeOrder from "./ExchangeOrder.ts"
/** `Instruction`: what it can be told to do, with its JSON grammar. */
export * as Instruction from "./Instruction.ts"
/** `Listing`: the instruments that an exchange knows. */
export * as Listing from "./Listing.ts"
/** `Matching`: when an order trades, and at which price. */
export * as Matching from "./Matching.ts"
/** `PaperBroker`: the `Broker` of an account on it. */
export * as PaperBroker from "./PaperBroker.ts"
/** `WallClock`: how simulators write times. */
export * as WallClock from "./WallClock.ts"
