import type { ExchangeOrder } from "@roundlot/broker-paper"
import { Decimal, type Price } from "@roundlot/core"
import { Either } from "effect"
import { unprocessable } from "./Answer.ts"
import { type Body, decodeQuantity, isWhole, type Judged, priceIn, refuse } from "./orderBody.ts"

/** What is held of a symbol, in signed shares, and what it trades at. */
interface Market {
  readonly held: Decimal.Decimal
  readonly price: Price.Price | undefined
}

/** What an order has beside its own terms. */
interface Composed {
  readonly legs?: NonNullable<ExchangeOrder.PlaceRequest["legs"]>
  readonly trail?: NonNullable<ExchangeOrder.PlaceRequest["trail"]>
}

const SIMPLE: ReadonlySet<string> = new Set(["", "simple"])
const COMPLEX: ReadonlySet<string> = new Set(["bracket", "oco", "oto"])
const CENT = Decimal.unsafe("0.01")

/** Of an order of exits alone the limit is that of its profit. */
export const ofExits = (body: Body): Body =>
  body.order_class === "oco" ? { ...body, limit_price: body.take_profit?.limit_price ?? body.limit_price } : body

/** The legs and the trail of an order, by the rules of alpacahq/alpaca-docs, content/trading/orders.md. */
export const composed = (
  body: Body,
  quantity: Decimal.Decimal,
  limitPrice: Price.Price | null,
  market: Market
): Judged<Composed> => {
  const orderClass = body.order_class ?? ""
  if (body.type === "trailing_stop") return trailing(body, orderClass)
  if (SIMPLE.has(orderClass)) {
    const hasLegs = [body.take_profit, body.stop_loss].some((leg) => leg !== null && leg !== undefined)
    return hasLegs ? refuse(unprocessable("simple orders must not have take_profit or stop_loss")) : Either.right({})
  }
  if (!COMPLEX.has(orderClass)) return refuse(unprocessable(`order_class ${orderClass} is not simulated`))
  if (!isWhole(quantity) || (body.notional ?? undefined) !== undefined)
    return refuse(unprocessable("fractional orders must be simple orders"))
  if (body.extended_hours === true || !["day", "gtc"].includes(body.time_in_force))
    return refuse(unprocessable(`${orderClass} orders must be DAY or GTC orders of regular hours`))
  return Either.flatMap(exitsOf(body, orderClass), (exits) =>
    Either.map(fits(body, orderClass, exits, limitPrice, market), () => ({
      legs: {
        as: orderClass === "oco" ? "exit" : "entry",
        orders: (orderClass === "oco" ? [exits.stopping] : [exits.taking, exits.stopping]).flatMap((leg) => leg ?? [])
      }
    }))
  )
}

/** One of a price and a percentage, for the day or until it is cancelled, alone. */
const trailing = (body: Body, orderClass: string): Judged<Composed> => {
  const [amount, percent] = [body.trail_price ?? undefined, body.trail_percent ?? undefined]
  if (!SIMPLE.has(orderClass)) return refuse(unprocessable("trailing_stop orders must be simple orders"))
  if ((amount === undefined) === (percent === undefined))
    return refuse(unprocessable("exactly one of trail_price and trail_percent is required"))
  return Either.mapBoth(decodeQuantity(amount ?? percent ?? ""), {
    onLeft: () => unprocessable("trail_price and trail_percent must be > 0"),
    onRight: (value) => ({ trail: { by: amount === undefined ? ("percent" as const) : ("amount" as const), value } })
  })
}

interface Exits {
  readonly taking: ExchangeOrder.Leg | undefined
  readonly stopping: ExchangeOrder.Leg | undefined
}

const exitsOf = ({ stop_loss, take_profit }: Body, orderClass: string): Judged<Exits> =>
  Either.gen(function* () {
    const profit = take_profit?.limit_price ?? undefined
    const loss = stop_loss?.stop_price ?? undefined
    const lossLimit = stop_loss?.limit_price ?? undefined
    if (orderClass === "oto" && (profit === undefined) === (loss === undefined))
      return yield* refuse(unprocessable("oto orders require either take_profit.limit_price or stop_loss.stop_price"))
    if (orderClass !== "oto" && profit === undefined)
      return yield* refuse(unprocessable(`${orderClass} orders require take_profit.limit_price`))
    if (orderClass !== "oto" && loss === undefined)
      return yield* refuse(unprocessable(`${orderClass} orders require stop_loss.stop_price`))
    const limitPrice = profit === undefined ? null : yield* priceIn(profit, "take_profit.limit_price")
    const stopPrice = loss === undefined ? null : yield* priceIn(loss, "stop_loss.stop_price")
    const stopLimit = lossLimit === undefined ? null : yield* priceIn(lossLimit, "stop_loss.limit_price")
    const type = stopLimit === null ? ("stop" as const) : ("stop_limit" as const)
    return {
      taking: limitPrice === null ? undefined : { type: "limit" as const, limitPrice, stopPrice: null },
      stopping: stopPrice === null ? undefined : { type, limitPrice: stopLimit, stopPrice }
    }
  })

/** Do the exits go with what is held and with the prices that their order begins at? */
const fits = (
  body: Body,
  orderClass: string,
  { stopping, taking }: Exits,
  limitPrice: Price.Price | null,
  { held, price }: Market
): Judged<void> => {
  const isBought = body.side === "buy"
  // alpacahq/alpaca-docs has both rules, clients report the words with code 42210000.
  if (orderClass === "oco") {
    if (body.type !== "limit") return refuse(unprocessable("oco orders must be limit orders"))
    if (isBought ? !Decimal.isNegative(held) : !Decimal.isPositive(held))
      return refuse(unprocessable("oco orders must be exit orders"))
  } else if (!Decimal.isZero(held)) return refuse(unprocessable(`${orderClass} orders must be entry orders`))
  // The exits of a purchase are sales, and those of an order of exits are of its own side.
  const sells = orderClass === "oco" ? !isBought : isBought
  const [profit, loss] = [taking?.limitPrice ?? undefined, stopping?.stopPrice ?? undefined]
  return pricesFit(sells, profit, loss, [limitPrice, price ?? null])
}

/** Are the prices of exits on their sides of each other, and the stop on its side of the prices that it begins from? */
export const pricesFit = (
  sells: boolean,
  profit: Price.Price | undefined,
  loss: Price.Price | undefined,
  bases: ReadonlyArray<Price.Price | null>
): Judged<void> => {
  const beyond = (a: Decimal.Decimal, b: Decimal.Decimal) =>
    Decimal.isLess(...(sells ? ([b, a] as const) : ([a, b] as const)))
  const [above, below] = sells ? [">", "<="] : ["<", ">="]
  if (profit !== undefined && loss !== undefined && !beyond(profit, loss))
    return refuse(unprocessable(`take_profit.limit_price must be ${above} stop_loss.stop_price`))
  for (const base of bases) {
    if (base === null || loss === undefined) continue
    const nearest = sells ? Decimal.subtract(base, CENT) : Decimal.add(base, CENT)
    if (beyond(loss, nearest))
      return refuse(
        unprocessable(`stop_loss.stop_price must be ${below} base_price ${sells ? "-" : "+"} 0.01`, {
          base_price: Decimal.format(base)
        })
      )
  }
  return Either.void
}
