import { Books, type Id, type Table } from "@roundlot/core/adapter"
import { conditionOf, nameOf } from "./Ddl.ts"
import { type Dialect, quote } from "./Dialect.ts"
import { holding } from "./Pages.ts"
import type { Reference } from "./Rules.ts"
import { mentionColumns, segmentColumns } from "./Segments.ts"

/** A statement with the columns whose cells are its parameters, in order. */
export interface RowStatement {
  readonly text: string
  readonly cells: ReadonlyArray<string>
}

const listed = (columns: ReadonlyArray<string>): string => columns.map(quote).join(", ")

/** Inserts one row. */
export const insert = (dialect: Dialect, table: Books.AnyTable): RowStatement => {
  const cells = Object.keys(table.columns)
  const places = cells.map((_, i) => dialect.place(i + 1)).join(", ")
  return { text: `INSERT INTO ${nameOf(table.name)} (${listed(cells)}) VALUES (${places})`, cells }
}

/** Replaces these cells of one row. */
export const set = (dialect: Dialect, table: Books.AnyTable, columns: ReadonlyArray<string>): RowStatement => {
  const equal = (from: number) => (column: string, i: number) => `${quote(column)} = ${dialect.place(from + i + 1)}`
  return {
    text:
      `UPDATE ${nameOf(table.name)} SET ${columns.map(equal(0)).join(", ")}` +
      ` WHERE ${table.key.map(equal(columns.length)).join(" AND ")}`,
    cells: [...columns, ...table.key]
  }
}

/** Replaces all cells of one row but its key. */
export const update = (dialect: Dialect, table: Books.AnyTable): RowStatement =>
  set(
    dialect,
    table,
    Object.keys(table.columns).filter((column) => !table.key.includes(column))
  )

/** Finds the row that a reference names, by the cell that names it. */
export const referred = (dialect: Dialect, { parent, table }: Reference): string =>
  `SELECT 1 FROM ${nameOf(table)} WHERE ${quote(parent)} = ${dialect.place(1)}`

/** Finds all rows of a lookup by the cells of its columns, in no order: to sort even nothing costs more than to find it. */
export const lookupAll = (dialect: Dialect, table: Books.AnyTable, lookup: Table.Lookup): string => {
  const condition = conditionOf(lookup)
  const equals = lookup.columns.map((column, i) => `${quote(column)} = ${dialect.place(i + 1)}`)
  return (
    `SELECT ${listed(Object.keys(table.columns))} FROM ${nameOf(table.name)}` +
    ` WHERE ${[...equals, ...(condition === undefined ? [] : [condition])].join(" AND ")}`
  )
}

/** Finds the first rows of a lookup by the cells of its columns, in order of their keys; then how many at most. */
export const lookup = (dialect: Dialect, table: Books.AnyTable, lookup: Table.Lookup): string =>
  `${lookupAll(dialect, table, lookup)} ORDER BY ${listed(table.key)} LIMIT ${dialect.place(lookup.columns.length + 1)}`

/** One step of a write: the rows of a table that are new, or those that replace others. */
export interface Step {
  readonly table: Table.TableName
  readonly kind: "inserts" | "updates"
}

/** What other rows of the same write name, and no unique index stands in the way of. */
const NAMED: ReadonlyArray<Table.TableName> = ["accounts", "payloads", "lots", "decisions", "attempts"]

const all = Object.values(Books.tables).map(({ name }) => name)

/**
 * The order of a write: what is named first; then updates before inserts, so that a place that a unique index guards is left
 * before it is taken.
 */
export const order: ReadonlyArray<Step> = [
  ...NAMED.map((table) => ({ table, kind: "inserts" as const })),
  ...all.map((table) => ({ table, kind: "updates" as const })),
  ...all.filter((table) => !NAMED.includes(table)).map((table) => ({ table, kind: "inserts" as const }))
]

