import type { Documents } from "@roundlot/api"
import { TradeRepository } from "@roundlot/core/adapter"
import { Feed, type Ledger } from "@roundlot/core/ledger"
import { history } from "@roundlot/queries"
import { Context, Effect, Layer, Queue, Schedule, type Scope, Stream } from "effect"
import type { Commits, Wanted } from "./FeedEvent.ts"
import * as Readers from "./Readers.ts"

/** The place of a listener among the readers. */
export interface Place {
  /** It can take more again. */
  readonly more: () => void
}

/** What happens in a store, for as many readers as there are: each goes at its own pace and holds no other up. */
export interface LiveService {
  /**
   * Tells a listener until its scope closes, beginning with where it begins. Those that want the same and are up to date get the
   * same object, so what is made of it can be shared. Fails with `Feed.LostCursor` where the place to begin is none of this store's.
   */
  readonly follow: (
    wanted: Wanted,
    listener: Readers.Listener
  ) => Effect.Effect<Place, Feed.LostCursor | TradeRepository.StoreError, Scope.Scope>
}

/** What happens in a store. */
export class Live extends Context.Tag("@roundlot/runner/Live")<Live, LiveService>() {}

/** The newest commits, kept for the readers that are up to date; one that is behind reads from the store. */
const MOST_KEPT = 2048
/** How many changes those have together at most: what bounds memory. */
const MOST_CHANGES = 50_000
const PAGE = 200
/** A page that hears nothing for 5 s says so: two may be missed. */
const HEARTBEAT = "2 seconds"

const documentOf = ({ entries, row }: Feed.Commit): Documents.CommitDocument => ({
  position: row.position,
  account: row.account,
  changes: entries.map((entry) => ({
    seq: entry.seq,
    at: history.timeOf(entry),
    tag: entry.tag,
    kind: entry.entityKind,
    id: entry.entityId
  }))
})

/** The newest commits as far as they are kept. */
interface Kept {
  readonly commits: Commits
  /** Everything up to this position is in `commits` or before them. */
  readonly position: number
}

const trimmed = (commits: Commits): Commits => {
  let from = Math.max(0, commits.length - MOST_KEPT)
  let changes = commits.slice(from).reduce((sum, commit) => sum + commit.changes.length, 0)
  for (; changes > MOST_CHANGES && from < commits.length; from++) changes -= commits[from]?.changes.length ?? 0
  return commits.slice(from)
}

/** What is kept after a position; nothing where some of it is kept no more. */
const keptAfter = ({ commits }: Kept, position: number): Commits | undefined => {
  const first = commits[0]
  if (first === undefined || first.position > position + 1) return undefined
  return commits.slice(position + 1 - first.position, position + 1 - first.position + PAGE)
}

/** What is read of a store: the commits after a position, and the position of the newest. */
const readingOf = (repository: TradeRepository.TradeRepositoryService) => ({
  incarnation: repository.identity.incarnation,
  after: (position: number) =>
    Feed.commitsAfter(position, PAGE).pipe(
      Effect.map((commits) => commits.map(documentOf)),
      Effect.provideService(TradeRepository.TradeRepository, repository)
    ),
  newest: Feed.newestRow.pipe(
    Effect.map((row) => row?.position ?? 0),
    Effect.provideService(TradeRepository.TradeRepository, repository)
  )
})

/** Where a reader begins, of a store that has been read to a position. */
const beginningOf = (
  { after }: Wanted,
  { incarnation, newest }: ReturnType<typeof readingOf>,
  position: number
): Effect.Effect<number, Feed.LostCursor | TradeRepository.StoreError> =>
  Effect.gen(function* () {
    if (after === undefined) return yield* newest
    const begin = yield* Feed.placeOf(after, incarnation)
    if (begin.position > position && begin.position > (yield* newest)) return yield* Feed.aheadOfStore
    // Within a commit it begins with that commit again, which is sent whole.
    return begin.seq === undefined ? begin.position : begin.position - 1
  })

/** What happens in the program's store: read once, for all readers. */
export const layer: Layer.Layer<Live, TradeRepository.StoreError, TradeRepository.TradeRepository | Ledger.Ledger> =
  Layer.scoped(
    Live,
    Effect.gen(function* () {
      const repository = yield* TradeRepository.TradeRepository
      const hints = Stream.provideContext(
        Feed.hints,
        yield* Effect.context<Ledger.Ledger | TradeRepository.TradeRepository>()
      )
      const reading = readingOf(repository)
      const readers = yield* Readers.make((position) => Feed.cursorOf(reading.incarnation, { position }))
      let kept: Kept = { commits: [], position: yield* reading.newest }

      /** Reads on from what is kept, and tells it. */
      const readOn = Effect.gen(function* () {
        for (;;) {
          const before = kept.position
          const commits = yield* reading.after(before)
          const last = commits.at(-1)
          if (last === undefined) return
          kept = { commits: trimmed([...kept.commits, ...commits]), position: last.position }
          const begun = performance.now()
          readers.tellAll(before, commits, last.position)
          // Many readers leave room for other work: what comes meanwhile is sent together.
          yield* Effect.sleep(Math.floor(performance.now() - begun))
        }
      })
      // A store that cannot be read now is looked at again: readers wait meanwhile.
      yield* Effect.forkScoped(
        Stream.runForEach(Stream.buffer(hints, { capacity: 1, strategy: "sliding" }), () => Effect.ignore(readOn))
      )

      const serve = (reader: Readers.Reader) =>
        Effect.gen(function* () {
          if (!readers.isHere(reader) || reader.isFull) return
          if (reader.position >= kept.position) {
            reader.isBehind = false
            return
          }
          readers.tellOne(reader, keptAfter(kept, reader.position) ?? (yield* reading.after(reader.position)))
          readers.readOn(reader)
        })
      yield* Effect.forkScoped(
        Effect.forever(
          Effect.flatMap(Queue.take(readers.behind), (reader) =>
            // A store that cannot be read now is asked again with the next beat.
            Effect.catchAll(serve(reader), () => Effect.sync(() => void (reader.isBehind = false)))
          )
        )
      )
      yield* Effect.forkScoped(
        Effect.schedule(
          Effect.sync(() => readers.beat(kept.position)),
          Schedule.spaced(HEARTBEAT)
        )
      )

      const follow: LiveService["follow"] = (wanted, listener) =>
        Effect.gen(function* () {
          const from = yield* beginningOf(wanted, reading, kept.position)
          const reader = yield* Effect.acquireRelease(
            Effect.sync(() => readers.add(wanted, listener, from)),
            (each) => Effect.sync(() => readers.remove(each))
          )
          if (from < kept.position) readers.readOn(reader)
          return { more: () => readers.more(reader) }
        })
      return { follow }
    })
  )
