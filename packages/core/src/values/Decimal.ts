import { BigDecimal, ParseResult, Schema } from "effect"

/**
 * An exact decimal number. Everything that counts shares or dollars is one; no `number` ever is.
 *
 * @example
 * import { Decimal } from "@roundlot/core"
 * const residual = Decimal.add(Decimal.unsafe("0.3"), Decimal.unsafe("0.5")) // 0.8
 */
export type Decimal = BigDecimal.BigDecimal

const PLAIN = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/
const MOST_DIGITS = 18
const MOST_DIGITS_STORED = 60

/** Why a text is no decimal that is taken: one sentence for people. */
export type DecimalFault = string

/** The reason why `text` is refused, or `undefined` when it is a plain decimal of at most 18 digits on each side. */
export const faultOf = (text: string): DecimalFault | undefined => faultWithin(text, MOST_DIGITS)

const faultWithin = (text: string, most: number): DecimalFault | undefined => {
  if (text === "") return "is empty"
  const match = PLAIN.exec(text)
  if (match === null)
    return /^[+-]?[\d.]+e[+-]?\d+$/i.test(text) ? "is in scientific notation" : "is not a plain decimal number"
  if ((match[2] ?? "").length > most) return `has more than ${most} digits before the point`
  if ((match[3] ?? "").length > most) return `has more than ${most} digits after the point`
  return undefined
}

const parse = (text: string): Decimal => {
  const point = text.indexOf(".")
  if (point < 0) return BigDecimal.make(BigInt(text), 0)
  const read = BigDecimal.make(BigInt(text.slice(0, point) + text.slice(point + 1)), text.length - point - 1)
  return text.endsWith("0") ? BigDecimal.normalize(read) : read
}

/** Reads a text that is known to be a decimal (a literal, a row of our own); throws on anything else. */
export const unsafe = (text: string): Decimal => {
  const fault = faultWithin(text, MOST_DIGITS_STORED)
  if (fault !== undefined) throw new RangeError(`"${text}" ${fault}`)
  return parse(text)
}

/** The plain text of a decimal: no exponent, no trailing zeros, `-` only before a non-zero number. */
export const format = (self: Decimal): string => {
  const { scale, value } = self
  if (scale === 0 || value === 0n) return value.toString()
  if (scale < 0) return (value * 10n ** BigInt(-scale)).toString()
  const isNegative = value < 0n
  const digits = (isNegative ? -value : value).toString().padStart(scale + 1, "0")
  let end = digits.length
  while (end > digits.length - scale && digits.charCodeAt(end - 1) === ZERO) end--
  const whole = digits.slice(0, -scale)
  const fraction = digits.slice(digits.length - scale, end)
  return `${isNegative ? "-" : ""}${whole}${fraction === "" ? "" : "."}${fraction}`
}

const ZERO = "0".charCodeAt(0)

/** Reads the text of a stored decimal; `undefined` where it is none. */
export const fromStored = (text: string): Decimal | undefined => {
  // Most of what is stored is nothing, and no short text has too many digits.
  if (text === "0") return zero
  const isDecimal =
    text.length <= MOST_DIGITS_STORED ? PLAIN.test(text) : faultWithin(text, MOST_DIGITS_STORED) === undefined
  return isDecimal ? parse(text) : undefined
}

const codec = (most: number, written: (decimal: Decimal) => Decimal = (decimal) => decimal) =>
  Schema.transformOrFail(Schema.String, Schema.BigDecimalFromSelf, {
    strict: true,
    decode: (text, _, ast) => {
      const fault = faultWithin(text, most)
      return fault === undefined
        ? ParseResult.succeed(parse(text))
        : ParseResult.fail(new ParseResult.Type(ast, text, fault))
    },
    encode: (decimal, _, ast) => {
      const text = format(written(decimal))
      const fault = faultWithin(text, most)
      return fault === undefined
        ? ParseResult.succeed(text)
        : ParseResult.fail(new ParseResult.Type(ast, decimal, `${text} ${fault}`))
    }
  })

/** A decimal as text at the edge: at most 18 digits before and 18 after the point, no exponent, no `+`. */
export const FromString = codec(MOST_DIGITS)

/** A decimal as the books store it: products of two edge decimals included. */
export const FromStored = codec(MOST_DIGITS_STORED)

const LARGEST = parse("9".repeat(MOST_DIGITS_STORED))

