import type { Socket } from "node:net"
import type { Exchange, ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { ExchangeOrder as Orders } from "@roundlot/broker-paper"
import { Decimal, Instant, Price, Quantity } from "@roundlot/core"
import { Clock, Deferred, Effect, Either, Queue, Schema, type Scope, Stream } from "effect"
import {
  calledOf,
  conIdOf,
  execIdOf,
  isBehind,
  shownExecutionOf,
  shownOf,
  statusOf,
  summaryOf,
  wholeOf,
  type Desk
} from "./Desk.ts"
import { frame, reader } from "../wire/frames.ts"
import { type Kind, type Read, read, type ReadOf, type Said, say } from "../wire/layout.ts"
import * as tws from "../wire/messages.ts"
import * as requests from "../wire/requests.ts"
import { agreed, NEWEST } from "../wire/versions.ts"
import * as messages from "./messages.ts"
import { MESSAGES_A_SECOND, pace } from "./pace.ts"

/** One connection, once its client is known. */
interface Seat {
  readonly desk: Desk
  readonly clientId: number
  /** The version of the protocol that was agreed on with the client. */
  readonly version: number
  readonly send: (...all: ReadonlyArray<Said>) => void
  /** What is placed is told before what comes of it. */
  readonly inTurn: Effect.Semaphore
  /** What executions cost, told with the next request. */
  readonly late: Array<Said>
  /** Cuts the connection in the middle of a message. */
  readonly cut: () => void
}

type Doing = Effect.Effect<void, ExchangeFailed>

const COMMISSION = "1"

/** The code of a rejection that the exchange is told to give with a part that no client can read. */
const UNREADABLE = "unreadable"
const ALL_TIME: { readonly from: Instant.Instant; readonly to: Instant.Instant } = {
  from: Instant.make(0n),
  to: Instant.latest
}

/** What came back, or undefined where the exchange was told to lose or to spoil it: then the connection is cut, or silent. */
const bodyOf = <A>({ cut }: Seat, { reply }: Exchange.Replied<A>): A | undefined => {
  if (reply._tag === "Done") return reply.body
  if (reply._tag !== "Lost" || reply.how === "reset") cut()
  return undefined
}

/* Placing and cancelling. */

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
  readonly request: Either.Either<ExchangeOrder.PlaceRequest, readonly [code: number, words: string]>
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

const place = (seat: Seat, at: ReadOf<typeof requests.placeOrder>): Doing => {
  const { clientId, desk, send } = seat
  const asked = askedOf(at, desk)
  const { orderId, orderRef, request, timeInForce } = asked
  const newest = desk.orderIds.get(clientId) ?? 0
  if (orderId >= LARGEST)
    return Effect.sync(() => send(messages.notice(-1, 320, `Error reading request: Unable to parse field: ${orderId}`)))
  if (orderId <= newest) return amend(seat, asked)
  desk.orderIds.set(clientId, orderId)
  return Either.match(request, {
    onLeft: ([code, words]) => Effect.sync(() => send(messages.notice(orderId, code, words))),
    onRight: (wanted) =>
      Effect.gen(function* () {
        if (wanted.clientOrderId !== null) desk.references.add(orderRef)
        const replied = yield* desk.exchange.place(desk.account, wanted)
        const { reply } = replied
        if (reply._tag === "Refused") {
          desk.references.delete(orderRef)
          return send(refusal(orderId, reply.code, reply.words))
        }
        const entered = reply._tag === "Done" ? reply.body : yield* newestOf(desk)
        if (entered !== undefined && !desk.placed.has(entered.brokerOrderId))
          desk.placed.set(entered.brokerOrderId, { clientId, orderId, orderRef, timeInForce })
        const order = bodyOf(seat, replied)
        if (order === undefined) return
        const shown = shownOf(desk, order, "PreSubmitted")
        send(messages.openOrder(shown), messages.orderStatus(shown))
      })
  })
}

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
    const replied = yield* desk.exchange.amend(desk.account, permId, request.right)
    if (replied.reply._tag === "Refused") return send(notChanged(orderId, replied.reply.code, replied.reply.words))
    const order = bodyOf(seat, replied)
    if (order === undefined) return
    const placed = desk.placed.get(permId)
    if (placed !== undefined) desk.placed.set(permId, { ...placed, timeInForce })
    const shown = shownOf(desk, order)
    send(messages.openOrder(shown), messages.orderStatus(shown))
  })

/** Has it ended without being filled? */
const isOver = ({ status }: ExchangeOrder.ExchangeOrder): boolean => !Orders.isWorking(status) && status !== "filled"

