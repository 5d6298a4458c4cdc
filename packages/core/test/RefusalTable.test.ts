import { assert, describe, it } from "vitest"
import * as OrderStatuses from "../src/ports/OrderStatuses.ts"
import * as RefusalTable from "../src/ports/RefusalTable.ts"

const refusals = RefusalTable.make(
  [
    { code: "7", means: "not allowed", class: "final", isBroad: true, source: "a page" },
    { code: "8", means: "halted", class: "session", isBroad: false, source: "a page" }
  ],
  [
    { says: /money/, means: "not enough money", class: "later", source: "a page" },
    { code: "9", says: /short/, means: "no shares to borrow", class: "session", source: "a page" }
  ]
)

describe("what a broker's refusals are about", () => {
  it.each([
    ["7", "words of nothing known", "final"],
    ["7", "not enough money", "later"],
    ["7", "nothing to short", "final"],
    ["8", "not enough money", "session"],
    ["9", "nothing to short", "unknown"],
    ["10", "not enough money", "unknown"],
    ["7", `${"x".repeat(500)} money`, "final"]
  ])("Refusals: %s", (code, words, refusalClass) => assert.strictEqual(refusals.classOf(code, words), refusalClass))
})

describe("what a broker's statuses mean", () => {
  const statuses = OrderStatuses.make({
    open: ["WORKING"],
    filled: ["FILLED"],
    cancelled: ["CANCELED"],
    expired: ["EXPIRED"],
    rejected: ["REJECTED"]
  })

  it.each(["PUT_ASIDE", "toString", ""])("AUD-7: an unknown status is open: %s", (status) => {
    assert.deepStrictEqual(statuses.livenessOf(status), { _tag: "Open" })
    assert.isFalse(statuses.known.has(status))
  })

  it("FILL-1: a known one means what the table says", () => {
    assert.deepStrictEqual(
      [...statuses.known].map((status) => statuses.livenessOf(status)),
      [
        OrderStatuses.open,
        OrderStatuses.closed("filled"),
        OrderStatuses.closed("cancelled"),
        OrderStatuses.closed("expired"),
        OrderStatuses.closed("rejected")
      ]
    )
  })
})
