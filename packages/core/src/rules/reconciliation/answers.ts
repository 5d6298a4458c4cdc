import { Need } from "../../books/Need.ts"
import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { format, type OrderId } from "../../values/Id.ts"
import { storableWords } from "../../values/unstorable.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { ID_IN_USE, NOT_SENT } from "../../records/Attempt.ts"
import { noEnd } from "../order/hearing.ts"
import type { Order } from "../../records/Order.ts"
import { type Word, settled, type Witness } from "../order/observe.ts"
import { joinWaiting, type PassWaiting } from "./executions.ts"
import { advance, type Change, orderOf } from "../order/transition.ts"
import * as Instant from "../../values/Instant.ts"
import { applied, type Interpreted } from "../../records/Interpreted.ts"
import type { Answered, RawPayload } from "../../records/Report.ts"
import { acknowledged } from "./acknowledged.ts"
import { keep } from "../breaks/evidence.ts"
import { holdRefused } from "../breaks/refusedAccount.ts"

/**
 * The answer to an attempt of ours, as the table of sending says. An attempt is answered once; only that the broker has
 * taken the order is news after an answer was given up (F1).
 */
export const answered = (
  recorder: Recorder,
  report: Answered,
  payload: RawPayload | undefined,
  witness: Witness = settled,
  passWaiting?: PassWaiting
): Interpreted => {
  recorder.need(Need.AttemptById({ id: report.attemptId }))
  const attempt = recorder.books.attempts.get(report.attemptId)
  const { answer } = report
  const isLate = attempt?.outcome === "unknown" && answer._tag === "Accepted"
  if (attempt === undefined || (attempt.outcome !== undefined && !isLate)) return { _tag: "Duplicate" }
  const responseId = keep(recorder, payload, "response")
  const details = answer._tag === "Accepted" ? undefined : detailsOf(payload)
  const { id, orderId } = attempt
  const { httpStatus } = report
  const common = { id, orderId, httpStatus, responseId, details }
  const order = recorder.books.orders.get(attempt.orderId)
  if (order === undefined) throw new Error(`attempt ${format("attempt", attempt.id)} has no order`)
  recorder.touch(order.symbol)
  switch (answer._tag) {
    case "Accepted": {
      const { brokerOrderId } = answer
      recorder.emit({
        _tag: "AttemptAnswered",
        id,
        orderId,
        httpStatus,
        responseId,
        outcome: "accepted",
        brokerOrderId
      })
      const accepted = advance(recorder, order.id, acknowledged(recorder, order, brokerOrderId), wordIn(report, "open"))
      return applied(joinWaiting(recorder, accepted, brokerOrderId, passWaiting))
    }
    case "Refused": {
      const { code, words } = answer
      recorder.emit({
        _tag: "AttemptAnswered",
        ...common,
        outcome: "rejected",
        code,
        class: answer.class,
        message: words
      })
      if (answer.class === "account") holdRefused(recorder, order, answer)
      const said = { code, reason: words }
      return witness._tag === "Settled"
        ? applied(advance(recorder, order.id, said, wordIn(report, "rejected")))
        : applied(advance(recorder, order.id, { ...said, ...unconfirmed(recorder, order) }))
    }
    case "NotSent": {
      recorder.emit({ _tag: "AttemptAnswered", ...common, outcome: "not_accepted", message: answer.why })
      if (order.decisionId !== undefined && order.status === "submitting") {
        return applied(advance(recorder, order.id, { code: NOT_SENT, reason: answer.why }, wordIn(report, "rejected")))
      }
      return applied(advance(recorder, order.id, notSent(recorder, order, answer)))
    }
    case "Unknown": {
      recorder.emit({ _tag: "AttemptAnswered", ...common, ...unclear(answer) })
      const { candidate, why: reason } = answer
      return applied(
        advance(recorder, order.id, {
          localState: "unconfirmed",
          ...(order.status === "submitting" ? { reason, candidate } : {})
        })
      )
    }
  }
}

/** What an answer says of an order's life, as a word that is settled. */
const wordIn = ({ asOf, asOfKind }: Answered, reported: Word["reported"]): Word => ({
  reported,
  at: asOf,
  cumulative: undefined,
  witness: settled,
  isBrokersTime: asOfKind === "broker"
})

const unclear = ({ candidate, isIdInUse, unlisted, why }: Extract<Answered["answer"], { readonly _tag: "Unknown" }>) =>
  ({
    outcome: "unknown",
    code: isIdInUse === true ? ID_IN_USE : unlisted?.code,
    class: unlisted === undefined ? undefined : "unknown",
    message: unlisted?.words ?? why,
    brokerOrderId: candidate
  }) as const

/** W11: a refused order stays as one in doubt until a reading agrees; what is known to be at the broker is asked for there. */
const unconfirmed = (recorder: Recorder, { status }: Order): Change =>
  status === "submitting" || status === "in_doubt"
    ? { localState: "unconfirmed", endReported: "rejected", endReportedAt: recorder.world.at }
    : {}

/** W11: a reading has agreed that a refused order is not at the broker; it was so from its sending on, whatever is said later (F3). */
export const concludeRefused = (recorder: Recorder, orderId: OrderId): void => {
  const order = orderOf(recorder, orderId)
  if (order.status !== "in_doubt" || order.endReported === undefined) return
  const at = order.sentAt ?? order.createdAt
  advance(
    recorder,
    orderId,
    {},
    { reported: order.endReported, at, cumulative: undefined, isBrokersTime: false, witness: settled }
  )
}

/** W11: a refused order that may be at the broker all the same is a doubt like any. */
export const doubtRefused = (recorder: Recorder, orderId: OrderId): void => {
  const { status } = orderOf(recorder, orderId)
  if (status === "in_doubt") advance(recorder, orderId, noEnd)
}

/** W8: the broker has named an order in doubt by an id of its own, and does not show it: that outlives the program that heard it. */
export const named = (recorder: Recorder, orderId: OrderId, candidate: BrokerOrderId): void => {
  const { candidate: before, status } = orderOf(recorder, orderId)
  if (status === "in_doubt" && before === undefined) advance(recorder, orderId, { candidate })
}

const utf8 = new TextDecoder()

/** The text of an answer that was no acceptance; the whole of it is its payload. */
const detailsOf = (payload: RawPayload | undefined): string | undefined => {
  if (payload === undefined || !/json|text/i.test(payload.contentType)) return undefined
  const text = utf8.decode(payload.bytes).replaceAll("\u0000", "").trim()
  return text === "" ? undefined : storableWords(text)
}

/**
 * F3: after an attempt whose outcome is unknown, a re-send that did not leave changes nothing of the doubt. What was cancelled meanwhile
 * does not leave any more.
 */
const notSent = (
  recorder: Recorder,
  order: Order,
  answer: { readonly why: string; readonly retryAfterMs: number | undefined }
): Change => {
  const isDoubted = recorder.books.attempts.find("order", [order.id]).some((each) => each.outcome === "unknown")
  if (!isDoubted && order.cancelRequestedAt !== undefined) return { localState: "withdrawn", reason: answer.why }
  const localState = isDoubted ? "unconfirmed" : "planned"
  if (order.status !== "submitting") return { localState }
  return {
    localState,
    reason: answer.why,
    notBefore: Instant.addMillis(recorder.world.at, answer.retryAfterMs ?? pauseMs(order.attempts))
  }
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** How long a plan waits after an attempt that did not leave, where the broker names no time: doubling, so that nothing runs hot. */
const pauseMs = (attempts: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, Math.min(attempts, 10) - 1))
