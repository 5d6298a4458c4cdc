import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { Books, type Column, type Entry, pageFault, type Table, TradeRepository } from "@roundlot/core"
import { Effect } from "effect"
import { nameOf } from "./Ddl.ts"
import { type Dialect, quote } from "./Dialect.ts"
import { faultOf } from "./Rules.ts"
import { entryColumns, feedColumns, selectJournals } from "./Statements.ts"

/** How a store's own failures become typed ones. */
export type Classify = (error: SqlError) => TradeRepository.StoreError

/** The reading half of a repository. */
export type Reads = Pick<TradeRepository.TradeRepositoryService, "page" | "entries" | "feed" | "heads">

/** A question that cannot be asked of a table: it names the table and says what is wrong. */
const refused = (table: string, problem: string) =>
  new TradeRepository.ConstraintRefused({ table, constraint: `the query ${problem}` })

const listed = (columns: ReadonlyArray<string>, suffix = ""): string =>
  columns.map((column) => `${quote(column)}${suffix}`).join(", ")

/** A cell as a parameter that is compared with a column. */
type ParameterOf = (column: string, cell: Column.Cell) => Column.Cell

const parametersOf =
  (dialect: Dialect, table: Books.AnyTable): ParameterOf =>
  (column, cell) =>
    dialect.parameterOf(table.columns[column]?.kind ?? "text", cell)

const filterClauses = (
  sql: SqlClient.SqlClient,
  filter: TradeRepository.Filter,
  parameterOf: ParameterOf
): ReadonlyArray<Fragment> => {
  const column = sql(filter.column)
  if (!("in" in filter)) {
    const { atLeast, below } = filter
    return [
      ...(atLeast === undefined ? [] : [sql`${column} >= ${parameterOf(filter.column, atLeast)}`]),
      ...(below === undefined ? [] : [sql`${column} < ${parameterOf(filter.column, below)}`])
    ]
  }
  const cells = filter.in.filter((cell) => cell !== null).map((cell) => parameterOf(filter.column, cell))
  const isNull = sql`${column} IS NULL`
  // An index of what has none is only used where nothing else is asked for.
  if (cells.length === 0) return [filter.in.length === 0 ? sql`1 = 0` : isNull]
  const among = sql`${column} IN ${sql.in(cells)}`
  return [cells.length === filter.in.length ? among : sql.or([among, isNull])]
}

const afterClauses = (
  sql: SqlClient.SqlClient,
  { after, descending, orderBy }: TradeRepository.PageQuery,
  parameterOf: ParameterOf
): ReadonlyArray<Fragment> => {
  if (after === undefined) return []
  const cells = after.map((cell, i) => parameterOf(orderBy[i] ?? "", cell))
  return [sql`(${sql.literal(listed(orderBy))}) ${sql.literal(descending ? "<" : ">")} ${sql.in(cells)}`]
}

/** The statement of a page; its names are known to be columns. */
export const pageStatement = (
  sql: SqlClient.SqlClient,
  dialect: Dialect,
  table: Books.AnyTable,
  query: TradeRepository.PageQuery
) => {
  const parameterOf = parametersOf(dialect, table)
  return sql<Table.EncodedRow>`SELECT ${sql.literal(listed(Object.keys(table.columns)))} FROM ${sql(nameOf(table.name))} WHERE ${sql.and(
    [
      ...query.where.flatMap((filter) => filterClauses(sql, filter, parameterOf)),
      ...afterClauses(sql, query, parameterOf)
    ]
  )} ORDER BY ${sql.literal(listed(query.orderBy, query.descending ? " DESC" : " ASC"))} LIMIT ${query.limit}`
}

/** The statement of a page of entries. */
export const entriesStatement = (sql: SqlClient.SqlClient, query: TradeRepository.EntryQuery) =>
  sql<Entry.Entry>`SELECT ${sql.literal(listed(entryColumns))} FROM ${sql(nameOf("journal"))} WHERE ${sql.and([
    sql`${sql("account")} = ${query.account}`,
    ...(query.entity === undefined
      ? []
      : [sql`${sql("entityKind")} = ${query.entity.kind}`, sql`${sql("entityId")} = ${query.entity.id}`]),
    sql`${sql("seq")} > ${query.afterSeq}`
  ])} ORDER BY ${sql("seq")} LIMIT ${query.limit}`

/** The statement of a page of the feed. */
export const feedStatement = (sql: SqlClient.SqlClient, after: number, limit: number) =>
  sql<Entry.FeedRow>`SELECT ${sql.literal(listed(feedColumns))} FROM ${sql(nameOf("feed"))} WHERE ${sql("position")} > ${after} ORDER BY ${sql(
    "position"
  )} LIMIT ${limit}`

const sound = (table: Books.AnyTable, rows: ReadonlyArray<Table.EncodedRow>) => {
  const fault = rows.map((row) => faultOf(table.name, table.key, row)).find((each) => each !== undefined)
  return fault === undefined ? Effect.succeed(rows) : Effect.fail(fault)
}

const checked = <A>(
  table: string,
  fault: string | undefined,
  read: Effect.Effect<A, TradeRepository.StoreError>
): Effect.Effect<A, TradeRepository.StoreError> => (fault === undefined ? read : Effect.fail(refused(table, fault)))

/** Asks a statement, again where that may help. */
export type Ask = <A>(statement: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>

const once: Ask = (statement) => statement

/** The reads of a repository on the connected database. */
export const make = (
  dialect: Dialect,
  classify: Classify,
  ask: Ask = once
): Effect.Effect<Reads, never, SqlClient.SqlClient> =>
  Effect.map(SqlClient.SqlClient, (sql) => ({
    page: Effect.fn("TradeRepository.page")((query: TradeRepository.PageQuery) => {
      const table = Books.tables[query.table]
      const read = ask(pageStatement(sql, dialect, table, query)).pipe(
        Effect.mapError(classify),
        Effect.flatMap((rows) => (query.asTheyStand === true ? Effect.succeed(rows) : sound(table, rows)))
      )
      return checked(query.table, pageFault.of(table, query), read)
    }),
    entries: Effect.fn("TradeRepository.entries")((query: TradeRepository.EntryQuery) =>
      checked("journal", pageFault.ofLimit(query.limit), Effect.mapError(ask(entriesStatement(sql, query)), classify))
    ),
    feed: Effect.fn("TradeRepository.feed")((after: number, limit: number) =>
      checked("feed", pageFault.ofLimit(limit), Effect.mapError(ask(feedStatement(sql, after, limit)), classify))
    ),
    heads: ask(sql.unsafe<Entry.Head & { readonly account: string }>(selectJournals)).pipe(
      Effect.map(
        (rows): ReadonlyMap<string, Entry.Head> =>
          new Map(rows.map(({ account, hash, seq }) => [account, { seq, hash }]))
      ),
      Effect.mapError(classify)
    )
  }))
