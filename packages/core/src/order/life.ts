import * as Instant from "../time/Instant.ts"
import type { Recorder } from "../journal/Recorder.ts"
import type { OrderId } from "../identity/Id.ts"
import type { Order } from "./Order.ts"
import { orderOf } from "./transition.ts"

/** Does an order work at the broker that is to be ended when its life is over, and was not asked to end yet? */
export const hasLife = ({ cancelRequestedAt, lifeSeconds, status }: Order): boolean =>
  lifeSeconds !== undefined &&
  cancelRequestedAt === undefined &&
  (status === "submitted" || status === "partially_filled")

/** Has an order worked for as long as its account lets it? */
export const isOver = (order: Order, now: Instant.Instant): boolean => {
  const since = order.acceptedAt ?? order.sentAt
  if (!hasLife(order) || order.lifeSeconds === undefined || since === undefined) return false
  return Instant.millisBetween(since, now) >= order.lifeSeconds * 1000
}

/** Asks for the end of an order whose life is over; its end is what the broker then says (D8). */
export const expire = (recorder: Recorder, orderId: OrderId): void => {
  const order = orderOf(recorder, orderId)
  if (!isOver(order, recorder.world.at)) return
  recorder.emit({ _tag: "CancelRequested", orderId, why: `its life of ${order.lifeSeconds} s is over` })
}
