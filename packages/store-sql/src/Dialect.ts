import type { Column } from "@roundlot/core/adapter"

/** Where databases differ: types, shapes of cells, places for parameters. Everything else is said once. */
export interface Dialect {
  readonly name: "sqlite" | "postgres"
  readonly typeOf: (kind: Column.ColumnKind) => string
  /** What follows the closing bracket of a table; a clustered one has its rows in the tree of its key. */
  readonly tableOptions: (clustered: boolean) => string
  /** The place of the parameter with this number, from 1. */
  readonly place: (number: number) => string
  /** True where `column` holds a canonical decimal: no exponent, no `+`, no needless zero, and a `-` only where signs are. */
  readonly decimalShape: (column: string, signs: boolean) => string
  /** True where `column` is one of these, unknown where it is NULL. */
  readonly among: (column: string, values: ReadonlyArray<string | number>) => string
  /** True where `column` is one of those that a statement finds, which is carried out first: each is then looked up by itself. */
  readonly amongFound: (column: string, statement: string) => string
  /** True where `column` holds JSON. */
  readonly jsonShape: (column: string) => string
  /** True where `column` holds so many lower-case hexadecimal digits. */
  readonly hexShape: (column: string, digits: number) => string
  /** The cell as the database takes it for a parameter. */
  readonly parameterOf: (kind: Column.ColumnKind, cell: Column.Cell) => Column.Cell
  /** What stands for "no limit" where a number of rows is asked for. */
  readonly noLimit: number | null
  /** What makes of a statement the question how many rows its planner expects, in the JSON of Postgres, where there is one. */
  readonly explain: string | undefined
}

/** A name as SQL takes it whatever it is. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as SQL takes it. */
export const literal = (value: string | number): string =>
  typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`

/** Texts and numbers as a list of SQL. */
export const listed = (values: ReadonlyArray<string | number>): string => values.map(literal).join(", ")

const SQLITE_TYPES: { readonly [K in Column.ColumnKind]: string } = {
  id: "INTEGER",
  integer: "INTEGER",
  text: "TEXT",
  decimal: "TEXT",
  instant: "INTEGER",
  flag: "INTEGER",
  json: "TEXT",
  bytes: "BLOB"
}

const unsignedShape = (digits: string): string =>
  `${digits} GLOB '[0-9]*' AND ${digits} NOT GLOB '*[^0-9.]*' AND ${digits} NOT GLOB '0[0-9]*'` +
  ` AND (instr(${digits}, '.') = 0 OR (${digits} GLOB '*[1-9]' AND ${digits} NOT GLOB '*.*.*'))`

/** SQLite: strict tables; decimals are canonical text, so that equal numbers are equal texts. */
export const sqlite: Dialect = {
  name: "sqlite",
  typeOf: (kind) => SQLITE_TYPES[kind],
  tableOptions: (clustered) => (clustered ? " STRICT, WITHOUT ROWID" : " STRICT"),
  place: () => "?",
  decimalShape: (column, signs) =>
    signs
      ? `${column} <> '-0' AND ${column} NOT GLOB '?*-*' AND ${unsignedShape(`ltrim(${column}, '-')`)}`
      : unsignedShape(column),
  // Whenever a list of more than two is judged, SQLite makes a table of it first: that takes longer than to write a row.
  among: (column, values) =>
    values.length > 2
      ? values.map((value) => `${column} = ${literal(value)}`).join(" OR ")
      : `${column} IN (${listed(values)})`,
  amongFound: (column, statement) => `${column} IN (${statement})`,
  jsonShape: (column) => `json_valid(${column})`,
  hexShape: (column, digits) => `length(${column}) = ${digits} AND ${column} NOT GLOB '*[^0-9a-f]*'`,
  parameterOf: (_, cell) => cell,
  noLimit: -1,
  explain: undefined
}

const POSTGRES_TYPES: { readonly [K in Column.ColumnKind]: string } = {
  id: "BIGINT",
  integer: "BIGINT",
  // Text is ordered by its bytes, as everywhere else: no locale has a say in where a page goes on.
  text: 'TEXT COLLATE "C"',
  decimal: "NUMERIC",
  instant: "TIMESTAMPTZ",
  flag: "SMALLINT",
  json: "TEXT",
  bytes: "BYTEA"
}

const MICROS_A_SECOND = 1_000_000

const lastSecond = { at: Number.NaN, text: "" }

/** A second without its end. Most moments of a transaction are in the same one. */
const secondText = (at: number): string => {
  if (lastSecond.at !== at) {
    lastSecond.at = at
    lastSecond.text = new Date(at * 1000).toISOString().slice(0, -".000Z".length)
  }
  return lastSecond.text
}

/** A moment as text that Postgres reads without loss: `Date` ends at milliseconds. */
const instantText = (micros: number): string => {
  const second = Math.floor(micros / MICROS_A_SECOND)
  return `${secondText(second)}.${String(micros - second * MICROS_A_SECOND).padStart(6, "0")}Z`
}

/**
 * Postgres: decimals are `NUMERIC` without a scale of its own, so that they come back as they went in, moments `timestamptz`,
 * JSON text, since a `jsonb` reorders what is hashed.
 */
export const postgres: Dialect = {
  name: "postgres",
  typeOf: (kind) => POSTGRES_TYPES[kind],
  tableOptions: () => "",
  place: (number) => `$${number}`,
  // Not a number is above infinity; a needless zero is a scale that the number does not need.
  decimalShape: (column, signs) =>
    `scale(${column}) = min_scale(${column}) AND ${column} < 'Infinity' AND ${column} ${signs ? "> '-Infinity'" : ">= 0"}`,
  among: (column, values) => `${column} IN (${listed(values)})`,
  amongFound: (column, statement) => `${column} = ANY (ARRAY(${statement}))`,
  jsonShape: (column) => `${column} IS NULL OR (${column}::json) IS NOT NULL`,
  hexShape: (column, digits) => `${column} ~ '^[0-9a-f]{${digits}}$'`,
  parameterOf: (kind, cell) => (kind === "instant" && typeof cell === "number" ? instantText(cell) : cell),
  noLimit: null,
  explain: "EXPLAIN (FORMAT JSON)"
}
