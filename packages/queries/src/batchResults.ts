import { Csv, type Documents } from "@roundlot/api"
import { Clock, Decimal, Fill, Instant, Order, type Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, type Batch, counts, type TradeStanding } from "@roundlot/core/ledger"
import { Effect, Option, Stream } from "effect"
import { pageOf, partOf, type Row, rowGroups } from "./batchRows.ts"
import { wordOf } from "./criteria.ts"
import type { NotFound } from "./errors.ts"
import { among, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import { kept } from "./past.ts"
import { decimalOrNull, idsOf, valueOrNull } from "./text.ts"
import { standings } from "./tradeStanding.ts"
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

/** All rows of a batch, part by part, and others in between. */
const partsOf = (batch: Batch.Batch): Stream.Stream<ReadonlyArray<Row>, TradeRepository.StoreError, Reading> =>
  Stream.paginateEffect(undefined, (after: Parameters<typeof partOf>[1]) =>
    Effect.map(Effect.zipRight(Clock.turn, partOf(batch, after)), ({ next, rows: found }) => [
      found,
      Option.map(Option.fromNullable(next), (place): Parameters<typeof partOf>[1] => place)
    ])
  )

const tradesIn = (found: ReadonlyArray<Row>): ReadonlyArray<Trade.Trade> =>
  found.flatMap((row) => (row._tag === "Taken" ? [row.trade] : []))

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

/** What rows that are no trades have in common: `side is neither buy nor sell`. */
const rejectedFor = ({ column, reason }: Batch.RejectedRow): string =>
  column === null ? reason : `${column} ${reason}`

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
    for (const row of batch.rejectedRows) count(rejectedFor(row), faultOfRow(row))
    yield* Stream.runForEach(partsOf(batch), (found) =>
      Effect.map(withOrders(tradesIn(found)), (outcomes) => {
        for (const outcome of outcomes) {
          const { trade } = outcome
          const key = `${trade.symbol}\u0000${trade.side}`
          const sum = sums.get(key) ?? noSum(trade)
          addOutcome(sum, outcome)
          sums.set(key, sum)
          if (trade.status === "failed") count(trades.reasonOf(trade) ?? "failed", faultOfTrade(trade))
        }
      })
    )
    return {
      ...documentOf(batch),
      symbols: byKey(sums).map(symbolResult),
      failures: byKey(reasons).toSorted((a, b) => b.count - a.count)
    }
  })

type Shares = ReadonlyArray<Pick<Allocation.Allocation, "orderId" | "settled">>

/** What orders took of trades that joined their positions, and executed of that. */
const sharesOf = (found: ReadonlyArray<Trade.Trade>) =>
  Effect.gen(function* () {
    const ids = found.filter(({ kind }) => kind !== "direct").map(({ id }) => id)
    const links = yield* among(Allocation.AllocationTable, "tradeId", ids, [{ column: "kind", in: ["order"] }])
    const shares = new Map<number | undefined, Shares>()
    for (const link of links) shares.set(link.tradeId, [...(shares.get(link.tradeId) ?? []), link])
    return shares
  })

const filledOf = (order: Order.Order | undefined, shares: Shares): Decimal.Decimal | undefined =>
  shares.length === 0 ? order?.filled : shares.reduce((sum, { settled }) => Decimal.add(sum, settled), Decimal.zero)

const rowOf = (
  { commission, order, trade }: Outcome,
  status: TradeStanding.TradeStanding,
  shares: Shares
): Documents.BatchRowDocument => ({
  line: trade.batchLine ?? 0,
  source_id: trade.sourceId,
  timestamp: Instant.format(trade.tradedAt),
  symbol: trade.givenSymbol,
  side: trade.side,
  quantity: Decimal.format(trade.quantity),
  price: decimalOrNull(trade.price),
  limit_price: decimalOrNull(trade.limitPrice),
  status,
  counts_as: counts.placeOf(trade),
  reason: trades.reasonOf(trade),
  trade: Id.format("trade", trade.id),
  orders: idsOf("order", [order?.id, ...shares.map(({ orderId }) => orderId)]),
  order_status: valueOrNull(order?.status),
  filled_quantity: decimalOrNull(filledOf(order, shares)),
  average_price: order === undefined ? null : decimalOrNull(Order.averagePrice(order)),
  commission: decimalOrNull(commission)
})

const rejectedRow = ({ column, line, reason, value }: Batch.RejectedRow): Documents.BatchRowDocument => ({
  line,
  source_id: null,
  timestamp: null,
  symbol: null,
  side: null,
  quantity: null,
  price: null,
  limit_price: null,
  status: "rejected",
  counts_as: "failed",
  reason: `${column === null ? "" : `${column} `}"${value}" ${reason}`,
  trade: null,
  orders: [],
  order_status: null,
  filled_quantity: null,
  average_price: null,
  commission: null
})

/** The documents of rows, in their order: what else is on record of them is read for all of them at once. */
const documentsOf = (found: ReadonlyArray<Row>) =>
  Effect.gen(function* () {
    const taken = tradesIn(found)
    const outcomes = new Map((yield* withOrders(taken)).map((outcome) => [outcome.trade.id, outcome] as const))
    const shares = yield* sharesOf(taken)
    const standing = yield* standings(taken)
    return found.flatMap((row) => {
      if (row._tag === "Rejected") return [rejectedRow(row.row)]
      const outcome = outcomes.get(row.trade.id)
      return outcome === undefined ? [] : [rowOf(outcome, standing(row.trade), shares.get(row.trade.id) ?? [])]
    })
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
  "limit_price",
  "status",
  "counts_as",
  "reason",
  "trade",
  "orders",
  "order_status",
  "filled_quantity",
  "average_price",
  "commission"
] as const satisfies ReadonlyArray<keyof Documents.BatchRowDocument>

/** Which rows of a batch. */
export interface RowFilters extends Pick<ListOptions, "limit" | "cursor" | "count"> {
  /** Those of one count of its progress, or with `rejected` those that are no trades. */
  readonly status?: string | undefined
}

/** A page of the rows of a batch with what became of each, in the order of its file. */
export const rows = (
  id: string,
  { status, ...options }: RowFilters
): Effect.Effect<ListDocument<Documents.BatchRowDocument>, ListError | NotFound, Reading> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const groups = status === undefined ? [] : [yield* wordOf("status", status, rowGroups)]
    const { rows: found, ...page } = yield* pageOf(batch, groups, options)
    return { items: yield* documentsOf(found), ...page }
  })

/** Rows that are read while they are written out. */
interface ExportedRows {
  readonly rows: Stream.Stream<Documents.BatchRowDocument, TradeRepository.StoreError>
}

/** Every row of a batch with what became of it, in the order of the file. */
export const exported = (id: string): Effect.Effect<ExportedRows, OneError, Reading> =>
  Effect.gen(function* () {
    const parts = Stream.mapEffect(partsOf(yield* recordOf(id)), documentsOf)
    return { rows: yield* kept(Stream.mapConcat(parts, (found) => found)) }
  })

/** Rows as lines of a CSV file that is safe to open in a spreadsheet, its head first. */
export const csvOf = <E, R>(rows: Stream.Stream<Documents.BatchRowDocument, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(Csv.record(rowColumns)),
    Stream.map(rows, (row) =>
      Csv.record(rowColumns.map((name) => (name === "orders" ? row.orders.join(" ") : row[name])))
    )
  )
