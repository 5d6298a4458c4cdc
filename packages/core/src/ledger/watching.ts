import { Effect, Queue, Stream, type Scope } from "effect"
import type { LedgerEvent } from "../events/Event.ts"
import type { TableName } from "../tables/Table.ts"
import type { Planned } from "../ports/TradeRepository.ts"

/** What a commit may have touched: it wrote an entry of this kind, or changed rows of this table. */
export type Topic = LedgerEvent["_tag"] | TableName

/** Who hears of commits. */
export interface Watcher {
  readonly topics: ReadonlySet<string> | undefined
  readonly tell: (feedPosition: number) => void
}

/** Adds one to those who hear of commits, until the scope closes. */
export const watchIn =
  (watchers: Set<Watcher>) =>
  (topics: ReadonlyArray<Topic> | undefined, tell: Watcher["tell"]): Effect.Effect<void, never, Scope.Scope> =>
    Effect.suspend(() => {
      const watcher: Watcher = { topics: topics === undefined ? undefined : new Set<string>(topics), tell }
      watchers.add(watcher)
      return Effect.addFinalizer(() => Effect.sync(() => watchers.delete(watcher)))
    })

/** Where the feed stood after each commit that wrote entries. */
export const positionsOf = (watch: ReturnType<typeof watchIn>): Stream.Stream<number> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const positions = yield* Queue.sliding<number>(16)
      yield* watch(undefined, (position) => positions.unsafeOffer(position))
      return Stream.fromQueue(positions)
    })
  )

/** What a commit did. */
export type Done = Pick<Planned<unknown>, "journals" | "changes">

/** A commit that wrote entries. */
export interface News extends Done {
  readonly feedPosition: number
}

/** Tells those who wait for what a commit touched. */
export const tellWatchers = (watchers: Iterable<Watcher>, { changes, feedPosition, journals }: News): void => {
  const touched = new Set<string>(changes.map(({ table }) => table))
  for (const { entries } of journals) for (const { tag } of entries) touched.add(tag)
  for (const { tell, topics } of watchers) if (topics === undefined || isAnyOf(topics, touched)) tell(feedPosition)
}

const isAnyOf = (topics: ReadonlySet<string>, touched: ReadonlySet<string>): boolean => {
  for (const topic of topics) if (touched.has(topic)) return true
  return false
}
