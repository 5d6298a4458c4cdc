import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { productOf, sumOf } from "../../format/figure.ts"
import { Figure } from "../parts/Figure.tsx"
import { texts } from "../../words/text/lists.ts"

type Fill = Documents.FillDocument

/** What fills of one side come to. */
const tradedOf = (fills: ReadonlyArray<Fill>, side: Fill["side"]) => {
  const own = fills.filter((fill) => fill.side === side)
  return {
    count: own.length,
    shares: sumOf(own.map(({ quantity }) => quantity)),
    dollars: sumOf(own.flatMap(({ price, quantity }) => (price === null ? [] : [productOf(quantity, price)])))
  }
}

/** What fills of one side come to, as it is shown. */
const shown = ({ dollars, shares }: ReturnType<typeof tradedOf>) => ({
  shares: <Figure of={shares} />,
  dollars: <Figure of={dollars} money />
})

const Fee = ({ currency, sum }: { readonly currency: string; readonly sum: string }) => (
  <>
    <Figure of={sum} money={currency === "USD"} cents />
    {currency === "USD" ? null : ` ${currency}`}
  </>
)

/** One of several, after those before it. */
const listed = (each: ReactNode, at: number) => (
  <span key={at}>
    {at === 0 ? null : "; "}
    {each}
  </span>
)

/** Fees by their currency; those that say none are of the account's, dollars. */
const feesOf = (fills: ReadonlyArray<Fill>): ReadonlyArray<readonly [currency: string, sum: string]> => {
  const known = fills.flatMap(({ commission, commissionCurrency }) =>
    commission === null ? [] : [{ commission, currency: commissionCurrency ?? "USD" }]
  )
  return [...new Set(known.map(({ currency }) => currency))].map((currency) => [
    currency,
    sumOf(known.flatMap((each) => (each.currency === currency ? [each.commission] : [])))
  ])
}

interface FillTotalsProps {
  readonly fills: ReadonlyArray<Fill>
  /** Are they all that the filters find? */
  readonly isAll: boolean
}

/** What fills come to, exactly: shares, dollars and fees of those that count. */
export const FillTotals = ({ fills, isAll }: FillTotalsProps) => {
  const counted = fills.filter(({ canonical }) => canonical)
  const [bought, sold] = [tradedOf(counted, "buy"), tradedOf(counted, "sell")]
  const fees = feesOf(counted)
  const unpriced = counted.filter(({ price }) => price === null).length
  const unknown = counted.filter(({ commission }) => commission === null).length
  const sums = [
    ...(bought.count === 0 ? [] : [texts.bought(shown(bought))]),
    ...(sold.count === 0 ? [] : [texts.sold(shown(sold))]),
    ...fees.map(([currency, sum]) => texts.fees({ sum: <Fee currency={currency} sum={sum} /> }))
  ]
  const said = { count: <Figure of={String(counted.length)} />, sums: sums.map(listed) }
  return (
    <p className="extent" role="note" aria-label={texts.totals}>
      {isAll ? texts.allFills(said) : texts.loadedFills(said)}
      {unpriced === 0 ? null : <> {texts.priceMissing({ count: unpriced })}</>}
      {unknown === 0 ? null : <> {texts.feesMissing({ count: unknown })}</>}
    </p>
  )
}
