import { Schema } from "effect"
import * as Column from "../books/Column.ts"
import * as Table from "../books/Table.ts"

/** From where a source goes on, or until when an account was read; committed after the trades that came before it. Operational: not audited. */
export const Cursor = Schema.Struct({
  account: Column.text,
  source: Column.text,
  cursor: Column.text,
  at: Column.instant
})

/** From where a source goes on. */
export type Cursor = typeof Cursor.Type

/** The operational table of cursors. */
export const CursorTable = Table.make({
  name: "ops_cursors",
  schema: Cursor,
  key: ["account", "source"],
  keyOf: (cursor) => Table.joinKey([cursor.account, cursor.source])
})
