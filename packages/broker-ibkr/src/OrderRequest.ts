import { Broker, Decimal, Instant } from "@roundlot/core"
import { OrderTerms, SupportedOrders } from "@roundlot/core/adapter"
import { Either } from "effect"

/** What this adapter's orders may be. A stop that is elected outside of the regular session would be a market order there, which it has none of. */
export const supportedOrders: Broker.Capabilities["supportedOrders"] = [
  { session: "regular", types: ["market", "limit", "stop", "stop_limit"], timesInForce: ["day", "gtc", "gtd"] },
  { session: "regular", types: ["market", "limit"], timesInForce: ["opg", "cls", "ioc", "fok"] },
  { session: "extended", types: ["limit", "stop_limit"], timesInForce: ["day", "gtc", "gtd"] }
]

/** An order as TWS is asked for it: fields of PLACE_ORDER. */
export interface OrderRequest {
  readonly symbol: string
  readonly action: "BUY" | "SELL"
  readonly quantity: string
  readonly type: string
  readonly limitPrice?: string
  readonly stopPrice?: string
  readonly timeInForce: string
  readonly goodTillDate?: string
  readonly account: string
  readonly orderRef: string
  readonly outsideRth: "0" | "1"
}

const types: { readonly [T in OrderTerms.OrderType]: string } = {
  market: "MKT",
  limit: "LMT",
  stop: "STP",
  stop_limit: "STP LMT"
}

/** TWS has the closing auction in the type of an order. */
const typeOf = ({ timeInForce, type }: OrderTerms.OrderTerms): string => {
  if (timeInForce !== "cls") return types[type]
  return type === "limit" ? "LOC" : "MOC"
}

const typesByName = new Map<string, OrderTerms.OrderType>([
  ...OrderTerms.orderTypes.map((each) => [types[each], each] as const),
  ["MOC", "market"],
  ["LOC", "limit"]
])

/** Our order type of one of TWS's; none where it has another one. */
export const typeFrom = (type: string): OrderTerms.OrderType | undefined => typesByName.get(type)

const lives: { readonly [T in OrderTerms.TimeInForce]: string } = {
  day: "DAY",
  gtc: "GTC",
  gtd: "GTD",
  opg: "OPG",
  ioc: "IOC",
  fok: "FOK",
  cls: "DAY"
}

/** TWS writes classes of shares with a space: `BRK B`. */
export const symbolAt = (symbol: string): string => symbol.replace(/[./]/, " ")

/** Our symbol of one of TWS's. */
export const symbolFrom = (symbol: string): string => symbol.replace(" ", ".")

const ONE = Decimal.unsafe("1")
const ORDER_REF = /^[A-Za-z0-9_.-]{1,40}$/

const refuse = (code: string, words: string) => Either.left(new Broker.Refusal({ code, words }))

/** TWS holds numbers as doubles: only what is the decimal that was meant as one may go to it. */
const exactly = (name: string, value: Decimal.Decimal): Either.Either<string, Broker.Refusal> => {
  const text = Decimal.format(value)
  return String(Number(text)) === text
    ? Either.right(text)
    : refuse(name, `${text} has more digits than TWS holds exactly`)
}

const price = (
  name: "limit_price" | "stop_price",
  isWanted: boolean,
  value: Decimal.Decimal | undefined
): Either.Either<string | undefined, Broker.Refusal> => {
  const words = name.replace("_", " ")
  if (isWanted !== (value !== undefined)) return refuse(name, `this order ${isWanted ? "needs a" : "has no"} ${words}`)
  return value === undefined ? Either.right(undefined) : exactly(name, value)
}

/** A moment as TWS takes it in UTC, from version 10.17 on: `20260930-15:00:00`. It knows no parts of a second. */
const momentAt = (instant: Instant.Instant): Either.Either<string, Broker.Refusal> => {
  const [date = "", time = ""] = Instant.format(instant).split("T")
  return time.endsWith(".000000Z")
    ? Either.right(`${date.replaceAll("-", "")}-${time.slice(0, 8)}`)
    : refuse("good_till", "TWS knows times to the second")
}

/** The request for an order of an account, or why TWS cannot be asked for it. Pure. */
export const requestOf = (terms: OrderTerms.OrderTerms, account: string): Either.Either<OrderRequest, Broker.Refusal> =>
  Either.gen(function* () {
    const { clientOrderId, goodTill, quantity, side, timeInForce, type } = terms
    if (!ORDER_REF.test(clientOrderId))
      return yield* refuse(
        "order_ref",
        "the client order id has other characters than A-Z a-z 0-9 _ . -, or is too long"
      )
    if (!Decimal.equals(quantity, Decimal.floorTo(quantity, ONE)))
      return yield* refuse("quantity", "TWS takes no fractions of shares through its API")
    const unsupported = SupportedOrders.faultOf(supportedOrders, terms)
    if (unsupported !== undefined) return yield* refuse("unsupported_order", unsupported)
    const limitPrice = yield* price("limit_price", type === "limit" || type === "stop_limit", terms.limitPrice)
    const stopPrice = yield* price("stop_price", type === "stop" || type === "stop_limit", terms.stopPrice)
    return {
      symbol: symbolAt(terms.symbol),
      action: side === "buy" ? ("BUY" as const) : ("SELL" as const),
      quantity: yield* exactly("quantity", quantity),
      type: typeOf(terms),
      ...(limitPrice === undefined ? {} : { limitPrice }),
      ...(stopPrice === undefined ? {} : { stopPrice }),
      timeInForce: lives[timeInForce],
      ...(goodTill === undefined ? {} : { goodTillDate: yield* momentAt(goodTill) }),
      account,
      orderRef: clientOrderId,
      outsideRth: terms.session === "extended" ? ("1" as const) : ("0" as const)
    }
  })
