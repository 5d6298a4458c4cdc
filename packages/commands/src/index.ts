/** `abandoned`: what a dead process was sending, while something waits for it. */
export * as abandoned from "./abandoned.ts"
/** `accountEntry`: the settings of an account as they are written. */
export * as accountEntry from "./accountEntry.ts"
/** `accountNames`: accounts by the names that are given. */
export * as accountNames from "./accountNames.ts"
/** `asking`: a decision, asked of the daemon that drives its account. */
export * as asking from "./asking.ts"
/** `attending`: what is done about a case. */
export * as attending from "./attending.ts"
/** `batchTerms`: terms of a batch over those of a template. */
export * as batchTerms from "./batchTerms.ts"
/** `carryingOut`: a command, carried out once or rehearsed. */
export * as carryingOut from "./carryingOut.ts"
/** `decisionInput`: a decision as it is written. */
export * as decisionInput from "./decisionInput.ts"
/** `leases`: the leases of this process. */
export * as leases from "./leases.ts"
/** `duration`: milliseconds of what is written with a unit. */
export * as duration from "./duration.ts"
/** `faults`: what is wrong with a written value, and where. */
export * as faults from "./faults.ts"
/** `guarding`: a halt in the place of a daemon that is silent. */
export * as guarding from "./guarding.ts"
/** `halts`: a halt, and the end of what works within it. */
export * as halts from "./halts.ts"
/** `instruction`: how an order is to be executed, as it is written. */
export * as instruction from "./instruction.ts"
/** `jobTypes`: work of a daemon that operators ask for. */
export * as jobTypes from "./jobTypes.ts"
/** `limitChange`: other limits of an account, set or rehearsed. */
export * as limitChange from "./limitChange.ts"
/** `lots`: the tax lots that a person identifies for a fill. */
export * as lots from "./lots.ts"
/** `namedSources`: how trades of a source are taken. */
export * as namedSources from "./namedSources.ts"
/** `orderPolicy`: how orders of an account may leave. */
export * as orderPolicy from "./orderPolicy.ts"
/** `PostAddress`: an address where nobody reads along what is posted. */
export * as PostAddress from "./PostAddress.ts"
export type { Services } from "./Services.ts"
/** `tokens`: API tokens, created and revoked. */
export * as tokens from "./tokens.ts"
/** `tradeRequest`: a trade of a request, and what became of it. */
export * as tradeRequest from "./tradeRequest.ts"
/** `verdicts`: what a person says of an order, a break, a trading state. */
export * as verdicts from "./verdicts.ts"
/** `webhooks`: who is posted events, and where the deliveries stand. */
export * as webhooks from "./webhooks.ts"