/** The table of each kind of record that has an id of ours. */
/** The table whose ids are of a kind. */
export const tableOfKind: { readonly [K in Id.Kind]: Table.TableName } = {
  trade: "trades",
  order: "orders",
  lot: "lots",
  allocation: "allocations",
  fill: "fills",
  attempt: "attempts",
  decision: "decisions",
  payload: "payloads",
  break: "breaks",
  batch: "batches",
  approval: "approvals"
}

/** One row with the next free id of every kind. */
export const counters = `SELECT ${Object.entries(tableOfKind)
  .map(([kind, table]) => `(SELECT coalesce(max("id"), 0) + 1 FROM ${nameOf(table)}) AS ${quote(kind)}`)
  .join(", ")}`

const FEED = ["position", "account", "firstSeq", "lastSeq", "headHash", "feedHash"] as const

/** The columns of a row of the feed, in the order of its statement's cells. */
export const feedColumns: typeof FEED = FEED

const insertInto = (dialect: Dialect, table: string, columns: ReadonlyArray<string>): string =>
  `INSERT INTO ${nameOf(table)} (${listed(columns)}) VALUES (${columns.map((_, i) => dialect.place(i + 1)).join(", ")})`

/** Appends one segment to its journal. */
export const appendSegment = (dialect: Dialect): string => insertInto(dialect, "journal", Object.keys(segmentColumns))

/** Says that a segment tells of a record. */
export const addMention = (dialect: Dialect): string =>
  insertInto(dialect, "journal_mentions", Object.keys(mentionColumns))

/** Appends one row of the feed. */
export const appendFeed = (dialect: Dialect): string => insertInto(dialect, "feed", FEED)

/** Sets the head of an account's journal: account, seq, hash. */
export const setHead = (dialect: Dialect): string =>
  insertInto(dialect, "heads", ["account", "seq", "hash"]) +
  ` ON CONFLICT ("account") DO UPDATE SET "seq" = excluded."seq", "hash" = excluded."hash"`

/** Remembers what a commit did: its id, its journals as JSON. */
export const rememberCommit = (dialect: Dialect): string => insertInto(dialect, "ops_commits", ["id", "journals"])

/** What the commit of this id did. */
export const selectCommit = (dialect: Dialect): string =>
  `SELECT "journals" FROM ${nameOf("ops_commits")} WHERE "id" = ${dialect.place(1)}`

/** The head of one journal. */
export const selectHead = (dialect: Dialect): string =>
  `SELECT "seq", "hash" FROM ${nameOf("heads")} WHERE "account" = ${dialect.place(1)} AND "seq" > 0`

/** When the entry was written that the newest row of the feed ends with, where the feed is appended to by each commit itself. */
export const selectNewestAt =
  `SELECT ${holding(`"at"`, `fed."account"`, `fed."lastSeq"`)} AS "newestAt" FROM` +
  ` (SELECT "account", "lastSeq" FROM ${nameOf("feed")} ORDER BY "position" DESC LIMIT 1) AS fed`

/** The newest row of the feed. */
export const selectLastFeed = `SELECT ${listed(FEED)} FROM ${nameOf("feed")} ORDER BY "position" DESC LIMIT 1`

/**
 * All heads, and journals that have entries and no head (number 0 and no hash), which no commit leaves behind. Names are found by
 * stepping from one to the next in the index, not by reading every entry.
 */
export const selectJournals =
  `WITH RECURSIVE "names"("account") AS (SELECT min("account") FROM ${nameOf("journal")}` +
  ` UNION ALL SELECT (SELECT min("account") FROM ${nameOf("journal")} WHERE "account" > "names"."account") FROM "names"` +
  ` WHERE "names"."account" IS NOT NULL)` +
  ` SELECT "account", "seq", "hash" FROM ${nameOf("heads")} UNION ALL SELECT "account", 0, '' FROM "names"` +
  ` WHERE "account" IS NOT NULL AND "account" NOT IN (SELECT "account" FROM ${nameOf("heads")}) ORDER BY "account"`
