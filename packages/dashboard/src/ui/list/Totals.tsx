import type { Documents } from "@roundlot/api"
import type { Effect } from "effect"
import type { ReactNode } from "react"
import { useAsk } from "../../api/asking.ts"
import type { Api } from "../../api/client.ts"
import { Figure } from "../parts/Figure.tsx"
import { Problem } from "../parts/Panel.tsx"
import { sizes } from "../../words/rows.ts"
import { texts } from "../../words/text/lists.ts"

/** Asks what the rows of a list come to, in an order. */
export type AskTotals = (
  api: Api,
  asked: Readonly<Record<string, string>>
) => Effect.Effect<Documents.TotalsDocument, unknown>

const Money = ({ of }: { readonly of: Documents.SideTotals["notional"] }) =>
  of.map(({ amount, currency }, at) => (
    <span key={currency}>
      {at === 0 ? null : ", "}
      <Figure of={amount} money={currency === "USD"} />
      {currency === "USD" ? null : ` ${currency}`}
    </span>
  ))

interface SideProps {
  readonly of: Documents.SideTotals
  readonly side: "buy" | "sell"
}

const Side = ({ of, side }: SideProps) => {
  if (of.rows === 0) return null
  const quantity = <Figure of={of.quantity} />
  const money = <Money of={of.notional} />
  return (
    <span>
      {of.filledQuantity === null
        ? texts[side === "buy" ? "boughtInAll" : "soldInAll"]({ quantity, money })
        : texts[side === "buy" ? "buysInAll" : "sellsInAll"]({
            quantity,
            filled: <Figure of={of.filledQuantity} />,
            money
          })}{" "}
    </span>
  )
}

/** What is said beside the sums of each side: the fees of fills, and what is in no sum. */
const besideOf = ({
  buy,
  commission,
  sell,
  withoutCommission
}: Documents.TotalsDocument): ReadonlyArray<readonly [name: string, sentence: ReactNode]> => {
  const unpriced = buy.unpriced + sell.unpriced
  return [
    ...(commission === null || commission.length === 0
      ? []
      : [["fees", texts.fees({ money: <Money of={commission} /> })] as const]),
    ...(unpriced === 0 ? [] : [["unpriced", texts.priceMissing({ count: unpriced })] as const]),
    ...(withoutCommission === 0 ? [] : [["missing", texts.feesMissing({ count: withoutCommission })] as const])
  ]
}

interface TotalsProps {
  readonly name: string
  readonly asked: Readonly<Record<string, string>>
  readonly ask: AskTotals
}

/** What the rows that the filters find come to, read of the daemon: of how many, where they are not all. */
export const Totals = ({ ask, asked, name }: TotalsProps) => {
  const { data, error } = useAsk(["totals", name, asked], (api) => ask(api, asked))
  // What was read before stays, as the rows do, which say that they may be old.
  if (data === undefined) return error === null ? null : <Problem error={error} />
  const { buy, count, sell, summed } = data
  const rows = sizes[count.kind]({ rows: <Figure of={String(count.rows)} /> })
  return (
    <p className="extent" role="note" aria-label={texts.totals}>
      {summed < count.rows ? texts.inTheFirst({ first: <Figure of={String(summed)} />, rows }) : texts.inAll({ rows })}{" "}
      <Side of={buy} side="buy" />
      <Side of={sell} side="sell" />
      {besideOf(data).map(([name, sentence]) => (
        <span key={name}>{sentence} </span>
      ))}
    </p>
  )
}
