import { Broker, Decimal, Instant } from "@roundlot/core"
import { OrderTerms, SupportedOrders } from "@roundlot/core/adapter"
import type { Contract, Order } from "@stoqey/ib"
import { OrderAction, OrderType, SecType, TimeInForce } from "@stoqey/ib"
import { Either } from "effect"

/** What this adapter's orders may be. A stop that is elected outside of the regular session would be a market order there, which it has none of. */
export const supportedOrders: Broker.Capabilities["supportedOrders"] = [
  { session: "regular", types: ["market", "limit", "stop", "stop_limit"], timesInForce: ["day", "gtc", "gtd"] },
  { session: "regular", types: ["market", "limit"], timesInForce: ["opg", "cls", "ioc", "fok"] },
  { session: "extended", types: ["limit", "stop_limit"], timesInForce: ["day", "gtc", "gtd"] }
]

/** An order as TWS is asked for it. */
export interface OrderRequest {
  readonly contract: Contract
  readonly order: Order
}

const types: { readonly [T in OrderTerms.OrderType]: OrderType } = {
  market: OrderType.MKT,
  limit: OrderType.LMT,
  stop: OrderType.STP,
  stop_limit: OrderType.STP_LMT
}

/** TWS has the closing auction in the type of an order. */
const typeOf = ({ timeInForce, type }: OrderTerms.OrderTerms): OrderType => {
  if (timeInForce !== "cls") return types[type]
  return type === "limit" ? OrderType.LOC : OrderType.MOC
}

const typesByName = new Map<string, OrderTerms.OrderType>([
  ...OrderTerms.orderTypes.map((each) => [types[each], each] as const),
  [OrderType.MOC, "market"],
  [OrderType.LOC, "limit"]
])

/** Our order type of one of TWS's; none where it has another one. */
export const typeFrom = (type: string): OrderTerms.OrderType | undefined => typesByName.get(type)

const lives: { readonly [T in OrderTerms.TimeInForce]: TimeInForce } = {
  day: TimeInForce.DAY,
  gtc: TimeInForce.GTC,
  gtd: TimeInForce.GTD,
  opg: TimeInForce.OPG,
  ioc: TimeInForce.IOC,
  fok: TimeInForce.FOK,
  cls: TimeInForce.DAY
}

/** TWS writes classes of shares with a space: `BRK B`. */
const symbolAt = (symbol: string): string => symbol.replace(/[./]/, " ")

/** Our symbol of one of TWS's. */
export const symbolFrom = (symbol: string): string => symbol.replace(" ", ".")

/** The contract of a stock, routed by the broker. */
export const stock = (symbol: string): Contract => ({
  symbol: symbolAt(symbol),
  secType: SecType.STK,
  exchange: "SMART",
  currency: "USD"
})

const ONE = Decimal.unsafe("1")
const ORDER_REF = /^[A-Za-z0-9_.-]{1,40}$/

const refuse = (code: string, words: string) => Either.left(new Broker.Refusal({ code, words }))

/** The library joins numbers as JavaScript writes them: only what comes out as the decimal that was meant may go in. */
const exactly = (name: string, value: Decimal.Decimal): Either.Either<number, Broker.Refusal> => {
  const number = Number(Decimal.format(value))
  return String(number) === Decimal.format(value)
    ? Either.right(number)
    : refuse(name, `${Decimal.format(value)} has more digits than can be sent exactly`)
}

const price = (
  name: "limit_price" | "stop_price",
  isWanted: boolean,
  value: Decimal.Decimal | undefined
): Either.Either<number | undefined, Broker.Refusal> => {
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
    const lmtPrice = yield* price("limit_price", type === "limit" || type === "stop_limit", terms.limitPrice)
    const auxPrice = yield* price("stop_price", type === "stop" || type === "stop_limit", terms.stopPrice)
    const order: Order = {
      action: side === "buy" ? OrderAction.BUY : OrderAction.SELL,
      totalQuantity: yield* exactly("quantity", quantity),
      orderType: typeOf(terms),
      ...(lmtPrice === undefined ? {} : { lmtPrice }),
      ...(auxPrice === undefined ? {} : { auxPrice }),
      tif: lives[timeInForce],
      ...(goodTill === undefined ? {} : { goodTillDate: yield* momentAt(goodTill) }),
      account,
      orderRef: clientOrderId,
      outsideRth: terms.session === "extended",
      // What is left away goes out empty, and an order that is not transmitted waits in TWS for a person.
      transmit: true
    }
    return { contract: stock(terms.symbol), order }
  })
