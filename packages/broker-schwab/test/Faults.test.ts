import { assert, describe, it } from "@effect/vitest"
import type { Instruction } from "@roundlot/broker-paper"
import { SchwabBroker, Wire } from "@roundlot/broker-schwab"
import { Broker, Decimal, Instant, Price, Quantity, Ticker } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import type { OrderState } from "@roundlot/core/adapter"
import { Effect } from "effect"
import { account, lately, open, send, terms, words } from "./setup.ts"
import { fill, orderText } from "./orderText.ts"

const place = (what: Instruction.ActInput): Instruction.InstructionInput => ({ id: "fault", when: {}, do: what })

const read = (what: Instruction.ActInput): Instruction.InstructionInput => ({
  id: "fault",
  when: { operation: "order" },
  do: what
})

const answer = (status: number, body?: unknown, headers?: Readonly<Record<string, string>>): Instruction.ActInput => ({
  answer: { status, ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) }
})

/** Done, and answered otherwise than Schwab does. */
const taken = (status: number, headers?: Readonly<Record<string, string>>): Instruction.ActInput => ({
  answer: { status, taken: true, ...(headers === undefined ? {} : { headers }) }
})

/** What a send comes to while something goes wrong, and whether there is an order afterwards. */
const sends: ReadonlyArray<readonly [what: string, fault: Instruction.ActInput, answer: RegExp, isThere: boolean]> = [
  ["the answer is lost with the connection", { takeThenReset: {} }, /^Unknown the connection broke/, true],
  ["the answer never comes", { takeThenTimeout: {} }, /^Unknown no answer in time/, true],
  ["the connection breaks before it is taken", { resetBefore: {} }, /^Unknown the connection broke/, false],
  ["201 without a Location", taken(201), /^Unknown status 201 without a Location/, true],
  [
    "201 with a Location of another account",
    taken(201, { location: "/trader/v1/accounts/FFFF/orders/5" }),
    /^Unknown .*another account/,
    true
  ],
  ["500 although it was taken", taken(500), /^Unknown status 500/, true],
  ["429 with Retry-After", answer(429, undefined, { "retry-after": "2" }), /^NotSent .* 2000$/, false],
  ["429 without it", answer(429), /^NotSent too many requests.*\(429\)/, false],
  ["401", answer(401), /^NotSent not authorised.* 5000$/, false],
  ["403", answer(403, { message: "forbidden" }), /^Refused 403 forbidden/, false],
  ["404", answer(404, { message: "no such account" }), /^Refused 404 no such account/, false],
  ["500", answer(500), /^Unknown status 500/, false],
  ["503", answer(503, "upstream connect error"), /^Unknown status 503/, false],
  ["a refusal in words", { reject: { words: "not enough money" } }, /^Refused 400 not enough money/, false]
]

/** The legs of an order, without their shares. */
const leg = (...instructions: ReadonlyArray<string>): string =>
  JSON.stringify(instructions.map((instruction) => ({ instruction, instrument: { symbol: "AAPL" } })))

const children = { childOrderStrategies: `[${orderText({ orderId: "3" })}]` }

const submitted = (id: ClientOrderId.BrokerOrderId, at: OrderState.AcknowledgedOrder["acceptedAt"]) =>
  ({ _tag: "Submitted", brokerOrderIds: [id], acceptedAt: at }) as const

