import type { Documents } from "@roundlot/api"
import { Batch, Clock, Decimal, Fill, Id, Instant, Order, Reads, Trade, type TradeRepository } from "@roundlot/core"
import { Effect } from "effect"
import { exactly, idOf, inAnyCase, isWithin, isWord, type Conditions, type Period } from "./asked.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { historyOf } from "./history.ts"
import { among, collect, type Keep, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, idOrNull, timeOrNull, valueOrNull } from "./text.ts"
import * as trades from "./trades.ts"

/** Which batches; `q` searches names, uids, file names, and symbols of their rows. Those that were deleted are left out. */
export interface BatchFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly status?: string | undefined
  readonly mode?: string | undefined
  readonly q?: string | undefined
  readonly archived?: boolean | undefined
}

/** What asking for one can fail with. */
export type OneError = BadFilter | NotFound | TradeRepository.StoreError

type Reading = TradeRepository.TradeRepository

/** The document of a batch. */
export const documentOf = (batch: Batch.Batch): Documents.BatchDocument => ({
  id: Id.format("batch", batch.id),
  uid: batch.uid,
  name: batch.name,
  account: batch.account,
  mode: batch.mode,
  status: batch.status,
  priority: batch.priority,
  fileName: valueOrNull(batch.fileName),
  totalTrades: batch.total,
  processedTrades: batch.done + batch.failed + batch.cancelled,
  failedTrades: batch.failed,
  cancelledTrades: batch.cancelled,
  rejectedRows: batch.rejected,
  retryOf: idOrNull("batch", batch.retryOf),
  retriedBy: idOrNull("batch", batch.retriedBy),
  reason: valueOrNull(batch.reason),
  createdAt: Instant.format(batch.createdAt),
  queuedAt: timeOrNull(batch.queuedAt),
  startedAt: timeOrNull(batch.startedAt),
  finishedAt: timeOrNull(batch.finishedAt),
  archivedAt: timeOrNull(batch.archivedAt),
  updatedAt: Instant.format(batch.updatedAt)
})

const conditionsOf = (filters: BatchFilters) =>
  Effect.gen(function* () {
    const archived: Conditions =
      filters.archived === true ? [{ column: "archivedAt", atLeast: 0 }] : [{ column: "archivedAt", in: [null] }]
    const conditions: Conditions = [
      { column: "hiddenAt", in: [null] },
      ...archived,
      ...inAnyCase("account", filters.account),
      ...(yield* isWord("status", filters.status, Batch.batchStatuses)),
      ...(yield* isWord("mode", filters.mode, Batch.batchModes)),
      ...(yield* isWithin("createdAt", filters))
    ]
    return conditions
  })

/** Has a batch a row of one of the symbols? */
const hasRowOf = ({ id }: Batch.Batch, symbols: ReadonlyArray<string>) =>
  Effect.map(
    Reads.first(Trade.TradeTable, {
      where: [
        { column: "batchId", in: [id] },
        { column: "symbol", in: symbols }
      ]
    }),
    (row) => row !== undefined
  )

/** By when they were made, by the word of their status, by how many rows they have. */
const sorts = { date: ["createdAt", "id"], status: ["status", "id"], size: ["total", "id"] } as const

/** A page of batches. */
export const list = (filters: BatchFilters): Effect.Effect<ListDocument<Documents.BatchDocument>, ListError, Reading> =>
  Effect.gen(function* () {
    const wanted = filters.q?.toLowerCase()
    const holds = ({ fileName, name, uid }: Batch.Batch) =>
      [name, uid, fileName ?? ""].some((text) => text.toLowerCase().includes(wanted ?? ""))
    const symbols = [...new Set([filters.q ?? "", filters.q?.toUpperCase() ?? ""])]
    const keep: Keep<Batch.Batch> | undefined =
      wanted === undefined
        ? undefined
        : (found) => Effect.filter(found, (each) => (holds(each) ? Effect.succeed(true) : hasRowOf(each, symbols)))
    const listing = { table: Batch.BatchTable, anyOf: [yield* conditionsOf(filters)], keep, sorts }
    const { nextCursor, records } = yield* collect(listing, filters)
    return { items: records.map(documentOf), nextCursor }
  })

/** The batches that wait or run. */
export const active: Effect.Effect<
  ListDocument<Documents.BatchDocument>,
  TradeRepository.StoreError,
  Reading
> = Effect.map(Reads.all(Batch.BatchTable, { where: [{ column: "status", in: ["pending", "running"] }] }), (found) => ({
  items: found.map(documentOf),
  nextCursor: null
}))

