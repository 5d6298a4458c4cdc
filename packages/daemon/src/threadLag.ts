import { Clock } from "@roundlot/core"
import { Health } from "@roundlot/core/ledger"
import { Duration, Effect } from "effect"

/** The part of the daemon that fails when its thread was long late to its work. */
export const THREAD = "thread"

/** How late is too late, how often that is looked at, and for how long it is shown. */
export interface Lateness {
  readonly latestMs: number
  readonly every: Duration.DurationInput
  readonly shownFor: Duration.DurationInput
}

/** For so long nothing was sent, tracked or answered: as if the daemon had stood still. */
const defaultLateness: Lateness = { latestMs: 5_000, every: "1 second", shownFor: "30 seconds" }

/** Says to health whether the thread gets to its work in time: by how late it comes back from a short sleep. */
export const watchThread = ({ every, latestMs, shownFor }: Lateness = defaultLateness): Effect.Effect<
  never,
  never,
  Clock.Clock | Health.Health
> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const health = yield* Health.Health
    let beforeMs = yield* clock.monotonicMs
    for (;;) {
      yield* Effect.sleep(every)
      const nowMs = yield* clock.monotonicMs
      const lateMs = nowMs - beforeMs - Duration.toMillis(every)
      beforeMs = nowMs
      if (lateMs < latestMs) {
        yield* health.succeeded(THREAD)
        continue
      }
      const seconds = (lateMs / 1000).toFixed(1)
      yield* health.failed(THREAD, `the process was blocked for ${seconds} s: nothing was sent, tracked or answered`)
      yield* Effect.sleep(shownFor)
      beforeMs = yield* clock.monotonicMs
    }
  })
