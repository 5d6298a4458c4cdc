import { Chunk, Duration, Effect, Exit, Hash, Option, Ref, Stream } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { joinKey } from "../tables/Table.ts"
import * as ClientOrderId from "../values/ClientOrderId.ts"
import { format, type OrderId } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import * as Decimal from "../values/Decimal.ts"
import { SEPARATE_MS } from "../rules/order/hearing.ts"
import { acknowledgedOf, averagePrice, OrderTable, type Order } from "../records/Order.ts"
import {
  brokerOf,
  Brokers,
  isWhole,
  wholeSince,
  type BrokerReadFailed,
  type BrokerService,
  type Listing,
  type OrderListing,
  type TimeWindow
} from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { Filter } from "../ports/TradeRepository.ts"
import { ABSENT_AFTER_MS, QUIET_MS } from "../rules/reconciliation/missing.ts"
import type { Executed, Listed, NotFound, OrderSeen, Received, Report } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { SKEW_MS } from "../values/skew.ts"
import { CursorTable } from "../records/Cursor.ts"
import { moveCursor } from "../rules/trade/moveCursor.ts"
import { inTurn, type EachAccount } from "./accountwise.ts"
import { driven, drivenAccounts } from "./drive.ts"
import { Health } from "./Health.ts"
import { countFailedReads, tellPollingLag } from "./metrics.ts"
import { ordersListed } from "./orderListing.ts"
import * as Reads from "./Reads.ts"
import { brokersNow, withRetries } from "./reading.ts"
import { reportedMember } from "./reported.ts"
import { bookAll, bookRead, reportMember } from "./Submission.ts"
import type { SnapshotFault } from "../records/BreakDetails.ts"
import { bookUnreadable, soundnessMember } from "./unsound.ts"
import * as Traces from "./Traces.ts"
import { recoverIdle, reported } from "./work.ts"

/** How often an open order is read, and how much earlier at most, so that not all are read at once (FILL-4). Milliseconds. */
export interface PollingOptions {
  readonly intervalMs: number
  readonly maxJitterMs: number
  /** How often each part of the daemon looks for what no commit of its own told it; a second where nothing is said. */
  readonly lookMs?: number | undefined
  /** How often the latest executions of each account are read, whatever was heard of them; a minute where nothing is said. */
  readonly sweepMs?: number | undefined
}

/** 15 s, up to 5 s earlier. */
export const defaultPolling: PollingOptions = { intervalMs: 15_000, maxJitterMs: 5_000 }

/** The wait before an order is read again: the interval less its own part of the jitter, the same every time. */
export const waitMs = (options: PollingOptions, order: Pick<Order, "clientOrderId">): number => {
  const jitter = options.maxJitterMs <= 0 ? 0 : Math.abs(Hash.string(order.clientOrderId)) % (options.maxJitterMs + 1)
  return Math.max(1, options.intervalMs - jitter)
}

/** When an open order was last read, and how long that lasts. Milliseconds of the monotonic clock. */
interface Turn {
  readonly readMs: number
  readonly waitMs: number
  /** W11: the word on an end for which it has a turn of its own. */
  readonly confirms?: Instant.Instant | undefined
}

/** W11: so long after an end was heard it is read again; a little longer than a reading has to wait to be another one. */
const SECOND_READING_MS = SEPARATE_MS + 50

/** What the poller knows of open orders. */
interface Known {
  readonly turns: ReadonlyMap<number, Turn>
  /** When all open orders were looked at last, in milliseconds of the monotonic clock; and when any were, on the books' clock. */
  readonly wholeMs: number
  readonly lookedAt: Instant.Instant
}

/** When each open order was last read; lives as long as the poller. */
export interface Polled {
  readonly known: Ref.Ref<Known>
}

/** Nothing was read yet. */
export const makePolled: Effect.Effect<Polled> = Effect.map(
  Ref.make<Known>({ turns: new Map(), wholeMs: -Infinity, lookedAt: Instant.make(0n) }),
  (known) => ({ known })
)

const isDue = ({ readMs, waitMs: lasts }: Turn, nowMs: number): boolean => nowMs - readMs >= lasts

/** How long a commit may take between the moment that it is of and the moment that others can read it; far more than it does. */
const UNSEEN_MS = 5_000

/**
 * Open orders as far as a pass has to look: all of them where one that is known has got its turn since they were, and twice in an
 * interval, else those alone that changed since the last look. Commits wake the poller, and most of them bring no order that it does
 * not know.
 */
