import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/** How far a routine of the daemon is with an account: what is lost of it is done again, and no record depends on it. Not audited. */
export const Mark = Schema.Struct({
  account: Column.text,
  name: Column.text,
  mark: Column.text,
  at: Column.instant
})

/** How far a routine of the daemon is with an account. */
export type Mark = typeof Mark.Type

/** The operational table of marks. */
export const MarkTable = Table.make({
  name: "ops_marks",
  schema: Mark,
  key: ["account", "name"],
  keyOf: (mark) => Table.joinKey([mark.account, mark.name])
})
