import type { Documents } from "@roundlot/api"
import { Decimal, type Side } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { firstRows, type Listing, type ListError, type ListOptions } from "./listing.ts"

/** What the rows of a list come to. */
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

/** Returns what the rows of a list come to; of too many, what the first of them do. */
export const totalsOf = <R>(
  listing: Listing<R>,
  options: ListOptions,
  summandOf: (record: R) => Summand
): Effect.Effect<Totals, ListError, TradeRepository.TradeRepository> =>
  Effect.map(firstRows(listing, options), ({ count, records }) => {
    const summands = records.map(summandOf)
    const of = (side: Side.Side) => sumsOf(summands.filter((each) => each.side === side))
    const summed = records.length
    return { count: count ?? { kind: "exactly", rows: summed }, summed, buy: of("buy"), sell: of("sell") }
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

const countWords = { exactly: "", about: "about ", atLeast: "at least " } as const

/** Totals for people. */
export const totalsText = ({ buy, count, sell, summed }: Totals): string => {
  const sides = [
    ...(buy.rows === 0 ? [] : [sideText("Buy", buy)]),
    ...(sell.rows === 0 ? [] : [sideText("Sell", sell)])
  ]
  const rows = summed < count.rows ? `First ${summed} of ${countWords[count.kind]}${count.rows}` : `${count.rows}`
  return [`${rows} rows.`, ...sides].join("\n")
}
