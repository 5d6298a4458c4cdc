import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { proRata, releasedProRata } from "../src/records/allocationPolicy.ts"
import * as Decimal from "../src/values/Decimal.ts"

const milli = (n: number) => Decimal.divide(Decimal.unsafe(String(n)), Decimal.unsafe("1000"), 3)

const parts = fc
  .array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 40 })
  .map((each) => each.map(milli))

const STEP = Decimal.unsafe("0.000000001")

describe("C6: shares that are divided pro rata", () => {
  test("come to the total, are less than a billionth of a share from their ratio, and never more than the part", () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 0, max: 6_000_000_000 }), (each, wanted) => {
        const all = Decimal.sum(each)
        const total = milli(wanted)
        const bound = Decimal.min(total, all)
        const shares = proRata(total, each)
        expect(Decimal.format(Decimal.sum(shares))).toBe(Decimal.format(bound))
        for (const [i, part] of each.entries()) {
          const share = shares[i] ?? Decimal.zero
          const apart = Decimal.abs(Decimal.subtract(Decimal.multiply(share, all), Decimal.multiply(bound, part)))
          expect(Decimal.isLess(apart, Decimal.multiply(STEP, all))).toBe(true)
          expect(Decimal.isLess(part, share)).toBe(false)
          expect(Decimal.isNegative(share)).toBe(false)
        }
      })
    )
  })

  test("in whatever order the parts come, each gets the same but for one step", () => {
    fc.assert(
      fc.property(parts, fc.nat({ max: 5_000_000 }), (each, wanted) => {
        const there = proRata(milli(wanted), each)
        const back = proRata(milli(wanted), each.toReversed()).toReversed()
        for (const [i, share] of there.entries()) {
          const apart = Decimal.abs(Decimal.subtract(share, back[i] ?? Decimal.zero))
          expect(Decimal.isLess(STEP, apart)).toBe(false)
        }
      })
    )
  })

  test("what is released and what stays come to the part", () => {
    const released = releasedProRata(Decimal.unsafe("1"), [
      Decimal.unsafe("1.5"),
      Decimal.unsafe("0.5"),
      Decimal.unsafe("1")
    ])
    expect(released.map(Decimal.format)).toEqual(["0.5", "0.166666667", "0.333333333"])
  })

  test("a quantity that is finer than a billionth is divided to its own digits", () => {
    const [first, second] = proRata(Decimal.unsafe("0.000000000003"), [
      Decimal.unsafe("0.000000000002"),
      Decimal.unsafe("0.000000000002")
    ])
    expect([first, second].map((each) => each && Decimal.format(each))).toEqual(["0.000000000002", "0.000000000001"])
  })
})
