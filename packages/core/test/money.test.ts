import { Either, FastCheck as fc, Schema } from "effect"
import { describe, expect, test } from "vitest"
import * as Decimal from "../src/values/Decimal.ts"
import * as Money from "../src/values/Money.ts"
import * as Price from "../src/values/Price.ts"
import * as Quantity from "../src/values/Quantity.ts"
import { freshest, Reference } from "../src/values/Reference.ts"
import * as Instant from "../src/values/Instant.ts"
import { runs } from "./properties.ts"

/** A decimal as a fraction: unscaled over ten to the scale. */
interface Fraction {
  readonly unscaled: bigint
  readonly scale: number
}

const fractions: fc.Arbitrary<Fraction> = fc.record({
  unscaled: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
  scale: fc.integer({ min: 0, max: 18 })
})

const textOf = ({ unscaled, scale }: Fraction): string => {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0")
  const plain = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${plain}` : plain
}

const decimalOf = (fraction: Fraction) => Decimal.unsafe(textOf(fraction))
const SCALE = 40
/** The value times ten to the fortieth, so that all are whole. */
const whole = ({ unscaled, scale }: Fraction) => unscaled * 10n ** BigInt(SCALE - scale)
const wholeOf = (decimal: Decimal.Decimal) => decimal.value * 10n ** BigInt(SCALE - decimal.scale)
const abs = (n: bigint) => (n < 0n ? -n : n)

describe("Decimal", () => {
  test("+, −, ×, comparison and sign are those of fractions, exactly", () => {
    fc.assert(
      fc.property(fractions, fractions, (a, b) => {
        const [x, y] = [decimalOf(a), decimalOf(b)]
        expect(wholeOf(Decimal.add(x, y))).toBe(whole(a) + whole(b))
        expect(wholeOf(Decimal.subtract(x, y))).toBe(whole(a) - whole(b))
        expect(wholeOf(Decimal.multiply(x, y)) * 10n ** BigInt(SCALE)).toBe(whole(a) * whole(b))
        expect(Decimal.isLess(x, y)).toBe(whole(a) < whole(b))
        expect(Decimal.isAtMost(x, y)).toBe(whole(a) <= whole(b))
        expect(Decimal.equals(x, y)).toBe(whole(a) === whole(b))
        expect(wholeOf(Decimal.min(x, y))).toBe(whole(a) < whole(b) ? whole(a) : whole(b))
        expect(wholeOf(Decimal.max(x, y))).toBe(whole(a) < whole(b) ? whole(b) : whole(a))
        expect(wholeOf(Decimal.abs(x))).toBe(abs(whole(a)))
        expect(wholeOf(Decimal.negate(x))).toBe(-whole(a))
      }),
      runs(200)
    )
  })

  test("a text that is written is read back as the same value, without trailing zeros", () => {
    fc.assert(
      fc.property(fractions, (a) => {
        const text = Decimal.format(decimalOf(a))
        expect(wholeOf(Decimal.unsafe(text))).toBe(whole(a))
        expect(text).toMatch(/^(0|-?(0\.\d*[1-9]|[1-9]\d*(\.\d*[1-9])?))$/)
      }),
      runs(200)
    )
  })

  test("floorTo gives the largest multiple of a lot that is no larger", () => {
    fc.assert(
      fc.property(fractions, fractions, (a, b) => {
        fc.pre(a.unscaled > 0n && b.unscaled > 0n)
        const floored = wholeOf(Decimal.floorTo(decimalOf(a), decimalOf(b)))
        expect(floored % whole(b)).toBe(0n)
        expect(floored <= whole(a) && whole(a) < floored + whole(b)).toBe(true)
      }),
      runs(200)
    )
  })

  test("divide is the nearest at so many decimals; a tie goes to the even one", () => {
    fc.assert(
      fc.property(fractions, fractions, fc.integer({ min: 0, max: 12 }), (a, b, digits) => {
        fc.pre(b.unscaled !== 0n)
        const quotient = Decimal.divide(decimalOf(a), decimalOf(b), digits)
        const unit = 10n ** BigInt(digits)
        const rounded = quotient.value * 10n ** BigInt(digits - quotient.scale)
        // |a/b − r/unit| in halves of a unit: 2|a·unit − r·b| against |b|
        const distance = 2n * abs(whole(a) * unit - rounded * whole(b))
        expect(distance <= abs(whole(b))).toBe(true)
        expect(distance === abs(whole(b)) && rounded % 2n !== 0n).toBe(false)
      }),
      runs(200)
    )
  })

  test.each([
    ["1", "8", 2, "0.12"],
    ["3", "8", 2, "0.38"],
    ["-1", "8", 2, "-0.12"],
    ["-3", "8", 2, "-0.38"],
    ["1", "3", 12, "0.333333333333"],
    ["2", "-3", 4, "-0.6667"]
  ])("%s ÷ %s at %i decimals is %s", (a, b, digits, wanted) => {
    expect(Decimal.format(Decimal.divide(Decimal.unsafe(a), Decimal.unsafe(b), digits))).toBe(wanted)
  })

  test.each([
    ["", "is empty"],
    ["1e3", "scientific"],
    ["1E-7", "scientific"],
    ["+1", "plain decimal"],
    ["--1", "plain decimal"],
    [" 1", "plain decimal"],
    ["1 ", "plain decimal"],
    ["01", "plain decimal"],
    [".5", "plain decimal"],
    ["5.", "plain decimal"],
    ["1,5", "plain decimal"],
    ["1_000", "plain decimal"],
    ["0x10", "plain decimal"],
    ["NaN", "plain decimal"],
    ["Infinity", "plain decimal"],
    ["１", "plain decimal"],
    ["1\u0000", "plain decimal"],
    ["1\n", "plain decimal"],
    ["1234567890123456789", "more than 18 digits before"],
    ["0.1234567890123456789", "more than 18 digits after"]
  ])("%j is refused at the edge: it %s", (text, why) => {
    expect(Decimal.faultOf(text)).toContain(why)
    expect(Either.isLeft(Schema.decodeEither(Decimal.FromString)(text))).toBe(true)
  })

  test.each([
    ["999999999999999999.999999999999999999", "999999999999999999.999999999999999999"],
    ["0.000000000000000001", "0.000000000000000001"],
    ["-0", "0"],
    ["-0.50", "-0.5"],
    ["100", "100"],
    ["0.30", "0.3"]
  ])("%s is taken and written as %s", (text, wanted) => {
    expect(Decimal.format(Schema.decodeSync(Decimal.FromString)(text))).toBe(wanted)
  })

  test("a row is written as strictly as it is read: more digits than can be read back are refused", () => {
    const write = Schema.encodeEither(Decimal.FromStored)
    expect(Either.isRight(write(Decimal.unsafe("9".repeat(60))))).toBe(true)
    const beyond = Decimal.multiply(Decimal.unsafe("9".repeat(60)), Decimal.unsafe("10"))
    for (const each of [beyond, Decimal.divide(Decimal.unsafe("1"), Decimal.unsafe("3"), 61)]) {
      expect(Either.isLeft(write(each))).toBe(true)
      expect(Either.isLeft(Schema.decodeEither(Decimal.FromStored)(Decimal.format(each)))).toBe(true)
    }
  })

  test("the product of two decimals of the edge can be stored and read back", () => {
    const most = Decimal.unsafe("999999999999999999.999999999999999999")
    const product = Decimal.multiply(most, most)
    expect(
      Decimal.equals(Schema.decodeSync(Decimal.FromStored)(Schema.encodeSync(Decimal.FromStored)(product)), product)
    ).toBe(true)
  })
})

describe("Quantity and Price", () => {
  test.each(["0", "-1", "0.0", "-0.5"])("B5: %s is no quantity and no price", (text) => {
    expect(Either.isLeft(Schema.decodeEither(Quantity.Quantity)(text))).toBe(true)
    expect(Either.isLeft(Schema.decodeEither(Price.Price)(text))).toBe(true)
  })

  test.each([
    ["150.25", 15025n],
    ["0.01", 1n],
    ["7", 700n],
    ["999999999999999999", 99999999999999999900n],
    ["12.30", 1230n]
  ])("$%s is %d cents", (text, cents) => {
    expect(Price.toCents(Price.unsafe(text))).toEqual(Either.right(cents))
  })

  test.each(["22.7299", "0.001", "100.000000000000000001"])("$%s has no cents, and the error names it", (text) => {
    const cents = Price.toCents(Price.unsafe(text))
    expect(Either.isLeft(cents) && cents.left.message).toContain(text)
  })

  test("an average is notional ÷ quantity at 12 decimals, and there is none of nothing", () => {
    const average = Price.average(Decimal.unsafe("200"), Decimal.unsafe("3"))
    expect(average === undefined ? undefined : Decimal.format(average)).toBe("66.666666666667")
    expect(Price.average(Decimal.unsafe("0"), Decimal.zero)).toBeUndefined()
  })
})

describe("Money", () => {
  test("amounts of one currency add up", () => {
    const sum = Money.add(Money.make(Decimal.unsafe("0.1"), "USD"), Money.make(Decimal.unsafe("0.2"), "USD"))
    expect([Decimal.format(sum.amount), sum.currency]).toEqual(["0.3", "USD"])
  })
})

const dollarsOf = (reference: Reference) => (reference._tag === "Priced" ? Decimal.format(reference.price) : "none")

describe("Reference", () => {
  const now = Instant.fromMillis(1_763_640_000_000)
  const MINUTE_MS = 60_000
  const priced = (dollars: string, minutes: number) =>
    Reference.Priced({
      price: Price.unsafe(dollars),
      at: Instant.addMillis(now, minutes * MINUTE_MS),
      source: "inbound"
    })

  test("D3: the newest price of at most 15 minutes decides", () => {
    expect(dollarsOf(freshest([priced("1", -15), priced("2", -14), Reference.NoPrice()], now))).toBe("2")
    expect(dollarsOf(freshest([priced("1", -16)], now))).toBe("none")
  })

  test("D3: a price from further ahead than clocks differ decides nothing", () => {
    expect(dollarsOf(freshest([priced("1", 15)], now))).toBe("1")
    expect(dollarsOf(freshest([priced("1", 16), priced("2", -1)], now))).toBe("2")
  })
})
