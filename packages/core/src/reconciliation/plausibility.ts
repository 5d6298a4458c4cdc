import { canonicalOf } from "../fill/aggregates.ts"
import type { Expected } from "../fill/band.ts"
import { isConcluded } from "../fill/concluded.ts"
import type { Fill } from "../fill/Fill.ts"
import type { BrokerOrderId } from "../identity/ClientOrderId.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Price } from "../money/Price.ts"
import { MARKED_PLACED } from "../order/command.ts"
import type { Order } from "../order/Order.ts"
import * as Instant from "../time/Instant.ts"
import { SKEW_MS } from "./couldBe.ts"
import { NOT_LISTED, type HeldReport, type Implausible } from "./HeldReport.ts"
import type { Executed, OrderSeen } from "./Report.ts"

/** What the books know of the order that a report is about, and what bounds it. */
export interface Known {
  readonly order: Order
  readonly fills: ReadonlyArray<Fill>
  /** Reports of the order that are held and not settled. */
  readonly held: ReadonlyArray<HeldReport>
  /** The most shares that the account lets one order have; none where it says nothing. */
  readonly mostShares: Decimal.Decimal | undefined
  /** The order was entered before a split of its shares that is on record. */
  readonly isBeforeSplit: boolean
  /** What the order should have got, in dollars a share. */
  readonly expected: Expected | undefined
  readonly now: Instant.Instant
}

/** How far apart two readings of changed terms are at least, in milliseconds (W2). */
const SECOND_READING_MS = 2_000

/** W2, W3, W9, W13: why a report of an order of ours is not possible; nothing where it is. Pure. */
export const implausibleOrder = (known: Known, report: OrderSeen): Implausible | undefined => {
  const { order } = known
  if (isOfReplacedId(order, report) || isOtherOrder(order, report)) return undefined
  const fault = isAcknowledged(order) ? termsFault(known, report) : undefined
  return fault ?? implausibleTotal(known, report) ?? tieFault(known, report)
}

/** O13: of an id that a later one has replaced nothing is booked. */
const isOfReplacedId = (order: Order, { brokerOrderId }: OrderSeen): boolean =>
  order.brokerOrderId !== brokerOrderId && order.brokerOrderIds.includes(brokerOrderId)

/** O29 judges another instrument or side (W1); over a notional no quantity bounds what is filled. */
const isOtherOrder = (order: Order, report: OrderSeen): boolean =>
  order.symbol !== report.symbol ||
  order.side !== report.side ||
  order.askedNotional !== undefined ||
  report.notional !== undefined

/** O29 judges other terms than sent while the order is being acknowledged; its total is judged from its first report on (W3). */
const isAcknowledged = ({ acceptedAt, rawStatus }: Order): boolean =>
  acceptedAt !== undefined && rawStatus !== MARKED_PLACED

const isSame = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

/** Less than nothing is never shares. */
export const isNegative = (shares: Decimal.Decimal): boolean => Decimal.sign(shares) < 0

const shown = (value: Decimal.Decimal | undefined): string => (value === undefined ? "none" : Decimal.format(value))

const termsFault = (known: Known, report: OrderSeen): Implausible | undefined => {
  const { order } = known
  if (order.origin === "external" && !order.inQueue) return undefined
  const change = changedTerm(order, report)
  if (change === undefined || known.isBeforeSplit) return undefined
  const fault: Implausible = { rule: "W2", ...change }
  // O12: nothing is ever for less than what has filled.
  const isBelowFills = Decimal.isLess(report.quantity, order.filled)
  if (isNegative(report.quantity) || isBelowFills || isBeyondLimits(known, report)) return fault
  const isChain = showsChain(order, report)
  if (isChain && order.brokerOrderId !== report.brokerOrderId && !gives(order, report)) return undefined
  const mayChange = isChain || report.amendsInPlace === true || order.origin === "external" || isAsSent(order, report)
  if (isAsSent(order, report) && !gives(order, report)) return undefined
  return mayChange && repeatsTerms(known, report) ? undefined : fault
}

