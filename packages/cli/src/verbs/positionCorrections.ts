import type * as Terminal from "@effect/platform/Terminal"
import { type AccountName, type Clock, type Commands, Decimal, Price, type Ticker, Quantity } from "@roundlot/core"
import { type Entropy, Need, type TradeRepository } from "@roundlot/core/adapter"
import { foresee, Ledger, PositionAnswer, adjust } from "@roundlot/core/ledger"
import { positions, criteria } from "@roundlot/queries"
import { Effect, type Option, Either, Schema } from "effect"
import { accountNames, carryingOut, verdicts } from "@roundlot/commands"
import { confirm, yes } from "../terminal/confirm.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import * as Options from "@effect/cli/Options"
import { UsageError } from "@roundlot/commands/errors"
import * as flags from "../terminal/flags.ts"
import { writing } from "../within.ts"
import type { Settings } from "../Program.ts"
import { compared } from "./atBroker.ts"
import { approvalLine } from "./nextCommand.ts"

/** What a correction of the books would come to as they stand: nothing is written. */
const foreseen = (
  account: AccountName.AccountName,
  correction: foresee.Correction
): Effect.Effect<foresee.Foreseen, Ledger.LedgerError, Ledger.Ledger> =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    ledger.submit("command", {
      account,
      cause: { kind: "command", actor: "preview" },
      needs: [Need.Need.Account({ account }), Need.Need.Position({ account, symbol: correction.symbol })],
      apply: (recorder) => foresee.foresee(recorder, correction)
    })
  )

/** A correction as the command line asks for it. */
interface Asked {
  readonly account: AccountName.AccountName
  readonly correction: foresee.Correction
  /** What it says of itself, in the document that is shown. */
  readonly fields: { readonly [name: string]: string | number | null }
  /** What it is, in a few words. */
  readonly title: string
  readonly question: string
  readonly reason: string
  readonly commandId: Option.Option<string>
  readonly dryRun: boolean
  readonly isSaid: boolean
}

/** A correction with what the books had when it was shown: who else corrects while this one is asked has moved that. */
const decidedOn = (correction: foresee.Correction, { holds, owes }: foresee.Foreseen): foresee.Correction => {
  switch (correction._tag) {
    case "AdjustPosition":
    case "AcceptSplit":
      return { held: holds, ...correction }
    case "WriteOff":
      return { owed: owes, ...correction }
    case "RenameSymbol":
      return correction
  }
}

/** Shows what would follow a correction, asks, and carries it out. */
const correct = ({
  account,
  correction,
  fields,
  title,
  ...asked
}: Asked): Effect.Effect<
  void,
  Verb.VerbError,
  | Clock.Clock
  | Commands.Commands
  | Entropy.Entropy
  | Ledger.Ledger
  | Output
  | Terminal.Terminal
  | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const output = yield* Output
    const found = yield* foreseen(account, correction)
    const { after, now, obstacle } = found
    const { symbol } = correction
    const holds = Decimal.format(found.holds)
    const document = {
      account,
      symbol,
      ...fields,
      holds,
      now: positions.answerOf(now),
      after: positions.answerOf(after)
    }
    const due = `next order: ${PositionAnswer.answerWords(now)} now, ${PositionAnswer.answerWords(after)} afterwards`
    const what = obstacle === undefined ? due : `refused: ${obstacle}`
    const shown = `${symbol} of ${account}, ${title}: the books hold ${holds}; ${what}.`
    if (asked.dryRun) {
      return yield* output.answer({ ...document, refused: obstacle ?? null, dryRun: true, done: null }, shown)
    }
    if (!asked.isSaid) yield* output.note(shown)
    yield* confirm(asked.isSaid, asked.question)
    const command = decidedOn(correction, found)
    const { approval, done } = yield* carryingOut.carryOut({
      account,
      commandId: asked.commandId,
      reason: asked.reason,
      command
    })
    if (approval !== undefined) yield* output.look
    const waits = approval === undefined ? {} : { approval }
    yield* output.answer(
      { ...document, refused: null, dryRun: false, done, ...waits },
      `${done}.${approvalLine(approval)}`
    )
  })

/** Signed shares of a flag. */
const readDecimal = (flag: string, text: string): Either.Either<Decimal.Decimal, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Decimal.FromString)(text), () => {
    const remedy = "Give signed shares as a plain number, such as 12 or -0.5"
    return new UsageError({ problem: `${flag} '${text}' is not a valid number of shares`, remedy })
  })

/** A price of a flag. */
const readPrice = (text: string): Either.Either<Price.Price, UsageError> =>
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

/** What a correction books, by what is said of it. */
const BOOKED_AS: { readonly [A in adjust.AdjustedAs]: string } = {
  base: "an external holding (base)",
  hedged: "our fill (hedged)"
}

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
        const account = yield* accountNames.sole(named)
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
          question: `Book ${shares} ${symbol} as ${BOOKED_AS[as]}?`,
          reason,
          commandId,
          dryRun,
          isSaid
        })
      })
    )
})

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
        const account = yield* accountNames.sole(named)
        const symbol = yield* verdicts.tickerOf(text)
        const to = yield* verdicts.tickerOf(given)
        const since = said === undefined ? undefined : yield* criteria.momentOf("since", said)
        yield* correct({
          account,
          correction: { _tag: "RenameSymbol", symbol, to, since },
          fields: { to, since: said ?? null },
          title: `renamed to ${to}`,
          question: `Rename ${symbol} to ${to} on ${account}, effective ${said ?? "now"}?`,
          reason,
          commandId,
          dryRun,
          isSaid
        })
      })
    )
})

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
        const account = yield* accountNames.sole(named)
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

const readShares = (text: string): Either.Either<Quantity.Quantity, UsageError> =>
  Either.mapLeft(Schema.decodeEither(Quantity.Quantity)(text), () => {
    const remedy = "Give shares above zero as a plain number, such as 0.4; without the flag, the whole residual"
    return new UsageError({ problem: `--quantity '${text}' is not a valid number of shares`, remedy })
  })

/** `positions write-off`. */
export const positionsWriteOff = Verb.make({
  name: "positions write-off",
  summary: "write off a residual too small to trade; its trades stay unchanged",
  examples: [
    ["roundlot positions write-off XYZ --reason 'delisted' --dry-run", "what would follow"],
    ["roundlot positions write-off XYZ --quantity 0.4 --reason 'delisted' --yes", "part of the residual"]
  ],
  flags: {
    ...flags.place,
    ...flags.position,
    quantity: flags.text("quantity", "Shares to write off; default the whole residual"),
    dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Show the impact; write nothing")),
    reason: flags.reason,
    commandId: flags.commandId,
    yes
  },
  run: ({ account: named, commandId, dryRun, quantity: said, reason, symbol: text, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const account = yield* accountNames.sole(named)
        const symbol = yield* verdicts.tickerOf(text)
        const quantity = said === undefined ? undefined : yield* readShares(said)
        const shares = said ?? "the residual"
        yield* correct({
          account,
          correction: { _tag: "WriteOff", symbol, quantity },
          fields: { quantity: said ?? null },
          title: `${shares} written off`,
          question: `Write off ${shares} of ${symbol}?`,
          reason,
          commandId,
          dryRun,
          isSaid
        })
      })
    )
})
