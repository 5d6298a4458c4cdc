import type { Documents } from "@roundlot/api"
import { Entry, TradeRepository, type Table } from "@roundlot/core/adapter"
import { Feed } from "@roundlot/core/ledger"
import { Chunk, Effect, Either, Option, Stream } from "effect"
import { entityOf, momentOf, type Entity, type Period } from "./criteria.ts"
import { BadFilter, NotFound } from "./errors.ts"
import { bodyOf, causeOf, timeOf } from "./history.ts"
import * as journals from "./journals.ts"
import { kept } from "./past.ts"
import {
  countedBeside,
  decodeCursor,
  encodeCursor,
  limitOf,
  MOST_JUDGED,
  orderOf,
  type CursorCells,
  type ListDocument,
  type ListError,
  type ListOptions,
  type Order
} from "./listing.ts"
import * as Columns from "./table.ts"

/** One entry of an account's journal; `entity` is the record that it is about, `body` the event as it was written. */
export type EntryDocument = Documents.EntryDocument

/** The newest place of the feed, and the newest entry of every journal: what `audit --anchor` takes. */
export type HeadDocument = Documents.HeadDocument

/**
 * Which entries: without account and entity in feed order, else journal by journal in order of `seq`. `entity` is an id (`T12`)
 * or a kind and its id (`position/AAPL`).
 */
export interface JournalFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly entity?: string | undefined
  readonly tag?: string | undefined
  /** Who brought it about: the name of a token, a person, a source or a part of the program. */
  readonly actor?: string | undefined
}

/** An entry as it is shown. */
export const entryDocumentOf = (entry: Entry.Entry): Either.Either<EntryDocument, Table.BadRow> =>
  Either.gen(function* () {
    const cause = yield* causeOf(entry)
    const body = yield* bodyOf(entry)
    return {
      account: entry.account,
      seq: entry.seq,
      commitId: entry.commitId,
      at: timeOf(entry),
      entity: { kind: entry.entityKind, id: entry.entityId },
      tag: entry.tag,
      eventVersion: entry.eventVersion,
      cause,
      body,
      hash: entry.hash
    }
  })

/** A page of entries. */
export const list = (
  filters: JournalFilters
): Effect.Effect<ListDocument<EntryDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const limit = yield* limitOf(filters)
    const order = yield* orderOf(filters)
    const isWanted = yield* judgeOf(filters)
    const source = yield* sourceOf(filters, order)
    const wanted = source.entries.pipe(Stream.filter(({ entry }) => isWanted(entry)))
    const page = limit === 0 ? wanted : Stream.take(wanted, limit + 1)
    const found = Chunk.toReadonlyArray(yield* Stream.runCollect(page))
    const last = limit === 0 || found.length <= limit ? undefined : found[limit - 1]
    const records = limit === 0 ? found : found.slice(0, limit)
    const nextCursor = last === undefined ? null : encodeCursor(source.name, order, source.cellsOf(last))
    return {
      items: yield* Effect.forEach(records, ({ entry }) => entryDocumentOf(entry)),
      nextCursor,
      ...(yield* countedBeside(filters, { records, nextCursor }, countOf(filters)))
    }
  })

/** Entries have no gaps: the number of the newest is how many there are. Which of them are wanted only reading them tells. */
const countOf = (filters: JournalFilters) =>
  Effect.gen(function* () {
    const { account, actor, entity, since, tag, until } = filters
    const repository = yield* TradeRepository.TradeRepository
    if ([actor, entity, since, tag, until].every((each) => each === undefined)) {
      const heads = [...(yield* repository.heads)].filter(([name]) => journals.isOf(account, name))
      return { kind: "exactly", rows: heads.reduce((sum, [, { seq }]) => sum + seq, 0) } as const
    }
    const isWanted = yield* judgeOf(filters)
    const { entries } = yield* sourceOf({ ...filters, cursor: undefined }, "oldest")
    const looked = yield* Stream.runCollect(Stream.take(entries, MOST_JUDGED + 1))
    const rows = Chunk.filter(Chunk.take(looked, MOST_JUDGED), ({ entry }) => isWanted(entry)).length
    return { kind: looked.length > MOST_JUDGED ? "atLeast" : "exactly", rows } as const
  })

/** An entry as a source gives it; `position` is its place in the feed, where that is the order. */
interface Found {
  readonly position?: number
  readonly entry: Entry.Entry
}

interface Source {
  readonly name: string
  readonly cellsOf: (found: Found) => CursorCells
  readonly entries: Stream.Stream<Found, TradeRepository.StoreError, TradeRepository.TradeRepository>
}

const sourceOf = (filters: JournalFilters, order: Order): Either.Either<Source, ListError> =>
  filters.account === undefined && filters.entity === undefined
    ? feedSource(filters.cursor, order)
    : journalSource(filters, order)

