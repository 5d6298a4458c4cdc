import { Clock, Effect, Ref } from "effect"

/** Schwab's own (alexgolec/schwab-py, getting started). */
export const REQUESTS_A_MINUTE = 120

const WINDOW_MS = 60_000

/** Whether one more request is within the limit, in any span of a minute: nobody has said when Schwab's begin. What is refused does not count. */
export const make = (perMinute: number): Effect.Effect<Effect.Effect<boolean>> =>
  Effect.map(Ref.make<ReadonlyArray<number>>([]), (ref) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Ref.modify(ref, (times) => {
        const recent = times.filter((at) => at > now - WINDOW_MS)
        return recent.length < perMinute ? [true, [...recent, now]] : [false, recent]
      })
    )
  )
