import { Effect, Fiber, TestClock, TestContext } from "effect"
import { expect, it } from "vitest"
import { again } from "../src/Session.ts"

/** How many lines are opened in so long, where each takes what `line` does. */
const linesIn = (duration: "1 minute" | "10 minutes", line: Effect.Effect<void, string>) =>
  Effect.gen(function* () {
    let opened = 0
    const counted = Effect.zipRight(
      Effect.sync(() => (opened += 1)),
      line
    )
    const kept = yield* Effect.fork(again(counted))
    yield* TestClock.adjust(duration)
    yield* Fiber.interrupt(kept)
    return opened
  }).pipe(Effect.provide(TestContext.TestContext), Effect.runPromise)

it("lines that are dropped at once are opened ever less often, as those that cannot be had", async () => {
  const opened = [await linesIn("1 minute", Effect.void), await linesIn("1 minute", Effect.fail("refused"))]
  expect(opened).toEqual([11, 11])
  expect(await linesIn("10 minutes", Effect.void)).toBe(47)
})

it("a line that stood for long is opened again at once, however many there were", async () => {
  // 11 s each, and a tenth of a second between them.
  expect(await linesIn("10 minutes", Effect.sleep("11 seconds"))).toBe(55)
})
