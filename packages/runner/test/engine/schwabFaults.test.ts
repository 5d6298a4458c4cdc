import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { SchwabBroker, TokenFile, Transport, Wire } from "@roundlot/broker-schwab"
import { Simulator } from "@roundlot/broker-schwab/simulator"
import type { Instruction } from "@roundlot/broker-paper"
import {
  Account,
  Commands,
  Decimal,
  Decision,
  Decisions,
  Fill,
  Order,
  Price,
  Quantity,
  Reads,
  Ticker
} from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { Break, Cancels, Health, Sweep, Tracking } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Either, Effect, Layer } from "effect"
import { join } from "node:path"
import { account, audited, figures, orders, statuses, submit, trade } from "./Engine.ts"
import {
  accountRefused,
  answer,
  assertFilledOnce,
  assertHolds,
  driven,
  engineAt,
  folder,
  inDoubt,
  notSent,
  rejected,
  sentNow,
  streams,
  until,
  working
} from "./faults.ts"
import type { Row } from "./faults.ts"

const taken = (status: number, headers?: { readonly [name: string]: string }): Instruction.ActInput => ({
  answer: { status, taken: true, ...(headers === undefined ? {} : { headers }) }
})

/** The rows of the guide's table that are about sends. */
const rows: ReadonlyArray<Row> = [
  [{ what: "401, revoked between two calls", act: answer(401) }, notSent, /^not authorised: Unauthorized \(401\)$/],
  [{ what: "429 with Retry-After", act: answer(429, undefined, { "retry-after": "3" }) }, notSent, /\(429\)$/],
  [{ what: "429 without it", act: answer(429) }, notSent, /^too many requests: .*\(429\)$/],
  [
    { what: "no request left on our side", act: answer(429, undefined, { "retry-after": "60" }), isBefore: true },
    notSent,
    /^rate limit exceeded \(local\)$/
  ],
  [
    { what: "400 in Schwab's words", act: answer(400, { message: "no", errors: ["bad price"] }) },
    rejected,
    /^no; bad price$/
  ],
  [{ what: "400 without them", act: answer(400, "<html>bad</html>") }, inDoubt, /^$/],
  [{ what: "403 in Schwab's words", act: answer(403, { message: "forbidden" }) }, accountRefused, /^forbidden$/],
  [{ what: "404 in Schwab's words", act: answer(404, { message: "not here" }) }, accountRefused, /^not here$/],
  [{ what: "403 without them", act: answer(403, "<html>forbidden</html>") }, inDoubt, /^$/],
  [{ what: "404 without them", act: answer(404, "no route") }, inDoubt, /^$/],
  [{ what: "500", act: answer(500) }, inDoubt, /^$/],
  [{ what: "503", act: answer(503, "upstream connect error") }, inDoubt, /^$/],
  [{ what: "a redirection", act: answer(302, undefined, { location: "/orders/5" }) }, inDoubt, /^$/],
  [{ what: "201 without a Location", act: taken(201) }, inDoubt, /^$/],
  [
    { what: "201 with a Location of another account", act: taken(201, { location: "/accounts/F/orders/5" }) },
    inDoubt,
    /^$/
  ],
  [{ what: "201 that names an order that is not there", act: taken(201, { location: "/orders/5" }) }, inDoubt, /^$/],
  [{ what: "reset before it was taken", act: { resetBefore: {} } }, inDoubt, /^$/],
  [{ what: "reset after it was taken", act: { takeThenReset: {} } }, inDoubt, /^$/],
  [{ what: "no answer in time, after it was taken", act: { takeThenTimeout: {} } }, inDoubt, /^$/]
]

const world = Layer.mergeAll(Transport.layerSystem, NodeFileSystem.layer, Entropy.layerSecure)

/** An engine on a store in memory, an account at a simulator of its own, and what lets the fault happen to the next send. */
const engineThat = (options: Pick<SchwabBroker.Options, "answersWithin">) =>
  Effect.gen(function* () {
    const simulator = yield* Simulator.make({
      requestsAMinute: 100_000,
      prices: new Map([["AAPL", Price.unsafe("150.25")]])
    })
    const { credentials, exchange } = simulator
    const context = yield* Layer.build(world)
    const tokens = { file: join(yield* folder, "tokens.json"), key: undefined }
    yield* Effect.provide(TokenFile.write(tokens, yield* simulator.login), context)
    const opening = Wire.open({ credentials, tokens, requestsAMinute: 100_000 })
    const wire = yield* Effect.provide(opening, context)
    const broker = yield* SchwabBroker.make({ account, wire, ...options, servesAgainFor: 0 })
    return { ...engineAt(broker, exchange), simulator, wire }
  })

