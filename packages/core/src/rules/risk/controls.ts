import {
  dailyNotionalOf,
  hasDollarLimit,
  judgesDollars,
  openSharesOf,
  orderNotionalOf,
  orderQuantityOf
} from "../account/limits.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Price from "../../values/Price.ts"
import { isFarApart } from "../../values/Quote.ts"
import { mostShares, leavesOf, openHolding } from "../../records/stillOpen.ts"
import type { Control } from "../../records/Control.ts"
import { notionalOf, openOf, type Usage, heldOf } from "../../records/Usage.ts"
import type { Account } from "../../records/Account.ts"
import type { Order } from "../../records/Order.ts"
import { type Position, holdingsOf, worthOf as countedOf } from "../../records/Position.ts"
import { type Side, signed } from "../../records/Side.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Instant from "../../values/Instant.ts"
import { countsForD5 } from "../../records/OrderState.ts"
import type { AccountName } from "../../records/AccountName.ts"
import type { Allocation } from "../../records/Allocation.ts"

/**
 * The highest of the fresh prices and those of the order: what a share is worth where a limit in money is judged. Where that is ten times
 * or more from the last price that was known, one of the two is wrong, and the higher judges. Where an account has the default limits
 * alone, the last price that was known judges without a fresh one: what was owed overnight is neither unbounded nor stopped.
 */
export const priceOf = (wanted: Wanted, circumstances: Circumstances): Price.Price | undefined =>
  freshPriceOf(wanted, circumstances) ?? (hasDollarLimit(circumstances.account) ? undefined : circumstances.lastPrice)

const freshPriceOf = (
  { limitPrice, stopPrice }: Wanted,
  { lastPrice, prices }: Circumstances
): Price.Price | undefined => {
  const own = [limitPrice, stopPrice].filter((price) => price !== undefined)
  const known = own.length === 0 ? prices : [...prices, ...own]
  const fresh = Price.highest(known)
  const isOdd = fresh !== undefined && lastPrice !== undefined && isFarApart(fresh, lastPrice)
  return isOdd ? Price.highest([fresh, lastPrice]) : fresh
}

/** What is asked for in dollars, else the shares at the highest price; `undefined` where no price is known. */
const worthOf = (wanted: Wanted, circumstances: Circumstances): Decimal.Decimal | undefined => {
  if (wanted.askedNotional !== undefined) return wanted.askedNotional
  const price = priceOf(wanted, circumstances)
  return price && Decimal.multiply(wanted.quantity, price)
}

/** What an order is worth, in dollars; zero only where nothing is known and no limit asks. */
export const notionalAt = (wanted: Wanted, circumstances: Circumstances): Decimal.Decimal =>
  worthOf(wanted, circumstances) ?? Decimal.zero

const isAbove = (amount: Decimal.Decimal, limit: Decimal.Decimal | undefined): boolean =>
  limit !== undefined && Decimal.isLess(limit, amount)

/**
 * The first control that refuses an order, of any origin; `undefined` where it may go. Pure: judged when an order is made and
 * again in the commit before every send. A limit in money that has no price to judge by refuses; it never reads zero.
 */
export const refusalOf = (wanted: Wanted, circumstances: Circumstances): Control | undefined => {
  const { account, at, usage } = circumstances
  if (account.restricted.includes(wanted.symbol)) return "Restricted"
  const tooMany = quantityControl(wanted, circumstances)
  if (tooMany !== undefined) return tooMany
  const collar = collarOf(wanted, circumstances)
  if (collar !== undefined) return collar
  const notional = worthOf(wanted, circumstances)
  const held = holdingControl(wanted, circumstances, freshPriceOf(wanted, circumstances))
  if (notional === undefined) return judgesDollars(account) ? "NoReferencePrice" : held
  if (isAbove(notional, orderNotionalOf(account))) return "MaxNotional"
  const price = priceOf(wanted, circumstances) ?? Decimal.zero
  const owed = Decimal.multiply(Decimal.abs(wanted.residual ?? Decimal.zero), price)
  if (isAbove(owed, account.maxOpenResidual)) return "OpenResidual"
  if (isAbove(Decimal.add(notionalOf(usage, at), notional), dailyNotionalOf(account))) return "DailyNotional"
  const open = openControl(circumstances, notional)
  if ((open ?? held) !== undefined) return open ?? held
  const cost = costOf(wanted, notional)
  return Decimal.isPositive(cost) && isAbove(cost, circumstances.buyingPower) ? "BuyingPower" : undefined
}

/** What live orders come to together, with one of so many dollars. One of them without a known price refuses: it never counts as nothing. */
const openControl = ({ account: { maxOpenOrders }, usage }: Circumstances, notional: Decimal.Decimal) => {
  if (maxOpenOrders === undefined) return undefined
  const open = openOf(usage)
  if (open.unpriced > 0) return "NoReferencePrice"
  return isAbove(Decimal.add(open.notional, notional), maxOpenOrders) ? "OpenOrders" : undefined
}

