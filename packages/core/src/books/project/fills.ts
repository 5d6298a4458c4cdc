import type { Books } from "../Books.ts"
import type { Band } from "../../records/Fill.ts"
import { joinKey } from "../../tables/Table.ts"
import { columnsOf, parentOf } from "../../records/ExecutionFacts.ts"
import { later } from "../../values/Instant.ts"
import { orderPatched, followOrder } from "./orders.ts"
import { must, type Of, orderOf, ownerOf, type Place } from "./place.ts"

/** Within an `execIdBase` the highest revision is canonical; the others stay on record (F3, F4 of reconciliation). */
export const fillRecorded = (books: Books, event: Of<"FillRecorded">, place: Place): void => {
  const siblings = books.fills.find("order", [event.orderId]).filter((fill) => fill.execIdBase === event.execIdBase)
  const isHighest = siblings.every((fill) => fill.revision < event.revision)
  for (const fill of siblings) {
    if (isHighest && fill.canonical) {
      books.fills.put({ ...fill, canonical: false, updatedAt: place.at, version: place.seq })
    }
  }
  const order = orderOf(books, event.orderId)
  const fetchedAt = event.fetchedAt ?? place.at
  books.fills.put({
    id: event.id,
    account: ownerOf(place),
    orderId: event.orderId,
    symbol: order.symbol,
    execId: event.execId,
    execIdBase: event.execIdBase,
    revision: event.revision,
    canonical: isHighest,
    quantity: event.quantity,
    price: event.price,
    band: bandOf(event),
    expectedPrice: event.expectedPrice,
    expectedFrom: event.expectedFrom,
    executedAt: event.executedAt,
    commission: undefined,
    commissionCurrency: undefined,
    ...columnsOf(event.facts),
    payloadId: event.payloadId,
    fetchedAt,
    createdAt: place.at,
    updatedAt: place.at,
    version: place.seq
  })
  orderPatched(books, order.id, place, {
    ...parentOf(books.fills.find("order", [order.id])),
    fetchedAt: later(order.fetchedAt ?? fetchedAt, fetchedAt)
  })
}

const bandOf = ({ offBand, unjudged }: Of<"FillRecorded">): Band => {
  if (offBand) return "outside"
  return unjudged === true ? "unknown" : "within"
}

/** What an execution cost. */
export const commissionRecorded = (books: Books, event: Of<"CommissionRecorded">, place: Place): void => {
  const fill = must(books.fills.get(event.fillId), `fill F${event.fillId}`)
  books.fills.put({
    ...fill,
    commission: event.amount,
    commissionCurrency: event.currency,
    updatedAt: place.at,
    version: place.seq
  })
  followOrder(books, orderOf(books, fill.orderId), place)
}

/** What an execution cost waits for the execution. */
export const commissionWaits = (books: Books, event: Of<"CommissionWaits">, place: Place): void =>
  books.waiting_commissions.put({
    account: ownerOf(place),
    execId: event.execId,
    number: event.number,
    amount: event.amount,
    currency: event.currency,
    asOf: event.asOf,
    payloadId: event.payloadId,
    receivedAt: place.at,
    joinedAt: undefined,
    version: place.seq
  })

/** A commission that waited does so no more. */
export const commissionJoined = (books: Books, { execId, number }: Of<"CommissionJoined">, place: Place): void => {
  const known = books.waiting_commissions.get(joinKey([place.account, execId, number]))
  books.waiting_commissions.put({
    ...must(known, `waiting commission ${number} of ${execId}`),
    joinedAt: place.at,
    version: place.seq
  })
}

/** A fill waits for its order. */
export const fillWaits = (books: Books, event: Of<"FillWaits">, place: Place): void =>
  books.waiting_fills.put({
    account: ownerOf(place),
    execId: event.execId,
    execIdBase: event.execIdBase,
    revision: event.revision,
    brokerOrderId: event.brokerOrderId,
    clientOrderId: event.clientOrderId,
    symbol: event.symbol,
    side: event.side,
    quantity: event.quantity,
    price: event.price,
    executedAt: event.executedAt,
    asOf: event.asOf,
    facts: event.facts,
    payloadId: event.payloadId,
    receivedAt: place.at,
    joinedAt: undefined,
    version: place.seq
  })

/** A waiting fill found its order. */
export const fillJoined = (books: Books, event: Of<"FillJoined">, place: Place): void =>
  books.waiting_fills.put({
    ...must(books.waiting_fills.get(joinKey([place.account, event.execId])), `waiting fill ${event.execId}`),
    joinedAt: place.at,
    version: place.seq
  })

/** An execution that had no usable price has one now. */
export const fillPriced = (books: Books, event: Of<"FillPriced">, place: Place): void =>
  books.fills.put({
    ...must(books.fills.get(event.fillId), `fill F${event.fillId}`),
    price: event.price,
    band: "within",
    updatedAt: place.at,
    version: place.seq
  })
