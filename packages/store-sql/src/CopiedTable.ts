import type { Column, TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { nameOf } from "./Ddl.ts"
import { type Dialect, quote } from "./Dialect.ts"
import type { Side } from "./Side.ts"

/** A table as it is copied: page by page in the order of its key. */
export interface CopiedTable {
  readonly name: string
  readonly columns: ReadonlyArray<readonly [name: string, kind: Column.ColumnKind]>
  readonly key: ReadonlyArray<string>
  /** Which of its rows are copied; all where nothing is said. */
  readonly where?: string
}

/** A row by its columns. */
export type Row = Readonly<Record<string, Column.Cell>>

const PAGE = 500

/** How many parameters a statement may have on every database. */
const MOST_CELLS = 30_000

const listed = (names: ReadonlyArray<string>): string => names.map(quote).join(", ")

const places = (dialect: Dialect, count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => dialect.place(from + i + 1)).join(", ")

/** The key of a row. */
export const keyOf = (table: CopiedTable, row: Row): ReadonlyArray<Column.Cell> =>
  table.key.map((name) => row[name] ?? null)

/** The rows of a table that follow a key, some at a time. */
const pageAfter = (
  { ask, dialect }: Side,
  table: CopiedTable,
  after: ReadonlyArray<Column.Cell> | undefined
): Effect.Effect<ReadonlyArray<Row>, TradeRepository.StoreError> => {
  const kinds = new Map(table.columns)
  const cells = (after ?? []).map((cell, i) => dialect.parameterOf(kinds.get(table.key[i] ?? "") ?? "text", cell))
  const conditions = [
    ...(table.where === undefined ? [] : [table.where]),
    ...(after === undefined ? [] : [`(${listed(table.key)}) > (${places(dialect, after.length)})`])
  ]
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`
  const columns = listed(table.columns.map(([name]) => name))
  const text = `SELECT ${columns} FROM ${nameOf(table.name)}${where} ORDER BY ${listed(table.key)} LIMIT ${PAGE}`
  return ask<Row>(text, cells)
}

/** Does something with all rows of a table that follow a key, page by page; how many there were. */
export const eachPage = <E>(
  side: Side,
  table: CopiedTable,
  from: ReadonlyArray<Column.Cell> | undefined,
  use: (rows: ReadonlyArray<Row>) => Effect.Effect<unknown, E>
): Effect.Effect<number, E | TradeRepository.StoreError> =>
  Effect.gen(function* () {
    let after = from
    let count = 0
    for (;;) {
      const rows = yield* pageAfter(side, table, after)
      const newest = rows.at(-1)
      if (newest === undefined) return count
      yield* use(rows)
      count += rows.length
      after = keyOf(table, newest)
    }
  })

/** Writes rows, as many in a statement as it takes. */
export const insertAll = (
  { ask, dialect }: Side,
  table: CopiedTable,
  rows: ReadonlyArray<Row>
): Effect.Effect<void, TradeRepository.StoreError> =>
  Effect.gen(function* () {
    const width = table.columns.length
    const atOnce = Math.floor(MOST_CELLS / width)
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce)
      const values = some.map((_, i) => `(${places(dialect, width, i * width)})`).join(", ")
      const text = `INSERT INTO ${nameOf(table.name)} (${listed(table.columns.map(([name]) => name))}) VALUES ${values}`
      const cells = some.flatMap((row) =>
        table.columns.map(([name, kind]) => dialect.parameterOf(kind, row[name] ?? null))
      )
      yield* ask(text, cells)
    }
  })
