import { Array, Clock, Effect, Exit, Ref } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type { RequestUsage } from "./Broker.ts"
import { type EndpointTimes, noted, usagesOf } from "./EndpointTimes.ts"
import { type HttpOutcome, keptBack, LONGEST_WAIT_MS } from "./HttpOutcome.ts"

/** Who asks a broker: cancels have a share of the limit of their own, since ending an order matters most when much is going on. */
export type Purpose = "cancel" | "other"

/** Whether a request may leave now; if not, after how many milliseconds it may. */
export type Leave = { readonly _tag: "Go" } | { readonly _tag: "Wait"; readonly retryAfterMs: number }

/** What a broker says of its limit beside an answer. */
export interface Stated {
  readonly limit: number
  readonly remaining: number
  /** When its window ends, milliseconds since 1970. */
  readonly resetsAtMs: number
}

/** Our side of a broker's limit of requests, one for all that share it: a login, a pair of keys. Nothing waits in it: a request goes or does not. */
export interface RequestLimit {
  readonly take: (purpose: Purpose) => Effect.Effect<Leave>
  /** The broker's own count wins over ours, until its window ends. */
  readonly correct: (stated: Stated) => Effect.Effect<void>
  /** The broker refused a request for its limit: nothing leaves before, for 15 minutes at most. Milliseconds. */
  readonly exhausted: (retryAfterMs: number) => Effect.Effect<void>
  /** A request that was taken is over: answered after so many milliseconds, or lost; what it was is noted where that is said. */
  readonly ended: (tookMs: number | undefined, asked?: Asked) => Effect.Effect<void>
  readonly usage: Effect.Effect<RequestUsage>
}

/** What was asked for, and whether that failed. */
interface Asked {
  readonly endpoint: string
  readonly isError: boolean
}

interface Taken {
  readonly name: string
  readonly limit: number
  /** When the requests of the last minute left, oldest first. */
  readonly sentAt: ReadonlyArray<number>
  readonly notBefore: number
  /** What is left of the broker's window, where it has named one. */
  readonly window: { readonly left: number; readonly endsAtMs: number } | undefined
  /** Requests that have left, and whose answers have not come. */
  readonly onTheWay: number
  /** How long the last answers took, the newest last. Milliseconds. */
  readonly tookMs: ReadonlyArray<number>
  readonly times: EndpointTimes
}

const WINDOW_MS = 60_000
const ANSWERS_KEPT = 32

/**
 * A limit of so many requests a minute. A broker that names neither how its minutes begin nor how much is left never has more than that
 * in any span of 60 s; one that names its windows is taken at its word.
 *
 * @example
 * const limit = yield* RequestLimit.make(120)
 * const leave = yield* limit.take("other")
 * if (leave._tag === "Wait") return HttpOutcome.keptBack(leave.retryAfterMs)
 */
export const make = (perMinute: number, name = "requests"): Effect.Effect<RequestLimit> =>
  Effect.map(
    Ref.make<Taken>({
      name,
      limit: perMinute,
      sentAt: [],
      notBefore: 0,
      window: undefined,
      onTheWay: 0,
      tookMs: [],
      times: new Map()
    }),
    (ref): RequestLimit => {
      const change = <A>(body: (taken: Taken, now: number) => readonly [A, Taken]): Effect.Effect<A> =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.modify(ref, (taken) => body(current(taken, now), now)))
      return {
        take: (purpose) => change((taken, now) => leaveOf(taken, purpose, now)),
        correct: (stated) => change((taken, now) => [undefined, corrected(taken, stated, now)]),
        exhausted: (retryAfterMs) =>
          change((taken, now) => [
            undefined,
            {
              ...taken,
              window: undefined,
              notBefore: Math.max(taken.notBefore, now + Math.min(retryAfterMs, LONGEST_WAIT_MS))
            }
          ]),
        ended: (tookMs, asked) =>
          change((taken, now) => [undefined, notedIn(ended(taken, tookMs), tookMs, asked, now)]),
        usage: change((taken, now) => [usageOf(taken, now), taken])
      }
    }
  )

/** How several limits of one broker stand: as the first, with the headroom and the endpoints of all. */
export const together = (limits: NonEmptyReadonlyArray<RequestLimit>): Effect.Effect<RequestUsage> =>
  Effect.map(
    Effect.forEach(limits, ({ usage }) => usage),
    (usages) => ({
      ...Array.headNonEmpty(usages),
      limits: usages.flatMap((each) => each.limits),
      endpoints: usages.flatMap(({ endpoints }) => endpoints)
    })
  )

/** How long a broker is left alone that refuses a request for its limit, and does not say for how long. */
const LIMIT_WAIT_MS = 1_000

