import { BigDecimal } from "effect"
import * as Decimal from "../values/Decimal.ts"
import type { Cell } from "../tables/Column.ts"
import { Nest } from "../tables/Nest.ts"
import { type EncodedRow, type Fields, type Key, type Lookup, type Table, keyOfCells } from "../tables/Table.ts"

/** The rows of one table that a planning has to do with: as loaded, and as it wants them. */
export interface Shelf<R extends Fields, K extends Key> {
  readonly table: Table<R, K>
  readonly get: (key: K) => R | undefined
  /** Inserts or replaces. */
  readonly put: (record: R) => void
  /** The rows that a lookup finds for these cells, in order of their ids, whenever each was loaded or made. */
  readonly find: (lookup: string, cells: ReadonlyArray<string | number>) => ReadonlyArray<R>
  /** How many rows a lookup finds for these cells. */
  readonly count: (lookup: string, cells: ReadonlyArray<string | number>) => number
  readonly all: () => ReadonlyArray<R>
  /** The keys of all rows. */
  readonly keys: () => Iterable<Key>
  /** The row of a key, as a record and encoded, for whoever works on any table. */
  readonly record: (key: Key) => R | undefined
  readonly row: (key: Key) => EncodedRow | undefined
  /** The cells of a key's row, in the order of the table's columns. */
  readonly cells: (key: Key) => ReadonlyArray<Cell> | undefined
  /** How many rows are loaded. */
  readonly size: () => number
  /** Is there no row, neither loaded nor made? */
  readonly isEmpty: () => boolean
  /** Takes a stored row in as loaded; a row that was loaded before stays. */
  readonly load: (row: EncodedRow) => R
  /** Takes in a row that another shelf of the same store has loaded; one that was loaded here before stays. */
  readonly take: (record: R) => R
  /** The keys of all rows that planning has put. */
  readonly touched: () => ReadonlyArray<Key>
  /** Has planning changed anything? */
  readonly isChanged: () => boolean
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

/** A row: as it was loaded, where it was, and as planning has it now. */
interface Standing<R> {
  readonly key: Key
  base: R | undefined
  record: R
  /** Planning has put it since. */
  isPut: boolean
}

/** An empty shelf for a table. */
export const make = <R extends Fields, K extends Key>(table: Table<R, K>): Shelf<R, K> => {
  const standings = new Map<Key, Standing<R>>()
  /** What planning has put, in the order in which it was put first. */
  let put: Array<Standing<R>> = []
  let loaded = 0
  // An index is made when it is first asked: whoever folds a whole journal asks few of them.
  const byName = new Map<string, Index<R>>()
  const indexes: Array<Index<R>> = []
  const indexNamed = (name: string): Index<R> => {
    const known = byName.get(name)
    if (known !== undefined) return known
    const lookup = table.lookups[name]
    if (lookup === undefined) throw new TypeError(`table ${table.name} has no lookup ${name}`)
    const made = indexOf<R>(lookup)
    for (const { key, record } of standings.values()) made.move(key, undefined, record)
    byName.set(name, made)
    indexes.push(made)
    return made
  }
  const nothing: ReadonlyArray<R> = []
  const get = (key: Key): R | undefined => standings.get(key)?.record
  const moved = (key: Key, before: R | undefined, after: R | undefined) => {
    for (const index of indexes) index.move(key, before, after)
  }
  const only = (key: Key): ReadonlyArray<R> => {
    const record = get(key)
    return record === undefined ? nothing : [record]
  }
  const take = (record: R): R => {
    const key = table.keyOf(record)
    const known = standings.get(key)
    if (known?.base !== undefined) return known.base
    loaded += 1
    if (known === undefined) {
      standings.set(key, { key, base: record, record, isPut: false })
      moved(key, undefined, record)
    } else known.base = record
    return record
  }
  const ofKeys = (keys: Key | ReadonlySet<Key> | undefined): ReadonlyArray<R> => {
    if (keys === undefined) return nothing
    if (typeof keys !== "object") return only(keys)
    const found: Array<R> = []
    let isInOrder = true
    for (const key of keys) {
      const record = get(key)
      if (record === undefined) continue
      const last = found.at(-1)
      if (last !== undefined && byId(last, record) > 0) isInOrder = false
      found.push(record)
    }
    return isInOrder ? found : found.toSorted(byId)
  }
  const all = () => Array.from(standings.values(), ({ record }) => record)
  return {
    table,
    get,
    keys: () => [...standings.keys()],
    record: get,
    row: (key) => {
      const record = get(key)
      return record === undefined ? undefined : table.encode(record)
    },
    cells: (key) => {
      const record = get(key)
      return record === undefined ? undefined : table.cellsOf(record)
    },
    put: (record) => {
      const key = table.keyOf(record)
      const known = standings.get(key)
      if (known === undefined) {
        const made: Standing<R> = { key, base: undefined, record, isPut: true }
        standings.set(key, made)
        put.push(made)
        moved(key, undefined, record)
        return
      }
      moved(key, known.record, record)
      known.record = record
      if (known.isPut) return
      known.isPut = true
      put.push(known)
    },
    find: (name, cells) => {
      if (name === "primary") return only(keyOfCells(cells))
      return ofKeys(indexNamed(name).keys(cells))
    },
    count: (name, cells) => {
      const keys = indexNamed(name).keys(cells)
      return keys === undefined ? 0 : typeof keys === "object" ? keys.size : 1
    },
    all,
    size: () => loaded,
    isEmpty: () => standings.size === 0,
    load: (row) =>
      standings.get(keyOfCells(table.key.map((column) => row[column] ?? null)))?.base ?? take(table.decode(row)),
    take,
    touched: () => put.map(({ key }) => key),
    isChanged: () => put.length > 0,
    changes: () => {
      const inserts: Array<R> = []
      const updates: Array<{ readonly before: R; readonly after: R }> = []
      for (const { base, record } of put) {
        if (base === undefined) inserts.push(record)
        else updates.push({ before: base, after: record })
      }
      return { inserts, updates }
    },
    reset: () => {
      if (put.length === 0) return
      for (const standing of put) {
        const { base, key, record } = standing
        moved(key, record, base)
        standing.isPut = false
        if (base === undefined) standings.delete(key)
        else standing.record = base
      }
      put = []
    },
    keep: () => {
      if (put.length === 0) return nothing
      const made: Array<R> = []
      for (const standing of put) {
        if (standing.base === undefined) {
          made.push(standing.record)
          loaded += 1
        }
        standing.base = standing.record
        standing.isPut = false
      }
      put = []
      return made
    }
  }
}

/** By id, which is the order of making; rows without one keep the order in which they came. */
const byId = (a: Fields, b: Fields): number => {
  const [x, y] = [a["id"], b["id"]]
  return typeof x === "number" && typeof y === "number" ? x - y : 0
}

type Keys = Key | Set<Key>

/** Keys by the cells of a lookup: a plain map where it has one column. */
const keysBy = ({ columns, telling = "" }: Lookup): KeysBy => {
  const [first = ""] = columns
  if (columns.length === 1) {
    const map = new Map<Cell, Keys>()
    return {
      cellsOf: (record) => [cellOf(record[first])],
      inOrder: (cells) => cells,
      get: (cells) => map.get(cells[0] ?? null),
      set: (cells, keys) => void map.set(cells[0] ?? null, keys),
      delete: (cells) => void map.delete(cells[0] ?? null)
    }
  }
  const nest = new Nest<Keys>()
  const nested = columns.includes(telling) ? [...columns.filter((each) => each !== telling), telling] : columns
  const places = nested.map((column) => columns.indexOf(column))
  return {
    cellsOf: (record) => nested.map((column) => cellOf(record[column])),
    inOrder: (cells) => (nested === columns ? cells : places.map((place) => cells[place] ?? null)),
    get: (cells) => nest.get(cells),
    set: (cells, keys) => nest.set(cells, keys),
    delete: (cells) => nest.delete(cells)
  }
}

interface KeysBy {
  readonly cellsOf: (record: Fields) => ReadonlyArray<Cell>
  /** The cells of a question, in the order in which they are nested. */
  readonly inOrder: (cells: ReadonlyArray<Cell>) => ReadonlyArray<Cell>
  readonly get: (cells: ReadonlyArray<Cell>) => Keys | undefined
  readonly set: (cells: ReadonlyArray<Cell>, keys: Keys) => void
  readonly delete: (cells: ReadonlyArray<Cell>) => void
}

/** Which keys stand under which cells of a lookup, kept as rows change. */
interface Index<R> {
  readonly move: (key: Key, before: R | undefined, after: R | undefined) => void
  readonly keys: (cells: ReadonlyArray<Cell>) => Keys | undefined
}

/** An index without rows. Most cells have one key, which needs no set. */
const indexOf = <R extends Fields>(lookup: Lookup): Index<R> => {
  const byCells = keysBy(lookup)
  const { columns, steady = false, where } = lookup
  const isUnmoved = (before: R, after: R): boolean => {
    if (steady) return true
    for (const column of columns) if (before[column] !== after[column]) return false
    return true
  }
  const leave = (key: Key, cells: ReadonlyArray<Cell>): void => {
    const keys = byCells.get(cells)
    if (typeof keys === "object") keys.delete(key)
    if (typeof keys === "object" ? keys.size === 0 : keys === key) byCells.delete(cells)
  }
  const enter = (key: Key, cells: ReadonlyArray<Cell>): void => {
    const keys = byCells.get(cells)
    if (keys === undefined) byCells.set(cells, key)
    else if (typeof keys === "object") keys.add(key)
    else if (keys !== key) byCells.set(cells, new Set([keys, key]))
  }
  return {
    move: (key, before, after) => {
      const isSame = before !== undefined && after !== undefined && isUnmoved(before, after)
      if (isSame && (where === undefined || before[where.column] === after[where.column])) return
      const wasIn = before !== undefined && isAdmitted(lookup, before)
      const isIn = after !== undefined && isAdmitted(lookup, after)
      if (isSame && wasIn === isIn) return
      if (wasIn) leave(key, byCells.cellsOf(before))
      if (isIn) enter(key, byCells.cellsOf(after))
    },
    keys: (cells) => byCells.get(byCells.inOrder(cells))
  }
}

const cellOf = (value: unknown): string | number | null =>
  typeof value === "string" || typeof value === "number" ? value : null

const isAdmitted = ({ where }: Lookup, record: Fields): boolean => {
  if (where === undefined) return true
  const value = record[where.column]
  if ("in" in where) return where.in.some((each) => each === value)
  if ("isNull" in where) return value === undefined
  if (value === undefined) return false
  if (!BigDecimal.isBigDecimal(value)) return value !== where.not
  return where.not === "0" ? !Decimal.isZero(value) : Decimal.format(value) !== where.not
}
