import { type Books, type Column, Id, type Table } from "@roundlot/core/adapter"
import { Ddl, Dialect, Identity, Migrations, Pages, Segments, Statements } from "@roundlot/store-sql"
import { Struct } from "effect"

/** A statement on many rows at once: its parameters are arrays of cells, one for each of these columns. */
export interface SetStatement {
  readonly text: string
  readonly columns: ReadonlyArray<string>
}

const { postgres, quote } = Dialect

const listed = (columns: ReadonlyArray<string>, before = ""): string =>
  columns.map((column) => `${before}${quote(column)}`).join(", ")

const arrayTypeOf = (kind: Column.ColumnKind): string => `${postgres.typeOf(kind).replace(/ COLLATE.*$/s, "")}[]`

const kindOf = (table: Books.AnyTable, column: string): Column.ColumnKind => {
  const description = table.columns[column]
  if (description === undefined) throw new TypeError(`table ${table.name} has no column ${column}`)
  return description.kind
}

/** Cells of a column as Postgres takes them as parameters. */
export const parametersOf = (
  table: Books.AnyTable,
  column: string,
  cells: ReadonlyArray<Column.Cell>
): ReadonlyArray<Column.Cell> => {
  const kind = kindOf(table, column)
  return cells.map((cell) => postgres.parameterOf(kind, cell))
}

const unnestOf = (table: Books.AnyTable, columns: ReadonlyArray<string>): string =>
  `unnest(${columns.map((column, i) => `$${i + 1}::${arrayTypeOf(kindOf(table, column))}`).join(", ")})`

const insertMany = (table: Books.AnyTable): SetStatement => {
  const columns = Object.keys(table.columns)
  const text = `INSERT INTO ${Ddl.nameOf(table.name)} (${listed(columns)}) SELECT * FROM ${unnestOf(table, columns)}`
  return { text: counted(text), columns }
}

/** Replaces all cells of rows but their keys. */
const updateMany = (table: Books.AnyTable): SetStatement => {
  const columns = Object.keys(table.columns)
  const set = columns
    .filter((column) => !table.key.includes(column))
    .map((column) => `${quote(column)} = n.${quote(column)}`)
  const same = table.key.map((column) => `r.${quote(column)} = n.${quote(column)}`)
  const text =
    `UPDATE ${Ddl.nameOf(table.name)} AS r SET ${set.join(", ")}` +
    ` FROM ${unnestOf(table, columns)} AS n (${listed(columns)}) WHERE ${same.join(" AND ")}`
  return { text: counted(text), columns }
}

const counted = (text: string): string => `WITH done AS (${text} RETURNING 1) SELECT count(*)::int AS count FROM done`

/** A step of a write with the statement that carries it out. */
export interface WriteStep extends Statements.Step, SetStatement {}

/** All steps of a write, in their order. */
export const steps = (tables: { readonly [T in Table.TableName]: Books.AnyTable }): ReadonlyArray<WriteStep> =>
  Statements.order.map((step) => ({
    ...step,
    ...(step.kind === "inserts" ? insertMany(tables[step.table]) : updateMany(tables[step.table]))
  }))

/** The cells of a column of many rows. */
export const cellsOf = (
  table: Books.AnyTable,
  column: string,
  rows: ReadonlyArray<Table.EncodedRow>
): ReadonlyArray<Column.Cell> =>
  parametersOf(
    table,
    column,
    rows.map((row) => row[column] ?? null)
  )

/**
 * Finds the rows of a lookup for many keys at once, each key's rows by themselves: a join would be planned by statistics, which a
 * young database does not have.
 */
export const lookupMany = (table: Books.AnyTable, lookup: Table.Lookup): string => {
  const condition = Ddl.conditionOf(lookup)
  const names = lookup.columns.map((_, i) => `k${i + 1}`)
  const equal = lookup.columns.map((column, i) => `${quote(column)} = k.k${i + 1}`)
  const where = [...equal, ...(condition === undefined ? [] : [condition])].join(" AND ")
  const cells = Object.keys(table.columns)
  return (
    `SELECT ${listed(cells, "r.")} FROM ${unnestOf(table, lookup.columns)} WITH ORDINALITY AS k (${[...names, "n"].join(", ")})` +
    ` CROSS JOIN LATERAL (SELECT ${listed(cells)} FROM ${Ddl.nameOf(table.name)} WHERE ${where}` +
    ` ORDER BY ${listed(table.key)} LIMIT $${names.length + 1}) AS r ORDER BY k.n, ${listed(table.key, "r.")}`
  )
}

/** The heads of these journals, held until the transaction ends, in order of their names. */
export const lockHeads =
  `SELECT "account", "seq", "hash" FROM ${Ddl.nameOf("heads")} WHERE "account" = ANY($1::text[])` +
  ` ORDER BY "account" FOR UPDATE`

