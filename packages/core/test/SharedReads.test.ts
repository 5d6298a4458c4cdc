import { Deferred, Effect, Fiber, Ref, TestClock, TestContext } from "effect"
import { describe, expect, test } from "vitest"
import * as SharedReads from "../src/ports/SharedReads.ts"

/** Reads that are counted: each waits until it is let go, and answers with its number. */
const counted = (servesAgainFor?: number) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const gate = yield* Deferred.make<void>()
    const reads = yield* SharedReads.make(
      (key: string) =>
        Effect.zipRight(
          Deferred.await(gate),
          Effect.flatMap(
            Ref.updateAndGet(count, (n) => n + 1),
            (n) => (key === "bad" ? Effect.fail(`no ${n}`) : Effect.succeed(n))
          )
        ),
      servesAgainFor
    )
    return { reads, count: Ref.get(count), open: Deferred.succeed(gate, undefined) }
  })

const run = <A, E>(body: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(body, TestContext.TestContext))

describe("FILL-14: reads of orders", () => {
  test("are one request for all who ask meanwhile, and serve again for a second", () =>
    run(
      Effect.gen(function* () {
        const { count, open, reads } = yield* counted()
        const asking = yield* Effect.fork(Effect.all([reads.one("7"), reads.one("7")], { concurrency: "unbounded" }))
        yield* Effect.yieldNow()
        yield* open
        expect(yield* Fiber.join(asking)).toEqual([1, 1])
        yield* TestClock.adjust("900 millis")
        expect(yield* reads.one("7")).toBe(1)
        yield* TestClock.adjust("200 millis")
        expect([yield* reads.one("7"), yield* count]).toEqual([2, 2])
      })
    ))

  test("are made anew after something happened to the order, and of another order", () =>
    run(
      Effect.gen(function* () {
        const { open, reads } = yield* counted()
        yield* open
        expect([yield* reads.one("7"), yield* reads.afresh("7"), yield* reads.one("8")]).toEqual([1, 2, 3])
        yield* reads.changed("7")
        expect(yield* reads.one("7")).toBe(4)
        yield* reads.remember("7", 40)
        expect(yield* reads.one("7")).toBe(40)
      })
    ))

  test("serve nobody again where they failed, or where they are to serve for no time", () =>
    run(
      Effect.gen(function* () {
        const { open, reads } = yield* counted()
        yield* open
        expect([yield* Effect.flip(reads.one("bad")), yield* Effect.flip(reads.one("bad"))]).toEqual(["no 1", "no 2"])
        const never = yield* counted(0)
        yield* never.open
        expect([yield* never.reads.one("7"), yield* never.reads.one("7")]).toEqual([1, 2])
      })
    ))

  test("go on for the others where who asked first has left", () =>
    run(
      Effect.gen(function* () {
        const { open, reads } = yield* counted()
        const first = yield* Effect.fork(reads.one("7"))
        yield* Effect.yieldNow()
        const second = yield* Effect.fork(reads.one("7"))
        yield* Effect.yieldNow()
        yield* Fiber.interrupt(first)
        yield* open
        expect(yield* Fiber.join(second)).toBe(1)
      })
    ))
})
