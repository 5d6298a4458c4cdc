import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Instant } from "@roundlot/core"
import { RequestLimit } from "@roundlot/core/adapter"
import { Effect, Redacted, TestClock, TestContext } from "effect"
import { assert, describe, it } from "vitest"
import { placeOf } from "../src/Credentials.ts"
import * as Wire from "../src/Wire.ts"

const NOW = Instant.toMillis(Instant.parse("2026-11-23T17:00:00Z") ?? Instant.make(0n))

/** A wire whose requests are all answered so. */
const answeredWith = (status: number, headers: Record<string, string>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(NOW)
    const limit = yield* RequestLimit.make(200)
    const baseUrl = "http://127.0.0.1:1"
    const credentials = { keyId: Redacted.make("key"), secretKey: Redacted.make("secret"), baseUrl }
    const client = HttpClient.make((request) =>
      Effect.succeed(HttpClientResponse.fromWeb(request, new Response("{}", { status, headers })))
    )
    const place = yield* placeOf(baseUrl)
    const wire = yield* Effect.provideService(Wire.make(credentials, place, limit), HttpClient.HttpClient, client)
    return { limit, wire }
  })

const run = <A, E>(body: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(body, TestContext.TestContext))

const clock = { method: "GET", path: "/v2/clock", within: "1 second" } as const

describe("the limit that Alpaca names", () => {
  it("an event stream that was opened is on its way no more: what is left is not less for each that ever was", () =>
    run(
      Effect.gen(function* () {
        const window = { "x-ratelimit-limit": "200", "x-ratelimit-remaining": "150" }
        const reset = String(NOW / 1000 + 50)
        const { limit, wire } = yield* answeredWith(200, { ...window, "x-ratelimit-reset": reset })
        yield* Effect.replicateEffect(wire.open("/v2beta1/events"), 30)
        yield* wire.ask(clock)
        assert.strictEqual((yield* limit.usage).limits[0]?.left, 150)
      })
    ))

  it.each([
    ["in 60 years", 8_000_000_000, 900_000],
    ["over, since our clock is ahead", NOW / 1000 - 5, 1_000]
  ])("a 429 whose window ends %s holds everything back, for 15 minutes at most", (_, reset, waitMs) =>
    run(
      Effect.gen(function* () {
        const { limit, wire } = yield* answeredWith(429, { "x-ratelimit-reset": String(reset) })
        const outcome = yield* wire.ask(clock)
        assert.deepStrictEqual(yield* limit.take("cancel"), { _tag: "Wait", retryAfterMs: waitMs })
        assert.isAtMost(outcome._tag === "Answered" ? (outcome.retryAfterMs ?? 0) : Number.NaN, 900_000)
      })
    )
  )
})