describe("a send that goes wrong, over real sockets", () => {
  it.scopedLive.each(sends.map(([what, fault, expected, isThere]) => ({ what, fault, expected, isThere })))(
    "AUD-7: $what",
    ({ expected, fault, isThere }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open({}, { answersWithin: "2 seconds" })
        yield* exchange.instruct(place(fault))
        assert.match(words((yield* send(broker, terms())).answer), expected)
        assert.strictEqual((yield* exchange.orders).length, isThere ? 1 : 0)
        const places = (yield* exchange.requests).filter(({ operation }) => operation === "place")
        assert.strictEqual(places.length, 1)
      })
  )

  it.scopedLive("O29: a Location that names another order is never taken for ours", () =>
    Effect.gen(function* () {
      const { broker, exchange, simulator } = yield* open()
      const account = simulator.account
      const manual = { manualOrder: { account, symbol: "KO", side: "sell", quantity: "7" } } as const
      yield* exchange.instruct({ id: "m", do: manual })
      const other = (yield* exchange.orders)[0]?.brokerOrderId ?? ""
      const { accountNumber } = yield* Effect.map(broker.account, (found) => ({ accountNumber: found.brokerAccountId }))
      assert.strictEqual(accountNumber, "12345678")
      yield* exchange.instruct(place(taken(201, { location: `/orders/${other}` })))
      assert.match(words((yield* send(broker, terms())).answer), /another one candidate \d{13}$/)
    })
  )

  it.scopedLive("201 is no acceptance: what is rejected within the second is read as that", () =>
    Effect.gen(function* () {
      const { broker, exchange, simulator } = yield* open()
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1", account: simulator.account } } })
      const sent = yield* send(broker, terms({ type: "limit", limitPrice: Price.unsafe("100") }))
      if (sent.answer._tag !== "Accepted") return assert.fail(words(sent.answer))
      const { report } = yield* broker.order(sent.answer.brokerOrderId)
      const rejected = "You do not have enough available cash/buying power for this order."
      const refusal = { code: "400", words: rejected, class: "later" }
      assert.containSubset(report, {
        rawStatus: "REJECTED",
        state: { _tag: "Closed", kind: "rejected" },
        words: rejected,
        refusal
      })
      assert.isAtLeast(Number(report.asOf), Number(sent.asOf))
    })
  )

  it.scopedLive("an order that cannot be read back is a candidate, and asked for first", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* exchange.instruct({ ...read(answer(503)), times: 4 })
      assert.match(words((yield* send(broker, terms())).answer), /could not be read back.* candidate \d{13}$/)
    })
  )

  it.scopedLive("a broker order id that is not 1 to 19 digits is refused before any request", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const id = ClientOrderId.BrokerOrderId.make("12345678901234567890")
      assert.strictEqual((yield* Effect.flip(broker.order(id))).kind, "unreadable")
      assert.strictEqual((yield* Effect.flip(broker.fillsOf(id))).kind, "unreadable")
      const at = (yield* lately).from
      assert.containSubset(yield* broker.cancel(submitted(id, at)), { _tag: "Refused", code: "order_id" })
      assert.deepStrictEqual(yield* exchange.requests, [])
    })
  )
})

type Kind = Broker.BrokerReadFailed["kind"]

/** What a read comes to while something goes wrong. */
const reads: ReadonlyArray<readonly [what: string, fault: Instruction.ActInput, kind: Kind]> = [
  ["500", answer(500), "server"],
  ["503 of something between", answer(503, "<html></html>"), "server"],
  ["429", answer(429, undefined, { "retry-after": "1" }), "rate_limited"],
  ["403", answer(403, { message: "forbidden." }), "unauthorised"],
  ["truncated JSON", answer(200, orderText().slice(0, 80)), "unreadable"],
  ["HTML instead of JSON", answer(200, "<html></html>"), "unreadable"],
  ["an id that is no number", answer(200, orderText({ orderId: '"x"' })), "unreadable"],
  ["a 404 that is not Schwab's", answer(404, "<html></html>"), "unreadable"],
  ["a reset", { resetBefore: {} }, "network"]
]

/** An order that works, and its id. */
const working = (place: Effect.Effect.Success<ReturnType<typeof open>>) =>
  Effect.gen(function* () {
    yield* place.exchange.instruct({ id: "accept", when: {}, do: { accept: {} } })
    const sent = yield* send(place.broker, terms({ quantity: Quantity.unsafe("3") }))
    return sent.answer._tag === "Accepted" ? sent.answer.brokerOrderId : yield* Effect.dieMessage(words(sent.answer))
  })

