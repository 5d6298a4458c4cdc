import { Clock, Effect, type Exit, Ref } from "effect"
import type { EndpointUsage, RequestUsage } from "./Broker.ts"

/** One request that has left. */
interface Sample {
  readonly atMs: number
  /** How long its answer took; none where it was lost. */
  readonly tookMs: number | undefined
  /** It was lost, refused for the limit, or the broker failed on it. */
  readonly isError: boolean
}

/** The newest requests by their endpoints, oldest first. */
export type EndpointTimes = ReadonlyMap<string, ReadonlyArray<Sample>>

/** What is said of endpoints is of the requests of so many last minutes. */
export const WINDOW_MINUTES = 15

const WINDOW_MS = WINDOW_MINUTES * 60_000

/** So many of the newest requests of an endpoint are looked at, and so many endpoints: what a broker is asked for bounds no memory. */
const MOST_SAMPLES = 256
const MOST_ENDPOINTS = 64

const LITERAL = /^(?:v\d+(?:beta\d+)?|[a-z]+(?:[A-Z][a-z]+)*(?:[_:][a-z]+)*)$/

/**
 * The endpoint of a request: its path without ids, symbols and query.
 *
 * @example
 * endpointOf("GET", "/v2/orders/61e69015?nested=true") // "GET /v2/orders/*"
 */
export const endpointOf = (method: string, path: string): string => {
  const [plain = ""] = path.split("?")
  const parts = plain.split("/").map((part) => (part === "" || LITERAL.test(part) ? part : "*"))
  return `${method} ${parts.join("/")}`
}

/** The times with one more request: the endpoint that was not asked for longest makes way. */
export const noted = (times: EndpointTimes, endpoint: string, sample: Sample): EndpointTimes => {
  const before = times.get(endpoint) ?? []
  const others = [...times].filter(([name]) => name !== endpoint).slice(1 - MOST_ENDPOINTS)
  return new Map([...others, [endpoint, [...before, sample].slice(-MOST_SAMPLES)]])
}

/** The nearest rank: the smallest time that so large a share of all is not above. */
const percentile = (sorted: ReadonlyArray<number>, share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]

/** How fast each endpoint answered in the last minutes, and how often it failed, in alphabetical order. */
export const usagesOf = (times: EndpointTimes, nowMs: number): ReadonlyArray<EndpointUsage> =>
  [...times]
    .flatMap(([endpoint, all]) => {
      // A clock that was set back says nothing of how long ago that was.
      const recent = all.filter(({ atMs }) => Math.abs(nowMs - atMs) <= WINDOW_MS)
      const sorted = recent.flatMap(({ tookMs }) => tookMs ?? []).toSorted((a, b) => a - b)
      const errors = recent.filter(({ isError }) => isError).length
      const [p50Ms, p99Ms] = [percentile(sorted, 0.5), percentile(sorted, 0.99)]
      return recent.length === 0 ? [] : [{ endpoint, requests: recent.length, errors, p50Ms, p99Ms }]
    })
    .toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1))

/** How a request ended: with an answer, be it a refusal; without one; or before it left. */
export type Outcome = "answered" | "lost" | "not sent"

/** Notes how long a broker takes to answer whose requests no limit counts. */
export interface RequestTimes {
  /** A request, noted with its time once it has ended as `outcomeOf` says. */
  readonly timed: <A, E, R>(
    endpoint: string,
    request: Effect.Effect<A, E, R>,
    outcomeOf: (exit: Exit.Exit<A, E>) => Outcome
  ) => Effect.Effect<A, E, R>
  readonly usage: Effect.Effect<RequestUsage>
}

/** Makes one without any request. */
export const make: Effect.Effect<RequestTimes> = Effect.map(
  Ref.make<EndpointTimes>(new Map()),
  (ref): RequestTimes => ({
    timed: (endpoint, request, outcomeOf) =>
      Effect.gen(function* () {
        const begunMs = yield* Clock.currentTimeMillis
        const exit = yield* Effect.exit(request)
        const atMs = yield* Clock.currentTimeMillis
        const outcome = outcomeOf(exit)
        const tookMs = outcome === "answered" ? Math.max(0, atMs - begunMs) : undefined
        if (outcome !== "not sent")
          yield* Ref.update(ref, (times) => noted(times, endpoint, { atMs, tookMs, isError: outcome === "lost" }))
        return yield* exit
      }),
    usage: Effect.map(Effect.all([Ref.get(ref), Clock.currentTimeMillis]), ([times, now]) => uncounted(times, now))
  })
)

const uncounted = (times: EndpointTimes, nowMs: number): RequestUsage => {
  const recent = [...times.values()].flat().filter(({ atMs }) => Math.abs(nowMs - atMs) <= WINDOW_MS)
  const sorted = recent.flatMap(({ tookMs }) => tookMs ?? []).toSorted((a, b) => a - b)
  return {
    answerMs: percentile(sorted, 0.5),
    slowestMs: sorted.at(-1),
    limits: [],
    endpoints: usagesOf(times, nowMs)
  }
}
