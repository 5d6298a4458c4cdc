import { WebSocket } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import type { Exchange } from "@roundlot/broker-paper"
import type { Simulator } from "@roundlot/broker-schwab/simulator"
import { AccountName, Decimal, Price } from "@roundlot/core"
import { ClientOrderId, type Report } from "@roundlot/core/adapter"
import { Effect, Queue, Redacted, Schema, TestClock } from "effect"
import { asking, lately, open, send, terms } from "./setup.ts"

const prices = new Map([["AAPL", Price.unsafe("100")]])

let given = 0

const market = (exchange: Exchange.ExchangeService, act: Parameters<typeof exchange.instruct>[0]["do"]) =>
  exchange.instruct({ id: `event ${++given}`, do: act })

const at = (price: string) => ({ price: { symbol: "AAPL", price } })

/** What a client of Schwab's API places and reads at the accounts behind one login. */
const opened = (options: Simulator.Options = {}) =>
  Effect.gen(function* () {
    const desk = yield* open({ prices, ...options }, { servesAgainFor: 0 })
    const ask = yield* asking(desk.simulator)
    const [, numbers] = yield* ask("/trader/v1/accounts/accountNumbers")
    const seats = decodeNumbers(numbers).map(({ hashValue }) => seatOf(ask, `/trader/v1/accounts/${hashValue}`))
    const [seat] = seats
    if (seat === undefined) return yield* Effect.dieMessage("the login opens no account")
    const status = Effect.map(ask("/marketdata/v1/AAPL/quotes"), ([, body]) =>
      String(Object(body).AAPL.quote.securityStatus)
    )
    return { ...desk, ...seat, ask, seats, status }
  })

const decodeNumbers = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ hashValue: Schema.String })))

const decodeOrders = Schema.decodeUnknownSync(
  Schema.Array(
    Schema.Struct({
      orderId: Schema.Number,
      status: Schema.String,
      filledQuantity: Schema.Number,
      quantity: Schema.Number,
      price: Schema.optional(Schema.Number)
    })
  )
)

const decodeAccount = Schema.decodeUnknownSync(
  Schema.Struct({
    securitiesAccount: Schema.Struct({
      positions: Schema.Array(
        Schema.Struct({
          longQuantity: Schema.Number,
          shortQuantity: Schema.Number,
          averagePrice: Schema.Number,
          instrument: Schema.Struct({ symbol: Schema.String })
        })
      )
    })
  })
)

/** An account: its orders as `status filled of quantity at price`, oldest first, and what it holds. */
const seatOf = (ask: Effect.Effect.Success<ReturnType<typeof asking>>, account: string) => ({
  place: (instruction: string, quantity: number, price?: string, duration = "DAY", stopPrice?: string) =>
    Effect.map(
      ask(`${account}/orders`, {
        orderType: stopPrice === undefined ? (price === undefined ? "MARKET" : "LIMIT") : "STOP",
        ...(price === undefined ? {} : { price }),
        ...(stopPrice === undefined ? {} : { stopPrice }),
        session: "NORMAL",
        duration,
        orderStrategyType: "SINGLE",
        orderLegCollection: [{ instruction, quantity, instrument: { symbol: "AAPL", assetType: "EQUITY" } }]
      }),
      ([status]) => assert.strictEqual(status, 201)
    ),
  orders: Effect.map(
    ask(`${account}/orders?fromEnteredTime=1970-01-01T00:00:00.000Z&toEnteredTime=2100-01-01T00:00:00.000Z`),
    ([, body]) =>
      decodeOrders(body)
        .toReversed()
        .map(
          ({ filledQuantity, price, quantity, status }) =>
            `${status} ${filledQuantity} of ${quantity} at ${price ?? "the market"}`
        )
  ),
  held: Effect.map(ask(`${account}?fields=positions`), ([, body]) =>
    decodeAccount(body).securitiesAccount.positions.map(
      ({ averagePrice, instrument, longQuantity, shortQuantity }) =>
        `${longQuantity - shortQuantity} ${instrument.symbol} at ${averagePrice}`
    )
  )
})

const Frame = Schema.parseJson(
  Schema.Struct({
    response: Schema.optional(Schema.Array(Schema.Struct({ command: Schema.String }))),
    data: Schema.optional(
      Schema.Array(Schema.Struct({ content: Schema.Array(Schema.Struct({ "1": Schema.String, "2": Schema.String })) }))
    )
  })
)

const decodeFrame = Schema.decodeUnknownSync(Frame)

