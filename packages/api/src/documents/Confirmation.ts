import { Schema } from "effect"
import { Decimal, Id, past, Time } from "./words.ts"

/** One execution at the broker, in its newest revision. */
const Execution = Schema.Struct({
  fillId: Id,
  execId: Schema.String,
  executedAt: Time,
  quantity: Decimal,
  /** Null while the broker has not reported it. */
  price: Schema.NullOr(Decimal),
  commission: Schema.NullOr(Decimal),
  commissionCurrency: Schema.NullOr(Schema.String)
})

/** An order that filled shares of a trade. */
const ConfirmedOrder = Schema.Struct({
  orderId: Id,
  brokerOrderId: Schema.NullOr(Schema.String),
  status: Schema.String,
  /** Shares of the trade that it filled, by its allocations. */
  settled: Decimal,
  /** All shares that it filled, for all of its trades, and what they cost: `notional` by `filled` less `unpriced` is its average price. */
  filled: Decimal,
  notional: Decimal,
  /** Filled shares of which no execution is known yet, and those without a price. */
  inferred: Decimal,
  unpriced: Decimal,
  executions: Schema.Array(Execution)
})

/** What a trade came to at its broker, order by order and execution by execution. Shares, amounts in `currency`. */
export const ConfirmationDocument = Schema.Struct({
  tradeId: Id,
  account: Schema.String,
  owner: Schema.NullOr(Schema.String),
  source: Schema.String,
  sourceId: Schema.String,
  symbol: Schema.String,
  side: Schema.String,
  quantity: Decimal,
  price: Schema.NullOr(Decimal),
  tradedAt: Time,
  status: Schema.String,
  currency: Schema.String,
  /** The side of its orders. */
  orderSide: Schema.String,
  /** Shares that were netted against other trades: they were never ordered. */
  netted: Decimal,
  filled: Decimal,
  /** The average price of `filled`, divided to 12 digits at most; null where a price is missing. */
  averagePrice: Schema.NullOr(Decimal),
  /** Its part of the commissions, by shares, divided to 12 digits at most; null where one is missing or in another currency. */
  commission: Schema.NullOr(Decimal),
  orders: Schema.Array(ConfirmedOrder),
  ...past
}).annotations({ identifier: "Confirmation" })

/** What a trade came to at its broker, order by order and execution by execution. */
export type ConfirmationDocument = typeof ConfirmationDocument.Type
