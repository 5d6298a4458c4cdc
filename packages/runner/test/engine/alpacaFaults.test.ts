import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker } from "@roundlot/broker-alpaca"
import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Decimal, Decisions, Fill, Price, Quantity, Reads, Ticker } from "@roundlot/core"
import { Sweep } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { account, audited } from "./Engine.ts"
import {
  answer,
  assertFilledOnce,
  assertHolds,
  driven,
  engineAt,
  inDoubt,
  notSent,
  rejected,
  streams
} from "./faults.ts"
import type { Row } from "./faults.ts"

const forTheSession = { ...rejected, position: "0 in flight, Held(refused)" }
const withoutAClass = { ...rejected, position: "0 in flight, BreakOpen" }

const refusal = (code: number, message: string) => ({ code, message })

/** The rows of the guide's table that are about sends. */
const rows: ReadonlyArray<Row> = [
  [{ what: "401, keys revoked meanwhile", act: answer(401) }, notSent, /^not authorised: unauthorized\. \(401\)$/],
  [{ what: "429 with Retry-After", act: answer(429, undefined, { "retry-after": "3" }) }, notSent, /\(429\)$/],
  [{ what: "429 without it", act: answer(429) }, notSent, /^too many requests: .*\(429\)$/],
  [
    { what: "no token on our side", act: answer(429, undefined, { "retry-after": "60" }), isBefore: true },
    notSent,
    /^rate limit exceeded \(local\)$/
  ],
  [
    {
      what: "403 40310000, insufficient buying power",
      act: answer(403, refusal(40310000, "insufficient buying power"))
    },
    rejected,
    /^insufficient buying power$/
  ],
  [
    { what: "403 40310000, not fractionable", act: answer(403, refusal(40310000, 'asset "AAPL" is not fractionable')) },
    rejected,
    /not fractionable$/
  ],
  [
    {
      what: "403 40310000, more than is held",
      act: answer(403, refusal(40310000, "insufficient qty available for order"))
    },
    rejected,
    /^insufficient qty/
  ],
  [
    { what: "403 40310100, the day-trade rule", act: answer(403, refusal(40310100, "trade denied")) },
    forTheSession,
    /^trade denied$/
  ],
  [
    { what: "403 40310010, a halt", act: answer(403, refusal(40310010, "trading halted")) },
    forTheSession,
    /^trading halted$/
  ],
  [{ what: "404 40410000", act: answer(404, refusal(40410000, "not found")) }, rejected, /^not found$/],
  [{ what: "a code that is new", act: answer(403, refusal(40319999, "new words")) }, withoutAClass, /^new words$/],
  [{ what: "403 without a code", act: answer(403, "<html>forbidden</html>") }, inDoubt, /^$/],
  [
    { what: "422 about parameters", act: answer(422, refusal(42210000, "asset AAPL is not tradable")) },
    forTheSession,
    /not tradable$/
  ],
  [
    {
      what: "422 client_order_id must be unique",
      act: answer(422, refusal(40010001, "client_order_id must be unique"))
    },
    inDoubt,
    /^$/
  ],
  [{ what: "408", act: answer(408) }, inDoubt, /^$/],
  [{ what: "500", act: answer(500) }, inDoubt, /^$/],
  [{ what: "HTML instead of JSON", act: answer(502, "<html>bad gateway</html>") }, inDoubt, /^$/],
  [{ what: "truncated JSON", act: answer(200, '{"id":"61e6') }, inDoubt, /^$/],
  [{ what: "a redirection", act: answer(302, undefined, { location: "/v2/clock" }) }, inDoubt, /^$/],
  [{ what: "reset before it was taken", act: { resetBefore: {} } }, inDoubt, /^$/],
  [{ what: "reset after it was taken", act: { takeThenReset: {} } }, inDoubt, /^$/],
  [{ what: "no answer in time, after it was taken", act: { takeThenTimeout: {} } }, inDoubt, /^$/]
]

