import { Array, Effect, Ref } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import type { OrderId } from "../values/Id.ts"
import * as Decimal from "../values/Decimal.ts"
import { nameInBooks } from "../records/DatedSymbol.ts"
import { isAhead } from "../ledger/world.ts"
import { ordersListed } from "./listings.ts"
import { AttemptTable, ID_IN_USE } from "../records/Attempt.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { wholeSince, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { holdingsOf, PositionTable } from "../records/Position.ts"
import { mayBeOrder } from "../rules/reconciliation/identification.ts"
import type { Executed, OrderSeen, Received } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { SKEW_MS } from "../values/skew.ts"
import * as Reads from "./Reads.ts"
import { holdingsNow } from "./Reconciliation.ts"
import { withRetries } from "./reading.ts"

/** How often an order in doubt was looked for in vain, first and last by the monotonic clock in milliseconds. */
interface Misses {
  readonly times: number
  readonly firstMs: number
  readonly lastMs: number
}

/** What was looked for in vain; lives as long as the program, and is counted anew after a restart. */
export type Missed = Ref.Ref<ReadonlyMap<OrderId, Misses>>

/** Nothing was looked for yet. */
export const makeMissed: Effect.Effect<Missed> = Ref.make<ReadonlyMap<OrderId, Misses>>(new Map())

/** What proves that a broker never got an order: so many look-ups in vain, the first and the last so far apart. */
interface Proof {
  readonly times: number
  readonly apartMs: number
}

/**
 * Where the broker keeps client order ids unique it is asked for each; where it only carries them, or has none, twice a minute apart. What
 * shows late all the same is known by its terms (W12).
 */
const proofAt = ({ capabilities }: BrokerService): Proof =>
  capabilities.uniqueClientOrderIds ? { times: 3, apartMs: 0 } : { times: 2, apartMs: 60_000 }

/** Is the time over in which an order in doubt may be sent again under its id? */
export const isPastResending = Effect.fn("Absence.isPastResending")(function* ({ account, createdAt, sentAt }: Order) {
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const settings = yield* Reads.account(account)
  return Instant.millisBetween(sentAt ?? createdAt, now) > (settings?.resendWindowMs ?? 0)
})

/** How long a doubt may last before a person is shown it, in milliseconds. */
const FIRST_ROUND_MS = 60_000

/** Has the first round of look-ups ended without an answer? Of what a clock that was ahead has sent, the age is unknown. */
export const isLasting = ({ createdAt, sentAt = createdAt }: Order, now: Instant.Instant): boolean =>
  isAhead(sentAt, now) || Instant.millisBetween(sentAt, now) >= FIRST_ROUND_MS

/** Counts a look-up in vain, and says whether they prove by now that the order is not there. */
export const noteMissed = Effect.fn("Absence.noteMissed")(function* (
  missed: Missed,
  order: Order,
  broker: BrokerService
) {
  const nowMs = yield* Effect.flatMap(Clock, (clock) => clock.monotonicMs)
  const before = (yield* Ref.get(missed)).get(order.id)
  const misses = { times: (before?.times ?? 0) + 1, firstMs: before?.firstMs ?? nowMs, lastMs: nowMs }
  yield* Ref.update(missed, (known) => new Map(known).set(order.id, misses))
  const { apartMs, times } = proofAt(broker)
  return misses.times >= times && misses.lastMs - misses.firstMs >= apartMs
})

/** The order is settled: nothing of it is counted any more. */
export const forget = (missed: Missed, id: OrderId): Effect.Effect<void> =>
  Ref.update(missed, (known) => new Map([...known].filter(([each]) => each !== id)))

/** W8: an id that the broker named the order by, and under which it does not show another one, proves that it has, or had, the order. */
export const isNamed = ({ candidate }: Order, broker: BrokerService) =>
  candidate === undefined
    ? Effect.succeed(false)
    : Effect.map(withRetries(broker.order(candidate)), ({ report }) => report._tag === "NotFound")

/**
 * The last step of the proof: a complete listing of orders and one of executions since the sending lack it, the broker holds what the books
 * say, and it never answered that it has seen the client order id, nor named the order.
 */
