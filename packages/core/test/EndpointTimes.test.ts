import { Effect, Exit, Fiber, TestClock, TestContext } from "effect"
import { describe, expect, test } from "vitest"
import { type EndpointTimes, endpointOf, make, noted, usagesOf, WINDOW_MINUTES } from "../src/ports/EndpointTimes.ts"

const none: EndpointTimes = new Map()

const MINUTE_MS = 60_000

const took = (tookMs: number) => ({ atMs: 0, tookMs, isError: false })

describe("an endpoint", () => {
  test.each([
    ["GET", "/v2/orders?status=open&limit=500", "GET /v2/orders"],
    ["DELETE", "/v2/orders/61e69015-8549-4bfd-b9c3-01e75843f47d", "DELETE /v2/orders/*"],
    ["GET", "/v2/orders:by_client_order_id?client_order_id=O1", "GET /v2/orders:by_client_order_id"],
    ["GET", "/v2/stocks/BRK.B/quotes/latest", "GET /v2/stocks/*/quotes/latest"],
    ["GET", "/v1beta1/corporate-actions", "GET /v1beta1/*"],
    ["POST", "/trader/v1/accounts/9C8B7A/orders", "POST /trader/v1/accounts/*/orders"],
    ["GET", "/trader/v1/accounts/accountNumbers", "GET /trader/v1/accounts/accountNumbers"]
  ])("of %s %s is %s", (method, path, endpoint) => {
    expect(endpointOf(method, path)).toBe(endpoint)
  })
})

describe("the times of endpoints", () => {
  test("are the median and the 99th percentile of the last minutes, with what failed", () => {
    const hundred = Array.from({ length: 100 }, (_, n) => ({ atMs: MINUTE_MS, tookMs: n + 1, isError: n === 0 }))
    const all = hundred.reduce((times, sample) => noted(times, "GET /a", sample), none)
    const lost = noted(all, "GET /b", { atMs: MINUTE_MS, tookMs: undefined, isError: true })
    expect(usagesOf(lost, MINUTE_MS)).toEqual([
      { endpoint: "GET /a", requests: 100, errors: 1, p50Ms: 50, p99Ms: 99 },
      { endpoint: "GET /b", requests: 1, errors: 1, p50Ms: undefined, p99Ms: undefined }
    ])
    expect(usagesOf(lost, (WINDOW_MINUTES + 1) * MINUTE_MS)).toHaveLength(2)
    expect(usagesOf(lost, (WINDOW_MINUTES + 1) * MINUTE_MS + 1)).toEqual([])
  })

  test("of very many requests and endpoints are the newest", () => {
    const names = Array.from({ length: 100 }, (_, n) => `GET /${n}`)
    const many = names.reduce((times, name) => noted(times, name, took(1)), none)
    expect([many.size, many.has("GET /99"), many.has("GET /35"), many.has("GET /36")]).toEqual([64, true, false, true])
    const often = Array.from({ length: 1000 }, (_, n) => n).reduce((times, n) => noted(times, "GET /a", took(n)), none)
    expect(usagesOf(often, 0)).toEqual([{ endpoint: "GET /a", requests: 256, errors: 0, p50Ms: 871, p99Ms: 997 }])
  })
})

describe("requests that no limit counts", () => {
  test("are timed by what was asked for; one that failed has no time", () =>
    Effect.gen(function* () {
      const { timed, usage } = yield* make
      const answered = (ms: number, answer: string) =>
        Effect.gen(function* () {
          const request = timed("place order", Effect.as(Effect.sleep(ms), answer), (exit) =>
            Exit.isSuccess(exit) && exit.value === "unknown" ? "lost" : "answered"
          )
          const asked = yield* Effect.fork(request)
          yield* TestClock.adjust(ms)
          return yield* Fiber.join(asked)
        })
      expect(yield* usage).toEqual({ limits: [], endpoints: [], answerMs: undefined, slowestMs: undefined })
      for (const ms of [10, 30, 900]) expect(yield* answered(ms, "accepted")).toBe("accepted")
      yield* answered(5, "unknown")
      expect(yield* Effect.flip(timed("positions", Effect.fail("lost"), () => "lost"))).toBe("lost")
      expect(yield* timed("positions", Effect.succeed("kept back"), () => "not sent")).toBe("kept back")
      expect(yield* usage).toEqual({
        limits: [],
        answerMs: 30,
        slowestMs: 900,
        endpoints: [
          { endpoint: "place order", requests: 4, errors: 1, p50Ms: 30, p99Ms: 900 },
          { endpoint: "positions", requests: 1, errors: 1, p50Ms: undefined, p99Ms: undefined }
        ]
      })
    }).pipe(Effect.provide(TestContext.TestContext), Effect.runPromise))
})
