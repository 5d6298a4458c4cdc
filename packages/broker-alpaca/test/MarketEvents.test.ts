import { streaming, trading } from "@alpacahq/alpaca-trade-api"
import { WebSocket } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import type { Exchange } from "@roundlot/broker-paper"
import { AccountName, Decimal, Price } from "@roundlot/core"
import { ClientOrderId, type Report } from "@roundlot/core/adapter"
import { Effect, Fiber, Option, Queue, Redacted, Schema, TestClock } from "effect"
import { freshFile, lately, open, send, terms, words } from "./setup.ts"

const prices = new Map([["AAPL", Price.unsafe("100")]])

let given = 0

const market = (exchange: Exchange.ExchangeService, act: Parameters<typeof exchange.instruct>[0]["do"]) =>
  exchange.instruct({ id: `event ${++given}`, do: act })

const at = (price: string) => ({ price: { symbol: "AAPL", price } })

/** What Alpaca's own client, unmodified, places and reads: of orders `status filled of quantity at limit`. */
const opened = (options: Parameters<typeof open>[0] = {}) =>
  Effect.gen(function* () {
    const desk = yield* open({ prices, ...options })
    const { baseUrl, keyId, secretKey } = desk.simulator.credentials
    const keys = { keyId: Redacted.value(keyId), secret: Redacted.value(secretKey) }
    const configuration = new trading.Configuration({ basePath: baseUrl, ...keys })
    const orders = new trading.OrdersApi(configuration)
    const holdings = new trading.PositionsApi(configuration)
    const place = (differs: object = {}) =>
      Effect.map(
        Effect.promise(() =>
          orders.postOrder({
            postOrderRequest: {
              symbol: "AAPL",
              qty: "10",
              side: "buy",
              type: "market",
              timeInForce: "day",
              ...differs
            }
          })
        ),
        ({ id = "" }) => id
      )
    const shown = (orderId: string) =>
      Effect.map(
        Effect.promise(() => orders.getOrderByOrderID({ orderId })),
        ({ filledQty, limitPrice, qty, status }) => `${status} ${filledQty} of ${qty} at ${limitPrice ?? "the market"}`
      )
    const held = Effect.map(
      Effect.promise(() => holdings.getAllOpenPositions()),
      (all) => all.map(({ avgEntryPrice, qty, symbol }) => `${qty} ${symbol} at ${avgEntryPrice}`)
    )
    return { ...desk, keys, baseUrl, place, shown, held }
  })

const limit = (limitPrice: string, differs: object = {}) => ({ type: "limit", limitPrice, ...differs })

type Opened = Effect.Effect.Success<ReturnType<typeof opened>>

const said = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise)

/** What Alpaca's own client hears of an account's orders, and a wait for a line of it. */
const listening = ({ baseUrl, keys }: Opened) =>
  Effect.gen(function* () {
    const heard = yield* Queue.unbounded<string>()
    const stream = new streaming.TradingStream({ credentials: keys, url: `${baseUrl.replace("http", "ws")}/stream` })
    stream.onTradeUpdate(({ event, order: { id, limit_price, qty: quantity }, position_qty, price, qty }) => {
      const held = said(position_qty, "nothing")
      const terms = `${quantity} at ${said(limit_price, "the market")}`
      heard.unsafeOffer(`${event} ${id}: ${price === undefined ? terms : `${qty} at ${price}, ${held} held`}`)
    })
    const connected = new Promise<void>((resolve) => {
      stream.onConnect(() => resolve())
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => {
        stream.connect()
        return connected
      }),
      () => Effect.sync(() => stream.disconnect())
    )
    stream.subscribeTradeUpdates()
    return (line: string) => Effect.repeat(Queue.take(heard), { until: (each) => each === line })
  })

