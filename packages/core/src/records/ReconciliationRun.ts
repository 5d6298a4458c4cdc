import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/**
 * What a reconciliation came to: every symbol agrees, some differ, the broker's listing was not sound enough to compare with, or the
 * broker could not be read.
 */
export const runOutcomes = ["agreed", "differed", "not_compared", "failed"] as const

/** What a reconciliation came to. */
export type RunOutcome = (typeof runOutcomes)[number]

/** A reconciliation of an account with its broker, known by when it began; kept for a time. Operational: not audited. */
export const ReconciliationRun = Schema.Struct({
  account: Column.branded(AccountName),
  startedAt: Column.instant,
  endedAt: Column.instant,
  outcome: Column.literal(runOutcomes),
  /** Why nothing was compared. */
  reason: Column.optional(Column.text),
  /** Symbols on which books and broker agree, on which they differ, and which were not compared this time. */
  agreed: Column.integer,
  differing: Column.integer,
  skipped: Column.integer,
  /** What the broker holds of other classes or under names that are no tickers: listed, never compared (P10). */
  others: Column.integer,
  /** Breaks of holdings that it opened, and that it closed. */
  opened: Column.integer,
  closed: Column.integer,
  /** Were orders and fills read as well, because a difference was new (P3)? */
  ordersRead: Column.flag
})

/** A reconciliation of an account with its broker. */
export type ReconciliationRun = typeof ReconciliationRun.Type

/** The operational table of reconciliations. */
export const ReconciliationRunTable = Table.make({
  name: "ops_reconciliations",
  schema: ReconciliationRun,
  key: ["account", "startedAt"],
  keyOf: ({ account, startedAt }) => Table.joinKey([account, Number(startedAt)])
})
