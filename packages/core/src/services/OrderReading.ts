import { Effect } from "effect"
import * as ClientOrderId from "../values/ClientOrderId.ts"
import { format } from "../values/Id.ts"
import { Ledger } from "../ledger/Ledger.ts"
import * as Decimal from "../values/Decimal.ts"
import { acknowledgedOf, averagePrice, type Order, OrderTable } from "../records/Order.ts"
import { Brokers, type BrokerService } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { ABSENT_AFTER_MS, QUIET_MS } from "../rules/reconciliation/missing.ts"
import type { NotFound, OrderSeen, Received, Report } from "../records/Report.ts"
import * as Instant from "../values/Instant.ts"
import { ordersListed } from "./listings.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"
import { bookAll, bookRead, reportMember } from "./Booking.ts"
import * as Traces from "./Traces.ts"
import { SKEW_MS } from "../values/skew.ts"
import type { AccountName } from "../records/AccountName.ts"
import { Health } from "./Health.ts"

/** What time it is in the books: by it a reading begins after what was heard, or not (W11). */
export const booksNow = Effect.flatMap(Ledger, (ledger) => ledger.now)

/** Reads an order that works. O7, O8, C4: executions are read before an end or a total that our fills do not reach is booked. */
export const readOrder = Effect.fn("OrderReading.readOrder")(function* (
  order: Order,
  reading: typeof withRetries = withRetries
) {
  const acknowledged = acknowledgedOf(order)
  if (acknowledged === undefined) return
  const brokers = yield* Brokers
  const broker = yield* brokers.get(order.account)
  const id = ClientOrderId.current(acknowledged.brokerOrderIds)
  const begun = yield* booksNow
  const seen = yield* reading(broker.order(id))
  const { report } = seen
  if (report._tag === "NotFound") return yield* lookFurther(order, broker, report)
  if ((yield* ofAccount(order.account, [seen])).length === 0) return
  if (asksForExecutions(order, report)) {
    const fills = yield* reading(broker.fillsOf(id))
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
export const tellChanges = Effect.fn("OrderReading.tellChanges")(function* (seen: ReadonlyArray<Seen>) {
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
const lookFurther = Effect.fn("OrderReading.lookFurther")(function* (
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

/** W11: what an order executed, before its absence confirms its end. Were all of them listed? */
const readExecutions = (order: Order, broker: BrokerService) =>
  Effect.gen(function* () {
    if (order.brokerOrderId === undefined) return false
    const fills = yield* withRetries(broker.fillsOf(order.brokerOrderId))
    yield* bookAll(yield* ofAccount(order.account, fills.received))
    return fills.complete
  })

/** Does a report leave open what was executed? */
export const asksForExecutions = (order: Order, report: OrderSeen): boolean =>
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

/** A window reaches so far back beyond what is known: what was executed may be listed late. Milliseconds. */
export const OVERLAP_MS = 10 * 60_000

/** Windows are of the broker's time, and what we know of it may be behind: what has just happened there is in them all the same. */
export const newest = (now: Instant.Instant): Instant.Instant => Instant.addMillis(now, SKEW_MS)

/** O20: what a broker says of another account than the one that it was asked for is counted and shown in health, never booked. */
export const ofAccount = <R extends Report>(account: AccountName, received: ReadonlyArray<Received<R>>) =>
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
export const noOthersBeside = Effect.fn("OrderReading.noOthersBeside")(function* (
  account: AccountName,
  listed: ReadonlyArray<Received>
) {
  if (listed.some(({ report }) => report.account !== account)) return
  const health = yield* Health
  const parts = yield* health.all
  if (parts.some(({ isWell, part }) => part === othersBeside(account) && !isWell))
    yield* health.succeeded(othersBeside(account))
})
