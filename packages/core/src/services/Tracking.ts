import { Effect, Exit, Hash, Ref } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import type { OrderId } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { SEPARATE_MS } from "../rules/order/hearing.ts"
import { type Order, OrderTable } from "../records/Order.ts"
import {
  brokerOf,
  BrokerReadFailed,
  type BrokerService,
  isWhole,
  type Listing,
  type OrderListing,
  type TimeWindow
} from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import type { Filter } from "../ports/TradeRepository.ts"
import type { Executed, Received } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { type EachAccount, inTurn } from "./accountwise.ts"
import { driven } from "./drive.ts"
import { countFailedReads, tellPollingLag } from "./metrics.ts"
import * as Reads from "./Reads.ts"
import { once, withRetries } from "./reading.ts"
import { bookRead } from "./Booking.ts"
import { recoverIdle, reported } from "./work.ts"
import { ofAccount, newest, OVERLAP_MS, asksForExecutions, booksNow, readOrder, tellChanges } from "./OrderReading.ts"

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
  /** The last reading failed: until one does not, a turn is one request. */
  readonly isFailing?: boolean
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
    const { turns } = yield* Ref.get(polled.known)
    const readingOf = (orders: ReadonlyArray<Order>) =>
      orders.some(({ id }) => turns.get(id)?.isFailing === true) ? once : withRetries
    const inTurn = <A, E, R>(orders: ReadonlyArray<Order>, read: Effect.Effect<A, E | BrokerReadFailed, R>) =>
      read.pipe(
        Effect.tap(() => turned(polled, idsOf(orders), (turn) => ({ ...turn, isFailing: false }))),
        Effect.tapError((error) => (error instanceof BrokerReadFailed ? putOff(polled, orders, error) : Effect.void))
      )
    const readInTurn = (order: Order) => inTurn([order], readOrder(order, readingOf([order])))
    const listing = inTurn(together, readTogether(broker, together, readingOf(together)))
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
  Effect.flatMap(Clock, (clock) =>
    Effect.flatMap(clock.monotonicMs, (readMs) => turned(polled, ids, (turn) => ({ ...turn, readMs })))
  )

/** What a reading changed in the turns of orders. */
const turned = ({ known }: Polled, ids: ReadonlyArray<OrderId>, after: (turn: Turn) => Turn) =>
  Ref.update(known, (before) => {
    const turns = new Map(before.turns)
    for (const id of ids) {
      const turn = turns.get(id)
      if (turn !== undefined) turns.set(id, after(turn))
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
  orders: ReadonlyArray<Order>,
  reading: typeof withRetries
) {
  const [first, ...others] = orders
  if (first === undefined) return []
  const begun = yield* booksNow
  const listed = yield* reading(broker.orders(windowOf(first, others)))
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

/** A reading failed: where the broker does not want to be asked now, the turn comes when its wait is over. */
const putOff = (polled: Polled, orders: ReadonlyArray<Order>, { retryAfterMs }: BrokerReadFailed) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
    yield* turned(polled, idsOf(orders), (turn) => ({
      ...turn,
      isFailing: true,
      readMs: retryAfterMs === undefined ? turn.readMs : now + retryAfterMs - turn.waitMs
    }))
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
