import { assert, describe, it } from "@effect/vitest"
import { Budget } from "@roundlot/broker-alpaca"
import type { RequestLimit } from "@roundlot/core/adapter"
import { Effect, TestClock } from "effect"

const leaves = (budget: Budget.Budget, purpose: RequestLimit.Purpose, times: number) =>
  Effect.map(
    Effect.replicateEffect(budget.take(purpose), times),
    (all) => all.filter(({ _tag }) => _tag === "Go").length
  )

describe("our side of Alpaca's limit", () => {
  it.effect("a tenth of it is for cancels alone, and a new minute brings all of it again", () =>
    Effect.gen(function* () {
      const budget = yield* Budget.make(200)
      assert.strictEqual(yield* leaves(budget, "other", 300), 180)
      const leave = yield* budget.take("other")
      assert.deepStrictEqual(leave, { _tag: "Wait", retryAfterMs: 60_000 })
      assert.strictEqual(yield* leaves(budget, "cancel", 300), 20)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* leaves(budget, "other", 300), 180)
    })
  )

  it.effect("Alpaca's own count wins: what other programs used is gone, a larger limit is taken", () =>
    Effect.gen(function* () {
      const budget = yield* Budget.make(200)
      yield* budget.take("other")
      yield* budget.correct({ limit: 200, remaining: 30, resetsAtMs: 30_000 })
      assert.strictEqual(yield* leaves(budget, "other", 100), 10)
      yield* budget.correct({ limit: 1000, remaining: 900, resetsAtMs: 30_000 })
      assert.isAbove(yield* leaves(budget, "other", 1000), 700)
    })
  )

  it.effect("after a 429 nothing leaves before Alpaca's wait is over, no cancel either", () =>
    Effect.gen(function* () {
      const budget = yield* Budget.make()
      yield* budget.exhausted(2_000)
      assert.deepStrictEqual(yield* budget.take("cancel"), { _tag: "Wait", retryAfterMs: 2_000 })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* budget.take("other"))._tag, "Go")
    })
  )
})