/** An engine on a store in memory, an account at a simulator of its own, and what lets the fault happen to the next send. */
const engine = Effect.gen(function* () {
  const { credentials, exchange } = yield* Simulator.make({
    requestsAMinute: 100_000,
    assets: new Map([
      ["GONE", { tradable: false }],
      ["WHOLE", { fractionable: false }],
      ["OWN", { shortable: false }]
    ]),
    prices: new Map([["AAPL", Price.unsafe("150")]])
  })
  const http = yield* Layer.build(NodeHttpClient.layerUndici)
  const broker = yield* AlpacaBroker.make({ account, credentials, answersWithin: "2 seconds", servesAgainFor: 0 }).pipe(
    Effect.provide(http)
  )
  return engineAt(broker, exchange)
})

describe("a send to Alpaca that goes wrong, over sockets: what becomes of order, position, decision and attempt", () => {
  it.scopedLive.each(rows.map((row) => ({ row, what: row[0].what })))("AUD-5, AUD-7: $what", ({ row }) =>
    assertHolds(engine, row)
  )
})

describe("a stream of Alpaca's that goes wrong, under a daemon", () => {
  it.scopedLive.each(streams.map(([what, fault]) => ({ what, fault })))(
    "FILL-16, SYNC-2: one that $what: the order is filled once, the journal proves it",
    ({ fault }) => assertFilledOnce(engine, fault)
  )
})

/** What cannot be ordered at Alpaca: after so many shares were bought, a decision over so many of a symbol comes to that. */
const refusedBefore: ReadonlyArray<
  readonly [
    what: string,
    symbol: string,
    held: string,
    side: "buy" | "sell",
    quantity: string,
    reason: RegExp,
    sent: number
  ]
> = [
  ["an unknown symbol", "NOPE", "0", "buy", "1", /^Refused, instrument unknown/, 0],
  ["an untradable symbol", "GONE", "0", "buy", "1", /^Refused, instrument unknown/, 0],
  ["a sale through zero", "KO", "1", "sell", "2", /^Refused, crosses zero/, 1],
  ["a fraction of what has none", "WHOLE", "0", "buy", "0.5", /^Refused, not fractionable/, 0],
  ["a short sale of what nobody lends", "OWN", "0", "sell", "1", /^Refused, short not allowed/, 0],
  ["a fraction sold short", "KO", "0", "sell", "0.5", /^fractional orders cannot be sold short$/, 1]
]

describe("what cannot be ordered at Alpaca", () => {
  it.scopedLive.each(
    refusedBefore.map(([what, symbol, held, side, quantity, reason, sent]) => ({
      what,
      symbol,
      held,
      side,
      quantity,
      reason,
      sent
    }))
  )(
    "AUD-1: $what has failed with the reason, and changes no position",
    ({ held, quantity, reason, sent, side, symbol }) =>
      Effect.gen(function* () {
        const { exchange, services } = yield* engine
        yield* Effect.gen(function* () {
          yield* driven
          const decisions = yield* Decisions.Decisions
          const decided = (side: "buy" | "sell", quantity: string) =>
            Effect.flatMap(
              decisions.decide(account, {
                symbol: Ticker.Ticker.make(symbol),
                side,
                quantity: Quantity.unsafe(quantity)
              }),
              ({ id }) => decisions.execute(id)
            )
          if (held !== "0") {
            yield* decided("buy", held)
            yield* Sweep.sweep(account)
          }
          const { reason: why = "", status } = yield* decided(side, quantity)
          assert.strictEqual(status, "failed")
          assert.match(why, reason)
          const places = (yield* exchange.requests).filter(({ operation }) => operation === "place")
          assert.isAtMost(places.length, sent)
          const filled = (yield* Reads.all(Fill.FillTable)).map(({ quantity: each }) => Decimal.format(each))
          assert.deepStrictEqual(filled, held === "0" ? [] : [held])
          assert.deepStrictEqual(yield* audited, [])
        }).pipe(Effect.scoped, Effect.provide(services))
      })
  )
})
