import * as Socket from "@effect/platform/Socket"
import type { Exchange, ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { Effect, Option, Ref, Schema, Scope, Stream } from "effect"
import type { Desk } from "./Desk.ts"
import { executionIdOf, orderAt } from "./executionJson.ts"
import { orderJson, statusOf } from "./orderJson.ts"
import { saidOf } from "./shown.ts"

const Keys = Schema.Struct({ key_id: Schema.String, secret_key: Schema.String })

const Message = Schema.parseJson(
  Schema.Union(
    Schema.Struct({ action: Schema.Literal("authenticate"), data: Keys }),
    Schema.Struct({ action: Schema.Literal("auth"), key: Schema.String, secret: Schema.String }),
    Schema.Struct({ action: Schema.Literal("listen"), data: Schema.Struct({ streams: Schema.Array(Schema.String) }) })
  )
)

type Message = typeof Message.Type

const decode = Schema.decodeUnknownOption(Message)
const utf8 = new TextEncoder()
const text = new TextDecoder()

type Send = (frame: unknown) => Effect.Effect<void, Socket.SocketError>

const authorization = (isAuthorized: boolean, action: string) => ({
  stream: "authorization",
  data: { status: isAuthorized ? "authorized" : "unauthorized", action }
})

const hasKeys = ({ keyId, secretKey }: Desk, message: Exclude<Message, { readonly action: "listen" }>): boolean =>
  message.action === "auth"
    ? message.key === keyId && message.secret === secretKey
    : message.data.key_id === keyId && message.data.secret_key === secretKey

const CLOSED = new Socket.CloseEvent(1011, "closed by the simulator")
const STREAM = "trade_updates"

/** Serves one connection to `/stream`: binary frames of JSON, keys first, then what is listened to. Ends with the connection. */
export const serve = (desk: Desk, socket: Socket.Socket): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function* () {
      const write = yield* socket.writer
      const send: Send = (frame) => write(utf8.encode(JSON.stringify(frame)))
      const isAuthorized = yield* Ref.make(false)
      const isListening = yield* Ref.make(false)
      const scope = yield* Effect.scope
      const begin = Effect.gen(function* () {
        const { reply } = yield* Scope.extend(desk.exchange.stream(desk.account), scope)
        if (reply._tag !== "Done") return yield* write(CLOSED)
        yield* send({ stream: "listening", data: { streams: [STREAM] } })
        const telling = Stream.runForEach(reply.body, (said) => desk.replacing.withPermits(1)(tell(desk, send, said)))
        yield* Effect.forkIn(Effect.zipRight(Effect.ignore(telling), write(CLOSED)), scope)
      })
      const answer = (message: Message) =>
        Effect.gen(function* () {
          if (message.action !== "listen") {
            const isRight = hasKeys(desk, message)
            yield* Ref.set(isAuthorized, isRight)
            return yield* send(authorization(isRight, "authenticate"))
          }
          if (!(yield* Ref.get(isAuthorized))) return yield* send(authorization(false, "listen"))
          const streams = message.data.streams.filter((name) => name === STREAM)
          const isFirst = streams.length > 0 && !(yield* Ref.getAndSet(isListening, true))
          return yield* isFirst ? begin : send({ stream: "listening", data: { streams } })
        })
      yield* socket.runRaw((frame) =>
        Option.match(decode(typeof frame === "string" ? frame : text.decode(frame)), {
          onNone: () => send({ action: "error", data: { error_message: "invalid syntax" } }),
          onSome: answer
        })
      )
    })
  ).pipe(Effect.ignore)

/** An execution is sent with the order as it was then; a status only where no execution showed it. Corrections are not sent here. */
const tell = (
  desk: Desk,
  send: Send,
  said: Exchange.Streamed
): Effect.Effect<void, Socket.SocketError | ExchangeFailed> =>
  Effect.gen(function* () {
    const known = yield* Ref.get(desk.said)
    const hours = yield* desk.exchange.hours
    if (said._tag === "Execution" && said.execution.revision === 1) {
      const { execution } = said
      const story = yield* desk.exchange.look(execution.brokerOrderId)
      if (story === undefined) return
      const order = orderAt(story, execution)
      const group = yield* groupOf(desk, order)
      yield* send({
        stream: STREAM,
        data: {
          event: order.status === "filled" ? "fill" : "partial_fill",
          timestamp: Instant.format(execution.executedAt),
          execution_id: executionIdOf(execution),
          price: Decimal.format(execution.price),
          qty: Decimal.format(execution.quantity),
          position_qty: Decimal.format((yield* desk.exchange.stand(desk.account, execution.symbol)).held),
          order: orderJson(order, saidOf(known, order.brokerOrderId, group?.parent), { group, hours })
        }
      })
    }
    if (said._tag !== "Order" || filling.has(said.order.status)) return
    const { order } = said
    const group = yield* groupOf(desk, order)
    const before = saidOf(known, order.brokerOrderId, group?.parent)
    yield* send({
      stream: STREAM,
      data: {
        event: statusOf(order, before, { group, hours }),
        timestamp: Instant.format(order.updatedAt),
        execution_id: executionIdOf({ execId: `${order.brokerOrderId} ${order.status}` }),
        order: orderJson(order, before, { group, hours })
      }
    })
  })

const groupOf = ({ exchange }: Desk, { brokerOrderId }: ExchangeOrder.ExchangeOrder) =>
  Effect.map(exchange.groups([brokerOrderId]), (groups) => groups.get(brokerOrderId))

const filling: ReadonlySet<string> = new Set(["partially_filled", "filled"])
