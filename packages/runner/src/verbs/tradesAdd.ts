import * as Options from "@effect/cli/Options"
import { Accumulator, Clock, Entropy, Id, Instant, type intake, Reads, type SourcePolicy, Trade } from "@roundlot/core"
import { Effect, Either, Option } from "effect"
import { known, opened } from "../accounts.ts"
import { addTo } from "../batches/adding.ts"
import * as flags from "../cli/flags.ts"
import { Output } from "../cli/Output.ts"
import { yes } from "../cli/confirm.ts"
import { UsageError } from "../cli/UsageError.ts"
import * as Verb from "../cli/Verb.ts"
import { making, writing } from "../cli/within.ts"
import * as TradeRow from "../import/TradeRow.ts"
import * as instruction from "./instruction.ts"
import { policyOf } from "../settings/Configuration.ts"
import { idOf } from "../views/asked.ts"
import * as batches from "../views/batches.ts"
import { NotFound } from "../views/errors.ts"
import { performAsked } from "./commanding.ts"

/** Tells what became of one trade; one that conflicts or is quarantined is worth a look. */
const tell = (result: intake.IntakeResult) =>
  Effect.gen(function* () {
    const { answer, look } = yield* Output
    const id = Id.format("trade", result.tradeId)
    const { _tag: outcome } = result
    const why = result._tag === "Conflict" ? result.why : result._tag === "Quarantined" ? result.reason : null
    if (why !== null) yield* look
    yield* answer(
      { id, outcome: outcome.toLowerCase(), why },
      `${id} ${outcome.toLowerCase()}${why === null ? "" : `: ${why}`}`
    )
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
  limit_price: "--limit-price",
  stop_price: "--stop-price",
  time_in_force: "--time-in-force",
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
    const account = Option.isNone(named) ? undefined : yield* known(named.value)
    const [result] = yield* addTo({ batch, account, inputs: [input], policy })
    if (result !== undefined) yield* tell(result)
  })

/** `trades add`. */
export const tradesAdd = Verb.make({
  name: "trades add",
  summary: "take one trade in",
  examples: [
    ["roundlot trades add --symbol AAPL --side buy --quantity 0.3", "an id is made for it"],
    [
      "roundlot trades add --id t-1 --symbol AAPL --side buy --quantity 0.3 --price 199.5",
      "with an id, twice changes nothing"
    ],
    [
      "roundlot trades add --direct --symbol AAPL --side sell --quantity 5 --type limit --limit-price 200",
      "executed as given, beside the queue"
    ],
    ["roundlot trades add --batch G3 --symbol AAPL --side buy --quantity 2", "into a batch that 'batches open' made"]
  ],
  flags: {
    ...flags.place,
    account: flags.account,
    symbol: Options.text("symbol").pipe(Options.withDescription("As the source writes it")),
    side: Options.text("side").pipe(Options.withDescription("buy or sell")),
    quantity: Options.text("quantity").pipe(Options.withDescription("Shares, such as 0.3")),
    price: Options.text("price").pipe(Options.withDescription("Dollars a share"), Options.withDefault("")),
    id: flags.text("id", "The source's id of the trade; the same id again is the same trade"),
    at: flags.text("at", "When it was traded; default now"),
    ...instruction.flags,
    batch: flags.text("batch", "A batch that still collects its trades, G3: it waits for its turn"),
    source: Options.text("source").pipe(Options.withDescription("Default: manual"), Options.withDefault("manual"))
  },
  run: (asked) =>
    Effect.gen(function* () {
      // A trade that cannot be makes no store.
      const direct = yield* instruction.of(asked)
      const cells = {
        symbol: asked.symbol,
        side: asked.side,
        quantity: asked.quantity,
        price: asked.price,
        limit_price: "",
        stop_price: "",
        time_in_force: "",
        session: ""
      }
      yield* inputOf(
        { ...cells, source_id: asked.id ?? "new", timestamp: asked.at ?? "2026-01-01T00:00:00Z" },
        asked.source
      )
      return yield* making(asked, ({ configuration }) =>
        Effect.gen(function* () {
          const accumulator = yield* Accumulator.Accumulator
          const now = yield* (yield* Clock.Clock).now
          const made = yield* (yield* Entropy.Entropy).hex
          const named = { source_id: asked.id ?? made, timestamp: asked.at ?? Instant.format(now) }
          const read = yield* inputOf({ ...cells, ...named }, asked.source)
          const input = direct === undefined ? read : { ...read, direct }
          const policy = policyOf(configuration, asked.source)
          if (asked.batch !== undefined) return yield* addToBatch(asked.batch, asked.account, input, policy)
          const bySource = Option.fromNullable(configuration.sources.get(asked.source)?.account)
          const account = yield* opened(
            configuration,
            Option.orElse(asked.account, () => bySource)
          )
          yield* tell(yield* accumulator.submit(account, input, policy))
        })
      )
    })
})

/** `trades reverse`. */
export const tradesReverse = Verb.make({
  name: "trades reverse",
  summary: "undo a trade by one of the opposite side; asked again, it changes nothing",
  examples: [["roundlot trades reverse T12 --reason 'the venue took it back'", "what was ordered for it is due back"]],
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
        const number = yield* idOf("trade", "trade", id)
        const trade = yield* Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [number] }] })
        if (trade === undefined) return yield* new NotFound({ kind: "trade", id, list: "trades" })
        return yield* performAsked({
          account: trade.account,
          command: { _tag: "Reverse", tradeId: trade.id },
          reason,
          commandId,
          dryRun,
          isSaid,
          question: "Have that sent?"
        })
      })
    )
})
