import { Effect, Schema } from "effect"
import { AccountTable } from "../records/Account.ts"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import type { Table } from "../tables/Table.ts"
import { FillTable, WaitingCommissionTable, WaitingFillTable, type Fill, type WaitingFill } from "../records/Fill.ts"
import type { OrderId } from "../values/Id.ts"
import { UNMAPPED } from "../records/Ticker.ts"
import type { Recorder } from "../books/Recorder.ts"
import { PayloadTable } from "../records/Payload.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import * as Decimal from "../values/Decimal.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import {
  Brokers,
  isWhole,
  wholeSince,
  type BrokerReadFailed,
  type BrokerService,
  type Listing,
  type NoBroker,
  type TimeWindow
} from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { HoldingTable, type HeldAtBroker } from "../records/HeldAtBroker.ts"
import { openOrUpdate } from "../rules/breaks/ledgerBreaks.ts"
import type { Executed, OrderSeen, Received } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { CursorTable } from "../records/Cursor.ts"
import { moveCursor } from "../rules/trade/moveCursor.ts"
import { ordersListed } from "./listings.ts"
import { reportedMember, bookAll } from "./Booking.ts"
import * as Reads from "./Reads.ts"
import { settleAbsent } from "./absent.ts"
import { withRetries } from "./reading.ts"

/** A table that a sync writes to cannot be read: the store was not migrated, or is damaged. Nothing was asked of the broker. */
export class NotReady extends Schema.TaggedError<NotReady>()("NotReady", {
  table: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `the table of ${this.table} is not ready for a sync: ${this.detail}. Migrate the store to this version`
  }
}

/** Which account is read, how far back, and where its broker is another connection than the account's own, by that. */
export interface SyncRequest {
  readonly account: AccountName
  /** Days; 7 where nothing is said. */
  readonly lookbackDays?: number | undefined
  readonly broker?: BrokerService | undefined
}

/** What a sync of executions came to (SYNC-8). */
export interface Synced {
  readonly account: AccountName
  /** Executions that the broker listed. */
  readonly fetched: number
  /** Those that were not in the books before. */
  readonly inserted: number
  /** Those in the books of which something became known that was not: what they cost, or that they count no more, or again. */
  readonly updated: number
  /** Executions of which another revision counts now. */
  readonly canonicalChanges: number
  /** Orders that are not as they were. */
  readonly touchedOrders: number
  /** When the reading began that the run is of. */
  readonly fetchedAt: Instant.Instant
  /** What the broker was asked for and what it covers: it may have forgotten what was before. */
  readonly askedFrom: Instant.Instant
  readonly windowStart: Instant.Instant
  readonly windowEnd: Instant.Instant
}

type Needed = Brokers | Clock | Ledger | TradeRepository

type Failed = NotReady | BrokerReadFailed | LedgerError | NoBroker

/** How far back a sync reads where nothing is said. */
export const LOOKBACK_DAYS = 7

const DAY_MS = 86_400_000
const A_SECOND_MS = 1_000

const ready = <R>(table: Table<R>, name: string): Effect.Effect<void, NotReady, TradeRepository> =>
  Effect.asVoid(Reads.first(table, {})).pipe(
    Effect.mapError((error: StoreError) => new NotReady({ table: name, detail: error.message }))
  )

/** SYNC-7: the tables that a sync rests on can be read, before anybody is asked for anything. */
export const checkReady: Effect.Effect<void, NotReady, TradeRepository> = Effect.all(
  [
    ready(AccountTable, "accounts"),
    ready(OrderTable, "orders"),
    ready(FillTable, "fills"),
    ready(WaitingFillTable, "waiting fills"),
    ready(WaitingCommissionTable, "waiting commissions"),
    ready(PayloadTable, "payloads"),
    ready(CursorTable, "cursors"),
    ready(HoldingTable, "broker positions")
  ],
  { discard: true }
)

/**
 * SYNC-1 to SYNC-8: reads executions and orders of a window into the books, once. What is known already costs a look; nothing is ever
 * deleted; in whatever order facts come, the books are the same. Needs the account's lease.
 */
