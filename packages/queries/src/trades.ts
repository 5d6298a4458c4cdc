import type { Documents } from "@roundlot/api"
import { type Clock, Decimal, Instant, Order, Reads, Ticker, Trade } from "@roundlot/core"
import { type Entry, Id, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Instrument, Allocation, Lot, OpenCases, TradeStanding } from "@roundlot/core/ledger"
import { Effect, Either } from "effect"
import * as allocations from "./allocations.ts"
import {
  exactly,
  idOf,
  inAnyCase,
  isWithin,
  isWord,
  partsOf,
  wordOf,
  type Conditions,
  type Period
} from "./criteria.ts"
import * as breaks from "./breaks.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import * as fills from "./fills.ts"
import { causeOf, entriesAbout, eventOf, timeOf } from "./history.ts"
import { among, collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import { askedInTrade, madeBy, mostLookedBy } from "./madeBy.ts"
import * as orders from "./orders.ts"
import { standings } from "./tradeStanding.ts"
import * as Columns from "./table.ts"
import { type Totals, totalsOf } from "./totals.ts"
import { decimalOrNull, idOrNull, idsOf, timeOrNull, valueOrNull } from "./text.ts"

/** One inbound trade on record: shares, dollars a share. */
export type TradeDocument = Documents.TradeDocument

/** A status that a trade had from a moment on, and what brought it about. */
type TradeStatusDocument = Documents.TradeStatusDocument

/** A trade with the way from it to its orders and fills. */
export type TradeDetail = Documents.TradeDetail

/** Which trades; the period is that of `createdAt`, `orderId` an order that ever took of them. */
export interface TradeFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly status?: string | undefined
  readonly side?: string | undefined
  readonly source?: string | undefined
  readonly sourceId?: string | undefined
  readonly owner?: string | undefined
  readonly orderId?: string | undefined
  readonly batchId?: string | undefined
  /** Who handed it in: the name of a token, a person or a source. Only with `since`. */
  readonly actor?: string | undefined
}

/** By when they came, or by the word of their status. */
const sorts = { date: ["createdAt", "id"], status: ["status", "id"] } as const

/** A page of trades. */
export const list = (
  filters: TradeFilters
): Effect.Effect<ListDocument<TradeDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const { records, ...page } = yield* collect(yield* listingOf(filters), filters)
    return { items: yield* documentsOf(records), ...page }
  })

/** What trades come to: shares, and their notional at their own prices. */
export const totals = (filters: TradeFilters): Effect.Effect<Totals, ListError, TradeRepository.TradeRepository> =>
  Effect.flatMap(listingOf(filters), (listing) =>
    totalsOf(listing, filters, ({ price, quantity, side }) => ({
      side,
      quantity,
      currency: Instrument.USUAL_CURRENCY,
      notional: price === undefined ? Decimal.zero : Decimal.multiply(quantity, price),
      isUnpriced: price === undefined
    }))
  )

const listingOf = (filters: TradeFilters) =>
  Effect.gen(function* () {
    const conditions = [
      ...inAnyCase("account", filters.account),
      ...(yield* isWord("side", filters.side, ["buy", "sell"])),
      ...inAnyCase("source", filters.source),
      ...exactly("sourceId", filters.sourceId),
      ...exactly("owner", filters.owner),
      ...(yield* ofBatch(filters.batchId)),
      ...(yield* isWithin("createdAt", filters))
    ]
    const orders = yield* ofOrder(filters.orderId)
    const standing = yield* ofStatus(filters.status)
    const anyOf = orders.flatMap((order) =>
      ofSymbol(filters.symbol).flatMap((symbol) =>
        standing.map((each) => [...order, ...symbol, ...each, ...conditions])
      )
    )
    const keep = yield* madeBy(askedInTrade, filters)
    return { table: Trade.TradeTable, anyOf, keep, mostLooked: mostLookedBy(filters), sorts }
  })

const ofBatch = (batchId: string | undefined): Either.Either<Conditions, BadFilter> =>
  batchId === undefined
    ? Either.right([])
    : Either.map(idOf("batchId", "batch", batchId), (id): Conditions => [{ column: "batchId", in: [id] }])

/** By their status, or those among the pending that wait for a person. */
const ofStatus = (status: string | undefined): Either.Either<ReadonlyArray<Conditions>, BadFilter> =>
  status === undefined
    ? Either.right([[]])
    : Either.map(wordOf("status", status, [...Trade.tradeStatuses, "quarantined"]), (word) =>
        word === "quarantined" ? OpenCases.quarantined : [[{ column: "status", in: [word] }]]
      )

