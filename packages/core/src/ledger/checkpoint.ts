import { Either, Schema } from "effect"
import * as Books from "../books/Books.ts"
import type { Cell } from "../tables/Column.ts"
import { domainTables, keyOfCells, type EncodedRow, type Key, type TableName } from "../tables/Table.ts"
import { sha256 } from "../records/Payload.ts"
import type { Fold } from "./audit.ts"

/** Counts the changes of `project` that give other rows from the same entries. */
const PROJECTION = 1

/** Which `project` and which columns made the rows: checkpoints of another program are not believed. */
export const FOLD_VERSION = `${PROJECTION}-${sha256(
  JSON.stringify(
    domainTables.map((table) => [
      table,
      Books.tables[table].key,
      Object.entries(Books.tables[table].columns).map(([name, { kind }]) => [name, kind])
    ])
  )
).slice(0, 16)}`

const Head = Schema.Struct({
  account: Schema.String,
  seq: Schema.Int,
  /** The hash of the journal's entry of this number. */
  entryHash: Schema.String,
  foldVersion: Schema.String,
  /** The state hash of the checkpoint before it; empty in the first. */
  before: Schema.String
})

/** What a checkpoint is of. */
export type Head = typeof Head.Type

/**
 * What a journal came to at an entry: the rows that its last entries made or changed, upon the checkpoint before. It is a cache
 * beside the store and no fact: who has `stateHash` from where he trusts can believe it and all before it.
 */
export interface Checkpoint extends Head {
  /** Rows, a line each, table by table and there in order of their text: the same for the same state, however it was folded. */
  readonly lines: ReadonlyArray<string>
  readonly stateHash: string
}

const HeadLine = Schema.parseJson(Head)
const readHead = Schema.decodeUnknownEither(HeadLine)

/** A checkpoint as text: what it is of, and its rows. Its hash is that of the text. */
const textOf = (head: Head, lines: ReadonlyArray<string>): string =>
  [Schema.encodeSync(HeadLine)(head), ...lines].join("\n")

/** Makes the checkpoint of these rows, which are in order. */
export const make = (head: Head, lines: ReadonlyArray<string>): Checkpoint => ({
  ...head,
  lines,
  stateHash: sha256(textOf(head, lines))
})

/** A checkpoint as it is kept. */
export const format = (self: Checkpoint): string => {
  const { account, before, entryHash, foldVersion, seq } = self
  return textOf({ account, seq, entryHash, foldVersion, before }, self.lines)
}

/** Reads a checkpoint that was kept; nothing where the text is none. Its hash says what was read, not that it is true. */
export const parse = (text: string): Checkpoint | undefined => {
  const [first = "", ...lines] = text.split("\n")
  const head = readHead(first)
  return Either.isLeft(head) ? undefined : { ...head.right, lines, stateHash: sha256(text) }
}

/** In the fold of a journal no payload has bytes. */
const cellOf = (cell: Cell): string | number | null => (cell instanceof Uint8Array ? null : cell)

/** The rows of a table that were made or changed since `settle`, a line each, not in order; one by one, so that others can have the thread. */
export function* changedLines(self: Fold, table: TableName): Generator<string> {
  const shelf = self.books[table]
  for (const key of shelf.touched()) {
    const cells = Object.values(shelf.row(key) ?? {}).map(cellOf)
    yield JSON.stringify([table, cells, table === "payloads" && self.archived.has(key) ? 1 : 0])
  }
}

/** What a fold came to so far is where the next checkpoint begins. */
export const settle = ({ books }: Fold): void => {
  for (const table of domainTables) books[table].keep()
}

type Rows = Map<Key, { readonly row: EncodedRow; readonly isArchived: boolean }>

/** Rows of checkpoints, one upon the other: of each record the last. */
export type Merged = Map<TableName, Rows>

const isTable = Schema.is(Schema.Literal(...domainTables))

const noBytes = new Uint8Array()

const readCell = (kind: string | undefined, cell: unknown): Cell => {
  if (kind === "bytes") return noBytes
  if (cell === null || typeof cell === "string" || typeof cell === "number") return cell
  throw new Error("a cell of a checkpoint is neither text nor number")
}

/** Lays a line of a checkpoint upon those before it; throws where it is no row. */
export const merge = (merged: Merged, line: string): void => {
  const read: unknown = JSON.parse(line)
  if (!Array.isArray(read)) throw new Error("a line of a checkpoint is no row")
  const [table, cells, archived]: ReadonlyArray<unknown> = read
  if (!isTable(table) || !Array.isArray(cells)) throw new Error("a line of a checkpoint is no row of a table")
  const { columns, key } = Books.tables[table]
  const row: { [column: string]: Cell } = {}
  let place = 0
  for (const name in columns) row[name] = readCell(columns[name]?.kind, cells[place++])
  const rows: Rows = merged.get(table) ?? new Map()
  merged.set(table, rows)
  rows.set(keyOfCells(key.map((name) => row[name] ?? null)), { row, isArchived: archived === 1 })
}

/** Takes rows into an empty fold, one by one; throws where one cannot be read. */
export function* laid(self: Fold, merged: Merged): Generator<void> {
  for (const [table, rows] of merged) {
    for (const [key, { isArchived, row }] of rows) {
      self.books[table].load(row)
      if (isArchived) self.archived.add(key)
      yield
    }
  }
}
