import { type ExchangeOrder, ExchangeOrder as Orders, Matching } from "@roundlot/broker-paper"
import { Decimal, Instant, Price, Quantity } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Clock, Effect, Either, Schema } from "effect"
import type { Read, ReadOf, Said } from "../wire/layout.ts"
import type * as requests from "../wire/requests.ts"
import { bodyOf, type Desk, type Doing, type Seat, shownOf, statusOf } from "./Desk.ts"
import {
  beyondPower,
  borrowing,
  figuresOf,
  type Margin,
  marginOf,
  type Objection,
  READ_ONLY,
  shapeOf,
  tooLittle
} from "./margin.ts"
import * as messages from "./messages.ts"

/** The code of a rejection that the exchange is instructed to give with a part that no client can read. */
const UNREADABLE = "unreadable"

const decodeQuantity = Schema.decodeEither(Quantity.Quantity)
const decodePrice = Schema.decodeEither(Price.Price)

const types: { readonly [type: string]: ExchangeOrder.PlaceRequest["type"] } = {
  MKT: "market",
  LMT: "limit",
  MOC: "market",
  LOC: "limit",
  STP: "stop",
  "STP LMT": "stop_limit"
}
const lives: { readonly [tif: string]: ExchangeOrder.PlaceRequest["timeInForce"] } = {
  "": "day",
  DAY: "day",
  OPG: "opg",
  GTC: "gtc",
  GTD: "gtd",
  IOC: "ioc",
  FOK: "fok"
}

/** An order as a client asks for it, with what TWS says against it. */
interface Asked {
  readonly orderId: number
  readonly orderRef: string
  readonly timeInForce: string
  readonly request: Either.Either<ExchangeOrder.PlaceRequest, Objection>
}

const priceAt = (wanted: boolean, text: string) =>
  wanted
    ? Either.getOrElse(
        Either.map(decodePrice(text), (price): Price.Price | null => price),
        () => null
      )
    : null

