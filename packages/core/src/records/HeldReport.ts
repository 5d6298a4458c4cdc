import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { ExecutionFacts } from "./ExecutionFacts.ts"
import { BrokerOrderId } from "../values/ClientOrderId.ts"
import { OrderId, PayloadId } from "../values/Id.ts"
import { Ticker } from "./Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import { Price } from "../values/Price.ts"
import { orderTypes, sessions } from "./OrderTerms.ts"
import * as Instant from "../values/Instant.ts"
import { closedKinds, type Executed, type OrderSeen } from "./Report.ts"

/** The status of an external order that is known by an execution alone: no listing shows it, and its quantity is what it filled (F7). */
export const NOT_LISTED = "not listed"

/** The rules of plausibility by which a report is held. */
export const holdingRules = ["W2", "W3", "W4", "W5", "W9", "W13"] as const

type HoldingRule = (typeof holdingRules)[number]

/** What of a report is implausible. */
export const implausibleFields = [
  "quantity",
  "limitPrice",
  "stopPrice",
  "cumulative",
  "execution",
  "execId",
  "price",
  "status"
] as const

/** Why a report is not booked: the rule, the field, what was reported and what was possible at most. */
export interface Implausible {
  readonly rule: HoldingRule
  readonly field: (typeof implausibleFields)[number]
  readonly reported: string
  readonly possible: string
}

/**
 * What became of a held report: `booked` when it became possible, `accepted` or `voided` by a person, `repeated` where a second reading
 * confirmed it, `superseded` by two plausible readings or by a plausible report of the same execution.
 */
export const heldOutcomes = ["booked", "accepted", "voided", "repeated", "superseded"] as const

/** One of the outcomes of a held report. */
export type HeldOutcome = (typeof heldOutcomes)[number]

const Side = Schema.Literal("buy", "sell")
const maybe = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(schema)

const stamped = {
  account: AccountName,
  asOf: Instant.FromString,
  asOfKind: Schema.Literal("broker", "ours"),
  symbol: Schema.String,
  side: Side,
  quantity: Decimal.FromStored,
  otherIds: maybe(Schema.Array(BrokerOrderId))
}

/** An order's report as it is kept while it is held. */
export const HeldOrderSeen = Schema.TaggedStruct("OrderSeen", {
  ...stamped,
  brokerOrderId: BrokerOrderId,
  clientOrderId: maybe(Schema.String),
  notional: maybe(Decimal.FromStored),
  rawStatus: Schema.String,
  closed: maybe(Schema.Literal(...closedKinds)),
  notWorking: maybe(Schema.Struct({ reason: maybe(Schema.String) })),
  cumulative: maybe(Decimal.FromStored),
  averagePrice: maybe(Decimal.FromStored),
  enteredAt: maybe(Instant.FromString),
  type: maybe(Schema.Literal(...orderTypes)),
  typeSent: maybe(Schema.Array(Schema.Literal(...orderTypes))),
  session: maybe(Schema.Literal(...sessions)),
  limitPrice: maybe(Price),
  stopPrice: maybe(Price),
  amendsInPlace: maybe(Schema.Boolean),
  executionsRead: Schema.Boolean
})

/** An execution as it is kept while it is held. */
export const HeldExecuted = Schema.TaggedStruct("Executed", {
  ...stamped,
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  brokerOrderId: maybe(BrokerOrderId),
  clientOrderId: maybe(Schema.String),
  nearIds: maybe(Schema.Array(BrokerOrderId)),
  mayHaveOtherId: maybe(Schema.Boolean),
  price: maybe(Price),
  commission: maybe(Schema.Struct({ amount: Decimal.FromStored, currency: Schema.String })),
  facts: maybe(ExecutionFacts),
  executedAt: Instant.FromString
})

/** A report that is held, with all that booking it later needs. */
export const HeldContents = Schema.Union(HeldOrderSeen, HeldExecuted)

/** A report that is held, with all that booking it later needs. */
export type HeldContents = typeof HeldContents.Type

/** The contents to keep of a report. */
export const contentsOf = (report: OrderSeen | Executed): HeldContents => {
  if (report._tag === "Executed") return report
  const { state, ...seen } = report
  return { ...seen, closed: state._tag === "Closed" ? state.kind : undefined }
}

/** The report that contents were kept of. */
export const reportOf = (contents: HeldContents): OrderSeen | Executed => {
  if (contents._tag === "Executed") {
    const { brokerOrderId, clientOrderId, price } = contents
    return { ...contents, brokerOrderId, clientOrderId, price }
  }
  const { closed, ...seen } = contents
  const { averagePrice, clientOrderId, cumulative } = seen
  return {
    ...seen,
    averagePrice,
    clientOrderId,
    cumulative,
    state: closed === undefined ? { _tag: "Open" } : { _tag: "Closed", kind: closed }
  }
}

/** A report of one of our orders that is not possible as the books stand: kept as evidence, booked nowhere (W1 to W14). */
export const HeldReport = Schema.Struct({
  account: Column.branded(AccountName),
  orderId: Column.id(OrderId),
  /** Its place among the held reports of its order, from 1. */
  number: Column.integer,
  symbol: Column.branded(Ticker),
  rule: Column.literal(holdingRules),
  field: Column.literal(implausibleFields),
  reported: Column.text,
  possible: Column.text,
  contents: Column.json(HeldContents),
  payloadId: Column.optional(Column.id(PayloadId)),
  receivedAt: Column.instant,
  /** When the first plausible reading after it came. */
  contradictedAt: Column.optional(Column.instant),
  settledAt: Column.optional(Column.instant),
  outcome: Column.optional(Column.literal(heldOutcomes)),
  version: Column.integer
})

/** A report of one of our orders that is not possible as the books stand. */
export type HeldReport = typeof HeldReport.Type

/** The table of held reports. */
export const HeldReportTable = Table.make({
  name: "held_reports",
  schema: HeldReport,
  key: ["orderId", "number"],
  keyOf: ({ number, orderId }) => Table.joinKey([orderId, number]),
  lookups: { order: { columns: ["orderId"], unique: false, steady: true, where: undefined } }
})
