import { assert, describe, it } from "@effect/vitest"
import { Ticker } from "@roundlot/core"
import { Effect, Fiber, Redacted, Stream } from "effect"
import type { WebSocket } from "ws"
import * as TradingStatus from "../src/TradingStatus.ts"
import { open, SECRET, send, terms, webSockets } from "./setup.ts"

const NVDA = Ticker.Ticker.make("NVDA")

type Stage = Effect.Effect.Success<ReturnType<typeof open>>

/** What is so by and by. */
const once = <A, E>(read: Effect.Effect<A, E>, isIt: (value: A) => boolean): Effect.Effect<A, E> =>
  Effect.repeat(Effect.zipLeft(read, Effect.sleep("5 millis")), { until: isIt })

const halted = ({ broker }: Stage) =>
  Effect.map(broker.quote?.(NVDA) ?? Effect.die("Alpaca has quotes"), ({ isHalted }) => isHalted)

const becomes = (stage: Stage, value: boolean | undefined) => once(halted(stage), (now) => now === value)

/** A broker whose stream runs, and that listens to a feed. */
const listening = Effect.gen(function* () {
  const { simulator } = yield* open()
  const credentials = { ...simulator.credentials, statusFeed: "iex" } as const
  const { broker } = yield* open({}, { credentials })
  yield* Effect.forkScoped(Stream.runDrain(broker.updates ?? Stream.empty))
  return { simulator, exchange: simulator.exchange, broker }
})

const halt = ({ exchange }: Stage) => exchange.instruct({ id: "halt", do: { halt: { symbol: "NVDA" } } })
const resume = ({ exchange }: Stage) => exchange.instruct({ id: "resume", do: { resume: { symbol: "NVDA" } } })

const MARKER = "AMD"

interface Feed {
  readonly statuses: TradingStatus.TradingStatus
  /** What the client said, by connection. */
  readonly heard: Array<string>
  readonly sockets: Array<WebSocket>
  /** Sends frames as they are, and waits until they are read. */
  readonly says: (...frames: ReadonlyArray<string>) => Effect.Effect<void>
}

const success = (msg: string) => JSON.stringify([{ T: "success", msg }])
const status = (sc: unknown, z: unknown = "C", S: unknown = "NVDA") => ({ T: "s", S, sc, sm: "", rc: "", rm: "", z })

/** A stream of market data that says what a test wants. */
const feed = Effect.gen(function* () {
  const { place, server } = yield* webSockets
  const sockets: Array<WebSocket> = []
  const heard: Array<string> = []
  server.on("connection", (socket) => {
    sockets.push(socket)
    socket.on("message", (frame) => {
      const text = Buffer.isBuffer(frame) ? frame.toString("utf8") : ""
      heard.push(text)
      if (text.includes('"auth"')) socket.send(success("authenticated"))
    })
    socket.send(success("connected"))
  })
  const credentials = { baseUrl: place.origin, keyId: Redacted.make("PKTEST"), secretKey: Redacted.make(SECRET) }
  const heartbeat = { everyMs: 10_000, withinMs: 5_000 }
  const statuses = yield* TradingStatus.make({ feed: "sip", place, credentials, heartbeat })
  const subscriptions = Effect.sync(() => heard.filter((each) => each.includes("subscribe")).length)
  yield* Effect.forkScoped(statuses.follow)
  yield* once(subscriptions, (count) => count === 1)
  const says = (...frames: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const before = statuses.isHalted(MARKER) ?? false
      const marker = JSON.stringify([status(before ? "T" : "H", "C", MARKER)])
      for (const each of [...frames, marker]) sockets.at(-1)?.send(each)
      yield* once(
        Effect.sync(() => statuses.isHalted(MARKER)),
        (now) => now === !before
      )
    })
  return { statuses, heard, sockets, says } satisfies Feed
})

