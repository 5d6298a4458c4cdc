import type { ExchangeOrder } from "@roundlot/broker-paper"
import { Decimal, Price, Quantity, Ticker } from "@roundlot/core"
import { ExactJson } from "@roundlot/core/adapter"
import { Either, Option, Schema } from "effect"
import { error, type Answer } from "./Answer.ts"
import type { AccountState, Said } from "./Desk.ts"

const Body = Schema.Struct({
  orderType: Schema.Literal("MARKET", "LIMIT", "STOP", "STOP_LIMIT", "MARKET_ON_CLOSE", "LIMIT_ON_CLOSE"),
  session: Schema.Literal("NORMAL", "AM", "PM", "SEAMLESS"),
  duration: Schema.Literal("DAY", "GOOD_TILL_CANCEL", "FILL_OR_KILL", "IMMEDIATE_OR_CANCEL"),
  orderStrategyType: Schema.Literal("SINGLE"),
  price: Schema.optional(Schema.String),
  stopPrice: Schema.optional(Schema.String),
  requestedDestination: Schema.optional(Schema.Unknown),
  orderLegCollection: Schema.Tuple(
    Schema.Struct({
      instruction: Schema.Literal("BUY", "SELL", "SELL_SHORT", "BUY_TO_COVER"),
      quantity: Quantity.Quantity,
      instrument: Schema.Struct({ symbol: Ticker.Ticker, assetType: Schema.Literal("EQUITY") })
    })
  )
})

const decode = Schema.decodeUnknownEither(Schema.parseJson(Body))
const decodePrice = Schema.decodeOption(Price.Price)

/** A request as the exchange takes it, and what the client said besides. */
export interface Placing {
  readonly request: ExchangeOrder.PlaceRequest
  readonly said: Said
}

/** What the account has of a symbol, signed shares, and what works in it. */
export interface Held {
  readonly held: Decimal.Decimal
  readonly working: ReadonlyArray<ExchangeOrder.ExchangeOrder>
}

/** Why an account takes no such order; `undefined` where it does. */
export const objectionTo = (placing: Placing, held: Held, state: AccountState): string | undefined =>
  restriction(placing, state) ?? beyondHeld(placing, held)

/**
 * Schwab documents that such accounts and shares are there (`isClosingOnlyRestricted` of an account, `isShortable` of a quote), but not the
 * words of its refusals: these are ours.
 */
const restriction = ({ request, said }: Placing, state: AccountState): string | undefined => {
  const opens = said.instruction === "BUY" || said.instruction === "SELL_SHORT"
  if (state.isClosingOnlyRestricted && opens) return "This account is restricted to closing transactions only."
  return said.instruction === "SELL_SHORT" && state.notShortable.has(request.symbol)
    ? `${request.symbol} is not available to sell short.`
    : undefined
}

/** An order says whether it opens or closes, and Schwab takes none that is not so, nor one through zero. */
const beyondHeld = ({ request, said }: Placing, { held, working }: Held): string | undefined => {
  const short = Decimal.negate(held)
  const sameSide = working.filter(({ side }) => side === request.side)
  const reserved = Decimal.sum(sameSide.map((each) => Decimal.subtract(each.quantity, each.filledQuantity)))
  const isBeyond = (there: Decimal.Decimal) => Decimal.isLess(Decimal.subtract(there, reserved), request.quantity)
  switch (said.instruction) {
    case "SELL":
      return isBeyond(held) ? "The quantity is more than what is held: a short sale is SELL_SHORT." : undefined
    case "SELL_SHORT":
      return Decimal.isPositive(held) ? "Shares are held: sell these first." : undefined
    case "BUY_TO_COVER":
      return isBeyond(short) ? "The quantity is more than what is short." : undefined
    default:
      return Decimal.isPositive(short) ? "The position is short: BUY_TO_COVER closes it." : undefined
  }
}

const timesInForce = {
  DAY: "day",
  GOOD_TILL_CANCEL: "gtc",
  FILL_OR_KILL: "fok",
  IMMEDIATE_OR_CANCEL: "ioc"
} as const

const types = {
  MARKET: "market",
  LIMIT: "limit",
  STOP: "stop",
  STOP_LIMIT: "stop_limit",
  MARKET_ON_CLOSE: "market",
  LIMIT_ON_CLOSE: "limit"
} as const

const ONE = Decimal.unsafe("1")

const refuse = (message: string, ...errors: ReadonlyArray<string>): Either.Either<never, Answer> =>
  Either.left(error(400, message, errors))

/** Judges the body of a request for an order as Schwab does, before the exchange sees it. */
export const judge = (text: string): Either.Either<Placing, Answer> =>
  Either.gen(function* () {
    const body = yield* Either.mapLeft(decode(ExactJson.exact(text)), ({ message }) =>
      error(400, "A validation error occurred while processing the request.", [
        message.split("\n").at(-1)?.trim() ?? ""
      ])
    )
    const { duration, orderType, price, requestedDestination, session, stopPrice: stop } = body
    const [{ instruction, instrument, quantity }] = body.orderLegCollection
    if (requestedDestination !== undefined) return yield* refuse("requestedDestination is not allowed")
    if (!Decimal.equals(quantity, Decimal.floorTo(quantity, ONE)))
      return yield* refuse("Fractional quantities are not supported.")
    const limitPrice = Option.getOrNull(decodePrice(price ?? ""))
    const stopPrice = Option.getOrNull(decodePrice(stop ?? ""))
    const type = types[orderType]
    const isLimited = type === "limit" || type === "stop_limit"
    const isStop = type === "stop" || type === "stop_limit"
    const isOnClose = orderType.endsWith("_ON_CLOSE")
    if (isLimited && limitPrice === null) return yield* refuse("A limit order needs a price.")
    if (isStop && stopPrice === null) return yield* refuse("A stop order needs a stop price.")
    if ((type !== "limit" || isOnClose) && session !== "NORMAL")
      return yield* refuse("Only limit orders are for other sessions than the normal one.")
    if (isOnClose && duration !== "DAY") return yield* refuse("Orders on close are for the day.")
    const request: ExchangeOrder.PlaceRequest = {
      clientOrderId: null,
      symbol: instrument.symbol,
      side: instruction === "BUY" || instruction === "BUY_TO_COVER" ? "buy" : "sell",
      quantity,
      type,
      limitPrice: isLimited ? limitPrice : null,
      stopPrice: isStop ? stopPrice : null,
      timeInForce: isOnClose ? "cls" : timesInForce[duration],
      session: session === "NORMAL" ? "regular" : "extended",
      referencePrice: null
    }
    return { request, said: { session, instruction } }
  })
