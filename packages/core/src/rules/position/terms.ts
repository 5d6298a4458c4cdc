import { policyOf, type Account } from "../../records/Account.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Price from "../../values/Price.ts"
import type { Reference } from "../../values/Reference.ts"
import { resolve } from "../../records/OrderPolicy.ts"
import type { OrderType, Session, TimeInForce } from "../../records/OrderTerms.ts"
import type { Side } from "../../records/Side.ts"

/** How an accumulation order is executed; a limit order with its price and life. */
export interface Terms {
  readonly type: Extract<OrderType, "market" | "limit">
  readonly limitPrice: Price.Price | undefined
  readonly lifeSeconds: number | undefined
  readonly timeInForce: TimeInForce
  readonly session: Session
}

/** The settings of an account that say how its orders are executed. */
type TermsSettings = Pick<Account, "orderLifeSeconds" | "orderSession" | "orderTimeInForce">

/**
 * The account's terms at a reference price, for a limit order that far beyond it in basis points, else a market order; `undefined` where
 * they need a price and there is none.
 */
export const termsOf = (
  account: TermsSettings,
  reference: Reference,
  side: Side,
  limitOffsetBp: number | undefined,
  tick?: Price.Price
): Terms | undefined => {
  const policy = resolve(policyOf(account))
  if (limitOffsetBp === undefined) return { type: "market", limitPrice: undefined, lifeSeconds: undefined, ...policy }
  if (reference._tag === "NoPrice") return undefined
  const limitPrice = limitPriceOf(reference.price, side, limitOffsetBp, tick)
  return { type: "limit", limitPrice, lifeSeconds: account.orderLifeSeconds, ...policy }
}

const BASIS_POINT = Decimal.unsafe("0.0001")
const ONE = Decimal.unsafe("1")

/** What every edge takes: 18 digits before the point. */
const HIGHEST = Decimal.unsafe("999999999999999999")

/**
 * The reference price moved by an offset, up for a purchase, down for a sale, and rounded back towards it: the offset is the worst
 * that the account accepts, so rounding never goes beyond it. Dollars a share.
 */
export const limitPriceOf = (
  reference: Price.Price,
  side: Side,
  offsetBp: number,
  declared?: Price.Price
): Price.Price => {
  const offset = Decimal.multiply(BASIS_POINT, Decimal.unsafe(String(offsetBp)))
  const factor = side === "buy" ? Decimal.add(ONE, offset) : Decimal.subtract(ONE, offset)
  const exact = Decimal.multiply(reference, factor)
  const tick = declared ?? usualTick(exact)
  const below = Decimal.min(HIGHEST, Decimal.floorTo(exact, tick))
  const isBelow = side === "sell" && Decimal.isLess(below, exact) && Decimal.isLess(below, HIGHEST)
  const rounded = isBelow ? Decimal.add(below, tick) : below
  return Price.make(Decimal.max(rounded, tick))
}

const CENT = Decimal.unsafe("0.01")
const HUNDREDTH_OF_A_CENT = Decimal.unsafe("0.0001")

/** A cent from a dollar on, a hundredth of a cent below: what stock exchanges take where an instrument says nothing else. */
const usualTick = (price: Decimal.Decimal): Decimal.Decimal => (Decimal.isLess(price, ONE) ? HUNDREDTH_OF_A_CENT : CENT)
