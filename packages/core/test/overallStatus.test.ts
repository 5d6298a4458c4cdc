import { describe, expect, test } from "vitest"
import { type Counted, overallStatuses, overallStatusOf } from "../src/rules/reconciliation/overallStatus.ts"

const well: Counted = { accounts: 1, cases: 0, critical: 0, failing: 0, restricted: 0, unattended: 0 }

/** Each input that makes it worse, the least first. */
const worse = [
  ["cases", { cases: 1 }],
  ["cases", { failing: 1 }],
  ["restricted", { restricted: 1 }],
  ["unattended", { unattended: 1 }],
  ["critical", { critical: 1 }]
] as const

describe("how all is, in a word", () => {
  test("is well where an account is there and nothing needs a person, and empty without one", () => {
    expect(overallStatusOf(well)).toBe("well")
    expect(overallStatusOf({ ...well, accounts: 0 })).toBe("empty")
  })

  test.each(worse)("%s: by %o alone, with an account or without one", (status, input) => {
    expect(overallStatusOf({ ...well, ...input })).toBe(status)
    expect(overallStatusOf({ ...well, accounts: 0, ...input })).toBe(status)
  })

  test.each(worse.map(([status], index) => [status, index] as const))(
    "%s before all that is less grave",
    (status, at) => {
      const inputs = worse.slice(0, at + 1).map(([, input]) => input)
      expect(overallStatusOf(Object.assign({ ...well }, ...inputs))).toBe(status)
    }
  )

  test("each word is reached", () => {
    expect(new Set(["empty", "well", ...worse.map(([status]) => status)])).toEqual(new Set(overallStatuses))
  })
})
