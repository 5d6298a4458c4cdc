import { Reads } from "@roundlot/core"
import { type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Effect, Either, Encoding, Schema } from "effect"
import { partsOf, wordOf, type Conditions } from "./criteria.ts"
import { BadCursor, BadFilter } from "./errors.ts"

/** How much of a list is wanted, from where, and which end first. */
export interface ListOptions {
  /** How many at most; 0 for all. Default: 100. */
  readonly limit?: number | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
  /** `oldest` (default) or `newest` first; of another sort, the least or the greatest. */
  readonly order?: string | undefined
  /** By what, where a list can be sorted otherwise than by its key. */
  readonly sort?: string | undefined
  /** Say how many there are in all. */
  readonly count?: boolean | undefined
}

/** What a page says beside its items. */
export interface Beside {
  /** Null where nothing follows. */
  readonly nextCursor: string | null
  /** How many there are in all, on whatever page: where that was asked for. */
  readonly count?: TradeRepository.Count
}

/** A page of a list. */
export interface ListDocument<D> extends Beside {
  readonly items: ReadonlyArray<D>
}

/** What asking for a list can fail with. */
export type ListError = BadFilter | BadCursor | TradeRepository.StoreError

/** What a list consists of. */
export interface Listing<R> {
  readonly table: Table.Table<R>
  /** Rows that meet all conditions of one of these; none at all where it is empty. */
  readonly anyOf: ReadonlyArray<Conditions>
  /** What a database cannot judge: the records of a batch that stay. */
  readonly keep?: Keep<R> | undefined
  /** Of so many rows a page keeps what it can, and ends there with a cursor: where to keep one costs a read. Default: all. */
  readonly mostLooked?: number | undefined
  /** By what it can be sorted: the columns of each, which together are unique. Default: the key, in the order of arrival. */
  readonly sorts?: Sorts | undefined
}

/** The columns that each way to sort a list goes by. */
type Sorts = Readonly<Record<string, ReadonlyArray<string>>>

/** A way to go through a list: what tells its cursors from others, and the columns that it goes by. */
interface Way {
  readonly name: string
  readonly order: Order
  readonly columns: ReadonlyArray<string>
}

const wayOf = <R>({ sorts = {}, table }: Listing<R>, options: ListOptions): Either.Either<Way, BadFilter> =>
  Either.gen(function* () {
    const order = yield* orderOf(options)
    const { sort } = options
    if (sort === undefined) return { name: table.name, order, columns: table.key }
    const word = yield* wordOf("sort", sort, Object.keys(sorts))
    return { name: `${table.name} by ${word}`, order, columns: sorts[word] ?? table.key }
  })

/** Which records of a batch stay; it may read, for all of them at once. */
export type Keep<R> = (
  batch: ReadonlyArray<R>
) => Effect.Effect<ReadonlyArray<R>, TradeRepository.StoreError, TradeRepository.TradeRepository>

/** What both keep, where there are two. */
export const bothOf = <R>(one: Keep<R> | undefined, other: Keep<R> | undefined): Keep<R> | undefined =>
  one === undefined || other === undefined ? (one ?? other) : (batch) => Effect.flatMap(one(batch), other)

/** How many a list gives where nothing is said. */
const DEFAULT_LIMIT = 100

const BATCH = 500

/** The records of a page with what it says beside them. */
export interface Collected<R> extends Beside {
  readonly records: ReadonlyArray<R>
}

