import * as Options from "@effect/cli/Options"
import { Quantity } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { verdicts } from "@roundlot/commands"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { theAccount } from "./adoptAccount.ts"
import { correct } from "./correcting.ts"
import { readPrice } from "./positionsAdjust.ts"

const readQuantity = (text: string): Either.Either<Quantity.Quantity, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Quantity.Quantity)(text), () => {
    const remedy = "Give the fraction of a share paid in cash, such as 0.5"
    return new UsageError({ problem: `--cash-in-lieu '${text}' is not a valid quantity`, remedy })
  })

/** `positions split`. */
export const positionsSplit = Verb.make({
  name: "positions split",
  summary: "book a split or reverse split",
  examples: [
    ["roundlot positions split AAPL --to 4 --from 1 --reason 'announced' --dry-run", "what would follow"],
    [
      "roundlot positions split XYZ --to 1 --from 10 --cash-in-lieu 0.5 --price 12.4 --reason 'paid out' --yes",
      "1-for-10 reverse split; half a share paid in cash"
    ]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    to: Options.integer("to").pipe(Options.withDescription("New shares of the ratio")),
    from: Options.integer("from").pipe(Options.withDescription("Old shares of the ratio")),
    cashInLieu: flags.text("cash-in-lieu", "Fraction of a share, after the split, paid in cash by the broker"),
    price: flags.text("price", "Price of the cash in lieu, in dollars per share"),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Show the impact; write nothing")),
    reason: flags.reason,
    commandId: flags.commandId,
    yes
  },
  run: ({
    account: named,
    cashInLieu,
    commandId,
    dryRun,
    from,
    price,
    reason,
    symbol: text,
    to,
    yes: isSaid,
    ...where
  }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const account = yield* theAccount(named)
        const symbol = yield* verdicts.tickerOf(text)
        if (from < 1 || to < 1) {
          const problem = `--to ${to} --from ${from} is not a valid split ratio`
          return yield* new UsageError({ problem, remedy: "Give whole shares, such as --to 2 --from 1" })
        }
        const quantity = cashInLieu === undefined ? undefined : yield* readQuantity(cashInLieu)
        const priced = price === undefined ? undefined : yield* readPrice(price)
        const paid = quantity === undefined ? undefined : { quantity, price: priced }
        yield* correct({
          account,
          correction: { _tag: "AcceptSplit", symbol, to, from, cashInLieu: paid },
          fields: { to, from, cashInLieu: cashInLieu ?? null },
          title: `${to} for ${from}`,
          question: `Split ${symbol} on ${account} ${to} for ${from}?`,
          reason,
          commandId,
          dryRun,
          isSaid
        })
      })
    )
})