const lookedFor = (options: PollingOptions, { lookedAt, turns, wholeMs }: Known, nowMs: number) =>
  Effect.gen(function* () {
    const at = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
    // Of one that was left out when all were looked at, its account's broker is still silent: it waits for the next look at all.
    const isNewlyDue = (turn: Turn) => isDue(turn, nowMs) && turn.readMs + turn.waitMs > wholeMs
    const isWhole = nowMs - wholeMs >= options.intervalMs / 2 || [...turns.values()].some(isNewlyDue)
    const since = Number(Instant.addMillis(lookedAt, -UNSEEN_MS))
    const open = yield* openOrders(isWhole ? [] : [{ column: "updatedAt", atLeast: since }])
    return { at, isWhole, open }
  })

/** What is known once `open` were looked for; a new one is due at once. What is read meanwhile beside the pass stays known. */
const afterLook =
  (
    options: PollingOptions,
    nowMs: number,
    { at, isWhole, open }: Effect.Effect.Success<ReturnType<typeof lookedFor>>
  ) =>
  (before: Known): Known => {
    const turns = open.map((order): readonly [number, Turn] => {
      const lastsMs = waitMs(options, order)
      const known = before.turns.get(order.id) ?? { readMs: nowMs - lastsMs, waitMs: lastsMs }
      const heardAt = endHeardAt(order)
      if (heardAt === undefined || heardAt === known.confirms) return [order.id, known]
      const leftMs = Math.max(0, SECOND_READING_MS - Instant.millisBetween(heardAt, at))
      return [order.id, { readMs: nowMs - lastsMs + leftMs, waitMs: lastsMs, confirms: heardAt }]
    })
    return {
      turns: new Map(isWhole ? turns : [...before.turns, ...turns]),
      wholeMs: isWhole ? nowMs : before.wholeMs,
      lookedAt: at
    }
  }

/** W11: the newest word on an end that waits: that there is one, or that the broker refused to bring it about. */
const endHeardAt = ({ cancelRefusedAt, endReportedAt }: Order): Instant.Instant | undefined =>
  endReportedAt === undefined || cancelRefusedAt === undefined
    ? endReportedAt
    : Instant.later(endReportedAt, cancelRefusedAt)

/**
 * Reads the open orders whose turn it is: one pass. What to read is a query of open orders, never a chain of jobs; one order's
 * failure does not stop the others, one account's not the other accounts. An account that `each` leaves out keeps its turns.
 */
export const pollOpenOrders = (options: PollingOptions, polled: Polled, each: EachAccount = inTurn) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    const before = yield* Ref.get(polled.known)
    const looked = yield* lookedFor(options, before, now)
    const { isWhole, open } = looked
    const { turns } = yield* Ref.updateAndGet(polled.known, afterLook(options, now, looked))
    const turnOf = ({ id }: Order) => turns.get(id) ?? { readMs: now, waitMs: 0 }
    const due = open.filter((order) => isDue(turnOf(order), now))
    yield* tellPollingLag(
      due.reduce((most, order) => Math.max(most, now - turnOf(order).readMs - options.intervalMs), 0)
    )
    yield* each(
      due.map(({ account }) => account),
      (account) => {
        const own = ownOf(account, due)
        // New orders have their turn at once, and bring none along that was just read.
        const isNews = own.every(({ id }) => !before.turns.has(id))
        return pollAccount(polled, account, own, isNews ? own : ownOf(account, open))
      }
    )
    yield* recoverIdle("poll", isWhole ? Effect.succeed(open) : openOrders())
    return due.length
  })

/** So many orders of an account are read by a listing where that is a request. */
const MANY = 3

