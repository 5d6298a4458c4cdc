import { Need } from "../../books/Need.ts"
import { isTicker } from "../../records/Ticker.ts"
import type { WaitingFill } from "../../records/Fill.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import * as Instant from "../../values/Instant.ts"
import { SKEW_MS } from "../../values/skew.ts"
import { hasTermsOf, isRecentlyUnplaced, mayBeExecutionOf, mayBeOrder } from "./identification.ts"
import type { OrderSeen } from "../../records/Report.ts"

/** What an order was sent with, as far as a broker shows it. */
type Sent = Pick<Order, "symbol" | "side" | "quantity" | "type" | "limitPrice" | "sentAt">

/**
 * O24: may an order at a broker without client order ids be this one of ours, by all that is shown of it: symbol, side, quantity, type
 * and limit price, and that it was not entered before ours was sent.
 */
export const couldBe = (sent: Sent, seen: OrderSeen): boolean =>
  seen.clientOrderId === undefined &&
  hasTermsOf(sent, seen) &&
  (seen.enteredAt === undefined ||
    sent.sentAt === undefined ||
    seen.enteredAt >= Instant.addMillis(sent.sentAt, -SKEW_MS))

/**
 * O24, W12: is an order that the books do not know perhaps one of ours that is on its way or in doubt: one of its instrument, whatever else
 * is said of it, or one of its side and quantity, whatever its instrument? Then it is not adopted before that is settled: what is wrong of
 * it everywhere would stand in the books as another order.
 */
export const mayBeOurs = (recorder: Recorder, seen: OrderSeen): boolean =>
  seen.clientOrderId === undefined &&
  isTicker(seen.symbol) &&
  unsettledOf(recorder).some((order) => mayBeOrder(order, seen))

/** F7, W12: may an execution be of an order of ours that is on its way or in doubt, by its instrument, or by its side and size? */
export const mayBeExecutionOfOurs = (
  recorder: Recorder,
  fill: Pick<WaitingFill, "quantity" | "side" | "symbol">
): boolean => unsettledOf(recorder).some((order) => mayBeExecutionOf(order, fill))

/** The orders of ours that are on their way or in doubt: the broker may have them under an id that is not known here. */
const unsettledOf = (recorder: Recorder): ReadonlyArray<Order> =>
  ["submitting", "in_doubt"].flatMap((status) => {
    recorder.need(Need.OrdersOfStatus({ status }))
    return recorder.books.orders
      .find("status", [status])
      .filter(({ account, origin }) => account === recorder.account && origin !== "external")
  })

/** W12: may it be an order of ours, on its way, in doubt, refused or proven absent? */
export const isOfOurs = (recorder: Recorder, seen: OrderSeen): boolean =>
  mayBeOurs(recorder, seen) || lateOf(recorder, seen, (order) => hasTermsOf(order, seen)) !== undefined

const A_DAY_MS = 86_400_000

/**
 * W12: the order of ours that was refused, or proven absent, in the last 24 hours and that this could be, by its instrument and side; the
 * newest of those of which `isOfSize` holds.
 */
export const lateOf = (
  recorder: Recorder,
  seen: Pick<OrderSeen, "clientOrderId" | "side" | "symbol">,
  isOfSize: (order: Order) => boolean
): Order | undefined => {
  const { clientOrderId, symbol } = seen
  if (clientOrderId !== undefined || !isTicker(symbol)) return undefined
  const { account, books, world } = recorder
  return [Instant.addMillis(world.at, -A_DAY_MS), world.at]
    .map(Instant.dayOf)
    .flatMap((unplacedOn) => {
      recorder.need(Need.Unplaced({ account, symbol, unplacedOn }))
      return books.orders.find("unplaced", [account, symbol, unplacedOn])
    })
    .findLast((order) => isRecentlyUnplaced(order, seen, world.at) && isOfSize(order))
}