const notChanged = (orderId: number, code: string, words: string): Said => {
  if (code === "another_order")
    return messages.notice(orderId, 105, "Order being modified does not match original order.")
  return code === "not_amendable"
    ? messages.notice(orderId, 104, "Cannot modify a filled order.")
    : refusal(orderId, code, words)
}

/** The exchange's id of an order of this client. */
const placedAs = ({ clientId, desk }: Seat, orderId: number): string | undefined =>
  [...desk.placed].find(([, placed]) => placed.clientId === clientId && placed.orderId === orderId)?.[0]

/** A rejection by the exchange's word, or by the code that it was told to give. */
const refusal = (orderId: number, code: string, words: string): Said => {
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

const cancel = (seat: Seat, at: Read<"orderId">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const orderId = Number(at("orderId"))
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
const cancelAll = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const { account, exchange } = seat.desk
    for (const order of yield* exchange.orders)
      if (order.account === account && Orders.isWorking(order.status))
        bodyOf(seat, yield* exchange.cancel(account, order.brokerOrderId))
  })

/* Reading. */

/** One that no other order of its combination stands for, and that is not from outside. */
const isListed = ({ clientId, desk }: Seat, brokerOrderId: string): boolean =>
  !isBehind(desk, brokerOrderId) && (desk.permIds === "always" || desk.placed.get(brokerOrderId)?.clientId === clientId)

const openOrders = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const all = bodyOf(seat, yield* seat.desk.exchange.ordersIn(seat.desk.account, ALL_TIME))
    if (all === undefined) return
    for (const order of all.filter(({ status }) => Orders.isWorking(status))) {
      if (!isListed(seat, order.brokerOrderId)) continue
      const word = (yield* seat.desk.exchange.look(order.brokerOrderId))?.shownAs
      const shown = wholeOf(calledOf(seat.desk, order, word), symbolsOf(seat.desk, order.brokerOrderId, all))
      seat.send(messages.openOrder(shown), messages.orderStatus(shown))
    }
    seat.send(say(tws.openOrdersEnd))
  })

const completedOrders = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const all = bodyOf(seat, yield* seat.desk.exchange.ordersIn(seat.desk.account, ALL_TIME))
    if (all === undefined) return
    for (const order of all.filter(({ status }) => !Orders.isWorking(status))) {
      if (!isListed(seat, order.brokerOrderId)) continue
      const shown = wholeOf(shownOf(seat.desk, order), symbolsOf(seat.desk, order.brokerOrderId, all))
      seat.send(messages.completedOrder(shown, seat.desk.shape))
    }
    seat.send(say(tws.completedOrdersEnd))
  })

/** The symbols of the legs of an order's combination; none where it is of none. */
const symbolsOf = (
  { combined }: Desk,
  brokerOrderId: string,
  all: ReadonlyArray<ExchangeOrder.ExchangeOrder>
): ReadonlyArray<string> =>
  (combined.get(brokerOrderId) ?? []).flatMap((leg) => all.find((each) => each.brokerOrderId === leg)?.symbol ?? [])

/** An execution that was busted is shown no more, and no message says so. */
const shownFills = (all: ReadonlyArray<ExchangeOrder.Execution>): ReadonlyArray<ExchangeOrder.Execution> => {
  const busted = new Set(all.filter(({ quantity }) => Decimal.isZero(quantity)).map(({ execIdBase }) => execIdBase))
  return all.filter(({ execIdBase }) => !busted.has(execIdBase))
}

/** TWS tells the legs of a combination, and then what it came to as a whole. */
const isLastLeg = ({ combined }: Desk, brokerOrderId: string): boolean =>
  combined.get(brokerOrderId)?.at(-1) === brokerOrderId

/** `yyyymmdd-hh:mm:ss` of a filter. */
const fromOf = (text: string): Instant.Instant => {
  const [, year, month, day, time] = /^(\d{4})(\d{2})(\d{2})-(\S+)$/.exec(text) ?? []
  return Instant.parse(`${year}-${month}-${day}T${time}Z`) ?? ALL_TIME.from
}