/** Reads an account's orders whose turn it is, which they have by that, and others of `open` where one listing has them as well. */
const pollAccount = (
  polled: Polled,
  account: AccountName,
  due: ReadonlyArray<Order>,
  open: ReadonlyArray<Order> = due
) =>
  Effect.gen(function* () {
    yield* setRead(polled, idsOf(due))
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const broker = yield* brokerOf(account)
    const isListed = (order: Order) => isListable(broker, now, order)
    const isMany = broker.capabilities.pollsByWindow === true && due.filter(isListed).length >= MANY
    const together = isMany ? open.filter(isListed) : []
    const readInTurn = (order: Order) =>
      Effect.tapErrorTag(readOrder(order), "BrokerReadFailed", (error) => putOff(polled, [order], error))
    const listing = Effect.tapErrorTag(readTogether(broker, together), "BrokerReadFailed", (error) =>
      putOff(polled, together, error)
    )
    const read = yield* Effect.exit(listing)
    if (Exit.isSuccess(read)) yield* setRead(polled, read.value)
    const done = new Set(Exit.isSuccess(read) ? read.value : idsOf(together))
    const rest = due.filter(({ id }) => !done.has(id))
    const singles = yield* Effect.forEach(rest, (order) => Effect.exit(readInTurn(order)), { concurrency: 8 })
    yield* reported(`poll ${account}`, firstFailure([read, ...singles]))
  }).pipe(Effect.catchTag("NoBroker", (error) => reported(`poll ${account}`, error)))

/** All of them went as they went; the first that failed is told. */
const firstFailure = <E>(exits: ReadonlyArray<Exit.Exit<unknown, E>>): Effect.Effect<void, E> =>
  Effect.gen(function* () {
    yield* countFailedReads(exits.filter(Exit.isFailure).length)
    const failure = exits.find(Exit.isFailure)
    if (failure !== undefined) return yield* Effect.failCause(failure.cause)
  })

const ownOf = (account: AccountName, orders: ReadonlyArray<Order>) =>
  orders.filter((order) => order.account === account)

const idsOf = (orders: ReadonlyArray<Order>): ReadonlyArray<OrderId> => orders.map(({ id }) => id)

const setRead = (polled: Polled, ids: ReadonlyArray<OrderId>) =>
  Effect.flatMap(Clock, (clock) => Effect.flatMap(clock.monotonicMs, (now) => turned(polled, ids, () => now)))

/** Orders were read at other times than it stands there. */
const turned = ({ known }: Polled, ids: ReadonlyArray<OrderId>, readMs: (turn: Turn) => number) =>
  Ref.update(known, (before) => {
    const turns = new Map(before.turns)
    for (const id of ids) {
      const turn = turns.get(id)
      if (turn !== undefined) turns.set(id, { ...turn, readMs: readMs(turn) })
    }
    return { ...before, turns }
  })

const enteredAt = (order: Order): Instant.Instant => order.sentAt ?? order.acceptedAt ?? order.createdAt

/** Can the order be listed by the window in which it was entered? */
const isListable = ({ capabilities }: BrokerService, now: Instant.Instant, order: Order): boolean =>
  Instant.millisBetween(enteredAt(order), now) + OVERLAP_MS < capabilities.historyWindowMs

/**
 * FILL-11: reads many orders of an account by one listing of the time in which they were entered, and what they executed by another
 * where the listing does not tell it. Says which of them were listed; what was not is read by itself.
 */
const readTogether = Effect.fn("Tracking.readTogether")(function* (
  broker: BrokerService,
  orders: ReadonlyArray<Order>
) {
  const [first, ...others] = orders
  if (first === undefined) return []
  const begun = yield* booksNow
  const listed = yield* withRetries(broker.orders(windowOf(first, others)))
  const received = yield* ofAccount(first.account, listed.received)
  const byId = new Map(
    received.flatMap((each) =>
      [each.report.brokerOrderId, ...(each.report.otherIds ?? [])].map((id) => [id, each] as const)
    )
  )
  const found = orders.flatMap((order) => {
    const each = order.brokerOrderId === undefined ? undefined : byId.get(order.brokerOrderId)
    return each === undefined ? [] : [{ order, received: each }]
  })
  const asking = found.flatMap(({ order, received }) => (asksForExecutions(order, received.report) ? [order] : []))
  const fills = yield* executionsOf(broker, listed, asking)
  const forgotten = new Set(idsOf(asking.filter((order) => isForgotten(fills, order))))
  const seen = found.filter(({ order }) => !forgotten.has(order.id))
  const executionsFor = byOrder(yield* ofAccount(first.account, fills.received))
  const asked = new Set(asking.map(({ id }) => id))
  yield* bookRead(
    seen.map(({ order, received: { payload, report } }) => ({
      executions: executionsFor(order),
      seen: { report: { ...report, executionsRead: asked.has(order.id) && isWhole(fills) }, payload }
    })),
    begun
  )
  yield* tellChanges(seen.map(({ order, received: { report } }) => ({ order, report })))
  return seen.map(({ order }) => order.id)
})

