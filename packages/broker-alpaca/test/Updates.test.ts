import { assert, describe, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Effect, Fiber, Redacted, Stream } from "effect"
import { createServer } from "node:http"
import { WebSocketServer } from "ws"
import { lately, open, send, terms } from "./setup.ts"

const shown = ({ execId, quantity }: Report.Executed): string =>
  `${execId.replace(/^[^/]*/, "")} ${Decimal.format(quantity)}`

const executed = ({ report }: Report.Received): ReadonlyArray<Report.Executed> =>
  report._tag === "Executed" ? [report] : []

const streamOf = ({ updates }: Broker.BrokerService) => updates ?? Stream.empty

/** Listens until it is so, from when the stream is there on. */
const until = (broker: Broker.BrokerService, isEnough: (received: Report.Received) => boolean) =>
  Effect.fork(Effect.map(Stream.runCollect(Stream.takeUntil(streamOf(broker), isEnough)), (all) => [...all]))

const isFill = ({ report }: Report.Received) => report._tag === "Executed"

const isRevision =
  (revision: number) =>
  ({ report }: Report.Received): boolean =>
    report._tag === "Executed" && report.revision === revision

describe("what Alpaca streams", () => {
  it.scopedLive("SYNC-2, FILL-16: a fill of the stream and the same of a listing have one id", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      const listening = yield* until(broker, isFill)
      yield* send(broker, terms())
      const streamed = (yield* Fiber.join(listening)).flatMap(executed)
      const listed = yield* broker.fills(yield* lately)
      assert.deepStrictEqual(
        streamed.map(({ execId }) => execId),
        listed.received.map(({ report }) => report.execId)
      )
    })
  )

  it.scopedLive("events that come twice and backwards are the same executions", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct({ id: "p", when: {}, do: { fill: { quantity: "1" } } })
      yield* exchange.instruct({ id: "d", when: {}, do: { duplicateEvent: {} } })
      yield* exchange.instruct({ id: "r", when: {}, do: { reorder: {} } })
      const { answer } = yield* send(broker, terms({ quantity: terms().quantity }))
      assert.strictEqual(answer._tag, "Accepted")
      const again = yield* until(broker, isFill)
      assert.deepStrictEqual((yield* Fiber.join(again)).flatMap(executed).map(shown), ["/1#1 1"])
    })
  )

  it.scopedLive("SYNC-3: corrections and busts come as revisions, streamed, listed, and to whoever begins later", () =>
    Effect.gen(function* () {
      const { broker, exchange, simulator } = yield* open()
      const listening = yield* until(broker, isRevision(3))
      const { answer } = yield* send(broker, terms())
      const [fill] = yield* exchange.fills
      if (answer._tag !== "Accepted" || fill === undefined) return assert.fail(answer._tag)
      yield* broker.fillsOf(answer.brokerOrderId)
      const { execIdBase: execId } = fill
      yield* exchange.instruct({ id: "c", do: { correct: { execId, price: "101" } } })
      yield* exchange.instruct({ id: "b", do: { bust: { execId } } })
      const streamed = (yield* Fiber.join(listening)).flatMap(executed).map(shown)
      assert.include(streamed, "/1#2 1")
      assert.strictEqual(streamed.at(-1), "/1#3 0")
      const all = ["/1#1 1", "/1#2 1", "/1#3 0"]
      const listed = yield* broker.fillsOf(answer.brokerOrderId)
      assert.deepStrictEqual(
        listed.received.map(({ report }) => shown(report)),
        all
      )
      const { broker: later } = yield* open({}, { credentials: simulator.credentials })
      const window = yield* lately
      assert.deepStrictEqual(
        (yield* later.fills(window)).received.map(({ report }) => shown(report)),
        all
      )
    })
  )

  it.scopedLive("a connection that breaks ends the stream with a failure, for whoever follows it to come again", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const listening = yield* Effect.fork(Effect.flip(Stream.runDrain(streamOf(broker))))
      const connected = Effect.map(exchange.requests, (all) => all.filter(({ operation }) => operation === "stream"))
      const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* Effect.repeat(Effect.zipLeft(connected, turn), { until: (streams) => streams.length >= 2 })
      yield* exchange.instruct({ id: "x", do: { dropStream: {} } })
      assert.strictEqual((yield* Fiber.join(listening)).kind, "network")
    })
  )

  it.scopedLive("wrong keys are refused by the stream", () =>
    Effect.gen(function* () {
      const { simulator } = yield* open()
      const wrong = { ...simulator.credentials, secretKey: Redacted.make("wrong") }
      const { broker } = yield* open({}, { credentials: wrong })
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(streamOf(broker)))).kind, "unauthorised")
    })
  )

  it.scopedLive("a stream that no longer answers pings has failed", () =>
    Effect.gen(function* () {
      const http = createServer((_, response) => void response.end("[]"))
      const server = new WebSocketServer({ server: http, autoPong: false })
      yield* Effect.acquireRelease(
        Effect.async<void>((resume) => void http.listen(0, "127.0.0.1", () => resume(Effect.void))),
        () =>
          Effect.async<void>((resume) => {
            for (const client of server.clients) client.terminate()
            http.closeAllConnections()
            http.close(() => resume(Effect.void))
          })
      )
      server.on("connection", (socket) => {
        socket.on("message", (frame) => {
          const isListen = Buffer.isBuffer(frame) && frame.includes("listen")
          const answer = isListen
            ? { stream: "listening", data: { streams: ["trade_updates"] } }
            : { stream: "authorization", data: { status: "authorized", action: "authenticate" } }
          socket.send(JSON.stringify(answer))
        })
      })
      const address = http.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const { simulator } = yield* open()
      const credentials = { ...simulator.credentials, baseUrl: `http://127.0.0.1:${port}` }
      const { broker } = yield* open({}, { credentials, heartbeat: { everyMs: 20, withinMs: 20 } })
      const failed = yield* Effect.flip(Stream.runDrain(streamOf(broker)))
      assert.strictEqual(failed.kind, "network")
    })
  )
})
