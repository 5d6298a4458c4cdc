import { type ExchangeFailed, type ExchangeOrder, Matching } from "@roundlot/broker-paper"
import { type Price, Side } from "@roundlot/core"
import { Effect, Either, Ref } from "effect"
import * as Answer from "./Answer.ts"
import { pricesFit } from "./classes.ts"
import type { Desk } from "./Desk.ts"
import type { Judged } from "./orderBody.ts"
import type { Said } from "./orderJson.ts"
import { isOpen, malformed, marketOf } from "./orderRoutes.ts"
import * as Placing from "./placing.ts"
import { nested, saidOf } from "./shown.ts"
import { barred, beyondPower } from "./standing.ts"
import { isUuid, uuidOf } from "./uuid.ts"

type Answering = Effect.Effect<Answer.Answer, ExchangeFailed>
type Order = ExchangeOrder.ExchangeOrder

const noLongerOpen = Answer.error(422, 40010001, "only open orders can be replaced")

const notWorkedYet = Answer.error(422, 40010001, "unable to replace order, order isn't sent to exchange yet")

/** alpacahq/alpaca-docs, content/trading/orders.md, "OTO Orders": their replacement is not supported yet. */
const notSupported = Answer.unprocessable("replacing oto orders is not supported: cancel the order and place another")

/**
 * `PATCH /v2/orders/{id}`: ends the order and enters one with other terms, whose shares count from zero, in its place. Reads
 * wait meanwhile.
 */
export const replace = (desk: Desk, id: string, text: string): Answering =>
  isUuid(id) ? desk.replacing.withPermits(1)(replaceInTurn(desk, id, text)) : Effect.succeed(malformed)

const replaceInTurn = (desk: Desk, id: string, text: string): Answering =>
  Effect.gen(function* () {
    const story = yield* desk.exchange.look(id)
    if (story === undefined) return Answer.noOrder(id)
    const { order } = story
    const place = yield* placeOf(desk, id)
    const { said } = place
    if (!isOpen(order) || said === undefined) return noLongerOpen
    if (said.orderClass === "oto") return notSupported
    if (!Matching.isInSession(order, yield* desk.exchange.hours)) return notWorkedYet
    const clientOrderId = uuidOf(`client of what replaces ${id}`)
    const isGrouped = place.others.length > 0
    const patched = Placing.patched(text, order, said, { clientOrderId, isGrouped, trail: place.group?.trail })
    if (Either.isLeft(patched)) return patched.left
    const placing = yield* objectionTo(desk, order, place, patched.right)
    if (Either.isLeft(placing)) return placing.left
    return yield* enter(desk, order, said, placing.right)
  })

/** The orders of its group beside an order, the one that they were placed with first, and what is said of it. */
const placeOf = (desk: Desk, id: string) =>
  Effect.gen(function* () {
    const { exchange } = desk
    const group = (yield* exchange.groups([id])).get(id)
    const first = group?.parent ?? id
    const legs = (yield* exchange.groups([first])).get(first)?.legs ?? []
    const ids = [first, ...legs].filter((each) => each !== id)
    const others = (yield* Effect.forEach(ids, (each) => exchange.look(each))).flatMap((story) => story?.order ?? [])
    return { group, others, said: saidOf(yield* Ref.get(desk.said), id, group?.parent) }
  })

type Place = Effect.Effect.Success<ReturnType<typeof placeOf>>

/** Judges an order that is to take another's place, beside the others of its group. */
const objectionTo = (
  desk: Desk,
  order: Order,
  place: Place,
  text: string
): Effect.Effect<Judged<Placing.Placing>, ExchangeFailed> =>
  Effect.gen(function* () {
    const { working, ...standing } = yield* desk.exchange.stand(desk.account, order.symbol)
    const own = new Set([order, ...place.others].map(({ brokerOrderId }) => brokerOrderId))
    const others = working.filter(({ brokerOrderId }) => !own.has(brokerOrderId))
    const state = yield* Ref.get(desk.state)
    const bar = barred(state)
    if (bar !== undefined) return Either.left(bar)
    // An exit that waits closes what its entry will have bought or sold.
    const held =
      place.group?.isWaiting === true ? Side.signed(Side.opposite(order.side), order.quantity) : standing.held
    const market = { ...standing, held, working: others }
    const judged = Either.flatMap(Placing.judge(text, marketOf(desk, state, order.symbol, market)), (placing) =>
      Either.map(exitsFit(order, place, placing, standing.price), () => placing)
    )
    if (Either.isLeft(judged)) return judged
    const beyond = yield* beyondPower(desk, judged.right, { ...standing, held }, order.brokerOrderId)
    return beyond === undefined ? judged : Either.left(beyond)
  })

/** Do the exits of a group go with each other, and with the price that their order begins at, once one is replaced? */
const exitsFit = (
  order: Order,
  { group, others, said }: Place,
  { request }: Placing.Placing,
  price: Price.Price | undefined
): Judged<void> => {
  if (others.length === 0) return Either.void
  const after = { ...order, limitPrice: request.limitPrice, stopPrice: request.stopPrice }
  const [first = after, ...legs] = group?.parent === undefined ? [after, ...others] : [...others, after]
  const isExit = said?.orderClass === "oco"
  const exits = (isExit ? [first, ...legs] : legs).filter(isOpen)
  const profit = exits.find(({ type }) => type === "limit")?.limitPrice ?? undefined
  const loss = exits.find(Matching.isStop)?.stopPrice ?? undefined
  const begins = isExit || isOpen(first) ? first.limitPrice : null
  return pricesFit((isExit ? first.side : Side.opposite(first.side)) === "sell", profit, loss, [begins, price ?? null])
}

const enter = (desk: Desk, order: Order, saidBefore: Said, { request, said }: Placing.Placing): Answering =>
  Effect.gen(function* () {
    const id = order.brokerOrderId
    const { reply } = yield* desk.exchange.replace(desk.account, id, request, order.filledQuantity)
    if (reply._tag === "Refused" && reply.code === "not_replaceable") return noLongerOpen
    if (reply._tag === "Refused") return Answer.ofReply(reply)
    const known = yield* Ref.get(desk.said)
    const entered = (yield* desk.exchange.orders).find(({ clientOrderId }) => clientOrderId === request.clientOrderId)
    if (entered !== undefined && !known.has(entered.brokerOrderId)) {
      const { brokerOrderId } = entered
      const link = (before: ReadonlyMap<string, Said>) =>
        new Map(before)
          .set(id, { ...saidBefore, replacedBy: brokerOrderId })
          .set(brokerOrderId, { ...said, orderClass: saidBefore.orderClass, replaces: id })
      yield* Ref.update(desk.said, link)
    }
    if (reply._tag !== "Done") return Answer.ofReply(reply)
    const group = (yield* desk.exchange.groups([reply.body.brokerOrderId])).get(reply.body.brokerOrderId)
    return Answer.ok((yield* nested(desk, [reply.body], group?.isWaiting === true ? undefined : "pending_new"))[0])
  })
