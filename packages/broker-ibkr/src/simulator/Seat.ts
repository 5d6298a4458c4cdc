import type { Socket } from "node:net"
import type { Exchange, ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { ExchangeOrder as Orders } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { Clock, Deferred, Effect, Queue, type Scope, Stream } from "effect"
import {
  calledOf,
  conIdOf,
  execIdOf,
  isBehind,
  shownExecutionOf,
  shownOf,
  summaryOf,
  wholeOf,
  type Desk
} from "./Desk.ts"
import { frame, reader } from "./frames.ts"
import * as messages from "./messages.ts"
import { MESSAGES_A_SECOND, pace } from "./pace.ts"
import { bodyOf, cancel, cancelAll, place, type Seat } from "./placing.ts"

/** The version that is spoken. */
const SERVER_VERSION = 193

type Fields = ReadonlyArray<string | number>

type Doing = Effect.Effect<void, ExchangeFailed>

const COMMISSION = "1"

const ALL_TIME: { readonly from: Instant.Instant; readonly to: Instant.Instant } = {
  from: Instant.make(0n),
  to: Instant.latest
}

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
    seat.send([53, 1])
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
    seat.send([102])
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

const executions = (seat: Seat, tokens: ReadonlyArray<string>): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const [, , reqId = "", , account = "", time = ""] = tokens
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
    send([55, 1, reqId])
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
    send([62, 1])
  })

/** The tag of REQ_ACCOUNT_SUMMARY that counts them. */
const DAY_TRADES = "DayTradesRemaining"

const figures = (seat: Seat, [, , reqId = "", , tags = ""]: ReadonlyArray<string>): Doing =>
  Effect.gen(function* () {
    const power = bodyOf(seat, yield* seat.desk.exchange.buyingPower(seat.desk.account))
    if (power === undefined) return
    const row = (tag: string, value: string, currency: string): Fields => [
      63,
      1,
      reqId,
      seat.desk.number,
      tag,
      value,
      currency
    ]
    seat.send(row("BuyingPower", Decimal.format(power), "USD"))
    if (tags.split(",").includes(DAY_TRADES))
      seat.send(row(DAY_TRADES, String(seat.desk.state().dayTradesRemaining), ""))
    seat.send([64, 1, reqId])
  })

const contract = (seat: Seat, [, , reqId = "", , symbol = ""]: ReadonlyArray<string>): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
    const isKnown = bodyOf(seat, yield* desk.exchange.isListed(desk.account, symbol.replace(" ", ".")))
    if (isKnown === undefined) return
    if (!isKnown) return send(messages.notice(reqId, 200, "No security definition has been found for the request"))
    send(messages.contractDetails(reqId, symbol, conIdOf(symbol)), [52, 1, reqId])
  })

/** REQ_MKT_DATA for a snapshot. */
const marketData = (seat: Seat, [, , reqId = "", , symbol = ""]: ReadonlyArray<string>): Doing =>
  Effect.gen(function* () {
    const { desk, send } = seat
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

const answer = (seat: Seat, tokens: ReadonlyArray<string>): Doing => {
  if (tokens[0] !== "7" && seat.late.length > 0) seat.send(...seat.late.splice(0))
  switch (tokens[0]) {
    case "1":
      return marketData(seat, tokens)
    case "3":
      return place(seat, tokens)
    case "4":
      return cancel(seat, tokens)
    case "5":
    case "16":
      return openOrders(seat)
    case "7":
      return executions(seat, tokens)
    case "8":
      return Effect.sync(() => seat.send(nextId(seat)))
    case "9":
      return contract(seat, tokens)
    case "49":
      return Effect.map(now, (millis) => seat.send([49, 1, Math.floor(millis / SECONDS)]))
    case "58":
      return cancelAll(seat)
    case "61":
      return positions(seat)
    case "62":
      return figures(seat, tokens)
    case "99":
      return completedOrders(seat)
    default:
      return Effect.void
  }
}

const nextId = ({ clientId, desk }: Pick<Seat, "clientId" | "desk">): Fields => [
  9,
  1,
  (desk.orderIds.get(clientId) ?? 0) + 1
]

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
const rejectionOf = (desk: Desk, shown: messages.Shown): ReadonlyArray<Fields> => {
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
export const noticeFrame = (code: number, words: string): Buffer => frame(messages.notice(-1, code, words))

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
    const read = reader()
    const isTooMany = pace(MESSAGES_A_SECOND)
    const write = (...all: ReadonlyArray<Fields>) => {
      if (!socket.destroyed) socket.write(Buffer.concat(all.map(frame)))
    }
    const cut = () => cutAmid(socket)
    let seat: Seat | undefined
    let isGreeted = false
    for (;;) {
      const part = yield* Queue.take(parts)
      if (part === "end") return
      const all = read.push(part.bytes)
      if (!isGreeted && read.versions() !== undefined) {
        isGreeted = true
        write([SERVER_VERSION, messages.timeOf(Instant.fromMillis(yield* now), "zone")])
      }
      for (const tokens of all) {
        if (isTooMany(part.atMillis)) {
          write(messages.notice(-1, 100, "Max rate of messages per second has been exceeded: max=50"))
          socket.end()
          return yield* untilEnd(parts)
        }
        if (seat === undefined) seat = yield* sit(desk, socket, tokens, { write, cut })
        else yield* Effect.raceFirst(seat.inTurn.withPermits(1)(answer(seat, tokens)), Deferred.await(closed))
      }
    }
  })

/** START_API: the client says who it is; one that is here already is refused. */
const sit = (
  desk: Desk,
  socket: Socket,
  [kind, , id = ""]: ReadonlyArray<string>,
  { cut, write }: { readonly write: Seat["send"]; readonly cut: () => void }
): Effect.Effect<Seat | undefined, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const clientId = Number(id)
    if (kind !== "71" || !Number.isInteger(clientId)) return undefined
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
    const seat: Seat = { desk, clientId, send: write, inTurn, late: [], cut }
    const { reply } = yield* desk.exchange.stream(desk.account)
    if (reply._tag === "Done") {
      const telling = Stream.runForEach(reply.body, (said) => inTurn.withPermits(1)(tell(seat, said)))
      yield* Effect.forkScoped(Effect.ignore(telling))
    }
    write(
      [15, 1, [desk.number, ...desk.others].join(",")],
      nextId(seat),
      messages.notice(-1, 2104, "Market data farm connection is OK:usfarm"),
      messages.notice(-1, 2106, "HMDS data farm connection is OK:ushmds"),
      messages.notice(-1, 2158, "Sec-def data farm connection is OK:secdefnj")
    )
    return seat
  })
