/** `Accounts`: the accounts that a login opens. */
export * as Accounts from "./Accounts.ts"
/** `Activity`: the orders that the stream tells of. */
export * as Activity from "./Activity.ts"
/** `Certificate`: what proves a server of this machine. */
export * as Certificate from "./Certificate.ts"
/** `Credentials`: the app's keys and the address, and which environment an address proves. */
export * as Credentials from "./Credentials.ts"
/** `Http`: one request and what came of it. */
export * as Http from "./Http.ts"
/** `Listing`: the orders of a window, of one account or of several by one request. */
export * as Listing from "./Listing.ts"
/** `Login`: how a person logs in, and how tokens are given. */
export * as Login from "./Login.ts"
/** `OrderAnswer`: an order as Schwab shows it, and its executions. */
export * as OrderAnswer from "./OrderAnswer.ts"
/** `OrderRequest`: the body of the request for an order. */
export * as OrderRequest from "./OrderRequest.ts"
/** `OrderStatus`: what each of Schwab's statuses means. */
export * as OrderStatus from "./OrderStatus.ts"
/** `SchwabBroker`: the broker of one account at Schwab. */
export * as SchwabBroker from "./SchwabBroker.ts"
/** `RefusalCodes`: what Schwab says of orders that it does not create, and what each refusal is about. */
export * as RefusalCodes from "./RefusalCodes.ts"
/** `SendAnswers`: what each answer to a send means. */
export * as SendAnswers from "./SendAnswers.ts"
/** `Session`: the tokens of one login, refreshed ahead of their end. */
export * as Session from "./Session.ts"
/** `TokenFile`: where a login's tokens stand. */
export * as TokenFile from "./TokenFile.ts"
/** `Transport`: what Schwab is reached with, and whom that trusts. */
export * as Transport from "./Transport.ts"
/** `Wire`: one login at one address, with the limit that all its requests share. */
export * as Wire from "./Wire.ts"
