import * as Socket from "@effect/platform/Socket"
import type { Exchange } from "@roundlot/broker-paper"
import { Clock, Effect, ExecutionStrategy, Exit, Option, Ref, Schedule, Schema, Scope, Stream } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk, Said, Seat } from "./Desk.ts"
import type { Logins } from "./logins.ts"

const Request = Schema.Struct({
  requestid: Schema.Union(Schema.String, Schema.Number),
  service: Schema.String,
  command: Schema.String,
  parameters: Schema.optional(
    Schema.Struct({ Authorization: Schema.optional(Schema.String), keys: Schema.optional(Schema.String) })
  )
})

type Request = typeof Request.Type

/** Several requests, or one without a list around it. */
const Frame = Schema.Union(Schema.Struct({ requests: Schema.Array(Request) }), Request)

const decode = Schema.decodeUnknownOption(Schema.parseJson(Frame))

const CORREL_ID = "00000000-0000-4000-8000-000000000001"

/** `GET /userPreference`: the accounts, where the stream is, and who the client is there. */
export const preference = ({ seats }: Desk, origin: string): Answer.Answer =>
  Answer.ok({
    accounts: seats().map(({ accountNumber }, index) => ({
      accountNumber,
      primaryAccount: index === 0,
      type: "BROKERAGE",
      nickName: "Individual",
      displayAcctId: `...${accountNumber.slice(-3)}`,
      autoPositionEffect: false,
      accountColor: "Green"
    })),
    streamerInfo: [
      {
        streamerSocketUrl: `${origin.replace(/^http/, "ws")}/ws`,
        schwabClientCustomerId: "simulated",
        schwabClientCorrelId: CORREL_ID,
        schwabClientChannel: "N9",
        schwabClientFunctionId: "APIAPP"
      }
    ],
    offers: [{ level2Permissions: false, mktDataPermission: "NP" }]
  })

const SUCCESS = 0
const LOGIN_DENIED = 3
const NO_LOGIN = 20
const BAD_COMMAND = 21
const SUBSCRIBED = 26
const UNSUBSCRIBED = 27

const types: { readonly [status: string]: string } = {
  new: "OrderCreated",
  partially_filled: "ExecutionCreated",
  filled: "OrderFillCompleted",
  cancelled: "OrderUROutCompleted",
  expired: "OrderExpired",
  rejected: "OrderUROutCompleted"
}

/**
 * What the exchange said, as a message: its data is JSON within JSON, and says little but the order. One that takes another's place
 * is a change of that.
 */
const messageOf = (
  { accountNumber }: Seat,
  said: Exclude<Exchange.Streamed, { _tag: "Dropped" }>,
  known: ReadonlyMap<string, Said>
) => {
  const isOrder = said._tag === "Order"
  const id = isOrder ? said.order.brokerOrderId : said.execution.brokerOrderId
  const parent = isOrder && said.order.status === "new" ? known.get(id)?.replaces : undefined
  const ofStatus = isOrder ? (types[said.order.status] ?? "OrderAccepted") : "ExecutionCreated"
  const type = parent === undefined ? ofStatus : "ChangeCreated"
  const change = parent === undefined ? {} : { ChangeCreatedEventEquityOrder: { ParentSchwabOrderID: parent } }
  const message = { SchwabOrderID: id, AccountNumber: accountNumber, BaseEvent: { EventType: type, ...change } }
  return { type, text: JSON.stringify(message) }
}

const CLOSED = new Socket.CloseEvent(1011, "closed by the simulator")
const DONE = new Socket.CloseEvent(1000, "closed by the simulator")
const HEARTBEAT_EVERY = "10 seconds"
const text = new TextDecoder()

/** One connection: what is said on it, and its end. */
interface Line {
  readonly send: (frame: object) => Effect.Effect<void, Socket.SocketError>
  readonly close: (event: Socket.CloseEvent) => Effect.Effect<void, Socket.SocketError>
}

const answerTo = ({ send }: Line, { command, requestid, service }: Request, code: number, msg = "") =>
  Effect.flatMap(Clock.currentTimeMillis, (timestamp) =>
    send({
      response: [{ service, command, requestid, SchwabClientCorrelId: CORREL_ID, timestamp, content: { code, msg } }]
    })
  )

