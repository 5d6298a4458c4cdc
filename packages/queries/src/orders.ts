import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { type Clock, Decimal, Instant, Order, Reads, Trade } from "@roundlot/core"
import { Id, OrderState, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, Attempt, Break, codeWords, contradiction, Instrument, ladder } from "@roundlot/core/ledger"
import { Effect, Either } from "effect"
import {
  exactly,
  idOf,
  inAnyCase,
  isClientOrderId,
  isWithin,
  isWord,
  partsOf,
  wordOf,
  type Conditions,
  type Period
} from "./criteria.ts"
import * as allocations from "./allocations.ts"
import * as attempts from "./attempts.ts"
import * as breaks from "./breaks.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import * as fills from "./fills.ts"
import { historyOf } from "./history.ts"
import { among, bothOf, collect, type Keep, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import { criterionOf, type OrderQuery } from "./orderQuery.ts"
import { askedInOrder, madeBy, mostLookedBy } from "./madeBy.ts"
import * as priceBand from "./priceBand.ts"
import * as Columns from "./table.ts"
import { type Totals, totalsOf } from "./totals.ts"
import { decimalOrNull, idOrNull, timeOrNull, valueOrNull } from "./text.ts"
import { heldReportsOf } from "./heldReports.ts"

/** An instruction to a broker: terms, what became of it, and the figures of its fills. Shares, dollars a share. */
export type OrderDocument = Documents.OrderDocument

/** An order with all that is known of it. */
export type OrderDetail = Documents.OrderDetail

/** Which orders; the period is that of `createdAt`, `tradeId` a trade that they ever took of, `query` a phase, status or state. */
export interface OrderFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly side?: string | undefined
  readonly origin?: string | undefined
  readonly query?: OrderQuery | undefined
  /** What refused or ended it, by its code: a control such as `MaxNotional`, or a code of the broker. */
  readonly code?: string | undefined
  readonly fillStatus?: string | undefined
  readonly brokerOrderId?: string | undefined
  readonly clientOrderId?: string | undefined
  readonly tradeId?: string | undefined
  /** Who asked for it, or for the decision or direct trade that it executes: a token, a person, a source. Only with `since`. */
  readonly actor?: string | undefined
  /** What its first execution says: the order's id at the client that placed it, which client that was, and what was traded where. */
  readonly orderNumber?: string | undefined
  readonly clientId?: string | undefined
  readonly secType?: string | undefined
  readonly exchange?: string | undefined
  readonly currency?: string | undefined
}

/** An order in short, as previews and the overview list it. */
export const shortOf = ({ account, id, quantity, side, symbol }: Order.Order): Documents.OrderInShort => ({
  id: Id.format("order", id),
  account,
  symbol,
  side,
  quantity: Decimal.format(quantity)
})

/** The document of an order. A row without what its status demands is a `BadRow` (FILL-7). */
export const documentOf = (order: Order.Order): Either.Either<OrderDocument, Table.BadRow> =>
  Either.map(Order.stateOf(order), (state) => {
    const status = OrderState.statusOf[state._tag]
    return {
      ...shortOf(order),
      askedNotional: decimalOrNull(order.askedNotional),
      type: order.type,
      status,
      phase: OrderState.phaseOf[status],
      fillStatus: OrderState.fillStatusOf[status],
      origin: order.origin,
      brokerOrderId: valueOrNull(order.brokerOrderId),
      clientOrderId: order.clientOrderId,
      idReusedOn: order.idReusedOn === "" ? null : order.idReusedOn,
      orderNumber: valueOrNull(order.orderNumber),
      clientId: valueOrNull(order.clientId),
      secType: valueOrNull(order.secType),
      exchange: valueOrNull(order.exchange),
      currency: valueOrNull(order.currency),
      filledQuantity: Decimal.format(order.filled),
      averagePrice: decimalOrNull(Order.averagePrice(order)),
      decisionId: order.decisionId === undefined ? null : Id.format("decision", order.decisionId),
      retryOf: idOrNull("order", order.retryOf),
      replacedBy: null,
      batchId: null,
      endReported: valueOrNull(order.endReported),
      endReportedAt: timeOrNull(order.endReportedAt),
      createdAt: Instant.format(order.createdAt),
      updatedAt: Instant.format(order.updatedAt),
      firstFilledAt: timeOrNull(order.firstFilledAt),
      lastFilledAt: timeOrNull(order.lastFilledAt),
      fetchedAt: timeOrNull(order.fetchedAt)
    }
  })

