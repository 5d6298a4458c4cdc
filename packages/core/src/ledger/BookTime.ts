import { Effect } from "effect"
import { Clock } from "../ports/Clock.ts"
import * as Instant from "../values/Instant.ts"

/**
 * The time of the books. It is the clock's, unless that was set back behind what is written: then it goes on from there at half its
 * pace until the clock has caught up. So entries stay in order, and waits of seconds end although the clock was set by hours.
 */
export interface BookTime {
  readonly now: Effect.Effect<Instant.Instant>
  readonly reading: Effect.Effect<Reading>
}

/** What the clock said when a group of commits began. */
export interface Reading {
  readonly clockNow: Instant.Instant
  /** Gives the group's time, once the newest of what is written is known; the group then is the newest. */
  readonly atLeast: (newest: Instant.Instant) => Instant.Instant
}

/** By how much the time of the books may be ahead of a clock that is right, in milliseconds. */
const MOST_AHEAD_MS = 2_000

/** Is a time of the books ahead of the clock, since that was wrong or is? */
export const isAhead = (at: Instant.Instant, clockNow: Instant.Instant): boolean =>
  Instant.millisBetween(clockNow, at) > MOST_AHEAD_MS

/** How much slower than a clock the time goes on where the clock is behind it. */
const SLOWER = 2

/** The time of books of which nothing is known yet. */
export const make: Effect.Effect<BookTime, never, Clock> = Effect.map(Clock, (clock) => {
  let reached: { readonly at: Instant.Instant; readonly sinceMs: number } | undefined
  const ranOn = (sinceMs: number): Instant.Instant | undefined =>
    reached === undefined ? undefined : Instant.addMillis(reached.at, Math.max(0, sinceMs - reached.sinceMs) / SLOWER)
  const laterOf = (clockNow: Instant.Instant, sinceMs: number) => Instant.later(clockNow, ranOn(sinceMs) ?? clockNow)
  // Effect's own `zipWith` makes a list of the two first, and takes fifteen steps of the runtime for six.
  const read = <A>(use: (clockNow: Instant.Instant, sinceMs: number) => A) =>
    Effect.flatMap(clock.now, (clockNow) => Effect.map(clock.monotonicMs, (sinceMs) => use(clockNow, sinceMs)))
  return {
    now: read(laterOf),
    reading: read((clockNow, sinceMs) => {
      const now = laterOf(clockNow, sinceMs)
      const atLeast = (newest: Instant.Instant) => {
        const at = Instant.later(now, newest)
        reached = { at, sinceMs }
        return at
      }
      return { clockNow, atLeast }
    })
  }
})
