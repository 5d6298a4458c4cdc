import * as Options from "@effect/cli/Options"
import { type AccountName, Decimal, Price, type Ticker } from "@roundlot/core"
import { adjust } from "@roundlot/core/ledger"
import { Effect, Either, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { verdicts } from "@roundlot/commands"
import { yes } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import type { Settings } from "../Program.ts"
import { theAccount } from "./adoptAccount.ts"
import { compared } from "./atBroker.ts"
import { correct } from "./correcting.ts"

/** Signed shares of a flag. */
export const readDecimal = (flag: string, text: string): Either.Either<Decimal.Decimal, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Decimal.FromString)(text), () => {
    const remedy = "Give signed shares as a plain number, such as 12 or -0.5"
    return new UsageError({ problem: `${flag} '${text}' is not a valid number of shares`, remedy })
  })

/** A price of a flag. */
export const readPrice = (text: string): Either.Either<Price.Price, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Price.Price)(text), () => {
    const remedy = "Give dollars per share above zero, such as 199.5"
    return new UsageError({ problem: `--price '${text}' is not a valid price`, remedy })
  })

/** What the broker has beyond the books: what an adjustment is by where nothing is said. */
const differenceOf = (account: AccountName.AccountName, symbol: Ticker.Ticker, settings: Settings) =>
  Effect.gen(function* () {
    const { holdings, problem } = yield* compared(account, settings)
    const found = holdings.find((each) => each.symbol === symbol)
    if (found !== undefined && found.outcome !== "skipped")
      return { by: Decimal.subtract(found.theirs, found.ours), held: found.ours }
    const why = problem ?? found?.why ?? "books and broker agree on it"
    const remedy = "To adjust it anyway, give the signed shares with --by"
    return yield* new UsageError({ problem: `${symbol} has no difference to adjust: ${why}`, remedy })
  })

/** `positions adjust`. */
export const positionsAdjust = Verb.make({
  name: "positions adjust",
  summary: "correct a position manually",
  examples: [
    [
      "roundlot positions adjust AAPL --as base --reason 'held before' --dry-run",
      "preview: book the difference as an external holding"
    ],
    [
      "roundlot positions adjust AAPL --as hedged --by -2 --price 199.5 --reason 'sold by phone' --yes",
      "our own trade that is missing in the books"
    ]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    as: Options.choice("as", adjust.adjustedAs).pipe(
      Options.withDescription("base: external holding, the residual stays. hedged: our fill, the residual changes")
    ),
    by: flags.text("by", "Signed shares; default: the broker's position less the books'"),
    price: flags.text("price", "Price in dollars per share, for --as hedged"),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Show the impact; write nothing")),
    reason: flags.reason,
    commandId: flags.commandId,
    yes
  },
  run: ({ account: named, as, by: said, commandId, dryRun, price, reason, symbol: text, yes: isSaid, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const account = yield* theAccount(named)
        const symbol = yield* verdicts.tickerOf(text)
        const difference =
          said === undefined ? yield* differenceOf(account, symbol, settings) : { by: yield* readDecimal("--by", said) }
        const { by } = difference
        const priced = price === undefined ? undefined : yield* readPrice(price)
        const shares = Decimal.format(by)
        yield* correct({
          account,
          correction: { _tag: "AdjustPosition", symbol, as, price: priced, ...difference },
          fields: { as, by: shares },
          title: `${shares} as ${as}`,
          question: `Book ${shares} ${symbol} as ${as}?`,
          reason,
          commandId,
          dryRun,
          isSaid
        })
      })
    )
})
