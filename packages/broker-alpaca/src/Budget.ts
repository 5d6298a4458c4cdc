import { RequestLimit } from "@roundlot/core/adapter"
import { Clock, Effect, Ref } from "effect"

/** What Alpaca says of its limit in the headers of an answer. */
export interface LimitHeaders {
  readonly limit: number
  readonly remaining: number
  /** When the window ends, milliseconds since 1970. */
  readonly resetsAtMs: number
}

/** Our side of Alpaca's limit of requests, one for all that use a pair of keys. Nothing waits in it: a request goes or does not. */
export interface Budget {
  readonly take: (purpose: RequestLimit.Purpose) => Effect.Effect<RequestLimit.Leave>
  /** Alpaca's own count wins over ours. */
  readonly correct: (headers: LimitHeaders) => Effect.Effect<void>
  /** Alpaca refused a request for its limit: nothing leaves before. */
  readonly exhausted: (retryAfterMs: number) => Effect.Effect<void>
}

interface Window {
  readonly limit: number
  readonly left: number
  readonly onTheWay: number
  readonly endsAtMs: number
}

const WINDOW_MS = 60_000

/** Alpaca's documented limit: requests a minute of one account. */
export const REQUESTS_A_MINUTE = 200

const renewed = (window: Window, now: number): Window =>
  now < window.endsAtMs ? window : { ...window, left: window.limit, endsAtMs: now + WINDOW_MS }

/** A budget of so many requests a minute, until Alpaca says otherwise. */
export const make = (perMinute: number = REQUESTS_A_MINUTE): Effect.Effect<Budget> =>
  Effect.map(Ref.make<Window>({ limit: perMinute, left: perMinute, onTheWay: 0, endsAtMs: 0 }), (ref) => {
    const update = <A>(body: (window: Window, now: number) => readonly [A, Window]): Effect.Effect<A> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.modify(ref, (window) => body(renewed(window, now), now)))
    return {
      take: (purpose) =>
        update<RequestLimit.Leave>((window, now) =>
          window.left > RequestLimit.keptFor(purpose, window.limit)
            ? [{ _tag: "Go" }, { ...window, left: window.left - 1, onTheWay: window.onTheWay + 1 }]
            : [{ _tag: "Wait", retryAfterMs: Math.max(1, window.endsAtMs - now) }, window]
        ),
      correct: ({ limit, remaining, resetsAtMs }) =>
        update((window, now) => {
          const onTheWay = Math.max(0, window.onTheWay - 1)
          const isSameWindow = limit === window.limit && resetsAtMs <= window.endsAtMs
          const theirs = Math.max(0, remaining - onTheWay)
          const left = isSameWindow ? Math.min(window.left, theirs) : theirs
          return [undefined, { limit, left, onTheWay, endsAtMs: Math.max(resetsAtMs, now + 1) }]
        }),
      exhausted: (retryAfterMs) =>
        update((window, now) => [undefined, { ...window, left: 0, onTheWay: 0, endsAtMs: now + retryAfterMs }])
    }
  })