/** What the stream of market data says of AAPL: code, words and reason. */
const statuses = ({ baseUrl, keys: { keyId, secret } }: Opened) =>
  Effect.gen(function* () {
    const heard = yield* Queue.unbounded<string>()
    const socket = yield* Effect.acquireRelease(
      Effect.sync(() => new WebSocket(`${baseUrl.replace("http", "ws")}/v2/iex`)),
      (each) => Effect.sync(() => each.close())
    )
    socket.addEventListener("message", ({ data }) => {
      for (const { T, rc, sc, sm } of decodeStatuses(String(data)))
        heard.unsafeOffer(T === "s" ? `${sc} ${sm} ${rc}` : T)
    })
    const next = Queue.take(heard)
    assert.strictEqual(yield* next, "success")
    socket.send(JSON.stringify({ action: "auth", key: keyId, secret }))
    assert.strictEqual(yield* next, "success")
    socket.send(JSON.stringify({ action: "subscribe", statuses: ["AAPL"] }))
    assert.strictEqual(yield* next, "subscription")
    return next
  })

/** Lets the simulator look at its exchange again and again until it is heard. */
const byAndBy = <A>(next: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const heard = yield* Effect.fork(next)
    const look = Effect.zipRight(TestClock.adjust("20 millis"), Fiber.poll(heard))
    yield* Effect.repeat(look, { until: Option.isSome })
    return yield* Fiber.join(heard)
  })

const Said = Schema.optional(Schema.String)

const decodeStatuses = Schema.decodeUnknownSync(
  Schema.parseJson(Schema.Array(Schema.Struct({ T: Schema.String, sc: Said, sm: Said, rc: Said })))
)

/** An order as the adapter reports it. */
const reported = (report: Report.OrderSeen | Report.NotFound): string =>
  report._tag === "NotFound"
    ? "not found"
    : `${report.rawStatus} ${textOf(report.cumulative)} of ${textOf(report.quantity)} at ${textOf(report.limitPrice)}`

const textOf = (amount: Decimal.Decimal | undefined): string =>
  amount === undefined ? "the market" : Decimal.format(amount)

