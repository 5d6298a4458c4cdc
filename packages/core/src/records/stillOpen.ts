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

/** More than any price has: an estimate that limits are judged by, which nothing is ever ordered or booked from. */
const PLACES = 12

const lowestOf = (prices: ReadonlyArray<Price.Price>): Price.Price | undefined =>
  prices.reduce<Price.Price | undefined>(
    (least, each) => (least === undefined || Decimal.isLess(each, least) ? each : least),
    undefined
  )

const sharesFor = (dollars: Decimal.Decimal, prices: ReadonlyArray<Price.Price>): Decimal.Decimal | undefined => {
  const price = lowestOf(prices)
  return price === undefined ? undefined : Decimal.divide(dollars, price, PLACES)
}

/**
 * How many shares an order may come to at most, for controls that count shares: what it asks for, or what its notional would pay for at
 * the lowest of the fresh prices. `undefined` where it is over a notional and no price is fresh.
 */
export const mostShares = (
  { askedNotional, quantity }: Pick<Order, "quantity"> & Partial<Pick<Order, "askedNotional">>,
  prices: ReadonlyArray<Price.Price>
): Decimal.Decimal | undefined => (askedNotional === undefined ? quantity : sharesFor(askedNotional, prices))

/** The same of what has not filled yet. */
export const mostLeaves = (
  { askedNotional, filled, notional, quantity }: Pick<Order, "quantity" | "askedNotional" | "filled" | "notional">,
  prices: ReadonlyArray<Price.Price>
): Decimal.Decimal | undefined =>
  askedNotional === undefined
    ? Decimal.max(Decimal.zero, Decimal.subtract(quantity, filled))
    : sharesFor(Decimal.max(Decimal.zero, Decimal.subtract(askedNotional, notional)), prices)
