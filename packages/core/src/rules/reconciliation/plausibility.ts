import { canonicalOf } from "../fill/aggregates.ts"
import type { Expected } from "../fill/band.ts"
import { isConcluded } from "../../records/concluded.ts"
import type { Fill } from "../../records/Fill.ts"
import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import { MARKED_PLACED } from "../order/command.ts"
import type { Order } from "../../records/Order.ts"
import type { OrderType } from "../../records/OrderTerms.ts"
import { signed } from "../../records/Side.ts"
import * as Instant from "../../values/Instant.ts"
import { NOT_LISTED, type HeldReport, type Implausible } from "../../records/HeldReport.ts"
import type { Executed, OrderSeen, Received } from "../../records/Report.ts"

// W1 to W14, in their order: is what a broker reports possible? Each rule is judged here and nowhere else, by functions that are pure; the gate
// (`gate.ts`), the modules that book and the services ask them. Whose an order or a fill is (W10, W12) stands in `identification.ts`, the times of
// reports (W4, W13) in `reportedTimes.ts`. Three rules are judged where their subject is made:
// W6: the sum of the executions against the total is a part of what an order's facts come to (F5, F14): `rules/fill/aggregates.ts`.
// W11: whether an end is confirmed is a part of an order's state, and `rules/order` imports nothing of `rules/reconciliation`: `rules/order/hearing.ts`.
// W14: only an adapter knows its broker's own id of an execution: `Execution.ts` (Alpaca, IBKR), `Orders.ts` and `Corrections.ts` (Schwab).

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

/** How far apart two readings of changed terms are at least, in milliseconds (W2, W13). */
const SECOND_READING_MS = 2_000

const isSame = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

const shown = (value: Decimal.Decimal | undefined): string => (value === undefined ? "none" : Decimal.format(value))

// W1: the terms of an order of ours

/** A term of an order of ours that its broker shows otherwise. */
export interface DifferingTerm {
  readonly term: "symbol" | "side" | "type" | "session" | "notional" | "quantity" | "limitPrice" | "stopPrice"
  readonly sent: string
  readonly shown: string
}

/**
 * W1, O29: is it for something else than was sent: another symbol, side, type or session, another size or price while the order is being
 * acknowledged, or dollars where shares were sent? Nor is an order ever for less than what has filled (O12). The first term that is.
 */
export const differsFromSent = (order: Order, report: OrderSeen): DifferingTerm | undefined => {
  const differing = (term: DifferingTerm["term"], sent: string | undefined, seen: string | undefined) => ({
    term,
    sent: sent ?? "none",
    shown: seen ?? "none"
  })
  if (order.symbol !== report.symbol) return differing("symbol", order.symbol, report.symbol)
  if (order.side !== report.side) return differing("side", order.side, report.side)
  if (!isOfType(order, report)) return differing("type", order.type, report.type)
  if (!isOfSession(order, report)) return differing("session", order.session, report.session)
  if (asksForOtherDollars(order, report))
    return differing("notional", shown(order.askedNotional), shown(report.notional))
  const isOther = (!isAcknowledged(order) && !isOfSize(order, report)) || hasShrunkBelowFills(order, report)
  if (isOther) return differing("quantity", shown(order.quantity), shown(report.quantity))
  if (isAcknowledged(order) || order.origin === "external") return undefined
  const price = changedPrice(order, report)
  return price && differing(price.field, price.possible, price.reported)
}

/** W1: the type that was sent, or one that the broker makes of it; what is elected works as a market or a limit order. */
const isOfType = ({ origin, type }: Order, report: OrderSeen): boolean => {
  if (report.type === undefined || origin === "external") return true
  return [report.type, ...(report.typeSent ?? []), ...(stopsAs[report.type] ?? [])].includes(type)
}

/** What an elected stop order is shown as. */
const stopsAs: { readonly [shown in OrderType]?: ReadonlyArray<OrderType> } = {
  market: ["stop"],
  limit: ["stop_limit"]
}

/** W1: the session that was sent, as far as the broker shows one. */
const isOfSession = ({ origin, session }: Order, report: OrderSeen): boolean =>
  report.session === undefined || origin === "external" || report.session === session

const asksForOtherDollars = ({ askedNotional }: Order, { notional }: OrderSeen): boolean =>
  notional !== undefined && !isSame(askedNotional, notional)

/** Its terms are those that were sent until the broker acknowledged them, or a person for it; changes are judged from then on (W2). */
const isAcknowledged = ({ acceptedAt, rawStatus }: Order): boolean =>
  acceptedAt !== undefined && rawStatus !== MARKED_PLACED

const isOfSize = (order: Order, { notional, quantity }: OrderSeen): boolean =>
  order.askedNotional === undefined
    ? notional === undefined && Decimal.equals(order.quantity, quantity)
    : notional !== undefined && Decimal.equals(order.askedNotional, notional)

/** O12: a quantity that is now smaller than what has filled. */
const hasShrunkBelowFills = (order: Order, report: OrderSeen): boolean =>
  report.notional === undefined &&
  Decimal.isLess(report.quantity, order.quantity) &&
  Decimal.isLess(report.quantity, order.filled)

