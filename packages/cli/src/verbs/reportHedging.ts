import { hedging as views, past } from "@roundlot/queries"
import * as Options from "@effect/cli/Options"
import { Effect } from "effect"
import { accountNames } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"
import { newestFirst, pageText } from "./listOutput.ts"

/** `report hedging`. */
export const reportHedging = Verb.make({
  name: "report hedging",
  summary: "report each trade's slippage against its own price, commission and delays",
  examples: [
    ["roundlot report hedging --since 2026-01-02", "table on the terminal"],
    ["roundlot report hedging --since 2026-01-02 --limit 0 --csv > hedging.csv", "exact figures as CSV"]
  ],
  flags: {
    ...flags.view,
    ...flags.page,
    ...flags.period,
    account: flags.ofAccount,
    asOf: flags.asOf,
    symbol: flags.ofSymbol,
    csv: Options.boolean("csv").pipe(Options.withDescription("As CSV"))
  },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const output = yield* Output
        yield* accountNames.expectKnown(asked.account)
        const document = yield* past.seen(
          asked.asOf,
          past.ownersOf(asked.account),
          views.list(asked.csv ? asked : newestFirst(asked))
        )
        if (asked.csv) return yield* output.raw(views.csv(document.items))
        yield* output.answer(document, pageText(document, views.table))
      })
    )
})