const executions = (seat: Seat, at: Read<"reqId" | "account" | "time">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const [reqId, account, time] = [at("reqId"), at("account"), at("time")]
    const window = { from: time === "" ? ALL_TIME.from : fromOf(time), to: ALL_TIME.to }
    const all = bodyOf(seat, yield* desk.exchange.fillsIn(desk.account, window))
    if (all === undefined) return
    const wanted = account === "" || account === desk.number ? shownFills(all) : []
    const orders = new Map((yield* desk.exchange.orders).map((order) => [String(order.brokerOrderId), order]))
    for (const execution of wanted) {
      const order = orders.get(execution.brokerOrderId)
      if (order === undefined) continue
      const own = all.filter(({ brokerOrderId }) => brokerOrderId === execution.brokerOrderId)
      const shown = shownExecutionOf(desk, order, execution, own)
      send(messages.execution(reqId, shown))
      if (desk.commissions === "with") send(messages.commission(shown.execId, COMMISSION))
      if (isLastLeg(desk, execution.brokerOrderId))
        send(
          messages.execution(reqId, summaryOf(shown, symbolsOf(desk, execution.brokerOrderId, [...orders.values()])))
        )
    }
    send(say(tws.executionsEnd, { reqId }))
    if (desk.commissions === "late")
      seat.late.push(...wanted.map((each) => messages.commission(execIdOf(desk, each), COMMISSION)))
  })

const positions = (seat: Seat): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const held = bodyOf(seat, yield* desk.exchange.holdings(desk.account))
    if (held === undefined) return
    const fills = yield* desk.exchange.fills
    for (const { quantity, symbol } of held) {
      const side = Decimal.isPositive(quantity) ? "buy" : "sell"
      const own = fills.filter((each) => each.symbol === symbol && each.side === side)
      const shares = Decimal.sum(own.map((each) => each.quantity))
      const cost = Decimal.sum(own.map((each) => Decimal.multiply(each.price, each.quantity)))
      const average = Decimal.isZero(shares) ? "0" : Decimal.format(Decimal.divide(cost, shares, 8))
      send(
        messages.position(desk.number, { conId: conIdOf(symbol), symbol: symbol.replace(".", " ") }, quantity, average)
      )
    }
    send(say(tws.positionsEnd))
  })

const figures = (seat: Seat, at: Read<"reqId">): Doing =>
  Effect.gen(function* () {
    const reqId = at("reqId")
    const power = bodyOf(seat, yield* seat.desk.exchange.buyingPower(seat.desk.account))
    if (power === undefined) return
    const figure = {
      reqId,
      account: seat.desk.number,
      name: "BuyingPower",
      value: Decimal.format(power),
      currency: "USD"
    }
    seat.send(say(tws.accountFigure, figure), say(tws.accountFiguresEnd, { reqId }))
  })

const contract = (seat: Seat, at: Read<"reqId" | "symbol">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const [reqId, symbol] = [at("reqId"), at("symbol")]
    const isKnown = bodyOf(seat, yield* desk.exchange.isListed(desk.account, symbol.replace(" ", ".")))
    if (isKnown === undefined) return
    if (!isKnown) return send(messages.notice(reqId, 200, "No security definition has been found for the request"))
    send(messages.contractDetails(reqId, symbol, conIdOf(symbol)), say(tws.contractDetailsEnd, { reqId }))
  })

/** REQ_MKT_DATA for a snapshot. */
const marketData = (seat: Seat, at: Read<"reqId" | "symbol">): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const [reqId, symbol] = [at("reqId"), at("symbol")]
    if (desk.marketData === "none") return send(messages.notice(reqId, 354, "Requested market data is not subscribed."))
    const asked = yield* desk.exchange.quote(desk.account, symbol.replace(" ", "."))
    if (asked.reply._tag !== "Done") return void bodyOf(seat, asked)
    const price = asked.reply.body
    if (price === undefined)
      return send(messages.notice(reqId, 200, "No security definition has been found for the request"))
    const isDelayed = desk.marketData === "delayed"
    if (isDelayed)
      send(messages.notice(reqId, 10167, "Requested market data is not subscribed. Displaying delayed market data."))
    const millis = Instant.toMillis(asked.at) - (isDelayed ? DELAY_MS : 0)
    send(...messages.snapshot(reqId, price, Math.floor(millis / SECONDS), isDelayed))
  })

const DELAY_MS = 15 * 60_000

const now = Clock.currentTimeMillis

const SECONDS = 1000

/** What is done for a request; one that is not as its version says is refused. */
const asked = <N extends string>(
  seat: Seat,
  kind: Kind<N>,
  tokens: ReadonlyArray<string>,
  run: (seat: Seat, at: Read<N>) => Doing
): Doing =>
  Either.match(read(kind, seat.version, tokens), {
    onLeft: (why) => Effect.sync(() => seat.send(messages.notice(-1, 320, `Error reading request: ${why}`))),
    onRight: (at) => run(seat, at)
  })