/** Was the order entered before the time since when its broker has all executions? It is read by itself then. */
const isForgotten = ({ wholeFrom }: Listing<Executed>, order: Order): boolean =>
  wholeFrom !== undefined && enteredAt(order) < wholeFrom

/** The executions of each order, in the order in which they were told. */
const byOrder = (executions: ReadonlyArray<Received<Executed>>) => {
  const byId = new Map<string | undefined, Array<Received<Executed>>>()
  for (const execution of executions) {
    const { brokerOrderId } = execution.report
    const known = byId.get(brokerOrderId)
    if (known === undefined) byId.set(brokerOrderId, [execution])
    else known.push(execution)
  }
  return ({ brokerOrderIds }: Order) => brokerOrderIds.flatMap((id) => byId.get(id) ?? [])
}

/** The time in which orders were entered. */
const windowOf = (first: Order, others: ReadonlyArray<Order>): TimeWindow => {
  const times = others.map(enteredAt)
  const from = times.reduce((a, b) => (b < a ? b : a), enteredAt(first))
  const to = times.reduce(Instant.later, enteredAt(first))
  return { from: Instant.addMillis(from, -OVERLAP_MS), to: Instant.addMillis(to, OVERLAP_MS) }
}

const NOTHING: Listing<Executed> = { complete: true, received: [] }

/** The executions of some orders of a listing: those that it told, else those of the time since they were entered. */
const executionsOf = (broker: BrokerService, listed: OrderListing, orders: ReadonlyArray<Order>) =>
  Effect.gen(function* () {
    const [first, ...others] = orders
    if (first === undefined) return NOTHING
    const ids = new Set<string | undefined>(orders.flatMap(({ brokerOrderIds }) => brokerOrderIds))
    const ofThese = (received: Listing<Executed>["received"]) =>
      received.filter(({ report }) => ids.has(report.brokerOrderId))
    if (listed.executions !== undefined) return { complete: listed.complete, received: ofThese(listed.executions) }
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const { from } = windowOf(first, others)
    const fills = yield* withRetries(broker.fills({ from, to: newest(now) }))
    return { ...fills, received: ofThese(fills.received) }
  })

/** Orders that the broker does not want to be asked for now have their turn when the broker's wait is over. */
const putOff = (polled: Polled, orders: ReadonlyArray<Order>, { retryAfterMs }: BrokerReadFailed) =>
  Effect.gen(function* () {
    if (retryAfterMs === undefined) return
    const now = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    yield* turned(polled, idsOf(orders), (turn) => now + retryAfterMs - turn.waitMs)
  })

const openOrders = (more: ReadonlyArray<Filter> = []) =>
  Effect.flatMap(
    Reads.all(OrderTable, { where: [{ column: "status", in: ["submitted", "partially_filled"] }, ...more] }),
    driven
  )

/** Reads the open orders of each account now, whoever's turn it is. */
export const pollEach = (each: EachAccount, more: ReadonlyArray<Filter> = []) =>
  Effect.gen(function* () {
    const open = yield* openOrders(more)
    const polled = yield* makePolled
    yield* each(
      open.map(({ account }) => account),
      (account) => pollAccount(polled, account, ownOf(account, open))
    )
  })

/** The same for every account, one after another. */
export const pollAll = pollEach(inTurn)

/** The same for one account. */
export const pollAllOf = (account: AccountName) => pollEach(inTurn, [{ column: "account", in: [account] }])

/** What time it is in the books: by it a reading begins after what was heard, or not (W11). */
const booksNow = Effect.flatMap(Ledger, (ledger) => ledger.now)

/** Reads an order that works. O7, O8, C4: executions are read before an end or a total that our fills do not reach is booked. */
export const readOrder = Effect.fn("Tracking.readOrder")(function* (order: Order) {
  const acknowledged = acknowledgedOf(order)
  if (acknowledged === undefined) return
  const brokers = yield* Brokers
  const broker = yield* brokers.get(order.account)
  const id = ClientOrderId.current(acknowledged.brokerOrderIds)
  const begun = yield* booksNow
  const seen = yield* withRetries(broker.order(id))
  const { report } = seen
  if (report._tag === "NotFound") return yield* lookFurther(order, broker, report)
  if ((yield* ofAccount(order.account, [seen])).length === 0) return
  if (asksForExecutions(order, report)) {
    const fills = yield* withRetries(broker.fillsOf(id))
    const executions = yield* ofAccount(order.account, fills.received)
    const { payload } = seen
    yield* bookRead([{ executions, seen: { report: { ...report, executionsRead: fills.complete }, payload } }], begun)
  } else yield* book(report, seen, begun)
  return yield* tellChanges([{ order, report }])
})

