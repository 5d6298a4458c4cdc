import { assert, describe, it } from "@effect/vitest"
import { Budget } from "@roundlot/broker-schwab"
import type { RequestLimit } from "@roundlot/core/adapter"
import { Effect, TestClock } from "effect"

const leaves = (budget: Budget.Budget, purpose: RequestLimit.Purpose, times: number) =>
  Effect.map(
    Effect.replicateEffect(budget.take(purpose), times),
    (all) => all.filter(({ _tag }) => _tag === "Go").length
  )

describe("our side of Schwab's limit", () => {
  it.effect("120 a minute, of which a tenth is for cancels alone", () =>
    Effect.gen(function* () {
      const budget = yield* Budget.make()
      assert.strictEqual(yield* leaves(budget, "other", 200), 108)
      assert.deepStrictEqual(yield* budget.take("other"), { _tag: "Wait", retryAfterMs: 60_000 })
      assert.strictEqual(yield* leaves(budget, "cancel", 200), 12)
    })
  )

  it.effect("no span of a minute has more, wherever it begins", () =>
    Effect.gen(function* () {
      const budget = yield* Budget.make(100)
      assert.strictEqual(yield* leaves(budget, "other", 50), 50)
      yield* TestClock.adjust("40 seconds")
      assert.strictEqual(yield* leaves(budget, "other", 100), 40)
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* leaves(budget, "other", 100), 50)
    })
  )

  it.effect("after a 429 nothing leaves before the wait is over, no cancel either", () =>
    Effect.gen(function* () {
      const budget = yield* Budget.make()
      yield* budget.exhausted(2_000)
      assert.deepStrictEqual(yield* budget.take("cancel"), { _tag: "Wait", retryAfterMs: 2_000 })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* budget.take("other"))._tag, "Go")
    })
  )
})
