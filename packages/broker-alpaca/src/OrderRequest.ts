import { Broker, Decimal } from "@roundlot/core"
import type { OrderTerms, Price } from "@roundlot/core"
import { Either, Schema } from "effect"

const text = Schema.optionalWith(Schema.String, { exact: true })

/** An order as Alpaca is asked for it: decimals as text. */
const OrderRequest = Schema.Struct({
  symbol: Schema.String,
  qty: Schema.String,
  side: Schema.Literal("buy", "sell"),
  type: Schema.String,
  time_in_force: Schema.String,
  limit_price: text,
  stop_price: text,
  extended_hours: Schema.optionalWith(Schema.Boolean, { exact: true }),
  position_intent: text,
  client_order_id: Schema.String
})

const encode = Schema.encodeSync(Schema.parseJson(OrderRequest))

/** What this adapter's orders may be. */
export const timesInForce: Broker.Capabilities["timesInForce"] = ["day", "gtc", "opg", "cls", "ioc", "fok"]

const MOST_DECIMALS = 9
const ONE = Decimal.unsafe("1")

const hasAtMost = (value: Decimal.Decimal, unit: string): boolean =>
  Decimal.equals(value, Decimal.floorTo(value, Decimal.unsafe(unit)))

/** Whole cents from a dollar on, hundredths of a cent below. */
const isOnTick = (price: Decimal.Decimal): boolean => hasAtMost(price, Decimal.isLess(price, ONE) ? "0.0001" : "0.01")

const NAME = /^[A-Za-z0-9_.-]{1,128}$/

type Fault = readonly [code: string, words: string]

const priceFault = (
  type: OrderTerms.OrderType,
  name: "limit_price" | "stop_price",
  price: Price.Price | undefined
): Fault | undefined => {
  const wanted = type === "stop_limit" || type === (name === "limit_price" ? "limit" : "stop")
  const words = name.replace("_", " ")
  if (wanted !== (price !== undefined)) return [name, `a ${type} order ${wanted ? "needs a" : "has no"} ${words}`]
  return price === undefined || isOnTick(price)
    ? undefined
    : [
        name,
        `the ${words} ${Decimal.format(price)} is finer than Alpaca takes: cents from 1 dollar on, 4 decimals below`
      ]
}

const fractionFault = ({ extendedHours, quantity, timeInForce }: OrderTerms.OrderTerms): Fault | undefined => {
  if (hasAtMost(quantity, "1")) return undefined
  if (!hasAtMost(quantity, "0.000000001"))
    return ["quantity", `${Decimal.format(quantity)} shares have more than ${MOST_DECIMALS} decimals`]
  if (timeInForce !== "day")
    return ["time_in_force", `a fraction of a share is a day order at Alpaca, not ${timeInForce}`]
  return extendedHours ? ["extended_hours", "a fraction of a share is traded in the regular session only"] : undefined
}

const extendedFault = ({ extendedHours, timeInForce, type }: OrderTerms.OrderTerms): Fault | undefined =>
  extendedHours && (type !== "limit" || (timeInForce !== "day" && timeInForce !== "gtc"))
    ? [
        "extended_hours",
        `outside of the regular session Alpaca takes limit orders of day or gtc, no ${type} ${timeInForce}`
      ]
    : undefined

const faultOf = (terms: OrderTerms.OrderTerms): Fault | undefined =>
  (NAME.test(terms.clientOrderId)
    ? undefined
    : (["client_order_id", "it has other characters than A-Z a-z 0-9 _ . -"] as const)) ??
  priceFault(terms.type, "limit_price", terms.limitPrice) ??
  priceFault(terms.type, "stop_price", terms.stopPrice) ??
  fractionFault(terms) ??
  extendedFault(terms)

const Patch = Schema.parseJson(
  Schema.Struct({ qty: Schema.String, limit_price: text, stop_price: text, time_in_force: text })
)

const encodePatch = Schema.encodeSync(Patch)

/** The body of the request that replaces an order, or why Alpaca replaces none such. Pure. */
export const patchOf = (terms: Broker.Replacement): Either.Either<string, Broker.Refusal> => {
  const { limitPrice, quantity, stopPrice, timeInForce } = terms
  const prices = [limitPrice, stopPrice].filter((price) => price !== undefined)
  if (!hasAtMost(quantity, "1"))
    return Either.left(new Broker.Refusal({ code: "quantity", words: "only orders of whole shares can be replaced" }))
  if (!prices.every(isOnTick))
    return Either.left(new Broker.Refusal({ code: "price", words: "a price is finer than Alpaca takes" }))
  return Either.right(
    encodePatch({
      qty: Decimal.format(quantity),
      ...(limitPrice === undefined ? {} : { limit_price: Decimal.format(limitPrice) }),
      ...(stopPrice === undefined ? {} : { stop_price: Decimal.format(stopPrice) }),
      ...(timeInForce === undefined ? {} : { time_in_force: timeInForce })
    })
  )
}

/** The body of the request for an order, or why Alpaca takes no such order. Pure. */
export const bodyOf = (terms: OrderTerms.OrderTerms): Either.Either<string, Broker.Refusal> => {
  const fault = faultOf(terms)
  if (fault !== undefined) return Either.left(new Broker.Refusal({ code: fault[0], words: fault[1] }))
  const { clientOrderId, limitPrice, positionEffect, quantity, side, stopPrice, symbol, timeInForce, type } = terms
  return Either.right(
    encode({
      symbol,
      qty: Decimal.format(quantity),
      side,
      type,
      time_in_force: timeInForce,
      ...(limitPrice === undefined ? {} : { limit_price: Decimal.format(limitPrice) }),
      ...(stopPrice === undefined ? {} : { stop_price: Decimal.format(stopPrice) }),
      ...(terms.extendedHours ? { extended_hours: true } : {}),
      ...(positionEffect === undefined ? {} : { position_intent: `${side}_to_${positionEffect}` }),
      client_order_id: clientOrderId
    })
  )
}
