import * as Decimal from "../values/Decimal.ts"
import * as Price from "../values/Price.ts"
import type { Order } from "./Order.ts"
import { countsForD5 } from "./OrderState.ts"
import { signed } from "./Side.ts"

/** What live orders can still come to: dollars, and how many have no known price. */
export interface StillOpen {
  readonly notional: Decimal.Decimal
  readonly unpriced: number
}

const nothing: StillOpen = { notional: Decimal.zero, unpriced: 0 }

const left = (all: Decimal.Decimal, done: Decimal.Decimal): Decimal.Decimal =>
  Decimal.max(Decimal.zero, Decimal.subtract(all, done))

/** What an order has not filled yet: shares, or of one over a notional the dollars. */
export const leavesOf = ({
  askedNotional,
  filled,
  notional,
  quantity
}: Pick<Order, "askedNotional" | "filled" | "notional" | "quantity">): {
  readonly shares: Decimal.Decimal
  readonly dollars: Decimal.Decimal
} =>
  askedNotional === undefined
    ? { shares: left(quantity, filled), dollars: Decimal.zero }
    : { shares: Decimal.zero, dollars: left(askedNotional, notional) }

/**
 * What a sent order that has not ended can still come to: its unfilled shares at its limit price, else at the price that it was judged by,
 * of a sale at the higher of both, since below the market it fills at the market; of an order over a notional the dollars that are not
 * filled. A plan comes to nothing: no byte of it has left.
 */
export const stillOpen = (
  order: Pick<
    Order,
    "askedNotional" | "filled" | "judgedPrice" | "limitPrice" | "notional" | "quantity" | "side" | "status"
  >
): StillOpen => {
  if (!countsForD5(order.status)) return nothing
  const { dollars, shares } = leavesOf(order)
  if (Decimal.isZero(shares)) return { notional: dollars, unpriced: 0 }
  const { judgedPrice, limitPrice, side } = order
  const price = side === "sell" ? Price.highest([limitPrice, judgedPrice]) : (limitPrice ?? judgedPrice)
  return price === undefined
    ? { notional: Decimal.zero, unpriced: 1 }
    : { notional: Decimal.multiply(shares, price), unpriced: 0 }
}

/** What a sent order that has not ended can still add to its position, signed: shares, or of one over a notional the dollars. */
export const openHolding = (order: Order): ReturnType<typeof leavesOf> => {
  if (!countsForD5(order.status)) return { shares: Decimal.zero, dollars: Decimal.zero }
  const { dollars, shares } = leavesOf(order)
  return { shares: signed(order.side, shares), dollars: signed(order.side, dollars) }
}