/** By the ticker, or while there is none, by what the source wrote: as the trade is shown. */
const ofSymbol = (symbol: string | undefined): ReadonlyArray<Conditions> => {
  if (symbol === undefined) return [[]]
  const unmapped = [...exactly("symbol", Ticker.UNMAPPED), ...inAnyCase("givenSymbol", symbol)]
  return symbol.toUpperCase() === Ticker.UNMAPPED ? [unmapped] : [inAnyCase("symbol", symbol), unmapped]
}

const ofOrder = (orderId: string | undefined) =>
  Effect.gen(function* () {
    if (orderId === undefined) return [[]]
    const number = yield* idOf("order", "order", orderId)
    const links = yield* Reads.all(Allocation.AllocationTable, { where: [{ column: "orderId", in: [number] }] })
    const own = yield* Reads.first(Order.OrderTable, { where: [{ column: "id", in: [number] }] })
    const ids = [...links, ...(own === undefined ? [] : [own])].flatMap(({ tradeId }) => tradeId ?? [])
    return partsOf(ids).map((part): Conditions => [{ column: "id", in: part }])
  })

/** The documents of trades: their lots and orders are read for all of them at once. */
const documentsOf = (
  trades: ReadonlyArray<Trade.Trade>
): Effect.Effect<ReadonlyArray<TradeDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const ids = trades.map(({ id }) => id)
    const standing = yield* standings(trades)
    const lots = yield* among(Lot.LotTable, "tradeId", ids)
    const links = yield* among(Allocation.AllocationTable, "tradeId", ids, [{ column: "kind", in: ["order"] }])
    const directs = trades.filter(({ kind }) => kind === "direct").map(({ id }) => id)
    const orders = yield* among(Order.OrderTable, "tradeId", directs)
    const open = new Map(lots.map((lot) => [lot.tradeId, Decimal.abs(lot.open)]))
    const orderIds = new Map<number | undefined, Array<number | undefined>>()
    for (const { orderId, tradeId } of links) orderIds.set(tradeId, [...(orderIds.get(tradeId) ?? []), orderId])
    for (const { id, tradeId } of orders) orderIds.set(tradeId, [id])
    return trades.map((trade) => ({
      ...documentOf(trade, open.get(trade.id) ?? Decimal.zero, orderIds.get(trade.id) ?? []),
      standing: standing(trade)
    }))
  })

const documentOf = (
  trade: Trade.Trade,
  open: Decimal.Decimal,
  orderIds: ReadonlyArray<number | undefined>
): Omit<TradeDocument, "standing"> => ({
  id: Id.format("trade", trade.id),
  account: trade.account,
  source: trade.source,
  sourceId: trade.sourceId,
  owner: valueOrNull(trade.owner),
  batchId: idOrNull("batch", trade.batchId),
  kind: trade.kind,
  // No ticker is known yet, and the one that stands for that could be taken for a real one.
  symbol: trade.symbol === Ticker.UNMAPPED ? trade.givenSymbol : trade.symbol,
  side: trade.side,
  quantity: Decimal.format(trade.quantity),
  price: decimalOrNull(trade.price),
  status: trade.status,
  openQuantity: Decimal.format(open),
  orderIds: idsOf("order", orderIds),
  createdAt: Instant.format(trade.createdAt),
  updatedAt: Instant.format(trade.updatedAt)
})

/** The numbers of the orders that ever took of a trade. */
export const orderIdsOf = (
  trade: Trade.Trade
): Effect.Effect<ReadonlyArray<number>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.map(documentsOf([trade]), (documents) =>
    documents.flatMap(({ orderIds }) => orderIds.flatMap((each) => Id.parse("order", each) ?? []))
  )

/** One trade (`T12`) with its allocations, orders, fills and every status with time and cause (ACC-9). */
export const show = (
  id: string
): Effect.Effect<
  TradeDetail,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> =>
  Effect.gen(function* () {
    const number = yield* idOf("trade", "trade", id)
    const trade = yield* Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [number] }] })
    const [document] = trade === undefined ? [] : yield* documentsOf([trade])
    if (trade === undefined || document === undefined) return yield* new NotFound({ kind: "trade", id, list: "trades" })
    const links = yield* allocations.ofTrade(trade.id)
    const orderIds = document.orderIds.flatMap((each) => Id.parse("order", each) ?? [])
    const found = yield* among(Order.OrderTable, "id", orderIds)
    return {
      ...document,
      ...termsOf(trade),
      allocations: links,
      orders: yield* orders.documentsOf(found),
      fills: yield* fills.ofOrders(orderIds),
      breaks: yield* breaks.about(trade.account, document.id),
      statuses: yield* statusesOf(trade.account, document.id)
    }
  })

