import { assert, describe, it } from "@effect/vitest"
import type { Instruction } from "@roundlot/broker-paper"
import { ClientOrderId, Price, Quantity, Ticker } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import { Clock, Effect, Either, Redacted } from "effect"
import { lately, open, send, terms, words } from "./setup.ts"

const place = (what: Instruction.ActInput): Instruction.InstructionInput => ({ id: "fault", when: {}, do: what })

const read = (what: Instruction.ActInput): Instruction.InstructionInput => ({
  id: "fault",
  when: { operation: "order" },
  do: what
})

/** What a send comes to while something goes wrong, and whether the order is found by our id afterwards. */
const sends: ReadonlyArray<readonly [what: string, fault: Instruction.ActInput, answer: RegExp, isThere: boolean]> = [
  ["the answer is lost with the connection", { takeThenReset: {} }, /^Unknown the connection broke/, true],
  ["the answer never comes", { takeThenTimeout: {} }, /^Unknown no answer in time/, true],
  ["the connection breaks before it is taken", { resetBefore: {} }, /^Unknown the connection broke/, false],
  ["429 with Retry-After", { answer: { status: 429, headers: { "retry-after": "2" } } }, /^NotSent .* 2000$/, false],
  ["429 without it", { answer: { status: 429 } }, /^NotSent too many requests.*\(429\) \d+$/, false],
  ["401", { answer: { status: 401 } }, /^NotSent not authorised/, false],
  ["500", { answer: { status: 500 } }, /^Unknown status 500/, false],
  ["HTML instead of JSON", { answer: { status: 502, body: "<html>bad gateway</html>" } }, /^Unknown status 502/, false],
  ["truncated JSON", { answer: { status: 200, body: '{"id":"61e6' } }, /^Unknown status 200 with an order/, false],
  ["a redirection", { answer: { status: 302, headers: { location: "/v2/clock" } } }, /^Unknown status 302/, false],
  ["a refusal in words", { reject: { words: "insufficient buying power" } }, /^Refused 40310000 insufficient/, false],
  [
    "an asset that is not tradable",
    { reject: { code: "42210000", words: "asset X is not tradable" } },
    /^Refused 42210000/,
    false
  ]
]

/** A clock that stands while it waits: both sides count their limits by the minute, and none ends here. */
const standing = Clock.clockWith((clock) =>
  Effect.map(Clock.currentTimeMillis, (nowMs): Clock.Clock => ({
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => nowMs,
    unsafeCurrentTimeNanos: () => BigInt(nowMs) * 1_000_000n,
    currentTimeMillis: Effect.succeed(nowMs),
    currentTimeNanos: Effect.succeed(BigInt(nowMs) * 1_000_000n),
    sleep: clock.sleep.bind(clock)
  }))
)

