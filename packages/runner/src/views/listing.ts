import { Reads, type Column, type Table, type TradeRepository } from "@roundlot/core"
import { Effect, Either, Encoding, Schema } from "effect"
import { partsOf, wordOf, type Conditions } from "./asked.ts"
import { BadCursor, BadFilter } from "./errors.ts"

/** How much of a list is wanted, from where, and which end first. */
export interface ListOptions {
  /** How many at most; 0 for all. Default: 100. */
  readonly limit?: number | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
  /** `oldest` (default) or `newest` first. */
  readonly order?: string | undefined
}

/** A page of a list; `nextCursor` is null where nothing follows. */
export interface ListDocument<D> {
  readonly items: ReadonlyArray<D>
  readonly nextCursor: string | null
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
}

/** Which records of a batch stay; it may read, for all of them at once. */
export type Keep<R> = (
  batch: ReadonlyArray<R>
) => Effect.Effect<ReadonlyArray<R>, TradeRepository.StoreError, TradeRepository.TradeRepository>

/** How many a list gives where nothing is said. */
export const DEFAULT_LIMIT = 100

const BATCH = 500

type Cells = ReadonlyArray<Column.Cell>

/** The records of one page, and the cursor of the next. */
export const collect = <R>(
  listing: Listing<R>,
  options: ListOptions
): Effect.Effect<
  { readonly records: ReadonlyArray<R>; readonly nextCursor: string | null },
  ListError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const limit = yield* limitOf(options)
    const order = yield* orderOf(options)
    const wanted = limit === 0 ? Number.POSITIVE_INFINITY : limit + 1
    const size = listing.keep === undefined ? Math.min(BATCH, wanted) : BATCH
    const found: Array<R> = []
    let after = options.cursor === undefined ? undefined : yield* cellsOfCursor(listing.table, order, options.cursor)
    while (found.length < wanted) {
      const batch: ReadonlyArray<R> = yield* nextBatch(listing, { after, order, size })
      found.push(...(listing.keep === undefined ? batch : yield* listing.keep(batch)))
      const last = batch.at(-1)
      if (last === undefined || batch.length < size) break
      after = cellsOf(listing.table, last)
    }
    const last = found.length < wanted ? undefined : found[limit - 1]
    return {
      records: limit === 0 ? found : found.slice(0, limit),
      nextCursor: last === undefined ? null : cursorOf(listing.table, order, cellsOf(listing.table, last))
    }
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

const limitOf = ({ limit = DEFAULT_LIMIT }: ListOptions): Either.Either<number, BadFilter> =>
  Number.isSafeInteger(limit) && limit >= 0
    ? Either.right(limit)
    : Either.left(new BadFilter({ filter: "limit", value: String(limit), problem: "is no whole number from 0 on" }))

type Order = "oldest" | "newest"

const orderOf = ({ order = "oldest" }: ListOptions): Either.Either<Order, BadFilter> =>
  wordOf("order", order, ["oldest", "newest"])

const nextBatch = <R>(
  { anyOf, table }: Listing<R>,
  { after, order, size }: { readonly after: Cells | undefined; readonly order: Order; readonly size: number }
): Effect.Effect<ReadonlyArray<R>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.forEach(anyOf, (where) =>
    Reads.page(table, { where, orderBy: table.key, descending: order === "newest", after, limit: size })
  ).pipe(
    Effect.map((pages) => {
      const [only, ...others] = pages
      if (others.length === 0) return only?.items ?? []
      const merged = new Map(pages.flatMap((page) => page.items.map((record) => [table.keyOf(record), record] as const)))
      const sign = order === "newest" ? -1 : 1
      return [...merged.values()]
        .sort((a, b) => sign * compare(cellsOf(table, a), cellsOf(table, b)))
        .slice(0, size)
    })
  )

const compare = (a: Cells, b: Cells): number => {
  for (const [at, left] of a.entries()) {
    const right = b[at] ?? null
    if (left === right || left === null || right === null) continue
    return left < right ? -1 : 1
  }
  return 0
}

const cellsOf = <R>(table: Table.Table<R>, record: R): Cells => {
  const row = table.encode(record)
  return table.key.map((column) => row[column] ?? null)
}

// Cursors

const cursorOf = <R>(table: Table.Table<R>, order: Order, cells: Cells): string =>
  Encoding.encodeBase64Url(JSON.stringify([table.name, order, ...cells]))

const Content = Schema.parseJson(Schema.Array(Schema.Union(Schema.String, Schema.Int)))
const decodeContent = Schema.decodeUnknownEither(Content)

/** Strictly: the same list and order, cells that its key can have, and the text that they would be written as. */
const cellsOfCursor = <R>(table: Table.Table<R>, order: Order, cursor: string): Either.Either<Cells, BadCursor> => {
  const decoded = Either.flatMap(Encoding.decodeBase64UrlString(cursor), decodeContent)
  const cells = Either.isRight(decoded) ? decoded.right.slice(2) : []
  const isOfKey = cells.length === table.key.length && table.key.every((column, at) => isCellOf(table, column, cells[at]))
  return isOfKey && cursorOf(table, order, cells) === cursor
    ? Either.right(cells)
    : Either.left(new BadCursor({ list: table.name, cursor }))
}

const isCellOf = <R>(table: Table.Table<R>, column: string, cell: string | number | undefined): boolean =>
  typeof cell === (table.columns[column]?.kind === "text" ? "string" : "number")