/** What an order takes of the buying power, in dollars: the part of it that opens a holding. */
export const costOf = (
  { askedNotional, closing = Decimal.zero, quantity }: Wanted,
  notional: Decimal.Decimal
): Decimal.Decimal => {
  if (askedNotional !== undefined || Decimal.isZero(closing)) return notional
  if (!Decimal.isLess(closing, quantity)) return Decimal.zero
  return Decimal.divide(Decimal.multiply(notional, Decimal.subtract(quantity, closing)), quantity, COST_DIGITS)
}

const COST_DIGITS = 12

/** What counts shares. Over a notional the most are judged that it may come to; how many those are needs a price. */
const quantityControl = (wanted: Wanted, { account, prices }: Circumstances): Control | undefined => {
  const shares = mostShares(wanted, prices)
  if (shares === undefined) return isBoundByDollars(account) ? undefined : "NoReferencePrice"
  if (isAbove(shares, orderQuantityOf(account))) return "MaxQuantity"
  return isAbove(Decimal.abs(wanted.residual ?? Decimal.zero), openSharesOf(account)) ? "OpenResidual" : undefined
}

/** Of an order over dollars that has no share limit of its own its dollars are judged, without any price. */
const isBoundByDollars = (account: Circumstances["account"]): boolean =>
  account.maxOrderQuantity === undefined &&
  (orderNotionalOf(account) !== undefined || orderQuantityOf(account) === undefined)

const BASIS_POINTS = Decimal.unsafe("10000")

/**
 * A limit price, or what trades say where there is none, may not be too far from what another source says. Where that source says
 * nothing, nothing can be judged, and nothing goes.
 */
const collarOf = (
  { limitPrice }: Wanted,
  { account: { collarBp }, inboundPrice, marketPrice }: Circumstances
): Control | undefined => {
  if (collarBp === undefined) return undefined
  if (marketPrice === undefined) return "NoReferencePrice"
  const judged = limitPrice ?? inboundPrice
  if (judged === undefined) return undefined
  const apart = Decimal.multiply(Decimal.abs(Decimal.subtract(judged, marketPrice)), BASIS_POINTS)
  return isAbove(apart, Decimal.multiply(marketPrice, Decimal.unsafe(String(collarBp)))) ? "PriceCollar" : undefined
}

/** What is to be sent. Quantities in shares, the price in dollars. */
export interface Wanted {
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Decimal.Decimal
  /** The dollars that are asked for in place of shares. */
  readonly askedNotional?: Decimal.Decimal | undefined
  readonly limitPrice: Price.Price | undefined
  /** From which price on it becomes an order at the market, where it is one that waits for that. */
  readonly stopPrice?: Price.Price | undefined
  /** What the position owes, where an accumulation order is judged. */
  readonly residual: Decimal.Decimal | undefined
  /** How many of the shares could only close what is held: those cost nothing. */
  readonly closing?: Decimal.Decimal | undefined
}

/** What a judgement rests on: rows of one transaction, and the prices that are fresh in it. */
export interface Circumstances {
  readonly account: Pick<
    Account,
    | "collarBp"
    | "liftedLimits"
    | "maxDailyNotional"
    | "maxOpenOrders"
    | "maxPosition"
    | "maxGrossPosition"
    | "maxNetPosition"
    | "maxOpenResidual"
    | "maxOrderNotional"
    | "maxOrderQuantity"
    | "restricted"
  >
  /** The fresh prices that are known, whatever their source. */
  readonly prices: ReadonlyArray<Price.Price>
  /** What trades brought, and what another source than they says; each where it is fresh. */
  readonly inboundPrice: Price.Price | undefined
  readonly marketPrice: Price.Price | undefined
  /** The newest price that is known at all, however old it is. */
  readonly lastPrice?: Price.Price | undefined
  readonly usage: Usage | undefined
  /** The position of the symbol, and its live orders without the one that is judged. */
  readonly position?: Position | undefined
  readonly liveOrders?: ReadonlyArray<Order>
  /** The order that is judged, where the figures of the books may count it already. */
  readonly own?: Order | undefined
  /** What the broker said of late that the account may spend, in the instrument's currency; `undefined` where it is not known. */
  readonly buyingPower?: Decimal.Decimal | undefined
  readonly at: Instant.Instant
}

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
const worthHeld = ({ dollars, shares }: Held, price: Price.Price | undefined): Decimal.Decimal | undefined => {
  if (Decimal.isZero(shares)) return dollars
  return price && Decimal.add(Decimal.multiply(shares, price), dollars)
}

