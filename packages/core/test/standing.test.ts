import { describe, expect, test } from "vitest"
import { AWAITS_TURN } from "../src/batch/counts.ts"
import * as Break from "../src/reconciliation/Break.ts"
import * as Instant from "../src/time/Instant.ts"
import * as TradeStanding from "../src/trade/TradeStanding.ts"

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

describe("what the closing of a break lets go", () => {
  test.each([
    ["PositionDiffers", "symbol", true],
    ["TermsDiffer", "account", true],
    ["Excess", "nothing", true],
    ["OffBand", "nothing", false]
  ] as const)("G: of %s, which holds %s: %s", (kind, holds, isLoosing) => {
    expect(Break.looses({ kind, holds })).toBe(isLoosing)
  })
})

describe("how a trade stands", () => {
  const neither = { isContradicted: false, isReversed: false }
  const accumulated = { status: "accumulated", reason: undefined } as const
  const held = { status: "pending", reason: "Unmapped" } as const
  test.each([
    ["accumulated", accumulated, neither],
    ["completed", { status: "completed", reason: undefined }, neither],
    ["pending", { status: "pending", reason: undefined }, neither],
    ["pending", { status: "pending", reason: AWAITS_TURN }, neither],
    ["quarantined", held, neither],
    ["failed", { status: "failed", reason: "Dismissed" }, { ...neither, isReversed: true }],
    ["reversed", accumulated, { ...neither, isReversed: true }],
    ["conflict", accumulated, { isContradicted: true, isReversed: true }],
    ["conflict", held, { ...neither, isContradicted: true }]
  ] as const)("B1, B4, B5: %s: %o, %o", (standing, trade, beside) => {
    expect(TradeStanding.standingOf(trade, beside)).toBe(standing)
  })
})