/** By when they were made, or by the word of their status. */
const sorts = { date: ["createdAt", "id"], status: ["status", "id"] } as const

/** A page of orders; one function for a phase, a status or a state (FILL-8). */
export const list = (
  filters: OrderFilters
): Effect.Effect<ListDocument<OrderDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const { records, ...page } = yield* collect(yield* listingOf(filters), filters)
    return { items: yield* documentsOf(records), ...page }
  })

/** What orders come to: shares as ordered and as filled, and the notional of their fills. */
export const totals = (filters: OrderFilters): Effect.Effect<Totals, ListError, TradeRepository.TradeRepository> =>
  Effect.flatMap(listingOf(filters), (listing) =>
    totalsOf(listing, filters, ({ currency, filled, notional, quantity, side, unpriced }) => ({
      side,
      quantity,
      filled,
      currency: currency ?? Instrument.USUAL_CURRENCY,
      notional,
      isUnpriced: !Decimal.isZero(unpriced)
    }))
  )

const listingOf = (filters: OrderFilters) =>
  Effect.gen(function* () {
    const criterion = filters.query === undefined ? undefined : yield* criterionOf(filters.query)
    const conditions: Conditions = [
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...(yield* isWord("side", filters.side, ["buy", "sell"])),
      ...(yield* isWord("origin", filters.origin, Order.origins)),
      ...(criterion === undefined ? [] : [{ column: "status", in: criterion.statuses }]),
      ...exactly("code", filters.code),
      ...(yield* hasFillStatus(filters.fillStatus)),
      ...exactly("brokerOrderId", filters.brokerOrderId),
      ...isClientOrderId(filters.clientOrderId),
      ...exactly("orderNumber", filters.orderNumber),
      ...exactly("clientId", filters.clientId),
      ...exactly("secType", filters.secType),
      ...exactly("exchange", filters.exchange),
      ...exactly("currency", filters.currency),
      ...(yield* isWithin("createdAt", filters))
    ]
    const anyOf = (yield* ofTrade(filters.tradeId)).map((trade) => [...trade, ...conditions])
    const judged: Keep<Order.Order> | undefined =
      criterion?.judges === true ? (batch) => Effect.filter(batch, criterion.holds) : undefined
    const keep = bothOf(judged, yield* madeBy(askedInOrder, filters))
    return { table: Order.OrderTable, anyOf, keep, mostLooked: mostLookedBy(filters), sorts }
  })

/** Orders of the statuses that have this word. */
const hasFillStatus = (text: string | undefined): Either.Either<Conditions, BadFilter> =>
  text === undefined
    ? Either.right([])
    : Either.map(wordOf("fillStatus", text, OrderState.fillStatuses), (word): Conditions => [
        { column: "status", in: OrderState.orderStatuses.filter((status) => OrderState.fillStatusOf[status] === word) }
      ])

/** D6: an order that was no longer due ends unsent; in the same commit its position is evaluated, and the next one made. */
const isSuperseded = ({ localState, status }: Order.Order): boolean =>
  localState === "superseded" && status === "cancelled"

/** What took the place of each of these orders, where something did: read for all of them at once. */
const replacementsOf = (orders: ReadonlyArray<Order.Order>) =>
  Effect.gen(function* () {
    const superseded = orders.filter(isSuperseded)
    const ends = superseded.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [Number(endedAt)]))
    const made = yield* among(Order.OrderTable, "createdAt", new Set(ends), [
      { column: "origin", in: ["accumulation"] }
    ])
    return new Map(
      superseded.flatMap(({ account, endedAt, id, symbol }) =>
        made
          .filter((each) => each.account === account && each.symbol === symbol && each.createdAt === endedAt)
          .map((each) => [id, each.id] as const)
      )
    )
  })

