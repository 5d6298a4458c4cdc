import type { Books, Column, TradeRepository } from "@roundlot/core/adapter"
import { nameOf } from "./Ddl.ts"
import { type Dialect, quote } from "./Dialect.ts"
import { segmentColumns } from "./Segments.ts"

/** A question to a database: its text, and the cells of its parameters in order. */
export interface Asked {
  readonly text: string
  readonly cells: ReadonlyArray<Column.Cell>
}

/** What stands for the next parameter of a statement. */
type Place = (column: string, cell: Column.Cell) => string

const listed = (columns: ReadonlyArray<string>, suffix = ""): string =>
  columns.map((column) => `${quote(column)}${suffix}`).join(", ")

const clausesOf = (filter: TradeRepository.Filter, place: Place): ReadonlyArray<string> => {
  const name = quote(filter.column)
  if (!("in" in filter)) {
    const { atLeast, below } = filter
    return [
      ...(atLeast === undefined ? [] : [`${name} >= ${place(filter.column, atLeast)}`]),
      ...(below === undefined ? [] : [`${name} < ${place(filter.column, below)}`])
    ]
  }
  const cells = filter.in.filter((cell) => cell !== null)
  // An index of what has none is only used where nothing else is asked for.
  if (cells.length === 0) return [filter.in.length === 0 ? "1 = 0" : `${name} IS NULL`]
  const among = `${name} IN (${cells.map((cell) => place(filter.column, cell)).join(", ")})`
  return [cells.length === filter.in.length ? among : `(${among} OR ${name} IS NULL)`]
}

const behind = ({ after, descending, orderBy }: TradeRepository.PageQuery, place: Place): ReadonlyArray<string> => {
  if (after === undefined) return []
  const places = after.map((cell, i) => place(orderBy[i] ?? "", cell))
  return [`(${listed(orderBy)}) ${descending ? "<" : ">"} (${places.join(", ")})`]
}

/** The cells of a question as its places are written, in their order. */
const placing = (dialect: Dialect, table: Books.AnyTable) => {
  const cells: Array<Column.Cell> = []
  const place: Place = (column, cell) => {
    cells.push(dialect.parameterOf(table.columns[column]?.kind ?? "text", cell))
    return dialect.place(cells.length)
  }
  return { cells, place }
}

/** The question for a page of a table; its names are known to be columns. */
export const page = (dialect: Dialect, table: Books.AnyTable, query: TradeRepository.PageQuery): Asked => {
  const { cells, place } = placing(dialect, table)
  const clauses = [...query.where.flatMap((filter) => clausesOf(filter, place)), ...behind(query, place)]
  const where = clauses.length === 0 ? "" : ` WHERE ${clauses.join(" AND ")}`
  const order = listed(query.orderBy, query.descending ? " DESC" : " ASC")
  const text =
    `SELECT ${listed(Object.keys(table.columns))} FROM ${nameOf(table.name)}${where}` +
    ` ORDER BY ${order} LIMIT ${place("", query.limit)}`
  return { text, cells }
}

const journal = nameOf("journal")

const segmentCells = listed(Object.keys(segmentColumns))

/** The segment with an entry, by its account and number, each an expression: the last one that does not begin behind it. */
export const holding = (columns: string, account: string, seq: string): string =>
  `(SELECT ${columns} FROM ${journal} WHERE "account" = ${account} AND "firstSeq" <= ${seq} ORDER BY "firstSeq" DESC LIMIT 1)`

/** The question for the segment with an entry. */
export const segmentHolding = ({ place }: Dialect, account: string, seq: number): Asked => ({
  text: holding(segmentCells, place(1), place(2)).slice(1, -1),
  cells: [account, seq]
})

/** Which segments of a journal are asked for: from the one with an entry on, or those that begin behind a number. */
export interface SegmentQuery extends Pick<TradeRepository.EntryQuery, "account" | "entity"> {
  readonly start: { readonly holding: number } | { readonly behind: number }
  /** None that begins later. */
  readonly upTo: number | undefined
  readonly atMost: number
}

