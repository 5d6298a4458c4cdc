import { Either, Schema } from "effect"
import * as Decimal from "./Decimal.ts"

/** Dollars (or another currency) a share, above zero, as text at the edge (`"150.25"`), to the broker's full precision. */
export const Price = Decimal.FromString.pipe(Schema.positiveBigDecimal(), Schema.brand("Price"))

/** Dollars a share, above zero. */
export type Price = typeof Price.Type

const isPrice = (dollars: Decimal.Decimal): dollars is Price => Decimal.isPositive(dollars)

/** Brands a decimal that a rule has made; throws when it is not above zero. */
export const make = (dollars: Decimal.Decimal): Price => {
  if (!isPrice(dollars)) throw new RangeError(`${Decimal.format(dollars)} is no price: it is not above zero`)
  return dollars
}

/** A price from a literal; throws on anything that is none. */
export const unsafe = (dollars: string): Price => Schema.decodeUnknownSync(Price)(dollars)

/** The price has a fraction of a cent, so it has no whole number of cents. */
export class NoCents extends Schema.TaggedError<NoCents>()("NoCents", { price: Schema.String }) {
  override get message() {
    return `${this.price} is not a whole number of cents`
  }
}

/**
 * The price in whole cents, exact or not at all: 150.25 is 15025, and 22.7299 has none.
 *
 * @example
 * Price.toCents(Price.unsafe("150.25")) // Right(15025n)
 */
export const toCents = (price: Price): Either.Either<bigint, NoCents> => {
  const cents = Decimal.multiply(price, Decimal.unsafe("100"))
  const whole = Decimal.floorTo(cents, Decimal.unsafe("1"))
  return Decimal.equals(cents, whole)
    ? Either.right(BigInt(Decimal.format(whole)))
    : Either.left(new NoCents({ price: Decimal.format(price) }))
}

/** The highest of the prices that are known. */
export const highest = (prices: ReadonlyArray<Price | undefined>): Price | undefined =>
  prices.reduce(
    (most, each) => (most === undefined || (each !== undefined && Decimal.isLess(most, each)) ? each : most),
    undefined
  )

const AVERAGE_DECIMALS = 12

/** notional ÷ quantity at 12 decimals, half to even; `undefined` where nothing is filled. */
export const average = (notional: Decimal.Decimal, quantity: Decimal.Decimal): Decimal.Decimal | undefined =>
  Decimal.isZero(quantity) ? undefined : Decimal.divide(notional, quantity, AVERAGE_DECIMALS)
