import { past, slippage as views } from "@roundlot/queries"
import * as Options from "@effect/cli/Options"
import { Effect } from "effect"
import { accountNames } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"

/** `report slippage`. */
export const reportSlippage = Verb.make({
  name: "report slippage",
  summary: "report slippage and commissions of a period by symbol, with sums by currency",
  examples: [
    ["roundlot report slippage --from month", "this month, all symbols of all accounts"],
    ["roundlot report slippage --account paper --csv > slippage.csv", "exact figures as CSV"]
  ],
  flags: {
    ...flags.view,
    account: flags.ofAccount,
    asOf: flags.asOf,
    from: flags.text("from", "First date on which trades were received, in New York: a date, today, month or year"),
    to: flags.text("to", "Last date on which trades were received, inclusive"),
    symbol: flags.ofSymbol,
    csv: Options.boolean("csv").pipe(Options.withDescription("As CSV"))
  },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const { answer, raw } = yield* Output
        yield* accountNames.expectKnown(asked.account)
        const { items } = yield* past.seen(
          asked.asOf,
          past.ownersOf(asked.account),
          Effect.map(views.rows(asked), (rows) => ({ items: rows }))
        )
        if (asked.csv) return yield* raw(views.csv(items))
        const hint =
          "'+ ?': a price or a commission is not known. A trade without a price, or with a fill without one, has no slippage."
        yield* answer({ items }, (screen) =>
          items.length === 0
            ? "No trades with fills were received in this period."
            : `${views.table(items, screen)}\n${hint}`
        )
      })
    )
})
