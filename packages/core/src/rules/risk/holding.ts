import type { Control } from "../../records/Control.ts"
import type { Order } from "../../records/Order.ts"
import { countsForD5 } from "../../records/OrderState.ts"
import { holdingsOf, worthOf as countedOf, type Position } from "../../records/Position.ts"
import { signed } from "../../records/Side.ts"
import { leavesOf, openHolding } from "../../records/stillOpen.ts"
import { heldOf } from "../../records/Usage.ts"
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

/** What an order makes of a holding, in dollars: nothing where it makes it smaller; what has no price refuses where it may be larger. */
const enlarged = (before: Held, wanted: Wanted, price: Price | undefined) => {
  const after = withOrder(before, wanted)
  const [was, is] = [worthOf(before, price), worthOf(after, price)]
  if (was !== undefined && is !== undefined) return isLarger(is, was) ? { was, is } : undefined
  const isInShares = Decimal.isZero(before.dollars) && Decimal.isZero(after.dollars)
  return isInShares && !isLarger(after.shares, before.shares) ? undefined : "NoReferencePrice"
}

const isAbove = (amount: Decimal.Decimal, limit: Decimal.Decimal | undefined): boolean =>
  limit !== undefined && Decimal.isLess(limit, Decimal.abs(amount))

/** The dollars that the holding of one symbol may come to, with the order and all sent orders of its side filled. */
const positionControl = (
  wanted: Wanted,
  { account: { maxPosition }, liveOrders = [] }: Circumstances,
  position: Position,
  price: Price | undefined
): Control | undefined => {
  if (maxPosition === undefined) return undefined
  const enlarging = enlarged(heldWith(liveOrders, wanted, holdingsOf(position)), wanted, price)
  if (enlarging === undefined || enlarging === "NoReferencePrice") return enlarging
  return isAbove(enlarging.is, maxPosition) ? "PositionSize" : undefined
}

/** What is held with all sent orders filled but the one that is judged. */
const heldWithout = (own: Order | undefined, position: Position): Held => {
  const { dollars, shares } = own === undefined ? { shares: Decimal.zero, dollars: Decimal.zero } : openHolding(own)
  return {
    shares: Decimal.subtract(Decimal.add(holdingsOf(position), position.openShares), shares),
    dollars: Decimal.subtract(position.openDollars, dollars)
  }
}

/** The dollars that all holdings may come to: this one at the price of now, the others each at the price that it was last judged by. */
const allControl = (
  wanted: Wanted,
  { account: { maxGrossPosition, maxNetPosition }, own, usage }: Circumstances,
  position: Position,
  price: Price | undefined
): Control | undefined => {
  if ((maxGrossPosition ?? maxNetPosition) === undefined) return undefined
  const enlarging = enlarged(heldWithout(own, position), wanted, price)
  if (enlarging === undefined || enlarging === "NoReferencePrice") return enlarging
  const { gross, net, unpriced } = heldOf(usage)
  const counted = countedOf(position)
  if (unpriced > counted.unpriced) return "NoReferencePrice"
  const { is, was } = enlarging
  const others = Decimal.subtract(gross, Decimal.abs(counted.value))
  if (isAbove(Decimal.add(others, Decimal.abs(is)), maxGrossPosition)) return "GrossPosition"
  const apart = Decimal.subtract(net, counted.value)
  const after = Decimal.add(apart, is)
  return isAbove(after, maxNetPosition) && isLarger(after, Decimal.add(apart, was)) ? "NetPosition" : undefined
}

/**
 * What the limits of what is held say: first of the symbol, then of all. What makes the holding smaller always passes; what makes it
 * larger has a fresh price to be judged by, or is refused.
 */
export const holdingControl = (
  wanted: Wanted,
  circumstances: Circumstances,
  price: Price | undefined
): Control | undefined => {
  const { position } = circumstances
  if (position === undefined) return undefined
  return positionControl(wanted, circumstances, position, price) ?? allControl(wanted, circumstances, position, price)
}
