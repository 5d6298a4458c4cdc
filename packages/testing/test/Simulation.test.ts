import { Clock, Deferred, Effect, Exit, Fiber, Random, Ref } from "effect"
import { describe, expect, it } from "vitest"
import { Simulation } from "@roundlot/testing"

const seeds = Array.from({ length: 50 }, (_, seed) => String(seed))

/** Ten fibers that each take a few turns: in which order they come is the scheduler's choice. */
const turns = Effect.gen(function* () {
  const said = yield* Ref.make<ReadonlyArray<string>>([])
  const fibers = Array.from({ length: 10 }, (_, fiber) =>
    Effect.forEach(
      [1, 2, 3],
      (turn) =>
        Effect.zipRight(
          Effect.yieldNow(),
          Ref.update(said, (before) => [...before, `${fiber}.${turn}`])
        ),
      { discard: true }
    )
  )
  yield* Effect.all(fibers, { concurrency: "unbounded", discard: true })
  return (yield* Ref.get(said)).join(" ")
})

const played = <A, E>(program: Effect.Effect<A, E>, seed: string) => Simulation.run(program, { seed, startMs: 1_000 })

describe("a simulated program", () => {
  it("runs the same way with the same seed, and other ways with others", () => {
    for (const seed of seeds) expect(played(turns, seed)).toEqual(played(turns, seed))
    const orders = new Set(
      seeds.map((seed) => Exit.match(played(turns, seed), { onFailure: String, onSuccess: String }))
    )
    expect(orders.size).toBe(seeds.length)
  })

  it("waits for a day in no time, timers in order, those of one moment in the order in which they were set", () => {
    const program = Effect.gen(function* () {
      const said = yield* Ref.make<ReadonlyArray<string>>([])
      const after = (wait: string, word: string) =>
        Effect.zipRight(
          Effect.sleep(`${Number(wait)} seconds`),
          Ref.update(said, (before) => [...before, word])
        )
      const waits = [after("86400", "day"), after("2", "two"), after("1", "one")]
      yield* Effect.all(waits, { concurrency: "unbounded" })
      return [...(yield* Ref.get(said)), yield* Clock.currentTimeMillis]
    })
    expect(played(program, "1")).toEqual(Exit.succeed(["one", "two", "day", 86_401_000]))
  })

  it("leaves no fiber behind: what it left waiting without a parent ends with it", () => {
    const before = Fiber.unsafeRoots().length
    const program = Effect.gen(function* () {
      yield* Effect.forkDaemon(Effect.never)
      yield* Effect.forkDaemon(Effect.forever(Effect.sleep("1 hour")))
      yield* Effect.sleep("3 hours")
    })
    expect(played(program, "1")).toEqual(Exit.void)
    expect(Fiber.unsafeRoots()).toHaveLength(before)
  })

  it("an interrupted sleep wakes nobody, and chance is of the seed", () => {
    const program = Effect.gen(function* () {
      const first = yield* Effect.race(
        Effect.as(Effect.sleep("1 hour"), "slow"),
        Effect.as(Effect.sleep("1 second"), "fast")
      )
      return [first, yield* Clock.currentTimeMillis, yield* Random.nextInt]
    })
    expect(played(program, "a")).toEqual(played(program, "a"))
    expect(played(program, "a")).not.toEqual(played(program, "b"))
    expect(Exit.map(played(program, "a"), ([first, at]) => [first, at])).toEqual(Exit.succeed(["fast", 2_000]))
  })

  it("says so where everything waits and nothing will come", () => {
    const program = Effect.flatMap(Deferred.make<void>(), Deferred.await)
    expect(played(program, "1")).toEqual(Exit.fail(new Simulation.Deadlock({ atMs: 1_000 })))
  })

  it("says so where it goes on and on: at one moment, or for longer than it may", () => {
    const atOnce = Effect.forever(Effect.yieldNow())
    expect(played(atOnce, "1")).toEqual(Exit.fail(new Simulation.Endless({ atMs: 1_000, passed: "tasks" })))
    const program = Effect.forever(Effect.sleep("1 hour"))
    const options = { seed: "1", startMs: 0, longestMs: 86_400_000 }
    expect(Simulation.run(program, options)).toEqual(
      Exit.fail(new Simulation.Endless({ atMs: 86_400_000, passed: "time" }))
    )
    expect(Simulation.run(Effect.sleep("24 hours"), options)).toEqual(Exit.void)
  })
})
