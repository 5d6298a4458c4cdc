import * as Decimal from "../values/Decimal.ts"
import type { Price } from "../values/Price.ts"
import type { Order } from "./Order.ts"

/** More than any price has: an estimate that limits are judged by, which nothing is ever ordered or booked from. */
const PLACES = 12

const lowestOf = (prices: ReadonlyArray<Price>): Price | undefined =>
  prices.reduce<Price | undefined>(
    (least, each) => (least === undefined || Decimal.isLess(each, least) ? each : least),
    undefined
  )

const sharesFor = (dollars: Decimal.Decimal, prices: ReadonlyArray<Price>): Decimal.Decimal | undefined => {
  const price = lowestOf(prices)
  return price === undefined ? undefined : Decimal.divide(dollars, price, PLACES)
}

/**
 * How many shares an order may come to at most, for controls that count shares: what it asks for, or what its notional would pay for at
 * the lowest of the fresh prices. `undefined` where it is over a notional and no price is fresh.
 */
export const mostShares = (
  { askedNotional, quantity }: Pick<Order, "quantity"> & Partial<Pick<Order, "askedNotional">>,
  prices: ReadonlyArray<Price>
): Decimal.Decimal | undefined => (askedNotional === undefined ? quantity : sharesFor(askedNotional, prices))

/** The same of what has not filled yet. */
export const mostLeaves = (
  { askedNotional, filled, notional, quantity }: Pick<Order, "quantity" | "askedNotional" | "filled" | "notional">,
  prices: ReadonlyArray<Price>
): Decimal.Decimal | undefined =>
  askedNotional === undefined
    ? Decimal.max(Decimal.zero, Decimal.subtract(quantity, filled))
    : sharesFor(Decimal.max(Decimal.zero, Decimal.subtract(askedNotional, notional)), prices)
