import { Schema } from "effect"
import { Count, Decimal, past } from "./words.ts"

/** What the rows of one side come to: shares, and money by currency. */
export const SideTotals = Schema.Struct({
  rows: Schema.Int,
  quantity: Decimal,
  /** Of orders; null of trades. */
  filledQuantity: Schema.NullOr(Decimal),
  /** Of orders that of their fills. */
  notional: Schema.Array(
    Schema.Struct({ currency: Schema.String, amount: Decimal }).annotations({ identifier: "Notional" })
  ),
  /** Rows of which a price is missing: their shares are in no notional. */
  unpriced: Schema.Int
}).annotations({ identifier: "SideTotals" })

/** What the rows of one side come to. */
export type SideTotals = typeof SideTotals.Type

/** What all rows of a list come to, exactly. Both sides are null where there are more than 10,000 rows. */
export const TotalsDocument = Schema.Struct({
  ...past,
  count: Count,
  buy: Schema.NullOr(SideTotals),
  sell: Schema.NullOr(SideTotals)
}).annotations({ identifier: "Totals" })

/** What all rows of a list come to. */
export type TotalsDocument = typeof TotalsDocument.Type
