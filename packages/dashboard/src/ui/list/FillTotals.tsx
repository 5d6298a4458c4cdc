import type { Documents } from "@roundlot/api"
import { productOf, sumOf } from "../../format/figure.ts"
import { Figure } from "../parts/Figure.tsx"

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

const Traded = ({
  of: { dollars, shares },
  verb
}: {
  readonly of: ReturnType<typeof tradedOf>
  readonly verb: string
}) => (
  <>
    {verb} <Figure of={shares} /> shares for <Figure of={dollars} money />
  </>
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
  return (
    <p className="extent" role="note" aria-label="Totals">
      {isAll ? "All " : "The "}
      <Figure of={String(counted.length)} /> fills{isAll ? "" : " loaded (scroll for more)"}:{" "}
      {bought.count === 0 ? null : <Traded verb="bought" of={bought} />}
      {bought.count > 0 && sold.count > 0 ? "; " : null}
      {sold.count === 0 ? null : <Traded verb="sold" of={sold} />}
      {fees.map(([currency, sum]) => (
        <span key={currency}>
          ; fees <Figure of={sum} money={currency === "USD"} cents />
          {currency === "USD" ? null : ` ${currency}`}
        </span>
      ))}
      .{unpriced === 0 ? null : ` Price missing for ${unpriced}.`}
      {unknown === 0 ? null : ` Fees missing for ${unknown}.`}
    </p>
  )
}