/** A batch by its id (`G3`), where it was not deleted. */
export const recordOf = (id: string): Effect.Effect<Batch.Batch, OneError, Reading> =>
  Effect.gen(function* () {
    const number = yield* idOf("batch", "batch", id)
    const found = yield* Reads.first(Batch.BatchTable, { where: [{ column: "id", in: [number] }] })
    if (found === undefined || found.hiddenAt !== undefined) {
      return yield* new NotFound({ kind: "batch", id, list: "batches" })
    }
    return found
  })

const MS = 1000

const progressOf = (batch: Batch.Batch, now: Instant.Instant): Documents.ProgressDocument => {
  const { cancelled, done, failed, finishedAt, startedAt, total, waiting, working } = batch
  const spentMs = startedAt === undefined ? 0 : Instant.millisBetween(startedAt, finishedAt ?? now)
  const processed = done + failed + cancelled - batch.rejected
  const rate = spentMs <= 0 ? null : Math.round((processed / (spentMs / MS)) * 100) / 100
  const left = waiting + working
  const timeLeft = left === 0 ? 0 : rate === null || rate === 0 ? null : Math.round(left / rate)
  return { status: batch.status, total, done, working, waiting, failed, cancelled, rate, timeLeft }
}

/** How far a batch is: counts, rows a second since it began, and seconds that are left at that rate. */
export const progress = (id: string): Effect.Effect<Documents.ProgressDocument, OneError, Reading | Clock.Clock> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    return progressOf(yield* recordOf(id), now)
  })

/** One batch with how far it is and what happened to it. */
export const show = (id: string): Effect.Effect<Documents.BatchDetail, OneError, Reading | Clock.Clock> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const document = documentOf(batch)
    return {
      ...document,
      progress: progressOf(batch, now),
      history: yield* historyOf(batch.account, "batch", document.id)
    }
  })

/** A page of a batch's trades. */
export const rows = (
  id: string,
  options: ListOptions & { readonly status?: string | undefined }
): Effect.Effect<ListDocument<Documents.TradeDocument>, ListError | NotFound, Reading> =>
  Effect.flatMap(recordOf(id), (batch) => trades.list({ ...options, batchId: Id.format("batch", batch.id) }))

const tradesOf = (batch: Batch.Batch, where: Conditions = []) =>
  Reads.all(Trade.TradeTable, { where: [{ column: "batchId", in: [batch.id] }, ...where] })

/** What is wrong with the rows of a batch: those that are no trades, and those that failed. */
export const errors = (id: string): Effect.Effect<ListDocument<Documents.BatchErrorDocument>, OneError, Reading> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const failed = yield* tradesOf(batch, [{ column: "status", in: ["failed"] }])
    const items = [
      ...batch.rejectedRows.map((row): Documents.BatchErrorDocument => ({ ...row, tradeId: null })),
      ...failed.map((trade): Documents.BatchErrorDocument => ({
        line: trade.batchLine ?? 0,
        column: null,
        value: `${trade.side} ${Decimal.format(trade.quantity)} ${trade.symbol}`,
        reason: trade.reason ?? "failed",
        tradeId: Id.format("trade", trade.id)
      }))
    ]
    return { items: items.toSorted((a, b) => a.line - b.line), nextCursor: null }
  })

/** A row with the order that is its own, where it has one. */
interface Outcome {
  readonly trade: Trade.Trade
  readonly order: Order.Order | undefined
  readonly commission: Decimal.Decimal | undefined
}

const outcomesOf = (batch: Batch.Batch) =>
  Effect.gen(function* () {
    const found = yield* tradesOf(batch)
    const orders = yield* among(
      Order.OrderTable,
      "tradeId",
      found.filter(({ kind }) => kind === "direct").map(({ id }) => id)
    )
    const fills = yield* among(
      Fill.FillTable,
      "orderId",
      orders.map(({ id }) => id)
    )
    const byTrade = new Map(orders.map((order) => [order.tradeId, order]))
    const commissions = new Map<number, Decimal.Decimal>()
    for (const { canonical, commission, orderId } of fills) {
      if (!canonical || commission === undefined) continue
      commissions.set(orderId, Decimal.add(commissions.get(orderId) ?? Decimal.zero, commission))
    }
    return found
      .toSorted((a, b) => (a.batchLine ?? 0) - (b.batchLine ?? 0) || a.id - b.id)
      .map((trade): Outcome => {
        const order = byTrade.get(trade.id)
        return { trade, order, commission: order === undefined ? undefined : commissions.get(order.id) }
      })
  })

const sumOf = (all: ReadonlyArray<Decimal.Decimal>): Decimal.Decimal => all.reduce(Decimal.add, Decimal.zero)

const PLACES = 12