/** An order as it was, and what was read of it. */
interface Seen {
  readonly order: Order
  readonly report: OrderSeen
}

/** FILL-14: what a reading changed of an order is a line of the log; a reading that says nothing new is none. */
const tellChanges = Effect.fn("Tracking.tellChanges")(function* (seen: ReadonlyArray<Seen>) {
  const news = seen.filter(
    ({ order, report }) => order.rawStatus !== report.rawStatus || asksForExecutions(order, report)
  )
  if (news.length === 0) return
  const before = new Map(news.map(({ order }) => [order.id, order]))
  const after = yield* Reads.all(OrderTable, { where: [{ column: "id", in: [...before.keys()] }] })
  yield* Effect.forEach(after, (order) => Traces.inTraceOf(order)(tellChange(before.get(order.id) ?? order, order)), {
    discard: true
  })
})

const tellChange = (before: Order, after: Order): Effect.Effect<void> =>
  shownOf(after) === shownOf(before)
    ? Effect.void
    : Effect.logInfo("order changed").pipe(
        Effect.annotateLogs({
          order: format("order", after.id),
          account: after.account,
          symbol: after.symbol,
          before: shownOf(before),
          after: shownOf(after)
        })
      )

/** Status, quantity and average price of what has filled. */
const shownOf = (order: Order): string => {
  const average = averagePrice(order)
  const status = order.rawStatus === undefined ? order.status : `${order.status} (${order.rawStatus})`
  const paid = average === undefined ? "" : ` at ${Decimal.format(average)}`
  return `${status}, ${Decimal.format(order.filled)} of ${Decimal.format(order.quantity)}${paid}`
}

/**
 * O22: an order that was quiet for a while and is not there when asked for by its id is looked for in the broker's history, and
 * once more by our own id, before it is said to be missing.
 */
const lookFurther = Effect.fn("Tracking.lookFurther")(function* (
  order: Order,
  broker: BrokerService,
  missing: NotFound
) {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const begun = yield* booksNow
  const { endReportedAt } = order
  const isQuiet =
    endReportedAt === undefined
      ? Instant.millisBetween(order.updatedAt, now) >= QUIET_MS
      : Instant.millisBetween(endReportedAt, begun) >= ABSENT_AFTER_MS
  const from = Instant.addMillis(order.sentAt ?? order.acceptedAt ?? order.createdAt, -OVERLAP_MS)
  const isWithinHistory = Instant.millisBetween(from, now) <= broker.capabilities.historyWindowMs
  if (!missing.complete || !isQuiet || !isWithinHistory) return
  const listed = yield* ordersListed(broker, order.account, { from, to: newest(now) }, order.id)
  const there = listed.received.find(({ report }) => order.brokerOrderIds.includes(report.brokerOrderId))
  if (there !== undefined) return yield* book(there.report, there, begun)
  if (!listed.complete) return
  const isOurs = order.origin !== "external" && broker.lookup !== undefined
  const found = isOurs ? yield* withRetries(broker.lookup(order.clientOrderId)) : undefined
  if (found?.report._tag === "OrderSeen") return yield* book(found.report, found, begun)
  if (found?.report.complete === false) return
  if (endReportedAt !== undefined && !(yield* readExecutions(order, broker))) return
  const report = { ...missing, asOf: now, asOfKind: "ours", brokerOrderId: order.brokerOrderId } as const
  return yield* book(report, { payload: undefined }, begun)
})

/** W11: what an order executed, before its absence confirms its end. Were all of them told? */
const readExecutions = (order: Order, broker: BrokerService) =>
  Effect.gen(function* () {
    if (order.brokerOrderId === undefined) return false
    const fills = yield* withRetries(broker.fillsOf(order.brokerOrderId))
    yield* bookAll(yield* ofAccount(order.account, fills.received))
    return fills.complete
  })

const asksForExecutions = (order: Order, report: OrderSeen): boolean =>
  report.state._tag === "Closed" ||
  (report.cumulative !== undefined && !Decimal.equals(report.cumulative, order.filled)) ||
  Decimal.isPositive(order.unpriced) ||
  Decimal.isPositive(order.inferred)

