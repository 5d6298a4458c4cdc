import * as Instant from "./Instant.ts"

/** The time that a broker tells, cut to what it tells it to: a header that counts seconds is up to 1,000 ms behind. */
export interface BrokersTime {
  readonly at: Instant.Instant
  readonly cutToMs: number
}

/** How far our clock is from a broker's, in milliseconds. */
export interface Skew {
  /** It is at least so far off, whatever the answer's way took. */
  readonly leastMs: number
  /** How far the measurement can be wrong: the time that the question and its answer took, and the digits that were cut. */
  readonly uncertainMs: number
}

/** What two clocks may differ, and an order may be entered before we know of its sending, in milliseconds. */
export const SKEW_MS = 2 * 60_000

/** The furthest that our clock may be from the broker's where real money is sent, in milliseconds. */
export const MOST_SKEW_MS = 2_000

/** A measurement that can be wrong by more than this proves nothing, in milliseconds. */
export const MOST_UNCERTAIN_MS = 5_000

/** How far off our clock is, by a time that the broker told between two moments of ours. */
export const skewOf = (asked: Instant.Instant, told: BrokersTime, answered: Instant.Instant): Skew => {
  const aheadAtLeast = Instant.millisBetween(answered, told.at)
  const aheadAtMost = Instant.millisBetween(asked, told.at) + told.cutToMs
  return { leastMs: Math.max(0, aheadAtLeast, -aheadAtMost), uncertainMs: Math.abs(aheadAtMost - aheadAtLeast) }
}
