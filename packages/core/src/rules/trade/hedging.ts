import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import { averagePrice, type Order } from "../../records/Order.ts"
import { ofSign, type Side } from "../../records/Side.ts"
import type { Allocation } from "../../records/Allocation.ts"
import * as Instant from "../../values/Instant.ts"
import { targetOf, type Trade } from "../../records/Trade.ts"

/** A trade's share of an order: how many of its shares that order filled, and what the order's fills cost in all. */
export interface ShareOfOrder {
  readonly settled: Decimal.Decimal
  readonly order: Order
  /** The commissions of the order's canonical fills, where they are known. */
  readonly commission: Decimal.Decimal | undefined
}

/** What became of a trade at the broker, beside what it was done for. Shares, amounts in its currency, milliseconds. */
export interface HedgedTrade {
  readonly trade: Trade
  /** The currency of its symbol. */
  readonly currency: string
  /** The side of its orders: the trade's own, or the other where the account offsets. */
  readonly side: Side
  /** Shares that its orders have filled; what was netted against other trades was never ordered. */
  readonly filled: Decimal.Decimal
  /** What of that each order has filled; an order that filled none of it is not there. */
  readonly shares: ReadonlyArray<ShareOfOrder>
  readonly averagePrice: Decimal.Decimal | undefined
  /** Dollars that were paid beyond the trade's own price, for what was filled; below zero where it was better. */
  readonly slippage: Decimal.Decimal | undefined
  /** The same in basis points of the trade's own price. */
  readonly slippageBp: Decimal.Decimal | undefined
  /** Its part of the commissions, by shares; none where any of them is not known. */
  readonly commission: Decimal.Decimal | undefined
  /** From the trade until its first order was made, and from there until its last fill. */
  readonly toOrderMs: number | undefined
  readonly toFillMs: number | undefined
}

const DIGITS = 12
const BASIS_POINTS = Decimal.unsafe("10000")

/** C3: its part of an order is filled at the order's average price. From allocations and canonical fills only; exact but for divisions. */
export const hedgedTrade = (trade: Trade, currency: string, shares: ReadonlyArray<ShareOfOrder>): HedgedTrade => {
  const side = ofSign(targetOf(trade))
  const taken = shares.filter(({ settled }) => Decimal.isPositive(settled))
  const filled = Decimal.sum(taken.map(({ settled }) => settled))
  const average = averageOf(taken, filled)
  return {
    trade,
    currency,
    side,
    filled,
    shares: taken,
    averagePrice: average,
    ...slippageOf(side, filled, average, trade.price),
    commission: commissionOf(taken),
    ...delaysOf(trade, taken)
  }
}

const averageOf = (taken: ReadonlyArray<ShareOfOrder>, filled: Decimal.Decimal): Decimal.Decimal | undefined => {
  const costs = taken.map(({ order, settled }) => {
    const price = averagePrice(order)
    return price === undefined ? undefined : Decimal.multiply(price, settled)
  })
  const known = costs.filter((cost) => cost !== undefined)
  return taken.length === 0 || known.length < costs.length
    ? undefined
    : Decimal.divide(Decimal.sum(known), filled, DIGITS)
}

const basisPoints = (worse: Decimal.Decimal, of: Decimal.Decimal): Decimal.Decimal | undefined =>
  Decimal.isZero(of) ? undefined : Decimal.divide(Decimal.multiply(worse, BASIS_POINTS), of, 2)

const slippageOf = (
  side: Side,
  filled: Decimal.Decimal,
  average: Decimal.Decimal | undefined,
  price: Price | undefined
): Pick<HedgedTrade, "slippage" | "slippageBp"> => {
  if (average === undefined || price === undefined) return { slippage: undefined, slippageBp: undefined }
  const worse = side === "buy" ? Decimal.subtract(average, price) : Decimal.subtract(price, average)
  return {
    slippage: Decimal.multiply(worse, filled),
    slippageBp: basisPoints(worse, price)
  }
}

const commissionOf = (taken: ReadonlyArray<ShareOfOrder>): Decimal.Decimal | undefined => {
  const parts = taken.map(({ commission, order, settled }) =>
    commission === undefined ? undefined : Decimal.divide(Decimal.multiply(commission, settled), order.filled, DIGITS)
  )
  const known = parts.filter((part) => part !== undefined)
  return parts.length === 0 || known.length < parts.length ? undefined : Decimal.sum(known)
}

const delaysOf = (trade: Trade, taken: ReadonlyArray<ShareOfOrder>): Pick<HedgedTrade, "toOrderMs" | "toFillMs"> => {
  const [first] = taken.map(({ order }) => order).toSorted((a, b) => Number(a.createdAt - b.createdAt))
  const last = taken
    .flatMap(({ order }) => order.lastFilledAt ?? [])
    .reduce<Instant.Instant | undefined>((latest, at) => Instant.later(latest ?? at, at), undefined)
  return {
    toOrderMs: first === undefined ? undefined : Instant.millisBetween(trade.tradedAt, first.createdAt),
    toFillMs: first === undefined || last === undefined ? undefined : Instant.millisBetween(first.createdAt, last)
  }
}

/** Shares that an order filled of a trade: its allocations, or all of it where the trade is direct (E2). */
export const settledOf = (allocations: ReadonlyArray<Allocation>, orderId: Order["id"]): Decimal.Decimal =>
  Decimal.sum(allocations.filter((each) => each.orderId === orderId).map(({ settled }) => settled))

/** What hedging of several trades of one currency came to: shares, and amounts in that currency. */
export interface HedgingCost {
  /** Trades with fills. */
  readonly trades: number
  /** Those of them with a slippage: the price of the trade and those of all its fills are known. */
  readonly priced: number
  readonly filled: Decimal.Decimal
  /** What was filled of the priced ones, at their own prices. */
  readonly reference: Decimal.Decimal
  readonly slippage: Decimal.Decimal
  readonly commission: Decimal.Decimal
  /** Trades with fills whose commission is not known. */
  readonly withoutCommission: number
}

/** The sum of no trades. */
export const noCost: HedgingCost = {
  trades: 0,
  priced: 0,
  filled: Decimal.zero,
  reference: Decimal.zero,
  slippage: Decimal.zero,
  commission: Decimal.zero,
  withoutCommission: 0
}

/** What one trade came to; nothing before its first fill. */
export const costOf = ({ commission, filled, slippage, trade: { price } }: HedgedTrade): HedgingCost => {
  if (Decimal.isZero(filled)) return noCost
  const isPriced = slippage !== undefined && price !== undefined
  return {
    trades: 1,
    priced: isPriced ? 1 : 0,
    filled,
    reference: isPriced ? Decimal.multiply(price, filled) : Decimal.zero,
    slippage: slippage ?? Decimal.zero,
    commission: commission ?? Decimal.zero,
    withoutCommission: commission === undefined ? 1 : 0
  }
}

/** Adds two sums. */
export const addedCosts = (a: HedgingCost, b: HedgingCost): HedgingCost => ({
  trades: a.trades + b.trades,
  priced: a.priced + b.priced,
  filled: Decimal.add(a.filled, b.filled),
  reference: Decimal.add(a.reference, b.reference),
  slippage: Decimal.add(a.slippage, b.slippage),
  commission: Decimal.add(a.commission, b.commission),
  withoutCommission: a.withoutCommission + b.withoutCommission
})

/** Slippage in basis points of what was filled at the trades' own prices: each trade weighs by its amount. */
export const costBp = ({ reference, slippage }: HedgingCost): Decimal.Decimal | undefined =>
  basisPoints(slippage, reference)