const symbolResult = (key: string, all: ReadonlyArray<Outcome>): Documents.BatchSymbolDocument => {
  const [symbol = "", side = "buy"] = key.split("\u0000")
  const orders = all.flatMap(({ order }) => order ?? [])
  const filled = sumOf(orders.map((order) => order.filled))
  const notional = sumOf(orders.map((order) => order.notional))
  const priced = Decimal.subtract(filled, sumOf(orders.map((order) => order.unpriced)))
  return {
    symbol,
    side: side === "buy" ? "buy" : "sell",
    trades: all.length,
    done: all.filter(({ trade }) => trade.status === "completed" || trade.status === "accumulated").length,
    quantity: Decimal.format(sumOf(all.map(({ trade }) => trade.quantity))),
    filledQuantity: Decimal.format(filled),
    filledNotional: Decimal.format(notional),
    averagePrice: Decimal.isPositive(priced) ? Decimal.format(Decimal.divide(notional, priced, PLACES)) : null,
    commission: Decimal.format(sumOf(all.flatMap(({ commission }) => commission ?? [])))
  }
}

const grouped = <A>(all: ReadonlyArray<A>, keyOf: (each: A) => string): ReadonlyMap<string, ReadonlyArray<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const each of all) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each])
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** What a batch came to: by symbol and side, and why rows failed. */
export const results = (id: string): Effect.Effect<Documents.BatchResultsDocument, OneError, Reading> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const outcomes = yield* outcomesOf(batch)
    const symbols = grouped(outcomes, ({ trade }) => `${trade.symbol}\u0000${trade.side}`)
    const reasons = [
      ...batch.rejectedRows.map(({ reason }) => `rejected: ${reason}`),
      ...outcomes.flatMap(({ trade }) => (trade.status === "failed" ? [trade.reason ?? "failed"] : []))
    ]
    return {
      ...documentOf(batch),
      symbols: [...symbols].map(([key, all]) => symbolResult(key, all)),
      failures: [...grouped(reasons, (reason) => reason)]
        .map(([reason, all]) => ({ reason, count: all.length }))
        .toSorted((a, b) => b.count - a.count)
    }
  })

/** Every row of a batch with what became of it, in the order of the file. */
export const exported = (id: string): Effect.Effect<ReadonlyArray<Documents.BatchRowDocument>, OneError, Reading> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const outcomes = yield* outcomesOf(batch)
    const taken = outcomes.map(({ commission, order, trade }): Documents.BatchRowDocument => ({
      line: trade.batchLine ?? 0,
      source_id: trade.sourceId,
      timestamp: Instant.format(trade.tradedAt),
      symbol: trade.givenSymbol,
      side: trade.side,
      quantity: Decimal.format(trade.quantity),
      price: decimalOrNull(trade.price),
      status: trade.status,
      reason: valueOrNull(trade.reason),
      trade: Id.format("trade", trade.id),
      order: idOrNull("order", order?.id),
      filled_quantity: decimalOrNull(order?.filled),
      average_price: order === undefined ? null : decimalOrNull(Order.averagePrice(order)),
      commission: decimalOrNull(commission)
    }))
    const refused = batch.rejectedRows.map(({ column, line, reason, value }): Documents.BatchRowDocument => ({
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
    }))
    return [...taken, ...refused].toSorted((a, b) => a.line - b.line)
  })

/** Ended batches that are older than a moment and were not put away yet. */
export const endedBefore = (
  moment: Instant.Instant
): Effect.Effect<ReadonlyArray<Batch.Batch>, TradeRepository.StoreError, Reading> =>
  Reads.all(Batch.BatchTable, {
    where: [
      { column: "finishedAt", below: Number(moment) },
      { column: "archivedAt", in: [null] },
      ...exactly("hiddenAt", undefined)
    ]
  })

/** What people see of batches. */
const columns: ReadonlyArray<Columns.TableColumn<Documents.BatchDocument>> = [
  Columns.words("ID", (each) => each.id),
  Columns.words("NAME", (each) => each.name),
  Columns.words("ACCOUNT", (each) => each.account),
  Columns.words("MODE", (each) => each.mode),
  Columns.words("STATUS", (each) => each.status),
  Columns.numbers("ROWS", (each) => String(each.totalTrades)),
  Columns.numbers("DONE", (each) => String(each.processedTrades - each.failedTrades - each.cancelledTrades)),
  Columns.numbers("FAILED", (each) => String(each.failedTrades)),
  Columns.times("CREATED", (each) => each.createdAt),
  Columns.times("FINISHED", (each) => each.finishedAt)
]

/** Batches as a table for people. */
export const table = (items: ReadonlyArray<Documents.BatchDocument>): string => Columns.render(columns, items)
