import * as Decimal from "../../values/Decimal.ts"
import type { Instant } from "../../values/Instant.ts"
import { paid, received } from "./Amount.ts"
import type { TaxLot } from "./lots.ts"
import { tradeDate } from "./tradeDate.ts"

/** Dollars a share, and since when that is the price. */
export interface Quoted {
  readonly price: Decimal.Decimal
  readonly at: Instant
}

/** LOT-10: the newest price of by the end of a trade date, or of all; of several at one moment the last one. */
export const newest = (prices: ReadonlyArray<Quoted>, to: string | undefined): Quoted | undefined =>
  prices.reduce<Quoted | undefined>((last, each) => {
    if (to !== undefined && tradeDate(each.at) > to) return last
    return last === undefined || each.at >= last.at ? each : last
  }, undefined)

/** Signed dollars: what shares cost (long) or brought (short), what they are worth, and what is not realised of that. */
export interface Valuation {
  readonly shares: Decimal.Decimal
  readonly cost: Decimal.Decimal | undefined
  readonly value: Decimal.Decimal | undefined
  readonly unrealised: Decimal.Decimal | undefined
}

const nothing: Valuation = {
  shares: Decimal.zero,
  cost: Decimal.zero,
  value: Decimal.zero,
  unrealised: Decimal.zero
}

/** LOT-10: a lot at a price; what is short is worth less than nothing. */
export const ofLot = ({ amount, opening, shares }: TaxLot, price: Decimal.Decimal | undefined): Valuation => {
  const signed = opening.isLong ? shares : Decimal.negate(shares)
  const brought = received(amount)
  const cost = opening.isLong ? paid(amount) : brought === undefined ? undefined : Decimal.negate(brought)
  const value = price === undefined ? undefined : Decimal.multiply(signed, price)
  const unrealised = cost === undefined || value === undefined ? undefined : Decimal.subtract(value, cost)
  return { shares: signed, cost, value, unrealised }
}

const plus = (a: Decimal.Decimal | undefined, b: Decimal.Decimal | undefined): Decimal.Decimal | undefined =>
  a === undefined || b === undefined ? undefined : Decimal.add(a, b)

/** All open lots of a symbol at a price; what is not known of one is not known of all. */
export const ofLots = (lots: ReadonlyArray<TaxLot>, price: Decimal.Decimal | undefined): Valuation =>
  lots
    .map((lot) => ofLot(lot, price))
    .reduce(
      (sum, each) => ({
        shares: Decimal.add(sum.shares, each.shares),
        cost: plus(sum.cost, each.cost),
        value: plus(sum.value, each.value),
        unrealised: plus(sum.unrealised, each.unrealised)
      }),
      nothing
    )

/** The digits to which an average cost is rounded. */
const DIGITS = 12

/** What a share cost or brought on average; none where nothing is open or its cost is not known. */
export const averageCost = ({ cost, shares }: Valuation): Decimal.Decimal | undefined =>
  cost === undefined || Decimal.isZero(shares) ? undefined : Decimal.divide(cost, shares, DIGITS)
