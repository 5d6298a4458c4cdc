import { describe, expect, test } from "vitest"
import * as Break from "../src/records/Break.ts"
import * as TradeStanding from "../src/records/TradeStanding.ts"

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
    ["pending", { status: "pending", reason: "AwaitsBatch" }, neither],
    ["quarantined", held, neither],
    ["failed", { status: "failed", reason: "Dismissed" }, { ...neither, isReversed: true }],
    ["reversed", accumulated, { ...neither, isReversed: true }],
    ["conflict", accumulated, { isContradicted: true, isReversed: true }],
    ["conflict", held, { ...neither, isContradicted: true }]
  ] as const)("B1, B4, B5: %s: %o, %o", (standing, trade, beside) => {
    expect(TradeStanding.standingOf(trade, beside)).toBe(standing)
  })
})
