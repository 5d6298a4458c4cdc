import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/**
 * From where a source goes on, or until when the executions of an account were read: committed after what came before it. What was
 * moved ahead would pass over trades or fills, so each move is an entry of the account's journal.
 */
export const Cursor = Schema.Struct({
  account: Column.text,
  source: Column.text,
  cursor: Column.text,
  at: Column.instant,
  version: Column.integer
})

/** From where a source goes on. */
export type Cursor = typeof Cursor.Type

/** The table of cursors. */
export const CursorTable = Table.make({
  name: "cursors",
  schema: Cursor,
  key: ["account", "source"],
  keyOf: (cursor) => Table.joinKey([cursor.account, cursor.source])
})
