import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { FillId, OrderId, PayloadId } from "../values/Id.ts"
import { BrokerOrderId } from "../values/ClientOrderId.ts"
import { Ticker } from "./Ticker.ts"
import { Price } from "../values/Price.ts"
import { ExecutionFacts, factColumns } from "./ExecutionFacts.ts"

/** Within what was expected, outside of it, or unknown: there was nothing to compare with. */
export const bands = ["within", "outside", "unknown"] as const

/** What says which price an order should have got, the first that is there: a market, its limit, its trades, its last fill. */
export const sources = ["limit", "market", "trades", "fill"] as const

/** How a fill's price stands to what its order should have got. */
export type Band = (typeof bands)[number]

/**
 * One revision of one execution of one order. Within an `execIdBase` the highest revision is canonical; a bust is a revision of
 * quantity zero. Quantity in shares, price in dollars a share (none: unpriced).
 */
export const Fill = Schema.Struct({
  id: Column.id(FillId),
  account: Column.branded(AccountName),
  orderId: Column.id(OrderId),
  /** Its order's. */
  symbol: Column.branded(Ticker),
  execId: Column.text,
  execIdBase: Column.text,
  revision: Column.integer,
  canonical: Column.flag,
  quantity: Column.decimal,
  price: Column.optional(Column.brandedDecimal(Price)),
  /** FILL-12: how its price stands to what the order should have got. */
  band: Column.literal(bands),
  /** What it was judged by: dollars a share, and what said so. */
  expectedPrice: Column.optional(Column.decimal),
  expectedFrom: Column.optional(Column.literal(sources)),
  executedAt: Column.instant,
  commission: Column.optional(Column.decimal),
  commissionCurrency: Column.optional(Column.text),
  /** What else the broker says of it, and no rule reads. */
  ...factColumns,
  payloadId: Column.optional(Column.id(PayloadId)),
  /** When it was received; before it was booked where it waited for its order. */
  fetchedAt: Column.instant,
  createdAt: Column.instant,
  /** When its commission came, or another revision took its place. */
  updatedAt: Column.instant,
  version: Column.integer
})

/** One revision of one execution of one order. */
export type Fill = typeof Fill.Type

/** The table of fills. */
export const FillTable = Table.make({
  name: "fills",
  schema: Fill,
  key: ["id"],
  keyOf: (fill): number => fill.id,
  lookups: {
    order: { columns: ["orderId"], unique: false, where: undefined },
    execution: { columns: ["account", "execIdBase"], unique: false, where: undefined },
    execId: { columns: ["account", "execId"], unique: false, where: undefined }
  }
})

/** F7: a fill whose order is not known yet, kept until the order appears. */
export const WaitingFill = Schema.Struct({
  account: Column.branded(AccountName),
  execId: Column.text,
  execIdBase: Column.text,
  revision: Column.integer,
  brokerOrderId: Column.optional(Column.branded(BrokerOrderId)),
  clientOrderId: Column.optional(Column.text),
  symbol: Column.text,
  side: Column.literal(["buy", "sell"]),
  quantity: Column.decimal,
  price: Column.optional(Column.brandedDecimal(Price)),
  executedAt: Column.instant,
  asOf: Column.instant,
  facts: Column.optional(Column.json(ExecutionFacts)),
  payloadId: Column.optional(Column.id(PayloadId)),
  receivedAt: Column.instant,
  joinedAt: Column.optional(Column.instant),
  version: Column.integer
})

/** A fill whose order is not known yet. */
export type WaitingFill = typeof WaitingFill.Type

/** The inbox of fills whose order is not known yet. */
export const WaitingFillTable = Table.make({
  name: "waiting_fills",
  schema: WaitingFill,
  key: ["account", "execId"],
  keyOf: (fill) => Table.joinKey([fill.account, fill.execId]),
  lookups: {
    brokerOrderId: {
      columns: ["account", "brokerOrderId"],
      unique: false,
      where: { column: "joinedAt", isNull: true }
    },
    waiting: { columns: ["account"], unique: false, where: { column: "joinedAt", isNull: true } }
  }
})

/**
 * F12 of reconciliation: one version of what an execution cost, which came before the execution was booked. `number` counts the
 * versions of an execution from 1, in the order in which they came.
 */
export const WaitingCommission = Schema.Struct({
  account: Column.branded(AccountName),
  execId: Column.text,
  number: Column.integer,
  amount: Column.decimal,
  currency: Column.text,
  asOf: Column.instant,
  payloadId: Column.optional(Column.id(PayloadId)),
  receivedAt: Column.instant,
  joinedAt: Column.optional(Column.instant),
  version: Column.integer
})

/** One version of what an execution cost that was not booked yet. */
export type WaitingCommission = typeof WaitingCommission.Type

/** The inbox of commissions whose execution is not booked yet. */
export const WaitingCommissionTable = Table.make({
  name: "waiting_commissions",
  schema: WaitingCommission,
  key: ["account", "execId", "number"],
  keyOf: ({ account, execId, number }) => Table.joinKey([account, execId, number]),
  lookups: { execId: { columns: ["account", "execId"], unique: false, steady: true, where: undefined } }
})
