import { streaming, trading } from "@alpacahq/alpaca-trade-api"
import { assert, describe, it } from "@effect/vitest"
import Alpaca3 from "alpaca-trade-api-3/dist/alpaca-trade-api.js"
import { Price } from "@roundlot/core"
import { Effect, Redacted, Schema } from "effect"
import { open } from "./setup.ts"

const read = Schema.decodeUnknownSync(
  Schema.Struct({ id: Schema.String, status: Schema.String, filled_qty: Schema.String, client_order_id: Schema.String })
)
const readAll = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ id: Schema.String })))
const readFills = Schema.decodeUnknownSync(
  Schema.Array(Schema.Struct({ order_id: Schema.String, cum_qty: Schema.String }))
)

/** The third version's types ask for every parameter. */
const whatever = {
  until: undefined,
  after: undefined,
  direction: undefined,
  date: undefined,
  pageSize: undefined,
  pageToken: undefined,
  limit: undefined,
  nested: undefined,
  symbols: undefined
}

/** The pair of keys and the address, in the open; AAPL is at 200. */
const opened = Effect.map(
  open({ prices: new Map([["AAPL", Price.unsafe("200")]]) }),
  ({ simulator: { credentials } }) => ({
    baseUrl: credentials.baseUrl,
    keyId: Redacted.value(credentials.keyId),
    secret: Redacted.value(credentials.secretKey)
  })
)

