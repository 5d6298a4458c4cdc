import { orders, positions } from "@roundlot/queries"
import { Effect } from "effect"
import { expect, it } from "vitest"

const looking = Effect.gen(function* () {
  const { items } = yield* orders.list({ account: "main", symbol: "AAPL", limit: 20 })
  const all = yield* positions.list({ account: "main" })
  return { orders: items, positions: all.items }
})

it("the README's program is this one", () => {
  expect(Effect.isEffect(looking)).toBe(true)
})
