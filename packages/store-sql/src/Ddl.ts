import { Books, type Column, type Table } from "@roundlot/core"
import { type Dialect, literal, quote } from "./Dialect.ts"
import { type Index, rules, type StateRule } from "./Rules.ts"

/** The prefix of everything that is ours in a database. */
export const PREFIX = "roundlot_"

/** The name of a table in the database. */
export const nameOf = (table: string): string => `${PREFIX}${table}`

const check = (table: string, name: string, sql: string): string =>
  `CONSTRAINT ${quote(`${table}_${name}`)} CHECK (${sql})`

const listOf = (values: ReadonlyArray<string | number>): string => values.map(literal).join(", ")

const columnLine = (dialect: Dialect, name: string, column: Column.ColumnDescription, isId: boolean): string =>
  `${quote(name)} ${dialect.typeOf(column.kind)}${column.nullable ? "" : " NOT NULL"}${isId ? " PRIMARY KEY" : ""}`

const decimalRule = (dialect: Dialect, table: Table.TableName, name: string): string => {
  const { positive, unsigned } = rules[table]
  if (positive.includes(name)) return `${quote(name)} <> '0' AND ${dialect.decimalShape(quote(name), false)}`
  return dialect.decimalShape(quote(name), !unsigned.includes(name))
}

const columnRule = (
  dialect: Dialect,
  table: Table.TableName,
  name: string,
  column: Column.ColumnDescription
): string | undefined => {
  if (column.literals !== undefined) return `${quote(name)} IN (${listOf(column.literals)})`
  switch (column.kind) {
    case "decimal":
      return decimalRule(dialect, table, name)
    case "flag":
      return `${quote(name)} IN (0, 1)`
    case "json":
      return `json_valid(${quote(name)})`
    case "id":
      return `${quote(name)} > 0`
    default:
      return undefined
  }
}

const stateRule = ({ column, in: values, present, absent }: StateRule): string =>
  `${quote(column)} NOT IN (${listOf(values)}) OR (${[
    ...present.map((each) => `${quote(each)} IS NOT NULL`),
    ...absent.map((each) => `${quote(each)} IS NULL`)
  ].join(" AND ")})`

/** Rows are kept in the tree of their key where nothing else leads to them: another index would be slower than a scan of it. */
const isClustered = (table: Books.AnyTable): boolean => !isKeyedById(table) && indexesOf(table).length === 0

const isKeyedById = ({ key, columns }: Books.AnyTable): boolean =>
  key.length === 1 && key.every((name) => columns[name]?.kind === "id")

/** The statement that creates a table of the books. */
export const createTable = (dialect: Dialect, table: Books.AnyTable): string => {
  const { references, rows, states } = rules[table.name]
  const byId = isKeyedById(table)
  const columns = Object.entries(table.columns)
  const lines = [
    ...columns.map(([name, column]) => columnLine(dialect, name, column, byId && table.key.includes(name))),
    ...(byId ? [] : [`PRIMARY KEY (${table.key.map(quote).join(", ")})`]),
    ...columns.flatMap(([name, column]) => {
      const sql = columnRule(dialect, table.name, name, column)
      return sql === undefined ? [] : [check(table.name, name, sql)]
    }),
    ...states.map((rule) => check(table.name, `when_${rule.name}`, stateRule(rule))),
    ...rows.map((rule) => check(table.name, `rule_${rule.name}`, rule.sql)),
    ...references.map(
      (each) =>
        `FOREIGN KEY (${quote(each.column)}) REFERENCES ${nameOf(each.table)} (${quote(each.parent)})` +
        (each.deferred ? " DEFERRABLE INITIALLY DEFERRED" : "")
    )
  ]
  return `CREATE TABLE ${nameOf(table.name)} (\n  ${lines.join(",\n  ")}\n)${dialect.tableOptions(isClustered(table))}`
}

/** The condition of a lookup that is for some rows only, as its index and its question both word it. */
export const conditionOf = ({ where }: Table.Lookup): string | undefined => {
  if (where === undefined) return undefined
  const column = quote(where.column)
  if ("in" in where) return `${column} IN (${listOf(where.in)})`
  if ("isNull" in where) return `${column} IS NULL`
  // "Not the empty text" says of a column that may be NULL that it is there; a database infers that from any comparison.
  return where.not === "" ? `${column} IS NOT NULL` : `${column} <> ${literal(where.not)}`
}

