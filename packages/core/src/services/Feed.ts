import { Chunk, Effect, Either, Option, Schedule, Schema, Stream } from "effect"
import type { Entry, FeedRow } from "../events/Entry.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { turn } from "../ports/Clock.ts"
import { StoreUnavailable, type StoreError } from "../ports/StoreError.ts"
import { TradeRepository, type TradeRepositoryService } from "../ports/TradeRepository.ts"

/** An entry with the place in the feed of the commit that wrote it. */
interface Placed {
  readonly position: number
  readonly entry: Entry
}

/** A cursor of another life of the store, or of a place that it does not have: read again from the start. */
export class LostCursor extends Schema.TaggedError<LostCursor>()("LostCursor", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

const PAGE = 1000

/** A place in the feed: within the commit at `position`, after the entry `seq`. */
export interface FeedPlace {
  readonly position: number
  readonly seq: number
}

/** A place as it is given to readers: `INCARNATION-POSITION` after a whole commit, `INCARNATION-POSITION.SEQ` within one. */
export const cursorOf = (
  incarnation: string,
  { position, seq }: { readonly position: number; readonly seq?: number }
): string => `${incarnation}-${position}${seq === undefined ? "" : `.${seq}`}`

/** The place that a cursor names in this life of the store; without `seq`, after the whole commit. */
export const placeOf = (
  cursor: string,
  incarnation: string
): Either.Either<{ readonly position: number; readonly seq: number | undefined }, LostCursor> => {
  const [, life, position, seq] = /^(.+)-(\d{1,15})(?:\.(\d{1,15}))?$/s.exec(cursor) ?? []
  if (life === undefined) {
    const problem = `"${cursor.slice(0, 80)}" is not a cursor: write INCARNATION-POSITION, as in events`
    return Either.left(new LostCursor({ problem }))
  }
  return life === incarnation
    ? Either.right({ position: Number(position), seq: seq === undefined ? undefined : Number(seq) })
    : Either.left(
        new LostCursor({ problem: "the cursor belongs to an earlier incarnation of this store: read from the start" })
      )
}

/** A place within a commit that has no such entry. */
export const noSuchPlace = new LostCursor({
  problem: "the cursor names an entry that its commit does not have: read from the start"
})

/** A place of a store that ends before it. */
export const aheadOfStore = new LostCursor({ problem: "the cursor is ahead of this store: read from the start" })

type Placing = Stream.Stream<Placed, StoreError, TradeRepository>

/** The entries of one journal, read on as the feed's rows name them: a page at a time, each page once. */
const reader = (repository: TradeRepositoryService) => {
  const ahead = new Map<string, ReadonlyArray<Entry>>()
  return (row: FeedRow) =>
    Effect.gen(function* () {
      const taken: Array<Placed> = []
      for (let seq = row.firstSeq; seq <= row.lastSeq; seq = row.firstSeq + taken.length) {
        const known = ahead.get(row.account) ?? []
        const page = known.length > 0 ? known : yield* readFrom(repository, row.account, seq)
        const own = page.filter((entry) => entry.seq <= row.lastSeq)
        if (own[0]?.seq !== seq) return yield* gap(row.account, seq)
        taken.push(...own.map((entry) => ({ position: row.position, entry })))
        ahead.set(row.account, page.slice(own.length))
      }
      return Chunk.unsafeFromArray(taken)
    })
}

/** So many entries are read before others have their turn: what is made of each takes its time too. */
const AT_ONCE = 250

/** A page of a journal. */
const readFrom = (repository: TradeRepositoryService, account: string, seq: number) =>
  Effect.zipRight(turn, repository.entries({ account, afterSeq: seq - 1, entity: undefined, limit: AT_ONCE }))

const gap = (account: string, seq: number) =>
  new StoreUnavailable({
    place: `the journal of ${account}`,
    problem: "corrupt",
    detail: `the feed names entry ${seq}, which is not there`,
    remedy: "Audit the store to see what else differs."
  })

/** A commit of one account in the feed, with its entries. */
export interface Commit {
  readonly row: FeedRow
  readonly entries: ReadonlyArray<Entry>
}

/** The commits after a position, at most so many; of those whose entries are not wanted, none is read. */
export const commitsAfter = (
  position: number,
  limit: number,
  isWanted: (row: FeedRow) => boolean = () => true
): Effect.Effect<ReadonlyArray<Commit>, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const rows = yield* repository.feed(position, limit)
    const read = reader(repository)
    return yield* Effect.forEach(rows, (row) =>
      Effect.map(isWanted(row) ? read(row) : Effect.succeed(Chunk.empty<Placed>()), (placed) => ({
        row,
        entries: Chunk.toReadonlyArray(placed).map(({ entry }) => entry)
      }))
    )
  })

