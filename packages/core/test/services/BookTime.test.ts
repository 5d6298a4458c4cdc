import { Context, Effect, Layer } from "effect"
import { describe, expect, it } from "vitest"
import * as world from "../../src/ledger/world.ts"
import * as Clock from "../../src/ports/Clock.ts"
import * as Instant from "../../src/values/Instant.ts"

const NOON = Instant.fromMillis(Date.UTC(2026, 10, 20, 12))
const HOUR_MS = 3_600_000

/** A machine whose two clocks are moved by hand, each on its own. */
const machine = () => {
  const hands = { wall: NOON, monotonicMs: 0 }
  const clock = Layer.map(Clock.layerAlwaysOpen, (context) =>
    Context.make(Clock.Clock, {
      ...Context.get(context, Clock.Clock),
      now: Effect.sync(() => hands.wall),
      monotonicMs: Effect.sync(() => hands.monotonicMs)
    })
  )
  const pass = (ms: number) => {
    hands.wall = Instant.addMillis(hands.wall, ms)
    hands.monotonicMs += ms
  }
  return { hands, pass, time: world.makeBookTime.pipe(Effect.provide(clock)) }
}

/** Milliseconds after noon. */
const past = (at: Instant.Instant) => Instant.millisBetween(NOON, at)

describe("the time of the books", () => {
  it("is the clock's, and never behind what is written", () => {
    const { pass, time } = machine()
    return Effect.gen(function* () {
      const { now, reading } = yield* time
      expect(past(yield* now)).toBe(0)
      pass(5_000)
      expect(past((yield* reading).atLeast(NOON))).toBe(5_000)
      pass(1_000)
      expect(past((yield* reading).atLeast(Instant.addMillis(NOON, 8_000)))).toBe(8_000)
    }).pipe(Effect.runPromise)
  })

  it("goes on at half its pace where the clock was set back by hours, so that a wait of seconds ends", () => {
    const { hands, pass, time } = machine()
    return Effect.gen(function* () {
      const { now, reading } = yield* time
      expect(past((yield* reading).atLeast(Instant.addMillis(NOON, 3 * HOUR_MS)))).toBe(3 * HOUR_MS)
      pass(10_000)
      expect(past(yield* now)).toBe(3 * HOUR_MS + 5_000)
      hands.wall = Instant.addMillis(NOON, -HOUR_MS)
      pass(10_000)
      expect(past((yield* reading).atLeast(NOON))).toBe(3 * HOUR_MS + 10_000)
    }).pipe(Effect.runPromise)
  })

  it("is the clock's again when that has caught up", () => {
    const { pass, time } = machine()
    return Effect.gen(function* () {
      const { now, reading } = yield* time
      yield* Effect.map(reading, ({ atLeast }) => atLeast(Instant.addMillis(NOON, HOUR_MS)))
      pass(3 * HOUR_MS)
      expect(past(yield* now)).toBe(3 * HOUR_MS)
    }).pipe(Effect.runPromise)
  })
})
