import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/**
 * A row of a dated snapshot of what a broker said that an account holds: signed shares, and what they cost on average (SYNC-15). All
 * rows of a snapshot have its time; a symbol that was held before and is not any more has a row of zero. Operational: not audited.
 */
export const HeldAtBroker = Schema.Struct({
  account: Column.branded(AccountName),
  /** When the reading began. */
  fetchedAt: Column.instant,
  /** As the broker names it: a ticker of ours, or what it is otherwise. */
  symbol: Column.text,
  quantity: Column.decimal,
  averagePrice: Column.optional(Column.decimal)
})

/** A row of a dated snapshot of what a broker said that an account holds. */
export type HeldAtBroker = typeof HeldAtBroker.Type

/** The operational table of snapshots. */
export const HoldingTable = Table.make({
  name: "ops_holdings",
  schema: HeldAtBroker,
  key: ["account", "fetchedAt", "symbol"],
  keyOf: (row) => Table.joinKey([row.account, Number(row.fetchedAt), row.symbol])
})
