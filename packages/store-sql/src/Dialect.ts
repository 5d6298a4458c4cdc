import type { Column } from "@roundlot/core"

/** Where databases differ: types, the shape of a decimal, places for parameters. Everything else is said once. */
export interface Dialect {
  readonly typeOf: (kind: Column.ColumnKind) => string
  /** What follows the closing bracket of a table; a clustered one has its rows in the tree of its key. */
  readonly tableOptions: (clustered: boolean) => string
  /** The place of the parameter with this number, from 1. */
  readonly place: (number: number) => string
  /** True where `column` holds a canonical decimal: no exponent, no `+`, no needless zero, and a `-` only where signs are. */
  readonly decimalShape: (column: string, signs: boolean) => string
}

/** A name as SQL takes it whatever it is. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as SQL takes it. */
export const literal = (value: string | number): string =>
  typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`

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
  typeOf: (kind) => SQLITE_TYPES[kind],
  tableOptions: (clustered) => (clustered ? " STRICT, WITHOUT ROWID" : " STRICT"),
  place: () => "?",
  decimalShape: (column, signs) =>
    signs
      ? `${column} <> '-0' AND ${column} NOT GLOB '?*-*' AND ${unsignedShape(`ltrim(${column}, '-')`)}`
      : unsignedShape(column)
}
