import { Csv, type Documents } from "@roundlot/api"
import { Clock, Decimal, Fill, Instant, Order, Reads, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import type { Batch } from "@roundlot/core/ledger"
import { Chunk, Effect, Option, Stream } from "effect"
import { among } from "./listing.ts"
import { kept } from "./past.ts"
import { decimalOrNull, idOrNull } from "./text.ts"
import * as trades from "./trades.ts"
import { documentOf, faultOfRow, faultOfTrade, type OneError, type Reading, recordOf } from "./batches.ts"

/** A row with the order that is its own, where it has one. */
interface Outcome {
  readonly trade: Trade.Trade
  readonly order: Order.Order | undefined
  readonly commission: Decimal.Decimal | undefined
}

const ordersOf = (found: ReadonlyArray<Trade.Trade>) =>
  among(
    Order.OrderTable,
    "tradeId",
    found.filter(({ kind }) => kind === "direct").map(({ id }) => id)
  )

const fillsOf = (orders: ReadonlyArray<Order.Order>) =>
  among(
    Fill.FillTable,
    "orderId",
    orders.map(({ id }) => id)
  )

const withOrders = (found: ReadonlyArray<Trade.Trade>) =>
  Effect.gen(function* () {
    const orders = yield* ordersOf(found)
    const byTrade = new Map(orders.map((order) => [order.tradeId, order]))
    const commissions = new Map<number, Decimal.Decimal>()
    for (const { canonical, commission, orderId } of yield* fillsOf(orders)) {
      if (!canonical || commission === undefined) continue
      commissions.set(orderId, Decimal.add(commissions.get(orderId) ?? Decimal.zero, commission))
    }
    return found.map((trade): Outcome => {
      const order = byTrade.get(trade.id)
      return { trade, order, commission: order === undefined ? undefined : commissions.get(order.id) }
    })
  })

const PAGE = 500

/** The rows of a batch, some hundreds at a time, since there may be a million, and others in between: as they came, which is the order of its file. */
const outcomesOf = ({ id }: Batch.Batch): Stream.Stream<Outcome, TradeRepository.StoreError, Reading> =>
  Stream.paginateChunkEffect(undefined, (after: Reads.Question["after"]) =>
    Effect.gen(function* () {
      const { items, next } = yield* Reads.page(Trade.TradeTable, {
        where: [{ column: "batchId", in: [id] }],
        orderBy: ["id"],
        after,
        limit: PAGE
      })
      return [
        yield* Effect.zipRight(Clock.turn, Effect.map(withOrders(items), Chunk.fromIterable)),
        Option.map(Option.fromNullable(next), (cells): Reads.Question["after"] => cells)
      ]
    })
  )

/** What the rows of a symbol and side came to so far. */
interface Sum {
  readonly symbol: string
  readonly side: Trade.Trade["side"]
  trades: number
  done: number
  quantity: Decimal.Decimal
  filled: Decimal.Decimal
  notional: Decimal.Decimal
  unpriced: Decimal.Decimal
  commission: Decimal.Decimal
}

const noSum = ({ side, symbol }: Trade.Trade): Sum => ({
  symbol,
  side,
  trades: 0,
  done: 0,
  quantity: Decimal.zero,
  filled: Decimal.zero,
  notional: Decimal.zero,
  unpriced: Decimal.zero,
  commission: Decimal.zero
})

const addOutcome = (sum: Sum, { commission, order, trade }: Outcome): void => {
  sum.trades += 1
  if (trade.status === "completed" || trade.status === "accumulated") sum.done += 1
  sum.quantity = Decimal.add(sum.quantity, trade.quantity)
  if (commission !== undefined) sum.commission = Decimal.add(sum.commission, commission)
  if (order === undefined) return
  sum.filled = Decimal.add(sum.filled, order.filled)
  sum.notional = Decimal.add(sum.notional, order.notional)
  sum.unpriced = Decimal.add(sum.unpriced, order.unpriced)
}

const PLACES = 12

const symbolResult = (sum: Sum): Documents.BatchSymbolDocument => {
  const { commission, done, filled, notional, quantity, side, symbol, trades: count, unpriced } = sum
  const priced = Decimal.subtract(filled, unpriced)
  return {
    symbol,
    side,
    trades: count,
    done,
    quantity: Decimal.format(quantity),
    filledQuantity: Decimal.format(filled),
    filledNotional: Decimal.format(notional),
    averagePrice: Decimal.isPositive(priced) ? Decimal.format(Decimal.divide(notional, priced, PLACES)) : null,
    commission: Decimal.format(commission)
  }
}

const byKey = <A>(all: ReadonlyMap<string, A>): ReadonlyArray<A> =>
  [...all].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)

