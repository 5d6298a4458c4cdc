import * as Options from "@effect/cli/Options"
import { Decision } from "@roundlot/core"
import { Attempt } from "@roundlot/core/ledger"
import { attempts, decisions } from "@roundlot/queries"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { listed, newestFirst, shownOf } from "./listOutput.ts"

const { asOf, ofAccount, ofSymbol, page, period, text, view } = flags

const asked = (name: string, what: string) =>
  Options.boolean(name).pipe(
    Options.withDescription(what),
    Options.map((isAsked) => (isAsked ? true : undefined))
  )

const narrowing = {
  ...period,
  account: ofAccount,
  asOf,
  symbol: ofSymbol,
  strategy: text("strategy", "Only this strategy's")
}

/** `decisions list`. */
export const decisionsList = Verb.make({
  name: "decisions list",
  summary: "list decisions and their outcomes",
  examples: [["roundlot decisions list --status failed --strategy momentum", "with the reason of each"]],
  flags: {
    ...view,
    ...page,
    ...narrowing,
    status: text("status", "pending, submitted, executed or failed"),
    code: text("code", "Refused by this control, such as MaxNotional")
  },
  run: (given) => listed(given, decisions.list(newestFirst(given)), decisions.table)
})

/** `decisions show`. */
export const decisionsShow = Verb.make({
  name: "decisions show",
  summary: "show a decision with its order, attempts and history",
  examples: [["roundlot decisions show D6", "why was it not executed?"]],
  flags: { ...view, id: flags.id("The decision, D6"), asOf },
  run: (given) => shownOf(Decision.DecisionTable, "decision", given, decisions.show, decisions.heading)
})

/** `decisions tally`. */
export const decisionsTally = Verb.make({
  name: "decisions tally",
  summary: "count failed decisions by reason",
  examples: [["roundlot decisions tally --since 2026-11-20", "reasons since that day"]],
  flags: { ...view, ...narrowing },
  run: (given) => listed(given, decisions.tally(given), decisions.tallyTable)
})

const attemptFilters = {
  ...narrowing,
  httpStatus: text("http-status", "Only with this HTTP status of the broker's response"),
  brokerOrderId: text("broker-order-id", "Only of this broker order id")
}

/** `attempts list`. */
export const attemptsList = Verb.make({
  name: "attempts list",
  summary: "list submission attempts of every origin",
  examples: [
    ["roundlot attempts list --failed --symbol AAPL", "attempts whose orders ended unfilled"],
    ["roundlot attempts list --recent", "of the last 24 hours, newest first"]
  ],
  flags: {
    ...view,
    ...page,
    ...attemptFilters,
    successful: asked("successful", "Filled"),
    failed: asked("failed", "Only failed: rejected, cancelled or expired without a fill"),
    pending: asked("pending", "Only open: sent, or being sent"),
    recent: asked("recent", "Of the last 24 hours, newest first")
  },
  run: (given) => listed(given, attempts.list(newestFirst(given)), attempts.table)
})

/** `attempts show`. */
export const attemptsShow = Verb.make({
  name: "attempts show",
  summary: "show an attempt: request, response and decision",
  examples: [["roundlot attempts show S4", "what was sent, what came back"]],
  flags: { ...view, id: flags.id("The attempt, S4"), asOf },
  run: (given) => shownOf(Attempt.AttemptTable, "attempt", given, attempts.show, attempts.heading)
})

/** `attempts tally`. */
export const attemptsTally = Verb.make({
  name: "attempts tally",
  summary: "count failed attempts by reason",
  examples: [["roundlot attempts tally --recent", "the last 24 hours' reasons"]],
  flags: { ...view, ...attemptFilters, recent: asked("recent", "Of the last 24 hours") },
  run: (given) => listed(given, attempts.tally(given), decisions.tallyTable)
})
