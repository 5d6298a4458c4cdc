import * as Options from "@effect/cli/Options"
import { Reconciliation } from "@roundlot/core/ledger"
import type { AccountName } from "@roundlot/core"
import { reconciled as views } from "@roundlot/queries"
import { Effect } from "effect"
import { accountNames, jobTypes } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import type { Settings } from "../Program.ts"
import { atBroker, compared } from "./atBroker.ts"

/** The comparison alone: positions are read, nothing is written, whoever drives the account. */
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
