import { FastCheck } from "effect"
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
  ["opened by a clock that was ahead", -7_200_000, [[1, 1]]],
  ["opened by a clock that is as far ahead as clocks are as a rule", -1000, []]
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

const SETTLING_MS = 5000

const anyBreak = FastCheck.record({
  account: FastCheck.constantFrom(...["paper", "live"].map((name) => AccountName.make(name))),
  symbol: FastCheck.constantFrom(undefined, ...["AAPL", "MSFT"].map((symbol) => Ticker.make(symbol))),
  kind: FastCheck.constantFrom("TermsDiffer" as const, "Excess" as const),
  ageMs: FastCheck.integer({ min: 0, max: 2 * SETTLING_MS })
})

const causeOf = ({ account, kind, symbol }: Pick<Break, "account" | "kind" | "symbol">): string =>
  `${account} ${symbol ?? "-"} ${kind}`

test("G: every break of a cause of which one has settled stands in one case, with its like alone; no other stands in any", () => {
  const open = FastCheck.array(anyBreak, { maxLength: 20 }).map((all) =>
    all.map(({ ageMs, ...fields }, at) => aged(at + 1, ageMs, fields))
  )
  FastCheck.assert(
    FastCheck.property(open, FastCheck.nat(), (breaks, seed) => {
      const settled = new Set(
        breaks.filter((each) => Instant.millisBetween(each.openedAt, NOW) >= SETTLING_MS).map(causeOf)
      )
      const shuffled = breaks.toSorted((a, b) => ((a.id * 7919 + seed) % 31) - ((b.id * 7919 + seed) % 31))
      const cases = casesOf(shuffled, NOW)
      expect(new Set(cases.map(causeOf))).toEqual(settled)
      expect(cases).toHaveLength(settled.size)
      for (const each of cases) {
        const ofCause = breaks.filter((found) => causeOf(found) === causeOf(each))
        expect(each.breaks).toEqual(ofCause)
        expect(each.first).toBe(ofCause[0])
      }
    })
  )
})

test("G: as time passes with the same breaks open, a case comes and none goes", () => {
  const open = FastCheck.array(anyBreak, { maxLength: 12 }).map((all) =>
    all.map(({ ageMs, ...fields }, at) => aged(at + 1, ageMs - SETTLING_MS, fields))
  )
  FastCheck.assert(
    FastCheck.property(open, FastCheck.nat({ max: 2 * SETTLING_MS }), (breaks, laterMs) => {
      const [before, after] = [NOW, Instant.addMillis(NOW, laterMs)].map((at) => casesOf(breaks, at).map(causeOf))
      expect(after).toEqual(expect.arrayContaining(before ?? []))
    })
  )
})
