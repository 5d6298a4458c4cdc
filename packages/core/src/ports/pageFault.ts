import type { AnyTable } from "../books/Books.ts"
import type { ColumnKind } from "../tables/Column.ts"
import type { CountQuery, Filter, ForgetQuery, PageQuery } from "./TradeRepository.ts"

const MOST_ROWS = 1000

/** Why so many rows cannot be asked for at once, or `undefined`. */
export const ofLimit = (limit: number): string | undefined =>
  Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS
    ? undefined
    : `wants ${limit} rows, and gets 1 to ${MOST_ROWS} at once`

const UNCOMPARED: ReadonlySet<ColumnKind> = new Set(["json", "bytes"])

const filterFault = (table: AnyTable, filter: Filter): string | undefined => {
  const column = Object.hasOwn(table.columns, filter.column) ? table.columns[filter.column] : undefined
  if (column === undefined) return `filters by ${filter.column}, which is no column`
  if (UNCOMPARED.has(column.kind)) return `filters by ${filter.column}, which is not compared`
  // Decimals are text: equal texts are equal numbers, but their order is not that of numbers.
  return !("in" in filter) && column.kind === "decimal" ? `wants a range of ${filter.column}, a decimal` : undefined
}

/** Rows without the column are not among those of a range. */
const isBounded = (name: string, where: ReadonlyArray<Filter>): boolean =>
  where.some((filter) => filter.column === name && !("in" in filter))

const orderFault = (table: AnyTable, { after, orderBy, where }: PageQuery): string | undefined => {
  for (const name of orderBy) {
    const column = table.columns[name]
    if (column === undefined) return `sorts by ${name}, which is no column`
    const mayBeMissing = column.nullable && !isBounded(name, where)
    if (mayBeMissing || column.kind === "decimal" || UNCOMPARED.has(column.kind)) {
      return `sorts by ${name}, which has no order here`
    }
  }
  const keys = [
    table.key,
    ...Object.values(table.lookups).flatMap((each) => (each.unique && !each.where ? [each.columns] : []))
  ]
  if (!keys.some((key) => key.every((column) => orderBy.includes(column)))) return "sorts by no unique key"
  return after !== undefined && after.length !== orderBy.length
    ? `goes on after ${after.length} cells, and sorts by ${orderBy.length} columns`
    : undefined
}

const filtersFault = (table: AnyTable, filters: ReadonlyArray<Filter>): string | undefined =>
  filters.map((filter) => filterFault(table, filter)).find((fault) => fault !== undefined)

const MOST_COUNTED = 100_000

/** Why rows cannot be counted, or `undefined`. */
export const ofCount = (table: AnyTable, { anyOf, upTo }: CountQuery): string | undefined =>
  Number.isInteger(upTo) && upTo >= 1 && upTo <= MOST_COUNTED
    ? filtersFault(table, anyOf.flat())
    : `counts up to ${upTo} rows, and may count up to 1 to ${MOST_COUNTED}`

/** Why rows cannot be forgotten, or `undefined`. */
export const ofForgetting = (table: AnyTable, { atMost, column }: ForgetQuery): string | undefined =>
  ofLimit(atMost) ?? (table.columns[column]?.kind === "instant" ? undefined : `forgets by ${column}, which is no time`)

/** Why a page cannot be asked for, or `undefined`. */
export const of = (table: AnyTable, query: PageQuery): string | undefined =>
  ofLimit(query.limit) ?? filtersFault(table, query.where) ?? orderFault(table, query)
