import { Broker } from "@roundlot/core"
import type { Address, Heartbeat } from "@roundlot/core/adapter"
import { Effect, Option, Redacted, Schedule, Schema, Stream, type Scope } from "effect"
import { connect, type Connection } from "./Connection.ts"
import type { Credentials, StatusFeed } from "./Credentials.ts"

/** What Alpaca's stream of market data says of halts. */
export interface TradingStatus {
  /** Is trading in a symbol halted? `undefined` where the connection that is open has not said so yet. */
  readonly isHalted: (symbol: string) => boolean | undefined
  /** Listens for as long as this runs, and connects again when the connection ends. */
  readonly follow: Effect.Effect<never>
}

/** A feed that nobody listens to says nothing. */
export const unheard: TradingStatus = { isHalted: () => undefined, follow: Effect.never }

/** What is listened to: a feed of Alpaca's market data, with one pair of keys. */
interface Listening {
  readonly feed: StatusFeed
  readonly place: Address.Address
  readonly credentials: Credentials
  readonly heartbeat: Heartbeat.Heartbeat
}

const Answer = Schema.Struct({ T: Schema.Literal("success"), msg: Schema.String })
const Refusal = Schema.Struct({ T: Schema.Literal("error"), code: Schema.Number })
const Status = Schema.Struct({ T: Schema.Literal("s"), S: Schema.String, sc: Schema.String, z: Schema.String })

/** One message of a frame, of those that say something of halts. */
export const Message = Schema.Union(Answer, Refusal, Status)

type Message = typeof Message.Type

const decodeFrame = Schema.decodeUnknownOption(Schema.parseJson(Schema.Array(Schema.Unknown)))
const decodeMessage = Schema.decodeUnknownOption(Message)

/** Codes of tapes A and B (CTA): 2 halts, 3 resumes. */
const cta: ReadonlyMap<string, boolean> = new Map([
  ["2", true],
  ["3", false]
])

/** Codes of tapes C and O (UTP): H halts, P pauses for volatility, Q resumes quotes but no trades, T resumes. */
const utp: ReadonlyMap<string, boolean> = new Map([
  ["H", true],
  ["P", true],
  ["Q", true],
  ["T", false]
])

/** Of a code that is not known nothing follows: what was said before stays. Source: docs.alpaca.markets/docs/real-time-stock-pricing-data */
const codes: ReadonlyMap<string, ReadonlyMap<string, boolean>> = new Map([
  ["A", cta],
  ["B", cta],
  ["C", utp],
  ["O", utp]
])

const FIRST_PAUSE = "1 second"
const LONGEST_PAUSE = "5 minutes"

/** Ever later, up to five minutes: one connection is all that most keys have, and another program of theirs may have it. */
const pauses = Schedule.exponential(FIRST_PAUSE).pipe(
  Schedule.either(Schedule.spaced(LONGEST_PAUSE)),
  Schedule.resetAfter(LONGEST_PAUSE)
)

/** The trading status of all symbols, by one feed. */
export const make = (listening: Listening): Effect.Effect<TradingStatus> =>
  Effect.sync(() => {
    const halted = new Map<string, boolean>()
    const once = Effect.scoped(Effect.flatMap(open(listening), (connection) => listen(listening, connection, halted)))
    return {
      isHalted: (symbol) => halted.get(symbol),
      follow: once.pipe(
        // What changed while nobody listened is not known.
        Effect.ensuring(Effect.sync(() => halted.clear())),
        Effect.tapError(({ detail }) => Effect.logWarning(`Alpaca does not say what is halted: ${detail}`)),
        Effect.retry(pauses),
        Effect.orDie
      )
    }
  })

const failed = (kind: Broker.BrokerReadFailed["kind"], detail: string) =>
  new Broker.BrokerReadFailed({ operation: "updates", kind, detail })

const open = ({ feed, heartbeat, place }: Listening): Effect.Effect<Connection, Broker.BrokerReadFailed, Scope.Scope> =>
  connect(`${place.origin.replace(/^http/, "ws").replace("//data.", "//stream.data.")}/v2/${feed}`, heartbeat)

const SUBSCRIPTION = JSON.stringify({ action: "subscribe", statuses: ["*"] })

/** Shows the keys when the stream says that it is connected, subscribes when it takes them, and keeps what it says from then on. */
const listen = (
  { credentials }: Listening,
  connection: Connection,
  halted: Map<string, boolean>
): Effect.Effect<never, Broker.BrokerReadFailed> => {
  const keys = Effect.sync(() =>
    JSON.stringify({
      action: "auth",
      key: Redacted.value(credentials.keyId),
      secret: Redacted.value(credentials.secretKey)
    })
  )
  const take = (message: Message): Effect.Effect<void, Broker.BrokerReadFailed> => {
    switch (message.T) {
      case "success":
        return message.msg === "connected" ? Effect.flatMap(keys, connection.send) : connection.send(SUBSCRIPTION)
      case "error":
        return failed("network", `its stream of market data answers with error ${message.code}`)
      case "s":
        return Effect.sync(() => keep(halted, message))
    }
  }
  return Stream.runForEach(connection.frames, (text) => Effect.forEach(messagesOf(text), take, { discard: true })).pipe(
    Effect.zipRight(failed("network", "its stream of market data ended"))
  )
}

/** Messages that are none of these, and frames that are no JSON, say nothing of halts. */
const messagesOf = (text: string): ReadonlyArray<Message> =>
  Option.getOrElse(decodeFrame(text), () => []).flatMap((each) => Option.toArray(decodeMessage(each)))

const keep = (halted: Map<string, boolean>, { S: symbol, sc: code, z: tape }: typeof Status.Type): void => {
  const isHalted = codes.get(tape)?.get(code)
  if (isHalted !== undefined) halted.set(symbol, isHalted)
}