/** O13: what a broker says of an id that a later one has replaced is part of the replacement: nothing of it is booked. */
export const isOfReplacedId = (order: Order, { brokerOrderId }: OrderSeen): boolean =>
  order.brokerOrderId !== brokerOrderId && order.brokerOrderIds.includes(brokerOrderId)

/** Is it of this order's instrument and side, under an id that stands (W1, O13)? */
const isOfItsTerms = (order: Order, report: OrderSeen): boolean =>
  !isOfReplacedId(order, report) && order.symbol === report.symbol && order.side === report.side

/** Do W2, W3 and W13 judge it: an order over shares, of its own instrument and side (W1)? */
export const isOfItsQuantity = (order: Order, report: OrderSeen): boolean =>
  isOfItsTerms(order, report) && order.askedNotional === undefined && report.notional === undefined

/** Does W3 alone judge it: an order over a notional, of its own instrument and side? */
export const isOfItsNotional = (order: Order, report: OrderSeen): boolean =>
  isOfItsTerms(order, report) && order.askedNotional !== undefined

// W2: quantity, limit and stop

/** W2: the terms that changed and may not have, by this report alone; nothing where they are in force or may come into force. */
export const changedTerms = (known: Known, report: OrderSeen): Implausible | undefined => {
  const { order } = known
  if (!isAcknowledged(order) || (order.origin === "external" && !order.inQueue)) return undefined
  const change = changedTerm(order, report)
  if (change === undefined || known.isBeforeSplit) return undefined
  const fault: Implausible = { rule: "W2", ...change }
  // O12: nothing is ever for less than what has filled.
  const isBelowFills = Decimal.isLess(report.quantity, order.filled)
  if (Decimal.isNegative(report.quantity) || isBelowFills || isBeyondLimits(known, report)) return fault
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
  return changedPrice(order, report)
}

interface ChangedPrice extends Omit<Implausible, "rule" | "field"> {
  readonly field: "limitPrice" | "stopPrice"
}

