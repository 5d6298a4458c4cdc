import { Need } from "../../books/Need.ts"
import * as ClientOrderId from "../../values/ClientOrderId.ts"
import { format, type OrderId } from "../../values/Id.ts"
import { isTicker, type Ticker, UNMAPPED } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { SEPARATE_MS } from "../order/hearing.ts"
import { type Order, averagePrice } from "../../records/Order.ts"
import { frame, settled, type Witness, type Word } from "../order/observe.ts"
import { isLive } from "../../records/OrderState.ts"
import { termFault } from "../../records/OrderTerms.ts"
import * as Instant from "../../values/Instant.ts"
import { advance, type Change, orderOf } from "../order/transition.ts"
import { afterRejection } from "../position/refused.ts"
import { seeInstrument } from "./held.ts"
import { applied, type Interpreted } from "../../records/Interpreted.ts"
import type { BreakDetails } from "../../records/BreakDetails.ts"
import type { OrderSeen } from "../../records/Report.ts"
import { acknowledged } from "./acknowledged.ts"
import { lateOf, mayBeOurs, isOfDay, match, sentAs, sharing } from "./matching.ts"
import type { ReportedTotal } from "./duplicates.ts"
import { closeIfOpen, findOpen, leavesOf, open, openOrUpdate } from "../breaks/ledgerBreaks.ts"
import { differsFromSent, type DifferingTerm, isOfReplacedId } from "./plausibility.ts"
import { hasTermsOf } from "./identification.ts"
import { reviewUnpriced } from "./booking.ts"
import { joinWaiting, type PassWaiting } from "./executions.ts"
import { canonicalOf } from "../fill/aggregates.ts"

/** What the gate found of a report (W13, W4). */
interface Passed {
  /** A second reading of the moment that the books have says it again: it stands. */
  readonly isRepeated?: boolean | undefined
  readonly passWaiting?: PassWaiting | undefined
  /** W11: what it was heard by; settled where nothing is said. */
  readonly witness?: Witness | undefined
}

/** An order as the broker shows it: ours is brought up to it, one that is not ours is adopted. */
export const orderSeen = (recorder: Recorder, report: OrderSeen, passed: Passed = {}): Interpreted => {
  const found = match(recorder, report)
  if (found?.order.brokerOrderId !== report.brokerOrderId) reviewReuse(recorder, report)
  if (found !== undefined) return seenOf(recorder, found.order, report, passed)
  if (mayBeOurs(recorder, report)) return { _tag: "Waiting" }
  const late = lateOf(recorder, report, (order) => hasTermsOf(order, report))
  return late === undefined ? adopt(recorder, report, passed) : seenOf(recorder, late, report, passed)
}

/** O28: the id of an open order, which the broker now has for an order of another day. */
const reviewReuse = (recorder: Recorder, { brokerOrderId, enteredAt }: OrderSeen): void => {
  if (enteredAt === undefined) return
  for (const order of sharing(recorder, brokerOrderId)) {
    if (!isLive(order.status) || isOfDay(order, enteredAt)) continue
    const subject = format("order", order.id)
    const details = { _tag: "ReusedOrderId", brokerOrderId, day: Instant.dayOf(enteredAt) } as const
    open(recorder, { symbol: order.symbol, subject, details })
  }
}

const wordOf = (report: OrderSeen, { isRepeated = false, witness = settled }: Passed): Word => ({
  isRepeated,
  witness,
  reported: report.state._tag === "Open" ? "open" : report.state.kind,
  at: report.asOf,
  cumulative: mayInfer(report) ? report.cumulative : undefined,
  average: report.averagePrice,
  isBrokersTime: report.asOfKind === "broker",
  rawStatus: report.rawStatus,
  quantity: report.quantity,
  limitPrice: report.limitPrice,
  stopPrice: report.stopPrice,
  ...(report.state._tag === "Closed" ? { reason: report.words ?? `${report.rawStatus} by the broker` } : {})
})

/** F0: a report without the broker's time infers nothing before executions were asked for. */
const mayInfer = (report: OrderSeen): boolean => report.asOfKind === "broker" || report.executionsRead

/** C4: an end that says nothing of what was filled waits until executions were read. */
const isPremature = (report: OrderSeen): boolean =>
  report.state._tag === "Closed" &&
  report.state.kind !== "rejected" &&
  report.cumulative === undefined &&
  !report.executionsRead