/** What the stream says of the accounts behind the login: `number event`; and a wait for lines of it. */
const listening = ({
  simulator: { credentials, login }
}: Pick<Effect.Effect.Success<ReturnType<typeof opened>>, "simulator">) =>
  Effect.gen(function* () {
    const { accessToken } = yield* login
    const heard = yield* Queue.unbounded<string>()
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => new WebSocket(`${credentials.baseUrl.replace("http", "ws")}/ws`)),
      (each) => Effect.sync(() => each.close())
    )
    const request = (requestid: string, service: string, command: string, parameters: object) =>
      socket.send(JSON.stringify({ requests: [{ requestid, service, command, parameters }] }))
    socket.addEventListener("open", () =>
      request("0", "ADMIN", "LOGIN", { Authorization: Redacted.value(accessToken) })
    )
    socket.addEventListener("message", ({ data }) => {
      const frame = decodeFrame(String(data))
      for (const { command } of frame.response ?? []) {
        if (command === "LOGIN") request("1", "ACCT_ACTIVITY", "SUBS", { keys: "k", fields: "0,1,2,3" })
        heard.unsafeOffer(command)
      }
      for (const { content } of frame.data ?? []) for (const each of content) heard.unsafeOffer(`${each[1]} ${each[2]}`)
    })
    const seen = new Set<string>()
    const until = (...lines: ReadonlyArray<string>) =>
      Effect.iterate(undefined, {
        while: () => lines.some((line) => !seen.has(line)),
        body: () => Effect.map(Queue.take(heard), (line) => void seen.add(line))
      })
    yield* until("SUBS")
    return until
  })

/** An order as the adapter reports it. */
const shown = (report: Report.OrderSeen | Report.NotFound): string =>
  report._tag === "NotFound"
    ? "not found"
    : `${report.rawStatus} ${textOf(report.cumulative)} of ${textOf(report.quantity)} at ${textOf(report.limitPrice)}`

const textOf = (amount: Decimal.Decimal | undefined): string =>
  amount === undefined ? "the market" : Decimal.format(amount)

