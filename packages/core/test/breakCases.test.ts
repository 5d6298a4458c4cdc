import { expect, test } from "vitest"
import { AccountName } from "../src/records/AccountName.ts"
import { BreakId } from "../src/values/Id.ts"
import { Ticker } from "../src/records/Ticker.ts"
import type { Break } from "../src/records/Break.ts"
import { casesOf } from "../src/rules/reconciliation/cases.ts"
import * as Instant from "../src/values/Instant.ts"
import { openBreak } from "./openBreak.ts"

const NOW = Instant.make(1_700_000_000_000_000n)

/** A break of an age in milliseconds. */
const aged = (id: number, ageMs: number, fields: Partial<Break> = {}): Break =>
  openBreak(Instant.addMillis(NOW, -ageMs), {
    id: BreakId.make(id),
    holds: "symbol",
    ...fields
  })

const shown = (open: ReadonlyArray<Break>) => casesOf(open, NOW).map(({ breaks, first }) => [first.id, breaks.length])

test.each([
  ["younger than its settling time", 4999, []],
  ["as old as its settling time", 5000, [[1, 1]]],
  ["opened by a clock that was ahead", -7_200_000, [[1, 1]]]
] as const)("G: a break %s", (_, ageMs, cases) => {
  expect(shown([aged(1, ageMs)])).toEqual(cases)
})

test("G: breaks of one account, symbol and kind are one case, the oldest first; another of any of these is another case", () => {
  const open = [
    aged(6, 0, { symbol: undefined }),
    aged(5, 9000, { account: AccountName.make("live") }),
    aged(4, 9000, { symbol: Ticker.make("MSFT") }),
    aged(3, 9000, { kind: "Excess" }),
    aged(2, 0),
    aged(1, 9000)
  ]
  expect(shown(open)).toEqual([
    [1, 2],
    [3, 1],
    [4, 1],
    [5, 1]
  ])
})
