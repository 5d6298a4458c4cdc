import type { Books } from "../Books.ts"
import { draftOf, statusOf, type Attempt } from "../../records/Attempt.ts"
import { averagePrice, type Order } from "../../records/Order.ts"
import * as Decimal from "../../values/Decimal.ts"
import { must, type Place } from "./place.ts"

/** AUD-4: the newest attempt of an order says where the order stands, and what its fills came to. */
export const followOrder = (books: Books, order: Order, place: Place): void => {
  if (order.attemptId === undefined) return
  const attempt = must(books.attempts.get(order.attemptId), `attempt S${order.attemptId}`)
  const standing = standingOf(books, order, attempt, place)
  const isSame =
    standing.status === attempt.status &&
    standing.brokerOrderId === attempt.brokerOrderId &&
    isEqual(standing.filledQuantity, attempt.filledQuantity) &&
    isEqual(standing.filledAveragePrice, attempt.filledAveragePrice) &&
    isEqual(standing.commission, attempt.commission)
  if (isSame) return
  const after = Object.assign(draftOf(attempt), standing)
  after.updatedAt = place.at
  after.version = place.seq
  books.attempts.put(after)
}

const isEqual = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): boolean =>
  a === undefined || b === undefined ? a === b : Decimal.equals(a, b)

/** What of an attempt follows from its order. */
export const standingOf = (books: Books, order: Order, attempt: Attempt, place: Place) => {
  const status = statusOf(order.status)
  return {
    status,
    brokerOrderId: order.brokerOrderId ?? attempt.brokerOrderId,
    filledQuantity: order.filled,
    filledAveragePrice: averagePrice(order),
    commission: commissionOf(books, order),
    filledAt: status === "filled" ? (order.lastFilledAt ?? place.at) : undefined,
    rejectedAt: status === "rejected" ? (attempt.rejectedAt ?? place.at) : undefined
  } satisfies Partial<Attempt>
}

/** The sum of the known ones; nothing where none is known (FILL-12). */
const commissionOf = (books: Books, { id }: Order): Decimal.Decimal | undefined => {
  const known = books.fills
    .find("order", [id])
    .flatMap(({ canonical, commission }) => (canonical && commission !== undefined ? [commission] : []))
  return known.length === 0 ? undefined : Decimal.sum(known)
}
