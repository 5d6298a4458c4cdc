import type { Control } from "../../records/Control.ts"
import type { Order } from "../../records/Order.ts"
import { countsForD5 } from "../../records/OrderState.ts"
import { holdingsOf } from "../../records/Position.ts"
import { signed } from "../../records/Side.ts"
import { leavesOf } from "../../records/stillOpen.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import type { Circumstances, Wanted } from "./Circumstances.ts"

/** A holding, signed: shares, and the dollars that orders over a notional add. */
interface Held {
  readonly shares: Decimal.Decimal
  readonly dollars: Decimal.Decimal
}

/** What would be held with the sent orders of one side filled: those of the other side may never fill, and are not counted on. */
const heldWith = (orders: ReadonlyArray<Order>, { side }: Wanted, holdings: Decimal.Decimal): Held =>
  orders
    .filter((order) => order.side === side && countsForD5(order.status))
    .map(leavesOf)
    .reduce<Held>(
      (held, { dollars, shares }) => ({
        shares: Decimal.add(held.shares, signed(side, shares)),
        dollars: Decimal.add(held.dollars, signed(side, dollars))
      }),
      { shares: holdings, dollars: Decimal.zero }
    )

const withOrder = ({ dollars, shares }: Held, { askedNotional, quantity, side }: Wanted): Held =>
  askedNotional === undefined
    ? { shares: Decimal.add(shares, signed(side, quantity)), dollars }
    : { shares, dollars: Decimal.add(dollars, signed(side, askedNotional)) }

const isLarger = (after: Decimal.Decimal, before: Decimal.Decimal): boolean =>
  Decimal.isLess(Decimal.abs(before), Decimal.abs(after))

/** What a holding is worth, signed; without a price what is not zero has no worth that is known. */
const worthOf = ({ dollars, shares }: Held, price: Price | undefined): Decimal.Decimal | undefined => {
  if (Decimal.isZero(shares)) return dollars
  return price && Decimal.add(Decimal.multiply(shares, price), dollars)
}

/**
 * The dollars that the holding of one symbol may come to, with the order and all sent orders of its side filled. What makes the holding
 * smaller always passes; what makes it larger has a fresh price to be judged by, or is refused.
 */
export const positionControl = (
  wanted: Wanted,
  { account: { maxPosition }, liveOrders = [], position }: Circumstances,
  price: Price | undefined
): Control | undefined => {
  if (maxPosition === undefined || position === undefined) return undefined
  const before = heldWith(liveOrders, wanted, holdingsOf(position))
  const after = withOrder(before, wanted)
  const [was, is] = [worthOf(before, price), worthOf(after, price)]
  if (was === undefined || is === undefined) {
    const isInShares = Decimal.isZero(before.dollars) && Decimal.isZero(after.dollars)
    return isInShares && !isLarger(after.shares, before.shares) ? undefined : "NoReferencePrice"
  }
  return isLarger(is, was) && Decimal.isLess(maxPosition, Decimal.abs(is)) ? "PositionSize" : undefined
}
