import type { ExchangeFailed, ExchangeOrder, Matching } from "@roundlot/broker-paper"
import { Instant } from "@roundlot/core"
import { Effect, Either, Ref } from "effect"
import * as Answer from "./Answer.ts"
import { addTo, type Desk, type Said } from "./Desk.ts"
import { orderJson } from "./orderJson.ts"
import { judge, objectionTo, type Placing } from "./placing.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>

const locationOf = ({ hash }: Desk, id: string): Answer.Answer => ({
  _tag: "Empty",
  status: 201,
  headers: { location: `https://api.schwabapi.com/trader/v1/accounts/${hash}/orders/${id}` }
})

/** `POST /accounts/{hash}/orders`: 201 and an empty body say that there is an order, not that it is accepted. */
export const place = (desk: Desk, text: string): Answering =>
  Effect.gen(function* () {
    const judged = judge(text)
    if (Either.isLeft(judged)) return judged.left
    const { request, said } = judged.right
    const objection = yield* objectionOf(desk, judged.right)
    if (objection !== undefined) return objection
    const { reply } = yield* desk.exchange.place(desk.account, request)
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    yield* Ref.update(desk.said, addTo(reply.body.brokerOrderId, said))
    return locationOf(desk, reply.body.brokerOrderId)
  })

/** Why the account takes no such order; what one that it replaces asks for is free. */
const objectionOf = (desk: Desk, placing: Placing, replaced?: string) =>
  Effect.gen(function* () {
    const { held, working } = yield* desk.exchange.stand(desk.account, placing.request.symbol)
    const others = working.filter(({ brokerOrderId }) => brokerOrderId !== replaced)
    const objection = objectionTo(placing, { held, working: others }, yield* desk.stateOf(desk.account))
    return objection === undefined ? undefined : Answer.error(400, objection)
  })

/** `PUT /accounts/{hash}/orders/{id}`: ends the order and places another, whose shares count from zero. */
export const replace = (desk: Desk, id: string, text: string): Answering =>
  Effect.gen(function* () {
    const judged = judge(text)
    if (Either.isLeft(judged)) return judged.left
    const objection = yield* objectionOf(desk, judged.right, id)
    if (objection !== undefined) return objection
    const { reply } = yield* desk.exchange.cancel(desk.account, id)
    if (reply._tag === "Refused" && reply.code !== "unknown_order")
      return Answer.error(400, "Order cannot be replaced in its current status")
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const { request, said } = judged.right
    const placed = yield* desk.exchange.place(desk.account, request)
    if (placed.reply._tag !== "Done") return Answer.ofReply(placed.reply)
    const { brokerOrderId } = placed.reply.body
    yield* Ref.update(desk.said, addTo(id, { replacedBy: brokerOrderId }))
    yield* Ref.update(desk.said, addTo(brokerOrderId, { ...said, replaces: id }))
    return locationOf(desk, brokerOrderId)
  }).pipe(desk.replacing.withPermits(1))

/** `DELETE /accounts/{hash}/orders/{id}`: 200 says that it was asked for, no more. */
export const cancel = (desk: Desk, id: string): Answering =>
  Effect.gen(function* () {
    const { reply } = yield* desk.exchange.cancel(desk.account, id)
    if (reply._tag === "Refused" && reply.code !== "unknown_order")
      return Answer.error(400, "Order cannot be canceled in its current status")
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    yield* Ref.update(desk.said, addTo(id, { isCancelAsked: true }))
    return { _tag: "Empty", status: 200 } as const
  })

const bodyOf = (desk: Desk, order: ExchangeOrder.ExchangeOrder, hours: Matching.Hours) =>
  Effect.gen(function* () {
    const story = yield* desk.exchange.look(order.brokerOrderId)
    const said: Said = (yield* Ref.get(desk.said)).get(order.brokerOrderId) ?? {}
    if (order.status === "new")
      yield* Ref.update(desk.said, addTo(order.brokerOrderId, { shown: (said.shown ?? 0) + 1 }))
    const { accountNumber, onItsWay } = desk
    return orderJson(order, story?.executions ?? [], { accountNumber, said, hours, onItsWay, shownAs: story?.shownAs })
  })

const DIGITS = /^\d{1,19}$/

/** `GET /accounts/{hash}/orders/{id}`. */
export const read = (desk: Desk, id: string): Answering =>
  !DIGITS.test(id)
    ? Effect.succeed(Answer.error(400, "The order id is not a number"))
    : Effect.gen(function* () {
        const { reply } = yield* desk.exchange.order(desk.account, { brokerOrderId: id })
        if (reply._tag !== "Done") return Answer.ofReply(reply)
        if (reply.body === undefined) return Answer.noOrder
        return Answer.ok(yield* bodyOf(desk, reply.body, yield* desk.exchange.hours))
      }).pipe(desk.replacing.withPermits(1))

const MOST_ORDERS = 3_000

/** `GET /accounts/{hash}/orders`: both ends of the window are asked for. */
export const list = (desk: Desk, query: URLSearchParams): Answering => listAll({ ...desk, seats: () => [desk] }, query)

/** `GET /orders`: those of all accounts that the login opens. */
export const listAll = (desk: Desk, query: URLSearchParams): Answering =>
  Effect.gen(function* () {
    const from = Instant.parse(query.get("fromEnteredTime") ?? "")
    const to = Instant.parse(query.get("toEnteredTime") ?? "")
    if (from === undefined || to === undefined)
      return Answer.error(400, "fromEnteredTime and toEnteredTime are required", ["yyyy-MM-dd'T'HH:mm:ss.SSSZ"])
    const hours = yield* desk.exchange.hours
    const wanted = query.get("status")
    const all: Array<Effect.Effect.Success<ReturnType<typeof bodyOf>>> = []
    for (const seat of desk.seats()) {
      const { reply } = yield* desk.exchange.ordersIn(seat.account, { from, to })
      if (reply._tag !== "Done") return Answer.ofReply(reply)
      const bodies = yield* Effect.forEach(reply.body.toReversed(), (order) =>
        bodyOf({ ...desk, ...seat }, order, hours)
      )
      all.push(...bodies.filter(({ status }) => wanted === null || status === wanted))
    }
    return Answer.ok(all.slice(0, Math.min(MOST_ORDERS, Number(query.get("maxResults") ?? MOST_ORDERS))))
  }).pipe(desk.replacing.withPermits(1))