/** An order of the books as the broker shows it now. */
export const seenOf = (recorder: Recorder, order: Order, report: OrderSeen, passed: Passed = {}): Interpreted => {
  if (isOfReplacedId(order, report)) return { _tag: "NothingToDo" }
  const differing = differsFromSent(order, report)
  if (differing !== undefined) return termsDiffer(recorder, order, report, differing)
  closeIfAgreed(recorder, order, passed.witness)
  const change = acknowledged(recorder, order, report.brokerOrderId, report.enteredAt)
  closeIfOpen(recorder, order.symbol, "OrderMissing", format("order", order.id), "the broker lists it again")
  if (isPremature(report)) return premature(recorder, order, change, report)
  const { refusal } = report
  const seen = advance(recorder, order.id, { ...change, code: refusal?.code ?? order.code }, wordOf(report, passed))
  if (seen !== order) reviewClientId(recorder, order, report)
  if (refusal !== undefined && isRejectedNow(order, seen)) afterRejection(recorder, seen, refusal)
  const joined = joinWaiting(
    recorder,
    seen,
    report.brokerOrderId,
    passed.passWaiting,
    totalReportedBy(report, passed.witness)
  )
  reviewAverage(recorder, joined, report)
  reviewUnpriced(recorder, joined, report)
  reviewWorking(recorder, joined, report)
  return applied(joined)
}

/** Refusals: an order of ours that lives and that its broker does not work, by the newest report; until one says nothing of that. */
const reviewWorking = (recorder: Recorder, order: Order, { asOf, notWorking }: OrderSeen): void => {
  const { id, origin, reportedAt = asOf, symbol } = order
  if (origin === "external" || asOf < reportedAt || !isLive(order.status)) return
  const subject = format("order", id)
  if (notWorking === undefined)
    return closeIfOpen(recorder, symbol, "OrderNotWorking", subject, "its broker no longer reports it")
  const details = { _tag: "OrderNotWorking", orderId: id, reason: notWorking.reason, leaves: leavesOf(order) } as const
  openOrUpdate(recorder, { symbol, subject, details })
}

/** F10: a reading tells the total of its own time, however long ago the order last changed; a shared one may have begun a second sooner. */
const totalReportedBy = ({ asOf, cumulative }: OrderSeen, witness: Witness = settled): ReportedTotal => ({
  cumulative,
  asOf: witness._tag === "Reading" ? Instant.later(asOf, Instant.addMillis(witness.begun, -SEPARATE_MS)) : asOf
})

/** Refusals: an order of ours that worked, or may have, until its rejection was confirmed (W11). */
const isRejectedNow = (before: Order, after: Order): boolean =>
  after.origin !== "external" && isLive(before.status) && after.status === "rejected"

/** O18: found by the broker's id, but not under the client order id that we gave it. */
const reviewClientId = (recorder: Recorder, order: Order, { brokerOrderId, clientOrderId }: OrderSeen): void => {
  if (order.origin === "external" || clientOrderId === undefined || clientOrderId === order.clientOrderId) return
  const details = { _tag: "ClientIdDiffers", brokerOrderId, clientOrderId, sent: order.clientOrderId } as const
  open(recorder, { symbol: order.symbol, subject: format("order", order.id), details })
}

/** C4: the order stays as it was; one in doubt, or only now adopted, is open until its executions were read. */
const premature = (recorder: Recorder, order: Order, change: Change, report: OrderSeen): Interpreted => {
  if (order.brokerOrderId !== undefined && order.status !== "in_doubt") return applied(order)
  const isUnheard = order.origin === "external" || order.status === "in_doubt"
  const word: Word = { reported: "open", at: report.asOf, cumulative: undefined, isBrokersTime: false, witness: frame }
  return applied(advance(recorder, order.id, change, isUnheard ? word : undefined))
}

const sizeOf = (quantity: Decimal.Decimal, notional: Decimal.Decimal | undefined) =>
  notional === undefined ? { quantity } : { notional }

const termsDiffer = (recorder: Recorder, order: Order, report: OrderSeen, differing: DifferingTerm): Interpreted => {
  const subject = format("order", order.id)
  const { askedNotional, quantity, side, symbol } = order
  const details = {
    _tag: "TermsDiffer",
    brokerOrderId: report.brokerOrderId,
    term: differing.term,
    sent: { side, ...sizeOf(quantity, askedNotional), symbol, value: differing.sent },
    shown: {
      side: report.side,
      ...sizeOf(report.quantity, report.notional),
      symbol: report.symbol,
      value: differing.shown
    }
  } as const
  open(recorder, { symbol, subject, details }, "details")
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}

/** How long after other terms were shown a reading has to begin that says that they are as sent, in milliseconds. */
const AGREED_AFTER_MS = 2_000

/** O29: one bad answer holds nothing for good: a reading of its own, begun later, has the terms as they were sent. */
const closeIfAgreed = (recorder: Recorder, { id, symbol }: Order, witness: Witness = settled): void => {
  const shown = findOpen(recorder, symbol, "TermsDiffer", format("order", id))
  if (shown === undefined || witness._tag !== "Reading") return
  if (witness.begun < Instant.addMillis(shown.openedAt, AGREED_AFTER_MS)) return
  closeIfOpen(recorder, symbol, "TermsDiffer", shown.subject, "a later reading has the terms that were sent")
}

/** O21: an order of an instrument that has no ticker here is kept in sight, never dropped. */
const unmapped = (recorder: Recorder, report: OrderSeen): Interpreted => {
  recorder.need(Need.Position({ account: recorder.account, symbol: UNMAPPED }))
  const { brokerOrderId, notional, quantity, rawStatus: status, side, symbol } = report
  const details = { _tag: "Unmapped", symbol, side, ...sizeOf(quantity, notional), status } as const
  openOrUpdate(recorder, { symbol: UNMAPPED, subject: brokerOrderId, details })
  return { _tag: "KeptAsBreak" }
}

