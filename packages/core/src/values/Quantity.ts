import { Schema } from "effect"
import * as Decimal from "./Decimal.ts"

/** A number of shares above zero, as text at the edge (`"0.3"`). */
export const Quantity = Decimal.FromString.pipe(Schema.positiveBigDecimal(), Schema.brand("Quantity"))

/** A number of shares above zero. */
export type Quantity = typeof Quantity.Type

const isQuantity = (shares: Decimal.Decimal): shares is Quantity => Decimal.isPositive(shares)

/** Brands a decimal that a rule has made; throws when it is not above zero, which would be a fault of ours. */
export const make = (shares: Decimal.Decimal): Quantity => {
  if (!isQuantity(shares)) throw new RangeError(`${Decimal.format(shares)} is no quantity: it is not above zero`)
  return shares
}

/** A quantity from a literal; throws on anything that is none. */
export const unsafe = (shares: string): Quantity => Schema.decodeUnknownSync(Quantity)(shares)
