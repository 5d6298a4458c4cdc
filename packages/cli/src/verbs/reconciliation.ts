import { comparisons, reconciliations } from "@roundlot/queries"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { listed, newestFirst } from "./listOutput.ts"

const { ofAccount, ofSymbol, page, period, text, view } = flags

/** `reconciliation list`. */
export const reconciliationList = Verb.make({
  name: "reconciliation list",
  summary: "list books against broker, symbol by symbol, differences first",
  examples: [
    ["roundlot reconciliation list --outcome differs", "where books and broker differ, each with its break"],
    ["roundlot reconciliation list --symbol NVDA --json", "one symbol, for a program"]
  ],
  flags: {
    ...view,
    ...page,
    account: ofAccount,
    symbol: ofSymbol,
    outcome: text("outcome", "differs, skipped or agrees")
  },
  run: (asked) => listed(asked, comparisons.list(asked), comparisons.table)
})

/** `reconciliation runs`. */
export const reconciliationRuns = Verb.make({
  name: "reconciliation runs",
  summary: "list reconciliations of the last 30 days, each with its outcome",
  examples: [
    ["roundlot reconciliation runs", "the newest first"],
    ["roundlot reconciliation runs --outcome failed --since 2026-11-01", "those that could not read the broker"]
  ],
  flags: {
    ...view,
    ...page,
    ...period,
    account: ofAccount,
    outcome: text("outcome", "agreed, differed, not_compared or failed")
  },
  run: (asked) => listed(asked, reconciliations.list(newestFirst(asked)), reconciliations.table)
})