const answer = (seat: Seat, tokens: ReadonlyArray<string>): Doing => {
  const [id] = tokens
  if (id !== requests.executions.id && seat.late.length > 0) seat.send(...seat.late.splice(0))
  switch (id) {
    case requests.marketData.id:
      return asked(seat, requests.marketData, tokens, marketData)
    case requests.placeOrder.id:
      return asked(seat, requests.placeOrder, tokens, place)
    case requests.cancelOrder.id:
      return asked(seat, requests.cancelOrder, tokens, cancel)
    case "5":
    case requests.openOrders.id:
      return openOrders(seat)
    case requests.executions.id:
      return asked(seat, requests.executions, tokens, executions)
    case "8":
      return Effect.sync(() => seat.send(nextId(seat)))
    case requests.contractDetails.id:
      return asked(seat, requests.contractDetails, tokens, contract)
    case requests.currentTime.id:
      return Effect.map(now, (millis) => seat.send(say(tws.currentTime, { seconds: Math.floor(millis / SECONDS) })))
    case "58":
      return cancelAll(seat)
    case requests.positions.id:
      return positions(seat)
    case requests.accountFigures.id:
      return asked(seat, requests.accountFigures, tokens, figures)
    case requests.completedOrders.id:
      return completedOrders(seat)
    default:
      return Effect.void
  }
}

const nextId = ({ clientId, desk }: Pick<Seat, "clientId" | "desk">): Said =>
  say(tws.nextOrderId, { orderId: (desk.orderIds.get(clientId) ?? 0) + 1 })

/* What happens by itself. */

/** Orders are told to the client that placed them; what a person entered, to client 0. */
const isFor = ({ clientId, desk }: Seat, brokerOrderId: string): boolean =>
  (desk.placed.get(brokerOrderId)?.clientId ?? 0) === clientId

const tell = (seat: Seat, said: Exchange.Streamed): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    if (said._tag === "Dropped") return seat.cut()
    if (said._tag === "Execution") {
      const { execution } = said
      if (!isFor(seat, execution.brokerOrderId) || Decimal.isZero(execution.quantity)) return
      const story = yield* desk.exchange.look(execution.brokerOrderId)
      if (story === undefined) return
      const shownExecution = shownExecutionOf(desk, story.order, execution, story.executions)
      send(messages.execution(-1, shownExecution))
      if (desk.commissions !== "never") send(messages.commission(shownExecution.execId, COMMISSION))
      if (isLastLeg(desk, execution.brokerOrderId)) {
        const symbols = symbolsOf(desk, execution.brokerOrderId, yield* desk.exchange.orders)
        send(messages.execution(-1, summaryOf(shownExecution, symbols)))
      }
      return
    }
    const { order } = said
    if (desk.combining.isUnderWay && !desk.placed.has(order.brokerOrderId)) return
    if (!isFor(seat, order.brokerOrderId) || isBehind(desk, order.brokerOrderId)) return
    const symbols = desk.combined.has(order.brokerOrderId)
      ? symbolsOf(desk, order.brokerOrderId, yield* desk.exchange.orders)
      : []
    const word = (yield* desk.exchange.look(order.brokerOrderId))?.shownAs
    const shown = wholeOf(calledOf(desk, order, word), symbols)
    if (order.status === "rejected") return send(...rejectionOf(desk, shown))
    // TWS says most things twice.
    send(messages.openOrder(shown), messages.orderStatus(shown), messages.orderStatus(shown))
    if (shown.status === "Cancelled")
      send(messages.notice(shown.placed.orderId, 202, `Order Canceled - reason:${order.reason ?? ""}`))
  })

/** An order that was shown and is then refused, in the order of a recording: its error comes amid its statuses. */
const rejectionOf = (desk: Desk, shown: messages.Shown): ReadonlyArray<Said> => {
  const { code, words } = messages.reasonOf(shown.order)
  const before = shownOf(desk, shown.order, "PreSubmitted")
  const said = code === 201 ? `Order rejected - reason:${words}` : words
  return [
    messages.openOrder(before),
    messages.orderStatus(before),
    messages.orderStatus(shown),
    messages.notice(shown.placed.orderId, code, said),
    messages.openOrder(shown),
    messages.orderStatus(shown)
  ]
}

/** Bytes of the client, and when they came: who answers slowly may read them later. */
interface Part {
  readonly bytes: Buffer
  readonly atMillis: number
}

