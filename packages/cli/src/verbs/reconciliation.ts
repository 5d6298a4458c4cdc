import { comparisons, reconciliations, reconciled as views } from "@roundlot/queries"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { listed, newestFirst } from "./listOutput.ts"
import * as Options from "@effect/cli/Options"
import { Reconciliation } from "@roundlot/core/ledger"
import type { AccountName } from "@roundlot/core"
import { Effect } from "effect"
import { accountNames, jobTypes } from "@roundlot/commands"
import { Output } from "../terminal/Output.ts"
import { writing } from "../within.ts"
import type { Settings } from "../Program.ts"
import { atBroker, compared } from "./atBroker.ts"

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

/** The comparison alone: positions are read, nothing is written, whichever process drives the account. */
const looked = (account: AccountName.AccountName, settings: Settings) =>
  Effect.map(compared(account, settings), views.documentOf)

const booked = (account: AccountName.AccountName, settings: Settings) =>
  atBroker(account, settings, Effect.map(Reconciliation.reconcile(account), views.documentOf), {
    type: jobTypes.reconcileType.name,
    payload: { account },
    result: views.ReconciledDocument
  })

/** `reconcile`. */
export const reconcile = Verb.make({
  name: "reconcile",
  summary: "reconcile the books with the broker; exit code 3 where they differ",
  examples: [
    ["roundlot reconcile", "all accounts: reads orders and fills; differences become breaks"],
    ["roundlot reconcile --dry-run --account main", "compare only; write nothing"]
  ],
  flags: {
    ...flags.view,
    account: Options.text("account").pipe(Options.withDescription("Only this account"), Options.optional),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Write nothing"))
  },
  run: ({ account, dryRun, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        const compared = dryRun ? looked : booked
        const documents = yield* Effect.forEach(yield* accountNames.chosen(account), (name) => compared(name, settings))
        if (documents.some(views.isLook)) yield* output.look
        yield* output.answer({ dryRun, items: documents }, (screen) => views.text(documents, screen))
      })
    )
})