describe("a send that goes wrong, over real sockets", () => {
  it.scopedLive.each(sends.map(([what, fault, answer, isThere]) => ({ what, fault, answer, isThere })))(
    "AUD-5, AUD-7: $what",
    ({ answer, fault, isThere }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open({}, { answersWithin: "2 seconds" })
        yield* exchange.instruct(place(fault))
        const order = terms()
        assert.match(words((yield* send(broker, order)).answer), answer)
        // What waits for the limit's end is no part of this.
        if (words((yield* send(broker, order)).answer).startsWith("NotSent")) return
        const orders = yield* exchange.orders
        assert.strictEqual(orders.length, 1)
        const again = yield* exchange.requests
        const places = again.filter(({ operation }) => operation === "place")
        assert.deepStrictEqual(
          places.map((each) => each.answer.taken),
          isThere ? [true, false] : [false, true]
        )
      })
  )

  it.scopedLive("a client order id that was used before is unknown, and found by asking", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      const order = terms()
      assert.strictEqual(words((yield* send(broker, order)).answer), "Accepted")
      assert.match(words((yield* send(broker, order)).answer), /^Unknown client_order_id must be unique/)
      const found = yield* broker.lookup?.(order.clientOrderId) ?? Effect.void
      assert.strictEqual(found?.report._tag, "OrderSeen")
    })
  )

  it.scopedLive("wrong keys: nothing was processed, and reading says what to check", () =>
    Effect.gen(function* () {
      const { simulator } = yield* open()
      const { broker } = yield* open(
        {},
        {
          credentials: { ...simulator.credentials, secretKey: Redacted.make("wrong") }
        }
      )
      assert.match(words((yield* send(broker, terms())).answer), /^NotSent not authorised/)
      const failed = yield* Effect.flip(broker.account)
      assert.strictEqual(failed.kind, "unauthorised")
      assert.include(failed.message, "check the pair of keys")
    })
  )

  it.scopedLive("nobody listens: no byte left", () =>
    Effect.gen(function* () {
      const { credentials } = yield* Effect.scoped(Effect.map(open(), ({ simulator }) => simulator))
      const { broker } = yield* open({}, { credentials })
      assert.match(words((yield* send(broker, terms())).answer), /^NotSent no connection/)
      assert.strictEqual((yield* Effect.flip(broker.account)).kind, "network")
    })
  )

  it.scopedLive("where the limit is reached no event stream is opened either", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const limited = { answer: { status: 429, headers: { "retry-after": "60" } } }
      yield* exchange.instruct({ id: "limit", when: {}, do: limited })
      yield* send(broker, terms())
      const reached = (yield* exchange.requests).length
      const failed = yield* Effect.flip(broker.fills(yield* lately))
      assert.deepStrictEqual([failed.kind, failed.detail], ["rate_limited", "rate limit exceeded (local)"])
      assert.strictEqual((yield* exchange.requests).length, reached)
    })
  )

  it.scopedLive("the limit is counted on our side too: without a token no byte leaves, a cancel still does", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({ requestsAMinute: 10 })
      const resting = terms({ type: "limit", limitPrice: Price.unsafe("10") })
      yield* exchange.instruct({ id: "p", do: { price: { symbol: "AAPL", price: "200" } } })
      yield* send(broker, resting)
      const answers = yield* Effect.forEach(Array.from({ length: 12 }), () =>
        Effect.map(send(broker, terms({ symbol: Ticker.Ticker.make("KO") })), ({ answer }) => words(answer))
      )
      assert.match(answers.at(-1) ?? "", /^NotSent rate limit exceeded \(local\) \d+$/)
      const reached = (yield* exchange.requests).filter(({ operation }) => operation === "place")
      assert.isAtMost(reached.length, 9)
      const [first] = yield* exchange.orders
      assert.isDefined(first)
      if (first === undefined) return
      const cancelled = yield* broker.cancel({
        _tag: "Submitted",
        brokerOrderIds: [first.brokerOrderId],
        acceptedAt: first.enteredAt
      })
      assert.strictEqual(cancelled._tag, "Requested")
    }).pipe((test) => Effect.flatMap(standing, (clock) => Effect.withClock(test, clock)))
  )
})

const refused = (differs: Parameters<typeof terms>[0], code: string) =>
  Effect.gen(function* () {
    const { broker, exchange } = yield* open({ assets: new Map([["WHOLE", { fractionable: false }]]) })
    yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1000", account: "alpaca" } } })
    yield* send(broker, terms({ symbol: Ticker.Ticker.make("HELD") }))
    assert.match(words((yield* send(broker, terms(differs))).answer), new RegExp(`^Refused ${code}`))
  })

describe("what Alpaca refuses, as its simulator does", () => {
  const half = Quantity.unsafe("0.5")

  it.scopedLive("an unknown symbol", () =>
    refused({ symbol: Ticker.Ticker.make("NOPE1") }, "40010001 could not find asset")
  )
  it.scopedLive("more than the buying power", () =>
    refused({ quantity: Quantity.unsafe("11") }, "40310000 insufficient buying")
  )
  it.scopedLive("a fraction of what has none", () =>
    refused({ symbol: Ticker.Ticker.make("WHOLE"), quantity: half }, '40310000 asset "WHOLE" is not fractionable')
  )
  it.scopedLive("a sale through zero", () =>
    refused(
      { symbol: Ticker.Ticker.make("HELD"), side: "sell", quantity: Quantity.unsafe("2") },
      "40310000 insufficient qty available"
    )
  )
  it.scopedLive("a fraction sold short", () => refused({ side: "sell", quantity: half }, "40310000 fractional orders"))
})

type Kind = Broker.BrokerReadFailed["kind"]

