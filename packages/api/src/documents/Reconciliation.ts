import { Schema } from "effect"
import { Decimal, Id, pageOf, Time } from "./words.ts"

/** A symbol of an account, books against broker, as it was compared last; signed shares. */
export const ComparisonDocument = Schema.Struct({
  account: Schema.String,
  symbol: Schema.String,
  outcome: Schema.Literal("differs", "skipped", "agrees"),
  ours: Decimal,
  theirs: Decimal,
  /** What the broker holds more than the books. */
  difference: Decimal,
  /** Why the symbol was not compared, or both sides of the difference with what would explain it. */
  reason: Schema.NullOr(Schema.String),
  /** Since when the outcome stands. */
  since: Time,
  /** When the positions were read that were compared last; null where they never were. */
  comparedAt: Schema.NullOr(Time),
  /** The open break of the difference. */
  breakId: Schema.NullOr(Id)
}).annotations({ identifier: "Comparison" })

/** A symbol of an account, books against broker. */
export type ComparisonDocument = typeof ComparisonDocument.Type

/** A page of symbols, books against broker. */
export const ComparisonPage = pageOf("ComparisonPage", ComparisonDocument)

/** A reconciliation of an account: what was compared, and why nothing was. */
export const ReconciliationRunDocument = Schema.Struct({
  account: Schema.String,
  startedAt: Time,
  endedAt: Time,
  outcome: Schema.Literal("agreed", "differed", "not_compared", "failed"),
  reason: Schema.NullOr(Schema.String),
  agreed: Schema.Int,
  differing: Schema.Int,
  skipped: Schema.Int,
  /** What the broker holds that is no equity of a plain symbol. */
  others: Schema.Int,
  /** Breaks of holdings. */
  opened: Schema.Int,
  closed: Schema.Int,
  /** Were orders and fills read as well? */
  ordersRead: Schema.Boolean
}).annotations({ identifier: "ReconciliationRun" })

/** A reconciliation of an account. */
export type ReconciliationRunDocument = typeof ReconciliationRunDocument.Type

/** A page of reconciliations. */
export const ReconciliationRunPage = pageOf("ReconciliationRunPage", ReconciliationRunDocument)
