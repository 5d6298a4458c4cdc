import { connect, type Socket } from "node:net"
import type { EndpointTimes } from "@roundlot/core/adapter"
import { Deferred, Effect, FiberSet, Queue, RateLimiter, Schema, type Scope } from "effect"
import { kindOf } from "./Codes.ts"
import { decode, Message, unreadable } from "./Message.ts"
import type { OrderIds } from "./OrderIds.ts"
import { masked, textOf } from "./Text.ts"
import * as frames from "./wire/frames.ts"
import { type Said, say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"
import { isSpoken, NEWEST, OFFER, OLDEST } from "./wire/versions.ts"

/** Where TWS or a Gateway listens, and as which of its clients we come. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly clientId: number
}

/** No connection could be made that may be used. `problem` says which part of it failed. */
export class ConnectFailed extends Schema.TaggedError<ConnectFailed>()("ConnectFailed", {
  place: Schema.String,
  problem: Schema.Literal("nobody_listens", "client_id_in_use", "version", "no_answer", "accounts", "zone", "lost"),
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `no connection to TWS at ${this.place}: ${this.detail}. ${this.remedy}`
  }
}

/** One connection that TWS has let in: it has named its accounts and the next order id. It is used once: a new one is a new line. */
export interface Line {
  /** Sends a request as the version that was agreed on has it; those of a line that is lost go nowhere. */
  readonly send: (said: Said) => void
  /** The accounts behind the login. */
  readonly accounts: ReadonlyArray<string>
  /** What TWS said of its time when it was connected to. */
  readonly connectedAt: string
  /** Ids for orders, above every one that TWS has named, until they are used up; and for requests, which are never an order's: what TWS says of either has its id. */
  readonly nextOrderId: () => number | undefined
  readonly nextRequestId: () => number
  /** Has TWS no connection to its servers? Orders are not sent then. */
  readonly isDegraded: () => boolean
  /** Is the farm there that knows securities? Without it TWS says of those that there are that there are none. */
  readonly knowsSecurities: () => boolean
  readonly isLost: () => boolean
  /** Hears every message until it is undone. What a listener throws harms nobody. */
  readonly listen: (listener: (message: Message) => void) => () => void
  /** Notes how long TWS takes to answer a request: on this line and on those before it. */
  readonly timed: EndpointTimes.RequestTimes["timed"]
  /** Ends the line, and says why to all who listen. */
  readonly drop: (why: string) => void
  /** Why the line has ended, once it has. */
  readonly lost: Effect.Effect<string>
}

/** Requests are counted from here on: a refused request must not be taken for an order's refusal, and order ids begin at 1. */
const FIRST_REQUEST = 1_000_000_000

/** The codes of the farm that knows securities. */
const SECURITIES_DOWN = 2157
const SECURITIES_THERE = 2158

/** Of the 50 messages that TWS takes within any second: four, and then one every 25 ms. */
const PACE = { limit: 4, interval: "100 millis" } as const

const failure = ({ clientId, host, port }: Address, problem: ConnectFailed["problem"], said: string): ConnectFailed => {
  const remedies: { readonly [P in ConnectFailed["problem"]]: readonly [detail: string, remedy: string] } = {
    nobody_listens: [said, "Start TWS or the Gateway, and enable socket clients on this port in its API settings"],
    client_id_in_use: [
      `its client id ${clientId} is in use`,
      "End the other program, or give this one a client id of its own (IB_CLIENT_ID)"
    ],
    version: [
      said,
      `Use TWS or the Gateway 10.30 or newer, which speaks versions ${OLDEST} to ${NEWEST} of the protocol, and let this machine in (trusted IPs of its API settings)`
    ],
    no_answer: [said, "Is it TWS that listens there? It may wait for a person to log in, or to let this program in"],
    accounts: [said, "Name the account (IB_ACCOUNT)"],
    zone: [
      `its time '${said}' is in a zone that is not known here`,
      "Set IB_TIME_ZONE to the zone that TWS was logged in with, such as America/New_York"
    ],
    lost: [said, "It is tried again"]
  }
  const [detail, remedy] = remedies[problem]
  return new ConnectFailed({ place: `${host}:${port}`, problem, detail, remedy })
}

/** The failure of a line whose accounts are not those that were asked for. */
export const wrongAccounts = (address: Address, detail: string): ConnectFailed => failure(address, "accounts", detail)

/** The failure of a line whose times could be of any zone. */
export const withoutZone = (address: Address, time: string): ConnectFailed => failure(address, "zone", time)

const CLIENT_ID_IN_USE = 326

/** What a line keeps while it is open. */
interface Standing {
  readonly address: Address
  readonly orderIds: OrderIds
  readonly socket: Socket
  readonly ready: Deferred.Deferred<void, ConnectFailed>
  readonly ended: Deferred.Deferred<string>
  readonly listeners: Set<(message: Message) => void>
  /** Which messages were logged, by kind and reason: TWS may repeat one without end. */
  readonly logged: Set<string>
  readonly waiting: Queue.Queue<Said>
  readonly log: (effect: Effect.Effect<void>) => void
  /** The version that was agreed on, once TWS has said it. */
  version: number | undefined
  accounts: ReadonlyArray<string> | undefined
  connectedAt: string
  hasOrderId: boolean
  requestId: number
  degraded: boolean
  knowsSecurities: boolean
  lost: string | undefined
}

/** Connects once, and waits until orders may be sent; closed with the scope. */
export const open = (
  address: Address,
  connectTimeoutMs: number,
  orderIds: OrderIds,
  { timed }: Pick<EndpointTimes.RequestTimes, "timed">
): Effect.Effect<Line, ConnectFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime()
    const standing: Standing = {
      address,
      orderIds,
      socket: yield* socketTo(address),
      ready: yield* Deferred.make<void, ConnectFailed>(),
      ended: yield* Deferred.make<string>(),
      listeners: new Set(),
      logged: new Set(),
      waiting: yield* Queue.unbounded<Said>(),
      log: (effect) => void run(effect),
      version: undefined,
      accounts: undefined,
      connectedAt: "",
      hasOrderId: false,
      requestId: FIRST_REQUEST,
      degraded: false,
      knowsSecurities: true,
      lost: undefined
    }
    yield* Effect.sync(() => attend(standing))
    yield* Effect.forkScoped(sending(standing))
    yield* Deferred.await(standing.ready).pipe(
      Effect.timeoutFail({
        duration: connectTimeoutMs,
        onTimeout: () => failure(address, "no_answer", `it did not let us in within ${connectTimeoutMs / 1000} s`)
      })
    )
    return {
      send: (said) => void standing.waiting.unsafeOffer(said),
      accounts: standing.accounts ?? [],
      connectedAt: standing.connectedAt,
      nextOrderId: orderIds.take,
      nextRequestId: () => ++standing.requestId,
      isDegraded: () => standing.degraded,
      knowsSecurities: () => standing.knowsSecurities,
      isLost: () => standing.lost !== undefined,
      listen: (listener) => {
        standing.listeners.add(listener)
        return () => standing.listeners.delete(listener)
      },
      timed,
      drop: (why) => drop(standing, why),
      lost: Deferred.await(standing.ended)
    }
  })

