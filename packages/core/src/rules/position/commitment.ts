import { Need } from "../../books/Need.ts"
import type { OrderId } from "../../values/Id.ts"
import { allocationsOf } from "../../books/project/allocations.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { net } from "./netting.ts"
import type { Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"

/** A3: what an order binds, in shares: its quantity while it lives (or more, if more filled), then what it filled. */
export const commitmentOf = (order: Order): Decimal.Decimal => {
  if (!order.inQueue) return Decimal.zero
  const isBinding = order.origin === "accumulation" && isLive(order.status)
  const bound = isBinding ? Decimal.max(order.quantity, order.filled) : order.filled
  return Decimal.add(bound, order.splitExcess)
}

/** What an order's allocations and excess cover, in shares; A4 says that it equals the commitment. */
const coverageOf = (recorder: Recorder, order: Order): Decimal.Decimal =>
  Decimal.add(order.excess, Decimal.sum(allocationsOf(recorder.books, order.id).map((each) => each.quantity)))

/** Brings an order's allocations and excess up or down to its commitment, and nets what that leaves open. */
export const adjust = (recorder: Recorder, orderId: OrderId, why: string): void => {
  recorder.need(Need.OrderById({ id: orderId }))
  const order = recorder.books.orders.get(orderId)
  if (order === undefined) throw new Error(`order O${orderId} is not in the books`)
  const change = Decimal.subtract(commitmentOf(order), coverageOf(recorder, order))
  if (Decimal.isZero(change)) return
  if (Decimal.isPositive(change)) raise(recorder, order, change)
  else lower(recorder, order, Decimal.negate(change), why)
  net(recorder, order.symbol)
}

/** F6: what is added enters the queue as excess; netting then takes open lots for it, oldest first. */
const raise = (recorder: Recorder, order: Order, shares: Decimal.Decimal): void =>
  recorder.emit({ _tag: "ExcessChanged", orderId: order.id, excess: Decimal.add(order.excess, shares) })

/** C3: the excess goes first, then the allocations from the last back, splitting one if need be. */
const lower = (recorder: Recorder, order: Order, shares: Decimal.Decimal, why: string): void => {
  const fromExcess = Decimal.min(order.excess, shares)
  let left = Decimal.subtract(shares, fromExcess)
  if (Decimal.isPositive(fromExcess)) {
    const excess = Decimal.subtract(order.excess, fromExcess)
    recorder.emit({ _tag: "ExcessChanged", orderId: order.id, excess })
  }
  for (const allocation of allocationsOf(recorder.books, order.id).toReversed()) {
    if (!Decimal.isPositive(left)) return
    const quantity = Quantity.make(Decimal.min(left, allocation.quantity))
    const isWhole = Decimal.equals(quantity, allocation.quantity)
    left = Decimal.subtract(left, quantity)
    recorder.emit({
      _tag: "AllocationReleased",
      id: allocation.id,
      quantity,
      part: isWhole ? undefined : recorder.next("allocation"),
      orderId: order.id,
      why
    })
  }
}
