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
  /** The rows that a lookup finds for these cells, in order of their ids, whenever each was loaded or made. */
  readonly find: (lookup: string, cells: ReadonlyArray<string | number>) => ReadonlyArray<R>
  /** How many rows a lookup finds for these cells. */
  readonly count: (lookup: string, cells: ReadonlyArray<string | number>) => number
  readonly all: () => ReadonlyArray<R>
  /** The keys of all rows. */
  readonly keys: () => Iterable<string>
  /** The row of a key, encoded. */
  readonly row: (key: string) => EncodedRow | undefined
  /** All rows, encoded. */
  readonly rows: () => ReadonlyArray<EncodedRow>
  /** How many rows are loaded. */
  readonly size: () => number
  /** Takes a stored row in as loaded; a row that was loaded before stays. */
  readonly load: (row: EncodedRow) => R
  /** Takes in a row that another shelf of the same store has loaded; one that was loaded here before stays. */
  readonly take: (record: R) => R
  /** What planning changed: rows that are new, and rows that replace a loaded one. */
  readonly changes: () => {
    readonly inserts: ReadonlyArray<R>
    readonly updates: ReadonlyArray<{ readonly before: R; readonly after: R }>
  }
  /** Forgets what planning changed. */
  readonly reset: () => void
  /** What planning changed is committed: it counts as loaded from now on. Gives the rows that are new. */
  readonly keep: () => ReadonlyArray<R>
}

/** An empty shelf for a table. */
export const make = <R extends object>(table: Table<R>): Shelf<R> => {
  const loaded = new Map<string, R>()
  const draft = new Map<string, R>()
  const byName = new Map(
    Object.entries(table.lookups)
      .filter(([name]) => name !== "primary")
      .map(([name, lookup]) => [name, indexOf<R>(lookup)])
  )
  const indexes = [...byName.values()]
  const get = (key: string) => draft.get(key) ?? loaded.get(key)
  const moved = (key: string, before: R | undefined, after: R | undefined) => {
    for (const index of indexes) index.move(key, before, after)
  }
  const take = (record: R): R => {
    const key = table.keyOf(record)
    const known = loaded.get(key)
    if (known !== undefined) return known
    loaded.set(key, record)
    if (!draft.has(key)) moved(key, undefined, record)
    return record
  }
  const ofKeys = (keys: ReadonlySet<string> | undefined): ReadonlyArray<R> => {
    if (keys === undefined || keys.size === 0) return nothing
    const found: Array<R> = []
    for (const key of keys) {
      const record = get(key)
      if (record !== undefined) found.push(record)
    }
    return found.length > 1 ? found.toSorted(byId) : found
  }
  const nothing: ReadonlyArray<R> = []
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
      if (name === "primary") {
        const record = get(joinKey(cells))
        return record === undefined ? nothing : [record]
      }
      const index = byName.get(name)
      if (index === undefined) throw new TypeError(`table ${table.name} has no lookup ${name}`)
      return ofKeys(index.keys(joinKey(cells)))
    },
    count: (name, cells) => byName.get(name)?.keys(joinKey(cells))?.size ?? 0,
    all,
    keys: () => new Set([...loaded.keys(), ...draft.keys()]),
    size: () => loaded.size,
    load: (row) => take(table.decode(row)),
    take,
    changes: () => {
      const inserts: Array<R> = []
      const updates: Array<{ readonly before: R; readonly after: R }> = []
      for (const [key, after] of draft) {
        const before = loaded.get(key)
        if (before === undefined) inserts.push(after)
        else updates.push({ before, after })
      }
      return { inserts, updates }
    },
    reset: () => {
      for (const [key, record] of draft) moved(key, record, loaded.get(key))
      draft.clear()
    },
    keep: () => {
      const made: Array<R> = []
      for (const [key, record] of draft) {
        if (!loaded.has(key)) made.push(record)
        loaded.set(key, record)
      }
      draft.clear()
      return made
    }
  }
}

const idOf = (record: object): unknown => Reflect.get(record, "id")

/** By id, which is the order of making; rows without one keep the order in which they came. */
const byId = (a: object, b: object): number => {
  const [x, y] = [idOf(a), idOf(b)]
  return typeof x === "number" && typeof y === "number" ? x - y : 0
}

/** Which keys stand under which cells of a lookup, kept as rows change. */
const indexOf = <R extends object>(lookup: Lookup) => {
  const byCells = new Map<string, Set<string>>()
  const { columns } = lookup
  const watched = [...columns, ...(lookup.where === undefined ? [] : [lookup.where.column])]
  const cellsOf = (record: R): string | undefined =>
    isAdmitted(lookup, record) ? joinKey(columns.map((column) => cellOf(Reflect.get(record, column)))) : undefined
  const isUnmoved = (before: R, after: R): boolean => {
    for (const column of watched) if (Reflect.get(before, column) !== Reflect.get(after, column)) return false
    return true
  }
  const leave = (key: string, cells: string): void => {
    const keys = byCells.get(cells)
    keys?.delete(key)
    if (keys?.size === 0) byCells.delete(cells)
  }
  return {
    move: (key: string, before: R | undefined, after: R | undefined) => {
      if (before !== undefined && after !== undefined && isUnmoved(before, after)) return
      const from = before === undefined ? undefined : cellsOf(before)
      const to = after === undefined ? undefined : cellsOf(after)
      if (from === to) return
      if (from !== undefined) leave(key, from)
      if (to === undefined) return
      const keys = byCells.get(to)
      if (keys === undefined) byCells.set(to, new Set([key]))
      else keys.add(key)
    },
    keys: (cells: string): ReadonlySet<string> | undefined => byCells.get(cells)
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
