import { Codes, OrderStatus } from "@roundlot/broker-ibkr"
import { describe, expect, it } from "vitest"

/** What each kind comes to, for an order that was sent and not shown yet: said once more, apart from the table. */
const meant: { readonly [kind in Codes.CodeKind]: ReadonlyArray<number> } = {
  rejection: [106, 107, 110, 201, 203, 355, 383, 388, 434, 435, 436, 460, 463, 10243, 10244, 10289, 10318],
  "not there": [200],
  cancelled: [202],
  "not cancellable": [135, 161, 10147, 10148],
  warning: [104, 105, 399, 404, 481, 492, 2102, 2109, 2137, 2148, 10335, 10349],
  unsettled: [103, 321, 10149, 10328],
  information: [354, 2100, 2103, 2104, 2105, 2106, 2107, 2108, 2119, 2157, 2158, 10090, 10167, 10197],
  "servers lost": [1100, 2110],
  "servers back": [1101, 1102],
  "connection lost": [100, 504, 507, 1300],
  "refused connection": [326, 502, 503, 506]
}

const rows = Object.entries(meant).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const))

describe("codes of TWS", () => {
  it.each(rows)("AUD-7: %i is a matter of: %s", (code, kind) => {
    expect(Codes.kindOf(code)).toBe(kind)
  })

  it("AUD-7: every code of the table is tried here, once", () => {
    const table = Codes.codes.map(({ code }) => code)
    expect(table.toSorted((a, b) => a - b)).toEqual(rows.map(([code]) => code).toSorted((a, b) => a - b))
    expect(new Set(table).size).toBe(table.length)
  })

  it("AUD-7: an unknown code settles nothing; unknown ones from 2100 to 2999 inform; a warning is one whatever its number", () => {
    expect([9999, 2199, 3000].map((code) => Codes.kindOf(code))).toEqual(["unsettled", "information", "unsettled"])
    expect(Codes.kindOf(9999, "Warning: shown once")).toBe("warning")
  })
})

describe("statuses of TWS", () => {
  it.each([
    ["ApiPending", "Open"],
    ["PendingSubmit", "Open"],
    ["PreSubmitted", "Open"],
    ["Submitted", "Open"],
    ["PendingCancel", "Open"],
    ["PreCancelled", "Open"],
    ["WarnState", "Open"],
    ["Inactive", "Open"],
    ["Filled", "filled"],
    ["Cancelled", "cancelled"],
    ["ApiCancelled", "cancelled"],
    ["NeverHeardOf", "Open"]
  ])("FILL-1: %s counts as: %s", (status, liveness) => {
    const found = OrderStatus.livenessOf(status)
    expect(found._tag === "Open" ? "Open" : found.kind).toBe(liveness)
  })

  it.each([
    ["Filled", "filled"],
    ["Inactive", "rejected"],
    ["Cancelled", "cancelled"],
    ["NeverHeardOf", "cancelled"]
  ])("FILL-1: %s among the completed ones has ended as: %s", (status, kind) => {
    expect(OrderStatus.completedLivenessOf(status)).toEqual({ _tag: "Closed", kind })
  })
})