/** What the client sent, as it came. */
const received = (socket: Socket) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const parts = yield* Queue.unbounded<Part | "end">()
    socket.on("data", (each) => void parts.unsafeOffer({ bytes: each, atMillis: clock.unsafeCurrentTimeMillis() }))
    socket.on("close", () => void parts.unsafeOffer("end"))
    socket.on("error", () => void parts.unsafeOffer("end"))
    return parts
  })

/** Hears the client out: a connection that is closed on unread bytes may lose what it was told last. */
const untilEnd = (parts: Queue.Dequeue<Part | "end">): Effect.Effect<void> =>
  Effect.asVoid(Effect.repeat(Queue.take(parts), { until: (part) => part === "end" }))

const half = (bytes: Buffer): Buffer => bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 2)))

/** A message of TWS's own, as bytes. */
export const noticeFrame = (code: number, words: string): Buffer => frame(messages.notice(-1, code, words)(NEWEST))

/** Sends half of a message, and cuts the connection. */
export const cutAmid = (socket: Socket): void => {
  if (socket.destroyed) return
  socket.write(half(noticeFrame(1100, "cut")))
  socket.destroySoon()
}

/** Serves one connection until it ends. */
export const serve = (desk: Desk, socket: Socket): Effect.Effect<void, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const parts = yield* received(socket)
    // Whoever is gone waits for no answer that is held back.
    const closed = yield* Deferred.make<void>()
    socket.on("close", () => Deferred.unsafeDone(closed, Effect.void))
    const { fault, opened, push } = reader()
    const isTooMany = pace(MESSAGES_A_SECOND)
    let version: number | undefined
    const write = (...all: ReadonlyArray<Said>) => {
      const spoken = version ?? NEWEST
      if (!socket.destroyed) socket.write(Buffer.concat(all.map((said) => frame(said(spoken)))))
    }
    const cut = () => cutAmid(socket)
    let seat: Seat | undefined
    for (;;) {
      const part = yield* Queue.take(parts)
      if (part === "end") return
      const all = push(part.bytes)
      const offer = opened()
      if (version === undefined && offer !== undefined) {
        version = agreed(offer, desk.newestVersion)
        if (version === undefined) {
          socket.end()
          return yield* untilEnd(parts)
        }
        socket.write(frame([version, messages.timeOf(Instant.fromMillis(yield* now), "zone")]))
      }
      if (fault() !== undefined) return
      for (const tokens of all) {
        if (isTooMany(part.atMillis)) {
          write(messages.notice(-1, 100, "Max rate of messages per second has been exceeded: max=50"))
          socket.end()
          return yield* untilEnd(parts)
        }
        if (seat === undefined) seat = yield* sit(desk, socket, tokens, { write, cut, version: version ?? NEWEST })
        else yield* Effect.raceFirst(seat.inTurn.withPermits(1)(answer(seat, tokens)), Deferred.await(closed))
      }
    }
  })

/** START_API: the client says who it is; one that is here already is refused. */
const sit = (
  desk: Desk,
  socket: Socket,
  tokens: ReadonlyArray<string>,
  { cut, version, write }: Pick<Seat, "cut" | "version"> & { readonly write: Seat["send"] }
): Effect.Effect<Seat | undefined, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const started = tokens[0] === requests.startApi.id ? read(requests.startApi, version, tokens) : Either.left("")
    if (Either.isLeft(started)) return undefined
    const clientId = Number(started.right("clientId"))
    if (desk.connected.has(clientId)) {
      write(messages.notice(-1, 326, "Unable to connect as the client id is already in use."))
      yield* Effect.sync(() => socket.end())
      return undefined
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => desk.connected.add(clientId)),
      () => Effect.sync(() => desk.connected.delete(clientId))
    )
    const inTurn = yield* Effect.makeSemaphore(1)
    const seat: Seat = { desk, clientId, version, send: write, inTurn, late: [], cut }
    const { reply } = yield* desk.exchange.stream(desk.account)
    if (reply._tag === "Done") {
      const telling = Stream.runForEach(reply.body, (said) => inTurn.withPermits(1)(tell(seat, said)))
      yield* Effect.forkScoped(Effect.ignore(telling))
    }
    write(
      say(tws.accounts, { accounts: [desk.number, ...desk.others].join(",") }),
      nextId(seat),
      messages.notice(-1, 2104, "Market data farm connection is OK:usfarm"),
      messages.notice(-1, 2106, "HMDS data farm connection is OK:ushmds"),
      messages.notice(-1, 2158, "Sec-def data farm connection is OK:secdefnj")
    )
    return seat
  })
