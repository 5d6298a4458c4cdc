import { Effect } from "effect"
import { Clock } from "../ports/Clock.ts"
import * as Instant from "../time/Instant.ts"

/**
 * The time of the books. It is the clock's, unless that was set back behind what is written: then it goes on from there at half its
 * pace until the clock has caught up. So entries stay in order, and waits of seconds end although the clock was set by hours.
 */
export interface BookTime {
  readonly now: Effect.Effect<Instant.Instant>
  /** Gives the time of a group of commits, once the newest of what is written is known; the group then is the newest. */
  readonly reading: Effect.Effect<(newest: Instant.Instant) => Instant.Instant>
}

/** How much slower than a clock the time goes on where the clock is behind it. */
const SLOWER = 2

/** The time of books of which nothing is known yet. */
export const make: Effect.Effect<BookTime, never, Clock> = Effect.map(Clock, (clock) => {
  let reached: { readonly at: Instant.Instant; readonly sinceMs: number } | undefined
  const ranOn = (sinceMs: number): Instant.Instant | undefined =>
    reached === undefined ? undefined : Instant.addMillis(reached.at, Math.max(0, sinceMs - reached.sinceMs) / SLOWER)
  const read = Effect.map(Effect.all([clock.now, clock.monotonicMs]), ([now, sinceMs]) => ({
    now: Instant.later(now, ranOn(sinceMs) ?? now),
    sinceMs
  }))
  return {
    now: Effect.map(read, ({ now }) => now),
    reading: Effect.map(read, ({ now, sinceMs }) => (newest) => {
      const at = Instant.later(now, newest)
      reached = { at, sinceMs }
      return at
    })
  }
})
