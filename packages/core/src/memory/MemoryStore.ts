import * as Books from "../books/Books.ts"
import type { Cell } from "../tables/Column.ts"
import * as Cache from "../books/Cache.ts"
import type { LookupRequest } from "../books/load.ts"
import type { Need } from "../books/Need.ts"
import { joinKey, type EncodedRow, type Lookup, type TableName } from "../tables/Table.ts"
import { firstCounters, type Counters } from "../values/Id.ts"
import { nextFeedRow, type Entry, type FeedRow, type Head } from "../events/Entry.ts"
import {
  AlreadyCommitted,
  ConstraintRefused,
  type Count,
  countOf,
  type CountQuery,
  type EntryQuery,
  type Filter,
  type ForgetQuery,
  type HeadsQuery,
  type PageQuery,
  type Planning,
  type Scope,
  type Span,
  spansOf,
  type Written,
  type JournalPart
} from "../ports/TradeRepository.ts"
import * as MemoryLeases from "./MemoryLeases.ts"

/** A store in memory: the same rows, looked up the same way, without durability. Synchronous, so that simulation can drive it. */
export interface MemoryStore {
  readonly write: <A>(scope: Scope, plan: Planning<A>) => Written<A>
  readonly page: (query: PageQuery) => ReadonlyArray<EncodedRow>
  readonly count: (query: CountQuery) => Count
  readonly entries: (query: EntryQuery) => ReadonlyArray<Entry>
  readonly feed: (after: number, limit: number) => ReadonlyArray<FeedRow>
  readonly heads: () => ReadonlyMap<string, Head>
  readonly headsAt: (query: HeadsQuery) => ReadonlyMap<string, Head>
}

/** A store in memory that can be copied as it stands, with the leases of those who drive it. */
export interface Copyable extends MemoryStore {
  readonly leases: MemoryLeases.MemoryLeases
  readonly forget: (query: ForgetQuery) => number
  /** A store of its own with all that this one holds now; who drove it is gone. */
  readonly copy: () => Copyable
}

interface Shelf {
  readonly rows: Map<string, EncodedRow>
  readonly indexes: ReadonlyMap<string, { readonly lookup: Lookup; readonly keys: Map<string, Set<string>> }>
}

const shelfOf = (name: TableName): Shelf => ({
  rows: new Map(),
  indexes: new Map(
    Object.entries(Books.tables[name].lookups).map(([lookupName, lookup]) => [lookupName, { lookup, keys: new Map() }])
  )
})

/** All that a store holds. Rows, entries and heads are never changed in place. */
interface Contents {
  readonly shelves: Map<TableName, Shelf>
  readonly journals: Map<string, Array<Entry>>
  readonly heads: Map<string, Head>
  readonly feed: Array<FeedRow>
  /** What each commit did, by its id. */
  readonly commits: Map<string, ReadonlyArray<Span>>
  readonly leases: MemoryLeases.MemoryLeases
  newestAt: number
  counters: Counters
}

const copied = (contents: Contents): Contents => ({
  ...contents,
  shelves: new Map([...contents.shelves].map(([name, shelf]) => [name, copiedShelf(name, shelf)])),
  journals: new Map([...contents.journals].map(([account, entries]) => [account, [...entries]])),
  heads: new Map(contents.heads),
  feed: [...contents.feed],
  commits: new Map(contents.commits),
  leases: contents.leases.copy()
})

const copiedShelf = (name: TableName, { rows }: Shelf): Shelf => {
  const shelf = shelfOf(name)
  for (const [key, row] of rows) place(shelf, key, undefined, row, name)
  return shelf
}

/**
 * An empty store. From `write` it throws `ConstraintRefused` where rows break a key or a unique lookup, `AlreadyCommitted`
 * and `Fenced`.
 * With a `cache` it keeps what it has read between writes, as a store on a file does; without one every write reads its rows anew.
 */
export const make = (cache?: Cache.Cache): Copyable =>
  holding(cache, {
    shelves: new Map(),
    journals: new Map(),
    heads: new Map(),
    feed: [],
    commits: new Map(),
    leases: MemoryLeases.make(),
    newestAt: 0,
    counters: firstCounters
  })

