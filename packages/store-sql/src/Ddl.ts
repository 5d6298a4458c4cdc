import { Books, type Column, Id, type Table } from "@roundlot/core/adapter"
import { type Dialect, listed, literal, postgres, quote, sqlite } from "./Dialect.ts"
import { mentionColumns, segmentColumns } from "./Segments.ts"
import { rules, type Index, type Reference, type StateRule } from "./Rules.ts"

/** The prefix of everything that is ours in a database. */
export const PREFIX = "roundlot_"

/** The name of a table in the database. */
export const nameOf = (table: string): string => `${PREFIX}${table}`

const check = (table: string, name: string, sql: string): string =>
  `CONSTRAINT ${quote(`${table}_${name}`)} CHECK (${sql})`

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
  if (column.literals !== undefined) return dialect.among(quote(name), column.literals)
  switch (column.kind) {
    case "decimal":
      return decimalRule(dialect, table, name)
    case "flag":
      return `${quote(name)} IN (0, 1)`
    case "json":
      return dialect.jsonShape(quote(name))
    case "id":
      return `${quote(name)} > 0`
    default:
      return undefined
  }
}

const stateRule = ({ among }: Dialect, { column, in: values, present, absent }: StateRule): string =>
  `NOT (${among(quote(column), values)}) OR (${[
    ...present.map((each) => `${quote(each)} IS NOT NULL`),
    ...absent.map((each) => `${quote(each)} IS NULL`)
  ].join(" AND ")})`

/** Rows are kept in the tree of their key where nothing else leads to them: another index would be slower than a scan of it. */
const isClustered = (table: Books.AnyTable): boolean => !isKeyedById(table) && indexesOf(table).length === 0

const isKeyedById = ({ key, columns }: Books.AnyTable): boolean =>
  key.length === 1 && key.every((name) => columns[name]?.kind === "id")

const referenceClause = ({ column, deferred, parent, table }: Reference): string =>
  `FOREIGN KEY (${quote(column)}) REFERENCES ${nameOf(table)} (${quote(parent)})` +
  (deferred ? " DEFERRABLE INITIALLY DEFERRED" : "")

/** The references of a table, for a database that takes them only once all tables are there. */
export const addReferences = (table: Books.AnyTable): ReadonlyArray<string> =>
  rules[table.name].references.map(
    (each) =>
      `ALTER TABLE ${nameOf(table.name)} ADD CONSTRAINT ${quote(referenceName(table.name, each))} ${referenceClause(each)}`
  )

/** The name of a reference's constraint, where the database takes one. */
export const referenceName = (table: Table.TableName, { column }: Reference): string => `${table}_refers_${column}`

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
    ...states.map((rule) => check(table.name, `when_${rule.name}`, stateRule(dialect, rule))),
    ...rows.map(({ name, sql }) => check(table.name, `rule_${name}`, typeof sql === "string" ? sql : sql(dialect))),
    ...(dialect.name === "sqlite" ? references.map(referenceClause) : [])
  ]
  return `CREATE TABLE ${nameOf(table.name)} (\n  ${lines.join(",\n  ")}\n)${dialect.tableOptions(isClustered(table))}`
}

