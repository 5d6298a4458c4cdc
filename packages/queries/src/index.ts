/** `accounts`: accounts and how they stand. */
export * as accounts from "./accounts.ts"
/** `allocations`: which shares of trades which orders cover. */
export * as allocations from "./allocations.ts"
/** `approvals`: operations that wait, or waited, for a second person. */
export * as approvals from "./approvals.ts"
/** `attempts`: what was sent to brokers, and what they answered. */
export * as attempts from "./attempts.ts"
/** `batches`: batches and their rows. */
export * as batches from "./batches.ts"
/** `batchResults`: what became of a batch, row by row and in sum. */
export * as batchResults from "./batchResults.ts"
/** `breaks`: differences and contradictions, open or closed. */
export * as breaks from "./breaks.ts"
/** `cases`: what needs a person, the gravest first. */
export * as cases from "./cases.ts"
/** `comparisons`: books against broker, symbol by symbol. */
export * as comparisons from "./comparisons.ts"
/** `connections`: connections to brokers. */
export * as connections from "./connections.ts"
/** `controls`: trading states and limits. */
export * as controls from "./controls.ts"
/** `criteria`: filters as they are asked for. */
export * as criteria from "./criteria.ts"
/** `decisionDocument`: a decision and its order. */
export * as decisionDocument from "./decisionDocument.ts"
/** `decisionOutlook`: what a decision would come to. */
export * as decisionOutlook from "./decisionOutlook.ts"
/** `decisions`: decisions. */
export * as decisions from "./decisions.ts"
/** `errors`: what a question can fail with. */
export * as errors from "./errors.ts"
/** `executions`: an order, stretch by stretch. */
export * as executions from "./executions.ts"
/** `fillLots`: the tax lots that a fill closes. */
export * as fillLots from "./fillLots.ts"
/** `fills`: executions with their corrections. */
export * as fills from "./fills.ts"
/** `confirmation`: what a trade came to, execution by execution. */
export * as confirmation from "./confirmation.ts"
/** `hedging`: what became of a trade at the broker. */
export * as hedging from "./hedging.ts"
/** `heldAtBroker`: the broker's holdings beside the books'. */
export * as heldAtBroker from "./heldAtBroker.ts"
/** `history`: the entries about a record. */
export * as history from "./history.ts"
/** `instruments`: symbols and what is known of them. */
export * as instruments from "./instruments.ts"
/** `jobs`: work in the background. */
export * as jobs from "./jobs.ts"
/** `journal`: entries of a journal. */
export * as journal from "./journal.ts"
/** `limitTable`: the limits of an account with their use, for people. */
export * as limitTable from "./limitTable.ts"
/** `listing`: pages, cursors and totals of every list. */
export * as listing from "./listing.ts"
/** `orderQuery`: orders by phase, status or state. */
export * as orderQuery from "./orderQuery.ts"
/** `orders`: orders with their fills, attempts and notices. */
export * as orders from "./orders.ts"
/** `overview`: how all stands, and what comes next. */
export * as overview from "./overview.ts"
/** `past`: the books as of any moment. */
export * as past from "./past.ts"
/** `owners`: what beneficial owners have. */
export * as owners from "./owners.ts"
/** `payloads`: bytes that were sent and answered. */
export * as payloads from "./payloads.ts"
/** `positions`: positions, and why there is no order. */
export * as positions from "./positions.ts"
/** `profit`: tax lots and what was earned. */
export * as profit from "./profit.ts"
/** `reconciled`: a reconciliation, symbol by symbol. */
export * as reconciled from "./reconciled.ts"
/** `reconciliations`: reconciliations and their outcomes. */
export * as reconciliations from "./reconciliations.ts"
/** `remaining`: what is left where nothing moves by itself. */
export * as remaining from "./remaining.ts"
/** `residuals`: the residual of a position over time. */
export * as residuals from "./residuals.ts"
/** `resolve`: a record by what people call it. */
export * as resolve from "./resolve.ts"
/** `Screen`: how wide and how coloured a reader sees text. */
export * as Screen from "./Screen.ts"
/** `sessions`: who is signed in. */
export * as sessions from "./sessions.ts"
/** `slippage`: what hedging came to, by symbol. */
export * as slippage from "./slippage.ts"
/** `statement`: a broker's end-of-day file beside the fills. */
export * as statement from "./statement.ts"
/** `synced`: what a sync of executions came to. */
export * as synced from "./synced.ts"
/** `totals`: what the rows of a list come to. */
export * as totals from "./totals.ts"
/** `table`: columns of a list for people. */
export * as table from "./table.ts"
/** `templates`: terms of batches by name. */
export * as templates from "./templates.ts"
/** `text`: values as documents have them. */
export * as text from "./text.ts"
/** `today`: the figures of a day. */
export * as today from "./today.ts"
/** `tokens`: tokens but for their secrets. */
export * as tokens from "./tokens.ts"
/** `trades`: trades on record. */
export * as trades from "./trades.ts"
/** `trail`: journals of a period for an auditor. */
export * as trail from "./trail.ts"
/** `waitingCommissions`: fills whose commission is not known. */
export * as waitingCommissions from "./waitingCommissions.ts"
/** `waitingFills`: fills that wait for their order or price. */
export * as waitingFills from "./waitingFills.ts"
/** `why`: the causes of a record, one behind the other. */
export * as why from "./why.ts"