const holding = (kept: Cache.Cache | undefined, contents: Contents): Copyable => {
  const { commits, feed, heads, journals, leases, shelves } = contents
  const shelf = (name: TableName): Shelf => {
    const known = shelves.get(name) ?? shelfOf(name)
    shelves.set(name, known)
    return known
  }
  const answer = answering(shelf)

  return {
    copy: () => holding(undefined, copied(contents)),
    leases,
    write: (scope, plan) => {
      const { counters, newestAt } = contents
      const did = commits.get(scope.commitId)
      if (did !== undefined) throw new AlreadyCommitted({ commitId: scope.commitId, journals: did })
      leases.check(scope.fences ?? [])
      const cache = kept ?? Cache.make()
      const { books, horizons, met } = cache.loaded()
      Books.reset(books)
      bring(cache, scope.needs, answer)
      const state = { books, met, horizons, heads, newestAt, counters }
      let planned = plan(state)
      while (planned._tag !== "Planned") {
        if (planned._tag === "NeedMore") {
          const before = met.size
          Books.reset(books)
          bring(cache, planned.needs, answer)
          if (met.size === before) throw new Error("planning asks again for what it has")
        }
        planned = plan(state)
      }
      try {
        putAll(planned.changes, shelf)
      } catch (cause) {
        cache.drop()
        throw cause
      }
      contents.counters = Books.counted(
        counters,
        planned.changes.map(({ inserts, table }) => ({ table, ids: inserts.map(({ id }) => id) }))
      )
      if (planned.changes.length > 0 || planned.journals.length > 0) {
        commits.set(scope.commitId, spansOf(planned.journals))
      }
      for (const part of planned.journals) append(contents, part)
      if (Books.areOf(planned.changes, books)) cache.keep()
      else cache.drop()
      return { answer: planned.answer, feedPosition: feed.length }
    },
    page: (query) => pageOf(shelf(query.table).rows.values(), query),
    count: (query) => counted(shelf(query.table).rows.values(), query),
    forget: (query) => {
      const old = pageOf(shelf(query.table).rows.values(), oldestFirst(query))
      for (const row of old) place(shelf(query.table), keyOf(query.table, row), row, undefined, query.table)
      kept?.drop()
      return old.length
    },
    entries: ({ account, afterSeq, entity, limit }) =>
      (journals.get(account) ?? [])
        // Entries have no gaps: the n-th is the one of number n.
        .slice(Math.max(0, afterSeq))
        .filter((entry) => entity === undefined || (entry.entityKind === entity.kind && entry.entityId === entity.id))
        .slice(0, limit),
    feed: (after, limit) => feed.slice(after, after + limit),
    heads: () => new Map(heads),
    headsAt: ({ accounts, position }) => headsIn(feed.slice(0, Math.max(0, position)), new Set(accounts))
  }
}

/** Answers lookups, each key's rows in the order of the table's key. */
const answering =
  (shelf: (name: TableName) => Shelf) =>
  ({ table, lookup, keys, limit }: LookupRequest): ReadonlyArray<EncodedRow> => {
    const { rows, indexes } = shelf(table)
    const index = indexes.get(lookup)
    if (index === undefined) throw new TypeError(`table ${table} has no lookup ${lookup}`)
    const order = Books.tables[table].key
    return keys.flatMap((cells) =>
      [...(index.keys.get(joinKey(cells)) ?? [])]
        .map((key) => rows.get(key))
        .filter((row) => row !== undefined)
        .toSorted((x, y) => compareCells(cellsAt(x, order), cellsAt(y, order)))
        .slice(0, limit)
    )
  }

/** Puts all rows of a commit, or none where one breaks a rule. */
const putAll = (changes: ReadonlyArray<Books.TableChanges>, shelf: (name: TableName) => Shelf): void => {
  const undo: Array<() => void> = []
  try {
    for (const { table, updates } of changes) for (const row of updates) put(shelf(table), table, row, true, undo)
    for (const { table, inserts } of changes) for (const row of inserts) put(shelf(table), table, row, false, undo)
  } catch (cause) {
    for (const step of undo.toReversed()) step()
    throw cause
  }
}

/** Adds to a journal, and its new head to the feed. */
const append = (contents: Contents, { account, entries, head }: JournalPart): void => {
  const { feed, heads, journals } = contents
  const known = journals.get(account)
  if (known === undefined) journals.set(account, [...entries])
  else known.push(...entries)
  heads.set(account, head)
  contents.newestAt = Math.max(contents.newestAt, ...entries.slice(-1).map(({ at }) => at))
  const [first] = entries
  feed.push(nextFeedRow(feed.at(-1), { account, firstSeq: first.seq, lastSeq: head.seq, headHash: head.hash }))
}

const headsIn = (feed: ReadonlyArray<FeedRow>, accounts: ReadonlySet<string>): ReadonlyMap<string, Head> =>
  new Map(
    feed
      .filter(({ account }) => accounts.has(account))
      .map(({ account, headHash, lastSeq }) => [account, { seq: lastSeq, hash: headHash }])
  )

