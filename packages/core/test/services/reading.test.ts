import { Clock, Effect, Fiber, TestClock, TestContext } from "effect"
import { describe, expect, test } from "vitest"
import { BrokerReadFailed } from "../../src/ports/Broker.ts"
import { withRetries } from "../../src/services/reading.ts"

/** How long each request of a reading that never succeeds came after the one before, in milliseconds. */
const waitsOf = (kind: BrokerReadFailed["kind"], retryAfterMs?: number) =>
  Effect.gen(function* () {
    const times: Array<number> = []
    const read = Effect.flatMap(Clock.currentTimeMillis, (at) => {
      times.push(at)
      return Effect.fail(new BrokerReadFailed({ operation: "order", kind, detail: "no", retryAfterMs }))
    })
    const reading = yield* Effect.fork(Effect.flip(withRetries(read)))
    yield* TestClock.adjust("1 minute")
    expect((yield* Fiber.join(reading)).kind).toBe(kind)
    return times.slice(1).map((at, i) => at - (times[i] ?? 0))
  }).pipe(Effect.provide(TestContext.TestContext), Effect.runPromise)

describe("a reading that fails", () => {
  test.each(["server", "network"] as const)(
    "FILL-3: for %s is tried three times more, each after a longer wait",
    async (kind) => {
      const waits = await waitsOf(kind)
      const [first = 0, second = 0, third = 0] = waits
      expect(waits).toHaveLength(3)
      expect([first >= 160, second > first, third > second, third <= 960]).toEqual([true, true, true, true])
    }
  )

  test("FILL-3: waits as long as the broker says, and is left to the next pass where that is long", async () => {
    const waits = await waitsOf("rate_limited", 3_000)
    expect([waits.length, Math.min(...waits) >= 3_000]).toEqual([3, true])
    expect(await waitsOf("rate_limited", 60_000)).toEqual([])
  })

  test.each(["unauthorised", "unreadable"] as const)(
    "FILL-3: for %s is not tried again: that helps nobody",
    async (kind) => {
      expect(await waitsOf(kind)).toEqual([])
    }
  )
})
