import { Need } from "../../books/Need.ts"
import type { Allocation } from "../../records/Allocation.ts"
import { isDivided, released } from "../../records/allocationPolicy.ts"
import type { OrderId } from "../../values/Id.ts"
import { allocationsOf, partOf } from "../../books/project/allocations.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { net } from "./netting.ts"
import type { Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"
import type { Position } from "../../records/Position.ts"
import { afterSplits, beforeSplits, splitsSinceAllocation } from "../../records/splitting.ts"
import { symbolKey } from "../../tables/Table.ts"

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

/**
 * Brings an order's allocations and excess up or down to its commitment, and nets what that leaves open. `added` is what splits
 * since the order was made add to the change of its commitment, in shares (P9).
 */
export const adjust = (recorder: Recorder, orderId: OrderId, why: string, added = Decimal.zero): void => {
  recorder.need(Need.OrderById({ id: orderId }))
  const order = recorder.books.orders.get(orderId)
  if (order === undefined) throw new Error(`order O${orderId} is not in the books`)
  const change = Decimal.add(Decimal.subtract(commitmentOf(order), coverageOf(recorder, order)), added)
  if (Decimal.isZero(change)) return
  if (Decimal.isPositive(change)) raise(recorder, order, change)
  else lower(recorder, order, Decimal.negate(change), why)
  keepSplitExcess(recorder, orderId)
  net(recorder, order.symbol)
}

/** F6: what is added enters the queue as excess; netting then takes open lots for it, oldest first. */
const raise = (recorder: Recorder, order: Order, shares: Decimal.Decimal): void =>
  recorder.emit({ _tag: "ExcessChanged", orderId: order.id, excess: Decimal.add(order.excess, shares) })

/** C3: the excess goes first, then the allocations from the last back, splitting one if need be; C6: or pro rata, or by a key. */
const lower = (recorder: Recorder, order: Order, shares: Decimal.Decimal, why: string): void => {
  const fromExcess = Decimal.min(order.excess, shares)
  if (Decimal.isPositive(fromExcess)) {
    const excess = Decimal.subtract(order.excess, fromExcess)
    recorder.emit({ _tag: "ExcessChanged", orderId: order.id, excess })
  }
  const parts = releasedOf(recorder, order, Decimal.subtract(shares, fromExcess))
  for (const [i, { allocation, ...amounts }] of parts.entries()) {
    const isWhole = Decimal.equals(amounts.quantity, allocation.quantity)
    const part = isWhole ? undefined : recorder.next("allocation")
    const continues = isDivided(order) && i + 1 < parts.length ? { continues: true } : {}
    recorder.emit({
      _tag: "AllocationReleased",
      id: allocation.id,
      part,
      orderId: order.id,
      why,
      ...amounts,
      ...continues
    })
  }
}

/** What each allocation releases of so many shares, the last one first. */
const releasedOf = (recorder: Recorder, order: Order, shares: Decimal.Decimal) => {
  const { books } = recorder
  const position = books.positions.get(symbolKey(order.account, order.symbol))
  const parts = allocationsOf(books, order.id).map((allocation) => {
    const today = afterSplits(splitsSinceAllocation(position, allocation.id), allocation.quantity)
    return { allocation, ...partOf(books, order, allocation.tradeId, today) }
  })
  const given = released(order, shares, parts).toReversed()
  const allocations = parts.map(({ allocation }) => allocation).toReversed()
  const beyond = Decimal.max(Decimal.zero, Decimal.subtract(shares, Decimal.sum(parts.map(({ quantity }) => quantity))))
  return allocations.flatMap((allocation, i) => {
    const isLast = i + 1 === allocations.length
    const own = given[i] ?? Decimal.zero
    const left = isLast ? Decimal.add(own, beyond) : own
    return Decimal.isPositive(left) ? [{ allocation, ...amountsOf(position, allocation, left, isLast) }] : []
  })
}

/**
 * What of an allocation is released for so many shares of now, in its own shares, and what splits since add to that. The last one that can
 * be takes what uneven ratios have left.
 */
const amountsOf = (
  position: Position | undefined,
  { id, quantity }: Allocation,
  left: Decimal.Decimal,
  isLast: boolean
) => {
  const splits = splitsSinceAllocation(position, id)
  if (splits.length === 0) return { quantity: Quantity.make(Decimal.min(left, quantity)) }
  const isWhole = !Decimal.isLess(left, afterSplits(splits, quantity))
  const part = Decimal.max(SMALLEST, beforeSplits(splits, left))
  const released = isWhole ? quantity : Quantity.make(Decimal.min(quantity, part))
  const opened = isWhole && !isLast ? afterSplits(splits, quantity) : left
  return { quantity: released, splitOpen: Decimal.subtract(opened, released) }
}

/** What an uneven ratio leaves of a correction may come to less than the books keep. */
const SMALLEST = Decimal.unsafe("0.000000000001")

/** A4, P9: what is covered in the shares of now counts so much more, or less, than what the order filled in those of then. */
const keepSplitExcess = (recorder: Recorder, orderId: OrderId): void => {
  const order = recorder.books.orders.get(orderId)
  if (order === undefined) return
  const change = Decimal.subtract(coverageOf(recorder, order), commitmentOf(order))
  if (Decimal.isZero(change)) return
  const { excess, splitExcess } = order
  recorder.emit({ _tag: "ExcessChanged", orderId, excess, splitExcess: Decimal.add(splitExcess, change) })
}
