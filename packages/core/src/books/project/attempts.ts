import type { Books } from "../Books.ts"
import * as Usage from "../../records/Usage.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { draftOf, statusOfOutcome, type Outcome } from "../../records/Attempt.ts"
import type { Instant } from "../../values/Instant.ts"
import { standingOf, orderPatched } from "./orders.ts"
import { patchPosition } from "./positions.ts"
import { must, type Of, orderOf, ownerOf, type Place } from "./place.ts"

const strategyOf = (books: Books, { decisionId }: Order): string | undefined =>
  decisionId === undefined ? undefined : books.decisions.get(decisionId)?.strategy

/** An attempt is on record and its order under way. */
export const attemptStarted = (books: Books, event: Of<"AttemptStarted">, place: Place): void => {
  const order = orderOf(books, event.orderId)
  books.attempts.put({
    id: event.id,
    account: ownerOf(place),
    orderId: event.orderId,
    number: event.number,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    strategy: strategyOf(books, order),
    decisionId: order.decisionId,
    requestPayloadId: event.requestId,
    responsePayloadId: undefined,
    outcome: undefined,
    brokerOrderId: undefined,
    httpStatus: undefined,
    errorCode: undefined,
    refusalClass: undefined,
    errorMessage: undefined,
    errorDetails: undefined,
    status: "submitted",
    filledQuantity: Decimal.zero,
    filledAveragePrice: undefined,
    commission: undefined,
    submittedAt: place.at,
    answeredAt: undefined,
    filledAt: undefined,
    rejectedAt: undefined,
    createdAt: place.at,
    updatedAt: place.at,
    version: place.seq
  })
  orderPatched(books, event.orderId, place, {
    status: "submitting",
    localState: "sending",
    attemptId: event.id,
    attempts: event.number,
    positionEffect: event.positionEffect ?? order.positionEffect,
    judgedPrice: event.judgedPrice,
    heldFor: undefined,
    heldBehind: undefined,
    heldUntil: undefined,
    notBefore: undefined,
    sentAt: order.sentAt ?? event.clockAt ?? place.at
  })
  if (event.judgedPrice !== undefined) patchPosition(books, order.symbol, place, { judgedPrice: event.judgedPrice })
  if (event.spends !== undefined) spend(books, { notional: event.spends, isOfDay: event.ofDay === true }, place)
}

const spend = (books: Books, spent: Usage.Spent, place: Place): void => {
  const account = ownerOf(place)
  books.usages.put(Usage.after(account, books.usages.get(account), spent, place.at, place.seq))
}

/** What became of an attempt. */
export const attemptAnswered = (books: Books, event: Of<"AttemptAnswered">, place: Place): void => {
  const attempt = must(books.attempts.get(event.id), `attempt S${event.id}`)
  const order = orderOf(books, event.orderId)
  const answered = draftOf(attempt)
  answered.outcome = event.outcome
  answered.brokerOrderId = event.brokerOrderId ?? attempt.brokerOrderId
  answered.httpStatus = event.httpStatus
  answered.errorCode = event.code
  answered.refusalClass = event.class
  answered.errorMessage = event.message
  answered.errorDetails = event.details
  answered.responsePayloadId = event.responseId
  answered.answeredAt = place.at
  answered.updatedAt = place.at
  answered.version = place.seq
  const isNewest = order.attemptId === event.id
  const standing = isNewest
    ? standingOf(books, order, answered, place)
    : superseded(answered.rejectedAt, event.outcome, place)
  books.attempts.put(Object.assign(answered, standing))
}

const superseded = (rejectedAt: Instant | undefined, outcome: Outcome, place: Place) => {
  const status = statusOfOutcome(outcome)
  return { status, rejectedAt: status === "rejected" ? (rejectedAt ?? place.at) : undefined }
}

/** Bytes are kept; in a fold of the journal there are none, only their hash. */
export const payloadStored = (books: Books, event: Of<"PayloadStored">, place: Place): void =>
  books.payloads.put({
    id: event.id,
    account: ownerOf(place),
    direction: event.direction ?? "report",
    source: event.source,
    method: event.method,
    endpoint: event.endpoint,
    statusCode: event.statusCode,
    headers: event.headers,
    contentType: event.contentType,
    sha256: event.sha256,
    bytes: place.bytes ?? new Uint8Array(),
    createdAt: place.at,
    version: place.seq
  })

/** Retention dropped the bytes of a payload. */
export const payloadArchived = (books: Books, event: Of<"PayloadArchived">, place: Place): void =>
  books.payloads.put({
    ...must(books.payloads.get(event.id), `payload P${event.id}`),
    bytes: new Uint8Array(),
    version: place.seq
  })
