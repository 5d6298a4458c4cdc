import * as Decimal from "../values/Decimal.ts"
import type { Order } from "./Order.ts"
import { countsForD5 } from "./OrderState.ts"

/** What live orders can still come to: dollars, and how many have no known price. */
export interface StillOpen {
  readonly notional: Decimal.Decimal
  readonly unpriced: number
}

const nothing: StillOpen = { notional: Decimal.zero, unpriced: 0 }

const left = (all: Decimal.Decimal, done: Decimal.Decimal): Decimal.Decimal =>
  Decimal.max(Decimal.zero, Decimal.subtract(all, done))

/**
 * What a sent order that has not ended can still come to: its unfilled shares at its limit price, else at the price that it was judged by;
 * of an order over a notional the dollars that are not filled. A plan comes to nothing: no byte of it has left.
 */
export const stillOpen = (
  order: Pick<Order, "askedNotional" | "filled" | "judgedPrice" | "limitPrice" | "notional" | "quantity" | "status">
): StillOpen => {
  if (!countsForD5(order.status)) return nothing
  const { askedNotional, filled, judgedPrice, limitPrice, notional, quantity } = order
  if (askedNotional !== undefined) return { notional: left(askedNotional, notional), unpriced: 0 }
  const leaves = left(quantity, filled)
  const price = limitPrice ?? judgedPrice
  if (price !== undefined) return { notional: Decimal.multiply(leaves, price), unpriced: 0 }
  return Decimal.isZero(leaves) ? nothing : { notional: Decimal.zero, unpriced: 1 }
}
