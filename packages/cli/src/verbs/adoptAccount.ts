import * as Options from "@effect/cli/Options"
import { Decimal, Instant, Order, Reads } from "@roundlot/core"
import type { Command } from "@roundlot/core/ledger"
import { text } from "@roundlot/queries"
import { Effect } from "effect"
import { accountNames, carryingOut } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import { confirm, yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { compared } from "./atBroker.ts"
import { approvalLine } from "./nextCommand.ts"

/** `accounts adopt`, which is `account adopt` as well. */
export const accountsAdopt = Verb.make({
  name: "accounts adopt",
  summary: "declare the opening balance of an account; until then no orders are sent for it",
  examples: [
    ["roundlot accounts adopt --account main", "show the broker's holdings and ask for confirmation"],
    ["roundlot accounts adopt --account main --yes --reason 'holdings of last year'", "in a script"]
  ],
  flags: {
    ...flags.place,
    account: Options.text("account").pipe(Options.withDescription("Account; default the only one"), Options.optional),
    dryRun: Options.boolean("dry-run").pipe(
      Options.withDescription("Show the opening balance to be declared; write nothing")
    ),
    reason: flags.reason,
    commandId: flags.commandId,
    yes
  },
  run: ({ account: named, commandId, dryRun, reason, yes: isSaid, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        const account = yield* accountNames.sole(named)
        const { asOf, holdings, problem } = yield* compared(account, settings)
        if (problem !== undefined) return yield* new UsageError({ problem, remedy: "Try again in a moment" })
        const external = yield* Reads.all(Order.OrderTable, {
          where: [
            { column: "account", in: [account] },
            { column: "origin", in: ["external"] },
            { column: "status", in: ["submitted", "partially_filled"] }
          ]
        })
        const base = holdings.map(({ ours, symbol, theirs }) => ({
          symbol,
          ours: Decimal.format(ours),
          theirs: Decimal.format(theirs)
        }))
        const document = { account, asOf: Instant.format(asOf), holdings: base, foreignOrders: external.length }
        const lines = base.map(
          ({ ours, symbol, theirs }) => `  ${symbol}: the broker holds ${theirs}, the books ${ours}`
        )
        const shown = [
          `Account ${account}: ${base.length} ${base.length === 1 ? "symbol" : "symbols"} to declare as opening balance, ${text.counted(external.length, "open external order")}.`,
          ...lines
        ].join("\n")
        if (dryRun) return yield* output.answer({ ...document, dryRun, done: null }, shown)
        if (!isSaid) yield* output.note(shown)
        yield* confirm(isSaid, "Declare these holdings as the opening balance?")
        const command: Command.Command = {
          _tag: "AdoptAccount",
          holdings: holdings.map(({ symbol, theirs }) => ({ symbol, quantity: theirs }))
        }
        const { approval, done } = yield* carryingOut.carryOut({ account, commandId, reason, command })
        if (approval !== undefined) yield* output.look
        const waits = approval === undefined ? {} : { approval }
        yield* output.answer({ ...document, dryRun, done, ...waits }, `${done}.${approvalLine(approval)}`)
      })
    )
})