describe("what happens at the market, as clients of Schwab's simulator see it", () => {
  it.scoped("a price beyond the bands is not traded at, and the market comes back or pauses", () =>
    Effect.gen(function* () {
      const { exchange, orders, place, status } = yield* opened()
      yield* market(exchange, { bands: { symbol: "AAPL", lower: "95", upper: "105" } })
      yield* place("BUY", 10, "94")
      yield* market(exchange, at("94"))
      assert.deepStrictEqual(yield* orders, ["WORKING 0 of 10 at 94"])
      yield* TestClock.adjust("14 seconds")
      yield* market(exchange, at("96"))
      yield* TestClock.adjust("14 seconds")
      assert.strictEqual(yield* status, "Normal")
      yield* place("BUY", 1)
      yield* market(exchange, at("94"))
      yield* TestClock.adjust("16 seconds")
      assert.strictEqual(yield* status, "Halted")
      yield* place("BUY", 2)
      assert.deepStrictEqual((yield* orders).slice(1), ["FILLED 1 of 1 at the market", "WORKING 0 of 2 at the market"])
      yield* TestClock.adjust("301 seconds")
      assert.strictEqual(yield* status, "Normal")
      assert.deepStrictEqual((yield* orders)[2], "FILLED 2 of 2 at the market")
    })
  )

  it.scopedLive("orders of a halted symbol are taken and rest, and fill when it trades again", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { broker, exchange, held, orders, place } = desk
      const until = yield* listening(desk)
      yield* market(exchange, { halt: { symbol: "AAPL" } })
      yield* place("BUY", 10)
      const sent = yield* send(broker, terms())
      const id = sent.answer._tag === "Accepted" ? sent.answer.brokerOrderId : undefined
      assert.deepStrictEqual(yield* orders, ["WORKING 0 of 10 at the market", "WORKING 0 of 1 at the market"])
      const before = yield* broker.order(id ?? ClientOrderId.BrokerOrderId.make("0"))
      assert.deepStrictEqual(shown(before.report), "WORKING 0 of 1 at the market")
      assert.deepStrictEqual((yield* broker.positions).holdings, [])
      yield* market(exchange, { resume: { symbol: "AAPL" } })
      yield* until("12345678 OrderFillCompleted")
      assert.deepStrictEqual(yield* held, ["11 AAPL at 100"])
      assert.sameMembers(
        (yield* broker.fills(yield* lately)).received.map(({ report }) => Decimal.format(report.quantity)),
        ["10", "1"]
      )
    })
  )

  it.scopedLive(
    "a split changes positions, what they cost, and orders, which follow it; a reverse one ends these",
    () =>
      Effect.gen(function* () {
        const desk = yield* opened()
        const { broker, exchange, held, orders, place } = desk
        const until = yield* listening(desk)
        yield* place("BUY", 10)
        yield* place("BUY", 10, "90", "GOOD_TILL_CANCEL")
        yield* market(exchange, { split: { symbol: "AAPL", from: "1", to: "2" } })
        assert.deepStrictEqual(yield* held, ["20 AAPL at 50"])
        assert.deepStrictEqual((yield* orders)[1], "WORKING 0 of 20 at 45")
        const listed = yield* broker.orders(yield* lately)
        const resting = listed.received.find(({ report }) => report.rawStatus === "WORKING")
        assert.deepStrictEqual(resting && shown(resting.report), "WORKING 0 of 20 at 45")
        const { holdings } = yield* broker.positions
        assert.deepStrictEqual(
          holdings.map(({ quantity }) => Decimal.format(quantity)),
          ["20"]
        )
        yield* market(exchange, { split: { symbol: "AAPL", from: "10", to: "1" } })
        assert.deepStrictEqual(yield* held, ["2 AAPL at 500"])
        yield* until("12345678 OrderUROutCompleted")
        assert.deepStrictEqual((yield* orders)[1], "CANCELED 0 of 20 at 45")
      })
  )

  it.scopedLive("another name is that of the position, at what it cost before; orders of the old one end", () =>
    Effect.gen(function* () {
      const { exchange, held, orders, place } = yield* opened()
      yield* place("BUY", 10)
      yield* place("BUY", 10, "90", "GOOD_TILL_CANCEL")
      yield* market(exchange, { rename: { symbol: "AAPL", to: "META" } })
      assert.deepStrictEqual(yield* held, ["10 META at 100"])
      assert.deepStrictEqual((yield* orders)[1], "CANCELED 0 of 10 at 90")
    })
  )

  it.scopedLive("a stop rests until its price is reached, and then trades at the market", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { exchange, held, orders, place } = desk
      const until = yield* listening(desk)
      yield* place("BUY", 10)
      yield* place("SELL", 10, undefined, "DAY", "95")
      assert.strictEqual((yield* orders)[1], "AWAITING_STOP_CONDITION 0 of 10 at the market")
      yield* market(exchange, at("95.01"))
      assert.strictEqual((yield* orders)[1], "AWAITING_STOP_CONDITION 0 of 10 at the market")
      assert.deepStrictEqual(yield* held, ["10 AAPL at 100"])
      yield* market(exchange, at("94.5"))
      yield* until("12345678 OrderFillCompleted")
      assert.strictEqual((yield* orders)[1], "FILLED 10 of 10 at the market")
      assert.deepStrictEqual(yield* held, [])
      assert.deepStrictEqual(
        (yield* exchange.fills).map(({ price }) => Decimal.format(price)),
        ["100", "94.5"]
      )
    })
  )

  it.scopedLive("of orders that rest, the better limit trades first, then the one that was there first", () =>
    Effect.gen(function* () {
      const { exchange, orders, place } = yield* opened()
      yield* market(exchange, { halt: { symbol: "AAPL" } })
      yield* place("BUY", 5, "98")
      yield* place("BUY", 5, "98")
      yield* place("BUY", 5, "99")
      const meets = (size: string) => market(exchange, { price: { symbol: "AAPL", price: "97", size } })
      yield* meets("7")
      yield* market(exchange, { resume: { symbol: "AAPL" } })
      assert.deepStrictEqual(yield* orders, ["WORKING 2 of 5 at 98", "WORKING 0 of 5 at 98", "FILLED 5 of 5 at 99"])
      yield* meets("4")
      assert.deepStrictEqual(yield* orders, ["FILLED 5 of 5 at 98", "WORKING 1 of 5 at 98", "FILLED 5 of 5 at 99"])
    })
  )

  it.scopedLive("two accounts of one login trade with each other, and each hears of its own", () =>
    Effect.gen(function* () {
      const desk = yield* opened({ others: new Map([[AccountName.AccountName.make("another"), "87654321"]]) })
      const [buyer, seller] = desk.seats
      if (buyer === undefined || seller === undefined) return assert.fail("the login opens two accounts")
      const until = yield* listening(desk)
      yield* market(desk.exchange, { price: { symbol: "AAPL", price: "92", size: "1" } })
      yield* buyer.place("BUY", 10, "90")
      yield* seller.place("SELL_SHORT", 4, "95")
      yield* buyer.place("BUY", 2, "95")
      yield* until("12345678 OrderFillCompleted", "87654321 ExecutionCreated")
      assert.deepStrictEqual(yield* buyer.orders, ["WORKING 0 of 10 at 90", "FILLED 2 of 2 at 95"])
      assert.deepStrictEqual(yield* seller.orders, ["WORKING 1 of 4 at 95"])
      assert.deepStrictEqual([yield* buyer.held, yield* seller.held], [["2 AAPL at 93.5"], ["-1 AAPL at 95"]])
    })
  )
})
