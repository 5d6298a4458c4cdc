import { BigDecimal, Either, ParseResult, Schema, type SchemaAST } from "effect"
import * as Decimal from "../values/Decimal.ts"
import * as Column from "./Column.ts"

/** A row as a store keeps it: cells by column name. */
export type EncodedRow = { readonly [column: string]: Column.Cell }

/** How rows are found: by equality on some columns, among the rows that `where` admits. Stores keep an index for each. */
export interface Lookup {
  readonly columns: ReadonlyArray<string>
  readonly unique: boolean
  /** The cells of these columns never change in a row: what changes is only whether `where` admits it. */
  readonly steady?: true
  /** The column that tells most rows apart, where that is not the last. */
  readonly telling?: string
  readonly where:
    | { readonly column: string; readonly in: ReadonlyArray<string | number> }
    | { readonly column: string; readonly isNull: true }
    | { readonly column: string; readonly not: string }
    | undefined
}

/** What a record is kept under: the one cell of its key, or all of them as one text (`joinKey`). */
export type Key = string | number

/** What is asked of every record: that its fields can be read by the names of their columns. */
export type Fields = { readonly [column: string]: unknown }

/** A record that is being made: once it is put on a shelf nobody changes it. */
export type Draft<R> = { -readonly [K in keyof R]: R[K] }

/** A table of the books, described once: stores make DDL, statements and codecs of it. */
export interface Table<R, K extends Key = Key> {
  readonly name: TableName
  readonly columns: { readonly [column: string]: Column.ColumnDescription }
  /** The columns of the primary key. */
  readonly key: ReadonlyArray<string>
  readonly keyOf: (record: R) => K
  readonly lookups: { readonly [name: string]: Lookup }
  readonly encode: (record: R) => EncodedRow
  /** The cells of a record, in the order of `columns`. */
  readonly cellsOf: (record: R) => Array<Column.Cell>
  /** In which columns, by their place, a record differs from what it was, with the new cells; and the cells of its key. */
  readonly differ: (before: R, after: R) => Difference
  readonly read: (row: EncodedRow) => Either.Either<R, BadRow>
  /** Throws `BadRow`, for planning, where a store makes it a typed failure. */
  readonly decode: (row: EncodedRow) => R
}

/** What is new of a row. */
export interface Difference {
  readonly columns: ReadonlyArray<number>
  readonly cells: ReadonlyArray<Column.Cell>
  readonly key: ReadonlyArray<Column.Cell>
}

/** The domain tables, all that the journal proves; in the order in which rows may refer to earlier ones. */
export const domainTables = [
  "accounts",
  "instruments",
  "batches",
  "trades",
  "positions",
  "owner_positions",
  "lots",
  "decisions",
  "orders",
  "allocations",
  "attempts",
  "payloads",
  "fills",
  "waiting_fills",
  "waiting_commissions",
  "held_reports",
  "breaks",
  "attended_cases",
  "controls",
  "usages",
  "tokens",
  "sessions",
  "commands",
  "approvals",
  "cursors"
] as const

/** The operational tables: not audited. */
export const operationalTables = [
  "ops_marks",
  "ops_jobs",
  "ops_requests",
  "ops_templates",
  "ops_token_uses",
  "ops_holdings",
  "ops_comparisons",
  "ops_reconciliations"
] as const

/** The name of a table that commits write. */
export type TableName = (typeof domainTables)[number] | (typeof operationalTables)[number]

/** A row that cannot be read back: a status without its column, an unknown status, a damaged number. */
export class BadRow extends Schema.TaggedError<BadRow>()("BadRow", {
  table: Schema.String,
  id: Schema.String,
  column: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `table ${this.table}, row ${this.id}, column ${this.column}: ${this.problem}. Audit the store to see what else differs.`
  }
}

/** The text of a key made of several cells. */
export const joinKey = (cells: ReadonlyArray<Column.Cell>): string => {
  let key = String(cells[0])
  for (let i = 1; i < cells.length; i++) key += `\u0000${String(cells[i])}`
  return key
}

const MOST_SYMBOL_KEYS = 65_536
const symbolKeys = new Map<string, Map<string, string>>()
let symbolKeysMade = 0

/** `joinKey` of an account and a symbol: the same few are asked for many times for every trade, so each is made once. */
export const symbolKey = (account: string, symbol: string): string => {
  const known = symbolKeys.get(account)?.get(symbol)
  if (known !== undefined) return known
  if (symbolKeysMade++ % MOST_SYMBOL_KEYS === 0) symbolKeys.clear()
  const made = `${account}\u0000${symbol}`
  const ofAccount = symbolKeys.get(account)
  if (ofAccount === undefined) symbolKeys.set(account, new Map([[symbol, made]]))
  else ofAccount.set(symbol, made)
  return made
}

