import type { Exchange, ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { Instant, Ticker } from "@roundlot/core"
import { Clock, Effect, Either, Ref, Schema } from "effect"
import * as Answer from "./Answer.ts"
import { type AccountState, type Desk, traitsOf } from "./Desk.ts"
import type { Said } from "./orderJson.ts"
import * as Placing from "./placing.ts"
import { nested, shown, tops } from "./shown.ts"
import { barred, beyondPower } from "./standing.ts"
import { isUuid } from "./uuid.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>

/** `POST /v2/orders`. */
export const place = (desk: Desk, text: string): Answering =>
  Effect.gen(function* () {
    const symbol = Placing.symbolOf(text) ?? ""
    if (symbol !== "" && !Schema.is(Ticker.Ticker)(symbol)) return noAsset(symbol)
    const state = yield* Ref.get(desk.state)
    const bar = barred(state)
    if (bar !== undefined) return bar
    const standing = yield* desk.exchange.stand(desk.account, symbol)
    const judged = Placing.judge(text, marketOf(desk, state, symbol, standing))
    if (Either.isLeft(judged)) return judged.left
    const { request, said } = judged.right
    const beyond = yield* beyondPower(desk, judged.right, standing)
    if (beyond !== undefined) return beyond
    const { reply } = yield* Effect.onInterrupt(desk.exchange.place(desk.account, request), () =>
      Effect.ignore(keepSaid(desk, request, said))
    )
    if (reply._tag === "Refused" && reply.code === "unknown_symbol") return noAsset(symbol)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    yield* Ref.update(desk.said, (before) => new Map(before).set(reply.body.brokerOrderId, said))
    return Answer.ok((yield* nested(desk, [reply.body], "pending_new"))[0])
  })

/** What an order is judged by. */
export const marketOf = (
  desk: Desk,
  { configurations, shortingEnabled }: AccountState,
  symbol: string,
  standing: Omit<Placing.Market, "asset" | "mayShort">
): Placing.Market => ({
  ...standing,
  asset: traitsOf(desk, symbol),
  mayShort: shortingEnabled && !configurations.no_shorting
})

/** The client left before it had its answer: what it said of its order stays all the same. */
const keepSaid = ({ exchange, said }: Desk, { clientOrderId }: ExchangeOrder.PlaceRequest, what: Said) =>
  Effect.flatMap(exchange.orders, (orders) => {
    const placed = clientOrderId === null ? undefined : orders.find((order) => order.clientOrderId === clientOrderId)
    if (placed === undefined) return Effect.void
    return Ref.update(said, (before) => new Map(before).set(placed.brokerOrderId, what))
  })

const noAsset = (symbol: string): Answer.Answer => Answer.error(422, 40010001, `could not find asset "${symbol}"`)

/** Orders are read when no replacement is under way. */
const untouched = (desk: Desk): (<A, E>(read: Effect.Effect<A, E>) => Effect.Effect<A, E>) =>
  desk.replacing.withPermits(1)

const one = (desk: Desk, key: Exchange.OrderKey, id: string, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const { reply } = yield* desk.exchange.order(desk.account, key)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    if (reply.body === undefined) return Answer.noOrder(id)
    return Answer.ok((yield* (isNested(query) ? nested : shown)(desk, [reply.body]))[0])
  }).pipe(untouched(desk))

const isNested = (query: URLSearchParams): boolean => query.get("nested") === "true"

/** An id that Alpaca never makes. */
export const malformed: Answer.Answer = Answer.error(422, 40010001, "order_id is missing")

/** `GET /v2/orders/{id}`. */
export const read = (desk: Desk, id: string, query: URLSearchParams): Answering =>
  isUuid(id) ? one(desk, { brokerOrderId: id }, id, query) : Effect.succeed(malformed)

/** `GET /v2/orders:by_client_order_id`. */
export const readByClientId = (desk: Desk, query: URLSearchParams): Answering => {
  const clientOrderId = query.get("client_order_id") ?? ""
  return one(desk, { clientOrderId }, clientOrderId, query)
}

/** `DELETE /v2/orders/{id}`: 204 says that it was asked for, no more. */
export const cancel = (desk: Desk, id: string): Answering => {
  if (!isUuid(id)) return Effect.succeed(malformed)
  return Effect.map(desk.exchange.cancel(desk.account, id), ({ reply }): Answer.Answer => {
    if (reply._tag === "Done") return { _tag: "Empty", status: 204 }
    if (reply._tag === "Refused" && reply.code === "unknown_order") return Answer.noOrder(id)
    return Answer.ofReply(reply)
  })
}

const EVERYTHING = { from: Instant.make(0n), to: Instant.latest }

/** A time of a query: with its microseconds, or a date. */
export const momentOf = (text: string | null): Instant.Instant | undefined =>
  text === null ? undefined : Instant.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)

/** Does an order work? */
export const isOpen = ({ status }: ExchangeOrder.ExchangeOrder): boolean =>
  status === "new" || status === "partially_filled"

const MOST_ORDERS = 500

/** `GET /v2/orders`. */
export const list = (desk: Desk, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const after = momentOf(query.get("after"))
    const until = momentOf(query.get("until"))
    const window = { from: after ?? EVERYTHING.from, to: until ?? EVERYTHING.to }
    const { reply } = yield* desk.exchange.ordersIn(desk.account, window)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const status = query.get("status") ?? "open"
    const symbols = query.get("symbols")?.split(",")
    const side = query.get("side")
    const chosen = reply.body.filter(
      (order) =>
        (after === undefined || order.enteredAt > after) &&
        (until === undefined || order.enteredAt < until) &&
        (status === "all" || isOpen(order) === (status === "open")) &&
        (symbols === undefined || symbols.includes(order.symbol)) &&
        (side === null || order.side === side)
    )
    const sorted = query.get("direction") === "asc" ? chosen : chosen.toReversed()
    const limit = Math.min(MOST_ORDERS, Number(query.get("limit") ?? 50))
    return Answer.ok(
      isNested(query)
        ? yield* nested(desk, (yield* tops(desk, sorted)).slice(0, limit))
        : yield* shown(desk, sorted.slice(0, limit))
    )
  }).pipe(untouched(desk))

/** `DELETE /v2/orders`: a status for each order that was open. */
export const cancelAll = (desk: Desk): Answering =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const window = { from: EVERYTHING.from, to: Instant.addMillis(now, 60_000) }
    const { reply } = yield* desk.exchange.ordersIn(desk.account, window)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const body = yield* Effect.forEach(reply.body.filter(isOpen), (order) =>
      Effect.map(desk.exchange.cancel(desk.account, order.brokerOrderId), (cancelled) => ({
        id: order.brokerOrderId,
        status: cancelled.reply._tag === "Done" ? 200 : 500
      }))
    )
    return { _tag: "Json", status: 207, body }
  })
