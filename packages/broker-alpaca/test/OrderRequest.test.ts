import { assert, describe, it } from "@effect/vitest"
import { OrderRequest } from "@roundlot/broker-alpaca"
import { Decimal, Price, Quantity } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Either, Struct } from "effect"
import { terms } from "./setup.ts"

const read = (differs: Partial<OrderTerms.OrderTerms>): unknown =>
  Either.match(OrderRequest.bodyOf(terms(differs)), {
    onLeft: ({ code }) => code,
    onRight: (body): unknown => JSON.parse(body)
  })

const limit = { type: "limit", limitPrice: Price.unsafe("150.25") } as const

describe("the body of a request for an order", () => {
  it("FILL-16: has decimals as text and nothing that was not said", () => {
    const order = terms(limit)
    const body: unknown = JSON.parse(Either.getOrThrow(OrderRequest.bodyOf(order)))
    assert.deepStrictEqual(body, {
      symbol: "AAPL",
      qty: "1",
      side: "buy",
      type: "limit",
      time_in_force: "day",
      limit_price: "150.25",
      client_order_id: order.clientOrderId
    })
  })

  it("FILL-16: says extended hours, a stop price and what a sale does to the holding", () => {
    assert.containSubset(read({ ...limit, session: "extended", timeInForce: "gtc" }), { extended_hours: true })
    assert.containSubset(read({ type: "stop", stopPrice: Price.unsafe("9.5") }), { stop_price: "9.5" })
    assert.containSubset(read({ side: "sell", positionEffect: "close" }), { position_intent: "sell_to_close" })
  })

  it.each<readonly [string, Partial<OrderTerms.OrderTerms>]>([
    ["limit_price", { type: "limit" }],
    ["limit_price", { limitPrice: Price.unsafe("1") }],
    ["stop_price", { type: "stop_limit", limitPrice: Price.unsafe("1") }],
    ["limit_price", { type: "limit", limitPrice: Price.unsafe("150.255") }],
    ["limit_price", { type: "limit", limitPrice: Price.unsafe("0.12345") }],
    ["time_in_force", { quantity: Quantity.unsafe("0.5"), timeInForce: "gtc" }],
    ["quantity", { quantity: Quantity.unsafe("0.0000000001") }],
    ["unsupported_order", { session: "extended" }],
    ["unsupported_order", { session: "extended", type: "stop", stopPrice: Price.unsafe("9.5") }],
    ["unsupported_order", { ...limit, session: "extended", timeInForce: "ioc" }],
    ["unsupported_order", { type: "stop", stopPrice: Price.unsafe("9.5"), timeInForce: "cls" }],
    ["extended_hours", { ...limit, session: "extended", quantity: Quantity.unsafe("0.5") }]
  ])("%s is refused before anything is sent", (code, differs) => {
    assert.strictEqual(read(differs), code)
  })
})

const overNotional = (differs: Partial<OrderTerms.NotionalTerms>): OrderTerms.NotionalTerms => ({
  ...Struct.omit(terms(), "quantity"),
  notional: Decimal.unsafe("100.25"),
  ...differs
})

describe("the body of a request for an order over a notional", () => {
  it("FILL-16: names dollars and no shares", () => {
    const order = overNotional({ positionEffect: "open" })
    const body: unknown = JSON.parse(Either.getOrThrow(OrderRequest.notionalBodyOf(order)))
    assert.deepStrictEqual(body, {
      symbol: "AAPL",
      notional: "100.25",
      side: "buy",
      type: "market",
      time_in_force: "day",
      position_intent: "buy_to_open",
      client_order_id: order.clientOrderId
    })
  })

  it.each<readonly [string, Partial<OrderTerms.NotionalTerms>]>([
    ["notional", { notional: Decimal.unsafe("100.255") }],
    ["type", limit],
    ["time_in_force", { timeInForce: "gtc" }],
    ["extended_hours", { session: "extended" }]
  ])("%s is refused before anything is sent, never rounded", (code, differs) => {
    assert.strictEqual(
      Either.merge(Either.mapLeft(OrderRequest.notionalBodyOf(overNotional(differs)), (no) => no.code)),
      code
    )
  })
})
