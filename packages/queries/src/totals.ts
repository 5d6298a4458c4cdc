import type { Documents } from "@roundlot/api"
import { Decimal, type Side } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { type Listing, type ListError, whole } from "./listing.ts"

/** What all rows of a list come to. */
export type Totals = Omit<Documents.TotalsDocument, "asOf">

/** What a row adds to the totals of its side. */
interface Summand {
  readonly side: Side.Side
  readonly quantity: Decimal.Decimal
  /** Of orders. */
  readonly filled?: Decimal.Decimal
  readonly currency: string
  readonly notional: Decimal.Decimal
  readonly isUnpriced: boolean
}

const sumsOf = (summands: ReadonlyArray<Summand>): Documents.SideTotals => {
  let quantity = Decimal.zero
  let filled: Decimal.Decimal | undefined
  const notionals = new Map<string, Decimal.Decimal>()
  for (const each of summands) {
    quantity = Decimal.add(quantity, each.quantity)
    if (each.filled !== undefined) filled = Decimal.add(filled ?? Decimal.zero, each.filled)
    notionals.set(each.currency, Decimal.add(notionals.get(each.currency) ?? Decimal.zero, each.notional))
  }
  return {
    rows: summands.length,
    quantity: Decimal.format(quantity),
    filledQuantity: filled === undefined ? null : Decimal.format(filled),
    notional: [...notionals]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([currency, amount]) => ({ currency, amount: Decimal.format(amount) })),
    unpriced: summands.filter(({ isUnpriced }) => isUnpriced).length
  }
}

/** Returns what all rows of a list come to; of too many, how many they are alone. */
export const totalsOf = <R>(
  listing: Listing<R>,
  summandOf: (record: R) => Summand
): Effect.Effect<Totals, ListError, TradeRepository.TradeRepository> =>
  Effect.map(whole(listing), ({ count, records }) => {
    const summands = records?.map(summandOf)
    const of = (side: Side.Side) =>
      summands === undefined ? null : sumsOf(summands.filter((each) => each.side === side))
    return { count, buy: of("buy"), sell: of("sell") }
  })

const sideText = (
  verb: string,
  { filledQuantity, notional, quantity, rows, unpriced }: Documents.SideTotals
): string => {
  const money = notional.map(({ amount, currency }) => `${amount} ${currency}`).join(", ")
  const filled = filledQuantity === null ? "" : `, ${filledQuantity} filled`
  const missing = unpriced === 0 ? "" : `; price missing for ${unpriced}`
  return `${verb} ${quantity} shares${filled}, ${money} (${rows} rows)${missing}`
}

/** Totals for people. */
export const totalsText = ({ buy, count, sell }: Totals): string => {
  if (buy === null || sell === null)
    return `${count.rows} rows: too many for totals. Narrow the list to 1,000 or fewer.`
  const sides = [
    ...(buy.rows === 0 ? [] : [sideText("Buy", buy)]),
    ...(sell.rows === 0 ? [] : [sideText("Sell", sell)])
  ]
  return [`${count.rows} rows.`, ...sides].join("\n")
}