export const syncTradesOnce: (request: SyncRequest) => Effect.Effect<Synced, Failed, Needed> = Effect.fn(
  "Sync.syncTradesOnce"
)(function* ({ account, broker: given, lookbackDays = LOOKBACK_DAYS }) {
  yield* checkReady
  const broker = given ?? (yield* (yield* Brokers).get(account))
  const now = yield* (yield* Clock).now
  const asked = { from: Instant.addMillis(now, -lookbackDays * DAY_MS), to: Instant.addMillis(now, A_SECOND_MS) }
  const readBefore = yield* withRetries(broker.fills(asked))
  const from = startOf(readBefore, asked.from)
  const begun = yield* (yield* Ledger).now
  const orders = yield* ordersListed(broker, account, { from, to: asked.to })
  const isEndUntold = (yield* newOrders(account, orders, () => false)).some(({ report }) => hasUntoldEnd(report))
  const fills = isEndUntold ? yield* withRetries(broker.fills(asked)) : readBefore
  const executions = fills.received.filter(({ report }) => report.account === account)
  const before = yield* knownOf(account, executions)
  const news = executions.filter(({ report }) => !isKnown(before, report))
  const bases = new Set(news.map(({ report }) => report.execIdBase))
  const canonicalBefore = yield* canonicalOf(account, bases)
  const touched = new Set<OrderId>(yield* book(news))
  const seen = yield* newOrders(account, orders, () => isWhole(fills))
  for (const id of yield* book(seen, begun)) touched.add(id)
  yield* bookListing(account, now, from, orders)
  for (const id of yield* settleWaiting(account, broker, { from, to: asked.to }, news, isWhole(fills))) touched.add(id)
  const absent = yield* settleAbsent({
    account,
    broker,
    asked,
    from,
    wholeFrom: wholeSince(fills, asked.from),
    begun: now,
    fills,
    orders
  })
  for (const id of absent.touched) touched.add(id)
  // What a listing in part lacks was not read.
  if (isWhole(fills)) yield* noteRead(account, from, now)
  const after = yield* knownOf(account, news)
  const canonicalAfter = yield* canonicalOf(account, bases)
  for (const { orderId } of after.values()) if (orderId !== undefined) touched.add(orderId)
  const inserted = [...after.keys()].filter((execId) => !before.has(execId)).length
  const replaced = [...canonicalBefore].filter(([base, execId]) => canonicalAfter.get(base) !== execId)
  const costed = [...after].filter(([execId, row]) => before.has(execId) && isChanged(before.get(execId), row))
  return {
    account,
    fetched: executions.length,
    inserted,
    updated: new Set([...costed.map(([execId]) => execId), ...replaced.map(([, execId]) => execId), ...absent.changed])
      .size,
    canonicalChanges: replaced.length + absent.changed.length,
    touchedOrders: touched.size,
    fetchedAt: now,
    askedFrom: asked.from,
    windowStart: from,
    windowEnd: now
  }
})

/** From when on the listing may be taken for whole. What is older and listed all the same widens it: it was not forgotten. */
const startOf = (fills: Listing<Executed>, askedFrom: Instant.Instant): Instant.Instant => {
  const whole = wholeSince(fills, askedFrom) ?? askedFrom
  const oldest = fills.received.reduce((at, { report }) => (report.executedAt < at ? report.executedAt : at), whole)
  return oldest < askedFrom ? askedFrom : oldest
}

/* What is known. */

type Known = Pick<Fill | WaitingFill, "execId" | "quantity" | "price"> & {
  readonly commission?: Decimal.Decimal | undefined
  readonly orderId?: OrderId | undefined
}

type Executions = ReadonlyArray<Received<Executed>>

const knownOf = (account: AccountName, executions: Executions) =>
  Effect.gen(function* () {
    const ids = [...new Set(executions.map(({ report }) => report.execId))]
    const fills = yield* Reads.among(FillTable, account, "execId", ids)
    const missing = new Set(ids)
    for (const { execId } of fills) missing.delete(execId)
    const waiting = yield* Reads.among(WaitingFillTable, account, "execId", [...missing])
    const known = new Map<string, Known>()
    for (const each of [...waiting, ...fills]) known.set(each.execId, each)
    return known
  })

const isSame = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