/** The records of one page, the cursor of the next, and how many there are. */
export const collect = <R>(
  listing: Listing<R>,
  options: ListOptions
): Effect.Effect<Collected<R>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const limit = yield* limitOf(options)
    const way = yield* wayOf(listing, options)
    const wanted = limit === 0 ? Number.POSITIVE_INFINITY : limit + 1
    const most = limit === 0 ? Number.POSITIVE_INFINITY : (listing.mostLooked ?? Number.POSITIVE_INFINITY)
    const size = Math.min(BATCH, listing.keep === undefined ? wanted : most)
    const found: Array<R> = []
    let looked = 0
    let isOver = false
    let after = yield* afterOf(listing.table, way, options.cursor)
    while (found.length < wanted && looked < most) {
      const batch: ReadonlyArray<R> = yield* nextBatch(listing, { after, way, size })
      found.push(...(listing.keep === undefined ? batch : yield* listing.keep(batch)))
      const last = batch.at(-1)
      isOver = last === undefined || batch.length < size
      if (last === undefined || isOver) break
      looked += batch.length
      after = cellsOf(listing.table, way, last)
    }
    const last = found.length < wanted ? undefined : found[limit - 1]
    const records = limit === 0 ? found : found.slice(0, limit)
    const next = last === undefined ? (isOver ? undefined : after) : cellsOf(listing.table, way, last)
    const nextCursor = next === undefined ? null : encodeCursor(way.name, way.order, next)
    return { records, nextCursor, ...(yield* countedBeside(options, { records, nextCursor }, countOf(listing))) }
  })

// Counts

/** So many rows are counted one by one at most. */
export const MOST_COUNTED = 10_000

/** So many are looked at where a database cannot judge them. */
export const MOST_JUDGED = 2_000

/** How many there are in all, where that is asked for: of a list that is one page, as many as are on it. */
export const countedBeside = <E, R>(
  { count = false, cursor }: ListOptions,
  { nextCursor, records }: Pick<Collected<unknown>, "nextCursor" | "records">,
  counting: Effect.Effect<TradeRepository.Count, E, R>
): Effect.Effect<Pick<Beside, "count">, E, R> => {
  if (!count) return Effect.succeed({})
  const isWhole = cursor === undefined && nextCursor === null
  return isWhole
    ? Effect.succeed({ count: { kind: "exactly", rows: records.length } })
    : Effect.map(counting, (counted) => ({ count: counted }))
}

const countOf = <R>(listing: Listing<R>) =>
  listing.keep === undefined
    ? Reads.count(listing.table, { anyOf: listing.anyOf, upTo: MOST_COUNTED })
    : judgedCount(listing, listing.keep)

/** So many rows of a list are read for its totals at most: a page asks again at each change. */
const MOST_SUMMED = 1_000

/** The first rows of a list in the order that is asked for, as many as are summed, and how many there are in all. */
export const firstRows = <R>(
  listing: Listing<R>,
  { order, sort }: Pick<ListOptions, "order" | "sort">
): Effect.Effect<Collected<R>, ListError, TradeRepository.TradeRepository> =>
  collect(listing, { order, sort, limit: MOST_SUMMED, count: true })

/** Of the first rows those that stay: all that there are, where these are all rows. */
const judgedCount = <R>(listing: Listing<R>, keep: Keep<R>) =>
  Effect.gen(function* () {
    const way: Way = { name: listing.table.name, order: "oldest", columns: listing.table.key }
    let after: CursorCells | undefined
    let kept = 0
    for (let looked = 0; looked < MOST_JUDGED; looked += BATCH) {
      const batch: ReadonlyArray<R> = yield* nextBatch(listing, { after, way, size: BATCH })
      kept += (yield* keep(batch)).length
      const last = batch.at(-1)
      if (last === undefined || batch.length < BATCH) return { kind: "exactly", rows: kept } as const
      after = cellsOf(listing.table, way, last)
    }
    return { kind: "atLeast", rows: kept } as const
  })

/** The rows of a table that one column finds for any of the cells: a query for 500 of them, never one for each. */
export const among = <R>(
  table: Table.Table<R>,
  column: string,
  cells: Iterable<string | number>,
  where: Conditions = []
): Effect.Effect<ReadonlyArray<R>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.forEach(partsOf(cells), (part) => Reads.all(table, { where: [{ column, in: part }, ...where] })).pipe(
    Effect.map((parts) => parts.flat())
  )

