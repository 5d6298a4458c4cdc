import { Need } from "../../books/Need.ts"
import { format, type OrderId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Instant from "../../values/Instant.ts"
import { isUnapproved } from "../../records/Order.ts"
import { APPROVAL } from "../order/send.ts"
import type { Side } from "../../records/Side.ts"
import type { CommandAnswer } from "./commands.ts"

/** What a person lets go: an order, named with its side and quantity, so that nothing else is approved by mistake. */
export interface Approval {
  readonly orderId: OrderId
  readonly side: Side
  readonly quantity: Decimal.Decimal
}

/**
 * Lets an order go that waits for a person: one that was proposed, or any in the trading state `approve`. It is judged once more before
 * it leaves: where it is no longer due it lapses as superseded.
 */
export const approve = (recorder: Recorder, { orderId, quantity, side }: Approval): CommandAnswer => {
  recorder.need(Need.OrderById({ id: orderId }))
  const order = recorder.books.orders.get(orderId)
  const name = format("order", orderId)
  if (order === undefined) return { _tag: "Refused", why: `order ${name} does not exist` }
  const is = `${order.side} ${Decimal.format(order.quantity)} ${order.symbol}`
  if (order.status !== "pending" || !(isUnapproved(order) || order.heldFor === APPROVAL)) {
    return { _tag: "Refused", why: `${name} (${is}) does not wait for approval: it is ${order.status}` }
  }
  if (order.side !== side || !Decimal.equals(order.quantity, quantity)) {
    return { _tag: "Refused", why: `${name} is ${is}, not ${side} ${Decimal.format(quantity)}` }
  }
  if (isUnapproved(order) && order.approveBy <= recorder.world.at) {
    return {
      _tag: "Refused",
      why: `${name} (${is}) can no longer be approved: the deadline was ${Instant.format(order.approveBy)}`
    }
  }
  recorder.emit({ _tag: "OrderApproved", orderId })
  return { _tag: "Done", what: `${name} (${is}) is approved` }
}