describe("what happens at the market, as clients of Alpaca's simulator see it", () => {
  it.scoped("a price beyond the bands is not traded at, and the market comes back or pauses", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { exchange, place, shown } = desk
      yield* market(exchange, { bands: { symbol: "AAPL", lower: "95", upper: "105" } })
      const resting = yield* place(limit("94"))
      yield* market(exchange, at("94"))
      assert.strictEqual(yield* shown(resting), "new 0 of 10 at 94")
      yield* TestClock.adjust("14 seconds")
      yield* market(exchange, at("96"))
      yield* TestClock.adjust("14 seconds")
      const filled = yield* place()
      assert.strictEqual(yield* shown(filled), "filled 10 of 10 at the market")
      yield* market(exchange, at("94"))
      yield* TestClock.adjust("16 seconds")
      const said = yield* Effect.scoped(Effect.flatMap(statuses(desk), byAndBy))
      assert.strictEqual(said, "P Volatility Trading Pause LUDP")
      const waiting = yield* place()
      assert.strictEqual(yield* shown(waiting), "new 0 of 10 at the market")
      yield* TestClock.adjust("301 seconds")
      assert.strictEqual(yield* shown(waiting), "filled 10 of 10 at the market")
      assert.strictEqual(yield* shown(resting), "new 0 of 10 at 94")
    })
  )

  it.scopedLive("orders of a halted symbol are taken and rest, and fill when it trades again", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { broker, exchange, held, place, shown } = desk
      const until = yield* listening(desk)
      const next = yield* statuses(desk)
      yield* market(exchange, { halt: { symbol: "AAPL" } })
      assert.strictEqual(yield* next, "H Trading Halt T12")
      const id = yield* place()
      const sent = yield* send(broker, terms())
      assert.strictEqual(words(sent.answer), "Accepted")
      yield* until(`new ${id}: 10 at the market`)
      assert.strictEqual(yield* shown(id), "new 0 of 10 at the market")
      const before = yield* broker.order(ClientOrderId.BrokerOrderId.make(id))
      assert.deepStrictEqual(reported(before.report), "new 0 of 10 at the market")
      assert.deepStrictEqual((yield* broker.positions).holdings, [])
      yield* market(exchange, { resume: { symbol: "AAPL" } })
      assert.strictEqual(yield* next, "T Trading Resumption ")
      yield* until(`fill ${id}: 10 at 100, 11 held`)
      assert.deepStrictEqual(yield* held, ["11 AAPL at 100"])
      const after = yield* broker.fills(yield* lately)
      assert.sameMembers(
        after.received.map(({ report }) => Decimal.format(report.quantity)),
        ["10", "1"]
      )
    })
  )

  it.scopedLive(
    "a split changes positions, what they cost, and orders, which follow it; a reverse one ends these",
    () =>
      Effect.gen(function* () {
        const desk = yield* opened()
        const { broker, exchange, held, place, shown } = desk
        const until = yield* listening(desk)
        yield* place()
        const resting = yield* place(limit("90", { timeInForce: "gtc" }))
        yield* market(exchange, { split: { symbol: "AAPL", from: "1", to: "2" } })
        assert.deepStrictEqual(yield* held, ["20 AAPL at 50"])
        assert.strictEqual(yield* shown(resting), "new 0 of 20 at 45")
        yield* until(`new ${resting}: 20 at 45`)
        const { report } = yield* broker.order(ClientOrderId.BrokerOrderId.make(resting))
        assert.deepStrictEqual(reported(report), "new 0 of 20 at 45")
        const { holdings } = yield* broker.positions
        assert.deepStrictEqual(
          holdings.map(({ averagePrice, quantity }) => [textOf(quantity), textOf(averagePrice)]),
          [["20", "50"]]
        )
        yield* market(exchange, { split: { symbol: "AAPL", from: "10", to: "1" } })
        assert.deepStrictEqual(yield* held, ["2 AAPL at 500"])
        yield* until(`canceled ${resting}: 20 at 45`)
        assert.strictEqual(yield* shown(resting), "canceled 0 of 20 at 45")
      })
  )

  it.scopedLive("another name is that of the position, at what it cost before; orders of the old one end", () =>
    Effect.gen(function* () {
      const desk = yield* opened()
      const { exchange, held, place, shown } = desk
      yield* place()
      const resting = yield* place(limit("90", { timeInForce: "gtc" }))
      yield* market(exchange, { rename: { symbol: "AAPL", to: "META" } })
      assert.deepStrictEqual(yield* held, ["10 META at 100"])
      assert.strictEqual(yield* shown(resting), "canceled 0 of 10 at 90")
    })
  )

  it.scopedLive("two accounts trade with each other, and both hear of it", () =>
    Effect.gen(function* () {
      const file = yield* freshFile
      const buyer = yield* opened({ file })
      const seller = yield* opened({ file, account: AccountName.AccountName.make("another") })
      const [untilBought, untilSold] = [yield* listening(buyer), yield* listening(seller)]
      const bought = yield* buyer.place(limit("90"))
      yield* market(seller.exchange, { price: { symbol: "AAPL", price: "100", size: "1" } })
      const first = yield* seller.place({ side: "sell", qty: "1" })
      const sold = yield* seller.place(limit("90", { side: "sell", qty: "4" }))
      yield* untilBought(`partial_fill ${bought}: 4 at 90, 4 held`)
      yield* untilSold(`fill ${sold}: 4 at 90, -5 held`)
      assert.strictEqual(yield* buyer.shown(bought), "partially_filled 4 of 10 at 90")
      assert.strictEqual(yield* seller.shown(first), "filled 1 of 1 at the market")
      assert.deepStrictEqual([yield* buyer.held, yield* seller.held], [["4 AAPL at 90"], ["-5 AAPL at 92"]])
    })
  )
})
