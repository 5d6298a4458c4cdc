import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Daemon, Decimal, Decision, Decisions, Fill, Price, Reads, Ticker } from "@roundlot/core"
import { Attempt, Payload, Sweep } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { account, audited, opened, orders } from "./Engine.ts"
import { driven, engineAt, until } from "./faults.ts"

const AAPL = Ticker.Ticker.make("AAPL")

/** An engine whose account is at a simulator of Alpaca, over sockets; a share is worth 150 dollars. */
const engine = Effect.gen(function* () {
  const { credentials, exchange } = yield* Simulator.make({
    requestsAMinute: 100_000,
    assets: new Map([["WHOLE", { fractionable: false }]]),
    prices: new Map([["AAPL", Price.unsafe("150")]])
  })
  const http = yield* Layer.build(NodeHttpClient.layerUndici)
  const broker = yield* AlpacaBroker.make({ account, credentials, answersWithin: "2 seconds", servesAgainFor: 0 }).pipe(
    Effect.provide(http)
  )
  return engineAt(broker, exchange)
})

const decided = (notional: string, symbol = AAPL) =>
  Effect.flatMap(Decisions.Decisions, (decisions) =>
    Effect.flatMap(decisions.decide(account, { symbol, side: "buy", notional: Decimal.unsafe(notional) }), ({ id }) =>
      decisions.execute(id)
    )
  )

const utf8 = new TextDecoder()

/** The bytes of the one request that was recorded. */
const request = Effect.gen(function* () {
  const [attempt] = yield* Reads.all(Attempt.AttemptTable)
  const payloads = yield* Reads.all(Payload.PayloadTable)
  const bytes = payloads.find(({ id }) => id === attempt?.requestPayloadId)?.bytes ?? new Uint8Array()
  const body: unknown = JSON.parse(utf8.decode(bytes))
  return body
})

const figures = Effect.map(orders, (all) =>
  all.map(({ askedNotional, filled, quantity, status }) =>
    [status, ...[askedNotional ?? Decimal.zero, quantity, filled].map(Decimal.format)].join(" ")
  )
)

const decision = Effect.map(Reads.all(Decision.DecisionTable), ([first]) => first?.status)

describe("an order over dollars at Alpaca, over sockets", () => {
  it.scopedLive("AUD-1: leaves as dollars, and its fills say how many shares it came to", () =>
    Effect.gen(function* () {
      const { exchange, services } = yield* engine
      yield* Effect.gen(function* () {
        yield* driven
        assert.strictEqual((yield* decided("100")).status, "submitted")
        const body = yield* request
        assert.containSubset(body, { symbol: "AAPL", notional: "100", type: "market", time_in_force: "day" })
        assert.notProperty(body, "qty")
        yield* Sweep.sweep(account)
        assert.deepStrictEqual(yield* figures, ["filled 100 0.666666666 0.666666666"])
        assert.strictEqual(yield* decision, "executed")
        const fills = yield* Reads.all(Fill.FillTable)
        assert.deepStrictEqual(
          fills.map(({ quantity }) => Decimal.format(quantity)),
          ["0.666666666"]
        )
        const places = (yield* exchange.requests).filter(({ operation }) => operation === "place")
        assert.strictEqual(places.length, 1)
        assert.deepStrictEqual(yield* audited, [])
      }).pipe(Effect.scoped, Effect.provide(services))
    })
  )

  it.scopedLive.each([
    { what: "reset after it was taken", act: { takeThenReset: {} } },
    { what: "no answer in time, after it was taken", act: { takeThenTimeout: {} } }
  ])("AUD-2: $what: found by its id, filled once, never sent again", (fault) =>
    Effect.gen(function* () {
      const { exchange, meets, services } = yield* engine
      yield* Effect.gen(function* () {
        yield* opened({})
        yield* Effect.forkScoped(Daemon.run({ intervalMs: 200, maxJitterMs: 0 }))
        yield* until(exchange.requests, (all) => all.some(({ operation }) => operation === "stream"))
        // The first one has the broker read.
        yield* decided("300")
        yield* until(decision, (status) => status === "executed")
        yield* meets(fault)
        yield* decided("100")
        yield* until(figures, ([, second]) => second === "filled 100 0.666666666 0.666666666")
        assert.strictEqual((yield* exchange.orders).length, 2)
        const fills = yield* Reads.all(Fill.FillTable)
        assert.strictEqual(fills.length, 2)
        assert.deepStrictEqual(yield* audited, [])
      }).pipe(Effect.scoped, Effect.provide(services))
    })
  )

  it.scopedLive("AUD-7: less than a dollar is refused in Alpaca's words, part of a cent before a byte has left", () =>
    Effect.gen(function* () {
      const { exchange, services } = yield* engine
      yield* Effect.gen(function* () {
        yield* driven
        assert.match((yield* decided("0.99")).reason ?? "", /^cost basis must be >= minimal amount/)
        assert.match((yield* decided("100.001")).reason ?? "", /^notional: \$100\.001 are no whole cents$/)
        assert.strictEqual((yield* exchange.orders).length, 0)
        assert.deepStrictEqual(yield* audited, [])
      }).pipe(Effect.scoped, Effect.provide(services))
    })
  )
})
