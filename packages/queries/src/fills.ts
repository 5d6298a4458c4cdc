import type { Documents } from "@roundlot/api"
import { Decimal, Fill, Instant, Order, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, concluded, Instrument } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { exactly, idOf, inAnyCase, isWithin, partsOf, wordOf, type Conditions, type Period } from "./criteria.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { among, collect, type Keep, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { type FillSummand, type Totals, totalsOfFills } from "./totals.ts"
import { decimalOrNull, idOrNull, orNull, valueOrNull } from "./text.ts"

/** One revision of one execution: shares, dollars a share (null: unpriced), commission (null: not known yet). */
export type FillDocument = Documents.FillDocument

/** A fill with its order's terms and what else is on record. */
export type FillDetail = Documents.FillDetail

/** Which fills; the period is that of `executedAt`. `canonical` leaves out what a later revision replaced. */
export interface FillFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly side?: string | undefined
  readonly orderId?: string | undefined
  readonly tradeId?: string | undefined
  readonly execId?: string | undefined
  readonly canonical?: boolean | undefined
  /** What the broker says beside: its durable id of the order, the order's id at the client that placed it, and which client that was. */
  readonly permId?: string | undefined
  readonly orderNumber?: string | undefined
  readonly clientId?: string | undefined
  readonly secType?: string | undefined
  readonly exchange?: string | undefined
  readonly currency?: string | undefined
}

/** What a fill's document says of its order. */
type OfOrder = Pick<FillDocument, "side" | "origin" | "delayMs">

/** What a fill's document says of it alone. */
const ownOf = (fill: Fill.Fill): Omit<FillDocument, "replacedBy" | keyof OfOrder> => ({
  id: Id.format("fill", fill.id),
  orderId: Id.format("order", fill.orderId),
  execId: fill.execId,
  execIdBase: fill.execIdBase,
  revision: fill.revision,
  canonical: fill.canonical,
  quantity: Decimal.format(fill.quantity),
  price: decimalOrNull(fill.price),
  band: fill.band,
  commission: decimalOrNull(fill.commission),
  executedAt: Instant.format(fill.executedAt),
  account: fill.account,
  symbol: fill.symbol,
  commissionCurrency: valueOrNull(fill.commissionCurrency),
  facts: factsOf(fill),
  fetchedAt: Instant.format(fill.fetchedAt),
  payloadId: idOrNull("payload", fill.payloadId),
  createdAt: Instant.format(fill.createdAt),
  updatedAt: Instant.format(fill.updatedAt)
})

const factsOf = (fill: Fill.Fill): FillDocument["facts"] => ({
  permId: valueOrNull(fill.permId),
  orderRef: valueOrNull(fill.orderRef),
  orderId: valueOrNull(fill.orderNumber),
  clientId: valueOrNull(fill.clientId),
  secType: valueOrNull(fill.secType),
  exchange: valueOrNull(fill.exchange),
  currency: valueOrNull(fill.currency),
  liquidity: valueOrNull(fill.liquidity)
})

/** The documents of fills, with the revisions that took the place of some: read for all of them at once. */
export const documentsOf = (
  fills: ReadonlyArray<Fill.Fill>
): Effect.Effect<ReadonlyArray<FillDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const replaced = fills.filter(({ canonical }) => !canonical)
    const bases = replaced.map(({ execIdBase }) => execIdBase)
    const accounts = [...new Set(replaced.map(({ account }) => account))]
    const counting = yield* among(Fill.FillTable, "execIdBase", bases, [
      { column: "account", in: accounts },
      { column: "canonical", in: [1] }
    ])
    const orders = yield* ordersOf(fills)
    return fills.map((fill) => ({
      ...ownOf(fill),
      ...ofOrderOf(fill, orders.get(fill.orderId)),
      replacedBy: replacementOf(fill, counting)
    }))
  })

const ofOrderOf = ({ executedAt }: Fill.Fill, order: Order.Order | undefined): OfOrder => ({
  side: orNull(order, ({ side }) => side),
  origin: orNull(order, ({ origin }) => origin),
  delayMs: orNull(order?.sentAt, (sentAt) => Math.round(Instant.millisBetween(sentAt, executedAt)))
})

const replacementOf = (fill: Fill.Fill, counting: ReadonlyArray<Fill.Fill>): number | null => {
  if (fill.canonical) return null
  const found = counting.find(({ account, execIdBase }) => account === fill.account && execIdBase === fill.execIdBase)
  return found === undefined || concluded.isConcluded(found) ? null : found.revision
}

const listingOf = (filters: FillFilters) =>
  Effect.gen(function* () {
    const orders = yield* ofOrder(filters)
    const flag: Conditions =
      filters.canonical === undefined ? [] : [{ column: "canonical", in: [Number(filters.canonical)] }]
    const conditions = [
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...exactly("execId", filters.execId),
      ...exactly("permId", filters.permId),
      ...exactly("orderNumber", filters.orderNumber),
      ...exactly("clientId", filters.clientId),
      ...exactly("secType", filters.secType),
      ...exactly("exchange", filters.exchange),
      ...exactly("currency", filters.currency),
      ...flag,
      ...(yield* isWithin("executedAt", filters))
    ]
    const anyOf = orders.map((order) => [...order, ...conditions])
    return { table: Fill.FillTable, anyOf, keep: yield* keepOf(filters) }
  })

/** A page of fills. */
export const list = (
  filters: FillFilters
): Effect.Effect<ListDocument<FillDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const { records, ...page } = yield* collect(yield* listingOf(filters), filters)
    return { items: yield* documentsOf(records), ...page }
  })

