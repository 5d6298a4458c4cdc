import { Schema } from "effect"
import * as Column from "../books/Column.ts"
import * as Table from "../books/Table.ts"

/** What a command did, kept so that the same command id is answered with its first result. Operational: not audited. */
export const CommandRecord = Schema.Struct({
  id: Column.text,
  answer: Column.text,
  at: Column.instant
})

/** What a command did. */
export type CommandRecord = typeof CommandRecord.Type

/** The operational table of answered commands. */
export const CommandTable = Table.make({
  name: "ops_commands",
  schema: CommandRecord,
  key: ["id"],
  keyOf: (command): string => command.id
})
