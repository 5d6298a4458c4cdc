import { Schema } from "effect"
import * as Books from "../src/books/Books.ts"
import type { Cell } from "../src/tables/Column.ts"
import { domainTables, joinKey, type EncodedRow, type TableName } from "../src/tables/Table.ts"
import { hashOf, type Entry } from "../src/events/Entry.ts"
import { LedgerEvent } from "../src/events/Event.ts"
import { project } from "../src/books/project.ts"
import * as Instant from "../src/values/Instant.ts"
import type { Desk } from "@roundlot/testing"

const ALL = 1_000_000

const cell = (value: Cell | undefined) => (value === null || value === undefined ? "-" : String(value))

/** A row as one line, its cells in order of their columns; raw bytes are left away. */
const lineOf = (table: TableName, row: EncodedRow, isShown: (column: string) => boolean): string => {
  const shown = Object.keys(Books.tables[table].columns).filter((column) => column !== "bytes" && isShown(column))
  return `${table} ${shown.map((column) => `${column}=${cell(row[column])}`).join(" ")}`
}

const byKey = (table: TableName, rows: ReadonlyArray<EncodedRow>): ReadonlyArray<EncodedRow> => {
  const keyOf = (row: EncodedRow) => joinKey(Books.tables[table].key.map((column) => row[column] ?? null))
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** All rows of a desk's store, a line each; columns that `isShown` refuses are left away. */
export const storedLines = (
  desk: Desk.Desk,
  isShown: (column: string) => boolean = () => true
): ReadonlyArray<string> =>
  domainTables.flatMap((table) => {
    const query = {
      table,
      where: [],
      orderBy: Books.tables[table].key,
      descending: false,
      after: undefined,
      limit: ALL
    }
    return byKey(table, desk.store.page(query)).map((row) => lineOf(table, row, isShown))
  })

/** A desk's whole journal. */
export const journalOf = (desk: Desk.Desk): ReadonlyArray<Entry> =>
  desk.store.entries({ account: desk.account, afterSeq: 0, entity: undefined, limit: ALL })

const decodeEvent = Schema.decodeUnknownSync(LedgerEvent)
const decodeBody = Schema.decodeUnknownSync(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
)

/** The rows that a journal gives when it is folded into empty books, a line each. */
export const foldedLines = (desk: Desk.Desk): ReadonlyArray<string> => {
  const books = Books.make()
  for (const entry of journalOf(desk)) {
    const event = decodeEvent({ _tag: entry.tag, ...decodeBody(entry.body) })
    project(books, event, {
      account: desk.account,
      seq: entry.seq,
      at: Instant.make(BigInt(entry.at)),
      bytes: undefined
    })
  }
  const made = new Map(Books.changes(books).map((each) => [each.table, each.inserts]))
  return domainTables.flatMap((table) =>
    byKey(table, made.get(table) ?? []).map((row) => lineOf(table, row, () => true))
  )
}

/** The first number of a journal whose entry does not follow from the one before it. */
export const brokenLink = (entries: ReadonlyArray<Entry>): number | undefined => {
  let previous = ""
  for (const [i, { hash, ...entry }] of entries.entries()) {
    if (entry.seq !== i + 1 || hashOf(previous, entry) !== hash) return i + 1
    previous = hash
  }
  return undefined
}

/** The first line in which two lists differ, for people. */
export const firstDifference = (wanted: ReadonlyArray<string>, found: ReadonlyArray<string>): string | undefined => {
  const length = Math.max(wanted.length, found.length)
  for (let i = 0; i < length; i++) {
    if (wanted[i] !== found[i]) return `wanted ${wanted[i] ?? "nothing more"}\nfound  ${found[i] ?? "nothing more"}`
  }
  return undefined
}
