import type { Books } from "../Books.ts"
import type { Decision } from "../../records/Decision.ts"
import { minuteOf } from "../../values/minute.ts"
import type { DecisionId } from "../../values/Id.ts"
import { must, type Of, ownerOf, type Place } from "./place.ts"

const decisionOf = (books: Books, id: DecisionId): Decision => must(books.decisions.get(id), `decision D${id}`)

/** A decision is on record. */
export const decisionMade = (books: Books, event: Of<"DecisionMade">, place: Place): void => {
  const { _tag, ...made } = event
  books.decisions.put({
    ...made,
    account: ownerOf(place),
    quantity: event.quantity,
    notional: event.notional,
    limitPrice: event.limitPrice,
    stopPrice: event.stopPrice,
    goodTill: event.goodTill,
    session: event.session ?? "regular",
    rationale: event.rationale,
    status: "pending",
    orderId: undefined,
    reason: undefined,
    control: undefined,
    minute: minuteOf(place.at),
    askedAt: undefined,
    createdAt: place.at,
    executedAt: undefined,
    failedAt: undefined,
    updatedAt: place.at,
    version: place.seq
  })
}

/** Its execution was asked for. */
export const decisionAsked = (books: Books, event: Of<"DecisionAsked">, place: Place): void =>
  books.decisions.put({
    ...decisionOf(books, event.id),
    askedAt: place.at,
    updatedAt: place.at,
    version: place.seq
  })

/** What became of it; a late fill may turn failed into executed, a bust the other way. */
export const decisionSettled = (books: Books, event: Of<"DecisionSettled">, place: Place): void => {
  const known = decisionOf(books, event.id)
  const { status } = event
  books.decisions.put({
    ...known,
    status,
    orderId: event.orderId ?? known.orderId,
    reason: event.reason,
    control: event.control,
    executedAt: status === "executed" ? (known.executedAt ?? place.at) : undefined,
    failedAt: status === "failed" ? (known.failedAt ?? place.at) : undefined,
    updatedAt: place.at,
    version: place.seq
  })
}
