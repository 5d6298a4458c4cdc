import type { Table } from "@roundlot/core/adapter"
import type { Dialect } from "./Dialect.ts"

/**
 * A column that names a row of another table. A deferred one is checked at COMMIT, because its row is written first
 * (`Statements.order`); its column must begin an index, or the database reads the whole table for every row that it may name.
 */
export interface Reference {
  readonly column: string
  readonly table: Table.TableName
  readonly parent: string
  readonly deferred: boolean
}

/** What must stand, and must not stand, in a row while `column` has one of these values. */
export interface StateRule {
  readonly name: string
  readonly column: string
  readonly in: ReadonlyArray<string | number>
  readonly present: ReadonlyArray<string>
  readonly absent: ReadonlyArray<string>
}

/** Any other rule that one row keeps by itself, as a condition in SQL; decimals only by equality of canonical text. */
export interface RowRule {
  readonly name: string
  readonly sql: string | ((dialect: Dialect) => string)
}

/** An index of its own: a rule where it is unique, a list screen's path where it is not. */
export interface Index {
  readonly name: string
  readonly columns: ReadonlyArray<string>
  readonly unique: boolean
  readonly where: string | undefined
}

/** What a database holds true of a table beyond its columns. */
export interface TableRules {
  readonly references: ReadonlyArray<Reference>
  /** Decimal columns above zero. */
  readonly positive: ReadonlyArray<string>
  /** Decimal columns not below zero. */
  readonly unsigned: ReadonlyArray<string>
  readonly states: ReadonlyArray<StateRule>
  readonly rows: ReadonlyArray<RowRule>
  readonly indexes: ReadonlyArray<Index>
}

/** A table without rules. */
export const none: TableRules = { references: [], positive: [], unsigned: [], states: [], rows: [], indexes: [] }

/** A reference that holds at once. */
export const refersTo = (column: string, table: Table.TableName): Reference => ({
  column,
  table,
  parent: "id",
  deferred: false
})

/** A reference that holds when the commit ends. */
export const willReferTo = (column: string, table: Table.TableName): Reference => ({
  ...refersTo(column, table),
  deferred: true
})

/** The account of a row. */
export const ofAccount: Reference = { ...refersTo("account", "accounts"), parent: "name" }

/** What a status demands and forbids. */
export const state = (
  name: string,
  column: string,
  values: ReadonlyArray<string | number>,
  present: ReadonlyArray<string>,
  absent: ReadonlyArray<string> = []
): StateRule => ({ name, column, in: values, present, absent })

/** Two columns that are set together or not at all. */
export const together = (name: string, a: string, b: string): RowRule => ({
  name,
  sql: `("${a}" IS NULL) = ("${b}" IS NULL)`
})

/** An index by which a row is there once. */
export const unique = (name: string, columns: ReadonlyArray<string>, where?: string): Index => ({
  name,
  columns,
  unique: true,
  where
})

/** An index for what is listed. */
export const listed = (name: string, columns: ReadonlyArray<string>): Index => ({
  name,
  columns,
  unique: false,
  where: undefined
})

/** An index of some rows only: of few where the condition is rare. */
export const listedWhere = (name: string, columns: ReadonlyArray<string>, where: string): Index => ({
  name,
  columns,
  unique: false,
  where
})

/** Which prices an order's type demands, and which it has no use for. */
export const pricesOf = (type: string): ReadonlyArray<RowRule> => [
  { name: "limit", sql: `"${type}" IS NULL OR ("${type}" IN ('limit', 'stop_limit')) = ("limitPrice" IS NOT NULL)` },
  { name: "stop", sql: `"${type}" IS NULL OR ("${type}" IN ('stop', 'stop_limit')) = ("stopPrice" IS NOT NULL)` }
]

/** What is good until a moment has one, and nothing else has. */
export const goodTill: RowRule = {
  name: "good_till",
  sql: `("timeInForce" IS NOT NULL AND "timeInForce" = 'gtd') = ("goodTill" IS NOT NULL)`
}