/** How long these journals are. */
export const lengths = `SELECT "account", "seq" FROM ${Ddl.nameOf("heads")} WHERE "account" = ANY($1::text[])`

/** Makes heads to hold where there are none yet. */
export const makeHeads =
  `INSERT INTO ${Ddl.nameOf("heads")} ("account", "seq", "hash") SELECT a, 0, '' FROM unnest($1::text[]) AS a ORDER BY a` +
  ` ON CONFLICT DO NOTHING`

/** Removes heads that were made to be held, and under which nothing was written. */
export const dropHeads = `DELETE FROM ${Ddl.nameOf("heads")} WHERE "account" = ANY($1::text[]) AND "seq" = 0`

/** Sets heads that are held, and tells the feed of it: accounts, numbers, hashes. */
export const setHeads =
  `WITH moved AS (UPDATE ${Ddl.nameOf("heads")} AS r SET "seq" = n.seq, "hash" = n.hash` +
  ` FROM unnest($1::text[], $2::bigint[], $3::text[]) AS n (account, seq, hash)` +
  ` WHERE r."account" = n.account RETURNING n.account)` +
  ` INSERT INTO ${Ddl.nameOf("ops_moved")} ("account") SELECT account FROM moved`

/** Inserts rows of a table of the journals, an array for each of their columns. */
const appending = (table: string, columns: { readonly [column: string]: Column.ColumnKind }): string =>
  `INSERT INTO ${Ddl.nameOf(table)} (${listed(Object.keys(columns))}) SELECT * FROM unnest(` +
  `${Object.values(columns)
    .map((kind, i) => `$${i + 1}::${arrayTypeOf(kind)}`)
    .join(", ")})`

/** Appends segments, an array for each of their columns. */
export const appendSegments = appending("journal", Segments.segmentColumns)

/** Says of which records segments tell, an array for each of the columns. */
export const addMentions = appending("journal_mentions", Segments.mentionColumns)

/** How long all journals are together, and when their newest entry was: as the feed tells, and what was moved since. */
const stands =
  `(SELECT greatest(max(own."at"), max(entry."at")) AS "newestAt",` +
  ` (max(own."seq") + coalesce(sum(head."seq" - coalesce(fed."seq", 0)), 0))::bigint AS "entries"` +
  ` FROM ${Ddl.nameOf("ops_fed")} AS own` +
  ` LEFT JOIN (SELECT DISTINCT "account" FROM ${Ddl.nameOf("ops_moved")}) AS moved ON true` +
  // Each by itself, as a lookup does it: a join that was planned while there was nothing reads the whole table later.
  ` LEFT JOIN LATERAL (SELECT "account", "seq" FROM ${Ddl.nameOf("heads")} WHERE "account" = moved."account" LIMIT 1) AS head ON true` +
  ` LEFT JOIN LATERAL (SELECT "seq" FROM ${Ddl.nameOf("ops_fed")} WHERE "account" = moved."account" LIMIT 1) AS fed ON true` +
  ` LEFT JOIN LATERAL ${Pages.holding(`"at"`, `head."account"`, `head."seq"`)} AS entry ON true` +
  ` WHERE own."account" = '')`

/**
 * What planning starts from: the next ids, when the newest entry was, and what this commit did if it was made before; and whether the
 * store still is what it was when it was opened.
 */
export const ground =
  `SELECT ${Object.keys(Id.letters)
    .map((kind) => `(SELECT last_value + is_called::int FROM ${Ddl.sequenceOf(kind)}) AS ${quote(kind)}`)
    .join(", ")}, ` +
  `stands."newestAt", ` +
  `(SELECT "journals" FROM ${Ddl.nameOf("ops_commits")} WHERE "id" = $1) AS "did", ` +
  `stands."entries", ` +
  `(${Migrations.selectVersion}) AS "version", (${Identity.selectState}) AS "state" FROM ${stands} AS stands`

const columnsOf = <C extends string>(
  columns: { readonly [K in C]: Column.ColumnKind },
  rows: ReadonlyArray<{ readonly [K in C]: Column.Cell }>
): ReadonlyArray<ReadonlyArray<Column.Cell>> =>
  Struct.entries(columns).map(([column, kind]) => rows.map((row) => postgres.parameterOf(kind, row[column])))

/** The cells of segments, an array for each of their columns. */
export const segmentColumns = (segments: ReadonlyArray<Segments.Segment>) =>
  columnsOf(Segments.segmentColumns, segments)

/** The cells of what segments tell of, an array for each of their columns. */
export const mentionColumns = (mentions: ReadonlyArray<Segments.Mention>) =>
  columnsOf(Segments.mentionColumns, mentions)

/** Remembers what a commit did: its id, its journals as JSON. */
export const remember = Statements.rememberCommit(postgres)

/** Takes runs of ids: kinds, how many of each. */
export const takeIds = `SELECT ${Ddl.nameOf("take_ids")}($1::text[], $2::bigint[]) AS firsts`