/** The first term that is not the one in force. A price that the broker does not show is no change. */
const changedTerm = (order: Order, report: OrderSeen): Omit<Implausible, "rule"> | undefined => {
  if (!Decimal.equals(order.quantity, report.quantity))
    return { field: "quantity", reported: shown(report.quantity), possible: shown(order.quantity) }
  const { limitPrice, stopPrice } = report
  if (limitPrice !== undefined && order.limitPrice !== undefined && !isSame(order.limitPrice, limitPrice))
    return { field: "limitPrice", reported: shown(limitPrice), possible: shown(order.limitPrice) }
  if (stopPrice !== undefined && order.stopPrice !== undefined && !isSame(order.stopPrice, stopPrice))
    return { field: "stopPrice", reported: shown(stopPrice), possible: shown(order.stopPrice) }
  return undefined
}

const isBeyondLimits = ({ mostShares, order }: Known, { quantity }: OrderSeen): boolean =>
  mostShares !== undefined && Decimal.isLess(Decimal.max(mostShares, order.sentQuantity), quantity)

/** Shares would be released: only a second reading does that (W2). */
const gives = (order: Order, { quantity }: OrderSeen): boolean => Decimal.isLess(quantity, order.quantity)

const isAsSent = (order: Order, report: OrderSeen): boolean =>
  Decimal.equals(order.sentQuantity, report.quantity) &&
  (report.limitPrice === undefined || isSame(order.sentLimitPrice, report.limitPrice)) &&
  (report.stopPrice === undefined || isSame(order.sentStopPrice, report.stopPrice))

const showsChain = (order: Order, { brokerOrderId, otherIds = [] }: OrderSeen): boolean =>
  otherIds.some((id: BrokerOrderId) => id !== brokerOrderId && order.brokerOrderIds.includes(id))

/** The same new terms stand in an earlier reading, two seconds ago or more. */
export const repeatsTerms = ({ held, now }: Known, report: OrderSeen): boolean =>
  held.some(
    ({ contents, receivedAt, rule }) =>
      rule === "W2" &&
      contents._tag === "OrderSeen" &&
      Instant.millisBetween(receivedAt, now) >= SECOND_READING_MS &&
      Decimal.equals(contents.quantity, report.quantity) &&
      isSame(contents.limitPrice, report.limitPrice) &&
      isSame(contents.stopPrice, report.stopPrice)
  )

/** W3: a total between nothing and what is in force, or what executions have proven to be filled beyond that. */
export const implausibleTotal = ({ order }: Known, { cumulative, quantity }: OrderSeen): Implausible | undefined => {
  if (cumulative === undefined) return undefined
  const possible = Decimal.max(quantity, order.filled)
  const reported = shown(cumulative)
  if (isNegative(cumulative)) return { rule: "W3", field: "cumulative", reported, possible: shown(possible) }
  if (!isBounded(order) || !Decimal.isLess(possible, cumulative)) return undefined
  return { rule: "W9", field: "cumulative", reported, possible: shown(possible) }
}

/** An order that was adopted from an execution has no quantity of its own but what is known to have filled. */
const isBounded = ({ askedNotional, rawStatus }: Order): boolean =>
  askedNotional === undefined && rawStatus !== NOT_LISTED

/**
 * W13: of two readings of one moment of the broker's that contradict each other the less advanced one stands once a second reading in a
 * row says it.
 */
const tieFault = ({ held, now, order }: Known, report: OrderSeen): Implausible | undefined => {
  if (report.asOfKind !== "broker" || order.reportedAt !== report.asOf || order.status === "filled") return undefined
  const status = report.state._tag === "Open" ? "open" : report.state.kind
  const isLess = order.reported !== "open" && order.reported !== status && status === "open"
  const isFewer =
    report.cumulative !== undefined &&
    order.reportedCumulative !== undefined &&
    Decimal.isLess(report.cumulative, order.reportedCumulative)
  if (!isLess && !isFewer) return undefined
  const stands = held.some(
    ({ contents, receivedAt, rule }) =>
      rule === "W13" &&
      contents._tag === "OrderSeen" &&
      (contents.closed ?? "open") === status &&
      isSame(contents.cumulative, report.cumulative) &&
      Instant.millisBetween(receivedAt, now) >= SECOND_READING_MS
  )
  if (stands) return undefined
  return { rule: "W13", field: "status", reported: status, possible: order.reported ?? "open" }
}