describe("D2: what Alpaca says of halts, over sockets", () => {
  it.scopedLive("nothing, where no feed is set, nor before it says something", () =>
    Effect.gen(function* () {
      const unset = yield* open()
      yield* halt(unset)
      assert.strictEqual(yield* halted(unset), undefined)
      assert.strictEqual(yield* halted(yield* listening), undefined)
    })
  )

  it.scopedLive("a symbol is halted until it is resumed", () =>
    Effect.gen(function* () {
      const stage = yield* listening
      yield* halt(stage)
      yield* becomes(stage, true)
      yield* resume(stage)
      yield* becomes(stage, false)
    })
  )

  it.scopedLive("a connection that another program has costs no report of orders", () =>
    Effect.gen(function* () {
      const first = yield* listening
      yield* halt(first)
      yield* becomes(first, true)
      const credentials = { ...first.simulator.credentials, statusFeed: "iex" } as const
      const { broker } = yield* open({}, { credentials })
      const second = yield* Effect.fork(
        Stream.runHead(Stream.filter(broker.updates ?? Stream.empty, ({ report }) => report._tag === "Executed"))
      )
      yield* resume(first)
      yield* send(first.broker, terms())
      assert.strictEqual((yield* Fiber.join(second))._tag, "Some")
      assert.strictEqual(yield* halted({ ...first, broker }), undefined)
    })
  )

  it.scopedLive.each<[what: string, messages: ReadonlyArray<unknown>, isHalted: boolean | undefined]>([
    ["a halt of tape C", [status("H")], true],
    ["a pause for volatility", [status("P")], true],
    ["quotes that resume before trading does", [status("H"), status("Q")], true],
    ["quotes that resume after a halt that nobody heard of", [status("Q")], true],
    ["trading that resumes", [status("H"), status("T")], false],
    ["a halt of tape A", [status("2", "A")], true],
    ["trading that resumes on tape B", [status("2", "B"), status("3", "B")], false],
    ["a code of the other tapes", [status("2", "C")], undefined],
    ["a code that is not documented, during a halt", [status("H"), status("X")], true],
    ["a price indication during a halt", [status("2", "A"), status("5", "A")], true],
    ["a tape that is not documented", [status("H", "N")], undefined],
    ["a code that is no text", [status("H"), status(7)], true],
    ["a symbol that is no text", [status("H", "C", 7)], undefined],
    ["another symbol", [status("H", "C", "NVDAX")], undefined]
  ])("%s", ([, messages, expected]) =>
    Effect.gen(function* () {
      const { says, statuses } = yield* feed
      yield* says(JSON.stringify(messages))
      assert.strictEqual(statuses.isHalted("NVDA"), expected)
    })
  )

  it.scopedLive("frames that are no list of messages say nothing", () =>
    Effect.gen(function* () {
      const { says, statuses } = yield* feed
      yield* says(JSON.stringify([status("H")]), "<html></html>", "{}", "null", "[null, 7]", '[{"T":"t","S":"NVDA"}]')
      assert.strictEqual(statuses.isHalted("NVDA"), true)
    })
  )

  it.scopedLive("what was said is forgotten with its connection, and another one begins", () =>
    Effect.gen(function* () {
      const { heard, says, sockets, statuses } = yield* feed
      yield* says(JSON.stringify([status("H")]))
      sockets[0]?.terminate()
      yield* once(
        Effect.sync(() => heard.length),
        (count) => count === 4
      )
      assert.strictEqual(statuses.isHalted("NVDA"), undefined)
      yield* says(JSON.stringify([status("P")]))
      assert.strictEqual(statuses.isHalted("NVDA"), true)
      assert.deepStrictEqual(JSON.parse(heard[0] ?? ""), { action: "auth", key: "PKTEST", secret: SECRET })
      assert.deepStrictEqual(JSON.parse(heard[1] ?? ""), { action: "subscribe", statuses: ["*"] })
    })
  )
})