/** What a batch came to: by symbol and side, and why rows failed. */
export const results = (id: string): Effect.Effect<Documents.BatchResultsDocument, OneError, Reading> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const sums = new Map<string, Sum>()
    const reasons = new Map<string, { count: number; readonly reason: string; first: Documents.BatchErrorDocument }>()
    const count = (reason: string, fault: Documents.BatchErrorDocument): void => {
      const known = reasons.get(reason)
      if (known === undefined) return void reasons.set(reason, { reason, count: 1, first: fault })
      known.count += 1
      if (fault.line < known.first.line) known.first = fault
    }
    for (const row of batch.rejectedRows) count(`rejected: ${row.reason}`, faultOfRow(row))
    yield* Stream.runForEach(outcomesOf(batch), (outcome) =>
      Effect.sync(() => {
        const { trade } = outcome
        const key = `${trade.symbol}\u0000${trade.side}`
        const sum = sums.get(key) ?? noSum(trade)
        addOutcome(sum, outcome)
        sums.set(key, sum)
        if (trade.status === "failed") count(trades.reasonOf(trade) ?? "failed", faultOfTrade(trade))
      })
    )
    return {
      ...documentOf(batch),
      symbols: byKey(sums).map(symbolResult),
      failures: byKey(reasons).toSorted((a, b) => b.count - a.count)
    }
  })

const rowOf = ({ commission, order, trade }: Outcome): Documents.BatchRowDocument => ({
  line: trade.batchLine ?? 0,
  source_id: trade.sourceId,
  timestamp: Instant.format(trade.tradedAt),
  symbol: trade.givenSymbol,
  side: trade.side,
  quantity: Decimal.format(trade.quantity),
  price: decimalOrNull(trade.price),
  status: trade.status,
  reason: trades.reasonOf(trade),
  trade: Id.format("trade", trade.id),
  order: idOrNull("order", order?.id),
  filled_quantity: decimalOrNull(order?.filled),
  average_price: order === undefined ? null : decimalOrNull(Order.averagePrice(order)),
  commission: decimalOrNull(commission)
})

const refusedRow = ({ column, line, reason, value }: Batch.RejectedRow): Documents.BatchRowDocument => ({
  line,
  source_id: null,
  timestamp: null,
  symbol: null,
  side: null,
  quantity: null,
  price: null,
  status: "rejected",
  reason: `${column === null ? "" : `${column} `}"${value}" ${reason}`,
  trade: null,
  order: null,
  filled_quantity: null,
  average_price: null,
  commission: null
})

/** The names of a row's columns, as they are exported. */
export const rowColumns = [
  "line",
  "source_id",
  "timestamp",
  "symbol",
  "side",
  "quantity",
  "price",
  "status",
  "reason",
  "trade",
  "order",
  "filled_quantity",
  "average_price",
  "commission"
] as const satisfies ReadonlyArray<keyof Documents.BatchRowDocument>

/** Rows that came to something, with those that were refused at their places. */
const interleaved = <E, R>(
  rows: Stream.Stream<Documents.BatchRowDocument, E, R>,
  refused: ReadonlyArray<Documents.BatchRowDocument>
): Stream.Stream<Documents.BatchRowDocument, E, R> =>
  Stream.suspend(() => {
    let at = 0
    const upTo = (line: number) => {
      const from = at
      while ((refused[at]?.line ?? Infinity) <= line) at++
      return refused.slice(from, at)
    }
    const rest = Stream.suspend(() => Stream.fromIterable(refused.slice(at)))
    return Stream.concat(
      Stream.mapConcat(rows, (row) => [...upTo(row.line), row]),
      rest
    )
  })

/** Rows that are read while they are written out. */
interface ExportedRows {
  readonly rows: Stream.Stream<Documents.BatchRowDocument, TradeRepository.StoreError>
}

/** Every row of a batch with what became of it, in the order of the file. */
export const exported = (id: string): Effect.Effect<ExportedRows, OneError, Reading> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const refused = batch.rejectedRows.map(refusedRow).toSorted((a, b) => a.line - b.line)
    return { rows: yield* kept(interleaved(Stream.map(outcomesOf(batch), rowOf), refused)) }
  })

/** Rows as lines of a CSV file that is safe to open in a spreadsheet, its head first. */
export const csvOf = <E, R>(rows: Stream.Stream<Documents.BatchRowDocument, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(Csv.record(rowColumns)),
    Stream.map(rows, (row) => Csv.record(rowColumns.map((name) => row[name])))
  )