/** The documents of orders, with the batches whose rows they execute and what took their place: read for all of them at once. */
export const documentsOf = (
  orders: ReadonlyArray<Order.Order>
): Effect.Effect<ReadonlyArray<OrderDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const executed = orders.flatMap(({ tradeId }) => tradeId ?? [])
    const trades = yield* among(Trade.TradeTable, "id", executed)
    const batches = new Map(trades.map(({ batchId, id }) => [id, batchId]))
    const replacements = yield* replacementsOf(orders)
    return yield* Effect.forEach(orders, (order) =>
      Either.map(documentOf(order), (document) => ({
        ...document,
        replacedBy: idOrNull("order", replacements.get(order.id)),
        batchId: idOrNull("batch", order.tradeId === undefined ? undefined : batches.get(order.tradeId))
      }))
    )
  })

const ofTrade = (tradeId: string | undefined) =>
  Effect.gen(function* () {
    if (tradeId === undefined) return [[]]
    const number = yield* idOf("trade", "trade", tradeId)
    const links = yield* Reads.all(Allocation.AllocationTable, { where: [{ column: "tradeId", in: [number] }] })
    const own = yield* Reads.all(Order.OrderTable, { where: [{ column: "tradeId", in: [number] }] })
    const ids = [...links.flatMap(({ orderId }) => orderId ?? []), ...own.map((order) => order.id)]
    return partsOf(ids).map((part): Conditions => [{ column: "id", in: part }])
  })

const one = (id: string) =>
  Effect.gen(function* () {
    const number = yield* idOf("order", "order", id)
    const order = yield* Reads.first(Order.OrderTable, { where: [{ column: "id", in: [number] }] })
    return order ?? (yield* new NotFound({ kind: "order", id, list: "orders" }))
  })

/** The account whose order it is. */
export const accountOf = (id: string) => Effect.map(one(id), (order) => order.account)

/** One order (`O5`) with its attempts, trades, fills, breaks and history. */
export const show = (
  id: string
): Effect.Effect<
  OrderDetail,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> =>
  Effect.gen(function* () {
    const order = yield* one(id)
    const [document = yield* documentOf(order)] = yield* documentsOf([order])
    const links = yield* allocations.ofOrder(order.id)
    return {
      ...document,
      ...termsOf(order),
      tradeIds: tradeIdsOf(order, links),
      attempts: yield* attemptsOf(order.id),
      allocations: links,
      fills: yield* fills.ofOrders([order.id]),
      priceBand: yield* priceBand.ofOrder(order),
      heldReports: yield* heldReportsOf(order.id),
      contradiction: yield* contradictionOf(order),
      breaks: yield* breaks.about(order.account, document.id),
      proposal: yield* proposalOf(order),
      ladder: yield* ladderOf(order),
      history: yield* historyOf(order.account, "order", document.id)
    }
  })

/** Which of its account's offsets it was made at. */
const ladderOf = (order: Order.Order) =>
  Effect.gen(function* () {
    const account = yield* Reads.account(order.account)
    const where = [
      { column: "account", in: [order.account] },
      { column: "symbol", in: [order.symbol] }
    ]
    const instrument = yield* Reads.first(Instrument.InstrumentTable, { where })
    if (account === undefined) return null
    const offsets = ladder.offsetsOf(account)
    const step = ladder.stepOfOrder(order, account, instrument?.tick)
    const limitOffsetBp = step === undefined ? undefined : offsets[step]
    return step === undefined || limitOffsetBp === undefined
      ? null
      : { step: step + 1, steps: offsets.length, limitOffsetBp }
  })

/** Of an order that was proposed what its trade says of that. */
const proposalOf = ({ approveBy, tradeId }: Order.Order) =>
  approveBy === undefined || tradeId === undefined
    ? Effect.succeed(null)
    : Effect.map(Reads.first(Trade.TradeTable, { where: [{ column: "id", in: [tradeId] }] }), (trade) =>
        trade?.proposedNotional === undefined
          ? null
          : {
              source: trade.source,
              approveBy: Instant.format(approveBy),
              notional: Decimal.format(trade.proposedNotional)
            }
      )

