// Corner itself, for tests: its API in front of the paper exchange, on this machine.
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type { Exchange, ExchangeOrder } from "@roundlot/broker-paper"
import { Serving } from "@roundlot/broker-paper/serving"
import { type AccountName, Decimal, Instant, Price, Quantity, Side } from "@roundlot/core"
import { Effect, Either, Schema } from "effect"

/** Few, so that listings have pages. */
const ROWS_OF_A_PAGE = 2

const Place = Schema.parseJson(
  Schema.Struct({
    client_id: Schema.String,
    symbol: Schema.String,
    side: Side.Side,
    quantity: Quantity.Quantity,
    type: Schema.Literal("market", "limit"),
    limit_price: Schema.NullOr(Price.Price),
    time_in_force: Schema.Literal("day", "gtc")
  })
)

const json = (status: number, body: unknown): Serving.Answer => ({ _tag: "Json", status, body })
const problem = (status: number, code: string, message: string) => json(status, { code, message })
const NONE = problem(404, "not_found", "there is none such")

/** The exchange's codes in Corner's words. */
const codes: ReadonlyMap<string, readonly [status: number, code: string]> = new Map([
  ["duplicate_client_order_id", [409, "id_in_use"]],
  ["not_cancelable", [422, "has_ended"]],
  ["not_found", [404, "not_found"]]
])

/** What the exchange replied, as Corner answers it. */
const answerOf = <A>({ reply }: Exchange.Replied<A>, done: (body: A) => Serving.Answer): Serving.Answer => {
  if (reply._tag === "Done") return done(reply.body)
  if (reply._tag === "Lost") return reply
  if (reply._tag === "Refused") return problem(...(codes.get(reply.code) ?? ([422, reply.code] as const)), reply.words)
  const { body, headers, status } = reply
  return typeof body === "string"
    ? { _tag: "Text", status, headers, text: body }
    : { _tag: "Json", status, headers, body }
}

const statusOf = ({ status }: ExchangeOrder.ExchangeOrder) => {
  if (status === "new" || status === "unpriced") return "working"
  return status === "partially_filled" ? "partly_filled" : status
}

const shownOf = (order: ExchangeOrder.ExchangeOrder, status: string) => ({
  id: order.brokerOrderId,
  client_id: order.clientOrderId,
  symbol: order.symbol,
  side: order.side,
  quantity: Decimal.format(order.quantity),
  type: order.type,
  limit_price: order.limitPrice === null ? null : Decimal.format(order.limitPrice),
  status,
  filled: Decimal.format(order.filledQuantity),
  average_price: averageOf(order),
  entered_at: Instant.format(order.enteredAt),
  updated_at: Instant.format(order.updatedAt)
})

const averageOf = ({ filledQuantity, notional }: ExchangeOrder.ExchangeOrder): string | null =>
  Decimal.isZero(filledQuantity) ? null : Decimal.format(Decimal.divide(notional, filledQuantity, 12))

const executionOf = (execution: ExchangeOrder.Execution) => ({
  id: execution.execId,
  trade: execution.execIdBase,
  revision: execution.revision,
  order_id: execution.brokerOrderId,
  client_id: execution.clientOrderId,
  symbol: execution.symbol,
  side: execution.side,
  quantity: Decimal.format(execution.quantity),
  price: Decimal.format(execution.price),
  at: Instant.format(execution.executedAt)
})

const page = (query: URLSearchParams, rows: ReadonlyArray<unknown>): Serving.Answer => {
  const from = (Number(query.get("page")) - 1) * ROWS_OF_A_PAGE
  return json(200, rows.slice(from, from + ROWS_OF_A_PAGE))
}

const windowOf = (query: URLSearchParams) => ({
  from: Instant.parse(query.get("from") ?? "") ?? Instant.fromMillis(0),
  to: Instant.parse(query.get("to") ?? "") ?? Instant.latest
})