/** What an order makes of a holding, in dollars: nothing where it makes it smaller; what has no price refuses where it may be larger. */
const enlarged = (before: Held, wanted: Wanted, price: Price.Price | undefined) => {
  const after = withOrder(before, wanted)
  const [was, is] = [worthHeld(before, price), worthHeld(after, price)]
  if (was !== undefined && is !== undefined) return isLarger(is, was) ? { was, is } : undefined
  const isInShares = Decimal.isZero(before.dollars) && Decimal.isZero(after.dollars)
  return isInShares && !isLarger(after.shares, before.shares) ? undefined : "NoReferencePrice"
}

const isBeyond = (amount: Decimal.Decimal, limit: Decimal.Decimal | undefined): boolean =>
  limit !== undefined && Decimal.isLess(limit, Decimal.abs(amount))

/** The dollars that the holding of one symbol may come to, with the order and all sent orders of its side filled. */
const positionControl = (
  wanted: Wanted,
  { account: { maxPosition }, liveOrders = [] }: Circumstances,
  position: Position,
  price: Price.Price | undefined
): Control | undefined => {
  if (maxPosition === undefined) return undefined
  const enlarging = enlarged(heldWith(liveOrders, wanted, holdingsOf(position)), wanted, price)
  if (enlarging === undefined || enlarging === "NoReferencePrice") return enlarging
  return isBeyond(enlarging.is, maxPosition) ? "PositionSize" : undefined
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
  price: Price.Price | undefined
): Control | undefined => {
  if ((maxGrossPosition ?? maxNetPosition) === undefined) return undefined
  const enlarging = enlarged(heldWithout(own, position), wanted, price)
  if (enlarging === undefined || enlarging === "NoReferencePrice") return enlarging
  const { gross, net, unpriced } = heldOf(usage)
  const counted = countedOf(position)
  if (unpriced > counted.unpriced) return "NoReferencePrice"
  const { is, was } = enlarging
  const others = Decimal.subtract(gross, Decimal.abs(counted.value))
  if (isBeyond(Decimal.add(others, Decimal.abs(is)), maxGrossPosition)) return "GrossPosition"
  const apart = Decimal.subtract(net, counted.value)
  const after = Decimal.add(apart, is)
  return isBeyond(after, maxNetPosition) && isLarger(after, Decimal.add(apart, was)) ? "NetPosition" : undefined
}

/**
 * What the limits of what is held say: first of the symbol, then of all. What makes the holding smaller always passes; what makes it
 * larger has a fresh price to be judged by, or is refused.
 */
const holdingControl = (
  wanted: Wanted,
  circumstances: Circumstances,
  price: Price.Price | undefined
): Control | undefined => {
  const { position } = circumstances
  if (position === undefined) return undefined
  return positionControl(wanted, circumstances, position, price) ?? allControl(wanted, circumstances, position, price)
}

/** How long the same intent counts as the same, in milliseconds. */
const SAME_INTENT_MS = 60_000

/** A strategy's wish to trade, as far as it tells one wish from another. */
export interface Intent {
  readonly account: AccountName
  readonly symbol: Ticker
  readonly side: Side
  /** Shares, or dollars where it is a notional. */
  readonly size: Decimal.Decimal
  readonly isNotional: boolean
  readonly strategy: string
  readonly decidedAt: Instant.Instant
}

/**
 * The earlier intent that a new one repeats: same account, symbol, side, size by value and strategy, less than a minute
 * before or after. `undefined` where it repeats none.
 */
export const duplicateOf = <I extends Intent>(intent: Intent, earlier: Iterable<I>): I | undefined => {
  for (const each of earlier) if (isSame(intent, each)) return each
  return undefined
}

const isSame = (a: Intent, b: Intent): boolean =>
  a.account === b.account &&
  a.symbol === b.symbol &&
  a.side === b.side &&
  a.strategy === b.strategy &&
  a.isNotional === b.isNotional &&
  Decimal.equals(a.size, b.size) &&
  Math.abs(Instant.millisBetween(a.decidedAt, b.decidedAt)) < SAME_INTENT_MS

/**
 * What an accumulation order is more than its position owes, in shares; `undefined` where it is within. Summed anew, and not from
 * the residual that made the order: the figures' definition (target − hedged − what else is in flight), and the shares of trades
 * that the order has taken. Nothing switches this off.
 */
export const beyondOwed = (
  order: Order,
  position: Position,
  allocations: Iterable<Allocation>
): Decimal.Decimal | undefined => {
  const own = signed(order.side, order.quantity)
  const others = Decimal.subtract(position.inFlight, own)
  const owed = Decimal.subtract(Decimal.subtract(position.target, position.hedged), others)
  const owedOnSide = Decimal.max(Decimal.zero, order.side === "buy" ? owed : Decimal.negate(owed))
  const covered = Decimal.sum(
    [...allocations].filter((each) => each.releasedAt === undefined).map((each) => each.quantity)
  )
  const bound = Decimal.min(owedOnSide, covered)
  return Decimal.isLess(bound, order.quantity) ? Decimal.subtract(order.quantity, bound) : undefined
}
