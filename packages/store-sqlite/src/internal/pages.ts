import * as SqlClient from "@effect/sql/SqlClient"
import type { Column, Table } from "@roundlot/core"
import type { Reads } from "@roundlot/store-sql"
import type Database from "better-sqlite3"
import { Effect, Option } from "effect"
import { attempt } from "./sideOn.ts"

type Statement = Database.Statement<[ReadonlyArray<Column.Cell>], Table.EncodedRow>

/** So many statements are kept; lists of cells of every length have one each. */
const MOST_STATEMENTS = 200

const preparing = (db: Database.Database) => {
  const prepared = new Map<string, Statement>()
  return (text: string): Statement => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    if (prepared.size >= MOST_STATEMENTS) prepared.clear()
    const made = db.prepare<[ReadonlyArray<Column.Cell>], Table.EncodedRow>(text)
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
        Option.isSome(snapshot) ? byClient(asked) : attempt(file, () => statementOf(asked.text).all(asked.cells))
      )
}
