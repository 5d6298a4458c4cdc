import * as Decimal from "../../values/Decimal.ts"
import * as Instant from "../../values/Instant.ts"
import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { OrderId } from "../../values/Id.ts"
import { isAskedFor, type Order } from "../../records/Order.ts"

/** Does an order work at the broker that is to be ended when its life is over, and was not asked to end yet? */
export const hasLife = ({ cancelRequestedAt, lifeSeconds, status }: Order): boolean =>
  lifeSeconds !== undefined &&
  cancelRequestedAt === undefined &&
  (status === "submitted" || status === "partially_filled")

/** Has an order, at a moment, been at the broker for as long as its account lets it? */
const hasLived = ({ acceptedAt, lifeSeconds, sentAt }: Order, at: Instant.Instant): boolean => {
  const since = acceptedAt ?? sentAt
  if (lifeSeconds === undefined || since === undefined) return false
  return Instant.millisBetween(since, at) >= lifeSeconds * 1000
}

/** Has an order worked for as long as its account lets it? */
export const isOver = (order: Order, now: Instant.Instant): boolean => hasLife(order) && hasLived(order, now)

/**
 * Did an accumulation order work for all of its life, was its end asked for then, and did the broker cancel it with nothing filled?
 * What the broker ended by itself, refused or let expire did not, nor what was cancelled before its life was over. `before` is the
 * order before it ended: an end that was reported and not confirmed yet stands there alone (W11).
 */
export const workedUnfilled = (before: Order, order: Order): boolean => {
  const { cancelRequestedAt, deed, filled, origin, reported, status } = order
  if (
    !isAskedFor(before) ||
    origin !== "accumulation" ||
    status !== "cancelled" ||
    reported !== "cancelled" ||
    deed === "failed"
  )
    return false
  return cancelRequestedAt !== undefined && Decimal.isZero(filled) && hasLived(order, cancelRequestedAt)
}

/** Asks for the end of an order whose life is over; its end is what the broker then says (D8). */
export const expire = (recorder: Recorder, orderId: OrderId): void => {
  recorder.need(Need.OrderById({ id: orderId }))
  const order = recorder.books.orders.get(orderId)
  if (order === undefined || !isOver(order, recorder.world.at)) return
  recorder.emit({ _tag: "CancelRequested", orderId, why: `not filled within its ${order.lifeSeconds} s` })
}
