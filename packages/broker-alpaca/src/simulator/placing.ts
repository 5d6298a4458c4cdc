import type { Exchange, ExchangeOrder } from "@roundlot/broker-paper"
import { Decimal, type Price, Quantity } from "@roundlot/core"
import { OrderTerms } from "@roundlot/core/adapter"
import { Either, Schema } from "effect"
import { forbidden, unprocessable } from "./Answer.ts"
import { composed, ofExits } from "./classes.ts"
import {
  type Body,
  decodeBody,
  decodeQuantity,
  encodeBody,
  isWhole,
  type Judged,
  optional,
  priceIn,
  refuse,
  Written
} from "./orderBody.ts"
import type { Said } from "./orderJson.ts"

/** What an account has and may do in a symbol when it places an order there. */
export interface Market {
  readonly price: Price.Price | undefined
  readonly held: Decimal.Decimal
  readonly working: ReadonlyArray<ExchangeOrder.ExchangeOrder>
  readonly asset: { readonly tradable: boolean; readonly fractionable: boolean; readonly shortable: boolean }
  readonly mayShort: boolean
}

/** A request as the exchange takes it, and what the client said besides. */
export interface Placing {
  readonly request: ExchangeOrder.PlaceRequest
  readonly said: Said
}

const ONE = Decimal.unsafe("1")
const CENT = Decimal.unsafe("0.01")
const SMALLEST = Decimal.unsafe("0.000000001")

/** The symbol of a body, where it has one: what is asked of the market before the order is judged. */
export const symbolOf = (text: string): string | undefined =>
  Either.getOrUndefined(Either.map(decodeBody(text), ({ symbol }) => symbol))

/** Judges the body of a request for an order as Alpaca does, before the exchange sees it. */
export const judge = (text: string, market: Market): Judged<Placing> =>
  Either.gen(function* () {
    const body = ofExits(
      yield* Either.mapLeft(decodeBody(text), (error) => unprocessable(`invalid request: ${firstLine(error)}`))
    )
    const { client_order_id, notional } = body
    if (client_order_id !== null && client_order_id !== undefined && client_order_id.length > 128)
      return yield* refuse(unprocessable("client_order_id must be no more than 128 characters"))
    const limitPrice = yield* price(body, "limit_price")
    const stopPrice = yield* price(body, "stop_price")
    const quantity = yield* quantityOf(body, market)
    const { legs, trail } = yield* composed(body, quantity, limitPrice, market)
    yield* mayTrade(body, quantity, market)
    const request: ExchangeOrder.PlaceRequest = {
      clientOrderId: client_order_id ?? null,
      symbol: body.symbol,
      side: body.side,
      quantity,
      type: body.type === "trailing_stop" ? "stop" : body.type,
      limitPrice,
      stopPrice,
      timeInForce: body.time_in_force,
      session: body.extended_hours === true ? "extended" : "regular",
      referencePrice: null,
      ...(legs === undefined ? {} : { legs }),
      ...(trail === undefined ? {} : { trail })
    }
    const said = {
      orderClass: body.order_class === "simple" ? "" : (body.order_class ?? ""),
      notional: notional === null || notional === undefined ? undefined : Decimal.unsafe(notional),
      positionIntent: body.position_intent ?? undefined
    }
    return { request, said }
  })

const Patch = Schema.Struct({
  qty: optional(Written),
  time_in_force: optional(Schema.Literal(...OrderTerms.timesInForce)),
  limit_price: optional(Written),
  stop_price: optional(Written),
  trail: optional(Written),
  client_order_id: optional(Schema.String)
})

const decodePatch = Schema.decodeUnknownEither(Schema.parseJson(Patch))

const textOf = (value: Decimal.Decimal | null): string | undefined =>
  value === null ? undefined : Decimal.format(value)

interface Patching {
  /** The client order id of the new order, where the client names none. */
  readonly clientOrderId: string
  /** It has exits, or is one. */
  readonly isGrouped: boolean
  readonly trail: Exchange.Group["trail"]
}

/** The body of an order that is to take another's place: what the client does not name stays. */
export const patched = (
  text: string,
  order: ExchangeOrder.ExchangeOrder,
  said: Said,
  { clientOrderId, isGrouped, trail }: Patching
): Judged<string> =>
  Either.gen(function* () {
    const patch = yield* Either.mapLeft(decodePatch(text), (error) =>
      unprocessable(`invalid request: ${firstLine(error)}`)
    )
    if (said.notional !== undefined) return yield* refuse(forbidden("notional orders cannot be replaced"))
    // alpacahq/alpaca-docs, content/trading/orders.md: the prices of such orders can be replaced, nothing else is named.
    // What is left of an exit: more than that was sold already.
    const rest = isGrouped ? Decimal.subtract(order.quantity, order.filledQuantity) : order.quantity
    const asked = patch.qty ?? Decimal.format(rest)
    const quantity = yield* Either.mapLeft(decodeQuantity(asked), () => unprocessable("qty must be > 0"))
    if (!isWhole(quantity)) return yield* refuse(unprocessable("qty must be an integer"))
    if (trail === undefined && (patch.trail ?? undefined) !== undefined)
      return yield* refuse(unprocessable(`${order.type} orders must not have trail`))
    const before = {
      qty: Decimal.format(rest),
      time_in_force: order.timeInForce,
      limit_price: textOf(order.limitPrice),
      // The stop of one that trails is where its trail has it.
      stop_price: trail === undefined ? textOf(order.stopPrice) : undefined,
      trail: trail && Decimal.format(trail.value)
    }
    const after = {
      qty: Decimal.format(quantity),
      time_in_force: patch.time_in_force ?? order.timeInForce,
      limit_price: patch.limit_price ?? before.limit_price,
      stop_price: patch.stop_price ?? before.stop_price,
      trail: patch.trail ?? before.trail
    }
    // alpacahq/alpaca-docs, content/trading/orders.md: of bracket and oco orders the prices can be replaced.
    if (isGrouped && (before.qty !== after.qty || before.time_in_force !== after.time_in_force))
      return yield* refuse(unprocessable("only limit_price and stop_price of bracket and oco orders can be replaced"))
    if (JSON.stringify(before) === JSON.stringify(after))
      return yield* refuse(forbidden("order parameters are not changed"))
    const { trail: value, ...terms } = after
    return encodeBody({
      ...terms,
      ...(trail === undefined ? {} : trail.by === "amount" ? { trail_price: value } : { trail_percent: value }),
      symbol: order.symbol,
      side: order.side,
      type: trail === undefined ? order.type : "trailing_stop",
      extended_hours: order.session === "extended",
      position_intent: said.positionIntent,
      client_order_id: patch.client_order_id ?? clientOrderId
    })
  })