/** All entries after a place, or all there are: in feed order, and in order of `seq` within a commit. */
export const oldestFirst = (after: FeedPlace | undefined): Placing =>
  Stream.unwrap(
    Effect.map(TradeRepository, (repository) =>
      rowsFrom(repository, after?.position ?? 1).pipe(
        Stream.mapEffect(reader(repository)),
        Stream.flattenChunks,
        Stream.filter(
          ({ entry, position }) => after === undefined || position !== after.position || entry.seq > after.seq
        )
      )
    )
  )

const rowsFrom = (repository: TradeRepositoryService, position: number) =>
  Stream.paginateChunkEffect(position - 1, (after) =>
    Effect.map(repository.feed(after, PAGE), (rows) => {
      const last = rows.at(-1)
      const next = rows.length < PAGE || last === undefined ? Option.none() : Option.some(last.position)
      return [Chunk.unsafeFromArray(rows), next] as const
    })
  )

/** How many commits are read at once on the way back. */
const STEP = 20

/** All entries before a place, or all there are, the newest first. */
export const newestFirst = (before: FeedPlace | undefined): Placing =>
  Stream.unwrap(
    Effect.gen(function* () {
      const repository = yield* TradeRepository
      const newest = before?.position ?? (yield* newestRow)?.position ?? 0
      return Stream.paginateChunkEffect(newest, (last) => stepBack(repository, last)).pipe(
        Stream.filter(
          ({ entry, position }) => before === undefined || position !== before.position || entry.seq < before.seq
        )
      )
    })
  )

const stepBack = (repository: TradeRepositoryService, last: number) =>
  Effect.gen(function* () {
    const after = Math.max(0, last - STEP)
    const rows = last === 0 ? [] : yield* repository.feed(after, last - after)
    const entries = yield* Effect.forEach(rows, reader(repository))
    const next = after === 0 ? Option.none() : Option.some(after)
    return [Chunk.reverse(Chunk.flatten(Chunk.unsafeFromArray(entries))), next] as const
  })

/** The newest row of the feed, found by halving: its positions have no gaps. */
export const newestRow: Effect.Effect<FeedRow | undefined, StoreError, TradeRepository> = Effect.gen(function* () {
  const repository = yield* TradeRepository
  const rowAfter = (position: number) => Effect.map(repository.feed(position, 1), (rows) => rows[0])
  let newest: FeedRow | undefined
  let beyond = 1
  for (let row = yield* rowAfter(0); row !== undefined; row = yield* rowAfter(beyond)) {
    newest = row
    beyond = row.position * 2
  }
  let low = newest?.position ?? 0
  while (low < beyond) {
    const middle = low + Math.floor((beyond - low) / 2)
    const row = yield* rowAfter(middle)
    if (row === undefined) {
      beyond = middle
    } else {
      newest = row
      low = row.position
    }
  }
  return newest
})

const LOOK_AGAIN = "1 second"

/** Says that there may be more to read: after commits of this process, after those of others where the store tells, and now and then. */
export const hints: Stream.Stream<void, never, Ledger | TradeRepository> = Stream.unwrap(
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const repository = yield* TradeRepository
    return Stream.mergeAll(
      [
        Stream.map(ledger.commits, () => undefined),
        repository.news ?? Stream.empty,
        Stream.map(Stream.fromSchedule(Schedule.spaced(LOOK_AGAIN)), () => undefined)
      ],
      { concurrency: "unbounded" }
    )
  })
)
