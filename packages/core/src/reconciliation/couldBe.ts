import { Need } from "../books/Need.ts"
import { isTicker } from "../instrument/Ticker.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Order } from "../order/Order.ts"
import * as Instant from "../time/Instant.ts"
import type { OrderSeen } from "./Report.ts"

/** What two clocks may differ, and an order may be entered before we know of its sending. */
export const SKEW_MS = 2 * 60_000

/** What an order was sent with, as far as a broker shows it. */
type Sent = Pick<Order, "symbol" | "side" | "quantity" | "type" | "limitPrice" | "sentAt">

/**
 * O24: may an order at a broker without client order ids be this one of ours, by all that is shown of it: symbol, side, quantity, type
 * and limit price, and that it was not entered before ours was sent.
 */
export const couldBe = (sent: Sent, seen: OrderSeen): boolean =>
  seen.clientOrderId === undefined &&
  seen.symbol === sent.symbol &&
  seen.side === sent.side &&
  seen.notional === undefined &&
  Decimal.equals(seen.quantity, sent.quantity) &&
  (seen.type === undefined || seen.type === sent.type) &&
  (seen.limitPrice === undefined ||
    (sent.limitPrice !== undefined && Decimal.equals(seen.limitPrice, sent.limitPrice))) &&
  (seen.enteredAt === undefined ||
    sent.sentAt === undefined ||
    seen.enteredAt >= Instant.addMillis(sent.sentAt, -SKEW_MS))

/**
 * O24: is an order that the books do not know perhaps one of ours that is on its way or in doubt? Then it is not adopted before that is
 * settled.
 */
export const mayBeOurs = (recorder: Recorder, seen: OrderSeen): boolean => {
  const { symbol } = seen
  if (seen.clientOrderId !== undefined || seen.enteredAt === undefined || !isTicker(symbol)) return false
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  return recorder.books.orders
    .find("live", [recorder.account, symbol])
    .some((order) => (order.status === "submitting" || order.status === "in_doubt") && couldBe(order, seen))
}