describe("clients that are not ours, unmodified, by their base options", () => {
  it.scopedLive("the third version, which sends its quantity as a number", () =>
    Effect.gen(function* () {
      const { baseUrl, keyId, secret } = yield* opened
      const alpaca = new Alpaca3({ baseUrl, keyId, secretKey: secret })
      const told = new Promise<unknown>((resolve) => {
        alpaca.trade_ws.onOrderUpdate(resolve)
      })
      const listening = new Promise<void>((resolve) => {
        alpaca.trade_ws.onConnect(() => resolve())
      })
      alpaca.trade_ws.connect()
      yield* Effect.promise(() => listening)
      alpaca.trade_ws.subscribe(["trade_updates"])
      const asked = { symbol: "AAPL", qty: 2, side: "buy", type: "market", time_in_force: "day", client_order_id: "c3" }
      const order = read(yield* Effect.promise(() => alpaca.createOrder(asked)))
      assert.strictEqual(order.status, "pending_new")
      assert.strictEqual(read(yield* Effect.promise(() => alpaca.getOrder(order.id))).filled_qty, "2")
      assert.strictEqual(read(yield* Effect.promise(() => alpaca.getOrderByClientId("c3"))).id, order.id)
      const activities = yield* Effect.promise(() =>
        alpaca.getAccountActivities({ ...whatever, activityTypes: "FILL" })
      )
      assert.deepStrictEqual(readFills(activities), [{ order_id: order.id, cum_qty: "2" }])
      assert.strictEqual(
        readAll(yield* Effect.promise(() => alpaca.getOrders({ ...whatever, status: "closed" }))).length,
        1
      )
      const resting = { ...asked, type: "limit", limit_price: 1, client_order_id: "c3-2" }
      const second = read(yield* Effect.promise(() => alpaca.createOrder(resting)))
      const instead = { qty: 5, limit_price: 1.5, client_order_id: "c3-3" }
      const third = read(yield* Effect.promise(() => alpaca.replaceOrder(second.id, instead)))
      assert.strictEqual(read(yield* Effect.promise(() => alpaca.getOrder(second.id))).status, "replaced")
      const open = yield* Effect.promise(() => alpaca.getOrders({ ...whatever, status: "open" }))
      assert.deepStrictEqual(readAll(open), [{ id: third.id }])
      yield* Effect.promise(() => alpaca.cancelOrder(third.id))
      assert.strictEqual(read(yield* Effect.promise(() => alpaca.getOrder(third.id))).status, "canceled")
      assert.isTrue(Schema.is(Schema.Struct({ event: Schema.String }))(yield* Effect.promise(() => told)))
      alpaca.trade_ws.disconnect()
    })
  )

  it.scopedLive("the fourth version places a bracket, lists it nested, replaces an exit and cancels the rest", () =>
    Effect.gen(function* () {
      const { baseUrl, keyId, secret } = yield* opened
      const orders = new trading.OrdersApi(new trading.Configuration({ basePath: baseUrl, keyId, secret }))
      const { id: parent = "", legs } = yield* Effect.promise(() =>
        orders.postOrder({
          postOrderRequest: {
            symbol: "AAPL",
            qty: "5",
            side: "buy",
            type: "limit",
            timeInForce: "gtc",
            limitPrice: "150",
            orderClass: "bracket",
            takeProfit: { limitPrice: "180" },
            stopLoss: { stopPrice: "140" }
          }
        })
      )
      const [taking = "", stopping = ""] = (legs ?? []).map(({ id = "" }) => id)
      const replaced = yield* Effect.promise(() =>
        orders.patchOrderByOrderId({ orderId: stopping, patchOrderRequest: { stopPrice: "145" } })
      )
      assert.deepStrictEqual([replaced.replaces, replaced.stopPrice, replaced.qty], [stopping, "145", "5"])
      const nested = Effect.map(
        Effect.promise(() => orders.getAllOrders({ status: "all", nested: true })),
        (all) => all.map((order) => [order, ...(order.legs ?? [])].map(({ id, status }) => [id, status]))
      )
      assert.deepStrictEqual(yield* nested, [
        [
          [parent, "new"],
          [taking, "held"],
          [replaced.id, "held"]
        ]
      ])
      yield* Effect.promise(() => orders.deleteOrderByOrderID({ orderId: replaced.id ?? "" }))
      assert.deepStrictEqual(yield* nested, [
        [
          [parent, "canceled"],
          [taking, "canceled"],
          [replaced.id, "canceled"]
        ]
      ])
    })
  )

  it.scopedLive("the fourth version", () =>
    Effect.gen(function* () {
      const { baseUrl, keyId, secret } = yield* opened
      const configuration = new trading.Configuration({ basePath: baseUrl, keyId, secret })
      const orders = new trading.OrdersApi(configuration)
      const stream = new streaming.TradingStream({
        credentials: { keyId, secret },
        url: `${baseUrl.replace("http", "ws")}/stream`
      })
      const told: Array<readonly [string, string | undefined]> = []
      const filled = new Promise<string>((resolve) => {
        stream.onTradeUpdate((update) => {
          if (update.event === "fill") resolve(update.qty ?? "")
        })
      })
      const canceled = new Promise<void>((resolve) => {
        stream.onTradeUpdate(({ event, order: { id, symbol } }) => {
          if (symbol === "AAPL") told.push([event, id])
          if (event === "canceled") resolve()
        })
      })
      const authenticated = new Promise<void>((resolve) => {
        stream.onConnect(() => resolve())
      })
      stream.connect()
      yield* Effect.promise(() => authenticated)
      stream.subscribeTradeUpdates()
      const order = yield* Effect.promise(() =>
        orders.postOrder({
          postOrderRequest: { symbol: "KO", qty: "0.5", side: "buy", type: "market", timeInForce: "day" }
        })
      )
      const shown = yield* Effect.promise(() => orders.getOrderByOrderID({ orderId: order.id ?? "" }))
      assert.strictEqual(shown.filledQty, "0.5")
      assert.strictEqual(yield* Effect.promise(() => filled), "0.5")
      const account = yield* Effect.promise(() => new trading.AccountsApi(configuration).getAccount())
      assert.strictEqual(account.status, "ACTIVE")
      const { id: first = "" } = yield* Effect.promise(() =>
        orders.postOrder({
          postOrderRequest: {
            symbol: "AAPL",
            qty: "5",
            side: "buy",
            type: "limit",
            timeInForce: "day",
            limitPrice: "150"
          }
        })
      )
      const { id: second = "" } = yield* Effect.promise(() =>
        orders.patchOrderByOrderId({ orderId: first, patchOrderRequest: { qty: "3", limitPrice: "160" } })
      )
      const [open, ...others] = yield* Effect.promise(() => orders.getAllOrders({ status: "open" }))
      assert.deepStrictEqual([open?.id, open?.qty, open?.limitPrice, open?.replaces], [second, "3", "160", first])
      assert.deepStrictEqual(others, [])
      yield* Effect.promise(() => orders.deleteOrderByOrderID({ orderId: second }))
      yield* Effect.promise(() => canceled)
      assert.deepStrictEqual(told, [
        ["new", first],
        ["replaced", first],
        ["new", second],
        ["canceled", second]
      ])
      stream.disconnect()
    })
  )
})