const changedPrice = (order: Order, { limitPrice, stopPrice }: OrderSeen): ChangedPrice | undefined => {
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

/** W2: do the same new terms stand in an earlier reading, two seconds ago or more? */
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

// W3: the total that is filled

/** W3: a total between nothing and what is in force, or what executions have proven to be filled beyond that (W9). */
export const implausibleTotal = (known: Known, { cumulative, quantity }: OrderSeen): Implausible | undefined => {
  if (cumulative === undefined) return undefined
  const { order } = known
  const most = mostOf(known, quantity)
  const possible = Decimal.max(most ?? quantity, order.filled)
  const reported = shown(cumulative)
  if (Decimal.isNegative(cumulative)) return { rule: "W3", field: "cumulative", reported, possible: shown(possible) }
  if (most === undefined || !Decimal.isLess(possible, cumulative)) return undefined
  return { rule: "W9", field: "cumulative", reported, possible: shown(possible) }
}

/**
 * The most shares that an order can fill, where its quantity is the one in force: of an order over a notional what its dollars pay for at a
 * tenth of the price that it should get (W5). Nothing bounds one whose price nobody knows, nor one that was adopted from an execution,
 * which has no quantity but what is known to have filled.
 */
const mostOf = ({ expected, order }: Known, quantity: Decimal.Decimal): Decimal.Decimal | undefined => {
  if (order.rawStatus === NOT_LISTED) return undefined
  if (order.askedNotional === undefined) return quantity
  const price = expected?.price ?? order.referencePrice
  if (price === undefined || !Decimal.isPositive(price)) return undefined
  return Decimal.divide(Decimal.multiply(order.askedNotional, TEN), price, PRECISION)
}

const TEN = Decimal.unsafe("10")

const PRECISION = 12

/** W3: has an order that the books do not know a quantity below nothing, less than nothing filled, or more than its quantity? */
export const isImpossibleStranger = ({ cumulative, notional, quantity }: OrderSeen): boolean => {
  if (Decimal.isNegative(quantity) || (cumulative !== undefined && Decimal.isNegative(cumulative))) return true
  return cumulative !== undefined && notional === undefined && Decimal.isLess(quantity, cumulative)
}

// W4: an execution

/** W4, W9: why an execution of an order is not possible; nothing where it is. A bust always is. */
export const implausibleExecution = (known: Known, report: Executed): Implausible | undefined => {
  const { order } = known
  const { execIdBase, quantity } = report
  if (hasNoId(report)) return { rule: "W4", field: "execId", reported: "none", possible: "an id" }
  if (Decimal.isNegative(quantity))
    return { rule: "W4", field: "execution", reported: shown(quantity), possible: shown(order.quantity) }
  // A revision that a higher one of the broker's outranks counts for nothing; what we concluded gives way to it (F3).
  const isOutranked = known.fills.some(
    (fill) => fill.execIdBase === execIdBase && !isConcluded(fill) && fill.revision > report.revision
  )
  const most = mostOf(known, order.quantity)
  if (most === undefined || Decimal.isZero(quantity) || isOutranked) return undefined
  const left = leftOf(known, execIdBase, most)
  if (!Decimal.isLess(left, quantity)) return undefined
  return { rule: "W9", field: "execution", reported: shown(quantity), possible: shown(left) }
}

/** What is left of an order beside its other executions: nothing inferred, the highest revision of each (W4). */
const leftOf = ({ fills }: Known, execIdBase: string, most: Decimal.Decimal): Decimal.Decimal => {
  const others = canonicalOf(fills).filter((fill) => fill.execIdBase !== execIdBase)
  return Decimal.max(Decimal.zero, Decimal.subtract(most, Decimal.sum(others.map(({ quantity }) => quantity))))
}

/** W4: has an execution whose order the books do not know no id, or fewer shares than none? */
export const isImpossibleOrphan = (report: Executed): boolean => hasNoId(report) || Decimal.isNegative(report.quantity)

const hasNoId = ({ execId, execIdBase }: Executed): boolean => execId === "" || execIdBase === ""

// W5: prices and commissions

/** W5: a price of a tenth or less, or of ten times and more, of what the order should have got is none. */
export const implausiblePrice = ({ expected }: Known, price: Price | undefined): Implausible | undefined => {
  if (price === undefined || expected === undefined) return undefined
  const isFar =
    Decimal.isLess(Decimal.multiply(expected.price, TEN), price) ||
    Decimal.isLess(Decimal.multiply(price, TEN), expected.price)
  return isFar ? { rule: "W5", field: "price", reported: shown(price), possible: shown(expected.price) } : undefined
}

const LARGEST_FLAT = Decimal.unsafe("50")
const LARGEST_PART = Decimal.unsafe("0.05")

/** W5: a commission is at most 5 % of what was traded, or 50. A rebate is one below nothing. */
export const isPlausibleCommission = (
  { price, quantity }: Pick<Fill, "price" | "quantity">,
  amount: Decimal.Decimal
): boolean => {
  const notional = price === undefined ? Decimal.zero : Decimal.multiply(quantity, price)
  return Decimal.isAtMost(Decimal.abs(amount), Decimal.max(LARGEST_FLAT, Decimal.multiply(notional, LARGEST_PART)))
}

// W7: a holding

/** W7, P1: what the books hold by fills, adjustments and corporate actions is all that explains a holding: to the last digit. */
export const isExplained = (ours: Decimal.Decimal, theirs: Decimal.Decimal): boolean => Decimal.equals(ours, theirs)

// W8: a listing of orders that calls itself whole

/** W8: those of our live orders that a listing lacks under every id they have had. */
export const lackedBy = (
  received: ReadonlyArray<Received<OrderSeen>>,
  live: ReadonlyArray<Order>
): ReadonlyArray<Order> => {
  const listed = new Set<string>(received.flatMap(({ report }) => [report.brokerOrderId, ...(report.otherIds ?? [])]))
  return live.filter(({ brokerOrderIds }) => !brokerOrderIds.some((id) => listed.has(id)))
}

/** What was acknowledged a moment ago may not be listed yet, in milliseconds. */
const SETTLED_MS = 5_000

/** W8: has an order been acknowledged for long enough that a listing begun then, in the broker's time, has it? */
export const isToBeListed = ({ acceptedAt }: Pick<Order, "acceptedAt">, begun: Instant.Instant): boolean =>
  acceptedAt === undefined || acceptedAt <= Instant.addMillis(begun, -SETTLED_MS)

// W9: more filled than ordered

/** An execution that is held since there is no room for it (W9), and its order. Shares without a sign. */
export interface Overfill {
  readonly order: Pick<Order, "id" | "filled" | "quantity" | "side">
  readonly shares: Decimal.Decimal
}

/**
 * W9: a true overfill: a reading of holdings, begun after the executions were held, shows exactly what the books hold with all of them, and
 * each order has filled at most as much again as was ordered. What is larger is for a person.
 */
export const areProvenOverfills = (
  overfills: ReadonlyArray<Overfill>,
  ours: Decimal.Decimal,
  theirs: Decimal.Decimal
): boolean => {
  const more = Decimal.sum(overfills.map(({ order, shares }) => signed(order.side, shares)))
  return overfills.length > 0 && Decimal.equals(Decimal.add(ours, more), theirs) && overfills.every(isSmall)
}

/** Of an order all that is held counts together. */
const isSmall = ({ order: { filled, id, quantity } }: Overfill, _: number, all: ReadonlyArray<Overfill>): boolean => {
  const more = Decimal.sum(all.flatMap(({ order, shares }) => (order.id === id ? [shares] : [])))
  return Decimal.isAtMost(Decimal.subtract(Decimal.add(filled, more), quantity), quantity)
}

// W13: two readings of one moment

/**
 * W13: of two readings of one moment of the broker's that contradict each other the less advanced one stands once a second reading in a
 * row says it.
 */
export const contradictsAtTie = ({ held, now, order }: Known, report: OrderSeen): Implausible | undefined => {
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