const orderRoutes = (exchange: Exchange.ExchangeService, account: AccountName.AccountName) => {
  const shown = (order: ExchangeOrder.ExchangeOrder) =>
    Effect.map(exchange.look(order.brokerOrderId), (looked) => shownOf(order, looked?.shownAs ?? statusOf(order)))
  const one = (key: Exchange.OrderKey, answer: (order: unknown) => Serving.Answer) =>
    Effect.gen(function* () {
      const replied = yield* exchange.order(account, key)
      const found = replied.reply._tag === "Done" ? replied.reply.body : undefined
      const order = found === undefined ? undefined : yield* shown(found)
      return answerOf(replied, () => answer(order))
    })
  return {
    place: (body: string) =>
      Effect.gen(function* () {
        const asked = Schema.decodeEither(Place)(body)
        if (Either.isLeft(asked)) return problem(400, "unreadable", "the order cannot be read")
        const { client_id: clientOrderId, limit_price: limitPrice, time_in_force: timeInForce, ...terms } = asked.right
        const rest = { stopPrice: null, session: "regular", referencePrice: null } as const
        const replied = yield* exchange.place(account, { ...terms, ...rest, clientOrderId, limitPrice, timeInForce })
        return answerOf(replied, (order) => json(201, shownOf(order, statusOf(order))))
      }),
    cancel: (id: string) =>
      Effect.map(exchange.cancel(account, id), (replied) => answerOf(replied, () => json(202, {}))),
    order: (id: string) => one({ brokerOrderId: id }, (order) => (order === undefined ? NONE : json(200, order))),
    orders: (query: URLSearchParams) =>
      Effect.gen(function* () {
        const clientOrderId = query.get("client_id")
        if (clientOrderId !== null) return yield* one({ clientOrderId }, (order) => page(query, order ? [order] : []))
        const replied = yield* exchange.ordersIn(account, windowOf(query))
        const rows = replied.reply._tag === "Done" ? yield* Effect.forEach(replied.reply.body, shown) : []
        return answerOf(replied, () => page(query, rows))
      }),
    executions: (query: URLSearchParams) => {
      const id = query.get("order_id")
      const asked = id === null ? exchange.fillsIn(account, windowOf(query)) : exchange.fillsOf(account, id)
      return Effect.map(asked, (replied) => answerOf(replied, (rows) => page(query, rows.map(executionOf))))
    }
  }
}

const accountRoutes = (exchange: Exchange.ExchangeService, account: AccountName.AccountName) => ({
  positions: (query: URLSearchParams) =>
    Effect.map(exchange.holdings(account), (replied) =>
      answerOf(replied, (rows) =>
        page(
          query,
          rows.map(({ quantity, symbol }) => ({ symbol, quantity: Decimal.format(quantity) }))
        )
      )
    ),
  account: Effect.map(exchange.buyingPower(account), (replied) =>
    answerOf(replied, (power) =>
      json(200, { id: `C-${account}`, currency: "USD", buying_power: Decimal.format(power), play_money: true })
    )
  ),
  instrument: (symbol: string) =>
    Effect.map(exchange.isListed(account, symbol), (replied) =>
      answerOf(replied, (isListed) => (isListed ? json(200, { symbol, tradable: true, shortable: true }) : NONE))
    )
})

/** Serves an account of an exchange to who has its key, and says at which address. */
export const serve = (exchange: Exchange.ExchangeService, account: AccountName.AccountName, key: string) => {
  const routes = { ...orderRoutes(exchange, account), ...accountRoutes(exchange, account) }
  const answer = (method: string, path: string, query: URLSearchParams, body: string) => {
    const [, , what, name] = path.split("/")
    const id = decodeURIComponent(name ?? "")
    if (what === "orders" && id === "") return method === "POST" ? routes.place(body) : routes.orders(query)
    if (what === "orders") return method === "DELETE" ? routes.cancel(id) : routes.order(id)
    if (what === "executions") return routes.executions(query)
    if (what === "positions") return routes.positions(query)
    if (what === "instruments") return routes.instrument(id)
    return what === "account" ? routes.account : Effect.succeed(NONE)
  }
  const app = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { pathname, searchParams } = new URL(request.url, "http://localhost")
    const isKnown = request.headers["authorization"] === `Bearer ${key}`
    const answered = isKnown
      ? yield* answer(request.method, pathname, searchParams, yield* request.text)
      : problem(401, "key", "the key is not known")
    return yield* Serving.respond(request, answered, {})
  })
  return Effect.map(Serving.serve(0, Effect.orDie(app)), (port) => `http://${Serving.LOOPBACK}:${port}`)
}