/** Waits as long as is usual: a busy machine loses no answer. */
const engine = engineThat({})

const impatient = engineThat({ answersWithin: "2 seconds" })

describe("a send to Schwab that goes wrong, over sockets: what becomes of order, position, decision and attempt", () => {
  it.scopedLive.each(rows.map((row) => ({ row, what: row[0].what })))("AUD-5, AUD-7: $what", ({ row }) =>
    assertHolds(impatient, row)
  )

  it.scopedLive(
    "201, then rejected within the second: the order is rejected in Schwab's words, its shares come back",
    () =>
      Effect.gen(function* () {
        const { exchange, services, simulator } = yield* engine
        yield* Effect.gen(function* () {
          yield* driven
          yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1", account: simulator.account } } })
          yield* submit(trade("buy", "1"))
          yield* sentNow
          const passes = Effect.zipRight(Tracking.pollAll, Cancels.requestCancels())
          yield* until(Effect.zipRight(passes, orders), ([first]) => first?.status === "rejected")
          const [order] = yield* orders
          assert.deepStrictEqual([order?.status, order?.rawStatus], ["rejected", "REJECTED"])
          assert.deepInclude(yield* figures("AAPL"), { inFlight: "0", residual: "1", answer: "CoolingDown" })
          assert.deepStrictEqual(yield* audited, [])
        }).pipe(Effect.provide(services))
      })
  )
})

/** Decisions one after the other, and what became of each: its status, and what its order was said to do to the holding. */
const turns: ReadonlyArray<readonly [side: "buy" | "sell", quantity: string, became: string]> = [
  ["sell", "2", "executed, open: SELL_SHORT"],
  ["buy", "4", "failed, -: Refused, crosses zero"],
  ["buy", "2", "executed, close: BUY_TO_COVER"],
  ["buy", "3", "executed, open: BUY"],
  ["sell", "1", "executed, close: SELL"],
  ["sell", "3", "failed, -: Refused, crosses zero"]
]

describe("what is sold and bought as it was decided", () => {
  it.scopedLive(
    "E2: a short sale, its cover and a sale of what is held are each asked for as that; none crosses zero",
    () =>
      Effect.gen(function* () {
        const { exchange, services, wire } = yield* engine
        yield* Effect.gen(function* () {
          yield* driven
          const decisions = yield* Decisions.Decisions
          for (const [side, quantity, became] of turns) {
            const wanted = { symbol: Ticker.Ticker.make("KO"), side, quantity: Quantity.unsafe(quantity) }
            const { id } = yield* decisions.decide(account, wanted)
            const { reason, status } = yield* decisions.execute(id)
            yield* Sweep.sweep(account)
            const order = (yield* orders).at(-1)
            const listed = yield* wire.ask({ method: "GET", path: EVERY_ORDER, within: "5 seconds" })
            const newest = listed._tag === "Answered" ? /"instruction":"(\w+)"/.exec(listed.text)?.[1] : undefined
            const words = status === "failed" ? reason?.split(":")[0] : newest
            const now = (yield* Reads.all(Decision.DecisionTable)).at(-1)?.status
            assert.strictEqual(`${now}, ${order?.positionEffect ?? "-"}: ${words}`, became)
          }
          assert.strictEqual((yield* exchange.orders).length, 4)
          assert.deepStrictEqual(yield* audited, [])
        }).pipe(Effect.scoped, Effect.provide(services))
      })
  )
})

/** What becomes of a decision that sells what is not held: what Schwab's books say is held besides, whether shorting is allowed, why it failed. */
const shorts: ReadonlyArray<
  readonly [
    what: string,
    of: { readonly shorting: "allowed" | "never"; readonly theirs: string; readonly quantity: string },
    reason: RegExp,
    sent: number
  ]
> = [
  [
    "a short sale where the account has none",
    { shorting: "never", theirs: "0", quantity: "1" },
    /^Refused, short not allowed/,
    0
  ],
  [
    "a short sale of what Schwab holds and the books do not",
    { shorting: "allowed", theirs: "2", quantity: "1" },
    /^Refused, halted/,
    0
  ],
  ["a fraction sold short", { shorting: "allowed", theirs: "0", quantity: "0.5" }, /whole shares only/, 0]
]