/** The question for segments of a journal, in their order; of those alone that tell of a record, where one is named. */
export const segments = (dialect: Dialect, { account, atMost, entity, start, upTo }: SegmentQuery): Asked => {
  const cells: Array<Column.Cell> = []
  const place = (cell: Column.Cell) => dialect.place(cells.push(cell))
  const clauses = [`"account" = ${place(account)}`]
  if (entity !== undefined) clauses.push(`"entityKind" = ${place(entity.kind)}`, `"entityId" = ${place(entity.id)}`)
  clauses.push(
    "behind" in start
      ? `"firstSeq" > ${place(start.behind)}`
      : `"firstSeq" >= coalesce(${holding(`"firstSeq"`, place(account), place(start.holding))}, 0)`
  )
  if (upTo !== undefined) clauses.push(`"firstSeq" <= ${place(upTo)}`)
  const [where, end] = [clauses.join(" AND "), `ORDER BY "firstSeq" LIMIT ${place(atMost)}`]
  const from = `SELECT ${segmentCells} FROM ${journal} WHERE`
  if (entity === undefined) return { text: `${from} ${where} ${end}`, cells }
  const mentions = `SELECT "firstSeq" FROM ${nameOf("journal_mentions")} WHERE ${where} ${end}`
  const found = dialect.amongFound(`"firstSeq"`, mentions)
  return { text: `${from} ${found} AND "account" = ${place(account)} ORDER BY "firstSeq"`, cells }
}

/** The question for the heads of journals after a position of the feed: of each the newest row that is not after it. */
export const headsAt = (dialect: Dialect, { accounts, position }: TradeRepository.HeadsQuery): Asked => {
  const places = accounts.map((_, i) => `(${dialect.place(i + 2)})`).join(", ")
  const newest =
    `SELECT max("position") FROM ${nameOf("feed")} WHERE "account" = "named"."column1"` +
    ` AND "position" <= ${dialect.place(1)}`
  const text =
    `SELECT "account", "lastSeq" AS "seq", "headHash" AS "hash" FROM ${nameOf("feed")} WHERE "position" IN` +
    ` (SELECT (${newest}) FROM (VALUES ${places}) AS "named")`
  return { text, cells: [position, ...accounts] }
}

/** What deletes the oldest rows of a table; its names are known to be columns. */
export const forget = (dialect: Dialect, table: Books.AnyTable, query: TradeRepository.ForgetQuery): Asked => {
  const { cells, place } = placing(dialect, table)
  const key = listed(table.key)
  const old = `${quote(query.column)} < ${place(query.column, query.below)}`
  const oldest = `ORDER BY ${quote(query.column)} LIMIT ${place("", query.atMost)}`
  const name = nameOf(table.name)
  return { text: `DELETE FROM ${name} WHERE (${key}) IN (SELECT ${key} FROM ${name} WHERE ${old} ${oldest})`, cells }
}

/** The statement that finds all rows that are to be counted. */
const matching = (table: Books.AnyTable, { anyOf }: TradeRepository.CountQuery, place: Place): string => {
  const each = anyOf.map((where) => where.flatMap((filter) => clausesOf(filter, place)))
  const found = each.map((clauses) => (clauses.length === 0 ? "1 = 1" : `(${clauses.join(" AND ")})`))
  return `SELECT 1 FROM ${nameOf(table.name)} WHERE ${found.length === 0 ? "1 = 0" : found.join(" OR ")}`
}

/** The question for how many rows there are, one more than the bound at most, as `rows`; its names are known to be columns. */
export const count = (dialect: Dialect, table: Books.AnyTable, query: TradeRepository.CountQuery): Asked => {
  const { cells, place } = placing(dialect, table)
  const found = matching(table, query, place)
  const text = `SELECT count(*) AS ${quote("rows")} FROM (${found} LIMIT ${place("", query.upTo + 1)}) AS found`
  return { text, cells }
}

/** The question for what a database makes of the same without counting; nothing for one that makes nothing of it. */
export const estimate = (
  dialect: Dialect,
  table: Books.AnyTable,
  query: TradeRepository.CountQuery
): Asked | undefined => {
  if (dialect.explain === undefined) return undefined
  const { cells, place } = placing(dialect, table)
  return { text: `${dialect.explain} ${matching(table, query, place)}`, cells }
}