const socketTo = ({ host, port }: Address): Effect.Effect<Socket, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => connect({ host, port, noDelay: true })),
    (socket) => Effect.sync(() => void socket.destroy())
  )

/** Sends what waits, one after another, at the pace that TWS takes. */
const sending = (standing: Standing) =>
  Effect.gen(function* () {
    const paced = yield* RateLimiter.make(PACE)
    const next = Effect.map(Queue.take(standing.waiting), (said) => {
      const { lost, socket, version } = standing
      if (lost === undefined && version !== undefined) socket.write(frames.frame(said(version)))
    })
    return yield* Effect.forever(Effect.zipRight(paced(Effect.void), next))
  })

const attend = (standing: Standing): void => {
  const { address, socket } = standing
  const { fault, opened, push } = frames.reader()
  let isThere = false
  socket.on("connect", () => {
    isThere = true
    socket.write(frames.opening(OFFER))
  })
  socket.on("data", (bytes) => {
    const all = push(bytes)
    const greeting = opened()
    if (standing.version === undefined && greeting !== undefined) greeted(standing, frames.fieldsOf(greeting))
    for (const tokens of all) {
      const { lost, version } = standing
      if (lost === undefined && version !== undefined) hear(standing, decode(version, tokens))
    }
    const why = fault()
    if (why !== undefined) drop(standing, `what TWS sends cannot be read: ${why}`)
  })
  socket.on("error", (error) => {
    if (!isThere) fail(standing, failure(address, "nobody_listens", error.message))
    if (standing.version !== undefined) drop(standing, `the connection to TWS broke: ${error.message}`)
  })
  socket.on("close", () => {
    if (standing.version === undefined)
      fail(standing, failure(address, "version", `it ended the connection when it was offered ${OFFER}`))
    drop(standing, "TWS closed the connection")
  })
}