type Why = Pick<Trade.Trade, "reason" | "detail">

/** Why it has its status, for people. */
export const reasonOf = ({ detail, reason, symbol }: Why & { readonly symbol: string }): string | null =>
  reason === undefined ? null : TradeStanding.reasonText({ reason, detail }, symbol)

const termsOf = (trade: Trade.Trade) => ({
  occurrence: trade.occurrence,
  givenSymbol: trade.givenSymbol,
  tradedAt: Instant.format(trade.tradedAt),
  direction: trade.direction,
  direct: directOf(trade),
  reason: reasonOf(trade),
  reasonCode: valueOrNull(trade.reason),
  nettedQuantity: Decimal.format(trade.netted),
  reverses:
    trade.reversesSourceId === undefined || trade.reversesOccurrence === undefined
      ? null
      : { sourceId: trade.reversesSourceId, occurrence: trade.reversesOccurrence }
})

const directOf = (trade: Trade.Trade): TradeDetail["direct"] => {
  const instruction = Trade.instructionOf(trade)
  if (instruction === undefined) return null
  const { goodTill, limitPrice, session, stopPrice, timeInForce, type } = instruction
  return {
    type,
    limitPrice: decimalOrNull(limitPrice),
    stopPrice: decimalOrNull(stopPrice),
    timeInForce: valueOrNull(timeInForce),
    goodTill: timeOrNull(goodTill),
    session: valueOrNull(session)
  }
}

// Statuses

const statusesOf = (account: string, id: string) =>
  Effect.gen(function* () {
    const entries = yield* entriesAbout(account, "trade", id)
    const statuses = yield* Effect.forEach(entries, statusOf)
    return statuses.filter((each) => each !== undefined)
  })

/** The status that an entry gives its trade, if it gives one (B2, B3). */
const statusOf = (entry: Entry.Entry): Either.Either<TradeStatusDocument | undefined, Table.BadRow> =>
  Either.gen(function* () {
    const event = yield* eventOf(entry)
    const cause = yield* causeOf(entry)
    const became = (
      status: Trade.TradeStatus,
      why: Why = { reason: undefined, detail: undefined },
      symbol = ""
    ): TradeStatusDocument => ({
      status,
      at: timeOf(entry),
      reason: reasonOf({ ...why, symbol }),
      reasonCode: valueOrNull(why.reason),
      cause
    })
    switch (event._tag) {
      case "TradeAccepted":
      case "TradeReleased":
        return became(event.lotId === undefined ? "pending" : "accumulated")
      case "DirectTradeSettled":
        return became(event.status, { reason: event.reason, detail: event.detail })
      case "TradeQuarantined":
      case "TradeHeld":
        return became("pending", { reason: event.reason, detail: event.detail }, event.symbol)
      case "TradeSettled":
        return became(event.status)
      case "TradeFailed":
        return became("failed", { reason: event.reason, detail: event.detail })
      default:
        return undefined
    }
  })

/** What people see of trades. */
const columns: ReadonlyArray<Columns.TableColumn<TradeDocument>> = [
  Columns.ids("ID", (trade) => trade.id),
  Columns.minor(Columns.words("ACCOUNT", (trade) => trade.account)),
  Columns.times("RECORDED", (trade) => trade.createdAt),
  Columns.minor(Columns.words("KIND", (trade) => trade.kind)),
  Columns.ids("SYMBOL", (trade) => trade.symbol),
  Columns.ids("SIDE", (trade) => trade.side),
  Columns.numbers("QUANTITY", (trade) => trade.quantity),
  Columns.dollars("PRICE", (trade) => trade.price),
  Columns.states("STATUS", (trade) => trade.status),
  Columns.numbers("OPEN", (trade) => trade.openQuantity),
  Columns.minor(Columns.ids("ORDERS", (trade) => (trade.orderIds.length === 0 ? null : trade.orderIds.join(" ")))),
  Columns.minor(Columns.words("SOURCE ID", (trade) => trade.sourceId))
]

/** Trades as a table for people. */
export const table = Columns.tableOf<TradeDocument>(columns)

/** A trade in a line: `Trade T3: sell 0.238 AMZN, completed`. */
export const heading = ({ id, quantity, side, status, symbol }: TradeDocument): string =>
  `Trade ${id}: ${side} ${quantity} ${symbol}, ${status}`