const nearest = (self: Decimal): Decimal => {
  if (!isLess(abs(self), LARGEST)) return isNegative(self) ? negate(LARGEST) : LARGEST
  return self.scale > MOST_DIGITS_STORED ? divide(self, parse("1"), MOST_DIGITS_STORED) : self
}

/** The same for an amount that an outside claims: one of too many digits is written as the nearest that can be read again. */
export const FromClaim = codec(MOST_DIGITS_STORED, nearest)

/** Nothing. */
export const zero: Decimal = BigDecimal.make(0n, 0)

const POWERS: ReadonlyArray<bigint> = Array.from({ length: MOST_DIGITS_STORED }, (_, i) => 10n ** BigInt(i))

/** The value of a decimal at a scale that is no smaller than its own. */
const valueAt = ({ scale, value }: Decimal, larger: number): bigint =>
  scale === larger ? value : value * (POWERS[larger - scale] ?? 10n ** BigInt(larger - scale))

/** a + b */
export const add = (a: Decimal, b: Decimal): Decimal => {
  if (b.value === 0n) return a
  if (a.value === 0n) return b
  const scale = Math.max(a.scale, b.scale)
  return BigDecimal.make(valueAt(a, scale) + valueAt(b, scale), scale)
}

/** a − b */
export const subtract = (a: Decimal, b: Decimal): Decimal => {
  if (b.value === 0n) return a
  const scale = Math.max(a.scale, b.scale)
  return BigDecimal.make(valueAt(a, scale) - valueAt(b, scale), scale)
}

/** a × b, exact */
export const multiply = (a: Decimal, b: Decimal): Decimal => BigDecimal.multiply(a, b)

/** −a */
export const negate = (a: Decimal): Decimal => BigDecimal.make(-a.value, a.scale)

/** |a| */
export const abs = (a: Decimal): Decimal => (a.value < 0n ? negate(a) : a)

/** −1, 0 or 1 */
export const sign = (a: Decimal): -1 | 0 | 1 => (a.value > 0n ? 1 : a.value < 0n ? -1 : 0)

/** a = 0 */
export const isZero = (a: Decimal): boolean => a.value === 0n

/** a > 0 */
export const isPositive = (a: Decimal): boolean => a.value > 0n

/** a < 0 */
export const isNegative = (a: Decimal): boolean => a.value < 0n

/** Equal by value: 0.30 equals 0.3. */
export const equals = (a: Decimal, b: Decimal): boolean => {
  const scale = Math.max(a.scale, b.scale)
  return valueAt(a, scale) === valueAt(b, scale)
}

/** a < b */
export const isLess = (a: Decimal, b: Decimal): boolean => {
  const scale = Math.max(a.scale, b.scale)
  return valueAt(a, scale) < valueAt(b, scale)
}

/** a ≤ b */
export const isAtMost = (a: Decimal, b: Decimal): boolean => !isLess(b, a)

/** The smaller of the two. */
export const min = (a: Decimal, b: Decimal): Decimal => (isLess(b, a) ? b : a)

/** The larger of the two. */
export const max = (a: Decimal, b: Decimal): Decimal => (isLess(a, b) ? b : a)

/** Σ of all. */
export const sum = (all: Iterable<Decimal>): Decimal => {
  let total = zero
  for (const each of all) total = add(total, each)
  return total
}

/** The largest multiple of `unit` that is no larger than `amount`; both positive (`unit` in shares of a lot). */
export const floorTo = (amount: Decimal, unit: Decimal): Decimal => {
  const scale = Math.max(amount.scale, unit.scale)
  const step = BigDecimal.scale(unit, scale).value
  return BigDecimal.make((BigDecimal.scale(amount, scale).value / step) * step, scale)
}

/** a ÷ b rounded half to even at `digits` decimals; `b` is not zero. */
export const divide = (a: Decimal, b: Decimal, digits: number): Decimal => {
  const scale = Math.max(a.scale, b.scale)
  const numerator = BigDecimal.scale(a, scale).value * 10n ** BigInt(digits)
  const denominator = BigDecimal.scale(b, scale).value
  return BigDecimal.make(halfEven(numerator, denominator), digits)
}

const halfEven = (numerator: bigint, denominator: bigint): bigint => {
  const negative = numerator < 0n !== denominator < 0n
  const n = numerator < 0n ? -numerator : numerator
  const d = denominator < 0n ? -denominator : denominator
  const quotient = n / d
  const twice = (n % d) * 2n
  const up = twice > d || (twice === d && quotient % 2n === 1n)
  const rounded = up ? quotient + 1n : quotient
  return negative ? -rounded : rounded
}