const begins = (columns: ReadonlyArray<string>, others: ReadonlyArray<string>): boolean =>
  others.every((each, i) => columns[i] === each)

/** The index that a lookup needs of its own: none where the key, or an index for all rows, begins with its columns. */
const lookupIndex = (table: Books.AnyTable, name: string, lookup: Table.Lookup): ReadonlyArray<Index> => {
  const known = rules[table.name].indexes.filter((each) => each.where === undefined).map((each) => each.columns)
  if ([table.key, ...known].some((columns) => begins(columns, lookup.columns))) return []
  const rest = isKeyedById(table) || lookup.unique ? [] : table.key.filter((each) => !lookup.columns.includes(each))
  const where = conditionOf(lookup)
  return [{ name: `lookup_${name}`, columns: [...lookup.columns, ...rest], unique: lookup.unique, where }]
}

/** All indexes of a table: those of its rules and those of its lookups. */
export const indexesOf = (table: Books.AnyTable): ReadonlyArray<Index> => [
  ...rules[table.name].indexes,
  ...Object.entries(table.lookups).flatMap(([name, lookup]) => lookupIndex(table, name, lookup))
]

/** The statement that creates an index. */
export const createIndex = (table: Table.TableName, index: Index): string =>
  `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${nameOf(`${table}_${index.name}`)} ON ${nameOf(table)}` +
  ` (${index.columns.map(quote).join(", ")})${index.where === undefined ? "" : ` WHERE ${index.where}`}`

const journalTables: ReadonlyArray<string> = [
  `CREATE TABLE ${nameOf("journal")} (
  "position" INTEGER NOT NULL PRIMARY KEY,
  "account" TEXT NOT NULL,
  "seq" INTEGER NOT NULL,
  "commitId" TEXT NOT NULL,
  "entityKind" TEXT NOT NULL,
  "entityId" TEXT NOT NULL,
  "tag" TEXT NOT NULL,
  "eventVersion" INTEGER NOT NULL,
  "at" INTEGER NOT NULL,
  "cause" TEXT NOT NULL,
  "body" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  CONSTRAINT "journal_seq" CHECK ("seq" > 0)
) STRICT`,
  `CREATE UNIQUE INDEX ${nameOf("journal_account_seq")} ON ${nameOf("journal")} ("account", "seq")`,
  `CREATE INDEX ${nameOf("journal_entity")} ON ${nameOf("journal")} ("account", "entityKind", "entityId", "seq")`,
  `CREATE TABLE ${nameOf("heads")} (
  "account" TEXT NOT NULL PRIMARY KEY,
  "seq" INTEGER NOT NULL,
  "hash" TEXT NOT NULL,
  CONSTRAINT "heads_seq" CHECK ("seq" > 0)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE ${nameOf("feed")} (
  "position" INTEGER NOT NULL PRIMARY KEY,
  "account" TEXT NOT NULL,
  "firstSeq" INTEGER NOT NULL,
  "lastSeq" INTEGER NOT NULL,
  "headHash" TEXT NOT NULL,
  "feedHash" TEXT NOT NULL,
  CONSTRAINT "feed_seqs" CHECK ("firstSeq" > 0 AND "lastSeq" >= "firstSeq")
) STRICT`,
  `CREATE TABLE ${nameOf("ops_store")} (
  "one" INTEGER NOT NULL PRIMARY KEY,
  "id" TEXT NOT NULL,
  "incarnation" TEXT NOT NULL,
  "createdAt" INTEGER NOT NULL,
  CONSTRAINT "ops_store_one" CHECK ("one" = 1)
) STRICT`
]

/** Every statement that makes an empty store, in order. */
export const statements = (dialect: Dialect): ReadonlyArray<string> => [
  ...Object.values(Books.tables).map((table) => createTable(dialect, table)),
  ...Object.values(Books.tables).flatMap((table) => indexesOf(table).map((index) => createIndex(table.name, index))),
  ...journalTables
]