const fail = ({ ready }: Standing, why: ConnectFailed): void => Deferred.unsafeDone(ready, Effect.fail(why))

/** Ends a line, and says why to all who listen. */
const drop = (standing: Standing, why: string): void => {
  if (standing.lost !== undefined) return
  standing.lost = why
  fail(standing, failure(standing.address, "lost", why))
  Deferred.unsafeDone(standing.ended, Effect.succeed(why))
  tell(standing, Message.Lost({ why }))
  standing.socket.destroy()
}

const tell = ({ listeners }: Standing, message: Message): void => {
  for (const listener of listeners) guarded(() => listener(message))
}

/** An exception of a listener would hold up what comes after it. */
const guarded = (run: () => void): void => {
  try {
    run()
  } catch {
    // Whoever listens decides by what it was told; what it failed at is its own.
  }
}

/** TWS has said which version it speaks, and its time: we say who we are. */
const greeted = (standing: Standing, [said = "", time = ""]: ReadonlyArray<string>): void => {
  const version = Number(said)
  standing.version = version
  standing.connectedAt = time
  if (isSpoken(version)) {
    standing.waiting.unsafeOffer(say(requests.startApi, { clientId: standing.address.clientId }))
    return
  }
  fail(standing, failure(standing.address, "version", `it speaks version '${said}' of the protocol`))
  drop(standing, `TWS speaks version '${said}' of the protocol`)
}

const hear = (standing: Standing, message: Message | undefined): void => {
  if (message === undefined) return
  noteOrderId(standing, message)
  tell(standing, message)
  switch (message._tag) {
    case "Notice":
      return noteNotice(standing, message.code, message.text)
    case "Accounts":
      standing.accounts = message.accounts
      return settle(standing)
    case "NextOrderId":
      if (!standing.orderIds.isNext(Number(message.orderId)))
        return drop(standing, `TWS says that the next order's id is ${message.orderId}, which no order can have`)
      standing.hasOrderId = true
      return settle(standing)
    case "Unreadable":
      return keep(standing, message)
    default:
      return
  }
}

/** Notes which of a client's order ids TWS names. */
const noteOrderId = ({ address, orderIds }: Standing, message: Message): void => {
  const named =
    message._tag === "Execution"
      ? message.execution
      : message._tag === "OrderStatus" || message._tag === "OpenOrder"
        ? message
        : undefined
  if (named?.clientId === String(address.clientId)) orderIds.isTaken(named.orderId)
}

const noteNotice = (standing: Standing, code: number, text: string): void => {
  const kind = kindOf(code, text)
  if (kind === "refused connection")
    fail(standing, failure(standing.address, code === CLIENT_ID_IN_USE ? "client_id_in_use" : "version", text))
  if (kind === "servers lost") standing.degraded = true
  if (code === SECURITIES_DOWN || code === SECURITIES_THERE) standing.knowsSecurities = code === SECURITIES_THERE
  if (kind === "servers back") drop(standing, `the servers are back (${code}): everything is read again`)
  if (kind === "connection lost" || kind === "refused connection") drop(standing, `${text} (${code})`)
}

const settle = ({ accounts, hasOrderId, ready }: Standing): void => {
  if (accounts !== undefined && hasOrderId) Deferred.unsafeDone(ready, Effect.void)
}

const MOST_LOGGED = 1000

/** What cannot be read stays in the log, with all its fields; account numbers are masked. */
const keep = (standing: Standing, message: Extract<Message, { readonly _tag: "Unreadable" }>): void => {
  const said = unreadable(message)
  if (standing.logged.has(said) || standing.logged.size >= MOST_LOGGED) return
  standing.logged.add(said)
  const secrets = new Map((standing.accounts ?? []).map((each) => [each, masked(each)]))
  const kept = { code: "tws_message_unreadable", about: message.about, fields: textOf(message.tokens, secrets) }
  standing.log(Effect.annotateLogs(Effect.logWarning(said), kept))
}
