import { Need } from "../../books/Need.ts"
import { judge } from "../fill/band.ts"
import { isConcluded } from "../../records/concluded.ts"
import type { Fill } from "../../records/Fill.ts"
import { format, type OrderId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { isSeparate } from "../order/hearing.ts"
import type { Witness } from "../order/observe.ts"
import { executed, wait, type PassWaiting } from "./executions.ts"
import { putBack, isSameExecution } from "./busts.ts"
import { closeIfPriced } from "./booking.ts"
import { advance, orderOf } from "../order/transition.ts"
import type { Order } from "../../records/Order.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Instant from "../../values/Instant.ts"
import { reportOf, type HeldReport, type Implausible } from "../../records/HeldReport.ts"
import * as heldReports from "./heldReports.ts"
import { applied, type Interpreted } from "../../records/Interpreted.ts"
import { closeIfOpen } from "../breaks/ledgerBreaks.ts"
import {
  Answer,
  type Answered,
  type Executed,
  type OrderSeen,
  type RawPayload,
  type Received
} from "../../records/Report.ts"
import { answered } from "./answers.ts"
import * as adoption from "./adoption.ts"
import { evidenced } from "../breaks/evidence.ts"
import { likeOf } from "./duplicates.ts"
import { isOfDay, match, sharing } from "./matching.ts"
import { orderSeen } from "./ordersSeen.ts"
import * as plausibility from "./plausibility.ts"
import { enteredByNow, executedByNow, isBeforeSending, timed } from "./reportedTimes.ts"
import { isIdOfAnother } from "./identification.ts"

/** W1 to W14: a report of an order passes before anything of it is booked; what is not possible is held. */
export const passOrder = (
  recorder: Recorder,
  seen: OrderSeen,
  payload: RawPayload | undefined,
  witness: Witness
): Interpreted => {
  const entered = enteredByNow(seen, recorder.world.at)
  const order = match(recorder, entered)?.order
  const report = timed(entered, order?.sentAt, recorder.world.at)
  if (order === undefined) return passUnknownOrder(recorder, report, payload, witness)
  const known = heldReports.knownOf(recorder, order)
  const fault = faultOf(known, report)
  if (fault !== undefined) return heldReports.hold(recorder, order, report, fault, payload)
  // Under its id alone something was held while no order of the books had it.
  heldReports.closeUnknown(recorder, order.symbol, report.brokerOrderId)
  const stands = plausibility.standsAtTie(known, report)
  const booked = evidenced(recorder, payload, (witnessed) =>
    orderSeen(witnessed, report, { isRepeated: stands, passWaiting, witness })
  )
  afterOrder(recorder, order, report, known)
  return booked
}

/** W2, W3, W9, W13: why a report of an order of the books is not possible; nothing where it is. */
const faultOf = (known: plausibility.Known, report: OrderSeen): Implausible | undefined => {
  if (plausibility.isOfItsNotional(known.order, report)) return plausibility.implausibleTotal(known, report)
  if (!plausibility.isOfItsQuantity(known.order, report)) return undefined
  return (
    plausibility.changedTerms(known, report) ??
    plausibility.implausibleTotal(known, report) ??
    plausibility.contradictsAtTie(known, report)
  )
}

/** W12: an answer to a send that names another order's id says nothing of this one: it is looked for. */
export const passAnswer = (
  recorder: Recorder,
  report: Answered,
  payload: RawPayload | undefined,
  witness: Witness
): Interpreted => answered(recorder, withOwnId(recorder, report), payload, witness, passWaiting)

const withOwnId = (recorder: Recorder, report: Answered): Answered => {
  if (report.answer._tag !== "Accepted") return report
  const { brokerOrderId } = report.answer
  recorder.need(Need.AttemptById({ id: report.attemptId }))
  const attempt = recorder.books.attempts.get(report.attemptId)
  const ofToday = sharing(recorder, brokerOrderId).filter((order) => isOfDay(order, recorder.world.at))
  if (attempt === undefined || !isIdOfAnother({ id: attempt.orderId }, ofToday)) return report
  const why = `W12: the answer names ${brokerOrderId}, which is another order's`
  return { ...report, answer: Answer.Unknown({ why, candidate: undefined }) }
}

const passUnknownOrder = (
  recorder: Recorder,
  report: OrderSeen,
  payload: RawPayload | undefined,
  witness: Witness
): Interpreted => {
  const { brokerOrderId, cumulative, quantity } = report
  if (plausibility.isImpossibleStranger(report)) {
    const filled = cumulative ?? Decimal.zero
    const details = { _tag: "Implausible", cause: "FilledBeyond", brokerOrderId, filled, quantity } as const
    return heldReports.holdUnknown(recorder, report, brokerOrderId, details)
  }
  const doubtful = adoption.faultOf(recorder, report, witness)
  if (doubtful !== undefined) return heldReports.holdUnknown(recorder, report, brokerOrderId, doubtful)
  heldReports.closeUnknown(recorder, report.symbol, brokerOrderId)
  return evidenced(recorder, payload, (witnessed) => orderSeen(witnessed, report, { passWaiting, witness }))
}

/** What was held of an order is judged again with what is known now. */
const afterOrder = (recorder: Recorder, before: Order, report: OrderSeen, known: plausibility.Known): void => {
  if (known.held.length === 0) return
  if (plausibility.standsAtTie(known, report) || plausibility.repeatsTerms(known, report)) {
    heldReports.settleRepeated(recorder, before)
  }
  judgeHeldAgain(recorder, before.id)
  heldReports.contradict(recorder, orderOf(recorder, before.id), report)
}

/** An execution that was held is booked as soon as there is room for it, and a total is no question any more once executions reach it. */
export const judgeHeldAgain = (recorder: Recorder, orderId: OrderId): void => {
  for (const each of heldReports.unsettledOf(recorder, orderOf(recorder, orderId))) {
    const known = heldReports.knownOf(recorder, orderOf(recorder, orderId))
    const report = reportOf(each.contents)
    if (report._tag === "OrderSeen") {
      const isReached = each.field === "cumulative" && plausibility.implausibleTotal(known, report) === undefined
      if (isReached) heldReports.settle(recorder, each, "booked")
    } else if (each.rule === "W5") {
      if (isUndone(recorder, report)) heldReports.settle(recorder, each, "superseded")
    } else if (plausibility.implausibleExecution(known, report) === undefined) {
      bookHeld(recorder, each)
    }
  }
}

/** Does an execution of the books count for nothing, as one that its broker does not have? */
const isUndone = (recorder: Recorder, { account, execIdBase }: Executed): boolean =>
  recorder.books.fills
    .find("execution", [account, execIdBase])
    .some(({ canonical, quantity }) => canonical && Decimal.isZero(quantity))

/**
 * W9: more than was ordered has filled where executions say so and a reading of holdings, begun afterwards, shows exactly what the books hold
 * with them; of each order at most as much again as was ordered. What is larger is for a person.
 */
export const bookProvenOverfills = (
  recorder: Recorder,
  symbol: Ticker,
  ours: Decimal.Decimal,
  theirs: Decimal.Decimal
): boolean => {
  const held = heldReports.heldOverfills(recorder, symbol)
  const overfills = held.map(({ contents, orderId }) => ({
    order: orderOf(recorder, orderId),
    shares: contents.quantity
  }))
  if (!plausibility.areProvenOverfills(overfills, ours, theirs)) return false
  for (const each of held) bookHeld(recorder, each)
  for (const { orderId } of held) judgeHeldAgain(recorder, orderId)
  return true
}

/** Books a held execution as the fact that it turned out to be. */
const bookHeld = (recorder: Recorder, held: HeldReport): void => {
  const report = reportOf(held.contents)
  if (report._tag === "Executed") executed(recorder, report, undefined)
  heldReports.settle(recorder, held, "booked")
}

/** A person says that a held report is true: its terms are in force, and it stands beside the newest word that the books have; a later one of the broker's decides. */
export const acceptHeld = (recorder: Recorder, held: HeldReport): void => {
  const report = reportOf(held.contents)
  if (report._tag === "Executed") acceptExecution(recorder, held, report)
  else {
    const { limitPrice, quantity, stopPrice } = report
    const order = orderOf(recorder, held.orderId)
    const terms = { limitPrice: limitPrice ?? order.limitPrice, stopPrice: stopPrice ?? order.stopPrice }
    if (held.rule === "W2") advance(recorder, held.orderId, { quantity, ...terms })
    orderSeen(
      recorder,
      { ...report, asOf: newestOf(order, report), asOfKind: "ours", executionsRead: true },
      { isRepeated: true }
    )
  }
  heldReports.settle(recorder, held, "accepted")
}

const newestOf = ({ cumulativeAt, reportedAt }: Order, { asOf }: OrderSeen): Instant.Instant =>
  [cumulativeAt, reportedAt].reduce<Instant.Instant>((newest, at) => Instant.later(newest, at ?? newest), asOf)

const acceptExecution = (recorder: Recorder, { rule }: HeldReport, report: Executed): void => {
  const known = bookedAs(recorder, report)
  if (rule !== "W5" || known === undefined || report.price === undefined) {
    executed(recorder, report, undefined)
    return
  }
  recorder.emit({ _tag: "FillPriced", fillId: known.id, price: report.price })
  closeIfPriced(recorder, advance(recorder, known.orderId, {}))
}

/** W4, W5, W9: one revision of one execution, before it is booked. */
export const passExecution = (
  recorder: Recorder,
  reported: Executed,
  payload: RawPayload | undefined,
  witness: Witness
): Interpreted => {
  const order = orderFor(recorder, reported)
  const report = timedExecution(recorder, reported, order)
  if (order === undefined) return passUnknownExecution(recorder, report, payload)
  if (order.symbol !== report.symbol || order.side !== report.side) return executed(recorder, report, payload)
  const known = bookedAs(recorder, report)
  if (known !== undefined) return passKnown(recorder, order, known, report, payload, witness)
  if (isBeforeSending(order, report)) return wait(recorder, report, payload)
  const fault = plausibility.implausibleExecution(heldReports.knownOf(recorder, order, report.executedAt), report)
  const isLike = fault !== undefined && likeOf(recorder, order, report) !== undefined
  if (fault !== undefined && !isLike) return heldReports.hold(recorder, order, report, fault, payload)
  heldReports.settleExecution(recorder, order, report)
  const booked = passPrice(recorder, order, isLike ? { ...report, mayHaveOtherId: true } : report, payload)
  judgeHeldAgain(recorder, order.id)
  return booked
}

/** One that is booked already: it may have its price now, and one that we concluded to be busted, or that was voided, counts again (F3). */
const passKnown = (
  recorder: Recorder,
  order: Order,
  known: Fill,
  report: Executed,
  payload: RawPayload | undefined,
  witness: Witness
): Interpreted => {
  const { account, execIdBase } = report
  const counted = recorder.books.fills.find("execution", [account, execIdBase]).find(({ canonical }) => canonical)
  if (counted === undefined || !isToldSince(counted, report, witness) || !isSameExecution(known, report)) {
    return reprice(recorder, order, known, report) ?? executed(recorder, report, payload)
  }
  return shownAgain(recorder, order.id, { report, payload }, Instant.later(report.asOf, counted.executedAt))
}

/** F3: an execution that counts for nothing by a conclusion of ours, and that its broker shows again, counts again if it is possible. */
export const shownAgain = (
  recorder: Recorder,
  orderId: OrderId,
  { payload, report }: Received<Executed>,
  at: Instant.Instant
): Interpreted => {
  const order = orderOf(recorder, orderId)
  const fault = plausibility.implausibleExecution(heldReports.knownOf(recorder, order, report.executedAt), report)
  if (fault !== undefined) return heldReports.hold(recorder, order, report, fault, payload)
  putBack(recorder, report.execIdBase, at)
  return applied(orderOf(recorder, orderId))
}

/** Does the broker report an execution again that counts for nothing by a conclusion of ours: of a later time, or read since? */
const isToldSince = (counted: Fill, { asOf }: Executed, witness: Witness): boolean =>
  isConcluded(counted) &&
  Decimal.isZero(counted.quantity) &&
  (asOf > counted.executedAt || (witness._tag === "Reading" && isSeparate(counted.createdAt, witness.begun)))

const orderFor = (recorder: Recorder, report: Executed): Order | undefined => {
  const { account, execIdBase } = report
  recorder.need(Need.Execution({ account, execIdBase }))
  const [sibling] = recorder.books.fills.find("execution", [account, execIdBase])
  return sibling === undefined ? match(recorder, report)?.order : orderOf(recorder, sibling.orderId)
}

/** W4, W13: one of after now happened, and was reported, when we received it. */
const timedExecution = (recorder: Recorder, report: Executed, order: Order | undefined): Executed => {
  const { at } = recorder.world
  return executedByNow(timed(report, order?.sentAt, at), at, order)
}

const passUnknownExecution = (recorder: Recorder, report: Executed, payload: RawPayload | undefined): Interpreted => {
  if (!plausibility.isImpossibleOrphan(report)) return executed(recorder, report, payload)
  const { brokerOrderId = "of no order", execId, quantity } = report
  const details = { _tag: "Implausible", cause: "ImpossibleExecution", execId, quantity } as const
  return heldReports.holdUnknown(recorder, report, execId === "" ? brokerOrderId : execId, details)
}

const bookedAs = (recorder: Recorder, { account, execIdBase, revision }: Executed): Fill | undefined =>
  recorder.books.fills.find("execution", [account, execIdBase]).find((fill) => fill.revision === revision)

/** W5, F13: an execution that had no usable price gets the one that its broker shows now, where that is plausible. */
const reprice = (recorder: Recorder, order: Order, known: Fill, report: Executed): Interpreted | undefined => {
  const { price } = report
  const isUsable = known.price !== undefined && known.band !== "outside"
  if (price === undefined || isUsable || !Decimal.equals(known.quantity, report.quantity)) return undefined
  if (known.price !== undefined && Decimal.equals(known.price, price)) return undefined
  const isImplausible =
    plausibility.implausiblePrice(heldReports.knownOf(recorder, order, report.executedAt), price) !== undefined
  if (isImplausible) return { _tag: "KeptAsBreak" }
  if (known.price !== undefined && judge(recorder, order, price, report.executedAt).band !== "within") return undefined
  recorder.emit({ _tag: "FillPriced", fillId: known.id, price })
  const priced = advance(recorder, order.id, {})
  closeIfPriced(recorder, priced)
  closeIfOpen(recorder, order.symbol, "OffBand", format("order", order.id), "a plausible price arrived")
  heldReports.settleExecution(recorder, priced, report)
  return applied(priced)
}

/** W5: the quantity of an execution with an implausible price is booked without it, and the price is held. */
const passPrice = (
  recorder: Recorder,
  order: Order,
  report: Executed,
  payload: RawPayload | undefined
): Interpreted => {
  const fault = plausibility.implausiblePrice(heldReports.knownOf(recorder, order, report.executedAt), report.price)
  if (fault === undefined) return executed(recorder, report, payload)
  const booked = executed(recorder, { ...report, price: undefined }, payload)
  heldReports.hold(recorder, orderOf(recorder, order.id), report, fault, payload)
  return booked
}

/** W4, W5: a fill that waited for its order is judged when it joins that, like one that comes now. */
export const passWaiting: PassWaiting = (recorder, order, fill) => {
  const report: Executed = { ...fill, _tag: "Executed", asOfKind: "ours" }
  const known = heldReports.knownOf(recorder, order, report.executedAt)
  const fault = plausibility.implausibleExecution(known, report) ?? plausibility.implausiblePrice(known, report.price)
  if (fault === undefined) return fill
  heldReports.hold(recorder, order, report, fault, undefined)
  return fault.rule === "W5" ? { ...fill, price: undefined } : undefined
}
