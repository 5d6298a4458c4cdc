import { Clock, Effect } from "effect"
import process from "node:process"

/** By how many milliseconds the clock is off: at the start, and after each SIGUSR2 in turn, `7200000,-180000`. */
export const JUMPS = "ROUNDLOT_TEST_JUMPS"

/**
 * The clock of a machine that is set while the program runs: its wall clock jumps, what measures how long something takes does not.
 */
export const jumping = (): Clock.Clock => {
  const real = Clock.make()
  const [first = 0, ...later] = (process.env[JUMPS] ?? "0").split(",").map(Number)
  let ahead = first
  process.on("SIGUSR2", () => {
    ahead = later.shift() ?? ahead
    process.stderr.write(`The clock is off by ${ahead} ms.\n`)
  })
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + ahead,
    currentTimeMillis: Effect.sync(() => real.unsafeCurrentTimeMillis() + ahead),
    unsafeCurrentTimeNanos: () => real.unsafeCurrentTimeNanos(),
    currentTimeNanos: real.currentTimeNanos,
    sleep: (duration) => real.sleep(duration)
  }
}
