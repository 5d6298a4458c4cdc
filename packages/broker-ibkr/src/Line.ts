import { ErrorCode, EventName, IBApi } from "@stoqey/ib"
import { Deferred, Effect, Schema } from "effect"
import type { Scope } from "effect"
import { kindOf } from "./Codes.ts"
import { completedOrder, decode, Message, openOrder } from "./Message.ts"
import type { OrderIds } from "./OrderIds.ts"

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
  readonly api: IBApi
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

/** Messages a second, of the 50 that TWS takes. */
const MESSAGES_A_SECOND = 40

const isNamed = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const fieldOf = (value: unknown, name: string): unknown => (isNamed(value) ? Reflect.get(value, name) : undefined)

/**
 * The library's decoder throws at a text of a rejection that is no JSON, out of the socket's own event, and stands amid the message
 * then. What it throws ends the line instead of the process.
 */
const guardDecoder = (api: IBApi, onFault: (why: string) => void): void => {
  const decoder = fieldOf(fieldOf(api, "controller"), "decoder")
  const process = fieldOf(decoder, "process")
  if (!isNamed(decoder) || typeof process !== "function") return
  Reflect.set(decoder, "process", () => {
    try {
      Reflect.apply(process, decoder, [])
    } catch (error) {
      onFault(error instanceof Error ? error.message : String(error))
    }
  })
}

const failure = ({ clientId, host, port }: Address, problem: ConnectFailed["problem"], said: string): ConnectFailed => {
  const remedies: { readonly [P in ConnectFailed["problem"]]: readonly [detail: string, remedy: string] } = {
    nobody_listens: [said, "Start TWS or the Gateway, and enable socket clients on this port in its API settings"],
    client_id_in_use: [
      `its client id ${clientId} is in use`,
      "End the other program, or give this one a client id of its own (IB_CLIENT_ID)"
    ],
    version: [said, "Use a version of TWS or the Gateway that the guide names"],
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

const problemOf = (code: number): ConnectFailed["problem"] =>
  code === 326 ? "client_id_in_use" : code === 502 ? "nobody_listens" : "version"

/** What a line keeps while it is open. */
interface Standing {
  readonly listeners: Set<(message: Message) => void>
  accounts: ReadonlyArray<string> | undefined
  connectedAt: string
  hasOrderId: boolean
  requestId: number
  degraded: boolean
  knowsSecurities: boolean
  lost: string | undefined
  tokens: ReadonlyArray<string>
}

/** Notes which of a client's order ids TWS names. */
const noteOrderId = ({ clientId }: Address, orderIds: OrderIds, message: Message): void => {
  const named =
    message._tag === "Execution"
      ? message.execution
      : message._tag === "OrderStatus" || message._tag === "OpenOrder"
        ? message
        : undefined
  if (named?.clientId === String(clientId)) orderIds.isTaken(named.orderId)
}

/** Connects once, and waits until orders may be sent; closed with the scope. */
export const open = (
  address: Address,
  connectTimeoutMs: number,
  orderIds: OrderIds
): Effect.Effect<Line, ConnectFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<string>()
    const ready = yield* Deferred.make<void, ConnectFailed>()
    const { clientId, host, port } = address
    const standing: Standing = {
      listeners: new Set(),
      accounts: undefined,
      connectedAt: "",
      hasOrderId: false,
      requestId: FIRST_REQUEST,
      degraded: false,
      knowsSecurities: true,
      lost: undefined,
      tokens: []
    }
    const api = yield* Effect.acquireRelease(
      Effect.sync(() => new IBApi({ host, port, clientId, maxReqPerSec: MESSAGES_A_SECOND })),
      (each) => Effect.sync(() => closeQuietly(each))
    )
    const tell = (message: Message) => {
      noteOrderId(address, orderIds, message)
      for (const listener of standing.listeners) guarded(() => listener(message))
    }
    const fail = (problem: ConnectFailed["problem"], said: string) =>
      Deferred.unsafeDone(ready, Effect.fail(failure(address, problem, said)))
    const drop = (why: string) => {
      if (standing.lost !== undefined) return
      standing.lost = why
      fail("lost", why)
      Deferred.unsafeDone(ended, Effect.succeed(why))
      tell(Message.Lost({ why }))
      closeQuietly(api)
    }
    const noteNotice = (code: number, text: string) => {
      const kind = kindOf(code, text)
      if (kind === "refused connection") fail(problemOf(code), text)
      if (kind === "servers lost") standing.degraded = true
      if (code === SECURITIES_DOWN || code === SECURITIES_THERE) standing.knowsSecurities = code === SECURITIES_THERE
      if (kind === "servers back") drop(`the servers are back (${code}): everything is read again`)
      if (kind === "connection lost" || kind === "refused connection") drop(`${text} (${code})`)
    }
    const settle = () => {
      if (standing.accounts !== undefined && standing.hasOrderId) Deferred.unsafeDone(ready, Effect.void)
    }
    guardDecoder(api, (why) => drop(`a message could not be read: ${why}`))
    api.on(EventName.received, (tokens) => {
      standing.tokens = tokens
      const message = decode(tokens)
      if (message === undefined) return
      tell(message)
      if (message._tag === "Notice") guarded(() => noteNotice(message.code, message.text))
    })
    api.on(EventName.openOrder, (_id, _contract, _order, state) => tell(openOrder(standing.tokens, state.status)))
    api.on(EventName.completedOrder, (_contract, _order, state) => tell(completedOrder(standing.tokens, state.status)))
    api.on(EventName.error, (error, code, id) => {
      // What TWS said itself came by its tokens; what remains is the library's own.
      if (standing.tokens[0] === "4" && Number(standing.tokens[2]) === id) return
      guarded(() => noteNotice(code, error.message))
      if (code === ErrorCode.UNKNOWN_ID) drop(`a message could not be read: ${error.message}`)
    })
    api.on(EventName.server, (_version, time) => {
      standing.connectedAt = time
    })
    api.on(EventName.managedAccounts, (list) => {
      standing.accounts = list.split(",").filter((each) => each !== "")
      settle()
    })
    api.on(EventName.nextValidId, (id) => {
      if (!orderIds.isNext(id)) return drop(`TWS says that the next order's id is ${id}, which no order can have`)
      standing.hasOrderId = true
      settle()
    })
    api.on(EventName.disconnected, () => drop("TWS closed the connection"))
    yield* Effect.sync(() => api.connect(clientId))
    yield* Deferred.await(ready).pipe(
      Effect.timeoutFail({
        duration: connectTimeoutMs,
        onTimeout: () => failure(address, "no_answer", `it did not let us in within ${connectTimeoutMs / 1000} s`)
      })
    )
    return {
      api,
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
      drop,
      lost: Deferred.await(ended)
    }
  })

/** An exception of a listener would go through the library's socket, and hold up what comes after it. */
const guarded = (run: () => void): void => {
  try {
    run()
  } catch {
    // Whoever listens decides by what it was told; what it failed at is its own.
  }
}

const closeQuietly = (api: IBApi): void => guarded(() => void api.disconnect())
