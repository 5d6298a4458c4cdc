import { Schema } from "effect"
import { Count, Decimal, past } from "./words.ts"

/** Money by currency. */
const Amounts = Schema.Array(
  Schema.Struct({ currency: Schema.String, amount: Decimal }).annotations({ identifier: "Amount" })
)

/** What the rows of one side come to: shares, and money by currency. */
export const SideTotals = Schema.Struct({
  rows: Schema.Int,
  quantity: Decimal,
  /** Of orders; null of trades and fills. */
  filledQuantity: Schema.NullOr(Decimal),
  /** Of orders that of their fills. */
  notional: Amounts,
  /** Rows of which a price is missing: their shares are in no notional. */
  unpriced: Schema.Int
}).annotations({ identifier: "SideTotals" })

/** What the rows of one side come to. */
export type SideTotals = typeof SideTotals.Type

/** What the rows of a list come to, exactly: all of them, or the first 1,000 in the order that is asked for. */
export const TotalsDocument = Schema.Struct({
  ...past,
  /** How many rows match. */
  count: Count,
  /** How many of them are summed: fewer than match where those are more than 1,000. */
  summed: Schema.Int,
  buy: SideTotals,
  sell: SideTotals,
  /** Of fills; null of others. */
  commission: Schema.NullOr(Amounts),
  /** Fills whose commission is not known: it is in no sum. */
  withoutCommission: Schema.Int
}).annotations({ identifier: "Totals" })

/** What the rows of a list come to. */
export type TotalsDocument = typeof TotalsDocument.Type