/** The condition of a lookup that is for some rows only, as its index and its question both word it. */
export const conditionOf = ({ where }: Table.Lookup): string | undefined => {
  if (where === undefined) return undefined
  const column = quote(where.column)
  if ("in" in where) return `${column} IN (${listed(where.in)})`
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

/** The columns of an index as it is made: SQLite's end with the row's id without being told, and would keep it twice. */
const madeOf = ({ name }: Dialect, table: Books.AnyTable, { columns }: Index): ReadonlyArray<string> => {
  const isTold = name === "sqlite" && isKeyedById(table) && columns.length > 1 && columns.at(-1) === table.key[0]
  return isTold ? columns.slice(0, -1) : columns
}

/** The statement that creates an index. */
export const createIndex = (dialect: Dialect, table: Books.AnyTable, index: Index): string =>
  `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${nameOf(`${table.name}_${index.name}`)} ON ${nameOf(table.name)}` +
  ` (${madeOf(dialect, table, index).map(quote).join(", ")})${index.where === undefined ? "" : ` WHERE ${index.where}`}`

/** The segments of journals, and the records that each tells of. A commit that stood on an older head begins where another did: its key is taken. */
const segmentTables = (dialect: Dialect): ReadonlyArray<string> => {
  const table = (name: string, columns: { readonly [column: string]: Column.ColumnKind }, rest: string) =>
    `CREATE TABLE ${nameOf(name)} (\n  ${Object.entries(columns)
      .map(([column, kind]) => `${quote(column)} ${dialect.typeOf(kind)} NOT NULL`)
      .join(",\n  ")},\n  ${rest}\n)`
  const seq = check("journal", "seq", `"firstSeq" > 0`)
  return [
    table("journal", segmentColumns, `PRIMARY KEY ("account", "firstSeq"),\n  ${seq}`) + dialect.tableOptions(false),
    table("journal_mentions", mentionColumns, `PRIMARY KEY (${Object.keys(mentionColumns).map(quote).join(", ")})`) +
      dialect.tableOptions(true)
  ]
}

const sqliteJournal: ReadonlyArray<string> = [
  ...segmentTables(sqlite),
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
  // Ends with the position, as each index of SQLite's with the row's id.
  `CREATE INDEX ${nameOf("feed_account")} ON ${nameOf("feed")} ("account")`,
  `CREATE TABLE ${nameOf("ops_commits")} ("id" TEXT NOT NULL PRIMARY KEY, "journals" TEXT NOT NULL) STRICT, WITHOUT ROWID`
]

/** The sequence that the ids of a kind come from, where a database has sequences. */
export const sequenceOf = (kind: string): string => nameOf(`ids_${kind}`)

/** Takes a run of ids of each kind for one writer, without holding up others until it commits; gives the first of each run. */
const takeIds = `CREATE FUNCTION ${nameOf("take_ids")}(kinds TEXT[], counts BIGINT[]) RETURNS BIGINT[] LANGUAGE plpgsql AS $$
DECLARE
  firsts BIGINT[] := '{}';
  first BIGINT;
BEGIN
  PERFORM pg_advisory_lock(7237089);
  FOR i IN 1 .. cardinality(kinds) LOOP
    first := nextval('${nameOf("ids_")}' || kinds[i]);
    IF counts[i] > 1 THEN PERFORM setval('${nameOf("ids_")}' || kinds[i], first + counts[i] - 1); END IF;
    firsts := firsts || first;
  END LOOP;
  PERFORM pg_advisory_unlock(7237089);
  RETURN firsts;
END $$`

const text = postgres.typeOf("text")

const postgresJournal: ReadonlyArray<string> = [
  ...segmentTables(postgres),
  // A head stands at 0 from when its first writer locks it.
  `CREATE TABLE ${nameOf("heads")} (
  "account" ${text} NOT NULL PRIMARY KEY,
  "seq" BIGINT NOT NULL,
  "hash" ${text} NOT NULL,
  CONSTRAINT "heads_seq" CHECK ("seq" >= 0)
) WITH (fillfactor = 50)`,
  `CREATE TABLE ${nameOf("feed")} (
  "position" BIGINT NOT NULL PRIMARY KEY,
  "account" ${text} NOT NULL,
  "firstSeq" BIGINT NOT NULL,
  "lastSeq" BIGINT NOT NULL,
  "headHash" ${text} NOT NULL,
  "feedHash" ${text} NOT NULL,
  CONSTRAINT "feed_seqs" CHECK ("firstSeq" > 0 AND "lastSeq" >= "firstSeq")
)`,
  `CREATE INDEX ${nameOf("feed_account")} ON ${nameOf("feed")} ("account", "position")`,
  // How far each journal is in the feed. The row without an account is the feed's own: how many entries it tells of, and when the
  // newest of them was written. The appender locks it.
  `CREATE TABLE ${nameOf("ops_fed")} (
  "account" ${text} NOT NULL PRIMARY KEY,
  "seq" BIGINT NOT NULL,
  "at" TIMESTAMPTZ
) WITH (fillfactor = 50)`,
  `INSERT INTO ${nameOf("ops_fed")} ("account", "seq") VALUES ('', 0)`,
  // The journals whose heads were moved since the feed was appended to, so that nobody looks at all heads. Read whole, and soon empty.
  `CREATE TABLE ${nameOf("ops_moved")} ("account" ${text} NOT NULL)`,
  `CREATE TABLE ${nameOf("ops_commits")} ("id" ${text} NOT NULL PRIMARY KEY, "journals" TEXT NOT NULL)`,
  ...Object.keys(Id.letters).map((kind) => `CREATE SEQUENCE ${sequenceOf(kind)}`),
  takeIds
]

/** The statement that makes the table of leases: who drives which account. `session` is NULL where it was released. */
const leaseTable = (dialect: Dialect): string => {
  const line = (name: string, kind: Column.ColumnKind, rest = " NOT NULL") =>
    `${quote(name)} ${dialect.typeOf(kind)}${rest}`
  const lines = [
    line("account", "text", " NOT NULL PRIMARY KEY"),
    line("token", "integer"),
    line("session", "text", ""),
    line("host", "text"),
    line("pid", "integer"),
    line("takenAt", "instant"),
    line("renewedAt", "instant")
  ]
  return `CREATE TABLE ${nameOf("ops_leases")} (\n  ${lines.join(",\n  ")}\n)${dialect.tableOptions(true)}`
}

/**
 * The statement that makes the one row that says whose store it is, and whether it drives: `active`; `copying`, while it is being
 * filled from another; `waiting`, a copy that nobody has activated; `retired`, when a copy of it took over. `origin` is what a copy
 * was made from, `why` the reason that was given last.
 */
const storeTable = (dialect: Dialect): string => {
  const text = `${dialect.typeOf("text")} NOT NULL`
  const integer = `${dialect.typeOf("integer")} NOT NULL`
  const lines = [
    `"one" ${integer} PRIMARY KEY`,
    `"id" ${text}`,
    `"incarnation" ${text}`,
    `"createdAt" ${integer}`,
    `"state" ${text} DEFAULT 'active'`,
    `"origin" ${dialect.typeOf("text")}`,
    `"why" ${dialect.typeOf("text")}`,
    `"successor" ${dialect.typeOf("text")}`,
    check("ops_store", "one", `"one" = 1`),
    check("ops_store", "state", `"state" IN ('active', 'copying', 'waiting', 'retired')`)
  ]
  return `CREATE TABLE ${nameOf("ops_store")} (\n  ${lines.join(",\n  ")}\n)${dialect.tableOptions(false)}`
}

/**
 * Every statement that makes an empty store, in order, as this version describes its tables. Stores are made by the migrations; a
 * test holds the two equal.
 */
export const statements = (dialect: Dialect): ReadonlyArray<string> => {
  const tables = Object.values(Books.tables)
  return [
    ...tables.map((table) => createTable(dialect, table)),
    ...tables.flatMap((table) => indexesOf(table).map((index) => createIndex(dialect, table, index))),
    ...(dialect.name === "sqlite" ? sqliteJournal : [...tables.flatMap(addReferences), ...postgresJournal]),
    storeTable(dialect),
    leaseTable(dialect)
  ]
}

/** The names of all tables, as the database has them. */
export const tableNames = (dialect: Dialect): ReadonlyArray<string> =>
  statements(dialect).flatMap((text) => /^CREATE TABLE (\w+)/.exec(text)?.[1] ?? [])
