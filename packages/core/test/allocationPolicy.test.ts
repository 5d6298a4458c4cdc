import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import { weightsOf } from "../src/records/allocationKey.ts"
import { divided, released } from "../src/records/allocationPolicy.ts"
import * as Decimal from "../src/values/Decimal.ts"

const milli = (n: number) => Decimal.divide(Decimal.unsafe(String(n)), Decimal.unsafe("1000"), 3)

const parts = fc
  .array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 40 })
  .map((each) => each.map(milli))

const partsOf = (quantities: ReadonlyArray<Decimal.Decimal>) =>
  quantities.map((quantity) => ({ quantity, owner: undefined }))

const division = { allocation: "pro-rata", allocationKey: undefined } as const

const proRata = (total: Decimal.Decimal, quantities: ReadonlyArray<Decimal.Decimal>) =>
  divided(division, total, partsOf(quantities))

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
    const parts = partsOf([Decimal.unsafe("1.5"), Decimal.unsafe("0.5"), Decimal.unsafe("1")])
    expect(released(division, Decimal.unsafe("1"), parts).map(Decimal.format)).toEqual([
      "0.5",
      "0.166666667",
      "0.333333333"
    ])
  })

  test("a quantity that is finer than a billionth is divided to its own digits", () => {
    const [first, second] = proRata(Decimal.unsafe("0.000000000003"), [
      Decimal.unsafe("0.000000000002"),
      Decimal.unsafe("0.000000000002")
    ])
    expect([first, second].map((each) => each && Decimal.format(each))).toEqual(["0.000000000002", "0.000000000001"])
  })
})

const KEY = ["ann=60", "bob=30", "cyd=10"]

const byKey = { allocation: "key", allocationKey: KEY } as const

const ownedParts = fc.array(
  fc.record({
    quantity: fc.integer({ min: 1, max: 5_000_000 }).map(milli),
    owner: fc.constantFrom("ann", "bob", "cyd", "dan", undefined)
  }),
  { minLength: 1, maxLength: 30 }
)

describe("C6: shares that are divided by a key", () => {
  test("an owner is less than a step from his weight beside any other, but where he has all of his; others take what these leave", () => {
    fc.assert(
      fc.property(ownedParts, fc.nat({ max: 60_000_000 }), (parts, wanted) => {
        const all = Decimal.sum(parts.map(({ quantity }) => quantity))
        const total = milli(wanted)
        const shares = divided(byKey, total, parts)
        expect(Decimal.format(Decimal.sum(shares))).toBe(Decimal.format(Decimal.min(total, all)))
        const sumOf = (isIn: (owner: string | undefined) => boolean, of: (i: number) => Decimal.Decimal | undefined) =>
          Decimal.sum(parts.map(({ owner }, i) => (isIn(owner) ? (of(i) ?? Decimal.zero) : Decimal.zero)))
        const owners = [...weightsOf(KEY)].map(([name, weight]) => ({
          weight: Decimal.unsafe(String(weight)),
          has: sumOf(
            (owner) => owner === name,
            (i) => shares[i]
          ),
          most: sumOf(
            (owner) => owner === name,
            (i) => parts[i]?.quantity
          )
        }))
        const open = owners.filter(({ has, most }) => Decimal.isLess(has, most))
        for (const a of open) {
          for (const b of owners) {
            // a, who has not all of his, has no less than his weight beside b, but for rounding of both.
            const [own, other] = [Decimal.multiply(a.has, b.weight), Decimal.multiply(b.has, a.weight)]
            const bound = Decimal.multiply(STEP, Decimal.add(a.weight, b.weight))
            expect(Decimal.isLess(Decimal.subtract(other, own), bound)).toBe(true)
          }
        }
        const outside = sumOf(
          (owner) => owner === undefined || owner === "dan",
          (i) => shares[i]
        )
        expect(open.length > 0 && Decimal.isPositive(outside)).toBe(false)
        for (const [i, { quantity }] of parts.entries()) {
          expect(Decimal.isLess(quantity, shares[i] ?? Decimal.zero)).toBe(false)
        }
      })
    )
  })

  test("what rounding leaves goes to the largest remainder, of equal ones to the first owner by id; a trade of his after the other", () => {
    const parts = ["bob", "ann", "ann", "cyd"].map((owner) => ({ owner, quantity: Decimal.unsafe("0.000000002") }))
    const even = { allocation: "key", allocationKey: ["cyd=1", "bob=1", "ann=1"] } as const
    const shares = divided(even, Decimal.unsafe("0.000000004"), parts)
    expect(shares.map(Decimal.format)).toEqual(["0.000000001", "0.000000002", "0", "0.000000001"])
  })

  test("what is left after a release is what would have been filled: a fall from 3 to 2 gives each what 2 would", () => {
    const parts = [
      { owner: "ann", quantity: Decimal.unsafe("2") },
      { owner: "bob", quantity: Decimal.unsafe("1") },
      { owner: undefined, quantity: Decimal.unsafe("1") }
    ]
    expect(released(byKey, Decimal.unsafe("2.5"), parts).map(Decimal.format)).toEqual(["1", "0.5", "1"])
  })

  test("without weights all parts are of no owner of the key: from the first on", () => {
    const parts = partsOf([Decimal.unsafe("1"), Decimal.unsafe("1")])
    const shares = divided({ allocation: "key", allocationKey: undefined }, Decimal.unsafe("1.5"), parts)
    expect(shares.map(Decimal.format)).toEqual(["1", "0.5"])
  })
})
