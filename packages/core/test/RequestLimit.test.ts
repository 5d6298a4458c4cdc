import { Effect, FastCheck, Fiber, TestClock, TestContext } from "effect"
import { assert, describe, it } from "vitest"
import * as HttpOutcome from "../src/ports/HttpOutcome.ts"
import * as RequestLimit from "../src/ports/RequestLimit.ts"
import { runs } from "./properties.ts"

const run = <A, E>(body: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(body, TestContext.TestContext))

const HOUR_MS = 3_600_000

const limitedTo = <E>(perMinute: number, body: (limit: RequestLimit.RequestLimit) => Effect.Effect<void, E>) =>
  run(Effect.flatMap(RequestLimit.make(perMinute), body))

const leaves = (limit: RequestLimit.RequestLimit, purpose: RequestLimit.Purpose, times: number) =>
  Effect.map(
    Effect.replicateEffect(limit.take(purpose), times),
    (all) => all.filter(({ _tag }) => _tag === "Go").length
  )

describe("our side of a broker's limit of requests", () => {
  it("a tenth of it is for cancels alone", () =>
    limitedTo(120, (limit) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* leaves(limit, "other", 200), 108)
        assert.deepStrictEqual(yield* limit.take("other"), { _tag: "Wait", retryAfterMs: 60_000 })
        assert.strictEqual(yield* leaves(limit, "cancel", 200), 12)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* leaves(limit, "other", 300), 108)
      })
    ))

  it("of a limit of one request cancels keep none: others would never leave", () =>
    limitedTo(1, (limit) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* leaves(limit, "other", 5), 1)
      })
    ))

  it("no span of a minute has more, wherever it begins", () =>
    limitedTo(100, (limit) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* leaves(limit, "other", 50), 50)
        yield* TestClock.adjust("40 seconds")
        assert.strictEqual(yield* leaves(limit, "other", 100), 40)
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual(yield* leaves(limit, "other", 100), 50)
      })
    ))

  const waits = FastCheck.array(FastCheck.integer({ min: 0, max: 25_000 }), { minLength: 1, maxLength: 60 })
  it("without the broker's count no span of a minute has more than the limit, whatever the pauses", () =>
    FastCheck.assert(
      FastCheck.asyncProperty(waits, (pauses) =>
        run(
          Effect.gen(function* () {
            const limit = yield* RequestLimit.make(5)
            const left: Array<number> = []
            let now = 0
            for (const pause of pauses) {
              yield* TestClock.adjust(pause)
              now += pause
              if ((yield* limit.take("cancel"))._tag === "Go") left.push(now)
            }
            for (const first of left) assert.isAtMost(left.filter((at) => at >= first && at < first + 60_000).length, 5)
          })
        )
      ),
      runs(100)
    ))

  it("the broker's own count wins: what other programs used is gone, a larger limit is taken", () =>
    limitedTo(200, (limit) =>
      Effect.gen(function* () {
        yield* limit.take("other")
        yield* limit.ended(5)
        yield* limit.correct({ limit: 200, remaining: 30, resetsAtMs: 30_000 })
        assert.strictEqual(yield* leaves(limit, "other", 100), 10)
        assert.deepStrictEqual(yield* limit.take("other"), { _tag: "Wait", retryAfterMs: 30_000 })
        yield* limit.correct({ limit: 1000, remaining: 900, resetsAtMs: 30_000 })
        assert.isAbove(yield* leaves(limit, "other", 1000), 700)
      })
    ))

  it("what was said late of a window does not bring back what left since", () =>
    limitedTo(200, (limit) =>
      Effect.gen(function* () {
        yield* limit.correct({ limit: 200, remaining: 25, resetsAtMs: 30_000 })
        assert.strictEqual(yield* leaves(limit, "other", 100), 5)
        yield* limit.correct({ limit: 200, remaining: 199, resetsAtMs: 30_000 })
        assert.strictEqual(yield* leaves(limit, "other", 100), 0)
      })
    ))

  it("a window that the broker named ends when it said, and the next has all of it", () =>
    limitedTo(200, (limit) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* leaves(limit, "other", 300), 180)
        yield* limit.correct({ limit: 200, remaining: 20, resetsAtMs: 5_000 })
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* leaves(limit, "other", 300), 180)
      })
    ))

  it("a window without end, and a limit of none, hold nothing back for longer than a minute", () =>
    limitedTo(200, (limit) =>
      Effect.gen(function* () {
        yield* limit.correct({ limit: 0, remaining: 0, resetsAtMs: Number.MAX_SAFE_INTEGER })
        assert.deepStrictEqual(yield* limit.take("cancel"), { _tag: "Wait", retryAfterMs: 60_000 })
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* leaves(limit, "cancel", 5), 1)
      })
    ))

  it("a window that is over when it is said takes nothing of our own count away", () =>
    limitedTo(20, (limit) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("1 hour")
        const tries = Effect.zipRight(
          limit.correct({ limit: 20, remaining: 19, resetsAtMs: 1_000 }),
          leaves(limit, "cancel", 1).pipe(Effect.zipLeft(limit.ended(5)), Effect.zipLeft(TestClock.adjust(10)))
        )
        const left = yield* Effect.replicateEffect(tries, 100)
        assert.strictEqual(left.filter((each) => each === 1).length, 20)
      })
    ))

  it.each([
    [
      "in a window",
      (limit: RequestLimit.RequestLimit) => limit.correct({ limit: 20, remaining: 0, resetsAtMs: HOUR_MS + 9_000 })
    ],
    ["after a 429", (limit: RequestLimit.RequestLimit) => limit.exhausted(9_000)]
  ])("a clock that steps back by an hour %s holds nothing back for that hour", (_, drain) =>
    run(
      Effect.gen(function* () {
        const limit = yield* RequestLimit.make(20)
        yield* TestClock.setTime(HOUR_MS)
        yield* drain(limit)
        yield* TestClock.setTime(0)
        assert.strictEqual((yield* limit.take("cancel"))._tag, "Wait")
        yield* TestClock.adjust("15 minutes")
        assert.strictEqual((yield* limit.take("cancel"))._tag, "Go")
      })
    )
  )

  it("a wait of an age is one of 15 minutes at most", () =>
    limitedTo(20, (limit) =>
      Effect.gen(function* () {
        yield* limit.exhausted(1e15)
        assert.deepStrictEqual(yield* limit.take("cancel"), { _tag: "Wait", retryAfterMs: 900_000 })
      })
    ))

  it("more left than the limit has is no more than the limit", () =>
    limitedTo(20, (limit) =>
      Effect.gen(function* () {
        yield* limit.correct({ limit: 20, remaining: 9_999_999_999, resetsAtMs: 60_000 })
        assert.strictEqual(yield* leaves(limit, "cancel", 100), 20)
      })
    ))

  it("after a 429 nothing leaves before the broker's wait is over, no cancel either", () =>
    limitedTo(120, (limit) =>
      Effect.gen(function* () {
        yield* limit.exhausted(2_000)
        assert.deepStrictEqual(yield* limit.take("cancel"), { _tag: "Wait", retryAfterMs: 2_000 })
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* limit.take("other"))._tag, "Go")
      })
    ))
})

