import { Effect, Exit, Fiber, Ref, TestClock, TestContext } from "effect"
import { expect, test } from "vitest"
import * as Heartbeat from "../src/ports/Heartbeat.ts"

test("a connection that answers in time lives on, and one that does not has ended", () =>
  Effect.gen(function* () {
    const takesMs = yield* Ref.make(4_999)
    const asked = yield* Ref.make(0)
    const ask = Effect.zipRight(
      Ref.update(asked, (n) => n + 1),
      Effect.flatMap(Ref.get(takesMs), (ms) => Effect.sleep(ms))
    )
    const beats = yield* Effect.fork(
      Heartbeat.beating({ everyMs: 10_000, withinMs: 5_000 }, ask, () => "silent" as const)
    )
    yield* TestClock.adjust("59999 millis")
    expect(yield* Ref.get(asked)).toBe(4)
    expect(beats.unsafePoll()).toBe(null)
    yield* Ref.set(takesMs, 60_000)
    yield* TestClock.adjust("15 seconds")
    expect(yield* Fiber.await(beats)).toEqual(Exit.fail("silent"))
  }).pipe(Effect.provide(TestContext.TestContext), Effect.runPromise))