const book = (
  report: OrderSeen | NotFound,
  { payload }: Pick<Received, "payload">,
  begun: Instant.Instant | undefined
) =>
  Effect.flatMap(Ledger, (ledger) => Effect.asVoid(ledger.submit("report", reportMember({ report, payload }, begun))))

const OVERLAP_MS = 10 * 60_000

/** Windows are of the broker's time, and what we know of it may be behind: what has just happened there is in them all the same. */
const newest = (now: Instant.Instant): Instant.Instant => Instant.addMillis(now, SKEW_MS)

/** The name under which the books keep until when an account was swept. */
const SWEPT = "roundlot/sweep"

/**
 * Reads an account's executions and orders since it was last read whole (with an overlap, and as far back as the broker lists):
 * late fills, corrections and busts of ended orders, and orders that are not ours. At start, after every reconnect and on a
 * schedule: a healthy stream is not completeness.
 */
export const sweep = Effect.fn("Tracking.sweep")(function* (account: AccountName) {
  const brokers = yield* Brokers
  const ledger = yield* Ledger
  const broker = yield* brokers.get(account)
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const told = yield* brokersNow(broker, now)
  const theirs = Option.getOrElse(told, () => now)
  const begun = yield* booksNow
  const window = { from: yield* sweptFrom(account, theirs, broker), to: newest(theirs) }
  const [orders, fills] = yield* Effect.all([
    bookUnreadable(account, "orders")(ordersListed(broker, account, window)),
    bookUnreadable(account, "orders", "executions")(withRetries(broker.fills(window)))
  ])
  yield* bookAll(yield* ofAccount(account, fills.received))
  const executionsRead = isWhole(fills)
  if (executionsRead && isWhole(orders)) yield* noOthersBeside(account, [...fills.received, ...orders.received])
  const read = (yield* ofAccount(account, orders.received)).map(({ report, payload }) => ({
    report: { ...report, executionsRead },
    payload
  }))
  const interpreted = yield* ledger.submitAll(
    "report",
    read.map((each) => reportMember(each, begun))
  )
  // O24: what may be an order in doubt is not adopted: it must be listed again once the doubt is settled.
  const isWaiting = interpreted.some(({ _tag }) => _tag === "Waiting")
  const listed = listedOf(account, now, window.from, orders)
  yield* ledger.submitAll<unknown>("report", [
    reportMember({ report: listed, payload: undefined }),
    soundnessMember(account, "orders", missingOf(orders, fills))
  ])
  if (!isWhole(orders) || !executionsRead || isWaiting || Option.isNone(told)) return
  yield* ledger.submit("report", sweptMember(account, theirs))
})

/** What is missing of a listing is not known: nothing is concluded from it, and the next one is read from as far back. */
const missingOf = (orders: Listing<OrderSeen>, fills: Listing<Executed>): SnapshotFault | undefined => {
  if (!isWhole(orders)) return { _tag: "InPart", listing: "orders" }
  return isWhole(fills) ? undefined : { _tag: "InPart", listing: "executions" }
}

/** O20: what a broker says of another account than the one that it was asked for is counted and shown in health, never booked. */
const ofAccount = <R extends Report>(account: AccountName, received: ReadonlyArray<Received<R>>) =>
  Effect.gen(function* () {
    const others = received.filter(({ report }) => report.account !== account)
    if (others.length === 0) return received
    const health = yield* Health
    const whose = [...new Set(others.map(({ report }) => report.account))].join(", ")
    yield* health.failed(othersBeside(account), `${others.length} reports of ${whose} were skipped`)
    return received.filter(({ report }) => report.account === account)
  })

const othersBeside = (account: AccountName): string => `other accounts beside ${account}`

/** A whole look in which no other account was heard of ends what was said of them. */
const noOthersBeside = Effect.fn("Tracking.noOthersBeside")(function* (
  account: AccountName,
  told: ReadonlyArray<Received>
) {
  if (told.some(({ report }) => report.account !== account)) return
  const health = yield* Health
  const parts = yield* health.all
  if (parts.some(({ isWell, part }) => part === othersBeside(account) && !isWell))
    yield* health.succeeded(othersBeside(account))
})

