import { assert, describe, it } from "@effect/vitest"
import { OrderStatus } from "@roundlot/broker-alpaca"
import { AccountName, Decimal } from "@roundlot/core"
import { Option, Schema } from "effect"
import { OrderAnswer, seenOf } from "../src/OrderAnswer.ts"

const figures = (quantity: string, filled: string, isReplaced = false) => ({
  quantity: Decimal.unsafe(quantity),
  filled: Decimal.unsafe(filled),
  isReplaced
})

const word = (status: string, of = figures("2", "0")): string => {
  const liveness = OrderStatus.livenessOf(status, of)
  return liveness._tag === "Open" ? "open" : liveness.kind
}

const closed = new Map([
  ["filled", "filled"],
  ["canceled", "cancelled"],
  ["expired", "expired"],
  ["rejected", "rejected"],
  ["replaced", "cancelled"]
])

describe("Alpaca's statuses", () => {
  it.each([...OrderStatus.statuses.known])("AUD-7, FILL-1: %s has a meaning", (status) => {
    assert.strictEqual(word(status), closed.get(status) ?? "open")
  })

  it("FILL-1: all eighteen are known, and another one counts as open", () => {
    assert.strictEqual(OrderStatus.statuses.known.size, 18)
    assert.strictEqual(word("quarantined_by_moon"), "open")
  })

  it("calculated is filled when all is filled", () => {
    assert.strictEqual(word("calculated", figures("2", "1")), "open")
    assert.strictEqual(word("calculated", figures("2", "2")), "filled")
  })

  it.each([
    ["suspended", { reason: "suspended" }],
    ["stopped", undefined],
    ["held", undefined],
    ["new", undefined]
  ])("Refusals: %s is open, and says whether it is worked", (status, notWorking) => {
    const shown = {
      id: "b-1",
      symbol: "AAPL",
      side: "buy",
      qty: "3",
      filled_qty: "0",
      created_at: "2026-11-27T15:00:00Z"
    }
    const answer = Schema.decodeUnknownSync(OrderAnswer)({ ...shown, status })
    const report = Option.getOrThrow(seenOf(AccountName.AccountName.make("a"), answer))
    assert.deepStrictEqual([report.state, report.notWorking], [{ _tag: "Open" }, notWorking])
  })

  it("replaced lives on where an id follows", () => {
    assert.strictEqual(word("replaced", figures("2", "0", true)), "open")
  })
})