describe("what cannot be sold short at Schwab", () => {
  it.scopedLive.each(shorts.map(([what, of, reason, sent]) => ({ what, of, reason, sent })))(
    "AUD-1: $what has failed with the reason, and changes no position",
    ({ of, reason, sent }) =>
      Effect.gen(function* () {
        const { exchange, services, simulator } = yield* engine
        yield* Effect.gen(function* () {
          yield* driven
          const commands = yield* Commands.Commands
          yield* commands.setAccount(account, { ...Account.defaultSettings, shorting: of.shorting }, "test")
          const holding = { symbol: "KO", quantity: of.theirs, account: simulator.account }
          yield* exchange.instruct({ id: "h", do: { holding } })
          const decisions = yield* Decisions.Decisions
          const wanted = {
            symbol: Ticker.Ticker.make("KO"),
            side: "sell",
            quantity: Quantity.unsafe(of.quantity)
          } as const
          const { id } = yield* decisions.decide(account, wanted)
          const { reason: why = "", status } = yield* decisions.execute(id)
          assert.strictEqual(status, "failed")
          assert.match(why, reason)
          assert.lengthOf(yield* exchange.orders, sent)
          assert.deepStrictEqual(yield* Reads.all(Fill.FillTable), [])
          assert.deepStrictEqual(yield* audited, [])
        }).pipe(Effect.scoped, Effect.provide(services))
      })
  )
})

const EVERY_ORDER = "/trader/v1/orders?fromEnteredTime=2020-01-01T00:00:00.000Z&toEnteredTime=2099-01-01T00:00:00.000Z"

describe("a stream of Schwab's that goes wrong, under a daemon", () => {
  it.scopedLive.each(streams.map(([what, fault]) => ({ what, fault })))(
    "FILL-16, SYNC-2: one that $what: the order is filled once, the journal proves it",
    ({ fault }) => assertFilledOnce(engine, fault)
  )
})

describe("orders that are followed by polling alone", () => {
  it.scopedLive(
    "FILL-2, FILL-5: submitted, filled in parts, filled: at 150.25, which is 15025 cents, every fill once",
    () =>
      Effect.gen(function* () {
        const { exchange, services } = yield* engine
        yield* Effect.gen(function* () {
          const brokerOrderId = yield* working(exchange, "3")
          const seen: Array<string> = []
          for (const n of [0, 1, 2, 3]) {
            if (n > 0) yield* exchange.instruct({ id: `f${n}`, do: { fill: { quantity: "1", brokerOrderId } } })
            yield* Tracking.pollAll
            yield* Tracking.pollAll
            const [order] = yield* orders
            seen.push(`${order?.status} ${order === undefined ? "" : Decimal.format(order.filled)}`)
          }
          assert.deepStrictEqual(seen, ["submitted 0", "partially_filled 1", "partially_filled 2", "filled 3"])
          const fills = yield* Reads.all(Fill.FillTable)
          const cents = fills.map(({ price }) =>
            price === undefined ? undefined : Either.getOrNull(Price.toCents(price))
          )
          assert.deepStrictEqual(cents, [15025n, 15025n, 15025n])
          assert.deepStrictEqual(yield* Reads.all(Break.BreakTable), [])
          assert.deepStrictEqual(yield* audited, [])
        }).pipe(Effect.provide(services))
      })
  )

  it.scopedLive(
    "FILL-11: fifty orders of distinct symbols and prices are filled by polling, each at its own price",
    () =>
      Effect.gen(function* () {
        const { exchange, services } = yield* engine
        const symbols = Array.from({ length: 50 }, (_, i) => `SYM${i + 1}`)
        yield* Effect.gen(function* () {
          yield* driven
          yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} }, times: symbols.length })
          yield* submit(...symbols.map((symbol, i) => ({ ...trade("buy", String(i + 1)), symbol })))
          // A pass ends after a while and leaves the rest to the next.
          yield* until(Effect.zipRight(sentNow, orders), (all) => all.every(({ status }) => status === "submitted"))
          const placed = yield* exchange.orders
          for (const [i, { brokerOrderId }] of placed.entries())
            yield* exchange.instruct({ id: `f${i}`, do: { fill: { price: `${100 + i}.25`, brokerOrderId } } })
          const before = (yield* exchange.requests).length
          const polled = yield* Tracking.makePolled
          yield* Tracking.pollOpenOrders({ intervalMs: 1, maxJitterMs: 0 }, polled)
          // One listing has all orders and all that they executed.
          assert.strictEqual((yield* exchange.requests).length - before, 1)
          const all = yield* Reads.all(Order.OrderTable)
          assert.deepStrictEqual([...new Set(all.map(({ status }) => status))], ["filled"])
          const prices = (yield* Reads.all(Fill.FillTable)).map(({ price }) => price && Decimal.format(price))
          assert.strictEqual(new Set(prices).size, symbols.length)
          assert.deepStrictEqual(yield* audited, [])
        }).pipe(Effect.provide(services))
      })
  )
})

