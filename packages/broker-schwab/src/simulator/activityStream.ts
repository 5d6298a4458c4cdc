import * as Socket from "@effect/platform/Socket"
import type { Exchange } from "@roundlot/broker-paper"
import { Effect, Option, Ref, Schedule, Schema, Scope, Stream } from "effect"
import { Clock } from "effect"
import * as Answer from "./Answer.ts"
import type { Desk, Seat } from "./Desk.ts"
import type { Logins } from "./logins.ts"

const Request = Schema.Struct({
  requestid: Schema.Union(Schema.String, Schema.Number),
  service: Schema.String,
  command: Schema.String,
  parameters: Schema.Struct({ Authorization: Schema.optional(Schema.String) })
})

const decode = Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({ requests: Schema.Array(Request) })))

const CORREL_ID = "00000000-0000-4000-8000-000000000001"

/** `GET /userPreference`: where the stream is, and who the client is there. */
export const preference = (origin: string): Answer.Answer =>
  Answer.ok({
    accounts: [],
    streamerInfo: [
      {
        streamerSocketUrl: `${origin.replace(/^http/, "ws")}/ws`,
        schwabClientCustomerId: "simulated",
        schwabClientCorrelId: CORREL_ID,
        schwabClientChannel: "N9",
        schwabClientFunctionId: "APIAPP"
      }
    ],
    offers: []
  })

const LOGIN_DENIED = 3
const SUBSCRIBED = 26
const BAD_COMMAND = 21

const types: { readonly [status: string]: string } = {
  new: "OrderCreated",
  partially_filled: "ExecutionCreated",
  filled: "OrderFillCompleted",
  cancelled: "OrderUROutCompleted",
  expired: "OrderExpired",
  rejected: "OrderUROutCompleted"
}

/** What the exchange said, as a message: its data is JSON within JSON, and tells little but the order. */
const messageOf = ({ accountNumber }: Seat, said: Exclude<Exchange.Streamed, { _tag: "Dropped" }>, seq: number) => {
  const isOrder = said._tag === "Order"
  const id = isOrder ? said.order.brokerOrderId : said.execution.brokerOrderId
  const type = isOrder ? (types[said.order.status] ?? "OrderAccepted") : "ExecutionCreated"
  return {
    seq,
    key: CORREL_ID,
    "1": accountNumber,
    "2": type,
    "3": JSON.stringify({ SchwabOrderID: id, AccountNumber: accountNumber, BaseEvent: { EventType: type } })
  }
}

const CLOSED = new Socket.CloseEvent(1011, "closed by the simulator")
const HEARTBEAT_EVERY = "10 seconds"
const text = new TextDecoder()

/** Serves one connection to the stream: a login first, then the account's activity. Ends with the connection. */
export const serve = (desk: Desk, logins: Logins, socket: Socket.Socket): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function* () {
      const write = yield* socket.writer
      const scope = yield* Effect.scope
      const isIn = yield* Ref.make(false)
      const seq = yield* Ref.make(0)
      const send = (frame: object) => write(JSON.stringify(frame))
      const answer = ({ command, requestid, service }: typeof Request.Type, code: number) =>
        send({
          response: [{ service, command, requestid, SchwabClientCorrelId: CORREL_ID, content: { code, msg: "" } }]
        })
      const tell = ({ said, seat }: { readonly said: Exchange.Streamed; readonly seat: Seat }) =>
        Effect.gen(function* () {
          if (said._tag === "Dropped") return
          const number = yield* Ref.updateAndGet(seq, (before) => before + 1)
          const timestamp = yield* Clock.currentTimeMillis
          const content = [messageOf(seat, said, number)]
          yield* send({ data: [{ service: "ACCT_ACTIVITY", timestamp, command: "SUBS", content }] })
        })
      const beat = Effect.flatMap(Clock.currentTimeMillis, (now) => send({ notify: [{ heartbeat: String(now) }] }))
      const begin = (request: typeof Request.Type) =>
        Effect.gen(function* () {
          const streams = yield* Effect.forEach(desk.seats(), (seat) =>
            Effect.map(Scope.extend(desk.exchange.stream(seat.account), scope), ({ reply }) =>
              reply._tag === "Done" ? Stream.map(reply.body, (said) => ({ seat, said })) : undefined
            )
          )
          const open = streams.flatMap((each) => each ?? [])
          if (open.length < streams.length) return yield* write(CLOSED)
          yield* answer(request, SUBSCRIBED)
          const telling = Stream.runForEach(Stream.mergeAll(open, { concurrency: "unbounded" }), tell)
          yield* Effect.forkIn(Effect.zipRight(Effect.ignore(telling), write(CLOSED)), scope)
          yield* Effect.forkIn(Effect.repeat(beat, Schedule.spaced(HEARTBEAT_EVERY)), scope)
        })
      const respond = (request: typeof Request.Type) =>
        Effect.gen(function* () {
          if (request.command === "LOGIN") {
            const isRight = yield* logins.isToken(request.parameters.Authorization ?? "")
            yield* Ref.set(isIn, isRight)
            return yield* answer(request, isRight ? 0 : LOGIN_DENIED)
          }
          const isAsked = request.service === "ACCT_ACTIVITY" && request.command === "SUBS"
          return yield* isAsked && (yield* Ref.get(isIn)) ? begin(request) : answer(request, BAD_COMMAND)
        })
      yield* socket.runRaw((frame) =>
        Option.match(decode(typeof frame === "string" ? frame : text.decode(frame)), {
          onNone: () => write(CLOSED),
          onSome: ({ requests }) => Effect.forEach(requests, respond, { discard: true })
        })
      )
    })
  ).pipe(Effect.ignore)
