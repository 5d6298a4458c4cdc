/** `IbkrBroker`: the broker of one account at TWS or a Gateway. */
export * as IbkrBroker from "./IbkrBroker.ts"
/** `Line`: one connection to TWS, and how connecting can fail. */
export * as Line from "./Line.ts"
/** `BrokerTime`: times as TWS writes them. */
export * as BrokerTime from "./BrokerTime.ts"
/** `Codes`: what each code of TWS means. */
export * as Codes from "./Codes.ts"
/** `ExecId`: what an execution is known by, and its corrections. */
export * as ExecId from "./ExecId.ts"
/** `OrderStatus`: what each of TWS's statuses means. */
export * as OrderStatus from "./OrderStatus.ts"
