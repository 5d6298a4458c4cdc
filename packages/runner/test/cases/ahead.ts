import { Clock, Effect } from "effect"
import type { Name } from "./Place.ts"

/** By how much the wall clock of a row is ahead of the machine's; what measures how long something takes is not. */
export interface Ahead {
  ms: number
}

const real = Clock.make()

/** A wall clock that is so far ahead. */
export const clockAhead = (ahead: Ahead): Clock.Clock => ({
  [Clock.ClockTypeId]: Clock.ClockTypeId,
  unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + ahead.ms,
  currentTimeMillis: Effect.sync(() => real.unsafeCurrentTimeMillis() + ahead.ms),
  unsafeCurrentTimeNanos: () => real.unsafeCurrentTimeNanos(),
  currentTimeNanos: real.currentTimeNanos,
  sleep: (duration) => real.sleep(duration)
})

const DAY_MS = 86_400_000
const NOON_MS = 17 * 3_600_000

/** TWS tells the day of New York, so that what goes by there begins at noon. */
export const startOf = (name: Name): number =>
  name === "ibkr" ? (DAY_MS + NOON_MS - (real.unsafeCurrentTimeMillis() % DAY_MS)) % DAY_MS : 0
