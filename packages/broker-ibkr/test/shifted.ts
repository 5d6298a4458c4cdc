import { Instant } from "@roundlot/core"
import { Clock, Effect } from "effect"

/** The time of day is what the test says; what waits, waits as ever: sockets take their time. */
export interface Shifted {
  readonly setTo: (at: Instant.Instant) => Effect.Effect<void>
  readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** A clock that begins at a moment, and goes on from there. */
export const clockFrom = (at: Instant.Instant): Shifted => {
  const live = Clock.make()
  let shift = Instant.toMillis(at) - live.unsafeCurrentTimeMillis()
  const millis = () => live.unsafeCurrentTimeMillis() + shift
  const clock: Clock.Clock = {
    ...live,
    sleep: (duration) => live.sleep(duration),
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: () => live.unsafeCurrentTimeNanos() + BigInt(shift) * 1_000_000n,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(() => live.unsafeCurrentTimeNanos() + BigInt(shift) * 1_000_000n)
  }
  return {
    setTo: (next) =>
      Effect.sync(() => {
        shift = Instant.toMillis(next) - live.unsafeCurrentTimeMillis()
      }),
    run: (effect) => Effect.withClock(effect, clock)
  }
}
