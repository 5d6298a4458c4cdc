import * as Socket from "@effect/platform/Socket"
import { Clock, Effect, Option, Ref, Schedule, Schema } from "effect"
import type { Desk } from "./Desk.ts"

const Symbols = Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] })

const Message = Schema.parseJson(
  Schema.Union(
    Schema.Struct({ action: Schema.Literal("auth"), key: Schema.String, secret: Schema.String }),
    Schema.Struct({ action: Schema.Literal("subscribe", "unsubscribe"), statuses: Symbols })
  )
)

type Message = typeof Message.Type

const decode = Schema.decodeUnknownOption(Message)
const text = new TextDecoder()

/** How often the exchange is looked at for halts that began or ended. */
const LOOKS_EVERY = "20 millis"

const CLOSED = new Socket.CloseEvent(1000, "closed by the simulator")

const success = (msg: string) => ({ T: "success", msg })
const error = (code: number, msg: string) => ({ T: "error", code, msg })

const channels = (statuses: ReadonlySet<string>) => ({
  T: "subscription",
  trades: [],
  quotes: [],
  bars: [],
  updatedBars: [],
  dailyBars: [],
  statuses: [...statuses],
  lulds: [],
  corrections: [],
  cancelErrors: []
})

/** A halt, a pause for volatility, and the end of either, in the codes of tape C (docs.alpaca.markets/docs/real-time-stock-pricing-data). */
const statuses = {
  halted: { sc: "H", sm: "Trading Halt", rc: "T12", rm: "Halted for information" },
  paused: { sc: "P", sm: "Volatility Trading Pause", rc: "LUDP", rm: "Volatility Trading Pause" },
  trading: { sc: "T", sm: "Trading Resumption", rc: "", rm: "" }
} as const

type Status = keyof typeof statuses

/** What the stream says of a symbol when that changes. */
const statusOf = (symbol: string, status: Status, millis: number) => ({
  T: "s",
  S: symbol,
  ...statuses[status],
  t: new Date(millis).toISOString(),
  z: "C"
})

/**
 * Serves one connection to the stream of market data, `/v2/iex` or `/v2/sip`, of which it has the channel `statuses`: changes alone, of
 * symbols that some request named. A second connection at once is refused, as with most of Alpaca's subscriptions.
 */
export const serve = (desk: Desk, socket: Socket.Socket): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function* () {
      const write = yield* socket.writer
      const send = (message: unknown) => write(JSON.stringify([message]))
      const refuse = (code: number, msg: string) => Effect.zipRight(send(error(code, msg)), write(CLOSED))
      const isAuthorized = yield* Ref.make(false)
      const subscribed = yield* Ref.make<ReadonlySet<string>>(new Set())
      const change = ({ action, statuses }: Extract<Message, { readonly statuses: unknown }>) =>
        Effect.flatMap(
          Ref.updateAndGet(subscribed, (before) => {
            const gone = new Set(statuses)
            return action === "subscribe"
              ? new Set([...before, ...statuses])
              : new Set([...before].filter((each) => !gone.has(each)))
          }),
          (now) => send(channels(now))
        )
      yield* Effect.addFinalizer(() => Effect.whenEffect(Ref.set(desk.isStreaming, false), Ref.get(isAuthorized)))
      const show = ({ key, secret }: Extract<Message, { readonly key: string }>) =>
        Effect.gen(function* () {
          if (key !== desk.keyId || secret !== desk.secretKey) return yield* refuse(402, "auth failed")
          if (yield* Ref.get(isAuthorized)) return yield* send(error(403, "already authenticated"))
          if (yield* Ref.getAndSet(desk.isStreaming, true)) return yield* refuse(406, "connection limit exceeded")
          yield* Ref.set(isAuthorized, true)
          return yield* send(success("authenticated"))
        })
      const answer = (message: Message) =>
        Effect.gen(function* () {
          if (message.action === "auth") return yield* show(message)
          return yield* (yield* Ref.get(isAuthorized)) ? change(message) : send(error(401, "not authenticated"))
        })
      const known = new Map<string, Status>()
      const watch = Effect.gen(function* () {
        const wanted = yield* Ref.get(subscribed)
        const symbols = wanted.has("*") ? yield* Ref.get(desk.named) : wanted
        const millis = yield* Clock.currentTimeMillis
        for (const symbol of symbols) {
          const { isHalted, isPaused } = yield* desk.exchange.stand(desk.account, symbol)
          const status = isPaused ? "paused" : isHalted ? "halted" : "trading"
          if (status !== (known.get(symbol) ?? "trading")) yield* send(statusOf(symbol, status, millis))
          known.set(symbol, status)
        }
      })
      yield* Effect.forkScoped(Effect.repeat(watch, Schedule.spaced(LOOKS_EVERY)))
      yield* socket.runRaw(
        (frame) =>
          Option.match(decode(typeof frame === "string" ? frame : text.decode(frame)), {
            onNone: () => send(error(400, "invalid syntax")),
            onSome: answer
          }),
        { onOpen: Effect.ignore(send(success("connected"))) }
      )
    })
  ).pipe(Effect.ignore)