/** When an order was entered and filled, seconds from now; which legs it has. */
interface OrderReading {
  readonly atSeconds: number
  readonly filled: string
  readonly legs: ReadonlyArray<string>
}

const timeOf = (seconds: number): string =>
  new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z/, "+0000")

/** A filled order for three shares, as text of JSON. */
const filledText = (orderId: string, { atSeconds, filled, legs }: OrderReading): string =>
  JSON.stringify({
    session: "NORMAL",
    duration: "DAY",
    orderType: "MARKET",
    quantity: 3,
    filledQuantity: Number(filled),
    orderLegCollection: [
      { legId: 1, instrument: { assetType: "EQUITY", symbol: "AAPL" }, instruction: "BUY", quantity: 3 }
    ],
    orderId: Number(orderId),
    status: "FILLED",
    enteredTime: timeOf(atSeconds),
    closeTime: timeOf(atSeconds + 1),
    accountNumber: 12_345_678,
    orderActivityCollection: legs.map((quantity) => ({
      activityType: "EXECUTION",
      executionType: "FILL",
      quantity: Number(quantity),
      executionLegs: [{ legId: 1, quantity: Number(quantity), price: 150.25, time: timeOf(atSeconds + 1) }]
    }))
  })

/** What a reading says of the order, and what it comes to. */
const readings: ReadonlyArray<
  readonly [what: string, reading: OrderReading, order: string, breaks: ReadonlyArray<string>]
> = [
  ["all of it", { atSeconds: 0, filled: "3", legs: ["1", "2"] }, "filled 3, 0 unpriced", []],
  ["legs that are missing", { atSeconds: 0, filled: "3", legs: ["1"] }, "filled 3, 2 unpriced", []],
  [
    "legs of more than the total",
    { atSeconds: 0, filled: "2", legs: ["1", "2"] },
    "filled 3, 0 unpriced",
    ["CumulativeBelow"]
  ],
  ["a clock that is an hour behind ours", { atSeconds: -3600, filled: "3", legs: ["3"] }, "filled 3, 0 unpriced", []],
  ["a clock that is an hour ahead of ours", { atSeconds: 3600, filled: "3", legs: ["3"] }, "filled 3, 0 unpriced", []]
]

describe("what Schwab tells of a filled order", () => {
  it.scopedLive.each(readings.map(([what, told, order, breaks]) => ({ what, told, order, breaks })))(
    "FILL-2: $what",
    ({ breaks, order: wanted, told }) =>
      Effect.gen(function* () {
        const { exchange, services } = yield* engine
        yield* Effect.gen(function* () {
          const brokerOrderId = yield* working(exchange, "3")
          const body = filledText(brokerOrderId, told)
          const read = {
            id: "r",
            when: { operation: "order" },
            do: { answer: { status: 200, body } },
            times: 2
          } as const
          yield* exchange.instruct(read)
          yield* Tracking.pollAll
          const [order] = yield* orders
          assert.strictEqual(
            `${order?.status} ${order && Decimal.format(order.filled)}, ${order && Decimal.format(order.unpriced)} unpriced`,
            wanted
          )
          const open = (yield* Reads.all(Break.BreakTable)).filter(({ closedAt }) => closedAt === undefined)
          assert.deepStrictEqual(
            open.map(({ kind }) => kind),
            breaks
          )
          assert.deepStrictEqual(yield* audited, [])
        }).pipe(Effect.provide(services))
      })
  )
})

describe("a reading of Schwab's that fails", () => {
  it.scopedLive("FILL-3: is one request and up to three more; the order stays as it is, and health says so", () =>
    Effect.gen(function* () {
      const { exchange, services } = yield* engine
      yield* Effect.gen(function* () {
        yield* working(exchange, "1")
        const before = (yield* exchange.requests).length
        yield* exchange.instruct({ id: "f", when: { operation: "order" }, do: answer(503), times: 9 })
        yield* Tracking.pollAll
        assert.strictEqual((yield* exchange.requests).length - before, 4)
        assert.deepStrictEqual(yield* statuses, ["Submitted"])
        const parts = yield* Effect.flatMap(Health.Health, (health) => health.all)
        const poll = parts.find(({ part }) => part === `poll ${account}`)
        assert.deepStrictEqual([poll?.isWell, poll?.failures], [false, 1])
      }).pipe(Effect.provide(services))
    })
  )
})
