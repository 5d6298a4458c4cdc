import { Need } from "../books/Need.ts"
import { isTicker } from "../instrument/Ticker.ts"
import type { WaitingFill } from "../fill/Fill.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Order } from "../order/Order.ts"
import * as Instant from "../time/Instant.ts"
import type { OrderSeen } from "./Report.ts"

/** What two clocks may differ, and an order may be entered before we know of its sending. */
export const SKEW_MS = 2 * 60_000

/** What an order was sent with, as far as a broker shows it. */
type Sent = Pick<Order, "symbol" | "side" | "quantity" | "type" | "limitPrice" | "sentAt">

/** What a broker shows of the terms of an order. */
export type Terms = Pick<OrderSeen, "symbol" | "side" | "quantity" | "notional" | "type" | "limitPrice">

/** Are these the terms of the order, as far as they are shown: symbol, side and quantity, and where the broker says them type and limit price? */
export const hasTermsOf = (
  sent: Pick<Order, "symbol" | "side" | "quantity" | "type" | "limitPrice">,
  seen: Partial<Terms>
): boolean =>
  seen.symbol === sent.symbol &&
  seen.side === sent.side &&
  seen.notional === undefined &&
  seen.quantity !== undefined &&
  Decimal.equals(seen.quantity, sent.quantity) &&
  (seen.type === undefined || seen.type === sent.type) &&
  (seen.limitPrice === undefined || (sent.limitPrice !== undefined && Decimal.equals(seen.limitPrice, sent.limitPrice)))

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
  unsettledOf(recorder).some(
    ({ quantity, side, symbol }) =>
      symbol === seen.symbol || (side === seen.side && Decimal.equals(quantity, seen.quantity))
  )

/** F7, W12: may an execution be of an order of ours that is on its way or in doubt, by its instrument, or by its side and size? */
export const mayBeExecutionOfOurs = (
  recorder: Recorder,
  fill: Pick<WaitingFill, "quantity" | "side" | "symbol">
): boolean =>
  unsettledOf(recorder).some(
    ({ quantity, side, symbol }) =>
      symbol === fill.symbol || (side === fill.side && Decimal.isAtMost(fill.quantity, quantity))
  )

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
  { clientOrderId, side, symbol }: Pick<OrderSeen, "clientOrderId" | "side" | "symbol">,
  isOfSize: (order: Order) => boolean
): Order | undefined => {
  if (clientOrderId !== undefined || !isTicker(symbol)) return undefined
  const { account, books, world } = recorder
  const since = Instant.addMillis(world.at, -A_DAY_MS)
  return [since, world.at]
    .map(Instant.dayOf)
    .flatMap((unplacedOn) => {
      recorder.need(Need.Unplaced({ account, symbol, unplacedOn }))
      return books.orders.find("unplaced", [account, symbol, unplacedOn])
    })
    .findLast((order) => order.side === side && (order.endedAt ?? since) >= since && isOfSize(order))
}
