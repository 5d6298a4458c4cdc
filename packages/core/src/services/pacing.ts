import { Effect, Ref } from "effect"
import { Clock } from "../ports/Clock.ts"

/** When each thing was asked for last, in milliseconds of the monotonic clock, and how often. Lives as long as the program. */
export type Asked<K> = Ref.Ref<Last<K>>

type Last<K> = ReadonlyMap<K, { readonly atMs: number; readonly times: number }>

/** Nothing was asked for yet. */
export const make = <K>(): Effect.Effect<Asked<K>> => Ref.make<Last<K>>(new Map())

/** How things are paced: each after a first pause and then ever less often. */
export interface Pace<A, K> {
  readonly keyOf: (each: A) => K
  readonly firstMs: number
  readonly longestMs: number
  /** For how long it has waited when it is met for the first time, in milliseconds; not at all where nothing is said. */
  readonly agedMs?: (each: A) => number
}

/** Those that are due again now; they count as asked for from here on. What is not among `all` any more is forgotten. */
export const due = <A, K>(
  asked: Asked<K>,
  all: ReadonlyArray<A>,
  { agedMs = () => 0, firstMs, keyOf, longestMs }: Pace<A, K>
): Effect.Effect<ReadonlyArray<A>, never, Clock> =>
  Effect.flatMap(
    Effect.flatMap(Clock, (clock) => clock.monotonicMs),
    (nowMs) =>
      Ref.modify(asked, (before) => {
        const known = all.map((each) => {
          const last = before.get(keyOf(each)) ?? { atMs: nowMs - agedMs(each), times: 0 }
          return { each, last, isDue: nowMs - last.atMs >= Math.min(longestMs, firstMs * 2 ** last.times) }
        })
        const after = known.map(
          ({ each, isDue, last }) => [keyOf(each), isDue ? { atMs: nowMs, times: last.times + 1 } : last] as const
        )
        return [known.filter(({ isDue }) => isDue).map(({ each }) => each), new Map(after)]
      })
  )