/** The orders of fills by their ids, read for all of them at once. */
const ordersOf = (fills: ReadonlyArray<Fill.Fill>) =>
  Effect.map(
    among(Order.OrderTable, "id", new Set(fills.map(({ orderId }) => orderId))),
    (found): ReadonlyMap<number, Order.Order> => new Map(found.map((order) => [order.id, order]))
  )

/** What a fill adds to totals; of an execution that was busted there is no price or commission to wait for. */
const summandOf = (fill: Fill.Fill, order: Order.Order): FillSummand => {
  const currency = fill.currency ?? order.currency ?? Instrument.USUAL_CURRENCY
  const isBusted = Decimal.isZero(fill.quantity)
  const commission = fill.commission ?? (isBusted ? Decimal.zero : undefined)
  return {
    side: order.side,
    quantity: fill.quantity,
    currency,
    notional: fill.price === undefined ? Decimal.zero : Decimal.multiply(fill.quantity, fill.price),
    isUnpriced: fill.price === undefined && !isBusted,
    commission: commission && [fill.commissionCurrency ?? currency, commission]
  }
}

/** What fills come to: shares, dollars and commissions, of those revisions that count. */
export const totals = (filters: FillFilters): Effect.Effect<Totals, ListError, TradeRepository.TradeRepository> =>
  Effect.flatMap(listingOf(filters), ({ anyOf, ...listing }) => {
    const counting = anyOf.map((where): Conditions => [...where, { column: "canonical", in: [1] }])
    return totalsOfFills({ ...listing, anyOf: counting }, filters, (fills) =>
      Effect.map(ordersOf(fills), (orders) =>
        fills.flatMap((fill) => {
          const order = orders.get(fill.orderId)
          return order === undefined ? [] : [summandOf(fill, order)]
        })
      )
    )
  })

/** The fills of one order, or of all orders that ever took of one trade. */
const ofOrder = (filters: FillFilters) =>
  Effect.gen(function* () {
    const own: Conditions =
      filters.orderId === undefined ? [] : [{ column: "orderId", in: [yield* idOf("order", "order", filters.orderId)] }]
    if (filters.tradeId === undefined) return [own]
    const tradeId = yield* idOf("trade", "trade", filters.tradeId)
    const links = yield* Reads.all(Allocation.AllocationTable, { where: [{ column: "tradeId", in: [tradeId] }] })
    const ids = links.flatMap(({ orderId }) => (orderId === undefined ? [] : [orderId]))
    return partsOf(ids).map((part): Conditions => [{ column: "orderId", in: part }, ...own])
  })

/** A fill has no side of its own: that of its order decides, read for a batch at once. */
const keepOf = (filters: FillFilters) =>
  Effect.gen(function* () {
    if (filters.side === undefined) return undefined
    const terms = exactly("side", yield* wordOf("side", filters.side, ["buy", "sell"]))
    const keep: Keep<Fill.Fill> = (batch) => {
      const orderIds = batch.map(({ orderId }) => orderId)
      return Effect.map(among(Order.OrderTable, "id", orderIds, terms), (orders) => {
        const ids = new Set(orders.map(({ id }) => id))
        return batch.filter(({ orderId }) => ids.has(orderId))
      })
    }
    return keep
  })

/** One fill (`F3`) with its order's symbol and side. */
export const show = (
  id: string
): Effect.Effect<FillDetail, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const number = yield* idOf("fill", "fill", id)
    const fill = yield* Reads.first(Fill.FillTable, { where: [{ column: "id", in: [number] }] })
    if (fill === undefined) return yield* new NotFound({ kind: "fill", id, list: "fills" })
    const revisions = yield* Reads.all(Fill.FillTable, {
      where: [
        { column: "account", in: [fill.account] },
        { column: "execIdBase", in: [fill.execIdBase] }
      ]
    })
    const [document] = yield* documentsOf([fill])
    if (document === undefined) return yield* new NotFound({ kind: "fill", id, list: "fills" })
    return {
      ...document,
      revisions: yield* documentsOf(revisions.toSorted((a, b) => a.revision - b.revision))
    }
  })

/** All fills of these orders, all revisions, oldest first. */
export const ofOrders = (
  orderIds: Iterable<number>
): Effect.Effect<ReadonlyArray<FillDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.flatMap(among(Fill.FillTable, "orderId", orderIds), (fills) =>
    documentsOf(fills.toSorted((a, b) => a.id - b.id))
  )

/** What people see of fills. */
const columns: ReadonlyArray<Columns.TableColumn<FillDocument>> = [
  Columns.ids("ID", (fill) => fill.id),
  Columns.ids("ORDER", (fill) => fill.orderId),
  Columns.minor(Columns.words("ACCOUNT", (fill) => fill.account)),
  Columns.times("EXECUTED", (fill) => fill.executedAt),
  Columns.ids("SYMBOL", (fill) => fill.symbol),
  Columns.ids("SIDE", (fill) => fill.side),
  Columns.numbers("QUANTITY", (fill) => fill.quantity),
  Columns.dollars("PRICE", (fill) => fill.price),
  Columns.dollars("COMMISSION", (fill) => fill.commission),
  Columns.minor(Columns.numbers("REV", (fill) => String(fill.revision))),
  Columns.words("COUNTS", (fill) => (fill.canonical ? "yes" : "no")),
  Columns.minor(Columns.ids("EXECUTION", (fill) => fill.execId))
]

/** Fills as a table for people. */
export const table = Columns.tableOf<FillDocument>(columns)

/** A fill in a line: `Fill F3: 2 at 100 of order O1`. */
export const heading = ({ id, orderId, price, quantity }: FillDocument): string =>
  `Fill ${id}: ${quantity} at ${price ?? "a price not known yet"} of order ${orderId}`