export const isProvenAbsent = Effect.fn("Absence.isProvenAbsent")(function* (order: Order, broker: BrokerService) {
  const attempts = yield* Reads.all(AttemptTable, { where: [{ column: "orderId", in: [order.id] }] })
  if (attempts.some(({ errorCode }) => errorCode === ID_IN_USE)) return false
  if (yield* isNamed(order, broker)) return false
  const { from, to } = yield* windowSince(order)
  // Whether the clock was right while it was sent nobody can tell later: what was entered on the day before counts as well.
  const wide = { from: Instant.addMillis(from, -A_DAY_MS), to }
  const orders = yield* ordersListed(broker, order.account, wide)
  const fills = yield* withRetries(broker.fills(wide))
  const since = [wholeSince(orders, wide.from), wholeSince(fills, wide.from)]
  if (!since.every((each) => each !== undefined && each <= from)) return false
  if (yield* isAmong(order, [...orders.received, ...fills.received])) return false
  return yield* holdsWhatTheBooksSay(order, broker)
})

/**
 * W12: is one of these the order, by our id, or without one perhaps: one of its instrument, whatever its side, quantity and time, or of
 * its side and quantity, whatever its instrument, that the books did not have when it was sent?
 */
export const isAmong = Effect.fn("Absence.isAmong")(function* (
  order: Order,
  received: ReadonlyArray<Received<OrderSeen | Executed>>
) {
  const inBooks = yield* byTheirInstruments(order.account)
  const reports = received.map(({ report }) => report)
  if (reports.some(({ clientOrderId }) => clientOrderId === order.clientOrderId)) return true
  const alike = reports.filter(
    (report) => report.clientOrderId === undefined && mayBeOrder(order, { ...report, symbol: inBooks(report.symbol) })
  )
  const known = yield* idsInTheBooks(order, alike)
  return alike.some(({ brokerOrderId }) => brokerOrderId === undefined || !known.has(brokerOrderId))
})

const A_DAY_MS = 86_400_000

/**
 * Since when a broker may have an order, by a clock that is right: what seems to be sent hours from now was sent while our clock was wrong,
 * within the last day.
 */
export const sentSince = ({ createdAt, sentAt = createdAt }: Order) =>
  Effect.map(
    Effect.flatMap(Clock, (clock) => clock.now),
    (now) => (isAhead(sentAt, now) ? Instant.addMillis(now, -A_DAY_MS) : sentAt)
  )

/** The time in which a broker may have entered or executed an order. */
export const windowSince = (order: Order) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    return { from: Instant.addMillis(yield* sentSince(order), -SKEW_MS), to: Instant.addMillis(now, SKEW_MS) }
  })

/** P9: what the market names otherwise by now is compared by the ticker that the books know it by. */
export const byTheirInstruments = (account: AccountName) =>
  Effect.map(Reads.account(account), (settings) => {
    const symbols = settings?.symbols ?? []
    return (symbol: string): string => nameInBooks(symbols, symbol)
  })

const IDS_AT_ONCE = 100

/**
 * W12: the broker's ids, among those of what is listed, of our orders and of those of others that the books had when an order was sent: what
 * was adopted since may be that order.
 */
export const idsInTheBooks = (
  { account, createdAt, sentAt = createdAt }: Order,
  listed: ReadonlyArray<Pick<Executed, "brokerOrderId">>
) =>
  Effect.map(
    Effect.forEach(
      Array.chunksOf(
        listed.flatMap(({ brokerOrderId }) => brokerOrderId ?? []),
        IDS_AT_ONCE
      ),
      (ids) =>
        Reads.all(OrderTable, {
          where: [
            { column: "account", in: [account] },
            { column: "brokerOrderId", in: ids }
          ]
        })
    ),
    (pages) =>
      new Set(
        pages
          .flat()
          .filter((each) => each.origin !== "external" || each.createdAt < Instant.later(createdAt, sentAt))
          .flatMap(({ brokerOrderIds }) => brokerOrderIds)
      )
  )

/** Does the broker hold, of the instrument of an order, what the books say? */
export const holdsWhatTheBooksSay = ({ account, symbol }: Order, broker: BrokerService) =>
  Effect.gen(function* () {
    const held = (yield* holdingsNow(broker, account))(symbol)
    const [position] = yield* Reads.all(PositionTable, {
      where: [
        { column: "account", in: [account] },
        { column: "symbol", in: [symbol] }
      ]
    })
    const ours = position === undefined ? Decimal.zero : holdingsOf(position)
    return held !== undefined && Decimal.equals(held, ours)
  })
