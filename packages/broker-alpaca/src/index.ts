/** `AlpacaBroker`: the broker of one account at Alpaca. */
export * as AlpacaBroker from "./AlpacaBroker.ts"
/** `Credentials`: the pair of keys and the address, and which environment an address proves. */
export * as Credentials from "./Credentials.ts"
/** `Execution`: what an execution is known by, and its corrections. */
export * as Execution from "./Execution.ts"
/** `MarketCalendar`: the market's sessions by Alpaca's clock and calendar. */
export * as MarketCalendar from "./MarketCalendar.ts"
/** `OrderRequest`: the body of the request for an order. */
export * as OrderRequest from "./OrderRequest.ts"
/** `OrderStatus`: what each of Alpaca's statuses means. */
export * as OrderStatus from "./OrderStatus.ts"
/** `RefusalCodes`: Alpaca's codes of refusals, and what each is about. */
export * as RefusalCodes from "./RefusalCodes.ts"
/** `SendAnswers`: what each answer to a send means. */
export * as SendAnswers from "./SendAnswers.ts"