/** How many are wanted; 0 for all. */
export const limitOf = ({ limit = DEFAULT_LIMIT }: ListOptions): Either.Either<number, BadFilter> =>
  Number.isSafeInteger(limit) && limit >= 0
    ? Either.right(limit)
    : Either.left(
        new BadFilter({ filter: "limit", value: String(limit), problem: "is not a whole number of 0 or more" })
      )

/** Which end of a list comes first. */
export type Order = "oldest" | "newest"

/** Which end comes first. */
export const orderOf = ({ order = "oldest" }: ListOptions): Either.Either<Order, BadFilter> =>
  wordOf("order", order, ["oldest", "newest"])

const nextBatch = <R>(
  { anyOf, table }: Listing<R>,
  { after, size, way }: { readonly after: CursorCells | undefined; readonly way: Way; readonly size: number }
): Effect.Effect<ReadonlyArray<R>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.forEach(anyOf, (where) =>
    Reads.page(table, { where, orderBy: way.columns, descending: way.order === "newest", after, limit: size })
  ).pipe(
    Effect.map((pages) => {
      const [only, ...others] = pages
      if (others.length === 0) return only?.items ?? []
      const merged = new Map(
        pages.flatMap((page) => page.items.map((record) => [table.keyOf(record), record] as const))
      )
      const sign = way.order === "newest" ? -1 : 1
      return [...merged.values()]
        .toSorted((a, b) => sign * compare(cellsOf(table, way, a), cellsOf(table, way, b)))
        .slice(0, size)
    })
  )

const compare = (a: CursorCells, b: CursorCells): number => {
  for (const [at, left] of a.entries()) {
    const right = b[at]
    if (left === right || right === undefined) continue
    return left < right ? -1 : 1
  }
  return 0
}

/** What a list goes by are numbers and texts, and never null. */
const cellsOf = <R>(table: Table.Table<R>, { columns }: Way, record: R): CursorCells => {
  const row = table.encode(record)
  return columns.flatMap((column) => {
    const cell = row[column]
    return typeof cell === "string" || typeof cell === "number" ? [cell] : []
  })
}

// Cursors

/** What a cursor holds: where the page before it ended. */
export type CursorCells = ReadonlyArray<string | number>

/** The opaque text of a place in a list; it holds for that list and order only. */
export const encodeCursor = (list: string, order: Order, cells: CursorCells): string =>
  Encoding.encodeBase64Url(JSON.stringify([list, order, ...cells]))

const Content = Schema.parseJson(Schema.Array(Schema.Union(Schema.String, Schema.Int)))
const decodeContent = Schema.decodeUnknownEither(Content)

/** The cells of a cursor, strictly: of this list and order, of the given types, written as we write it. */
export const decodeCursor = (
  list: string,
  order: Order,
  types: ReadonlyArray<"string" | "number">,
  cursor: string
): Either.Either<CursorCells, BadCursor> => {
  const decoded = Either.flatMap(Encoding.decodeBase64UrlString(cursor), decodeContent)
  const cells = Either.isRight(decoded) ? decoded.right.slice(2) : []
  const isTyped = cells.length === types.length && types.every((type, at) => typeof cells[at] === type)
  return isTyped && encodeCursor(list, order, cells) === cursor
    ? Either.right(cells)
    : Either.left(new BadCursor({ list, cursor }))
}

/** Which end came first on the page that gave a cursor; undefined of what is none. */
export const orderOfCursor = (cursor: string): Order | undefined => {
  const decoded = Either.flatMap(Encoding.decodeBase64UrlString(cursor), decodeContent)
  const order = Either.isRight(decoded) ? decoded.right[1] : undefined
  return order === "oldest" || order === "newest" ? order : undefined
}

const afterOf = <R>(table: Table.Table<R>, { columns, name, order }: Way, cursor: string | undefined) => {
  const types = columns.map((column) => (table.columns[column]?.kind === "text" ? "string" : "number"))
  return cursor === undefined ? Either.right(undefined) : decodeCursor(name, order, types, cursor)
}
