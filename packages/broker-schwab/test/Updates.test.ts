import { assert, describe, it } from "@effect/vitest"
import { Activity, TokenFile } from "@roundlot/broker-schwab"
import { Decimal, Instant, Quantity } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Clock, Effect, Fiber, Redacted, Stream } from "effect"
import { lately, open, send, terms, words } from "./setup.ts"

const streamOf = ({ updates }: Broker.BrokerService) => updates ?? Stream.empty

const executed = ({ report }: Report.Received): ReadonlyArray<Report.Executed> =>
  report._tag === "Executed" ? [report] : []

/** Lets others have the processor. */
const turn = Effect.promise(() => new Promise((resolve) => void setImmediate(resolve)))

type Place = Effect.Effect.Success<ReturnType<typeof open>>

/** Waits until somebody listens at the exchange. */
const listened = ({ exchange }: Place) =>
  Effect.repeat(Effect.zipLeft(exchange.requests, turn), {
    until: (all) => all.some(({ operation }) => operation === "stream")
  })

/** An order of three shares that works. */
const working = ({ broker, exchange }: Place) =>
  Effect.gen(function* () {
    yield* exchange.instruct({ id: "accept", when: {}, do: { accept: {} } })
    const { answer } = yield* send(broker, terms({ quantity: Quantity.unsafe("3") }))
    return answer._tag === "Accepted" ? answer.brokerOrderId : yield* Effect.dieMessage(words(answer))
  })

const collected = (place: Place, isEnough: (received: Report.Received) => boolean) =>
  Effect.fork(Effect.map(Stream.runCollect(Stream.takeUntil(streamOf(place.broker), isEnough)), (all) => [...all]))

const isFilled = ({ report }: Report.Received) => report._tag === "OrderSeen" && report.rawStatus === "FILLED"

describe("what Schwab streams", () => {
  it.scopedLive(
    "FILL-10: a fill is told within a second, as it is listed, and a burst of messages is one reading",
    () =>
      Effect.gen(function* () {
        const place = yield* open()
        const listening = yield* collected(place, isFilled)
        yield* listened(place)
        const brokerOrderId = yield* working(place)
        const before = (yield* place.exchange.requests).length
        const from = yield* Clock.currentTimeMillis
        for (const n of [1, 2, 3]) {
          yield* place.exchange.instruct({ id: `d${n}`, do: { duplicateEvent: {} } })
          yield* place.exchange.instruct({ id: `f${n}`, do: { fill: { quantity: "1", price: "100", brokerOrderId } } })
        }
        const all = yield* Fiber.join(listening)
        // A second where the machine is free for it; on a busy one far less than the poller takes.
        assert.isBelow((yield* Clock.currentTimeMillis) - from, 5_000)
        const listed = yield* place.broker.fills(yield* lately)
        assert.deepStrictEqual(
          new Set(all.flatMap(executed).map(({ execId }) => execId)),
          new Set(listed.received.map(({ report }) => report.execId))
        )
        const reads = (yield* place.exchange.requests).slice(before).filter(({ operation }) => operation === "order")
        assert.isAtMost(reads.length, 3)
      })
  )

  it.scopedLive("a connection that breaks, or gives no sign of life, ends it with a failure", () =>
    Effect.gen(function* () {
      const place = yield* open()
      const listening = yield* Effect.fork(Effect.flip(Stream.runDrain(streamOf(place.broker))))
      yield* listened(place)
      // The answer to the subscription may be on its way yet.
      yield* working(place)
      yield* place.exchange.instruct({ id: "x", do: { dropStream: {} } })
      assert.strictEqual((yield* Fiber.join(listening)).kind, "network")
      const silent = yield* open({}, { silentFor: "100 millis" })
      const failed = yield* Effect.flip(Stream.runDrain(streamOf(silent.broker)))
      assert.include(failed.detail, "no sign of life")
    })
  )

  it.scopedLive("a login that is not valid is refused by the stream, too", () =>
    Effect.gen(function* () {
      const { broker, context, tokens } = yield* open()
      const until = Instant.fromMillis((yield* Clock.currentTimeMillis) + 3_600_000)
      const wrong = Redacted.make("wrong")
      const stale = { accessToken: wrong, accessExpiresAt: until, refreshToken: wrong, refreshExpiresAt: until }
      yield* Effect.provide(TokenFile.write(tokens, stale), context)
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(streamOf(broker)))).kind, "unauthorised")
    })
  )

  it.scopedLive("where the stream is silent about an order, reading it shows what it came to", () =>
    Effect.gen(function* () {
      const place = yield* open({}, { servesAgainFor: 0 })
      const brokerOrderId = yield* working(place)
      yield* place.exchange.instruct({ id: "s", do: { silence: {} } })
      yield* place.exchange.instruct({ id: "f", do: { fill: { brokerOrderId } } })
      const { report } = yield* place.broker.order(brokerOrderId)
      assert.strictEqual(report._tag === "OrderSeen" && Decimal.format(report.cumulative ?? Decimal.zero), "3")
    })
  )
})

const ACCOUNT = "12345678"

const frame = (message: unknown, account: unknown = ACCOUNT) =>
  JSON.stringify({
    data: [
      {
        service: "ACCT_ACTIVITY",
        timestamp: 1,
        command: "SUBS",
        content: [{ seq: 1, key: "k", "1": account, "2": "OrderCreated", "3": message }]
      }
    ]
  })

/** What a frame is about, however it is written. */
const frames: ReadonlyArray<readonly [what: string, frame: string, orders: ReadonlyArray<string>]> = [
  ["an order, its id as text", frame('{"SchwabOrderID":"1005600000001"}'), ["1005600000001"]],
  ["its id as a number beyond 2^53", frame('{"SchwabOrderID":9007199254740993}'), ["9007199254740993"]],
  ["an account as a number", frame('{"SchwabOrderID":"5"}', 12345678), ["5"]],
  [
    "a change: the old order and the new one",
    frame('{"SchwabOrderID":"5","BaseEvent":{"x":{"LegCancelRequestInfoList":[{"ChangedNewSchwabOrderId":"6"}]}}}'),
    ["5", "6"]
  ],
  ["another account", frame('{"SchwabOrderID":"5"}', "999"), []],
  ["a subscription", frame(""), []],
  ["prose", frame("This message type is not supported"), []],
  ["no order id", frame('{"SchwabOrderID":{"lo":"5"}}'), []],
  ["another service", '{"data":[{"service":"LEVELONE","timestamp":1,"command":"SUBS","content":[{"1":5}]}]}', []],
  ["a heartbeat", '{"notify":[{"heartbeat":"1"}]}', []],
  ["no JSON", "<html>", []]
]

describe("a frame of the stream", () => {
  it.each(frames.map(([what, text, orders]) => ({ what, text, orders })))("tells of $what", ({ orders, text }) => {
    assert.deepStrictEqual(Activity.ordersIn(text, ACCOUNT), orders)
  })
})
