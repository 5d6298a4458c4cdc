import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Recent from "../src/Recent.ts"

const keys = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `k${from + i}`)

describe("what is remembered of orders and executions", () => {
  it.effect("is the newest, and no more than so many however long a connection lives", () =>
    Effect.gen(function* () {
      const recent = yield* Recent.make<string>(3)
      yield* Effect.forEach(keys(0, 1_000), (key) => recent.set(key, key))
      const known = yield* Effect.filter(keys(0, 1_000), (key) => Effect.map(recent.get(key), (is) => is === key))
      assert.deepStrictEqual(known, ["k997", "k998", "k999"])
    })
  )

  it.effect("is 10,000 unless said, and an entry told again is one", () =>
    Effect.gen(function* () {
      const recent = yield* Recent.make<number>()
      yield* recent.set("first", 1)
      yield* recent.set("first", 2)
      yield* Effect.forEach(keys(0, Recent.MOST_REMEMBERED - 1), (key) => recent.set(key, 0))
      assert.strictEqual(yield* recent.get("first"), 2)
      yield* recent.set("one more", 0)
      assert.isUndefined(yield* recent.get("first"))
    })
  )
})