/** W13: does a second reading say again what a held one of the same moment said? Then it is newer than what the books have. */
export const standsAtTie = ({ held, order }: Known, report: OrderSeen): boolean =>
  report.asOfKind === "broker" && order.reportedAt === report.asOf && held.some(({ rule }) => rule === "W13")

/** W4, W9: why an execution of an order is not possible; nothing where it is. Pure. */
export const implausibleExecution = (known: Known, report: Executed): Implausible | undefined => {
  const { order } = known
  const { execId, execIdBase, quantity } = report
  if (execId === "" || execIdBase === "") return { rule: "W4", field: "execId", reported: "none", possible: "an id" }
  if (isNegative(quantity))
    return { rule: "W4", field: "execution", reported: shown(quantity), possible: shown(order.quantity) }
  // A revision that a higher one of the broker's outranks counts for nothing; what we concluded gives way to it (F3).
  const isOutranked = known.fills.some(
    (fill) => fill.execIdBase === execIdBase && !isConcluded(fill) && fill.revision > report.revision
  )
  if (!isBounded(order) || Decimal.isZero(quantity) || isOutranked) return undefined
  const left = leftOf(known, execIdBase)
  if (!Decimal.isLess(left, quantity)) return undefined
  return { rule: "W9", field: "execution", reported: shown(quantity), possible: shown(left) }
}

/** What is left of an order beside its other executions: nothing inferred, the highest revision of each (W4). */
const leftOf = ({ fills, order }: Known, execIdBase: string): Decimal.Decimal => {
  const others = canonicalOf(fills).filter((fill) => fill.execIdBase !== execIdBase)
  return Decimal.max(
    Decimal.zero,
    Decimal.subtract(order.quantity, Decimal.sum(others.map(({ quantity }) => quantity)))
  )
}

const TEN = Decimal.unsafe("10")

/** W5: a price of a tenth or less, or of ten times and more, of what the order should have got is none. */
export const implausiblePrice = ({ expected }: Known, price: Price | undefined): Implausible | undefined => {
  if (price === undefined || expected === undefined) return undefined
  const isFar =
    Decimal.isLess(Decimal.multiply(expected.price, TEN), price) ||
    Decimal.isLess(Decimal.multiply(price, TEN), expected.price)
  return isFar ? { rule: "W5", field: "price", reported: shown(price), possible: shown(expected.price) } : undefined
}

const DAY_MS = 86_400_000

/** How far before its sending a broker may date an order: more than our own clock is ever off, less than the next day (O28). */
const BEFORE_SENDING_MS = 17 * 3_600_000

/** W4: an execution of before its order was sent is not this order's; a date alone is the whole day. */
export const isBeforeSending = (
  { sentAt }: Pick<Order, "sentAt">,
  { executedAt }: Pick<Executed, "executedAt">
): boolean => {
  if (sentAt === undefined) return false
  const isDate = executedAt % BigInt(DAY_MS * 1000) === 0n
  const latest = isDate ? Instant.addMillis(executedAt, DAY_MS) : executedAt
  return latest < Instant.addMillis(sentAt, -BEFORE_SENDING_MS)
}

/** W13: the time of a report, ours where the broker's is before the sending or after now. */
export const timed = <R extends OrderSeen | Executed>(
  report: R,
  sentAt: Instant.Instant | undefined,
  now: Instant.Instant
): R => {
  const isAhead = report.asOf > Instant.addMillis(now, SKEW_MS)
  const isBehind = sentAt !== undefined && report.asOf < Instant.addMillis(sentAt, -BEFORE_SENDING_MS)
  return isAhead || isBehind ? { ...report, asOf: now, asOfKind: "ours" } : report
}