/** Says what happens to all accounts that the login opens, from now on and as long as the scope: first that each is subscribed. */
const subscribe = (desk: Desk, line: Line, request: Request) =>
  Effect.gen(function* () {
    const streams = yield* Effect.forEach(desk.seats(), (seat) =>
      Effect.map(desk.exchange.stream(seat.account), ({ reply }) =>
        reply._tag === "Done" ? Stream.map(reply.body, (said) => ({ seat, said })) : undefined
      )
    )
    const open = streams.flatMap((each) => each ?? [])
    if (open.length < streams.length) return yield* line.close(CLOSED)
    yield* answerTo(line, request, SUBSCRIBED, "SUBS command succeeded")
    const [key = ""] = (request.parameters?.keys ?? "").split(",")
    const next = yield* Ref.make(0)
    const say = ({ accountNumber }: Seat, type: string, message: string) =>
      Effect.gen(function* () {
        const seq = yield* Ref.getAndUpdate(next, (before) => before + 1)
        const timestamp = yield* Clock.currentTimeMillis
        const content = [{ seq, key, "1": accountNumber, "2": type, "3": message }]
        yield* line.send({ data: [{ service: "ACCT_ACTIVITY", timestamp, command: "SUBS", content }] })
      })
    yield* Effect.forEach(desk.seats(), (seat) => say(seat, "SUBSCRIBED", ""), { discard: true })
    const telling = Stream.runForEach(Stream.mergeAll(open, { concurrency: "unbounded" }), ({ said, seat }) =>
      said._tag === "Dropped"
        ? Effect.void
        : Effect.flatMap(desk.replacing.withPermits(1)(Ref.get(desk.said)), (known) => {
            const { text, type } = messageOf(seat, said, known)
            return say(seat, type, text)
          })
    )
    const beat = Effect.flatMap(Clock.currentTimeMillis, (now) => line.send({ notify: [{ heartbeat: String(now) }] }))
    yield* Effect.forkScoped(Effect.zipRight(Effect.ignore(telling), line.close(CLOSED)))
    yield* Effect.forkScoped(Effect.repeat(beat, Schedule.spaced(HEARTBEAT_EVERY)))
  })

/** Serves one connection to the stream: a login first, then the account's activity. Ends with the connection. */
export const serve = (desk: Desk, logins: Logins, socket: Socket.Socket): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function* () {
      const write = yield* socket.writer
      const line: Line = { send: (frame) => write(JSON.stringify(frame)), close: write }
      const isIn = yield* Ref.make(false)
      const connection = yield* Effect.scope
      const subscription = yield* Ref.make<Scope.CloseableScope | undefined>(undefined)
      const unsubscribe = Effect.flatMap(Ref.getAndSet(subscription, undefined), (scope) =>
        scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
      )
      const logIn = (request: Request) =>
        Effect.gen(function* () {
          const isRight = yield* logins.isToken(request.parameters?.Authorization ?? "")
          yield* Ref.set(isIn, isRight)
          if (isRight) return yield* answerTo(line, request, SUCCESS, "server=simulated;status=NP")
          yield* answerTo(line, request, LOGIN_DENIED, "Login Denied.: token is invalid or has expired.")
          yield* line.close(DONE)
        })
      const respond = (request: Request) =>
        Effect.gen(function* () {
          const asked = `${request.service} ${request.command}`
          if (asked === "ADMIN LOGIN") return yield* logIn(request)
          if (!(yield* Ref.get(isIn))) return yield* answerTo(line, request, NO_LOGIN)
          switch (asked) {
            case "ADMIN LOGOUT":
              yield* unsubscribe
              yield* answerTo(line, request, SUCCESS, "SUCCESS")
              return yield* line.close(DONE)
            case "ACCT_ACTIVITY SUBS": {
              yield* unsubscribe
              const scope = yield* Scope.fork(connection, ExecutionStrategy.sequential)
              yield* Ref.set(subscription, scope)
              return yield* Scope.extend(subscribe(desk, line, request), scope)
            }
            case "ACCT_ACTIVITY UNSUBS":
              yield* unsubscribe
              return yield* answerTo(line, request, UNSUBSCRIBED, "UNSUBS command succeeded")
            default:
              return yield* answerTo(line, request, BAD_COMMAND)
          }
        })
      yield* socket.runRaw((frame) =>
        Option.match(decode(typeof frame === "string" ? frame : text.decode(frame)), {
          onNone: () => write(CLOSED),
          onSome: (said) => Effect.forEach("requests" in said ? said.requests : [said], respond, { discard: true })
        })
      )
    })
  ).pipe(Effect.ignore)
