import * as Options from "@effect/cli/Options"
import { Accumulator, Clock, Instant, Order, Position, Reads, type SourcePolicy, Trade } from "@roundlot/core"
import { Entropy, Id } from "@roundlot/core/adapter"
import { type intake, PositionAnswer, TradingState } from "@roundlot/core/ledger"
import { BatchRows, TradeRow } from "@roundlot/imports"
import { batches, criteria, errors } from "@roundlot/queries"
import { Effect, Either, Option } from "effect"
import { accountNames, namedSources } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import { yes } from "../terminal/confirm.ts"
import * as Verb from "../terminal/Verb.ts"
import { making, writing } from "../within.ts"
import { onCopy, planned } from "../rehearsal.ts"
import * as instruction from "./instruction.ts"
import type { Flags, Settings } from "../Program.ts"
import { performAsked } from "./commanding.ts"

/** What became of a trade in a word, and why where it does not count. */
const outcomeOf = (result: intake.IntakeResult) => ({
  outcome: result._tag.toLowerCase(),
  why: result._tag === "Conflict" ? result.why : result._tag === "Quarantined" ? result.reason : null
})

/** Tells what became of one trade; one that conflicts or is quarantined is worth a look. */
const tell = (result: intake.IntakeResult) =>
  Effect.gen(function* () {
    const { answer, look } = yield* Output
    const id = Id.format("trade", result.tradeId)
    const { outcome, why } = outcomeOf(result)
    if (why !== null) yield* look
    yield* answer({ id, outcome, why }, `${id} ${outcome}${why === null ? "" : `: ${why}`}`)
  })

/** The flags of a trade as a row of a file would have them. */
type Cells = { readonly [F in TradeRow.Field]: string }

const FLAGS: Cells = {
  source_id: "--id",
  timestamp: "--at",
  symbol: "--symbol",
  side: "--side",
  quantity: "--quantity",
  price: "--price",
  owner: "--owner",
  limit_price: "--limit-price",
  stop_price: "--stop-price",
  time_in_force: "--time-in-force",
  good_till: "--good-till",
  session: "--session"
}

const inputOf = (cells: Cells, source: string): Either.Either<Trade.TradeInput, UsageError> => {
  const row = TradeRow.read(
    { line: 1, raw: "", cell: (field) => Either.right(cells[field]), columnName: (field) => FLAGS[field] },
    { source, identity: ["source_id"] }
  )
  if (row._tag === "Parsed") return Either.right(row.input)
  const remedy = "See 'roundlot trades add --help'"
  return Either.left(new UsageError({ problem: `${row.column ?? ""} "${row.value}" ${row.reason}`, remedy }))
}

/** Adds the trade to a batch that still collects its rows. */
const addToBatch = (
  id: string,
  named: Option.Option<string>,
  input: Trade.TradeInput,
  policy: SourcePolicy.SourcePolicy
) =>
  Effect.gen(function* () {
    const batch = yield* batches.recordOf(id)
    const account = Option.isNone(named) ? undefined : yield* accountNames.known(named.value)
    const [result] = yield* BatchRows.addTo({ batch, account, inputs: [input], policy })
    return result
  })

/** What was said of a trade, as a row of a file would have it. */
interface Asked {
  readonly account: Option.Option<string>
  readonly id: string | undefined
  readonly at: string | undefined
  readonly batch: string | undefined
  readonly source: string
}

/** Takes the trade in, into the books that are there: the program's, or a copy of them. */
const takeIn = (asked: Asked, cells: Cells, direct: Trade.TradeInput["direct"], settings: Settings) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    const now = yield* (yield* Clock.Clock).now
    const made = yield* (yield* Entropy.Entropy).hex
    const named = { source_id: asked.id ?? made, timestamp: asked.at ?? Instant.format(now) }
    const read = yield* inputOf({ ...cells, ...named }, asked.source)
    const input = { ...read, direct, isTimeAssumed: asked.at === undefined }
    const { configuration, openAccount } = settings
    const policy = namedSources.policyOf(configuration, asked.source)
    if (asked.batch !== undefined) return yield* addToBatch(asked.batch, asked.account, input, policy)
    const bySource = Option.fromNullable(configuration.sources.get(asked.source)?.account)
    const account = yield* openAccount(Option.orElse(asked.account, () => bySource))
    return yield* accumulator.submit(account, input, policy, accountNames.ACTOR)
  })

const foreseen = ({ _tag, tradeId }: intake.IntakeResult): string => {
  switch (_tag) {
    case "Accepted":
      return "be accepted"
    case "Duplicate":
      return `be a duplicate of ${Id.format("trade", tradeId)}, and change nothing`
    case "Conflict":
      return `conflict with ${Id.format("trade", tradeId)}`
    case "Quarantined":
      return "be quarantined until a person decides"
    case "Recorded":
      return "be recorded as history and never counted"
  }
}

/** What would become of the trade, and what would be ordered for it, on a copy of the books. */
const dryRun = (asked: Asked & Flags, cells: Cells, direct: Trade.TradeInput["direct"]) =>
  Effect.scoped(
    onCopy(asked, (settings) =>
      Effect.gen(function* () {
        const { answer, look } = yield* Output
        const before = new Set((yield* Reads.all(Order.OrderTable, { where: pending })).map(({ id }) => id))
        const result = yield* takeIn(asked, cells, direct, settings)
        if (result === undefined) return
        const { outcome, why } = outcomeOf(result)
        if (why !== null) yield* look
        const follows = result._tag === "Accepted" && asked.batch === undefined
        const { lines, orders } = follows ? yield* following(result.tradeId, before) : { lines: [], orders: [] }
        const waits = result._tag === "Accepted" && asked.batch !== undefined ? ["  it would wait for its batch"] : []
        const said = `Nothing is written. It would ${foreseen(result)}${why === null ? "" : `: ${why}`}.`
        yield* answer({ dryRun: true, outcome, why, orders }, [said, ...waits, ...lines].join("\n"))
      })
    )
  )

