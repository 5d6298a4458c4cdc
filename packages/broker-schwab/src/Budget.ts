import { RequestLimit } from "@roundlot/core/adapter"
import { Clock, Effect, Ref } from "effect"

/**
 * Our side of Schwab's limit of requests, one for all that use a login. Nothing waits in it: a request goes or does not. Schwab says
 * neither how its minutes begin nor how much is left, so that no span of 60 s ever has more than the limit.
 */
export interface Budget {
  readonly take: (purpose: RequestLimit.Purpose) => Effect.Effect<RequestLimit.Leave>
  /** Schwab refused a request for its limit: nothing leaves before. */
  readonly exhausted: (retryAfterMs: number) => Effect.Effect<void>
}

interface Taken {
  /** When the requests of the last minute left, oldest first. */
  readonly times: ReadonlyArray<number>
  readonly notBefore: number
}

const WINDOW_MS = 60_000

/** Schwab's limit: requests a minute of one app. */
export const REQUESTS_A_MINUTE = 120

/** A budget of so many requests in any 60 seconds. */
export const make = (perMinute: number = REQUESTS_A_MINUTE): Effect.Effect<Budget> =>
  Effect.map(Ref.make<Taken>({ times: [], notBefore: 0 }), (ref) => ({
    take: (purpose) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Ref.modify(ref, (taken) => leaveOf(perMinute, purpose, taken, now))
      ),
    exhausted: (retryAfterMs) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Ref.update(ref, (taken) => ({ ...taken, notBefore: Math.max(taken.notBefore, now + retryAfterMs) }))
      )
  }))

const leaveOf = (
  perMinute: number,
  purpose: RequestLimit.Purpose,
  taken: Taken,
  now: number
): readonly [RequestLimit.Leave, Taken] => {
  const times = taken.times.filter((at) => at <= now && now - at < WINDOW_MS)
  const kept = { ...taken, times }
  if (now < taken.notBefore) return [{ _tag: "Wait", retryAfterMs: taken.notBefore - now }, kept]
  const most = perMinute - RequestLimit.keptFor(purpose, perMinute)
  const blocking = times[times.length - most]
  return blocking === undefined
    ? [{ _tag: "Go" }, { ...kept, times: [...times, now] }]
    : [{ _tag: "Wait", retryAfterMs: Math.max(1, blocking + WINDOW_MS - now) }, kept]
}