/** One request within a limit: kept back where the limit is reached. A 429 holds back what comes after it. */
export const within = (
  limit: RequestLimit,
  { endpoint, purpose = "other" }: { readonly endpoint: string; readonly purpose?: Purpose | undefined },
  request: Effect.Effect<HttpOutcome>
): Effect.Effect<HttpOutcome> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const leave = yield* limit.take(purpose)
      if (leave._tag === "Wait") return keptBack(leave.retryAfterMs)
      const begunMs = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(restore(request))
      const tookMs = Math.max(0, (yield* Clock.currentTimeMillis) - begunMs)
      const answer = Exit.isSuccess(exit) && exit.value._tag === "Answered" ? exit.value : undefined
      const isError = answer === undefined || answer.status === 429 || answer.status >= 500
      yield* limit.ended(answer === undefined ? undefined : tookMs, { endpoint, isError })
      if (answer?.status === 429) yield* limit.exhausted(answer.retryAfterMs ?? LIMIT_WAIT_MS)
      return yield* exit
    })
  )

/** What counts now: of a window that has ended nothing does. Where our clock stepped back, no wait is longer than it was at first. */
const current = (taken: Taken, now: number): Taken => {
  const { notBefore, window } = taken
  const hasEnded = window !== undefined && now >= window.endsAtMs
  const since = hasEnded ? window.endsAtMs : now - WINDOW_MS + 1
  return {
    ...taken,
    notBefore: Math.min(notBefore, now + LONGEST_WAIT_MS),
    window: window === undefined || hasEnded ? undefined : { ...window, endsAtMs: endOf(window.endsAtMs, now) },
    sentAt: taken.sentAt.filter((at) => at <= now && at >= since)
  }
}

const leaveOf = (taken: Taken, purpose: Purpose, now: number): readonly [Leave, Taken] => {
  const waitMs = waitOf(taken, keptFor(purpose, taken.limit), now)
  if (waitMs > 0) return [{ _tag: "Wait", retryAfterMs: waitMs }, taken]
  const { onTheWay, sentAt, window } = taken
  const rest = window === undefined ? undefined : { ...window, left: window.left - 1 }
  return [{ _tag: "Go" }, { ...taken, sentAt: [...sentAt, now], window: rest, onTheWay: onTheWay + 1 }]
}

/** How long a request waits of which so many others are kept, in milliseconds. */
const waitOf = ({ limit, notBefore, sentAt, window }: Taken, kept: number, now: number): number => {
  if (now < notBefore) return notBefore - now
  if (window !== undefined) return window.left > kept ? 0 : Math.max(1, window.endsAtMs - now)
  const blocking = sentAt[sentAt.length - (limit - kept)]
  return blocking === undefined ? 0 : Math.max(1, blocking + WINDOW_MS - now)
}

const ended = ({ onTheWay, tookMs, ...taken }: Taken, lastMs: number | undefined): Taken => ({
  ...taken,
  onTheWay: Math.max(0, onTheWay - 1),
  tookMs: lastMs === undefined ? tookMs : [...tookMs, lastMs].slice(-ANSWERS_KEPT)
})

const notedIn = (taken: Taken, tookMs: number | undefined, asked: Asked | undefined, atMs: number): Taken =>
  asked === undefined
    ? taken
    : { ...taken, times: noted(taken.times, asked.endpoint, { atMs, tookMs, isError: asked.isError }) }

const usageOf = (taken: Taken, now: number): RequestUsage => {
  const { limit, name, notBefore, sentAt, times, tookMs, window } = taken
  const left = Math.max(0, now < notBefore ? 0 : (window?.left ?? limit - sentAt.length))
  const sorted = tookMs.toSorted((a, b) => a - b)
  return {
    answerMs: sorted[sorted.length >> 1],
    slowestMs: sorted.at(-1),
    limits: [{ name, limit, left }],
    endpoints: usagesOf(times, now)
  }
}

/** No window is longer than a minute, whatever is said. */
const endOf = (saidMs: number, now: number): number => Math.min(saidMs, now + WINDOW_MS)

/**
 * Answers come late and out of order: within one window what is left only falls, and one that is over says nothing of what is left now, also
 * where our clock is ahead of the broker's.
 */
const corrected = (taken: Taken, { limit, remaining, resetsAtMs }: Stated, now: number): Taken => {
  const { onTheWay, window } = taken
  if (resetsAtMs <= now) return { ...taken, limit: Math.max(1, limit) }
  const theirs = Math.max(0, Math.min(remaining, limit) - onTheWay)
  const isSame = window !== undefined && limit === taken.limit && resetsAtMs <= window.endsAtMs
  return {
    ...taken,
    limit: Math.max(1, limit),
    window: {
      left: isSame ? Math.min(window.left, theirs) : theirs,
      endsAtMs: endOf(resetsAtMs, now)
    }
  }
}

const CANCEL_SHARE = 0.1

/** How many of so many requests are kept for a purpose other than this one: a tenth, for cancels, and never all. */
const keptFor = (purpose: Purpose, limit: number): number =>
  purpose === "cancel" ? 0 : Math.min(limit - 1, Math.ceil(limit * CANCEL_SHARE))
