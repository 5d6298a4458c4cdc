import { describe, expect, test } from "vitest"
import * as Break from "../src/reconciliation/Break.ts"
import * as Instant from "../src/time/Instant.ts"

const NOW = Instant.make(1_700_000_000_000_000n)
const HOUR_MS = 3_600_000
const before = (ms: number) => Instant.addMillis(NOW, -ms)
const closedAt = NOW
const openedAt = before(HOUR_MS - 1)
const open = { openedAt, closedAt: undefined, closedWhy: undefined } as const

describe("how a break stands", () => {
  test.each([
    ["critical", { ...open, kind: "PositionDiffers", holds: "symbol" }],
    ["critical", { ...open, kind: "Excess", holds: "nothing" }],
    ["blocking", { ...open, kind: "TermsDiffer", holds: "symbol" }],
    ["notice", { ...open, kind: "OffBand", holds: "nothing" }],
    ["escalated", { ...open, openedAt: before(HOUR_MS), kind: "PositionDiffers", holds: "symbol" }],
    ["blocking", { ...open, openedAt: before(24 * HOUR_MS - 1), kind: "TermsDiffer", holds: "symbol" }],
    ["escalated", { ...open, openedAt: before(24 * HOUR_MS), kind: "TermsDiffer", holds: "symbol" }],
    ["notice", { ...open, openedAt: before(1000 * HOUR_MS), kind: "OffBand", holds: "nothing" }],
    ["gone", { openedAt, kind: "PositionDiffers", holds: "symbol", closedAt, closedWhy: "the two agree" }],
    // By itself it would have closed as well: whose word it was counts.
    ["resolved", { openedAt, kind: "PositionDiffers", holds: "symbol", closedAt, closedWhy: Break.dismissed("seen") }]
  ] as const)("G, P11: %s: %o", (standing, found) => {
    expect(Break.standingOf(found, NOW)).toBe(standing)
  })
})
