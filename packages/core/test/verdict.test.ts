import { describe, expect, test } from "vitest"
import { overallStatuses } from "../src/records/overallStatuses.ts"
import { type Counted, verdictOf, verdictText } from "../src/rules/reconciliation/verdict.ts"

const well: Counted = { accounts: 1, cases: 0, critical: 0, failing: 0, restricted: 0, unattended: 0 }

/** What is counted, the word that it makes, and the sentence. */
const verdicts: ReadonlyArray<readonly [Partial<Counted>, (typeof overallStatuses)[number], string]> = [
  [{}, "well", "Healthy"],
  [{ accounts: 0 }, "empty", "No account yet"],
  [{ cases: 1 }, "cases", "Trading, with 1 case open"],
  [{ failing: 1 }, "cases", "Trading, with 1 case open"],
  [{ cases: 2, failing: 1 }, "cases", "Trading, with 3 cases open"],
  [{ restricted: 1 }, "restricted", "Trading is restricted"],
  [{ restricted: 2, cases: 1 }, "restricted", "Trading is restricted, with 1 case open"],
  [{ unattended: 1 }, "unattended", "Pending work that no daemon handles"],
  [{ unattended: 1, restricted: 1, cases: 4 }, "unattended", "Pending work that no daemon handles, with 4 cases open"],
  [{ cases: 1, critical: 1 }, "critical", "Trading, with 1 case open, 1 critical"],
  [{ failing: 2, critical: 1 }, "critical", "Trading, with 2 cases open, 1 critical"],
  [
    { cases: 1, critical: 1, unattended: 1, restricted: 1 },
    "critical",
    "Trading is restricted, with 1 case open, 1 critical"
  ]
]

describe("the verdict", () => {
  test.each(verdicts)("of %o is %s: %s", (counted, overall, text) => {
    const verdict = verdictOf({ ...well, ...counted })
    expect([verdict.overall, verdictText(verdict)]).toEqual([overall, text])
  })

  test.each(verdicts.filter(([counted]) => counted.accounts === undefined).slice(1))(
    "of %o is %s without an account too",
    (counted, overall) => {
      expect(verdictOf({ ...well, ...counted, accounts: 0 }).overall).toBe(overall)
    }
  )

  test("every word is reached", () => {
    expect(new Set(verdicts.map(([, overall]) => overall))).toEqual(new Set(overallStatuses))
  })
})