/** What rows of these cells stand under: the one cell itself, or all as one text. */
export const keyOfCells = (cells: ReadonlyArray<Column.Cell>): Key => {
  const [first] = cells
  return cells.length === 1 && (typeof first === "number" || typeof first === "string") ? first : joinKey(cells)
}

/** Describes a table. `key` is its primary key. */
export const make = <R extends Fields, I extends EncodedRow, K extends Key>(options: {
  readonly name: TableName
  readonly schema: Schema.Schema<R, I> & {
    readonly fields: { readonly [column: string]: { readonly ast: SchemaAST.AST } }
  }
  readonly key: readonly [string, ...ReadonlyArray<string>]
  readonly keyOf: (record: R) => K
  readonly lookups?: { readonly [name: string]: Lookup }
}): Table<R, K> => {
  const decode = Schema.decodeUnknownEither(options.schema)
  const read = (row: EncodedRow): Either.Either<R, BadRow> =>
    Either.mapLeft(decode(row), (error) => badRow(options.name, options.key, row, error))
  const names = Object.keys(options.schema.fields)
  const codecs = Object.entries(options.schema.fields).map(([name, field]) => Column.codecOf(name, field.ast))
  const cellsOf = (record: R): Array<Column.Cell> => codecs.map((codec, i) => codec.encode(record[names[i] ?? ""]))
  const places = options.key.map((name) => names.indexOf(name))
  const differ = (before: R, after: R): Difference => {
    const columns: Array<number> = []
    const cells: Array<Column.Cell> = []
    for (let i = 0; i < codecs.length; i++) {
      const codec = codecs[i]
      const name = names[i] ?? ""
      const was = before[name]
      const is = after[name]
      if (was === is || codec === undefined || isSameDecimal(was, is)) continue
      const cell = codec.encode(is)
      if (typeof is === "object" && cell === codec.encode(was)) continue
      columns.push(i)
      cells.push(cell)
    }
    return { columns, cells, key: places.map((i) => codecs[i]?.encode(after[names[i] ?? ""]) ?? null) }
  }
  /** Reads every cell into its field: what is filled then is a record. */
  const isFilled = (fields: { [column: string]: unknown }, row: EncodedRow): fields is R & typeof fields => {
    for (let i = 0; i < codecs.length; i++) {
      const name = names[i] ?? ""
      const value = codecs[i]?.decode(row[name] ?? null)
      if (value === Column.UNREADABLE) return false
      fields[name] = value
    }
    return true
  }
  // Copies of an object that has all fields keep its shape however they are filled, which engines read fast.
  const blank: { readonly [column: string]: unknown } = Object.fromEntries(names.map((name) => [name, undefined]))
  const blankRow: EncodedRow = Object.fromEntries(names.map((name) => [name, null]))
  const fast = (row: EncodedRow): R | undefined => {
    const fields = { ...blank }
    return isFilled(fields, row) ? fields : undefined
  }
  return {
    name: options.name,
    key: options.key,
    keyOf: options.keyOf,
    columns: Object.fromEntries(
      Object.entries(options.schema.fields).map(([name, field]) => [name, Column.describe(name, field.ast)])
    ),
    lookups: { primary: { columns: options.key, unique: true, where: undefined }, ...options.lookups },
    encode: (record) => rowOf(blankRow, names, cellsOf(record)),
    cellsOf,
    differ,
    read: (row) => {
      const record = fast(row)
      return record === undefined ? read(row) : Either.right(record)
    },
    decode: (row) => fast(row) ?? Either.getOrThrowWith(read(row), (error) => error)
  }
}

const isSameDecimal = (a: unknown, b: unknown): boolean =>
  BigDecimal.isBigDecimal(a) && BigDecimal.isBigDecimal(b) && Decimal.equals(a, b)

const rowOf = (blank: EncodedRow, names: ReadonlyArray<string>, cells: ReadonlyArray<Column.Cell>): EncodedRow => {
  const row: { [column: string]: Column.Cell } = { ...blank }
  for (let i = 0; i < names.length; i++) row[names[i] ?? ""] = cells[i] ?? null
  return row
}

const badRow = (table: string, key: ReadonlyArray<string>, row: EncodedRow, error: ParseResult.ParseError): BadRow => {
  const issue = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
  return new BadRow({
    table,
    id: key.map((part) => String(row[part] ?? "?")).join("/"),
    column: issue === undefined ? "?" : issue.path.map(String).join("."),
    problem: issue?.message ?? "cannot be read"
  })
}