/** What of the broker's newest evidence contradicts that an order is live. */
export const contradictionOf = (order: Order.Order) =>
  Effect.map(
    Reads.all(Break.BreakTable, {
      where: [
        { column: "account", in: [order.account] },
        { column: "subject", in: [Id.format("order", order.id)] }
      ]
    }),
    (about): Documents.OrderDetail["contradiction"] => {
      const found = contradiction.contradictedBy(order, about)
      return found === undefined ? null : { ...found, since: Instant.format(found.since) }
    }
  )

const contradicting = {
  EndReported: "the broker reported an end; no second reading confirms it yet",
  NotListed: "it is missing from the broker's complete history"
} as const

/** What contradicts a live order, as people read it. */
export const contradictionText = ({ as, fact, since }: NonNullable<Documents.OrderDetail["contradiction"]>): string =>
  `On record since ${since}: ${contradicting[fact]}. It would end as ${as}.`

/** A direct order executes one trade; any other took of those in its allocations. */
const tradeIdsOf = (order: Order.Order, links: ReadonlyArray<allocations.AllocationDetail>): ReadonlyArray<string> =>
  order.tradeId === undefined
    ? [...new Set(links.flatMap(({ tradeId }) => tradeId ?? []))]
    : [Id.format("trade", order.tradeId)]

const termsOf = (order: Order.Order) => ({
  sentQuantity: Decimal.format(order.sentQuantity),
  limitPrice: decimalOrNull(order.limitPrice),
  stopPrice: decimalOrNull(order.stopPrice),
  timeInForce: order.timeInForce,
  goodTill: timeOrNull(order.goodTill),
  session: order.session,
  positionEffect: valueOrNull(order.positionEffect),
  brokerOrderIds: order.brokerOrderIds,
  reason: valueOrNull(order.reason),
  code: valueOrNull(order.code),
  rawStatus: valueOrNull(order.rawStatus),
  heldFor: valueOrNull(order.heldFor),
  approvedAt: timeOrNull(order.approvedAt),
  notBefore: timeOrNull(order.notBefore),
  candidate: valueOrNull(order.candidate),
  unpricedQuantity: Decimal.format(order.unpriced),
  filledNotional: Decimal.format(order.notional),
  excess: Decimal.format(order.excess),
  cancelRequestedAt: timeOrNull(order.cancelRequestedAt),
  sentAt: timeOrNull(order.sentAt),
  acceptedAt: timeOrNull(order.acceptedAt),
  endedAt: timeOrNull(order.endedAt)
})

const attemptsOf = (orderId: number) =>
  Effect.flatMap(
    Reads.all(Attempt.AttemptTable, { where: [{ column: "orderId", in: [orderId] }] }),
    attempts.exchangesOf
  )

const sizeOf = ({ askedNotional, quantity }: OrderDocument): string =>
  askedNotional === null ? quantity : dollarsText(askedNotional)

/** What people see of orders. */
const columns: ReadonlyArray<Columns.TableColumn<OrderDocument>> = [
  Columns.ids("ID", (order) => order.id),
  Columns.minor(Columns.words("ACCOUNT", (order) => order.account)),
  Columns.times("CREATED", (order) => order.createdAt),
  Columns.ids("SYMBOL", (order) => order.symbol),
  Columns.ids("SIDE", (order) => order.side),
  Columns.numbers("QUANTITY", sizeOf),
  Columns.states("STATUS", (order) => order.status),
  Columns.numbers("FILLED", (order) => order.filledQuantity),
  Columns.numbers("AVERAGE", (order) => Columns.short(order.averagePrice)),
  Columns.minor(Columns.words("ORIGIN", (order) => order.origin)),
  Columns.minor(Columns.ids("BROKER ID", (order) => order.brokerOrderId))
]

/** Orders as a table for people. */
export const table = Columns.tableOf<OrderDocument>(columns)

/** An order in a line: `Order O10: buy 3 SPY, partially filled, 2 filled at 601.84`. */
export const heading = (order: OrderDocument): string => {
  const filled = order.averagePrice === null ? "" : `, ${order.filledQuantity} filled at ${order.averagePrice}`
  return `Order ${order.id}: ${order.side} ${sizeOf(order)} ${order.symbol}, ${codeWords.wordsOf(order.status)}${filled}`
}
