import { assert, describe, it } from "@effect/vitest"
import { OrderStatus } from "@roundlot/broker-schwab"

const word = (status: string): string => {
  const liveness = OrderStatus.statuses.livenessOf(status)
  return liveness._tag === "Open" ? "open" : liveness.kind
}

const closed = new Map([
  ["FILLED", "filled"],
  ["CANCELED", "cancelled"],
  ["EXPIRED", "expired"],
  ["REJECTED", "rejected"],
  ["REPLACED", "cancelled"]
])

describe("Schwab's statuses", () => {
  it.each([...OrderStatus.statuses.known])("AUD-7, FILL-1: %s has a meaning", (status) => {
    assert.strictEqual(word(status), closed.get(status) ?? "open")
  })

  it("FILL-1: all twenty-one are known, and another one counts as open", () => {
    assert.strictEqual(OrderStatus.statuses.known.size, 21)
    assert.strictEqual(word("QUARANTINED_BY_MOON"), "open")
  })
})