const isKnown = (known: ReadonlyMap<string, Known>, { commission, execId, price, quantity }: Executed): boolean => {
  const fill = known.get(execId)
  if (fill === undefined || !Decimal.equals(fill.quantity, quantity) || !isSame(fill.price, price)) return false
  return commission === undefined || isSame(fill.commission, commission.amount)
}

const isChanged = (before: Known | undefined, after: Known): boolean =>
  before !== undefined && !isSame(before.commission, after.commission)

/** Which revision of each execution counts. */
const canonicalOf = (account: AccountName, bases: ReadonlySet<string>) =>
  Effect.map(
    Reads.among(FillTable, account, "execIdBase", [...bases]),
    (fills) =>
      new Map(fills.filter(({ canonical }) => canonical).map(({ execId, execIdBase }) => [execIdBase, execId] as const))
  )

/** An order that is as the broker shows it needs no report. */
const isShown = (order: Order | undefined, { cumulative, notional, quantity, rawStatus, state }: OrderSeen): boolean =>
  order !== undefined &&
  order.rawStatus === rawStatus &&
  (notional !== undefined || Decimal.equals(order.quantity, quantity)) &&
  (order.endedAt !== undefined) === (state._tag === "Closed") &&
  (cumulative === undefined || Decimal.equals(order.filled, cumulative))

/** C4: it releases what was not filled, and only executions that were read after it tell how much that is. */
const hasUntoldEnd = ({ cumulative, state }: OrderSeen): boolean => state._tag === "Closed" && cumulative === undefined

const newOrders = (
  account: AccountName,
  { received }: Listing<OrderSeen>,
  executionsRead: (report: OrderSeen) => boolean
) =>
  Effect.gen(function* () {
    const own = received.filter(({ report }) => report.account === account)
    const ids = [...new Set(own.map(({ report }) => report.brokerOrderId))]
    const orders = yield* Reads.among(OrderTable, account, "brokerOrderId", ids)
    const known = new Map(orders.map((order) => [order.brokerOrderId, order]))
    return own
      .filter(({ report }) => !isShown(known.get(report.brokerOrderId), report))
      .map(({ payload, report }): Received<OrderSeen> => ({
        report: { ...report, executionsRead: executionsRead(report) },
        payload
      }))
  })

/* What is written. */

const TOGETHER = 500

/** Books reports in their order; which orders they were about. */
const book = (received: ReadonlyArray<Received>, begun?: Instant.Instant) =>
  Effect.gen(function* () {
    const orders: Array<OrderId> = []
    for (let from = 0; from < received.length; from += TOGETHER) {
      const answers = yield* bookAll(received.slice(from, from + TOGETHER), begun)
      for (const answer of answers) if (answer._tag === "Applied") orders.push(answer.orderId)
    }
    return orders
  })

/** F7: what waits for an order that a whole listing does not have gets one of its own. */
const bookListing = (
  account: AccountName,
  asOf: Instant.Instant,
  from: Instant.Instant,
  { complete, received }: Listing<OrderSeen>
) =>
  book([
    {
      report: {
        _tag: "Listed",
        account,
        asOf: Instant.addMillis(asOf, 1),
        asOfKind: "ours",
        from,
        complete,
        brokerOrderIds: received.map(({ report }) => report.brokerOrderId)
      },
      payload: undefined
    }
  ])

/**
 * F7: a listing that says of a fill that it has no order was begun after the fill was on record: the orders are read once more for it.
 * An end among them that does not tell what was filled came after executions were read, and waits for the next reading (C4).
 */
const settleWaiting = (
  account: AccountName,
  broker: BrokerService,
  window: TimeWindow,
  news: Executions,
  executionsRead: boolean
) =>
  Effect.gen(function* () {
    const known = [...(yield* knownOf(account, news)).values()]
    if (known.every(({ orderId }) => orderId !== undefined)) return []
    const begun = yield* (yield* Clock).now
    const again = yield* ordersListed(broker, account, window)
    const touched = yield* book(yield* newOrders(account, again, (report) => executionsRead && !hasUntoldEnd(report)))
    yield* bookListing(account, begun, window.from, again)
    return touched
  })

/** The name under which the books keep until when an account's executions were read. */
const READ = "roundlot/trades.sync"