/** What a read comes to while something goes wrong. */
const reads: ReadonlyArray<readonly [what: string, fault: Instruction.ActInput, kind: Kind]> = [
  ["500", { answer: { status: 500 } }, "server"],
  ["503 of something between", { answer: { status: 503, body: "<html></html>" } }, "server"],
  ["429", { answer: { status: 429, headers: { "retry-after": "1" } } }, "rate_limited"],
  ["401", { answer: { status: 401 } }, "unauthorised"],
  ["403", { answer: { status: 403, body: { message: "forbidden." } } }, "unauthorised"],
  ["truncated JSON", { answer: { status: 200, body: '{"id":' } }, "unreadable"],
  ["HTML instead of JSON", { answer: { status: 200, body: "<html></html>" } }, "unreadable"],
  ["a 404 that is not Alpaca's", { answer: { status: 404, body: "<html></html>" } }, "unreadable"],
  ["a reset", { resetBefore: {} }, "network"]
]

describe("a read that goes wrong, over real sockets", () => {
  it.scopedLive.each(reads.map(([what, fault, kind]) => ({ what, fault, kind })))(
    "FILL-3: $what is $kind, never an order that is not there",
    ({ fault, kind }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const { answer } = yield* send(broker, terms())
        yield* exchange.instruct(read(fault))
        if (answer._tag !== "Accepted") return assert.fail(words(answer))
        const failed = yield* Effect.flip(broker.order(answer.brokerOrderId))
        assert.strictEqual(failed.kind, kind)
        if (kind === "rate_limited") assert.strictEqual(failed.retryAfterMs, 1000)
      })
  )

  it.scopedLive("ACC-7: whoever asks shares one read in flight, and its answer for a second; a cancel ends that", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({}, { servesAgainFor: "1 minute" })
      yield* exchange.instruct({ id: "hold", when: {}, do: { accept: {} } })
      const { answer, asOf } = yield* send(broker, terms())
      if (answer._tag !== "Accepted") return assert.fail(words(answer))
      const id = answer.brokerOrderId
      const readings = Effect.map(
        exchange.requests,
        (all) => all.filter(({ operation }) => operation === "order").length
      )
      yield* Effect.all([broker.order(id), broker.order(id)], { concurrency: "unbounded" })
      yield* broker.order(id)
      assert.strictEqual(yield* readings, 1)
      yield* broker.cancel({ _tag: "Submitted", brokerOrderIds: [id], acceptedAt: asOf })
      const { report } = yield* broker.order(id)
      assert.strictEqual(report._tag === "OrderSeen" ? report.rawStatus : report._tag, "canceled")
      assert.strictEqual(yield* readings, 2)
    })
  )

  it.scopedLive("an order that Alpaca does not know is not found, by either id", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      const ids = ["61e69015-8549-4bfd-b9c3-01e75843f47d", "no-uuid"].map((id) => ClientOrderId.BrokerOrderId.make(id))
      const found = yield* Effect.forEach(ids, broker.order)
      assert.deepStrictEqual(
        found.map(({ report }) => report._tag),
        ["NotFound", "NotFound"]
      )
      const looked = yield* broker.lookup?.(ClientOrderId.ClientOrderId.make("rl1-nothing")) ?? Effect.void
      assert.containSubset(looked?.report, { _tag: "NotFound", complete: true })
      const asset = yield* broker.instrument(Ticker.Ticker.make("NOPE"))
      assert.strictEqual(asset._tag, "NotKnown")
    })
  )

  it.scopedLive("a listing of more than a page is read whole", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct({ id: "hold", when: {}, do: { accept: {} } })
      const { answer } = yield* send(broker, terms({ quantity: Quantity.unsafe("150") }))
      if (answer._tag !== "Accepted") return assert.fail(words(answer))
      const one = { quantity: "1", brokerOrderId: answer.brokerOrderId }
      yield* exchange.instruct({ id: "fills", do: { fill: one }, times: 130 })
      const listed = yield* broker.fills(yield* lately)
      assert.isTrue(listed.complete)
      assert.strictEqual(new Set(listed.received.map(({ report }) => report.execId)).size, 130)
    })
  )

  it.effect("a refusal before a send names what is wrong", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      const refused = broker.prepare(terms({ account: terms().account, type: "limit" }))
      assert.isTrue(Either.isLeft(refused))
    }).pipe(Effect.scoped)
  )
})
