import type { Socket } from "node:net"
import type { Exchange, ExchangeFailed } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { Clock, Deferred, Effect, Either, Queue, type Scope, Stream } from "effect"
import {
  calledOf,
  COMMISSION,
  type Desk,
  type Doing,
  isBehind,
  isLastLeg,
  type Seat,
  shownExecutionOf,
  shownOf,
  summaryOf,
  symbolsOf,
  wholeOf,
  wordFor
} from "./Desk.ts"
import { frame, reader } from "../wire/frames.ts"
import { type Kind, type Read, read, type Said, say } from "../wire/layout.ts"
import * as tws from "../wire/messages.ts"
import * as requests from "../wire/requests.ts"
import { agreed, NEWEST } from "../wire/versions.ts"
import * as messages from "./messages.ts"
import { cancel, cancelAll, place } from "./placing.ts"
import {
  accountUpdates,
  completedOrders,
  contract,
  currentTime,
  executions,
  figures,
  marketData,
  openOrders,
  positions
} from "./reading.ts"

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
    case requests.accountUpdates.id:
      return asked(seat, requests.accountUpdates, tokens, accountUpdates)
    case requests.executions.id:
      return asked(seat, requests.executions, tokens, executions)
    case "8":
      return Effect.sync(() => seat.send(nextId(seat)))
    case requests.contractDetails.id:
      return asked(seat, requests.contractDetails, tokens, contract)
    case requests.currentTime.id:
      return currentTime(seat)
    case "58":
      return cancelAll(seat)
    case requests.positions.id:
      return positions(seat)
    case requests.accountFigures.id:
      return asked(seat, requests.accountFigures, tokens, figures)
    case requests.completedOrders.id:
      return completedOrders(seat)
    default:
      return unanswered.has(id) ? Effect.void : unknown(seat, id)
  }
}

/** Requests to which TWS answers nothing. */
const unanswered: ReadonlySet<string | undefined> = new Set([
  requests.cancelMarketData.id,
  requests.marketDataType.id,
  requests.cancelAccountFigures.id,
  requests.cancelPositions.id
])

/** A request that is not simulated is refused, and is in the log: who waits for its answer would wait for ever. */
const unknown = ({ send }: Seat, id = ""): Doing =>
  Effect.zipRight(
    Effect.logWarning(`TWS's simulator was asked for message ${id}, which it does not know`),
    Effect.sync(() => send(messages.notice(-1, 320, `Error reading request: message type ${id} is not simulated`)))
  )

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
    const word = yield* wordFor(desk, order)
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
        socket.write(frame([version, messages.timeOf(Instant.fromMillis(yield* Clock.currentTimeMillis), "zone")]))
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

/** Messages that TWS takes of one connection within a second. */
const MESSAGES_A_SECOND = 50

const SECOND_MILLIS = 1000

/**
 * Counts what a client sends: given the time of each message in milliseconds, it says whether that one is more than TWS takes within
 * any second.
 */
export const pace = (most: number): ((atMillis: number) => boolean) => {
  const lately: Array<number> = []
  return (atMillis) => {
    lately.push(atMillis)
    while ((lately[0] ?? atMillis) <= atMillis - SECOND_MILLIS) lately.shift()
    return lately.length > most
  }
}