/** Nothing that happened while no program ran is passed over: the window begins before the last sweep that saw everything. */
const sweptFrom = Effect.fn("Tracking.sweptFrom")(function* (
  account: AccountName,
  now: Instant.Instant,
  { capabilities }: BrokerService
) {
  const swept = yield* Reads.first(CursorTable, {
    where: [
      { column: "account", in: [account] },
      { column: "source", in: [SWEPT] }
    ]
  })
  const settings = yield* Reads.account(account)
  const last = (swept === undefined ? undefined : Instant.parse(swept.cursor)) ?? settings?.createdAt ?? now
  const wanted = Instant.addMillis(last < now ? last : now, -OVERLAP_MS)
  return Instant.later(wanted, Instant.addMillis(now, -capabilities.historyWindowMs))
})

/** A window begins so long before the cursor anyway: each move is an entry, and one a minute would say no more. */
const MOVED_EVERY_MS = OVERLAP_MS

const sweptMember = (account: AccountName, at: Instant.Instant): Member<void> =>
  reportedMember(account, [Need.Cursor({ account, source: SWEPT })], (recorder) => {
    const known = recorder.books.cursors.get(joinKey([account, SWEPT]))
    const last = known === undefined ? undefined : Instant.parse(known.cursor)
    const sinceMs = last === undefined ? Infinity : Instant.millisBetween(last, at)
    if (sinceMs < 0 || sinceMs >= MOVED_EVERY_MS) moveCursor(recorder, SWEPT, Instant.format(at))
  })

const listedOf = (
  account: AccountName,
  asOf: Instant.Instant,
  from: Instant.Instant,
  orders: Listing<OrderSeen>
): Listed => {
  const since = wholeSince(orders, from) ?? from
  return {
    _tag: "Listed",
    account,
    asOf,
    asOfKind: "ours",
    from: since,
    complete: isWhole(orders),
    brokerOrderIds: orders.received.map(({ report }) => report.brokerOrderId)
  }
}

/** Sweeps every account that this process drives; one account's failure does not stop the others. */
export const sweepEach = (each: EachAccount = inTurn) =>
  Effect.flatMap(drivenAccounts, (accounts) => each(accounts, (name) => reported(`sweep ${name}`, sweep(name))))

/**
 * Follows a broker's stream for an account: catches up by reading whenever it connects, and connects again when it breaks, ever
 * later while it does not hold. `afterCatchUp` runs once after each catching up.
 */
export const follow = Effect.fn("Tracking.follow")(function* <R = never>(
  account: AccountName,
  afterCatchUp: Effect.Effect<void, never, R> = Effect.void
) {
  const clock = yield* Clock
  let waitMs = FIRST_WAIT_MS
  for (;;) {
    const begunMs = yield* clock.monotonicMs
    yield* reported(`stream ${account}`, connect(account, afterCatchUp))
    const heldMs = (yield* clock.monotonicMs) - begunMs
    waitMs = heldMs >= STEADY_MS ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, waitMs * 2)
    yield* Effect.sleep(Duration.millis(waitMs))
  }
})

/** A connection is a success while it stands, not when it ends: once it has stood longer than adapters try to make one. */
const tellThatItHolds = (account: AccountName) =>
  Effect.flatMap(Health, (health) => Effect.delay(health.succeeded(`stream ${account}`), HOLDS_AFTER))

const HOLDS_AFTER = "15 seconds"
const FIRST_WAIT_MS = 125
const LONGEST_WAIT_MS = 30_000
/** A connection that held for so long was a good one. */
const STEADY_MS = 60_000

const connect = Effect.fn("Tracking.connect")(function* <R>(
  account: AccountName,
  afterCatchUp: Effect.Effect<void, never, R>
) {
  const brokers = yield* Brokers
  const { updates } = yield* brokers.get(account)
  return updates === undefined ? yield* Effect.never : yield* followOnce(account, updates, afterCatchUp)
})

const followOnce = <R>(
  account: AccountName,
  updates: NonNullable<BrokerService["updates"]>,
  afterCatchUp: Effect.Effect<void, never, R>
) =>
  Effect.gen(function* () {
    yield* Effect.all(
      [
        Stream.runForEachChunk(updates, (chunk) =>
          Effect.flatMap(ofAccount(account, Chunk.toReadonlyArray(chunk)), (received) => bookAll(received))
        ),
        Effect.all([sweep(account), pollAllOf(account), afterCatchUp, tellThatItHolds(account)], { discard: true })
      ],
      { concurrency: 2, discard: true }
    )
  })
