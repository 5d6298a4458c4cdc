import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Decimal, Quantity } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk } from "./Desk.ts"
import { assetIdOf } from "./orderJson.ts"
import * as orderRoutes from "./orderRoutes.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>

const decodeQuantity = Schema.decodeEither(Quantity.Quantity)
const HUNDRED = Decimal.unsafe("100")
const SMALLEST = Decimal.unsafe("0.000000001")

/** How much of what is held is to be closed: `qty` shares, `percentage` percent, or all. */
const wanted = (held: Decimal.Decimal, query: URLSearchParams): Either.Either<Decimal.Decimal, Answer.Answer> => {
  const [qty, percentage] = [query.get("qty"), query.get("percentage")]
  if (qty !== null && percentage !== null)
    return Either.left(Answer.unprocessable("only one of qty and percentage is allowed"))
  const all = Decimal.isNegative(held) ? Decimal.negate(held) : held
  if (qty === null && percentage === null) return Either.right(all)
  return Either.mapBoth(decodeQuantity(qty ?? percentage ?? ""), {
    onLeft: () => Answer.unprocessable("qty and percentage must be > 0"),
    onRight: (number) =>
      qty === null ? Decimal.floorTo(Decimal.divide(Decimal.multiply(all, number), HUNDRED, 12), SMALLEST) : number
  })
}

/** `DELETE /v2/positions/{symbol}`: an order at the market that closes it; like every other order, it may be refused. */
export const closeOne = (desk: Desk, key: string, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const { reply } = yield* desk.exchange.holdings(desk.account)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const position = reply.body.find(({ symbol }) => symbol === key || assetIdOf(symbol) === key)
    if (position === undefined) return Answer.error(404, 40410000, "position does not exist")
    return yield* closed(desk, position.symbol, position.quantity, query)
  })

const closed = (desk: Desk, symbol: string, held: Decimal.Decimal, query: URLSearchParams): Answering =>
  Either.match(wanted(held, query), {
    onLeft: Effect.succeed,
    onRight: (quantity) =>
      orderRoutes.place(
        desk,
        JSON.stringify({
          symbol,
          qty: Decimal.format(quantity),
          side: Decimal.isNegative(held) ? "buy" : "sell",
          type: "market",
          time_in_force: "day",
          position_intent: Decimal.isNegative(held) ? "buy_to_close" : "sell_to_close"
        })
      )
  })

/** `DELETE /v2/positions`: a status and the order, or why there is none, for each. */
export const closeAll = (desk: Desk, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    if (query.get("cancel_orders") === "true") yield* orderRoutes.cancelAll(desk)
    const { reply } = yield* desk.exchange.holdings(desk.account)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const body = yield* Effect.forEach(reply.body, ({ quantity, symbol }) =>
      Effect.map(closed(desk, symbol, quantity, new URLSearchParams()), (answer) => ({ symbol, ...shownOf(answer) }))
    )
    return { _tag: "Json", status: 207, body }
  })

const shownOf = (answer: Answer.Answer): { readonly status: number; readonly body?: unknown } => {
  if (answer._tag === "Lost") return { status: 500 }
  return answer._tag === "Json" ? { status: answer.status, body: answer.body } : { status: answer.status }
}