const answeredWith = (status: number, retryAfterMs?: number): HttpOutcome.HttpOutcome => ({
  _tag: "Answered",
  status,
  text: "",
  contentType: "text/plain",
  headers: new Map(),
  retryAfterMs
})

const orders = { endpoint: "GET /orders" }

describe("requests within a limit", () => {
  it("are counted, with how long their answers took; one more is kept back", () =>
    limitedTo(4, (limit) =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* limit.usage).limits[0]?.left, 4)
        for (const tookMs of [30, 900, 40]) {
          const asked = yield* Effect.fork(
            RequestLimit.within(limit, orders, Effect.as(Effect.sleep(tookMs), answeredWith(200)))
          )
          yield* TestClock.adjust(tookMs)
          yield* Fiber.join(asked)
        }
        const answers = { requests: 3, errors: 0, p50Ms: 40, p99Ms: 900 }
        assert.deepStrictEqual(yield* limit.usage, {
          answerMs: 40,
          slowestMs: 900,
          limits: [{ name: "requests", limit: 4, left: 1 }],
          endpoints: [{ ...orders, ...answers }]
        })
        const kept = yield* RequestLimit.within(limit, orders, Effect.dieMessage("it left"))
        assert.include(kept, { _tag: "NotSent", retryAfterMs: 59_030 })
        assert.include(
          yield* RequestLimit.within(limit, { ...orders, purpose: "cancel" }, Effect.succeed(answeredWith(204))),
          { status: 204 }
        )
      })
    ))

  it("nothing leaves after a 429 before the wait is over, a second where none is said", () =>
    limitedTo(100, (limit) =>
      Effect.gen(function* () {
        for (const [said, waitMs] of [
          [undefined, 1_000],
          [7_000, 7_000]
        ] as const) {
          yield* RequestLimit.within(limit, orders, Effect.succeed(answeredWith(429, said)))
          assert.deepStrictEqual((yield* limit.usage).limits[0]?.left, 0)
          assert.deepStrictEqual(yield* limit.take("cancel"), { _tag: "Wait", retryAfterMs: waitMs })
          yield* TestClock.adjust(waitMs)
        }
        assert.deepStrictEqual((yield* limit.take("cancel"))._tag, "Go")
      })
    ))

  it("what never answered says nothing of how fast the broker is, and is not on its way for ever", () =>
    limitedTo(100, (limit) =>
      Effect.gen(function* () {
        yield* RequestLimit.within(limit, orders, Effect.succeed(HttpOutcome.late))
        const { endpoints, ...usage } = yield* limit.usage
        assert.deepInclude(usage, {
          limits: [{ name: "requests", limit: 100, left: 99 }],
          answerMs: undefined,
          slowestMs: undefined
        })
        const lost = { requests: 1, errors: 1, p50Ms: undefined, p99Ms: undefined }
        assert.deepStrictEqual(endpoints, [{ ...orders, ...lost }])
        const waiting = yield* Effect.fork(RequestLimit.within(limit, orders, Effect.never))
        yield* Effect.yieldNow()
        yield* limit.correct({ limit: 100, remaining: 50, resetsAtMs: 60_000 })
        assert.strictEqual((yield* limit.usage).limits[0]?.left, 49)
        yield* Fiber.interrupt(waiting)
        yield* limit.correct({ limit: 100, remaining: 30, resetsAtMs: 60_000 })
        assert.strictEqual((yield* limit.usage).limits[0]?.left, 30)
        yield* Effect.exit(RequestLimit.within(limit, orders, Effect.dieMessage("a defect")))
        yield* limit.correct({ limit: 100, remaining: 20, resetsAtMs: 60_000 })
        assert.strictEqual((yield* limit.usage).limits[0]?.left, 20)
      })
    ))
})

describe("the wait that a broker asks for", () => {
  it.each([
    ["2", 2_000],
    ["0.5", 500],
    ["Thu, 01 Jan 1970 00:00:09 GMT", 8_000],
    ["Wed, 31 Dec 1969 23:59:59 GMT", undefined],
    ["0", undefined],
    ["99999999999", 900_000],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 900_000],
    ["soon", undefined],
    [undefined, undefined]
  ])("Retry-After: %s", (said, waitMs) => assert.strictEqual(HttpOutcome.retryAfterOf(said, 1_000), waitMs))
})
