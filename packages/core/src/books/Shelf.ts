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
  /** The row of a key, encoded. */
  readonly row: (key: string) => EncodedRow | undefined
  /** All rows, encoded. */
  readonly rows: () => ReadonlyArray<EncodedRow>
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
  const indexes = new Map(
    Object.entries(table.lookups)
      .filter(([name]) => name !== "primary")
      .map(([name, lookup]) => [name, indexOf<R>(lookup)])
  )
  const get = (key: string) => draft.get(key) ?? loaded.get(key)
  const moved = (key: string, before: R | undefined, after: R) => {
    for (const index of indexes.values()) index.move(key, before, after)
  }
  const all = () => [...new Map([...loaded, ...draft]).values()]
  return {
    table,
    get,
    row: (key) => {
      const record = get(key)
      return record === undefined ? undefined : table.encode(record)
    },
    rows: () => all().map(table.encode),
    put: (record) => {
      const key = table.keyOf(record)
      moved(key, get(key), record)
      draft.set(key, record)
    },
    find: (name, cells) => {
      const index = indexes.get(name)
      if (index === undefined) throw new TypeError(`table ${table.name} has no lookup ${name}`)
      return index.keys(joinKey(cells)).flatMap((key) => get(key) ?? [])
    },
    all,
    load: (row) => {
      const record = table.decode(row)
      const key = table.keyOf(record)
      const known = loaded.get(key)
      if (known !== undefined) return known
      loaded.set(key, record)
      if (!draft.has(key)) moved(key, undefined, record)
      return record
    },
    changes: () => {
      const inserts: Array<R> = []
      const updates: Array<R> = []
      for (const [key, record] of draft) (loaded.has(key) ? updates : inserts).push(record)
      return { inserts, updates }
    },
    reset: () => {
      if (draft.size === 0) return
      draft.clear()
      for (const index of indexes.values()) index.clear()
      for (const [key, record] of loaded) moved(key, undefined, record)
    }
  }
}

/** Which keys stand under which cells of a lookup, kept as rows change. */
const indexOf = <R extends object>(lookup: Lookup) => {
  const byCells = new Map<string, Set<string>>()
  const watched = [...lookup.columns, ...(lookup.where === undefined ? [] : [lookup.where.column])]
  const cellsOf = (record: R): string | undefined =>
    isAdmitted(lookup, record)
      ? joinKey(lookup.columns.map((column) => cellOf(Reflect.get(record, column))))
      : undefined
  return {
    move: (key: string, before: R | undefined, after: R) => {
      if (
        before !== undefined &&
        watched.every((column) => Reflect.get(before, column) === Reflect.get(after, column))
      ) {
        return
      }
      const from = before === undefined ? undefined : cellsOf(before)
      const to = cellsOf(after)
      if (from === to) return
      if (from !== undefined) byCells.get(from)?.delete(key)
      if (to === undefined) return
      const keys = byCells.get(to)
      if (keys === undefined) byCells.set(to, new Set([key]))
      else keys.add(key)
    },
    keys: (cells: string): ReadonlyArray<string> => [...(byCells.get(cells) ?? [])],
    clear: () => byCells.clear()
  }
}

const cellOf = (value: unknown): string | number | null =>
  typeof value === "string" || typeof value === "number" ? value : null

const isAdmitted = ({ where }: Lookup, record: object): boolean => {
  if (where === undefined) return true
  const value: unknown = Reflect.get(record, where.column)
  if ("in" in where) return where.in.some((each) => each === value)
  if ("isNull" in where) return value === undefined
  if (value === undefined) return false
  return BigDecimal.isBigDecimal(value) ? Decimal.format(value) !== where.not : value !== where.not
}
