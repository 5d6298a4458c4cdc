import * as SqlClient from "@effect/sql/SqlClient"
import type { Column, Table } from "@roundlot/core"
import type { Reads } from "@roundlot/store-sql"
import type Database from "better-sqlite3"
import { Effect, Option } from "effect"
import { attempt } from "./sideOn.ts"

type Cells = ReadonlyArray<Column.Cell>

/** A statement that gives cells, and the columns that they are of: the driver takes twice as long to make objects of them. */
interface Prepared {
  readonly statement: Database.Statement<[Cells], Cells>
  readonly names: ReadonlyArray<string>
}

const rowsOf = ({ names, statement }: Prepared, parameters: Cells): ReadonlyArray<Table.EncodedRow> =>
  statement.all(parameters).map((cells) => {
    const row: { [column: string]: Column.Cell } = {}
    for (let i = 0; i < names.length; i++) row[names[i] ?? ""] = cells[i] ?? null
    return row
  })

/** So many statements are kept; lists of cells of every length have one each. */
const MOST_STATEMENTS = 200

const preparing = (db: Database.Database) => {
  const prepared = new Map<string, Prepared>()
  return (text: string): Prepared => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    if (prepared.size >= MOST_STATEMENTS) prepared.clear()
    const statement = db.prepare<[Cells], Cells>(text).raw()
    const made = { statement, names: statement.columns().map(({ name }) => name) }
    prepared.set(text, made)
    return made
  }
}

/**
 * Pages are read by the writer's own connection, which is in no transaction between two writes: another one would have to read
 * anew what was just written. What belongs to a snapshot is read by the connection that holds it.
 */
export const onWriter = (file: string, db: Database.Database) => {
  const statementOf = preparing(db)
  return (byClient: Reads.RowsOf): Reads.RowsOf =>
    (asked) =>
      Effect.flatMap(Effect.serviceOption(SqlClient.TransactionConnection), (snapshot) =>
        Option.isSome(snapshot) ? byClient(asked) : attempt(file, () => rowsOf(statementOf(asked.text), asked.cells))
      )
}
