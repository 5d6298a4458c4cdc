import { policyOf, type Account } from "../../records/Account.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Price from "../../values/Price.ts"
import type { Reference } from "../../values/Reference.ts"
import { resolve } from "../../records/OrderPolicy.ts"
import type { OrderType, Session, TimeInForce } from "../../records/OrderTerms.ts"
import type { Side } from "../../records/Side.ts"
import * as Instant from "../../values/Instant.ts"
import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { OrderId } from "../../values/Id.ts"
import { isAskedFor, type Order } from "../../records/Order.ts"

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

/** Does an order work at the broker that is to be ended when its life is over, and was not asked to end yet? */
export const hasLife = ({ cancelRequestedAt, lifeSeconds, status }: Order): boolean =>
  lifeSeconds !== undefined &&
  cancelRequestedAt === undefined &&
  (status === "submitted" || status === "partially_filled")

/** Has an order, at a moment, been at the broker for as long as its account lets it? */
const hasLived = ({ acceptedAt, lifeSeconds, sentAt }: Order, at: Instant.Instant): boolean => {
  const since = acceptedAt ?? sentAt
  if (lifeSeconds === undefined || since === undefined) return false
  return Instant.millisBetween(since, at) >= lifeSeconds * 1000
}

/** Has an order worked for as long as its account lets it? */
export const isOver = (order: Order, now: Instant.Instant): boolean => hasLife(order) && hasLived(order, now)

/**
 * Did an accumulation order work for all of its life, was its end asked for then, and did the broker cancel it with nothing filled?
 * What the broker ended by itself, refused or let expire did not, nor what was cancelled before its life was over. `before` is the
 * order before it ended: an end that was reported and not confirmed yet stands there alone (W11).
 */
export const workedUnfilled = (before: Order, order: Order): boolean => {
  const { cancelRequestedAt, localState, filled, origin, reported, status } = order
  if (
    !isAskedFor(before) ||
    origin !== "accumulation" ||
    status !== "cancelled" ||
    reported !== "cancelled" ||
    localState === "failed"
  )
    return false
  return cancelRequestedAt !== undefined && Decimal.isZero(filled) && hasLived(order, cancelRequestedAt)
}

/** Asks for the end of an order whose life is over; its end is what the broker then says (D8). */
export const expire = (recorder: Recorder, orderId: OrderId): void => {
  recorder.need(Need.OrderById({ id: orderId }))
  const order = recorder.books.orders.get(orderId)
  if (order === undefined || !isOver(order, recorder.world.at)) return
  recorder.emit({ _tag: "CancelRequested", orderId, why: `not filled within its ${order.lifeSeconds} s` })
}
