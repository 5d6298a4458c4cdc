import { Broker, Decimal, type Price, type Side } from "@roundlot/core"
import { OrderTerms, SupportedOrders } from "@roundlot/core/adapter"
import { Either, Schema } from "effect"

const text = Schema.optionalWith(Schema.String, { exact: true })

/** An order as Schwab is asked for it. Prices are text, quantities whole numbers. */
const OrderRequest = Schema.Struct({
  orderType: Schema.String,
  session: Schema.String,
  duration: Schema.String,
  orderStrategyType: Schema.Literal("SINGLE"),
  price: text,
  stopPrice: text,
  orderLegCollection: Schema.Array(
    Schema.Struct({
      instruction: Schema.String,
      quantity: Schema.Number,
      instrument: Schema.Struct({ symbol: Schema.String, assetType: Schema.Literal("EQUITY") })
    })
  )
})

const encode = Schema.encodeSync(Schema.parseJson(OrderRequest))

/** What this adapter asks for. */
export const supportedOrders: Broker.Capabilities["supportedOrders"] = [
  { session: "regular", types: ["market", "limit", "stop", "stop_limit"], timesInForce: ["day", "gtc"] },
  { session: "regular", types: ["market", "limit"], timesInForce: ["cls"] },
  { session: "extended", types: ["limit"], timesInForce: ["day", "gtc"] }
]

const typeWords: { readonly [T in OrderTerms.OrderType]: string } = {
  market: "MARKET",
  limit: "LIMIT",
  stop: "STOP",
  stop_limit: "STOP_LIMIT"
}

/** Schwab has the closing auction in the type of an order. */
const typeWordOf = ({ timeInForce, type }: Pick<Terms, "timeInForce" | "type">): string =>
  timeInForce === "cls" ? `${typeWords[type]}_ON_CLOSE` : typeWords[type]

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

const tickFault = (name: "limit_price" | "stop_price", price: Price.Price | undefined): Fault | undefined =>
  price === undefined || isOnTick(price)
    ? undefined
    : [
        name,
        `the ${name.replace("_", " ")} ${Decimal.format(price)} is finer than Schwab takes: cents from 1 dollar on, 4 decimals below`
      ]

const pricesFault = (terms: Terms): Fault | undefined => {
  const fault = OrderTerms.termFaultOf(terms)
  if (fault !== undefined) return [fault.of === "limitPrice" ? "limit_price" : "stop_price", fault.words]
  return tickFault("limit_price", terms.limitPrice) ?? tickFault("stop_price", terms.stopPrice)
}

const faultOf = (terms: Terms): Fault | undefined => {
  const unsupported = SupportedOrders.faultOf(supportedOrders, terms)
  if (unsupported !== undefined) return ["unsupported_order", unsupported]
  return quantityFault(terms.quantity) ?? pricesFault(terms)
}

/** The sessions of a day beside the regular one: before it, after it, and all of a day. */
export type ExtendedSession = "AM" | "PM" | "SEAMLESS"

/** What a request for an order says. */
export type Terms = Pick<
  OrderTerms.OrderTerms,
  "limitPrice" | "positionEffect" | "quantity" | "session" | "side" | "stopPrice" | "symbol" | "timeInForce" | "type"
>

/**
 * The body of the request for an order, or why Schwab takes no such order; of `session` where that is not all that there is in a day
 * (`AM`, `PM`). Pure.
 */
export const bodyOf = (terms: Terms, session?: string): Either.Either<string, Broker.Refusal> => {
  const fault = faultOf(terms)
  if (fault !== undefined) return Either.left(new Broker.Refusal({ code: fault[0], words: fault[1] }))
  const { limitPrice, positionEffect, quantity, side, stopPrice, symbol, timeInForce } = terms
  return Either.right(
    encode({
      orderType: typeWordOf(terms),
      session: session ?? (terms.session === "extended" ? "SEAMLESS" : "NORMAL"),
      duration: timeInForce === "gtc" ? "GOOD_TILL_CANCEL" : "DAY",
      orderStrategyType: "SINGLE",
      ...(limitPrice === undefined ? {} : { price: Decimal.format(limitPrice) }),
      ...(stopPrice === undefined ? {} : { stopPrice: Decimal.format(stopPrice) }),
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
