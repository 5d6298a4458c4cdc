import { BigDecimal } from "effect"
import * as Decimal from "../money/Decimal.ts"
import type { EncodedRow, Lookup, Table } from "./Table.ts"
import { joinKey } from "./Table.ts"

/** The rows of one table that a planning has to do with: as loaded, and as it wants them. */
export interface Shelf<R extends object> {
  readonly table: Table<R>
  readonly get: (key: string) => R | undefined
  /** Inserts or replaces. */
  readonly put: (record: R) => void
  /** The rows that a lookup finds for these cells, in order of their keys' loading or making. */
  readonly find: (lookup: string, cells: ReadonlyArray<string | number>) => ReadonlyArray<R>
  readonly all: () => ReadonlyArray<R>
  /** Takes a stored row in as loaded; a row that was loaded before stays. */
  readonly load: (row: EncodedRow) => R
  /** What planning changed: rows that are new, and rows that replace a loaded one. */
  readonly changes: () => { readonly inserts: ReadonlyArray<R>; readonly updates: ReadonlyArray<R> }
  /** Forgets what planning changed. */
  readonly reset: () => void
}

/** An empty shelf for a table. */
export const make = <R extends object>(table: Table<R>): Shelf<R> => {
  const loaded = new Map<string, R>()
  const draft = new Map<string, R>()
  const indexes = Object.entries(table.lookups)
    .filter(([name]) => name !== "primary")
    .map(([name, lookup]) => ({ name, ...indexOf(table, lookup) }))
  const get = (key: string) => draft.get(key) ?? loaded.get(key)
  const noted = (record: R) => {
    for (const index of indexes) index.note(record)
  }
  return {
    table,
    get,
    put: (record) => {
      draft.set(table.keyOf(record), record)
      noted(record)
    },
    find: (name, cells) => {
      const index = indexes.find((each) => each.name === name)
      if (index === undefined) throw new TypeError(`table ${table.name} has no lookup ${name}`)
      return index.keys(joinKey(cells)).flatMap((key) => {
        const record = get(key)
        return record !== undefined && index.admits(record, joinKey(cells)) ? [record] : []
      })
    },
    all: () => [...new Map([...loaded, ...draft]).values()],
    load: (row) => {
      const record = table.decode(row)
      const key = table.keyOf(record)
      const known = loaded.get(key)
      if (known !== undefined) return known
      loaded.set(key, record)
      noted(record)
      return record
    },
    changes: () => {
      const inserts: Array<R> = []
      const updates: Array<R> = []
      for (const [key, record] of draft) (loaded.has(key) ? updates : inserts).push(record)
      return { inserts, updates }
    },
    reset: () => draft.clear()
  }
}

/** Remembers under which cells a row ever stood; what is read back is checked against the row as it is now. */
const indexOf = <R extends object>(table: Table<R>, lookup: Lookup) => {
  const byCells = new Map<string, Set<string>>()
  const cellsOf = (record: R): string | undefined =>
    isAdmitted(lookup, record) ? joinKey(lookup.columns.map((column) => cellOf(Reflect.get(record, column)))) : undefined
  return {
    note: (record: R) => {
      const cells = cellsOf(record)
      if (cells === undefined) return
      const keys = byCells.get(cells)
      if (keys === undefined) byCells.set(cells, new Set([table.keyOf(record)]))
      else keys.add(table.keyOf(record))
    },
    keys: (cells: string): ReadonlyArray<string> => [...(byCells.get(cells) ?? [])],
    admits: (record: R, cells: string): boolean => cellsOf(record) === cells
  }
}

const cellOf = (value: unknown): string | number | null =>
  typeof value === "string" || typeof value === "number" ? value : null

const isAdmitted = ({ where }: Lookup, record: object): boolean => {
  if (where === undefined) return true
  const value: unknown = Reflect.get(record, where.column)
  if ("in" in where) return where.in.some((each) => each === value)
  if ("isNull" in where) return value === undefined
  return value !== undefined && !(BigDecimal.isBigDecimal(value) ? Decimal.isZero(value) && where.not === "0" : value === where.not)
}
