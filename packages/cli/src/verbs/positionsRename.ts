import { criteria } from "@roundlot/queries"
import * as Options from "@effect/cli/Options"
import { Effect } from "effect"
import { verdicts } from "@roundlot/commands"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { theAccount } from "./adoptAccount.ts"
import { correct } from "./correcting.ts"

/** `positions rename`. */
export const positionsRename = Verb.make({
  name: "positions rename",
  summary: "book a symbol change with its effective date",
  examples: [
    ["roundlot positions rename FB --to META --since 2022-06-09 --reason 'announced' --dry-run", "what would follow"],
    ["roundlot positions rename FB --to META --reason 'announced' --yes", "from now on"]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    to: Options.text("to").pipe(Options.withDescription("New symbol")),
    since: flags.text("since", "Effective date or time; default now"),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Show the impact; write nothing")),
    reason: flags.reason,
    commandId: flags.commandId,
    yes
  },
  run: ({ account: named, commandId, dryRun, reason, since: said, symbol: text, to: given, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const account = yield* theAccount(named)
        const symbol = yield* verdicts.tickerOf(text)
        const to = yield* verdicts.tickerOf(given)
        const since = said === undefined ? undefined : yield* criteria.momentOf("since", said)
        yield* correct({
          account,
          correction: { _tag: "RenameSymbol", symbol, to, since },
          fields: { to, since: said ?? null },
          title: `${to} at the market`,
          question: `Rename ${symbol} to ${to} on ${account}, effective ${said ?? "now"}?`,
          reason,
          commandId,
          dryRun,
          isSaid
        })
      })
    )
})
