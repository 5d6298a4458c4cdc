import { Schema } from "effect"
import * as Decimal from "../values/Decimal.ts"

/** Which way a trade or an order goes. */
export const Side = Schema.Literal("buy", "sell")

/** Which way a trade or an order goes. */
export type Side = typeof Side.Type

/** The side that a text of people or files names, in capitals or not; `undefined` where it names none. */
export const inAnyCase = (text: string): Side | undefined => {
  const word = text.toLowerCase()
  return word === "buy" || word === "sell" ? word : undefined
}

/** The other side. */
export const opposite = (side: Side): Side => (side === "buy" ? "sell" : "buy")

/** A quantity with the sign of its side: bought is positive. */
export const signed = (side: Side, quantity: Decimal.Decimal): Decimal.Decimal =>
  side === "buy" ? quantity : Decimal.negate(quantity)

/** The side that brings a signed quantity about; zero has none and counts as `buy`. */
export const ofSign = (quantity: Decimal.Decimal): Side => (Decimal.isNegative(quantity) ? "sell" : "buy")