/** O14 to O17: an order at the broker that is not ours is taken into the books under the account's policy (E3). */
export const adopt = (recorder: Recorder, report: OrderSeen, passed: Passed = {}): Interpreted => {
  const { symbol } = report
  if (!isTicker(symbol)) return unmapped(recorder, report)
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const account = recorder.books.accounts.get(recorder.account)
  if (account === undefined) throw new Error(`account ${recorder.account} is not in the books`)
  seeInstrument(recorder, symbol)
  const id = recorder.next("order")
  recorder.emit({
    _tag: "OrderCreated",
    id,
    lotId: recorder.next("lot"),
    symbol,
    side: report.side,
    quantity: report.quantity,
    askedNotional: report.notional,
    ...pricedTermsOf(report),
    timeInForce: "day",
    session: report.session,
    origin: "external",
    inQueue: account.external === "count",
    lot: account.lot,
    threshold: account.threshold ?? account.lot,
    clientOrderId: externalIdOf(recorder, report)
  })
  recorder.touch(symbol)
  reviewForeignId(recorder, id, symbol, report)
  return seenOf(recorder, orderOf(recorder, id), report, passed)
}

/** W10, O27: an adopted order has a client order id of an order of ours, or one of our make that these books never made. */
const reviewForeignId = (
  recorder: Recorder,
  id: OrderId,
  symbol: Ticker,
  { brokerOrderId, clientOrderId }: OrderSeen
): void => {
  if (clientOrderId === undefined || ClientOrderId.ours(clientOrderId) === undefined) return
  const first = sentAs(recorder, clientOrderId)
  const details: BreakDetails =
    first === undefined
      ? { _tag: "ForeignOrderId", brokerOrderId, clientOrderId }
      : { _tag: "DuplicateOrder", brokerOrderId, clientOrderId, first: first.id }
  open(recorder, { symbol, subject: format("order", id), details })
}

/** Type and prices as the broker has them; where it does not say, as of a market order. */
const pricedTermsOf = ({ limitPrice, stopPrice, type = "market" }: OrderSeen) => {
  const terms = { type, limitPrice, stopPrice }
  return termFault(terms) === undefined ? terms : ({ type: "market" } as const)
}

/** Made of the broker's facts only, so that a second run finds it; with the day where the broker uses its id again (O28). */
const externalIdOf = (recorder: Recorder, { brokerOrderId, enteredAt }: OrderSeen): ClientOrderId.ClientOrderId => {
  const isReused = sharing(recorder, brokerOrderId).length > 0
  const day = isReused && enteredAt !== undefined ? `-${Instant.dayOf(enteredAt)}` : ""
  return ClientOrderId.ClientOrderId.make(`ext-${recorder.account}-${brokerOrderId}`.slice(0, 128 - day.length) + day)
}

/**
 * F15: a broker's average of exactly the fills that we have is ours too, up to its rounding; else a break that holds nothing, until
 * they agree.
 */
const reviewAverage = (recorder: Recorder, order: Order, report: OrderSeen): void => {
  const theirs = report.averagePrice
  const ours = averagePrice(order)
  if (theirs === undefined || ours === undefined || !isOfSameFills(recorder, order, report)) return
  const subject = format("order", order.id)
  if (isWithinRounding(ours, theirs))
    return closeIfOpen(recorder, order.symbol, "AverageDiffers", subject, "the averages agree")
  open(recorder, { symbol: order.symbol, subject, details: { _tag: "AverageDiffers", ours, theirs } })
}

/** A report is compared with what it knew: every share is a priced fill of before it, and its total is their sum. */
const isOfSameFills = (recorder: Recorder, order: Order, report: OrderSeen): boolean => {
  const fills = canonicalOf(recorder.books.fills.find("order", [order.id]))
  const isKnown = report.asOfKind === "ours" || fills.every((fill) => fill.executedAt <= report.asOf)
  const sum = Decimal.sum(fills.map((fill) => fill.quantity))
  return (
    isKnown &&
    report.cumulative !== undefined &&
    Decimal.equals(report.cumulative, sum) &&
    Decimal.equals(order.filled, sum) &&
    Decimal.isZero(order.unpriced)
  )
}

const CENTS = 2

/** Brokers round or cut at the last place that they show; one that shows fewer than two may have left zeros away. */
const isWithinRounding = (ours: Decimal.Decimal, theirs: Decimal.Decimal): boolean => {
  const places = Math.max(CENTS, Decimal.format(theirs).split(".")[1]?.length ?? 0)
  const unit = Decimal.divide(Decimal.unsafe("1"), Decimal.unsafe(`1${"0".repeat(places)}`), places)
  return Decimal.isLess(Decimal.abs(Decimal.subtract(ours, theirs)), unit)
}
