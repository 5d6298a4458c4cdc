import type { Documents } from "@roundlot/api"
import { Decimal, type Side } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { type Collected, firstRows, type Listing, type ListError, type ListOptions } from "./listing.ts"

/** What the rows of a list come to. */
export type Totals = Omit<Documents.TotalsDocument, "asOf">

/** What a row adds to the totals of its side. */
export interface Summand {
  readonly side: Side.Side
  readonly quantity: Decimal.Decimal
  /** Of orders. */
  readonly filled?: Decimal.Decimal
  readonly currency: string
  readonly notional: Decimal.Decimal
  readonly isUnpriced: boolean
}

/** Adds up money by currency. */
const byCurrency = (
  amounts: ReadonlyArray<readonly [currency: string, amount: Decimal.Decimal]>
): Documents.SideTotals["notional"] => {
  const sums = new Map<string, Decimal.Decimal>()
  for (const [currency, amount] of amounts) sums.set(currency, Decimal.add(sums.get(currency) ?? Decimal.zero, amount))
  return [...sums]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, amount]) => ({ currency, amount: Decimal.format(amount) }))
}

const sumsOf = (summands: ReadonlyArray<Summand>): Documents.SideTotals => {
  let quantity = Decimal.zero
  let filled: Decimal.Decimal | undefined
  for (const each of summands) {
    quantity = Decimal.add(quantity, each.quantity)
    if (each.filled !== undefined) filled = Decimal.add(filled ?? Decimal.zero, each.filled)
  }
  return {
    rows: summands.length,
    quantity: Decimal.format(quantity),
    filledQuantity: filled === undefined ? null : Decimal.format(filled),
    notional: byCurrency(summands.map(({ currency, notional }) => [currency, notional])),
    unpriced: summands.filter(({ isUnpriced }) => isUnpriced).length
  }
}

/** Sums rows of a list by side. */
const sidesOf = (
  { count, records }: Collected<unknown>,
  summands: ReadonlyArray<Summand>
): Omit<Totals, "commission" | "withoutCommission"> => {
  const of = (side: Side.Side) => sumsOf(summands.filter((each) => each.side === side))
  const summed = records.length
  return { count: count ?? { kind: "exactly", rows: summed }, summed, buy: of("buy"), sell: of("sell") }
}

/** Returns what the rows of a list come to; of too many, what the first of them do. */
export const totalsOf = <R>(
  listing: Listing<R>,
  options: ListOptions,
  summandOf: (record: R) => Summand
): Effect.Effect<Totals, ListError, TradeRepository.TradeRepository> =>
  Effect.map(firstRows(listing, options), (found) => ({
    ...sidesOf(found, found.records.map(summandOf)),
    commission: null,
    withoutCommission: 0
  }))

/** What a fill adds: its commission too, where that is known. */
export interface FillSummand extends Summand {
  readonly commission: readonly [currency: string, amount: Decimal.Decimal] | undefined
}

/** Returns what the fills of a list come to, with their commissions; of too many, what the first of them do. */
export const totalsOfFills = <R>(
  listing: Listing<R>,
  options: ListOptions,
  summandsOf: (
    records: ReadonlyArray<R>
  ) => Effect.Effect<ReadonlyArray<FillSummand>, TradeRepository.StoreError, TradeRepository.TradeRepository>
): Effect.Effect<Totals, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const found = yield* firstRows(listing, options)
    const summands = yield* summandsOf(found.records)
    const known = summands.flatMap(({ commission }) => (commission === undefined ? [] : [commission]))
    return {
      ...sidesOf(found, summands),
      commission: byCurrency(known),
      withoutCommission: summands.length - known.length
    }
  })

const moneyText = (amounts: Documents.SideTotals["notional"]): string =>
  amounts.map(({ amount, currency }) => `${amount} ${currency}`).join(", ")

const sideText = (
  verb: string,
  { filledQuantity, notional, quantity, rows, unpriced }: Documents.SideTotals
): string => {
  const filled = filledQuantity === null ? "" : `, ${filledQuantity} filled`
  const missing = unpriced === 0 ? "" : `; price missing for ${unpriced}`
  return `${verb} ${quantity} shares${filled}, ${moneyText(notional)} (${rows} rows)${missing}`
}

const countWords = { exactly: "", about: "about ", atLeast: "at least " } as const

const commissionText = ({ commission, withoutCommission }: Totals): ReadonlyArray<string> => {
  const known = commission === null || commission.length === 0 ? [] : [moneyText(commission)]
  const missing = withoutCommission === 0 ? [] : [`missing for ${withoutCommission}`]
  const said = [...known, ...missing].join("; ")
  return said === "" ? [] : [`Commission ${said}`]
}

/** Totals for people. */
export const totalsText = (totals: Totals): string => {
  const { buy, count, sell, summed } = totals
  const sides = [
    ...(buy.rows === 0 ? [] : [sideText("Buy", buy)]),
    ...(sell.rows === 0 ? [] : [sideText("Sell", sell)])
  ]
  const rows = summed < count.rows ? `First ${summed} of ${countWords[count.kind]}${count.rows}` : `${count.rows}`
  return [`${rows} rows.`, ...sides, ...commissionText(totals)].join("\n")
}
