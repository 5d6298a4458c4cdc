import { Broker, Decimal } from "@roundlot/core"
import type { OrderTerms, Price, Side } from "@roundlot/core"
import { Either, Schema } from "effect"

const text = Schema.optionalWith(Schema.String, { exact: true })

/** An order as Schwab is asked for it. Prices are text, quantities whole numbers. */
const OrderRequest = Schema.Struct({
  orderType: Schema.String,
  session: Schema.String,
  duration: Schema.String,
  orderStrategyType: Schema.Literal("SINGLE"),
  price: text,
  orderLegCollection: Schema.Array(
    Schema.Struct({
      instruction: Schema.String,
      quantity: Schema.Number,
      instrument: Schema.Struct({ symbol: Schema.String, assetType: Schema.Literal("EQUITY") })
    })
  )
})

const encode = Schema.encodeSync(Schema.parseJson(OrderRequest))

/** The order types that this adapter asks for. */
export const orderTypes = ["market", "limit"] as const satisfies Broker.Capabilities["orderTypes"]

/** How long this adapter's orders may work. */
export const timesInForce = ["day", "gtc"] as const satisfies Broker.Capabilities["timesInForce"]

const typeWords: { readonly [type: string]: string } = { market: "MARKET", limit: "LIMIT" }
const durations: { readonly [timeInForce: string]: string } = { day: "DAY", gtc: "GOOD_TILL_CANCEL" }

/** What an order does, as Schwab says it: a sale that opens is short, a purchase that closes covers. */
const instructionOf = (side: Side.Side, effect: OrderTerms.PositionEffect | undefined): string => {
  if (side === "buy") return effect === "close" ? "BUY_TO_COVER" : "BUY"
  return effect === "open" ? "SELL_SHORT" : "SELL"
}

/** What an instruction of Schwab's says of opening and closing. */
export const effectOf = (instruction: string | undefined): OrderTerms.PositionEffect | undefined => {
  if (instruction === "BUY_TO_COVER") return "close"
  return instruction === "SELL_SHORT" ? "open" : undefined
}

const ONE = Decimal.unsafe("1")
const MOST_SHARES = Decimal.unsafe("999999999")

const isMultipleOf = (value: Decimal.Decimal, unit: string): boolean =>
  Decimal.equals(value, Decimal.floorTo(value, Decimal.unsafe(unit)))

/** Whole cents from a dollar on, hundredths of a cent below. */
const isOnTick = (price: Decimal.Decimal): boolean =>
  isMultipleOf(price, Decimal.isLess(price, ONE) ? "0.0001" : "0.01")

type Fault = readonly [code: string, words: string]

const quantityFault = (quantity: Decimal.Decimal): Fault | undefined => {
  if (!isMultipleOf(quantity, "1"))
    return ["quantity", `${Decimal.format(quantity)} shares: Schwab takes whole shares only`]
  return Decimal.isLess(MOST_SHARES, quantity)
    ? ["quantity", `${Decimal.format(quantity)} shares are more than an order may have`]
    : undefined
}

const priceFault = (type: string, limitPrice: Price.Price | undefined): Fault | undefined => {
  if ((type === "limit") !== (limitPrice !== undefined))
    return ["limit_price", `a ${type} order ${type === "limit" ? "needs a" : "has no"} limit price`]
  return limitPrice === undefined || isOnTick(limitPrice)
    ? undefined
    : [
        "limit_price",
        `the limit price ${Decimal.format(limitPrice)} is finer than Schwab takes: cents from 1 dollar on, 4 decimals below`
      ]
}

const faultOf = (terms: Terms): Fault | undefined => {
  const { extendedHours, limitPrice, quantity, timeInForce, type } = terms
  if (typeWords[type] === undefined) return ["type", `a ${type} order is not placed at Schwab`]
  if (durations[timeInForce] === undefined) return ["time_in_force", `${timeInForce} is not placed at Schwab`]
  if (extendedHours && type !== "limit")
    return ["extended_hours", `outside of the regular session Schwab takes limit orders, no ${type} order`]
  return quantityFault(quantity) ?? priceFault(type, limitPrice)
}

/** The sessions of a day beside the regular one: before it, after it, and all of a day. */
export type ExtendedSession = "AM" | "PM" | "SEAMLESS"

/** What a request for an order says. */
export type Terms = Pick<
  OrderTerms.OrderTerms,
  "extendedHours" | "limitPrice" | "positionEffect" | "quantity" | "side" | "symbol" | "timeInForce" | "type"
>

/**
 * The body of the request for an order, or why Schwab takes no such order; of `session` where that is not all that there is in a day
 * (`AM`, `PM`). Pure.
 */
export const bodyOf = (terms: Terms, session?: string): Either.Either<string, Broker.Refusal> => {
  const fault = faultOf(terms)
  if (fault !== undefined) return Either.left(new Broker.Refusal({ code: fault[0], words: fault[1] }))
  const { extendedHours, limitPrice, positionEffect, quantity, side, symbol, timeInForce, type } = terms
  return Either.right(
    encode({
      orderType: typeWords[type] ?? type,
      session: session ?? (extendedHours ? "SEAMLESS" : "NORMAL"),
      duration: durations[timeInForce] ?? timeInForce,
      orderStrategyType: "SINGLE",
      ...(limitPrice === undefined ? {} : { price: Decimal.format(limitPrice) }),
      orderLegCollection: [
        {
          instruction: instructionOf(side, positionEffect),
          quantity: Number(Decimal.format(quantity)),
          instrument: { symbol, assetType: "EQUITY" }
        }
      ]
    })
  )
}
