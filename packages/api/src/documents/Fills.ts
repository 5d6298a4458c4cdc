import { Schema } from "effect"
import { Decimal, Id, pageOf, Side, Time } from "./words.ts"

/** What a broker says of an execution beside its figures, in its own words; null what it does not say. */
export const ExecutionFactsDocument = Schema.Struct({
  /** The broker's durable id of the order. */
  permId: Schema.NullOr(Schema.String),
  orderRef: Schema.NullOr(Schema.String),
  /** The order's id among those of the client that placed it. */
  orderId: Schema.NullOr(Schema.String),
  clientId: Schema.NullOr(Schema.String),
  secType: Schema.NullOr(Schema.String),
  exchange: Schema.NullOr(Schema.String),
  currency: Schema.NullOr(Schema.String),
  liquidity: Schema.NullOr(Schema.String)
}).annotations({ identifier: "ExecutionFacts" })

/** One revision of one execution: shares, dollars a share (null: unpriced), commission (null: not known yet). */
export const FillDocument = Schema.Struct({
  id: Id,
  orderId: Id,
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  /** Is it the revision that counts? */
  canonical: Schema.Boolean,
  /** The revision that counts in its place; null where it counts itself, and where what counts is no revision of the broker's. */
  replacedBy: Schema.NullOr(Schema.Int),
  quantity: Decimal,
  price: Schema.NullOr(Decimal),
  /** How the price stands to what its order should have got; unknown where there was nothing to compare it with. */
  band: Schema.Literal("within", "outside", "unknown"),
  commission: Schema.NullOr(Decimal),
  executedAt: Time,
  account: Schema.String,
  symbol: Schema.String,
  /** The side of its order. */
  side: Schema.NullOr(Side),
  /** Where its order came from. */
  origin: Schema.NullOr(Schema.Literal("accumulation", "direct", "external")),
  /** How long after its order was sent it was executed, by two clocks; null where we did not send it. */
  delayMs: Schema.NullOr(Schema.Int),
  commissionCurrency: Schema.NullOr(Schema.String),
  facts: ExecutionFactsDocument,
  /** The raw report that it was read from. */
  payloadId: Schema.NullOr(Id),
  /** When it was received. */
  fetchedAt: Time,
  createdAt: Time,
  /** When its commission came, or another revision took its place. */
  updatedAt: Time
}).annotations({ identifier: "Fill" })

/** One revision of one execution. */
export type FillDocument = typeof FillDocument.Type

/** A page of fills. */
export const FillPage = pageOf("FillPage", FillDocument)

/** An execution that counts nowhere yet: its order is not known, or it is like another in all but its id. Shares, dollars a share. */
export const WaitingFillDocument = Schema.Struct({
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  account: Schema.String,
  symbol: Schema.String,
  side: Side,
  quantity: Decimal,
  price: Schema.NullOr(Decimal),
  brokerOrderId: Schema.NullOr(Schema.String),
  clientOrderId: Schema.NullOr(Schema.String),
  /** `parked` until its order is known; `suspected` until the broker's totals say whether it is one of its own. */
  standing: Schema.Literal("parked", "suspected"),
  /** The order of the execution that a suspected one is like, and its break. */
  orderId: Schema.NullOr(Id),
  breakId: Schema.NullOr(Id),
  executedAt: Time,
  receivedAt: Time
}).annotations({ identifier: "WaitingFill" })

/** An execution that counts nowhere yet. */
export type WaitingFillDocument = typeof WaitingFillDocument.Type

/** The executions that count nowhere yet. */
export const WaitingFillPage = pageOf("WaitingFillPage", WaitingFillDocument)

/** One version of what an execution cost, which waits until the execution is booked. */
export const WaitingCommissionDocument = Schema.Struct({
  execId: Schema.String,
  account: Schema.String,
  /** Counts the versions of an execution's commission from 1, as they came; the last one counts. */
  number: Schema.Int,
  amount: Decimal,
  currency: Schema.String,
  asOf: Time,
  receivedAt: Time
}).annotations({ identifier: "WaitingCommission" })

/** One version of what an execution cost, which waits until the execution is booked. */
export type WaitingCommissionDocument = typeof WaitingCommissionDocument.Type

/** The commissions whose execution is not booked yet. */
export const WaitingCommissionPage = pageOf("WaitingCommissionPage", WaitingCommissionDocument)

/** A quantity, in shares, of a trade's lot or of an order's excess, linked to what covers it. */
export const AllocationDocument = Schema.Struct({
  tradeId: Schema.NullOr(Id),
  /** The id that the trade's source gave it. */
  sourceId: Schema.NullOr(Schema.String),
  orderId: Schema.NullOr(Id),
  kind: Schema.Literal("net", "order", "unwind"),
  quantity: Decimal,
  releasedAt: Schema.NullOr(Time)
}).annotations({ identifier: "Allocation" })

/** A quantity of a trade's lot or of an order's excess, linked to what covers it. */
export type AllocationDocument = typeof AllocationDocument.Type

/** A page of allocations. */
export const AllocationPage = pageOf("AllocationPage", AllocationDocument)
