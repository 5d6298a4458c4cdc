import type { Books } from "../../books/Books.ts"
import * as Usage from "../../control/Usage.ts"
import type * as Decimal from "../../money/Decimal.ts"
import { orderPatched } from "./orders.ts"
import { must, type Of, orderOf, ownerOf, type Place } from "./place.ts"

/** An attempt is on record and its order under way. */
export const attemptStarted = (books: Books, event: Of<"AttemptStarted">, place: Place): void => {
  const order = orderOf(books, event.orderId)
  books.attempts.put({
    id: event.id,
    account: ownerOf(place),
    orderId: event.orderId,
    number: event.number,
    clientOrderId: order.clientOrderId,
    requestId: event.requestId,
    responseId: undefined,
    outcome: undefined,
    brokerOrderId: undefined,
    httpStatus: undefined,
    code: undefined,
    message: undefined,
    startedAt: place.at,
    answeredAt: undefined,
    version: place.seq
  })
  orderPatched(books, event.orderId, place, {
    status: "submitting",
    deed: "sending",
    attemptId: event.id,
    attempts: event.number,
    heldFor: undefined,
    notBefore: undefined,
    sentAt: order.sentAt ?? place.at
  })
  if (event.spends !== undefined) spend(books, event.spends, place)
}

const spend = (books: Books, notional: Decimal.Decimal, place: Place): void => {
  const account = ownerOf(place)
  books.usages.put(Usage.after(account, books.usages.get(account), { notional }, place.at, place.seq))
}

/** What became of an attempt. */
export const attemptAnswered = (books: Books, event: Of<"AttemptAnswered">, place: Place): void =>
  books.attempts.put({
    ...must(books.attempts.get(String(event.id)), `attempt S${event.id}`),
    outcome: event.outcome,
    brokerOrderId: event.brokerOrderId,
    httpStatus: event.httpStatus,
    code: event.code,
    message: event.message,
    responseId: event.responseId,
    answeredAt: place.at,
    version: place.seq
  })

/** Bytes are kept; in a fold of the journal there are none, only their hash. */
export const payloadStored = (books: Books, event: Of<"PayloadStored">, place: Place): void =>
  books.payloads.put({
    id: event.id,
    account: ownerOf(place),
    contentType: event.contentType,
    sha256: event.sha256,
    bytes: place.bytes ?? new Uint8Array(),
    createdAt: place.at,
    version: place.seq
  })

/** Retention dropped the bytes of a payload. */
export const payloadArchived = (books: Books, event: Of<"PayloadArchived">, place: Place): void =>
  books.payloads.put({
    ...must(books.payloads.get(String(event.id)), `payload P${event.id}`),
    bytes: new Uint8Array(),
    version: place.seq
  })
