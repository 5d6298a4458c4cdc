import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Decimal, Decisions, Price, Quantity, Ticker } from "@roundlot/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { account, orders } from "./Engine.ts"
import { driven, engineAt } from "./faults.ts"

const NVDA = Ticker.Ticker.make("NVDA")

/** An engine whose account is at a simulator of Alpaca, over sockets; a share is worth 180 dollars, and no trade says so. */
const engine = Effect.gen(function* () {
  const { credentials, exchange } = yield* Simulator.make({
    requestsAMinute: 100_000,
    prices: new Map([["NVDA", Price.unsafe("180")]])
  })
  const http = yield* Layer.build(NodeHttpClient.layerUndici)
  const broker = yield* AlpacaBroker.make({ account, credentials, servesAgainFor: 0 }).pipe(Effect.provide(http))
  return engineAt(broker, exchange)
})

const bought = (shares: string) =>
  Effect.flatMap(Decisions.Decisions, (decisions) =>
    Effect.flatMap(
      decisions.decide(account, { symbol: NVDA, side: "buy", quantity: Quantity.unsafe(shares) }),
      ({ id }) => decisions.execute(id)
    )
  )

const asked = (operation: string) => (requests: ReadonlyArray<{ readonly operation: string }>) =>
  requests.filter((request) => request.operation === operation).length

describe("D3: dollars are judged by the quote of Alpaca where no trade said a price, over sockets", () => {
  it.scopedLive(
    "an order of more than 100,000 dollars by the quote is stopped, and one within passes, by one request",
    () =>
      Effect.gen(function* () {
        const { exchange, services } = yield* engine
        yield* Effect.gen(function* () {
          yield* driven
          const beyond = yield* bought("556")
          assert.strictEqual(beyond.status, "failed")
          assert.include(beyond.reason, "dollars per order")
          const within = yield* bought("555")
          assert.strictEqual(within.status, "submitted")
          const requests = yield* exchange.requests
          assert.strictEqual(asked("place")(requests), 1)
          assert.strictEqual(asked("quote")(requests), 1)
          const [, sent] = yield* orders
          assert.deepStrictEqual(
            [sent?.referencePrice && Decimal.format(sent.referencePrice), sent?.referenceSource],
            ["180", "alpaca quote"]
          )
        }).pipe(Effect.scoped, Effect.provide(services))
      })
  )
})
