import { describe, expect, test } from "vitest"
import * as Break from "../src/reconciliation/Break.ts"
import * as Instant from "../src/time/Instant.ts"

const open = { closedAt: undefined, closedWhy: undefined } as const
const closedAt = Instant.make(1n)

describe("how a break stands", () => {
  test.each([
    ["critical", { ...open, kind: "PositionDiffers", holds: "symbol" }],
    ["critical", { ...open, kind: "Excess", holds: "nothing" }],
    ["blocking", { ...open, kind: "TermsDiffer", holds: "symbol" }],
    ["notice", { ...open, kind: "OffBand", holds: "nothing" }],
    ["gone", { kind: "PositionDiffers", holds: "symbol", closedAt, closedWhy: "the two agree" }],
    // By itself it would have closed as well: whose word it was counts.
    ["resolved", { kind: "PositionDiffers", holds: "symbol", closedAt, closedWhy: Break.dismissed("seen") }]
  ] as const)("G: %s: %o", (standing, found) => {
    expect(Break.standingOf(found)).toBe(standing)
  })
})
