import { Need } from "../../books/Need.ts"
import { judge, type Gate } from "../position/beforeSend.ts"
import { haltBeyondOwed } from "../risk/ledgerHalts.ts"
import { refusedBecause } from "../../records/codeWords.ts"
import { says } from "../../records/Control.ts"
import { format, type AttemptId, type OrderId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { positionEffectOf, stillStands } from "../position/due.ts"
import { afterAbsence } from "../position/refused.ts"
import { standingOf } from "../position/evaluation.ts"
import { keep } from "../breaks/evidence.ts"
import type { Doubt } from "../../records/BreakDetails.ts"
import { resendObstacleText } from "../../records/breakText.ts"
import { findOpen, openOrUpdate } from "../breaks/ledgerBreaks.ts"
import type { RawPayload } from "../../records/Report.ts"
import * as Instant from "../../values/Instant.ts"
import { admissionOf, waitsFor, type Admission } from "./admission.ts"
import { brokerWait } from "./brokerStatus.ts"
import { ID_IN_USE, isUnlisted, type Attempt } from "../../records/Attempt.ts"
import { draftOf, isUnapproved, LOGIN, type Order } from "../../records/Order.ts"
import { windowOf } from "../../records/OrderPolicy.ts"
import { isLive } from "../../records/OrderState.ts"
import type { PositionEffect } from "../../records/OrderTerms.ts"
import { advance, orderOf } from "./transition.ts"

/** What a plan waits for that was proposed, or in the trading state `approve`. */
export const APPROVAL = "Approval"

/** The code of an order that was proposed and that nobody approved in time. */
export const NOT_APPROVED = "NotApproved"

/** The request for an order, where it opens or closes a holding, or its broker need not be told which. Pure. */
export type RequestFor = (positionEffect: PositionEffect | undefined) => RawPayload

/** What became of the wish to send an order. */
export type SendPlanned =
  /** The attempt is on record: send it once, now. */
  | { readonly _tag: "Send"; readonly attemptId: AttemptId; readonly positionEffect: PositionEffect | undefined }
  /** No longer due: ended unsent (D6). */
  | { readonly _tag: "Superseded" }
  /** A control stands before it: ended unsent. */
  | { readonly _tag: "Refused"; readonly control: string }
  /** In doubt, and not to be sent again now: it stays, with its break. */
  | { readonly _tag: "StaysInDoubt"; readonly why: string }
  /** A direct order that waits for what is named; it is judged again. */
  | { readonly _tag: "Held"; readonly why: string }
  /** Not to be sent: under way, working, ended, or told to wait. */
  | { readonly _tag: "NotNow"; readonly status: Order["status"] }

/** D6: why a pending order ended before it was sent. */
const NO_LONGER_DUE = "no longer due"

/**
 * Rule 0 and 1 of sending: judges the order again on the rows of this commit, and records the attempt with its request before a
 * byte leaves. A commit that only does that changes nothing that is evaluated (D1).
 */
export const planSend = (recorder: Recorder, orderId: OrderId, requestFor: RequestFor): SendPlanned => {
  const order = orderOf(recorder, orderId)
  const isTold = order.notBefore !== undefined && recorder.world.at < order.notBefore
  const isSendable = order.status === "pending" || order.status === "in_doubt"
  if (!isSendable || isTold) return { _tag: "NotNow", status: order.status }
  if (order.status === "in_doubt") return resend(recorder, order, requestFor)
  if (order.origin === "direct") return offer(recorder, order, requestFor)
  if (!isStillDue(recorder, order)) {
    advance(recorder, order.id, { localState: "superseded", reason: NO_LONGER_DUE })
    return { _tag: "Superseded" }
  }
  if (needsApproval(recorder, order)) return hold(recorder, order, APPROVAL)
  // It may have been planned before the broker declared itself.
  const positionEffect = order.positionEffect ?? effectNow(recorder, order)
  return admit(recorder, withEffect(order, positionEffect), requestFor)
}

const withEffect = (order: Order, positionEffect: PositionEffect | undefined): Order =>
  positionEffect === order.positionEffect ? order : Object.assign(draftOf(order), { positionEffect })

/** A proposed order leaves once a person has approved it, and in the trading state `approve` any; until then it is a plan (D6). */
const needsApproval = (recorder: Recorder, order: Order): boolean =>
  order.approvedAt === undefined && (isUnapproved(order) || standingOf(recorder, order.symbol)?.needsApproval === true)

/** Was it proposed, and has nobody approved it in time? */
const hasLapsed = ({ world }: Recorder, order: Order): boolean => isUnapproved(order) && order.approveBy <= world.at

/** Without a login nothing leaves: a plan that waits for nothing else waits for it, with no attempt. */
export const awaitLogin = (recorder: Recorder, orderId: OrderId): void => {
  const order = orderOf(recorder, orderId)
  if (order.status === "pending" && order.heldFor === undefined) hold(recorder, order, LOGIN)
}

/** A plan waits for what is named; it is judged again. */
const hold = (recorder: Recorder, order: Order, why: string, behind?: OrderId): SendPlanned => {
  if (order.heldFor !== why) {
    const opening = behind === undefined ? undefined : recorder.world.nextOpening(order.account, windowOf(order))
    recorder.emit({ _tag: "OrderHeld", orderId: order.id, heldFor: why, behind, opening })
  }
  return { _tag: "Held", why }
}

/** The controls before every send, of every origin: what they refuse ends unsent, what must wait says until when. */
const admit = (recorder: Recorder, order: Order, requestFor: RequestFor): SendPlanned => {
  const wait = waitAtBroker(recorder, order)
  if (wait !== undefined)
    return order.decisionId === undefined
      ? hold(recorder, order, wait)
      : turnDown(recorder, order, wait, refusedBecause(wait, UNWAITING))
  const gate = gateOf(recorder, order)
  switch (gate._tag) {
    case "Pass":
      return start(recorder, order, requestFor, gate)
    case "Wait":
      recorder.emit({ _tag: "OrderHeld", orderId: order.id, heldFor: gate.control, until: gate.until })
      return { _tag: "NotNow", status: order.status }
    case "Refuse":
      advance(recorder, order.id, { localState: "failed", reason: says(gate.control), code: gate.control })
      return { _tag: "Refused", control: gate.control }
    case "BeyondOwed":
      haltBeyondOwed(recorder, order, gate.by)
      advance(recorder, order.id, { localState: "superseded", reason: says("OwedBound"), code: "OwedBound" })
      return { _tag: "Refused", control: "OwedBound" }
  }
}

const waitAtBroker = (recorder: Recorder, order: Order): string | undefined => {
  const status = recorder.world.statusOf?.(order.account, order.symbol)
  const standing = standingOf(recorder, order.symbol)
  return status === undefined || standing === undefined ? undefined : brokerWait(status, standing, order)
}

const gateOf = (recorder: Recorder, order: Order): Gate => {
  const standing = standingOf(recorder, order.symbol)
  if (standing === undefined) throw new Error(`order ${format("order", order.id)} has no position`)
  return judge(recorder, standing, order)
}

/** D6: an accumulation order is judged as if it did not exist. */
const isStillDue = (recorder: Recorder, order: Order): boolean => {
  const standing = standingOf(recorder, order.symbol)
  return standing !== undefined && order.origin === "accumulation" && stillStands(standing, order)
}

/** E2: a direct order leaves as it was given, waits, or is refused; its quantity is nobody's to change. */
const offer = (recorder: Recorder, order: Order, requestFor: RequestFor): SendPlanned => {
  if (hasLapsed(recorder, order)) return turnDown(recorder, order, NOT_APPROVED, UNAPPROVED)
  if (hasWaitedOut(recorder, order)) return endWait(recorder, order)
  const admission = admissionNow(recorder, order)
  if (admission._tag === "Admitted") return admit(recorder, withEffect(order, effectNow(recorder, order)), requestFor)
  if (admission._tag === "Waits") {
    const { behind, code } = admission
    const why = waitsFor(admission)
    return mayWait(recorder, order, behind)
      ? hold(recorder, order, why, behind)
      : turnDown(recorder, order, code, refusedBecause(why, behind === undefined ? UNWAITING : CROSSING))
  }
  const { control, words } = admission
  advance(recorder, order.id, { localState: "failed", code: control, reason: refusedBecause(control, words) })
  return { _tag: "Refused", control }
}

/** D5: has it waited for an order of the other side until its session ended? */
const hasWaitedOut = ({ world }: Recorder, order: Order): boolean => {
  const { account, heldBehind, heldUntil } = order
  if (heldBehind === undefined) return false
  return !world.isSessionOpen(account, windowOf(order)) || (heldUntil !== undefined && heldUntil <= world.at)
}

const endWait = (recorder: Recorder, order: Order): SendPlanned => {
  const control = "OppositeOrderLive"
  const reason = refusedBecause(order.heldFor ?? control, "it waited until its session ended")
  advance(recorder, order.id, { localState: "failed", code: control, reason })
  return { _tag: "Refused", control }
}

const UNAPPROVED = "it was proposed, and not approved in time"
const UNWAITING = "a decision does not wait"
const CROSSING = "it does not wait for orders of the other side"

/**
 * D5: a decision waits for nothing, so that the order of signals is kept, and a row for whatever will pass; the account may say
 * otherwise of orders of the other side.
 */
const mayWait = ({ books }: Recorder, { account, decisionId }: Order, behind: OrderId | undefined): boolean => {
  const crossing = behind === undefined ? undefined : books.accounts.get(account)?.crossing
  return crossing === undefined ? decisionId === undefined : crossing === "wait"
}

const turnDown = (recorder: Recorder, order: Order, control: string, reason: string): SendPlanned => {
  advance(recorder, order.id, { localState: "failed", code: control, reason })
  return { _tag: "Refused", control }
}

const admissionNow = (recorder: Recorder, order: Order): Admission => {
  const standing = standingOf(recorder, order.symbol)
  if (standing === undefined) return { _tag: "Waits", code: "NoPosition" }
  const admission = admissionOf(standing, order)
  // What was proposed is shown to a person before anything else is waited for.
  const isJudged = order.approveBy === undefined ? admission._tag === "Admitted" : admission._tag !== "Refused"
  return isJudged && needsApproval(recorder, order) ? { _tag: "Waits", code: APPROVAL } : admission
}

/** Whether an order opens or closes: what is held when it leaves decides. */
const effectNow = (recorder: Recorder, order: Order): PositionEffect | undefined => {
  const standing = standingOf(recorder, order.symbol)
  return standing === undefined ? undefined : positionEffectOf(standing, order.side)
}

const start = (
  recorder: Recorder,
  order: Order,
  requestFor: RequestFor,
  { costs, judgedPrice, spends }: Extract<Gate, { readonly _tag: "Pass" }>
): SendPlanned => {
  const { positionEffect } = order
  const requestId = keep(recorder, requestFor(positionEffect), "request")
  if (requestId === undefined) throw new Error(`order ${format("order", order.id)} has no request`)
  const attemptId = recorder.next("attempt")
  recorder.emit({
    _tag: "AttemptStarted",
    id: attemptId,
    orderId: order.id,
    number: order.attempts + 1,
    requestId,
    positionEffect,
    spends,
    ofDay: spends !== undefined && !isPaced(recorder) ? true : undefined,
    judgedPrice,
    clockAt: recorder.world.clockAt
  })
  if (costs !== undefined) recorder.world.buyingPower?.take(order.account, order.id, costs)
  if (order.origin === "direct") meet(recorder, order)
  return { _tag: "Send", attemptId, positionEffect }
}

const isPaced = ({ account, books }: Recorder): boolean => books.accounts.get(account)?.ordersPerMinute !== undefined

/** D5: from now on a direct order stands in the way of what its position would order. */
const meet = (recorder: Recorder, order: Order): void => {
  recorder.touchOrder(order.id)
  recorder.touch(order.symbol)
}

/**
 * A doubtful order goes again under the same id only while nothing ever acknowledged it, within the account's window, and if the
 * position would order it now (D6). Otherwise it stays in doubt: it may be live at the broker.
 */
const resend = (recorder: Recorder, order: Order, requestFor: RequestFor): SendPlanned => {
  const obstacle = obstacleToResend(recorder, order)
  if (obstacle !== undefined) return staysInDoubt(recorder, order, obstacle)
  if (waitAtBroker(recorder, order) !== undefined) return { _tag: "NotNow", status: order.status }
  const gate = gateOf(recorder, order)
  switch (gate._tag) {
    case "Pass":
      return start(recorder, order, requestFor, gate)
    case "Wait":
      return { _tag: "NotNow", status: order.status }
    case "Refuse":
      return staysInDoubt(recorder, order, { obstacle: "Control", detail: says(gate.control) })
    case "BeyondOwed":
      haltBeyondOwed(recorder, order, gate.by)
      return staysInDoubt(recorder, order, { obstacle: "Control", detail: says("OwedBound") })
  }
}

type Obstacle = Pick<Doubt, "obstacle" | "detail">

const staysInDoubt = (recorder: Recorder, order: Order, obstacle: Obstacle): SendPlanned => {
  doubt(recorder, order, { _tag: "Doubt", reason: "NotSentAgain", ...obstacle })
  return { _tag: "StaysInDoubt", why: resendObstacleText(obstacle) }
}

const obstacleToResend = (recorder: Recorder, order: Order): Obstacle | undefined => {
  const window = recorder.books.accounts.get(recorder.account)?.resendWindowMs ?? 0
  const attempts = recorder.books.attempts.find("order", [order.id])
  const first = attempts.find((attempt) => attempt.number === 1)
  if (order.endReported !== undefined || attempts.some(isUnlisted)) return { obstacle: "Refused" }
  if (order.cancelRequestedAt !== undefined) return { obstacle: "CancelRequested" }
  if (order.decisionId !== undefined) return { obstacle: "DecisionSentOnce" }
  if (order.brokerOrderId !== undefined) return { obstacle: "Acknowledged" }
  if (attempts.some((attempt) => attempt.errorCode === ID_IN_USE)) return { obstacle: "ClientIdSeen" }
  if (attempts.filter(mayHaveBeenProcessed).length >= MOST_PROCESSED) return { obstacle: "SentTooOften" }
  if (first !== undefined && Instant.millisBetween(first.createdAt, recorder.world.at) > window) {
    return { obstacle: "WindowOver" }
  }
  if (order.origin === "accumulation") {
    if (!isStillDue(recorder, order)) return { obstacle: "NotDue" }
    return needsApproval(recorder, order) ? { obstacle: "NotApproved" } : undefined
  }
  const admission = admissionNow(recorder, order)
  if (admission._tag === "Admitted") {
    const isSame = effectNow(recorder, order) === order.positionEffect
    return isSame ? undefined : { obstacle: "EffectChanged" }
  }
  return { obstacle: "NotAdmitted", detail: admission._tag === "Waits" ? waitsFor(admission) : admission.control }
}

/** Refusals: how often the request of one client order id may have been processed at most. */
const MOST_PROCESSED = 3

/** What surely was not processed is paced, and does not count. */
const mayHaveBeenProcessed = ({ outcome }: Attempt): boolean => outcome !== "not_accepted"

/** A doubtful order of a decision that was looked for and is surely not there: it has failed, and is never sent again. */
export const giveUp = (recorder: Recorder, orderId: OrderId, why: string): void => {
  const order = orderOf(recorder, orderId)
  if (order.status === "in_doubt" && order.decisionId !== undefined) {
    afterAbsence(recorder, advance(recorder, orderId, { localState: "failed", reason: why }))
  }
}

/** The code of an order that its broker was proven never to have got. */
export const NOT_PLACED = "NotPlaced"

/** A doubtful order that is proven not to be at its broker has failed: its shares are released, and a late appearance is `Reappeared`. */
export const notPlaced = (recorder: Recorder, orderId: OrderId): void => {
  if (orderOf(recorder, orderId).status !== "in_doubt") return
  const reason = "its broker never received it"
  afterAbsence(recorder, advance(recorder, orderId, { localState: "failed", code: NOT_PLACED, reason }))
}

/** Keeps a doubt that asking does not settle in sight, until it is gone. What an answer shows takes the place of that there was none. */
export const doubt = (recorder: Recorder, { id, symbol }: Order, details: Doubt): void => {
  const subject = format("order", id)
  const known = findOpen(recorder, symbol, "Doubt", subject)?.details
  const isAnswered = known?._tag === "Doubt" && known.reason === "Unanswered" && details.reason !== "Unanswered"
  if (known === undefined || isAnswered) openOrUpdate(recorder, { symbol, subject, details })
  recorder.touch(symbol)
}

/** An order that its broker cannot be asked for: a plan ends unsent, one that an attempt may have brought there stays in doubt. */
export const refuseSend = (recorder: Recorder, orderId: OrderId, why: string): void => {
  const order = orderOf(recorder, orderId)
  if (order.status === "pending") advance(recorder, orderId, { localState: "failed", reason: why })
  if (order.status === "in_doubt") doubt(recorder, order, { _tag: "Doubt", reason: "Unanswered", detail: why })
}

/** What is left of a process that died: an attempt without an answer is unknown, and its order in doubt unless facts say more. */
export const recover = (recorder: Recorder, attemptId: AttemptId): void => {
  recorder.need(Need.AttemptById({ id: attemptId }))
  const attempt = recorder.books.attempts.get(attemptId)
  if (attempt === undefined || attempt.outcome !== undefined) return
  const { orderId } = attempt
  const why = "the process ended before the answer came"
  recorder.emit({ _tag: "AttemptAnswered", id: attemptId, orderId, outcome: "unknown", message: why })
  const order = orderOf(recorder, orderId)
  const isNews = order.status === "submitting"
  if (isLive(order.status))
    advance(recorder, orderId, { localState: "unconfirmed", ...(isNews ? { reason: why } : {}) })
}