/**
 * Notes until when was read. What lies between the last reading and what the broker still has, while its market was open, cannot be
 * read any more: that is a break, and no silence.
 */
const noteRead = (account: AccountName, from: Instant.Instant, to: Instant.Instant) =>
  Effect.gen(function* () {
    const clock = yield* Clock
    const ledger = yield* Ledger
    const read = yield* Reads.first(CursorTable, {
      where: [
        { column: "account", in: [account] },
        { column: "source", in: [READ] }
      ]
    })
    const last = read === undefined ? undefined : Instant.parse(read.cursor)
    const wasOpen = (since: Instant.Instant): boolean => {
      const opening = clock.nextOpeningAfter(since, account)
      return clock.isOpenAt(since, account) || (opening !== undefined && opening < from)
    }
    const gap = last !== undefined && last < from && wasOpen(last) ? last : undefined
    yield* ledger.submit(
      "report",
      reportedMember(account, [Need.Cursor({ account, source: READ })], (recorder) => {
        if (gap !== undefined) bookGap(recorder, gap, from)
        moveCursor(recorder, READ, Instant.format(to))
      })
    )
  })

const bookGap = (recorder: Recorder, since: Instant.Instant, until: Instant.Instant): void => {
  recorder.need(Need.Position({ account: recorder.account, symbol: UNMAPPED }))
  const details = { _tag: "HistoryGap", from: since, to: until } as const
  openOrUpdate(recorder, { symbol: UNMAPPED, subject: Instant.format(since), details })
}

/* Positions. */

/** What a sync of positions came to. */
export interface PositionsSynced {
  readonly account: AccountName
  readonly fetchedAt: Instant.Instant
  /** Symbols that the broker holds, and of those how many are not as they were in the newest snapshot. */
  readonly held: number
  readonly changed: number
}

/** The newest snapshot of what a broker said that an account holds; none before the first. */
export const newestHoldings = (
  account: AccountName
): Effect.Effect<ReadonlyArray<HeldAtBroker>, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const where = [{ column: "account", in: [account] }]
    const newest = yield* Reads.first(HoldingTable, { where, descending: true })
    if (newest === undefined) return []
    return yield* Reads.all(HoldingTable, {
      where: [...where, { column: "fetchedAt", in: [Number(newest.fetchedAt)] }]
    })
  })

/** SYNC-15: keeps what the broker holds as a dated snapshot; one that is as the newest writes nothing. Needs the account's lease. */
export const syncPositionsOnce: (
  request: Omit<SyncRequest, "lookbackDays">
) => Effect.Effect<PositionsSynced, Failed, Needed> = Effect.fn("Sync.syncPositionsOnce")(function* ({
  account,
  broker: given
}) {
  yield* checkReady
  const broker = given ?? (yield* (yield* Brokers).get(account))
  const fetchedAt = yield* (yield* Clock).now
  const { complete, holdings } = yield* withRetries(broker.positions)
  const before = new Map((yield* newestHoldings(account)).map((row) => [row.symbol, row]))
  const rows = new Map<string, HeldAtBroker>()
  for (const { averagePrice, quantity, symbol } of holdings)
    rows.set(symbol, { account, fetchedAt, symbol, quantity, averagePrice })
  for (const { quantity, symbol } of before.values()) {
    if (rows.has(symbol) || Decimal.isZero(quantity)) continue
    rows.set(symbol, { account, fetchedAt, symbol, quantity: Decimal.zero, averagePrice: undefined })
  }
  const changed = [...rows.values()].filter((row) => !isHeldAs(before.get(row.symbol), row)).length
  const synced = { account, fetchedAt, held: holdings.length, changed }
  if (!complete || changed === 0) return synced
  yield* (yield* Ledger).submit(
    "report",
    reportedMember(account, [], (recorder) => {
      for (const row of rows.values()) recorder.books.ops_holdings.put(row)
    })
  )
  return synced
})

const isHeldAs = (before: HeldAtBroker | undefined, { averagePrice, quantity }: HeldAtBroker): boolean =>
  before !== undefined && Decimal.equals(before.quantity, quantity) && isSame(before.averagePrice, averagePrice)
