import { Broker, Decimal, type Price } from "@roundlot/core"
import { SupportedOrders, type OrderTerms } from "@roundlot/core/adapter"
import { Either, Schema } from "effect"

const text = Schema.optionalWith(Schema.String, { exact: true })

/** An order as Alpaca is asked for it: decimals as text. */
const OrderRequest = Schema.Struct({
  symbol: Schema.String,
  qty: text,
  notional: text,
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
export const supportedOrders: Broker.Capabilities["supportedOrders"] = [
  { session: "regular", types: ["market", "limit", "stop", "stop_limit"], timesInForce: ["day", "gtc"] },
  { session: "regular", types: ["market", "limit"], timesInForce: ["opg", "cls", "ioc", "fok"] },
  { session: "extended", types: ["limit"], timesInForce: ["day", "gtc"] }
]

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

/** What Alpaca takes over dollars: day orders at the market in the regular session, whole cents. */
export const notionalTypes = ["market"] as const satisfies Broker.Capabilities["notionalTypes"]

const notionalFault = ({ notional, session, timeInForce, type }: OrderTerms.NotionalTerms): Fault | undefined => {
  if (!notionalTypes.some((taken) => taken === type)) return ["type", `over a notional Alpaca takes no ${type} orders`]
  if (timeInForce !== "day")
    return ["time_in_force", `an order over a notional is a day order at Alpaca, not ${timeInForce}`]
  if (session !== "regular") return ["extended_hours", "an order over a notional is traded in the regular session only"]
  return hasAtMost(notional, "0.01") ? undefined : ["notional", `$${Decimal.format(notional)} are no whole cents`]
}

const fractionFault = ({ quantity, session, timeInForce }: OrderTerms.OrderTerms): Fault | undefined => {
  if (hasAtMost(quantity, "1")) return undefined
  if (!hasAtMost(quantity, "0.000000001"))
    return ["quantity", `${Decimal.format(quantity)} shares have more than ${MOST_DECIMALS} decimals`]
  if (timeInForce !== "day")
    return ["time_in_force", `a fraction of a share is a day order at Alpaca, not ${timeInForce}`]
  return session === "regular"
    ? undefined
    : ["extended_hours", "a fraction of a share is traded in the regular session only"]
}

const unsupportedFault = (terms: Terms): Fault | undefined => {
  const words = SupportedOrders.faultOf(supportedOrders, terms)
  return words === undefined ? undefined : ["unsupported_order", words]
}

const commonFault = (terms: Terms): Fault | undefined =>
  (NAME.test(terms.clientOrderId)
    ? undefined
    : (["client_order_id", "it has other characters than A-Z a-z 0-9 _ . -"] as const)) ??
  priceFault(terms.type, "limit_price", terms.limitPrice) ??
  priceFault(terms.type, "stop_price", terms.stopPrice)

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

/** What an order says beside its size. */
type Terms = Omit<OrderTerms.OrderTerms, "quantity">

const refused = ([code, words]: Fault) => Either.left(new Broker.Refusal({ code, words }))

/** The body of the request for an order, or why Alpaca takes no such order. Pure. */
export const bodyOf = (terms: OrderTerms.OrderTerms): Either.Either<string, Broker.Refusal> => {
  const fault = commonFault(terms) ?? fractionFault(terms) ?? unsupportedFault(terms)
  return fault === undefined ? Either.right(textOf(terms, { qty: Decimal.format(terms.quantity) })) : refused(fault)
}

/** The body of the request for an order over a notional, which names no shares; or why Alpaca takes no such order. Pure. */
export const notionalBodyOf = (terms: OrderTerms.NotionalTerms): Either.Either<string, Broker.Refusal> => {
  const fault = commonFault(terms) ?? notionalFault(terms)
  return fault === undefined
    ? Either.right(textOf(terms, { notional: Decimal.format(terms.notional) }))
    : refused(fault)
}

const textOf = (terms: Terms, size: { readonly qty: string } | { readonly notional: string }): string => {
  const { clientOrderId, limitPrice, positionEffect, side, stopPrice, symbol, timeInForce, type } = terms
  return encode({
    symbol,
    ...size,
    side,
    type,
    time_in_force: timeInForce,
    ...(limitPrice === undefined ? {} : { limit_price: Decimal.format(limitPrice) }),
    ...(stopPrice === undefined ? {} : { stop_price: Decimal.format(stopPrice) }),
    ...(terms.session === "extended" ? { extended_hours: true } : {}),
    ...(positionEffect === undefined ? {} : { position_intent: `${side}_to_${positionEffect}` }),
    client_order_id: clientOrderId
  })
}
