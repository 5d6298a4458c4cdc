import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/** What comparing a symbol came to: both sides are equal, they differ, or they were not compared. */
export const comparisons = ["differs", "skipped", "agrees"] as const

/** What comparing a symbol came to. */
export type Comparison = (typeof comparisons)[number]

/** Where a comparison stands in a list that begins with differences. */
export const rankOf = (outcome: Comparison): number => comparisons.indexOf(outcome)

/**
 * A symbol of an account as books and broker had it when they were last compared, in signed shares (P1 to P10). Written where it
 * changes: every sound reconciliation since confirms it. Operational: not audited.
 */
export const ComparedHolding = Schema.Struct({
  account: Column.branded(AccountName),
  symbol: Column.text,
  outcome: Column.literal(comparisons),
  rank: Column.integer,
  ours: Column.decimal,
  theirs: Column.decimal,
  /** Why the symbol was not compared, or both sides of the difference. */
  reason: Column.optional(Column.text),
  /** When the reconciliation began that found this outcome first. */
  since: Column.instant,
  /** Of a symbol that was not compared: when it last was. */
  comparedAt: Column.optional(Column.instant)
})

/** A symbol of an account as books and broker had it when they were last compared. */
export type ComparedHolding = typeof ComparedHolding.Type

/** The operational table of comparisons, one row a symbol. */
export const ComparedHoldingTable = Table.make({
  name: "ops_comparisons",
  schema: ComparedHolding,
  key: ["account", "symbol"],
  keyOf: ({ account, symbol }) => Table.joinKey([account, symbol])
})
