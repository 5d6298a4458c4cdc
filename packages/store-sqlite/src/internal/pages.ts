import * as SqlClient from "@effect/sql/SqlClient"
import type { Column, Table, TradeRepository } from "@roundlot/core/adapter"
import type { Sqlite } from "@roundlot/sqlite"
import type { Pages, Reads } from "@roundlot/store-sql"
import { Effect, Option } from "effect"
import { failureOrIo } from "./failure.ts"
import { attempt } from "./sideOn.ts"
import { type Cells, isCells, keeping } from "./statements.ts"

/** A statement that gives cells, and the columns that they are of. */
interface Prepared {
  readonly statement: Sqlite.Statement<Cells>
  readonly names: ReadonlyArray<string>
}

const rowOf = (names: ReadonlyArray<string>, cells: Cells): Table.EncodedRow => {
  const row: { [column: string]: Column.Cell } = {}
  for (let i = 0; i < names.length; i++) row[names[i] ?? ""] = cells[i] ?? null
  return row
}

const preparing = (db: Sqlite.Database) =>
  keeping((text): Prepared => {
    const statement = db.prepare<Cells>(text)
    statement.setReturnArrays(true)
    return { statement, names: statement.columns().map(({ name }) => name) }
  })

type Found = Effect.Effect<ReadonlyArray<Table.EncodedRow>, TradeRepository.StoreError>

/** Rows of cells that a snapshot gives; nothing where one has cells that the store does not know. */
const rowsOfCells = (
  names: ReadonlyArray<string>,
  given: ReadonlyArray<ReadonlyArray<unknown>>
): ReadonlyArray<Table.EncodedRow> | undefined => {
  const rows: Array<Table.EncodedRow> = []
  for (const cells of given) {
    if (!isCells(cells)) return undefined
    rows.push(rowOf(names, cells))
  }
  return rows
}

/**
 * Pages are read by the writer's own connection, which is in no transaction between two writes: another one would have to read
 * anew what was just written. What belongs to a snapshot is read by the connection that holds it. Both give cells: the driver takes
 * twice as long to make objects of them.
 */
export const reading = (file: string, db: Sqlite.Database): Pick<Reads.Asking, "rowsOf"> => {
  const statementOf = preparing(db)
  const outside = ({ cells, text }: Pages.Asked): Found =>
    attempt(file, () => {
      const { names, statement } = statementOf(text)
      return statement.all(...cells).map((each) => rowOf(names, each))
    })
  return {
    rowsOf: (byClient) => (asked) =>
      Effect.flatMap(Effect.serviceOption(SqlClient.TransactionConnection), (snapshot) => {
        if (Option.isNone(snapshot)) return outside(asked)
        const [connection] = snapshot.value
        return connection.executeValues(asked.text, asked.cells).pipe(
          Effect.mapError((error) => failureOrIo(file, error)),
          Effect.flatMap((given) => {
            const rows = rowsOfCells(statementOf(asked.text).names, given)
            return rows === undefined ? byClient(asked) : Effect.succeed(rows)
          })
        )
      })
  }
}
