import { Schema } from "effect"
import * as Decimal from "../money/Decimal.ts"
import { orderTypes } from "../order/OrderTerms.ts"
import { Side } from "../order/Side.ts"
import * as Instant from "../time/Instant.ts"

const maybe = Schema.optional

/** An order of the broker's that an order in doubt may be: shares, dollars a share. What the broker did not say is left away. */
export const Candidate = Schema.Struct({
  brokerOrderId: Schema.String,
  symbol: Schema.String,
  side: Side,
  quantity: Decimal.FromStored,
  type: maybe(Schema.Literal(...orderTypes)),
  limitPrice: maybe(Decimal.FromStored),
  /** In the broker's word. */
  status: Schema.String,
  enteredAt: maybe(Instant.FromString)
})

/** An order of the broker's that an order in doubt may be. */
export type Candidate = typeof Candidate.Type

/** What books and broker hold of a symbol, and what the books' side is made of: signed shares. */
const Holdings = Schema.Struct({
  ours: Decimal.FromStored,
  theirs: Decimal.FromStored,
  base: Decimal.FromStored,
  hedged: Decimal.FromStored,
  direct: Decimal.FromStored,
  adopted: Decimal.FromStored
})

/** What a break is about, in fields: its evidence says the same in a sentence. */
export const BreakDetails = Schema.Struct({
  /** Of a doubt: the broker's orders that it may be, as they were listed. */
  candidates: maybe(Schema.Array(Candidate)),
  /** Of a difference in holdings: both sides. */
  holdings: maybe(Holdings)
})

/** What a break is about, in fields. */
export type BreakDetails = typeof BreakDetails.Type
