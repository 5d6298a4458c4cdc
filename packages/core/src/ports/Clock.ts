import { Clock as EffectClock, Context, Effect, Layer } from "effect"
import * as Instant from "../time/Instant.ts"
import * as XnysCalendar from "../time/XnysCalendar.ts"

/** What time it is, and whether the market takes orders. It rests on Effect's own clock, so a test clock moves it. */
export interface ClockService {
  readonly now: Effect.Effect<Instant.Instant>
  /** Milliseconds of a clock that never jumps: for how long something took, never for when it was. */
  readonly monotonicMs: Effect.Effect<number>
  /** Does the market take orders at this moment? */
  readonly isOpenAt: (at: Instant.Instant) => boolean
  /** When the market opens the next time after it was closed; `undefined` where it never closes, or for no end in sight. */
  readonly nextOpeningAfter: (at: Instant.Instant) => Instant.Instant | undefined
}

/** The clock with the market's view of it (SDK-1). */
export class Clock extends Context.Tag("@roundlot/core/Clock")<Clock, ClockService>() {}

/** Whole microseconds, cut: a test clock may stand between two of them. */
const now: Effect.Effect<Instant.Instant> = Effect.map(EffectClock.currentTimeMillis, (millis) =>
  Instant.make(BigInt(Math.floor(millis * 1000)))
)

/** Effect's nanoseconds never jump; a test clock between two of them cannot say them, and its milliseconds do as well. */
const monotonicMs: Effect.Effect<number> = EffectClock.currentTimeNanos.pipe(
  Effect.map((nanos) => Number(nanos / 1000n) / 1000),
  Effect.catchAllDefect(() => EffectClock.currentTimeMillis)
)

const LONGEST_LOOK_MINUTES = 11 * 24 * 60

/** By looking at every minute of eleven days: longer than a market is open, and then closed, without a change. */
const openingOf =
  (isOpenAt: ClockService["isOpenAt"]): ClockService["nextOpeningAfter"] =>
  (at) => {
    let hasClosed = false
    for (let minute = 0; minute <= LONGEST_LOOK_MINUTES; minute++) {
      const then = Instant.addMillis(at, minute * 60_000)
      const isOpen = isOpenAt(then)
      if (hasClosed && isOpen) return then
      hasClosed ||= !isOpen
    }
    return undefined
  }

/** A market with the given sessions. When it opens next is found to the minute, unless that is given too. */
export const layer = (
  isOpenAt: ClockService["isOpenAt"],
  nextOpeningAfter: ClockService["nextOpeningAfter"] = openingOf(isOpenAt)
): Layer.Layer<Clock> => Layer.succeed(Clock, { now, monotonicMs, isOpenAt, nextOpeningAfter })

/** A market that never closes. */
export const layerAlwaysOpen: Layer.Layer<Clock> = layer(
  () => true,
  () => undefined
)

/** The sessions of the New York Stock Exchange; closed beyond the calendar's horizon. */
export const layerXnys: Layer.Layer<Clock> = layer(XnysCalendar.isOpenAt, XnysCalendar.nextOpeningAfter)
