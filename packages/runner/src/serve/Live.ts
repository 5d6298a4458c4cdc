import type { Documents } from "@roundlot/api"
import { Ledger, TradeRepository } from "@roundlot/core"
import { Chunk, Context, Deferred, Effect, Either, Layer, Option, Schedule, Schema, Stream } from "effect"
import { timeOf } from "../views/history.ts"
import * as feed from "../views/feed.ts"

/** A place in the feed of one life of a store: `INCARNATION-POSITION`. */
interface Cursor {
  readonly incarnation: string
  readonly position: number
}

/** A cursor of another life of the store, or of a place that it does not have: read again from the start. */
class LostCursor extends Schema.TaggedError<LostCursor>()("LostCursor", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

/** What a reader is told: commits, each whole and in order, and from time to time that nothing has happened. */
export type Told =
  | { readonly _tag: "Begun"; readonly cursor: string }
  | { readonly _tag: "Commits"; readonly cursor: string; readonly commits: ReadonlyArray<Documents.CommitDocument> }
  | { readonly _tag: "Quiet"; readonly cursor: string }

/** What a reader wants to hear of. */
interface Wanted {
  readonly after: string | undefined
  readonly account: string | undefined
  /** Kinds of records; all where it is empty. */
  readonly kinds: ReadonlyArray<string>
}

/** What happens in a store, for as many readers as there are: each goes at its own pace and holds no other up. */
export interface LiveService {
  /** Fails with `LostCursor` where the place to begin is none of this store's. */
  readonly follow: (
    wanted: Wanted
  ) => Effect.Effect<Stream.Stream<Told, TradeRepository.StoreError>, LostCursor | TradeRepository.StoreError>
}

/** What happens in a store. */
export class Live extends Context.Tag("@roundlot/runner/Live")<Live, LiveService>() {}

/** The newest commits, kept for the readers that are up to date; one that is behind reads from the store. */
const MOST_KEPT = 2048
/** How many changes those have together at most: what bounds memory. */
const MOST_CHANGES = 50_000
const PAGE = 200
const LOOK_AGAIN = "1 second"
const HEARTBEAT = "4 seconds"

const documentOf = ({ entries, row }: feed.Commit): Documents.CommitDocument => ({
  position: row.position,
  account: row.account,
  changes: entries.map((entry) => ({
    seq: entry.seq,
    at: timeOf(entry),
    tag: entry.tag,
    kind: entry.entityKind,
    id: entry.entityId
  }))
})

type Commits = ReadonlyArray<Documents.CommitDocument>

/** The newest commits as far as they are kept, and who waits for the next. */
interface Kept {
  readonly commits: Commits
  /** Everything up to this position is in `commits` or before them. */
  readonly position: number
  readonly next: Deferred.Deferred<void>
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

const parse = (text: string): Either.Either<Cursor, LostCursor> => {
  const [, incarnation, digits] = /^([0-9a-z]{1,64})-(\d{1,15})$/.exec(text) ?? []
  return incarnation === undefined || digits === undefined
    ? Either.left(
        new LostCursor({
          problem: `"${text.slice(0, 80)}" is no cursor: it is INCARNATION-POSITION, as events have it`
        })
      )
    : Either.right({ incarnation, position: Number(digits) })
}

const narrowed = ({ account, kinds }: Wanted, commits: Commits): Commits => {
  if (account === undefined && kinds.length === 0) return commits
  const isWanted = kinds.length === 0 ? () => true : (kind: string) => kinds.includes(kind)
  return commits
    .filter((commit) => account === undefined || commit.account === account)
    .map((commit) => ({ ...commit, changes: commit.changes.filter(({ kind }) => isWanted(kind)) }))
    .filter(({ changes }) => changes.length > 0)
}

/** What happens in the program's store: read once, for all readers. */
export const layer: Layer.Layer<Live, TradeRepository.StoreError, TradeRepository.TradeRepository | Ledger.Ledger> =
  Layer.scoped(
    Live,
    Effect.gen(function* () {
      const repository = yield* TradeRepository.TradeRepository
      const ledger = yield* Ledger.Ledger
      const { incarnation } = repository.identity
      const cursorOf = (position: number) => `${incarnation}-${position}`
      const read = (position: number) =>
        feed.commitsAfter(position, PAGE).pipe(
          Effect.map((commits) => commits.map(documentOf)),
          Effect.provideService(TradeRepository.TradeRepository, repository)
        )
      const newest = Effect.map(
        Effect.provideService(feed.newestRow, TradeRepository.TradeRepository, repository),
        (row) => row?.position ?? 0
      )
      let kept: Kept = { commits: [], position: yield* newest, next: yield* Deferred.make<void>() }

      /** Reads on from what is kept, and wakes who waits. */
      const readOn = Effect.gen(function* () {
        for (;;) {
          const commits = yield* read(kept.position)
          const last = commits.at(-1)
          if (last === undefined) return
          const { next } = kept
          kept = {
            commits: trimmed([...kept.commits, ...commits]),
            position: last.position,
            next: yield* Deferred.make<void>()
          }
          yield* Deferred.succeed(next, undefined)
        }
      })
      const news = Stream.mergeAll(
        [
          Stream.map(ledger.commits, () => undefined),
          repository.news ?? Stream.empty,
          Stream.map(Stream.fromSchedule(Schedule.spaced(LOOK_AGAIN)), () => undefined)
        ],
        { concurrency: "unbounded" }
      )
      // A store that cannot be read now is looked at again: readers wait meanwhile.
      yield* Effect.forkScoped(
        Stream.runForEach(Stream.buffer(news, { capacity: 1, strategy: "sliding" }), () => Effect.ignore(readOn))
      )

      const follow: LiveService["follow"] = (wanted) =>
        Effect.gen(function* () {
          const begin = wanted.after === undefined ? undefined : yield* parse(wanted.after)
          if (begin !== undefined && begin.incarnation !== incarnation) {
            return yield* new LostCursor({ problem: "the cursor is of another life of this store: read again" })
          }
          const from = begin?.position ?? (yield* newest)
          if (begin !== undefined && from > kept.position && from > (yield* newest)) {
            return yield* new LostCursor({ problem: "the cursor is ahead of this store: read again" })
          }
          const step = (position: number) =>
            Effect.gen(function* () {
              const { next } = kept
              const commits = position >= kept.position ? [] : (keptAfter(kept, position) ?? (yield* read(position)))
              const last = commits.at(-1)
              if (last !== undefined) {
                const told: Told = {
                  _tag: "Commits",
                  cursor: cursorOf(last.position),
                  commits: narrowed(wanted, commits)
                }
                return [told, last.position] as const
              }
              const woken = yield* Effect.timeoutOption(Deferred.await(next), HEARTBEAT)
              const quiet: Told = { _tag: "Quiet", cursor: cursorOf(position) }
              return [Option.isSome(woken) ? undefined : quiet, position] as const
            })
          const on = Stream.paginateChunkEffect(from, (position) =>
            Effect.map(step(position), ([told, then]) => [
              told === undefined ? Chunk.empty<Told>() : Chunk.of(told),
              Option.some(then)
            ])
          )
          const begun: Told = { _tag: "Begun", cursor: cursorOf(from) }
          return Stream.concat(Stream.make(begun), on)
        })
      return { follow }
    })
  )