/** A moment in UTC as clients write it: `20260930-15:00:00`. */
const utcIn = (text: string): Instant.Instant | undefined => {
  const parts = /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d)$/.exec(text)
  return parts === null ? undefined : Instant.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}Z`)
}

const askedOf = (at: ReadOf<typeof requests.placeOrder>, { references }: Desk): Asked => {
  const orderRef = at("orderRef")
  const timeInForce = at("timeInForce")
  const request = Either.gen(function* () {
    const type = types[at("type")]
    const life = lives[timeInForce]
    if (at("secType") !== "STK" || type === undefined || life === undefined)
      return yield* Either.left([321, "Error validating request: this order is not simulated"] as const)
    const asked = Either.getOrUndefined(decodeQuantity(at("quantity")))
    if (asked === undefined) return yield* Either.left([434, "The order size cannot be zero."] as const)
    if (!Decimal.equals(asked, Decimal.floorTo(asked, Decimal.unsafe("1"))))
      return yield* Either.left([10243, "Fractional-sized order cannot be placed via API."] as const)
    const until = utcIn(at("goodTillDate"))
    if ((life === "gtd") !== (until !== undefined))
      return yield* Either.left([
        321,
        "Error validating request: the good till date does not go with the time in force"
      ] as const)
    const side = at("action") === "BUY" ? ("buy" as const) : ("sell" as const)
    return {
      clientOrderId: orderRef === "" || references.has(orderRef) ? null : orderRef,
      symbol: at("symbol").replace(" ", "."),
      side,
      quantity: asked,
      type,
      limitPrice: priceAt(type === "limit" || type === "stop_limit", at("limitPrice")),
      stopPrice: priceAt(type === "stop" || type === "stop_limit", at("stopPrice")),
      timeInForce: at("type") === "MOC" || at("type") === "LOC" ? "cls" : life,
      ...(until === undefined ? {} : { goodTill: until }),
      session: at("outsideRth") === "1" ? "extended" : "regular",
      referencePrice: null
    } satisfies ExchangeOrder.PlaceRequest
  })
  return { orderId: Number(at("orderId")), orderRef, timeInForce: timeInForce === "" ? "DAY" : timeInForce, request }
}

/** Ids are of 31 bits; the largest is that of orders that were entered by hand. */
const LARGEST = 2_147_483_647

/** PLACE_ORDER. */
export const place = (seat: Seat, at: ReadOf<typeof requests.placeOrder>): Doing => {
  const { clientId, desk, send } = seat
  const asked = askedOf(at, desk)
  const { orderId, orderRef, request, timeInForce } = asked
  const newest = desk.orderIds.get(clientId) ?? 0
  if (orderId >= LARGEST)
    return Effect.sync(() => send(messages.notice(-1, 320, `Error reading request: Unable to parse field: ${orderId}`)))
  if (desk.state().isReadOnly) return refused(seat, orderId, READ_ONLY)
  if (at("whatIf") === "1") return whatIf(seat, asked)
  if (orderId <= newest) return amend(seat, asked)
  desk.orderIds.set(clientId, orderId)
  return Either.match(request, {
    onLeft: ([code, words]) => Effect.sync(() => send(messages.notice(orderId, code, words))),
    onRight: (wanted) =>
      Effect.gen(function* () {
        const stand = yield* desk.exchange.stand(desk.account, wanted.symbol)
        const objection = borrowing(wanted, stand, desk.state())
        if (objection !== undefined) return send(messages.notice(orderId, ...objection))
        if (wanted.clientOrderId !== null) desk.references.add(orderRef)
        const replied = yield* desk.exchange.place(desk.account, wanted)
        const { reply } = replied
        if (reply._tag === "Refused") {
          desk.references.delete(orderRef)
          return send(refusal(orderId, reply.code, reply.words, marginOf(wanted, stand)))
        }
        const entered = reply._tag === "Done" ? reply.body : yield* newestOf(desk)
        if (entered !== undefined && !desk.placed.has(entered.brokerOrderId))
          desk.placed.set(entered.brokerOrderId, { clientId, orderId, orderRef, timeInForce })
        const order = bodyOf(seat, replied)
        if (order === undefined) return
        const shown = shownOf(desk, order, "PreSubmitted")
        send(messages.openOrder(shown), messages.orderStatus(shown))
        if (!Matching.isInSession(order, yield* desk.exchange.hours))
          send(messages.notice(orderId, 399, yield* untilOpen(wanted)))
      })
  })
}

/** The warning of an order that waits for the market to open. */
const untilOpen = ({ quantity, side, symbol }: ExchangeOrder.PlaceRequest): Effect.Effect<string> =>
  Effect.map(Clock.currentTimeMillis, (millis) => {
    const opensAt = XnysCalendar.nextSession(Instant.fromMillis(millis))?.opensAt
    const when =
      opensAt === undefined ? "the market opens" : `${Instant.format(opensAt).slice(0, 19).replace("T", " ")} UTC`
    const order = `${side.toUpperCase()} ${Decimal.format(quantity)} ${symbol} NASDAQ.NMS`
    return `Order Message:\n${order}\nWarning: your order will not be placed at the exchange until ${when}`
  })

const refused = ({ send }: Pick<Seat, "send">, orderId: number, objection: Objection): Doing =>
  Effect.sync(() => send(messages.notice(orderId, ...objection)))

/** PLACE_ORDER with whatIf: what the order would come to, of which none is made; its id may be used again. */
const whatIf = (seat: Seat, { orderId, orderRef, request, timeInForce }: Asked): Doing =>
  Either.match(request, {
    onLeft: (objection) => refused(seat, orderId, objection),
    onRight: (wanted) =>
      Effect.gen(function* () {
        const { clientId, desk, send } = seat
        const stand = yield* desk.exchange.stand(desk.account, wanted.symbol)
        const margin = marginOf(wanted, stand)
        const objection = borrowing(wanted, stand, desk.state()) ?? tooLittle(margin)
        if (objection !== undefined) return send(messages.notice(orderId, ...objection))
        const order = shapeOf(desk, wanted, yield* desk.exchange.now)
        const placed = { clientId, orderId, orderRef, timeInForce }
        send(messages.whatIf({ ...shownOf(desk, order, "PreSubmitted"), placed, permId: "0" }, figuresOf(margin)))
      })
  })

/** Another order under the id of one that works changes that one; it stays as it was where it may not be changed. */
const amend = (seat: Seat, { orderId, request, timeInForce }: Asked): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const permId = placedAs(seat, orderId)
    const story = permId === undefined ? undefined : yield* desk.exchange.look(permId)
    if (permId === undefined || story === undefined || isOver(story.order))
      return send(messages.notice(orderId, 103, "Duplicate order id"))
    if (story.order.status === "filled") return send(messages.notice(orderId, 104, "Cannot modify a filled order."))
    if (Either.isLeft(request)) return send(messages.notice(orderId, ...request.left))
    const margin = marginOf(request.right, yield* desk.exchange.stand(desk.account, request.right.symbol))
    const replied = yield* desk.exchange.amend(desk.account, permId, request.right)
    const { reply } = replied
    if (reply._tag === "Refused") return send(notChanged(orderId, reply.code, reply.words, margin))
    const order = bodyOf(seat, replied)
    if (order === undefined) return
    const placed = desk.placed.get(permId)
    if (placed !== undefined) desk.placed.set(permId, { ...placed, timeInForce })
    const shown = shownOf(desk, order)
    send(messages.openOrder(shown), messages.orderStatus(shown))
  })

/** Has it ended without being filled? */
const isOver = ({ status }: ExchangeOrder.ExchangeOrder): boolean => !Orders.isWorking(status) && status !== "filled"

const notChanged = (orderId: number, code: string, words: string, margin: Margin): Said => {
  if (code === "another_order")
    return messages.notice(orderId, 105, "Order being modified does not match original order.")
  return code === "not_amendable"
    ? messages.notice(orderId, 104, "Cannot modify a filled order.")
    : refusal(orderId, code, words, margin)
}

/** The exchange's id of an order of this client. */
const placedAs = ({ clientId, desk }: Seat, orderId: number): string | undefined =>
  [...desk.placed].find(([, placed]) => placed.clientId === clientId && placed.orderId === orderId)?.[0]

/** A rejection by the exchange's word, or by the code that it was instructed to give. */
const refusal = (orderId: number, code: string, words: string, margin: Margin): Said => {
  if (code === "insufficient_buying_power") return messages.notice(orderId, ...beyondPower(margin))
  if (code === "unknown_symbol")
    return messages.notice(orderId, 200, "No security definition has been found for the request")
  if (/^[0-9]+$/.test(code)) return messages.notice(orderId, Number(code), words)
  const reject = code === UNREADABLE ? "{ this is no JSON" : ""
  return messages.notice(orderId, 201, `Order rejected - reason:${words}`, reject)
}

/** Of an order that was taken while its answer is lost, the exchange's id. */
const newestOf = (desk: Desk) =>
  Effect.map(desk.exchange.orders, (all) => all.findLast((order) => order.account === desk.account))

const notCancellable = (orderId: number, order: ExchangeOrder.ExchangeOrder): Said =>
  messages.notice(
    orderId,
    10148,
    `OrderId ${orderId} that needs to be cancelled can not be cancelled, state: ${statusOf(order)}.`
  )

/** CANCEL_ORDER. */
export const cancel = (seat: Seat, at: Read<"orderId">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const orderId = Number(at("orderId"))
    if (desk.state().isReadOnly) return yield* refused(seat, orderId, READ_ONLY)
    const permId = placedAs(seat, orderId)
    if (permId === undefined)
      return send(messages.notice(orderId, 10147, `OrderId ${orderId} that needs to be cancelled is not found.`))
    const story = yield* desk.exchange.look(permId)
    if (story !== undefined && !Orders.isWorking(story.order.status)) return send(notCancellable(orderId, story.order))
    if (story !== undefined) send(messages.orderStatus(shownOf(desk, story.order, "PendingCancel")))
    const replied = yield* desk.exchange.cancel(desk.account, permId)
    // It has ended between the look and the request.
    const ended = replied.reply._tag === "Refused" ? yield* desk.exchange.look(permId) : undefined
    if (ended === undefined) return void bodyOf(seat, replied)
    send(notCancellable(orderId, ended.order))
  })

/** Every order that works, no matter who entered it. */
export const cancelAll = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const { account, exchange, state } = seat.desk
    if (state().isReadOnly) return yield* refused(seat, -1, READ_ONLY)
    for (const order of yield* exchange.orders)
      if (order.account === account && Orders.isWorking(order.status))
        bodyOf(seat, yield* exchange.cancel(account, order.brokerOrderId))
  })
