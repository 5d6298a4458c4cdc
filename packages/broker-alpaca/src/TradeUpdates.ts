import { Broker, Decimal, Instant, Price, type AccountName } from "@roundlot/core"
import { ClientOrderId, Recent, type Heartbeat, type Report } from "@roundlot/core/adapter"
import { Effect, Option, Schema, Stream, type Scope } from "effect"
import { connect, type Connection } from "./Connection.ts"
import { baseOf, execIdOf } from "./Execution.ts"
import { lastChangeOf, OrderAnswer } from "./OrderAnswer.ts"
import type { Replacements } from "./Replacements.ts"
import type { Wire } from "./Wire.ts"

const nullable = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const Frame = Schema.Struct({ stream: Schema.String, data: Schema.Unknown })

/** What the stream makes of the keys. */
export const Authorization = Schema.Struct({ status: Schema.String })

/** What it sends from now on. */
export const Listening = Schema.Struct({ streams: Schema.Array(Schema.String) })

/** With this it ends. */
export const ErrorFrame = Schema.Struct({ action: Schema.Literal("error"), data: Schema.Unknown })

/** One message of `trade_updates`: an order, and with `fill` and `partial_fill` the execution that changed it. */
export const TradeUpdate = Schema.Struct({
  event: Schema.String,
  timestamp: nullable(Instant.FromString),
  execution_id: nullable(Schema.String),
  price: nullable(Price.Price),
  qty: nullable(Decimal.FromString),
  order: OrderAnswer
})

/** One message of `trade_updates`. */
export type TradeUpdate = typeof TradeUpdate.Type

const decodeFrame = Schema.decodeUnknownOption(Schema.parseJson(Schema.Union(ErrorFrame, Frame)))
const decodeUpdate = Schema.decodeUnknownOption(TradeUpdate)

const STREAM = "trade_updates"
const LISTEN = JSON.stringify({ action: "listen", data: { streams: [STREAM] } })
const ANSWERS_WITHIN = "10 seconds"

const failed = (kind: Broker.BrokerReadFailed["kind"], detail: string) =>
  new Broker.BrokerReadFailed({ operation: "updates", kind, detail })

/** What the next frame of a stream's kind says; others before it are passed over. */
const answerOn = <A, I>(
  connection: Connection,
  stream: string,
  schema: Schema.Schema<A, I>
): Effect.Effect<A, Broker.BrokerReadFailed> => {
  const decode = Schema.decodeUnknownOption(schema)
  const next: Effect.Effect<A, Broker.BrokerReadFailed> = Effect.flatMap(connection.next, (text) => {
    const frame = Option.getOrUndefined(decodeFrame(text))
    const isIt = frame !== undefined && "stream" in frame && frame.stream === stream
    return Option.match(isIt ? decode(frame.data) : Option.none(), { onNone: () => next, onSome: Effect.succeed })
  })
  return Effect.timeoutFail(next, {
    duration: ANSWERS_WITHIN,
    onTimeout: () => failed("network", `no answer on ${stream} in time`)
  })
}

/** Connects, shows the keys, and listens: when this has succeeded, nothing that happens is missed. */
export const listen = (
  wire: Wire,
  heartbeat: Heartbeat.Heartbeat
): Effect.Effect<Connection, Broker.BrokerReadFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const connection = yield* connect(`${wire.place.origin.replace(/^http/, "ws")}/stream`, heartbeat)
    yield* Effect.flatMap(wire.authentication, connection.send)
    const { status } = yield* answerOn(connection, "authorization", Authorization)
    if (status !== "authorized") return yield* failed("unauthorised", `the stream refuses the keys (${status})`)
    yield* connection.send(LISTEN)
    const { streams } = yield* answerOn(connection, "listening", Listening)
    if (!streams.includes(STREAM)) return yield* failed("unreadable", `the stream does not offer ${STREAM}`)
    return connection
  })

const utf8 = new TextEncoder()

