import { Array, Effect, Ref } from "effect"
import { Clock } from "../ports/Clock.ts"
import type { AccountName } from "../records/AccountName.ts"
import type { EachAccount } from "./accountwise.ts"

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

/** How long something rests once it was asked for so often. */
const pauseMs = <A, K>({ firstMs, longestMs }: Pace<A, K>, times: number): number =>
  Math.min(longestMs, firstMs * 2 ** times)

/**
 * Those that are due again now. What is not among `all` any more is forgotten once it was away for two of its pauses: what comes and goes
 * with each answer of a broker is not asked for as often as it comes.
 */
export const dueNow = <A, K>(
  asked: Asked<K>,
  all: ReadonlyArray<A>,
  pace: Pace<A, K>
): Effect.Effect<ReadonlyArray<A>, never, Clock> =>
  Effect.flatMap(monotonicMs, (nowMs) =>
    Ref.modify(asked, (before) => {
      const { agedMs = () => 0, keyOf } = pace
      const isRecent = ({ atMs, times }: { readonly atMs: number; readonly times: number }) =>
        times > 0 && nowMs - atMs < 2 * pauseMs(pace, times)
      const after = new Map([...before].filter(([, last]) => isRecent(last)))
      const isDue = all.map((each) => {
        const last = before.get(keyOf(each)) ?? { atMs: nowMs - agedMs(each), times: 0 }
        after.set(keyOf(each), last)
        return nowMs - last.atMs >= pauseMs(pace, last.times)
      })
      return [all.filter((_, at) => isDue[at]), after]
    })
  )

/** These are asked for now. */
export const noteAsked = <A, K>(
  asked: Asked<K>,
  these: ReadonlyArray<A>,
  { keyOf }: Pace<A, K>
): Effect.Effect<void, never, Clock> =>
  Effect.flatMap(monotonicMs, (nowMs) =>
    Ref.update(asked, (before) => {
      const now = these.map(
        (each) => [keyOf(each), { atMs: nowMs, times: (before.get(keyOf(each))?.times ?? 0) + 1 }] as const
      )
      return new Map([...before, ...now])
    })
  )

/**
 * Asks for what is due now, account by account, and answers all that was due. What a pass leaves out keeps its turn: it counts as asked
 * for once its account's work begins.
 */
export const askDue = Effect.fnUntraced(function* <A extends { readonly account: AccountName }, K, R>(
  asked: Asked<K>,
  all: ReadonlyArray<A>,
  pace: Pace<A, K>,
  each: EachAccount,
  work: (account: AccountName, due: ReadonlyArray<A>) => Effect.Effect<unknown, never, R>
) {
  const due = yield* dueNow(asked, all, pace)
  const ofAccount = Array.groupBy(due, ({ account }) => account)
  yield* each(
    due.map(({ account }) => account),
    (account) => {
      const its = ofAccount[account] ?? []
      return Effect.zipRight(noteAsked(asked, its, pace), work(account, its))
    }
  )
  return due
})

const monotonicMs = Effect.flatMap(Clock, (clock) => clock.monotonicMs)
