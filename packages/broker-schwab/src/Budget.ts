import { Clock, Effect, Ref } from "effect"

/** Who asks: cancels have a share of their own, since ending an order matters most when much is going on. */
export type Purpose = "cancel" | "other"

/** Whether a request may leave now; if not, after how long it may. */
export type Leave = { readonly _tag: "Go" } | { readonly _tag: "Wait"; readonly retryAfterMs: number }

/**
 * Our side of Schwab's limit of requests, one for all that use a login. Nothing waits in it: a request goes or does not. Schwab says
 * neither how its minutes begin nor how much is left, so that no span of 60 s ever has more than the limit.
 */
export interface Budget {
  readonly take: (purpose: Purpose) => Effect.Effect<Leave>
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

const CANCEL_SHARE = 0.1

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

const leaveOf = (perMinute: number, purpose: Purpose, taken: Taken, now: number): readonly [Leave, Taken] => {
  const times = taken.times.filter((at) => at <= now && now - at < WINDOW_MS)
  const kept = { ...taken, times }
  if (now < taken.notBefore) return [{ _tag: "Wait", retryAfterMs: taken.notBefore - now }, kept]
  const most = purpose === "cancel" ? perMinute : perMinute - Math.ceil(perMinute * CANCEL_SHARE)
  const blocking = times[times.length - most]
  return blocking === undefined
    ? [{ _tag: "Go" }, { ...kept, times: [...times, now] }]
    : [{ _tag: "Wait", retryAfterMs: Math.max(1, blocking + WINDOW_MS - now) }, kept]
}
