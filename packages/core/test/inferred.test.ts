import { describe, expect, test } from "vitest"
import { inferredOf } from "../src/records/inferred.ts"
import * as Decimal from "../src/values/Decimal.ts"

describe("what a total has beyond the fills that count", () => {
  test.each([
    ["5", ["2"], "3"],
    ["5", [], "5"],
    ["2", ["1.5", "0.25"], "0.25"],
    ["5", ["2", "3"], undefined],
    ["5", ["6"], undefined],
    ["0", [], undefined]
  ] as const)("F5: of %s with fills of %o it is %s", (total, fills, inferred) => {
    const rest = inferredOf(Decimal.unsafe(total), fills.map(Decimal.unsafe))
    expect(rest === undefined ? undefined : Decimal.format(rest)).toBe(inferred)
  })
})