const pending = [{ column: "status", in: ["pending"] }]

/** The orders that a trade that counts would lead to at once, or why there would be none; and what they would wait for. */
const following = (id: Id.TradeId, before: ReadonlySet<Id.OrderId>) =>
  Effect.gen(function* () {
    const trade = yield* Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [id] }] })
    if (trade === undefined) return { lines: [], orders: [] }
    const { account, symbol } = trade
    const orders = (yield* planned(account, before)).filter((order) => order.symbol === symbol)
    const state = TradingState.binding(yield* Reads.all(TradingState.ControlTable), account, symbol)
    const lines = orders.map(
      ({ quantity, side }) =>
        `  would ${state === "normal" ? "order" : `plan without sending (trading is ${state})`}: ${side} ${quantity} ${symbol}`
    )
    return {
      orders,
      lines: orders.length > 0 ? lines : [`  would order nothing of ${symbol}: ${yield* whyNot(account, symbol)}`]
    }
  })

const whyNot = (account: string, symbol: string) =>
  Effect.map(
    Reads.first(Position.PositionTable, {
      where: [
        { column: "account", in: [account] },
        { column: "symbol", in: [symbol] }
      ]
    }),
    (position) => (position === undefined ? "it has no position" : PositionAnswer.answerWords(position.answer))
  )

/** `trades add`. */
export const tradesAdd = Verb.make({
  name: "trades add",
  summary: "add a trade",
  examples: [
    ["roundlot trades add --symbol AAPL --side buy --quantity 0.3", "a source id is generated"],
    [
      "roundlot trades add --id t-1 --symbol AAPL --side buy --quantity 0.3 --price 199.5",
      "with a source id: repeating it changes nothing"
    ],
    [
      "roundlot trades add --direct --symbol AAPL --side sell --quantity 5 --type limit --limit-price 200",
      "direct order: executed as given, outside accumulation"
    ],
    ["roundlot trades add --symbol AAPL --side buy --quantity 0.3 --dry-run", "preview; nothing is written"],
    ["roundlot trades add --batch G3 --symbol AAPL --side buy --quantity 2", "into an open batch"]
  ],
  flags: {
    ...flags.place,
    account: flags.account,
    symbol: Options.text("symbol").pipe(Options.withDescription("Symbol, as the source writes it")),
    side: Options.text("side").pipe(Options.withDescription("buy or sell")),
    quantity: Options.text("quantity").pipe(Options.withDescription("Shares, such as 0.3")),
    price: Options.text("price").pipe(Options.withDescription("Price in dollars per share"), Options.withDefault("")),
    owner: Options.text("owner").pipe(
      Options.withDescription("Beneficial owner: an identifier of 1 to 64 letters, digits, -, _, . and :"),
      Options.withDefault("")
    ),
    id: flags.text("id", "Trade id at the source; the same id again is the same trade"),
    at: flags.text("at", "Trade time; default now"),
    ...instruction.flags,
    batch: flags.text("batch", "Open batch, G3: the trade waits until the batch is queued"),
    source: Options.text("source").pipe(Options.withDescription("Default: manual"), Options.withDefault("manual")),
    dryRun: Options.boolean("dry-run").pipe(
      Options.withDescription("Show the outcome and the resulting orders; write nothing")
    )
  },
  run: (asked) =>
    Effect.gen(function* () {
      // A trade that cannot be makes no store.
      const direct = yield* instruction.of(asked)
      const cells = {
        source_id: asked.id ?? "new",
        timestamp: asked.at ?? "2026-01-01T00:00:00Z",
        symbol: asked.symbol,
        side: asked.side,
        quantity: asked.quantity,
        price: asked.price,
        owner: asked.owner,
        limit_price: "",
        stop_price: "",
        time_in_force: "",
        good_till: "",
        session: ""
      }
      yield* inputOf(cells, asked.source)
      if (asked.dryRun) return yield* dryRun(asked, cells, direct)
      return yield* making(asked, (settings) =>
        Effect.gen(function* () {
          const result = yield* takeIn(asked, cells, direct, settings)
          if (result !== undefined) yield* tell(result)
        })
      )
    })
})

/** `trades reverse`. */
export const tradesReverse = Verb.make({
  name: "trades reverse",
  summary: "reverse a trade by one of the opposite side; repeating it changes nothing",
  examples: [
    ["roundlot trades reverse T12 --reason 'the venue took it back'", "executed shares are unwound by an order"]
  ],
  flags: {
    ...flags.place,
    id: flags.id("The trade, T12"),
    reason: flags.reason,
    commandId: flags.commandId,
    dryRun: flags.dryRun,
    yes
  },
  run: ({ commandId, dryRun, id, reason, yes: isSaid, ...where }) =>
    writing(where, () =>
      Effect.gen(function* () {
        const number = yield* criteria.idOf("trade", "trade", id)
        const trade = yield* Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [number] }] })
        if (trade === undefined) return yield* new errors.NotFound({ kind: "trade", id, list: "trades" })
        return yield* performAsked({
          account: trade.account,
          command: { _tag: "Reverse", tradeId: trade.id },
          reason,
          commandId,
          dryRun,
          isSaid,
          question: "Send these orders?"
        })
      })
    )
})
