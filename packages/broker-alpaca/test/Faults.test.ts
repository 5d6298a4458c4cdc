import { assert, describe, it } from "@effect/vitest"
import type { Instruction } from "@roundlot/broker-paper"
import { Instant, Price, Quantity, Ticker } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
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
    "AUD-7: $what",
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

  it.scopedLive.each([
    { mayTrade: true, differs: {}, said: undefined },
    { mayTrade: true, differs: { status: "PAPER_ONLY" }, said: undefined },
    { mayTrade: false, differs: { status: "ACCOUNT_CLOSED" }, said: "status ACCOUNT_CLOSED" },
    { mayTrade: false, differs: { status: "A_STATUS_OF_TOMORROW" }, said: "status A_STATUS_OF_TOMORROW" },
    { mayTrade: false, differs: { trading_blocked: true }, said: "trading_blocked" },
    { mayTrade: false, differs: { account_blocked: true }, said: "account_blocked" },
    { mayTrade: false, differs: { trade_suspended_by_user: true }, said: "trade_suspended_by_user" },
    { mayTrade: undefined, differs: { trading_blocked: undefined }, said: undefined },
    { mayTrade: false, differs: { status: undefined, account_blocked: true }, said: "account_blocked" },
    { mayTrade: false, differs: { trading_blocked: undefined, status: "INACTIVE" }, said: "status INACTIVE" }
  ])("Refusals: an account that answers $differs may trade: $mayTrade", ({ differs, mayTrade, said }) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const unblocked = {
        status: "ACTIVE",
        trading_blocked: false,
        account_blocked: false,
        trade_suspended_by_user: false
      }
      const figures = { account_number: "PA1", currency: "USD", buying_power: "1000" }
      const answer = { status: 200, body: { ...figures, ...unblocked, ...differs } }
      yield* exchange.instruct({ id: "account", when: { operation: "account" }, do: { answer } })
      assert.deepInclude(yield* broker.account, { mayTrade, words: said })
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
      // What Alpaca says of its limit is the account's, not what we begin with.
      const { limits } = yield* broker.requests ?? Effect.dieMessage("it has no limit")
      assert.deepInclude(limits[0], { limit: 10, left: 1 })
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
  it.scopedLive("a fraction sold short", () => refused({ side: "sell", quantity: half }, "42210000 fractional orders"))
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

const ORDER = "61e69015-8549-4bfd-b9c3-01e75843f47d"
const OTHER = "61e69015-8549-4bfd-b9c3-01e75843f47e"

/** The event stream, with these events in place of its own. */
const events = (...told: ReadonlyArray<unknown>): Instruction.InstructionInput => ({
  id: "events",
  when: { operation: "fills" },
  do: {
    answer: { status: 200, body: `: begun\n\n${told.map((each) => `data: ${JSON.stringify(each)}\n\n`).join("")}` }
  }
})

/** A client, its exchange, and an order of three shares that rests there. */
const resting = Effect.gen(function* () {
  const { broker, exchange } = yield* open()
  yield* exchange.instruct({ id: "hold", when: {}, do: { accept: {} } })
  const { answer } = yield* send(broker, terms({ quantity: Quantity.unsafe("3") }))
  if (answer._tag !== "Accepted") return yield* Effect.dieMessage(words(answer))
  return { broker, exchange, brokerOrderId: answer.brokerOrderId }
})

const tradeEvent = (orderId: string, at: Instant.Instant, differs: Readonly<Record<string, string>>) => ({
  event_id: "01KA00000000000000000000AA",
  ref_id: "corrected",
  previous_id: "gone",
  at: Instant.format(at),
  activity_type: "TRD",
  qty: "1",
  price: "100",
  details: { order_id: orderId, symbol: "AAPL", side: "buy", cum_qty: "0", ...differs }
})

/** A row of a listing of executions, of one share. */
const activity = (orderId: string, cumulative: string, at: Instant.Instant) => ({
  id: `20261120103000000::${cumulative}`,
  order_id: orderId,
  symbol: "AAPL",
  side: "buy",
  qty: "1",
  cum_qty: cumulative,
  price: "100",
  transaction_time: Instant.format(at)
})

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

  it.scopedLive(
    "FILL-14: whoever asks shares one read in flight, and its answer for a second; a cancel ends that",
    () =>
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

  it.scopedLive("a full page that leads no further is not told as whole", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const window = yield* lately
      const page = Array.from({ length: 100 }, (_, i) => activity(ORDER, String(i + 1), window.to))
      yield* exchange.instruct(events())
      yield* exchange.instruct({ ...events(), id: "page", do: { answer: { status: 200, body: page } }, times: 2 })
      const { complete, received } = yield* broker.fills(window)
      assert.isFalse(complete)
      assert.strictEqual(new Set(received.map(({ report }) => report.execId)).size, 100)
    })
  )

  it.scopedLive(
    "an order that does not say how much it is over, or whose replacement cannot be read, makes a listing one in part",
    () =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const at = Instant.format((yield* lately).to)
        const row = {
          id: ORDER,
          symbol: "AAPL",
          side: "buy",
          qty: null,
          filled_qty: "0",
          status: "new",
          created_at: at
        }
        yield* exchange.instruct(read({ answer: { status: 200, body: {} } }))
        const orders = [
          {},
          { notional: "100" },
          { notional: "100", status: "replaced", replaced_by: "gone" },
          { notional: "100", status: "replaced", replaced_by: OTHER }
        ]
        const listed = yield* Effect.forEach(orders, (differs, index) =>
          Effect.gen(function* () {
            const rows = { answer: { status: 200, body: [{ ...row, ...differs }] } }
            yield* exchange.instruct({ id: `l${index}`, when: { operation: "orders" }, do: rows })
            const { complete, received } = yield* broker.orders(yield* lately)
            return [complete, received.length]
          })
        )
        assert.deepStrictEqual(listed, [
          [false, 0],
          [true, 1],
          [true, 1],
          [false, 0]
        ])
      })
  )

  it.scopedLive.each([
    { what: "that cannot be read", event: { execution_type: "trade_cancel" }, isWhole: false, more: {} },
    { what: "of an execution that was never told", event: { execution_type: "trade_bust" }, isWhole: false, more: {} },
    { what: "of cash", event: {}, isWhole: true, more: { activity_type: "DIV" } }
  ])("SYNC-8: an event $what: what was executed is listed, and whole is $isWhole", ({ event, isWhole, more }) =>
    Effect.gen(function* () {
      const { broker, brokerOrderId, exchange } = yield* resting
      yield* exchange.instruct({ id: "f", do: { fill: { quantity: "1", brokerOrderId } }, times: 2 })
      const window = yield* lately
      const told = { ...tradeEvent(brokerOrderId, window.to, event), ...more }
      const listings = { all: broker.fills(window), own: broker.fillsOf(brokerOrderId) }
      for (const [id, listing] of Object.entries(listings)) {
        yield* exchange.instruct({ ...events(told), id, times: isWhole ? 1 : 2 })
        const { complete, received } = yield* listing
        assert.deepStrictEqual([complete, received.length], [isWhole, 2])
      }
    })
  )

  it.scopedLive(
    "SYNC-8: a correction that does not say of which order it is leaves every listing in part, until it comes no more",
    () =>
      Effect.gen(function* () {
        const { broker, brokerOrderId, exchange } = yield* resting
        yield* exchange.instruct({ id: "f", do: { fill: { quantity: "1", brokerOrderId } } })
        const window = yield* lately
        const listing = Effect.map(broker.fills(window), ({ complete, received }) => [complete, received.length])
        assert.deepStrictEqual(yield* listing, [true, 1])
        const { details: _, ...untold } = tradeEvent(brokerOrderId, window.to, {})
        const isTold = (id: string) => exchange.instruct({ ...events(untold), id, times: 1 })
        yield* isTold("first")
        assert.deepStrictEqual(yield* listing, [false, 1])
        yield* isTold("second")
        assert.deepStrictEqual(yield* listing, [false, 1])
        yield* isTold("third")
        const own = yield* broker.fillsOf(brokerOrderId)
        assert.deepStrictEqual([own.complete, own.received.length], [false, 1])
        assert.deepStrictEqual(yield* listing, [true, 1])
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
