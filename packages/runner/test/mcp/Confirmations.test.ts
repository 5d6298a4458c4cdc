import { assert, describe, it } from "@effect/vitest"
import { Clock, Entropy } from "@roundlot/core"
import { Effect, Layer, TestClock } from "effect"
import * as Confirmations from "../../src/mcp/Confirmations.ts"

const TERMS = "buy 2 KO"

const surroundings = Layer.merge(Clock.layerAlwaysOpen, Entropy.layerSecure)

describe("SYNC-12: codes of what was shown", () => {
  it.effect("are good for 60 s and not longer, and used up by whoever was too late", () =>
    Effect.gen(function* () {
      const codes = yield* Confirmations.make
      const late = yield* codes.issue(TERMS)
      yield* TestClock.adjust("30 seconds")
      const soon = yield* codes.issue(TERMS)
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual(yield* codes.redeem(late, TERMS), "expired")
      assert.strictEqual(yield* codes.redeem(late, TERMS), "unknown")
      assert.strictEqual(yield* codes.redeem(soon, TERMS), "good")
    }).pipe(Effect.provide(surroundings))
  )
})