const firstLine = (error: { readonly message: string }): string => error.message.split("\n").at(-1)?.trim() ?? ""

/** How many shares are asked for; over a notional as many as it pays for now, which the client learns from fills alone. */
const quantityOf = ({ notional, qty, type }: Body, { price: now }: Market): Judged<Quantity.Quantity> => {
  const hasQuantity = qty !== null && qty !== undefined
  const hasNotional = notional !== null && notional !== undefined
  if (hasQuantity === hasNotional) return refuse(unprocessable("exactly one of qty and notional is required"))
  if (hasQuantity) return Either.mapLeft(decodeQuantity(qty), () => unprocessable("qty must be > 0"))
  return Either.gen(function* () {
    const amount = yield* Either.mapLeft(decodeQuantity(notional ?? ""), () => unprocessable("notional must be > 0"))
    if (!Decimal.equals(amount, Decimal.floorTo(amount, CENT)))
      return yield* refuse(unprocessable("notional value must be limited to 2 decimal places"))
    if (type !== "market") return yield* refuse(unprocessable("notional orders must be market orders"))
    if (Decimal.isLess(amount, ONE)) return yield* refuse(forbidden("cost basis must be >= minimal amount of order 1"))
    if (now === undefined) return yield* refuse(unprocessable("there is no market data"))
    const shares = Decimal.floorTo(Decimal.divide(amount, now, 12), SMALLEST)
    return Decimal.isPositive(shares) ? Quantity.make(shares) : yield* refuse(unprocessable("notional is too small"))
  })
}

const price = (body: Body, name: "limit_price" | "stop_price"): Judged<Price.Price | null> => {
  const written = body[name]
  const wanted = body.type === "stop_limit" || body.type === (name === "limit_price" ? "limit" : "stop")
  if (written === null || written === undefined)
    return wanted ? refuse(unprocessable(`${body.type} orders require ${name}`)) : Either.right(null)
  return wanted ? priceIn(written, name) : refuse(unprocessable(`${body.type} orders must not have ${name}`))
}

const mayTrade = (body: Body, quantity: Decimal.Decimal, market: Market): Judged<void> => {
  const { asset, working } = market
  const { side, symbol, time_in_force } = body
  if (!asset.tradable) return refuse(unprocessable(`asset ${symbol} is not tradable`))
  if (body.extended_hours === true && (body.type !== "limit" || !["day", "gtc"].includes(time_in_force)))
    return refuse(unprocessable("extended hours order must be DAY or GTC limit orders"))
  if (!["day", "gtc"].includes(time_in_force) && body.type.includes("stop"))
    return refuse(unprocessable(`invalid time_in_force ${time_in_force} for ${body.type} orders`))
  const isFraction = !isWhole(quantity)
  if (isFraction && time_in_force !== "day") return refuse(unprocessable("fractional orders must be DAY orders"))
  if (isFraction && !asset.fractionable) return refuse(forbidden(`asset "${symbol}" is not fractionable`))
  const opposite = working.find((order) => order.side !== side)
  if (opposite !== undefined)
    return refuse(
      forbidden("potential wash trade detected. use complex orders", {
        existing_order_id: opposite.brokerOrderId,
        reject_reason: "opposite side market/stop order exists"
      })
    )
  return side === "sell" ? maySell(symbol, quantity, isFraction, market) : Either.void
}

const maySell = (symbol: string, quantity: Decimal.Decimal, isFraction: boolean, market: Market): Judged<void> => {
  const { asset, held, working } = market
  const reserved = Decimal.sum(working.map((order) => Decimal.subtract(order.quantity, order.filledQuantity)))
  const available = Decimal.max(Decimal.zero, Decimal.subtract(held, reserved))
  if (Decimal.isAtMost(quantity, available)) return Either.void
  if (!Decimal.isPositive(held)) {
    if (!market.mayShort) return refuse(forbidden("account is not allowed to short"))
    if (!asset.shortable) return refuse(unprocessable(`asset "${symbol}" cannot be sold short`))
    return isFraction ? refuse(unprocessable("fractional orders cannot be sold short")) : Either.void
  }
  const asked = Decimal.format(quantity)
  return refuse(
    forbidden(`insufficient qty available for order (requested: ${asked}, available: ${Decimal.format(available)})`, {
      available: Decimal.format(available),
      existing_qty: Decimal.format(held),
      held_for_orders: Decimal.format(reserved),
      symbol
    })
  )
}