/** What a connection has heard of each order's executions: totals with the execution's id, so that a total that comes twice shows. */
type Heard = Recent.Recent<string>

/** The reports of a connection: executions by the order's total, which is how listings know them too, then the order. */
export const reports = (
  account: AccountName.AccountName,
  connection: Connection,
  replacements: Replacements,
  redacted: Wire["redacted"]
): Stream.Stream<Report.Received, Broker.BrokerReadFailed> =>
  Stream.unwrap(
    Effect.map(
      Effect.sync(() => Recent.make<string>()),
      (heard) =>
        connection.frames.pipe(
          Stream.mapEffect((text) => readFrame(account, heard, replacements, redacted(text))),
          Stream.flattenIterables
        )
    )
  )

const readFrame = (
  account: AccountName.AccountName,
  heard: Heard,
  replacements: Replacements,
  text: string
): Effect.Effect<ReadonlyArray<Report.Received>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    // A frame of one byte is a sign of life.
    if (text.length <= 1) return []
    const frame = Option.getOrUndefined(decodeFrame(text))
    if (frame === undefined) return yield* passedOver("a frame that is no JSON")
    if ("action" in frame) return yield* failed("network", "the stream ended with an error of Alpaca's")
    if (frame.stream !== STREAM) return []
    const update = Option.getOrUndefined(decodeUpdate(frame.data))
    if (update === undefined) return yield* passedOver("an update that cannot be read; its order will be")
    const payload = { contentType: "application/json", bytes: utf8.encode(text) }
    const execution = yield* Effect.flatMap(
      executionOf(account, heard, update),
      Effect.transposeMapOption(replacements.named)
    )
    const order = yield* Effect.catchAll(orderOf(replacements, update), ({ detail }) =>
      Effect.as(passedOver(`a replacement that cannot be read (${detail}); its order will be`), Option.none())
    )
    const told: ReadonlyArray<Report.Report> = [...Option.toArray(execution), ...Option.toArray(order)]
    return told.map((report) => ({ report, payload }))
  })

const orderOf = (replacements: Replacements, { order, timestamp }: TradeUpdate) =>
  Effect.map(
    replacements.seen(order),
    Option.map((report) => ({ ...report, asOf: Instant.later(report.asOf, timestamp ?? report.asOf) }))
  )

const passedOver = (what: string) => Effect.as(Effect.logWarning(`Alpaca's stream sent ${what}`), [])

const isFill = ({ event }: TradeUpdate): boolean => event === "fill" || event === "partial_fill"

/** A total that another execution had before is a sign of a correction: then the order's executions are read, not told. */
const executionOf = (
  account: AccountName.AccountName,
  heard: Heard,
  update: TradeUpdate
): Effect.Effect<Option.Option<Report.Executed>> =>
  Effect.sync(() => {
    const { execution_id, order, price, qty } = update
    if (!isFill(update) || qty === null || qty === undefined) return Option.none()
    const base = baseOf(order.id, order.filled_qty)
    const id = execution_id ?? base
    const first = heard.get(base)
    if (first === undefined) heard.set(base, id)
    return first === undefined || first === id
      ? Option.some(report(account, update, base, qty, price ?? undefined))
      : Option.none()
  })

const report = (
  account: AccountName.AccountName,
  { order, timestamp }: TradeUpdate,
  execIdBase: string,
  quantity: Decimal.Decimal,
  price: Price.Price | undefined
): Report.Executed => {
  const executedAt = timestamp ?? order.filled_at ?? lastChangeOf(order)
  return {
    _tag: "Executed",
    account,
    asOf: executedAt,
    asOfKind: "broker",
    execId: execIdOf(execIdBase, 1),
    execIdBase,
    revision: 1,
    brokerOrderId: ClientOrderId.BrokerOrderId.make(order.id),
    clientOrderId: order.client_order_id ?? undefined,
    symbol: order.symbol,
    side: order.side,
    quantity,
    price,
    executedAt
  }
}
