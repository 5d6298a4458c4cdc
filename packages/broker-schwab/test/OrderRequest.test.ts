import { assert, describe, it } from "@effect/vitest"
import { OrderRequest } from "@roundlot/broker-schwab"
import { Price, Quantity } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Either } from "effect"
import { terms } from "./setup.ts"

const limit = { type: "limit", limitPrice: Price.unsafe("150.25") } as const

const bodyOf = (differs: Partial<OrderTerms.OrderTerms>): unknown =>
  JSON.parse(Either.getOrThrow(OrderRequest.bodyOf(terms(differs))))

const instructions: ReadonlyArray<readonly [Partial<OrderTerms.OrderTerms>, string]> = [
  [{ side: "buy" }, "BUY"],
  [{ side: "buy", positionEffect: "open" }, "BUY"],
  [{ side: "buy", positionEffect: "close" }, "BUY_TO_COVER"],
  [{ side: "sell" }, "SELL"],
  [{ side: "sell", positionEffect: "close" }, "SELL"],
  [{ side: "sell", positionEffect: "open" }, "SELL_SHORT"]
]

const refusals: ReadonlyArray<readonly [what: string, Partial<OrderTerms.OrderTerms>, code: string]> = [
  ["a fraction of a share", { quantity: Quantity.unsafe("1.5") }, "quantity"],
  ["more shares than an order has", { quantity: Quantity.unsafe("1000000000") }, "quantity"],
  ["a stop order without a stop price", { type: "stop" }, "stop_price"],
  ["a stop price finer than a cent", { type: "stop", stopPrice: Price.unsafe("1.001") }, "stop_price"],
  ["an order that is filled at once or never", { timeInForce: "ioc" }, "unsupported_order"],
  ["an order for the opening auction", { timeInForce: "opg" }, "unsupported_order"],
  [
    "a stop order outside of the session",
    { type: "stop", stopPrice: Price.unsafe("1"), session: "extended" },
    "unsupported_order"
  ],
  ["a limit order without a price", { type: "limit" }, "limit_price"],
  ["a market order with a price", { limitPrice: Price.unsafe("1") }, "limit_price"],
  ["a price finer than a cent", { type: "limit", limitPrice: Price.unsafe("1.001") }, "limit_price"],
  ["a market order outside of the session", { session: "extended" }, "unsupported_order"]
]

describe("the request for an order at Schwab", () => {
  it("FILL-16: says all that an order is, whole shares as a number, prices as text", () => {
    assert.deepStrictEqual(bodyOf({ ...limit, timeInForce: "gtc", quantity: Quantity.unsafe("3") }), {
      orderType: "LIMIT",
      session: "NORMAL",
      duration: "GOOD_TILL_CANCEL",
      orderStrategyType: "SINGLE",
      price: "150.25",
      orderLegCollection: [{ instruction: "BUY", quantity: 3, instrument: { symbol: "AAPL", assetType: "EQUITY" } }]
    })
    assert.containSubset(bodyOf({ ...limit, session: "extended" }), { session: "SEAMLESS" })
    assert.containSubset(bodyOf({ type: "limit", limitPrice: Price.unsafe("0.1234") }), { price: "0.1234" })
    assert.containSubset(bodyOf({ type: "stop", stopPrice: Price.unsafe("140.5") }), {
      orderType: "STOP",
      stopPrice: "140.5"
    })
    assert.containSubset(bodyOf({ ...limit, type: "stop_limit", stopPrice: Price.unsafe("151") }), {
      orderType: "STOP_LIMIT",
      price: "150.25",
      stopPrice: "151"
    })
    assert.containSubset(bodyOf({ timeInForce: "cls" }), { orderType: "MARKET_ON_CLOSE", duration: "DAY" })
    assert.containSubset(bodyOf({ ...limit, timeInForce: "cls" }), { orderType: "LIMIT_ON_CLOSE", duration: "DAY" })
  })

  it.each(instructions.map(([differs, instruction]) => ({ differs, instruction })))(
    "$differs is $instruction",
    ({ differs, instruction }) => {
      assert.containSubset(bodyOf(differs), { orderLegCollection: [{ instruction }] })
    }
  )

  it.each(refusals.map(([what, differs, code]) => ({ what, differs, code })))(
    "$what is refused before anything is sent, by name",
    ({ code, differs }) => {
      const refused = Either.flip(OrderRequest.bodyOf(terms(differs)))
      assert.strictEqual(Either.getOrThrow(refused).code, code)
    }
  )
})
