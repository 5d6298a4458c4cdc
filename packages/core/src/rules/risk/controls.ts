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
import { mostShares } from "../../records/mostShares.ts"
import type { Control } from "../../records/Control.ts"
import { notionalOf, openOf } from "../../records/Usage.ts"
import type { Circumstances, Wanted } from "./Circumstances.ts"
import { holdingControl } from "./holding.ts"

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