describe("a read that goes wrong, over real sockets", () => {
  it.scopedLive.each(reads.map(([what, fault, kind]) => ({ what, fault, kind })))(
    "FILL-3: $what is $kind, never an order that is not there",
    ({ fault, kind }) =>
      Effect.gen(function* () {
        const desk = yield* open({}, { servesAgainFor: 0 })
        const id = yield* working(desk)
        yield* desk.exchange.instruct(read(fault))
        const failed = yield* Effect.flip(desk.broker.order(id))
        assert.strictEqual(failed.kind, kind)
        if (kind === "rate_limited") assert.strictEqual(failed.retryAfterMs, 1000)
      })
  )

  it.scopedLive("FILL-3: no answer within the time that reads have is network, and one request", () =>
    Effect.gen(function* () {
      const desk = yield* open()
      const id = yield* working(desk)
      const { credentials } = desk.simulator
      const opening = Wire.open({ credentials, tokens: desk.tokens, readsWithin: "200 millis" })
      const wire = yield* Effect.provide(opening, desk.context)
      const hasty = yield* SchwabBroker.make({ account, wire, servesAgainFor: 0 })
      // On a busy machine the first answers take longer than that.
      yield* Effect.retry(hasty.order(id), { times: 50 })
      yield* desk.exchange.instruct(read({ takeThenTimeout: {} }))
      const before = (yield* desk.exchange.requests).length
      const failed = yield* Effect.flip(hasty.order(id))
      assert.deepStrictEqual([failed.operation, failed.kind], ["order", "network"])
      assert.include(failed.detail, "no answer in time")
      assert.strictEqual((yield* desk.exchange.requests).length - before, 1)
    })
  )

  it.scopedLive("a token that expired between two reads is renewed, and the read is asked once more", () =>
    Effect.gen(function* () {
      const desk = yield* open({}, { servesAgainFor: 0 })
      const id = yield* working(desk)
      yield* desk.exchange.instruct({ id: "x", do: { expireToken: {} } })
      assert.strictEqual((yield* desk.broker.order(id)).report._tag, "OrderSeen")
      const tokens = (yield* desk.exchange.requests).filter(({ operation }) => operation === "token")
      assert.strictEqual(tokens.length, 1)
    })
  )

  it.scopedLive("an unknown status and new fields: open, the raw status kept", () =>
    Effect.gen(function* () {
      const desk = yield* open({}, { servesAgainFor: 0 })
      const id = yield* working(desk)
      const text = orderText({ orderId: id, status: '"AWAITING_THE_MOON"', brandNew: '{"a":[1]}' })
      yield* desk.exchange.instruct(read(answer(200, text)))
      const { report } = yield* desk.broker.order(id)
      assert.containSubset(report, { rawStatus: "AWAITING_THE_MOON", state: { _tag: "Open" } })
    })
  )

  it.scopedLive.each(
    [
      "AWAITING_PARENT_ORDER",
      "AWAITING_CONDITION",
      "AWAITING_STOP_CONDITION",
      "AWAITING_MANUAL_REVIEW",
      "AWAITING_RELEASE_TIME",
      "AWAITING_UR_OUT",
      "PENDING_ACKNOWLEDGEMENT",
      "PENDING_RECALL",
      "PENDING_REPLACE",
      "ACCEPTED",
      "NEW"
    ].map((word) => ({ word }))
  )("FILL-1: an order that Schwab calls $word is open, found by that word, and fills from there", ({ word }) =>
    Effect.gen(function* () {
      const { broker, exchange, wire } = yield* open({}, { servesAgainFor: 0 })
      yield* exchange.instruct({ id: "s", when: {}, do: { status: { word } } })
      const { answer: given } = yield* send(broker, terms())
      if (given._tag !== "Accepted") return assert.fail(words(given))
      const seen = broker.order(given.brokerOrderId)
      const { report } = yield* seen
      assert.containSubset(report, { rawStatus: word, state: { _tag: "Open" } })
      const notWorking = word === "AWAITING_MANUAL_REVIEW" ? { reason: word } : undefined
      assert.deepStrictEqual(report._tag === "OrderSeen" ? report.notWorking : report, notWorking)
      const { received } = yield* broker.orders(yield* lately)
      assert.containSubset(received, [{ report: { rawStatus: word } }])
      const query = `fromEnteredTime=2020-01-01T00:00:00.000Z&toEnteredTime=2090-01-01T00:00:00.000Z&status=${word}`
      const listed = yield* wire.ask({ method: "GET", path: `/trader/v1/orders?${query}`, within: "5 seconds" })
      assert.include(listed._tag === "Answered" ? listed.text : "", given.brokerOrderId)
      yield* exchange.instruct({ id: "f", do: { fill: { brokerOrderId: given.brokerOrderId } } })
      assert.containSubset((yield* seen).report, { rawStatus: "FILLED" })
    })
  )

  it.scopedLive.each([
    { what: "no legs", differs: { orderLegCollection: "" }, isWhole: false },
    { what: "no number of shares", differs: { quantity: "", orderLegCollection: leg("BUY") }, isWhole: false },
    { what: "an instruction that is not documented", differs: { orderLegCollection: leg("BARTER") }, isWhole: false },
    // What books cannot hold hides nothing.
    { what: "an exchange of funds", differs: { orderLegCollection: leg("EXCHANGE") }, isWhole: true },
    { what: "several legs", differs: { orderLegCollection: leg("BUY", "SELL") }, isWhole: true },
    { what: "children in place of legs", differs: { orderLegCollection: "", ...children }, isWhole: true }
  ])("F0: a listing with an order of $what is whole: $isWhole", ({ differs, isWhole }) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({}, { servesAgainFor: 0 })
      const body = `[${orderText({ orderId: "1", ...differs })},${orderText({ orderId: "2" })}]`
      const listed = { answer: { status: 200, body } }
      yield* exchange.instruct({ id: "l", when: { operation: "orders" }, do: listed, times: 2 })
      const window = yield* lately
      const listing = yield* broker.orders(window)
      assert.isTrue(listing.received.some(({ report }) => report.brokerOrderId === "2"))
      assert.deepStrictEqual([listing, yield* broker.fills(window)].map(Broker.isWhole), [isWhole, isWhole])
    })
  )

  it.scopedLive.each([
    { orderType: '"NET_DEBIT"', side: "buy" },
    { orderType: '"NET_CREDIT"', side: "sell" },
    { orderType: '"MARKET"', side: "sell" }
  ])("P10: an order of several legs at $orderType is listed under all of them, and executes nothing", (given) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({}, { servesAgainFor: 0 })
      const legs = [
        { instruction: "SELL_TO_OPEN", quantity: 1, instrument: { symbol: "MRVL  250321P00090000" } },
        { instruction: "BUY_TO_OPEN", quantity: 1, instrument: { symbol: "MRVL  250321P00080000" } }
      ]
      const spread = {
        orderId: "7",
        orderType: given.orderType,
        complexOrderStrategyType: '"VERTICAL"',
        quantity: "1.0",
        filledQuantity: "1.0",
        status: '"FILLED"',
        orderLegCollection: JSON.stringify(legs)
      }
      const executions = [fill({ quantity: "1.0", price: "2.5" }, { quantity: "1.0", price: "1.5", legId: "2" })]
      const text = orderText(spread, executions)
      yield* exchange.instruct({ id: "l", when: { operation: "orders" }, do: answer(200, `[${text}]`), times: 2 })
      yield* exchange.instruct(read(answer(200, text)))
      const window = yield* lately
      const { executions: told, received } = yield* broker.orders(window)
      const listed = {
        brokerOrderId: "7",
        symbol: "VERTICAL MRVL  250321P00090000,MRVL  250321P00080000",
        side: given.side,
        rawStatus: "FILLED"
      }
      assert.containSubset(received, [{ report: listed }])
      assert.deepStrictEqual([told, (yield* broker.fills(window)).received], [[], []])
      assert.containSubset((yield* broker.order(ClientOrderId.BrokerOrderId.make("7"))).report, listed)
    })
  )

  it.scopedLive(
    "what Schwab lists no more is not told as whole, and the executions of an order that is not there neither",
    () =>
      Effect.gen(function* () {
        const { broker } = yield* open()
        const { to } = yield* lately
        const before = Instant.addMillis(to, -SchwabBroker.capabilities.historyWindowMs)
        for (const [from, isAll] of [
          [Instant.make(0n), false],
          [Instant.addMillis(before, 120_000), true]
        ] as const)
          for (const listing of [yield* broker.orders({ from, to }), yield* broker.fills({ from, to })]) {
            assert.strictEqual(listing.complete, isAll)
            assert.isAtLeast(Number(listing.wholeFrom), Number(before))
          }
        const { complete } = yield* broker.fillsOf(ClientOrderId.BrokerOrderId.make("404"))
        assert.isFalse(complete)
      })
  )

  it.scopedLive(
    "C4: an order that is filled and gives no total has filled all of it, and its executions are not whole",
    () =>
      Effect.gen(function* () {
        const desk = yield* open({}, { servesAgainFor: 0 })
        const id = yield* working(desk)
        yield* desk.exchange.instruct({
          ...read(answer(200, orderText({ orderId: id, status: '"FILLED"', filledQuantity: "" }))),
          times: 2
        })
        const { report } = yield* desk.broker.order(id)
        if (report._tag !== "OrderSeen") return assert.fail(report._tag)
        assert.strictEqual(report.cumulative && Decimal.format(report.cumulative), "10")
        assert.isFalse((yield* desk.broker.fillsOf(id)).complete)
      })
  )

  it.scopedLive("FILL-14: whoever asks shares one read in flight, and its answer for a second", () =>
    Effect.gen(function* () {
      const desk = yield* open()
      const id = yield* working(desk)
      yield* desk.broker.cancel(submitted(id, (yield* lately).from))
      const before = (yield* desk.exchange.requests).length
      yield* Effect.all([desk.broker.order(id), desk.broker.fillsOf(id), desk.broker.order(id)], {
        concurrency: "unbounded"
      })
      assert.strictEqual((yield* desk.exchange.requests).length, before + 1)
    })
  )

  it.scopedLive("FILL-14: an equal snapshot has the same time, a changed one a later", () =>
    Effect.gen(function* () {
      const desk = yield* open({ onItsWay: ["PENDING_ACKNOWLEDGEMENT", "QUEUED"] }, { servesAgainFor: 0 })
      const id = yield* working(desk)
      const seen = yield* Effect.replicateEffect(desk.broker.order(id), 3)
      const statuses = seen.map(({ report }) => (report._tag === "OrderSeen" ? report.rawStatus : report._tag))
      assert.deepStrictEqual(statuses, ["QUEUED", "WORKING", "WORKING"])
      const [queued, first, again] = seen.map(({ report }) => report.asOf)
      assert.strictEqual(first, again)
      assert.isAbove(Number(first), Number(queued))
    })
  )

  it.scopedLive(
    "an order that rests while the market is closed is open, can be cancelled there, and fills at the open",
    () =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open({}, { servesAgainFor: 0 })
        yield* exchange.instruct({ id: "close", do: { session: { open: false } } })
        const ids = yield* Effect.forEach([1, 2], () => Effect.map(send(broker, terms()), ({ answer: each }) => each))
        const [one, other] = ids.flatMap((each) => (each._tag === "Accepted" ? [each.brokerOrderId] : []))
        if (one === undefined || other === undefined) return assert.fail("an order was not taken")
        assert.containSubset((yield* broker.order(one)).report, {
          rawStatus: "PENDING_ACTIVATION",
          state: { _tag: "Open" }
        })
        assert.deepStrictEqual(yield* broker.cancel(submitted(one, (yield* lately).from)), { _tag: "Requested" })
        yield* exchange.instruct({ id: "open", do: { session: { open: true } } })
        assert.containSubset((yield* broker.order(one)).report, { rawStatus: "CANCELED" })
        assert.containSubset((yield* broker.order(other)).report, { rawStatus: "FILLED" })
      })
  )

  it.scopedLive("O7: executions in several activities, then the rest cancelled", () =>
    Effect.gen(function* () {
      const desk = yield* open({}, { servesAgainFor: 0 })
      const id = yield* working(desk)
      for (const [index, quantity] of ["1", "1"].entries()) {
        const fill = { quantity, price: "150.25", brokerOrderId: id }
        yield* desk.exchange.instruct({ id: `f${index}`, do: { fill } })
      }
      yield* desk.broker.cancel(submitted(id, (yield* lately).from))
      const { report } = yield* desk.broker.order(id)
      if (report._tag !== "OrderSeen") return assert.fail(report._tag)
      assert.strictEqual(report.rawStatus, "CANCELED")
      assert.strictEqual(Decimal.format(report.cumulative ?? Decimal.zero), "2")
      const { complete, received } = yield* desk.broker.fillsOf(id)
      assert.isTrue(complete)
      assert.deepStrictEqual(
        received.map((each) => each.report.price),
        [Price.unsafe("150.25"), Price.unsafe("150.25")]
      )
    })
  )

  it.scopedLive("positions are signed shares, and say of which account they are", () =>
    Effect.gen(function* () {
      const { broker } = yield* open()
      yield* send(broker, terms({ quantity: Quantity.unsafe("3") }))
      yield* send(broker, terms({ symbol: Ticker.Ticker.make("KO"), side: "sell", positionEffect: "open" }))
      const { brokerAccountId, complete, holdings } = yield* broker.positions
      assert.isTrue(complete)
      assert.strictEqual(brokerAccountId, (yield* broker.account).brokerAccountId)
      assert.deepStrictEqual(
        holdings.map(({ quantity, symbol }) => `${symbol} ${Decimal.format(quantity)}`),
        ["AAPL 3", "KO -1"]
      )
    })
  )

  it.scopedLive.each([
    { mayTrade: true, differs: { isClosingOnlyRestricted: false }, said: undefined },
    { mayTrade: false, differs: { isClosingOnlyRestricted: true }, said: "isClosingOnlyRestricted" },
    { mayTrade: undefined, differs: {}, said: undefined }
  ])("Refusals: an account that answers $differs may trade: $mayTrade", ({ differs, mayTrade, said }) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({}, { servesAgainFor: 0 })
      const body = { securitiesAccount: { type: "MARGIN", accountNumber: "12345678", ...differs } }
      yield* exchange.instruct({ ...read(answer(200, body)), when: { operation: "account" } })
      assert.deepInclude(yield* broker.account, { mayTrade, words: said })
    })
  )

  it.scopedLive("one's own limit: nothing leaves, and it says when it may", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({}, { requestsAMinute: 10 })
      const answers = yield* Effect.replicateEffect(
        Effect.map(send(broker, terms()), ({ answer: each }) => words(each)),
        6
      )
      assert.match(answers.at(-1) ?? "", /^NotSent rate limit exceeded \(local\) \d+$/)
      assert.isAtMost((yield* exchange.requests).length, 9)
      const usage = yield* broker.requests ?? Effect.succeed(undefined)
      assert.deepInclude(usage?.limits[0], { limit: 10, left: 1 })
      assert.isAtMost(usage?.answerMs ?? Infinity, usage?.slowestMs ?? 0)
    })
  )
})