const feedSource = (cursor: string | undefined, order: Order): Either.Either<Source, ListError> =>
  Either.gen(function* () {
    const name = "journal"
    const cells = cursor === undefined ? [] : yield* decodeCursor(name, order, ["number", "number"], cursor)
    const [position, seq] = cells.map(Number)
    const from = position === undefined || seq === undefined ? undefined : { position, seq }
    return {
      name,
      cellsOf: ({ entry, position: place = 0 }) => [place, entry.seq],
      entries: order === "oldest" ? Feed.oldestFirst(from) : Feed.newestFirst(from)
    }
  })

const journalSource = (filters: JournalFilters, order: Order): Either.Either<Source, ListError> =>
  Either.gen(function* () {
    const name = "journal of accounts"
    const { cursor } = filters
    const entity: Entity | undefined = filters.entity === undefined ? undefined : yield* entityOf(filters.entity)
    const cells = cursor === undefined ? [] : yield* decodeCursor(name, order, ["string", "number"], cursor)
    const [account, seq] = cells
    const from = account === undefined || seq === undefined ? undefined : { account: String(account), seq: Number(seq) }
    return {
      name,
      cellsOf: ({ entry }) => [entry.account, entry.seq],
      entries: Stream.map(journals.entries({ account: filters.account, entity, order, from }), (entry) => ({ entry }))
    }
  })

const judgeOf = ({
  actor,
  since,
  tag,
  until
}: JournalFilters): Either.Either<(entry: Entry.Entry) => boolean, BadFilter> =>
  Either.gen(function* () {
    const from = since === undefined ? undefined : Number(yield* momentOf("since", since))
    const to = until === undefined ? undefined : Number(yield* momentOf("until", until))
    const wanted = tag?.toLowerCase()
    return (entry) =>
      (from === undefined || entry.at >= from) &&
      (to === undefined || entry.at < to) &&
      (wanted === undefined || entry.tag.toLowerCase() === wanted) &&
      (actor === undefined || Option.exists(Either.getRight(causeOf(entry)), (cause) => cause.actor === actor))
  })

/** One entry, `ACCOUNT/SEQ`. */
export const show = (
  id: string
): Effect.Effect<EntryDocument, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const [, account, digits] = /^(.+)\/([1-9]\d{0,14})$/.exec(id) ?? []
    if (account === undefined) {
      const problem = "is not an entry: write the account's name, a slash and the entry's number, such as paper/12"
      return yield* new BadFilter({ filter: "entry", value: id, problem })
    }
    const repository = yield* TradeRepository.TradeRepository
    const seq = Number(digits)
    const [entry] = yield* repository.entries({ account, afterSeq: seq - 1, entity: undefined, limit: 1 })
    if (entry?.seq !== seq) return yield* new NotFound({ kind: "entry", id, list: "journal" })
    return yield* entryDocumentOf(entry)
  })

/** The canonical line of every entry, each with its line end, in feed order; of one account where it is named. */
export const exportLines = (
  account?: string
): Stream.Stream<string, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Feed.oldestFirst(undefined).pipe(
    Stream.filter(({ entry }) => account === undefined || entry.account === account),
    Stream.map(({ entry }) => `${Entry.lineOf(entry)}\n`)
  )

/** The same lines of the books that are looked at now. */
export const exported = (account?: string) => Effect.map(kept(exportLines(account)), (lines) => ({ lines }))

/** The newest place of the feed with its hash (0 and empty in a new store), and the head of every journal. */
export const head: Effect.Effect<HeadDocument, TradeRepository.StoreError, TradeRepository.TradeRepository> =
  Effect.gen(function* () {
    const repository = yield* TradeRepository.TradeRepository
    const newest = yield* Feed.newestRow
    const heads = yield* repository.heads
    return {
      position: newest?.position ?? 0,
      hash: newest?.feedHash ?? "",
      heads: Object.fromEntries([...heads].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    }
  })

/** What people see of a journal. */
const columns: ReadonlyArray<Columns.TableColumn<EntryDocument>> = [
  Columns.minor(Columns.words("ACCOUNT", (entry) => entry.account)),
  Columns.numbers("SEQ", (entry) => String(entry.seq)),
  Columns.times("AT", (entry) => entry.at),
  Columns.words("ABOUT", (entry) => entry.entity.id),
  Columns.words("EVENT", (entry) => entry.tag),
  Columns.minor(Columns.words("CAUSE", (entry) => entry.cause.kind)),
  Columns.words("ACTOR", (entry) => entry.cause.actor)
]

/** Entries as a table for people. */
export const table = Columns.tableOf<EntryDocument>(columns)