const bring = (
  cache: Cache.Cache,
  needs: ReadonlyArray<Need>,
  answer: (request: LookupRequest) => ReadonlyArray<EncodedRow>
): void => {
  const asking = cache.bring(needs)
  let step = asking.next([])
  while (step.done !== true) step = asking.next(step.value.map(answer))
}

const cellsOf = ({ columns, where }: Lookup, row: EncodedRow): string | undefined => {
  if (where !== undefined) {
    const cell = row[where.column] ?? null
    const isAdmitted =
      "in" in where
        ? where.in.some((each) => each === cell)
        : "isNull" in where
          ? cell === null
          : cell !== null && cell !== where.not
    if (!isAdmitted) return undefined
  }
  return joinKey(columns.map((column) => row[column] ?? null))
}

const keyOf = (table: TableName, row: EncodedRow): string => joinKey(cellsAt(row, Books.tables[table].key))

const oldestFirst = ({ atMost, below, column, table }: ForgetQuery): PageQuery => ({
  table,
  where: [{ column, below }],
  orderBy: [column, ...Books.tables[table].key],
  descending: false,
  after: undefined,
  limit: atMost
})

const put = (shelf: Shelf, table: TableName, row: EncodedRow, isUpdate: boolean, undo: Array<() => void>): void => {
  const key = keyOf(table, row)
  const before = shelf.rows.get(key)
  if (isUpdate !== (before !== undefined)) throw new ConstraintRefused({ table, constraint: `primary key ${key}` })
  // Before it is placed: a row that a unique lookup refuses stands in the lookups before that one.
  undo.push(() => place(shelf, key, row, before, table))
  place(shelf, key, before, row, table)
}

const place = (
  shelf: Shelf,
  key: string,
  before: EncodedRow | undefined,
  after: EncodedRow | undefined,
  table: TableName
): void => {
  for (const [name, { lookup, keys }] of shelf.indexes) {
    const from = before === undefined ? undefined : cellsOf(lookup, before)
    const to = after === undefined ? undefined : cellsOf(lookup, after)
    if (from === to) continue
    if (from !== undefined) keys.get(from)?.delete(key)
    if (to === undefined) continue
    const known = keys.get(to)
    if (known === undefined) keys.set(to, new Set([key]))
    else if (lookup.unique && known.size > 0 && !known.has(key))
      throw new ConstraintRefused({ table, constraint: name })
    else known.add(key)
  }
  if (after === undefined) shelf.rows.delete(key)
  else shelf.rows.set(key, after)
}

const pageOf = (rows: Iterable<EncodedRow>, query: PageQuery): ReadonlyArray<EncodedRow> => {
  const sign = query.descending ? -1 : 1
  const cells = (row: EncodedRow) => query.orderBy.map((column) => row[column] ?? null)
  const { after } = query
  const found: Array<EncodedRow> = []
  for (const row of rows) {
    if (!query.where.every((filter) => isKept(row, filter))) continue
    if (after === undefined || sign * compareCells(cells(row), after) > 0) found.push(row)
  }
  if (found.length > 1) found.sort((a, b) => sign * compareCells(cells(a), cells(b)))
  return found.length > query.limit ? found.slice(0, query.limit) : found
}

const counted = (rows: Iterable<EncodedRow>, { anyOf, upTo }: CountQuery): Count => {
  let count = 0
  for (const row of rows) {
    if (count > upTo) break
    if (anyOf.some((where) => where.every((filter) => isKept(row, filter)))) count++
  }
  return countOf(upTo, count)
}

const isKept = (row: EncodedRow, filter: Filter): boolean => {
  const cell = row[filter.column] ?? null
  if ("in" in filter) return filter.in.some((each) => each === cell)
  const isEnough = filter.atLeast === undefined || compareCells([cell], [filter.atLeast]) >= 0
  return isEnough && (filter.below === undefined || compareCells([cell], [filter.below]) < 0)
}

const cellsAt = (row: EncodedRow, columns: ReadonlyArray<string>): ReadonlyArray<Cell> =>
  columns.map((column) => row[column] ?? null)

const compareCells = (a: ReadonlyArray<Cell>, b: ReadonlyArray<Cell>): number => {
  for (const [i, left] of a.entries()) {
    const right = b[i] ?? null
    if (left === right) continue
    if (left === null) return -1
    if (right === null) return 1
    return left < right ? -1 : 1
  }
  return 0
}
