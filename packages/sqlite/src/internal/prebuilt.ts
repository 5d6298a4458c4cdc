import type { Cell, Database, Statement } from "../Database.ts"

/** SQLite's own words for its result codes (`sqlite3_errstr`), which are all that `all` and `iterate` of the prebuilt module say. */
const CODES = new Map([
  ["database is locked", 5],
  ["database table is locked", 6],
  ["out of memory", 7],
  ["attempt to write a readonly database", 8],
  ["interrupted", 9],
  ["disk I/O error", 10],
  ["database disk image is malformed", 11],
  ["database or disk is full", 13],
  ["unable to open database file", 14],
  ["locking protocol", 15],
  ["file is not a database", 26]
])

const CONSTRAINT = 19

const codeOf = (words: string): number | undefined =>
  CODES.get(words) ?? (words.includes("constraint failed") ? CONSTRAINT : undefined)

/** Gives what happens its result code where the module has lost it. */
const coded = <A>(act: () => A): A => {
  try {
    return act()
  } catch (error) {
    if (error instanceof Error && !("errcode" in error)) Object.assign(error, { errcode: codeOf(error.message) })
    throw error
  }
}

const hasNul = (cell: Cell): boolean => typeof cell === "string" && cell.includes("\0")

/** The module ends a text at its first NUL and says nothing: what is looked up or written would be another text. */
const whole = (cells: ReadonlyArray<Cell>): ReadonlyArray<Cell> => {
  if (cells.some(hasNul)) throw new TypeError("a text with a NUL character cannot be bound")
  return cells
}

/** A connection, and the readings of it that are under way, with the statements that they point to. */
interface Connection {
  readonly database: Database
  readonly readings: Map<Iterator<unknown>, Statement>
}

/** A statement, and the connection that it points to: the process ends by a fault where that is collected before it. */
interface Held<Row> extends Statement<Row> {
  readonly connection: Connection
}

/** A statement whose every failure has its code. */
const codedStatement = <Row>(connection: Connection, statement: Statement<Row>): Held<Row> => {
  let isReader: boolean | undefined
  return {
    connection,
    run: (...cells) => statement.run(...whole(cells)),
    get: (...cells) => statement.get(...whole(cells)),
    all: (...cells) => {
      isReader ??= statement.columns().length > 0
      if (isReader) return coded(() => statement.all(...whole(cells)))
      // What gives no rows has its exact code this way.
      statement.run(...whole(cells))
      return []
    },
    iterate: (...cells) => codedRows(connection, statement, whole(cells)),
    columns: statement.columns.bind(statement),
    setReturnArrays: statement.setReturnArrays.bind(statement)
  }
}

function* codedRows<Row>(
  { database, readings }: Connection,
  statement: Statement<Row>,
  cells: ReadonlyArray<Cell>
): Generator<Row> {
  const rows = coded(() => statement.iterate(...cells))[Symbol.iterator]()
  readings.set(rows, statement)
  try {
    for (let row = coded(() => rows.next()); row.done !== true; row = coded(() => rows.next())) yield row.value
  } finally {
    readings.delete(rows)
    if (database.isOpen) rows.return?.()
  }
}

/**
 * A connection of the prebuilt module with what it lacks beside Node's own. Where a statement is left when a connection is closed, SQLite
 * keeps it until the statement is collected: what it holds of the file, a reading, a transaction and pages, is released here.
 */
export const completed = (database: Database): Database => {
  const connection: Connection = { database, readings: new Map() }
  return {
    get isOpen() {
      return database.isOpen
    },
    get isTransaction() {
      return database.isTransaction
    },
    exec: (sql) => database.exec(sql),
    prepare: (sql) => codedStatement(connection, database.prepare(sql)),
    close: () => {
      if (database.isOpen) {
        for (const rows of connection.readings.keys()) rows.return?.()
        if (database.isTransaction) database.exec("ROLLBACK")
        database.exec("PRAGMA shrink_memory")
      }
      database.close()
    }
  }
}
