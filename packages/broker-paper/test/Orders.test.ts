import { assert, describe, it } from "@effect/vitest"
import { Decimal, Price, Quantity, Ticker } from "@roundlot/core"
import type { OrderTerms } from "@roundlot/core/adapter"
import { Effect, Either } from "effect"
import { account, freshFile, open, send, terms } from "./setup.ts"
import { Exchange } from "@roundlot/broker-paper"

const price = (at: string) => Price.unsafe(at)
const filledOf = (orders: ReadonlyArray<{ readonly filledQuantity: Decimal.Decimal; readonly status: string }>) =>
  orders.map(({ filledQuantity, status }) => `${status} ${Decimal.format(filledQuantity)}`)

describe("orders at the exchange", () => {
  const atOnce: ReadonlyArray<readonly [string, Partial<OrderTerms.OrderTerms>, string]> = [
    ["a market order", {}, "filled 1"],
    ["a buy limit at the price", { type: "limit", limitPrice: price("150") }, "filled 1"],
    ["a buy limit below the price", { type: "limit", limitPrice: price("149.99") }, "new 0"],
    ["a sell limit above the price", { side: "sell", type: "limit", limitPrice: price("150.01") }, "new 0"],
    ["a sell limit below the price", { side: "sell", type: "limit", limitPrice: price("149") }, "filled 1"],
    ["a buy stop above the price", { type: "stop", stopPrice: price("151") }, "new 0"],
    ["a buy stop at the price", { type: "stop", stopPrice: price("150") }, "filled 1"],
    ["a sell stop above the price", { side: "sell", type: "stop", stopPrice: price("151") }, "filled 1"],
    [
      "a triggered stop limit out of reach",
      { type: "stop_limit", stopPrice: price("149"), limitPrice: price("149") },
      "new 0"
    ],
    ["an ioc limit out of reach", { type: "limit", limitPrice: price("1"), timeInForce: "ioc" }, "cancelled 0"],
    ["a fok market order", { timeInForce: "fok" }, "filled 1"]
  ]
  it.scoped.each(atOnce)("FILL: %s", ([, differs, status]) =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* send(broker, terms(differs))
      assert.deepStrictEqual(filledOf(yield* exchange.orders), [status])
    })
  )

  it.scoped("a working order fills when a price makes it marketable, and a stop stays triggered", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* send(broker, terms({ type: "limit", limitPrice: price("140") }))
      yield* send(broker, terms({ type: "stop_limit", stopPrice: price("160"), limitPrice: price("155") }))
      yield* exchange.instruct({ id: "up", do: { price: { symbol: "AAPL", price: "161" } } })
      assert.deepStrictEqual(filledOf(yield* exchange.orders), ["new 0", "new 0"])
      yield* exchange.instruct({ id: "back", do: { price: { symbol: "AAPL", price: "154" } } })
      assert.deepStrictEqual(filledOf(yield* exchange.orders), ["new 0", "filled 1"])
      yield* exchange.instruct({ id: "down", do: { price: { symbol: "AAPL", price: "139.5" } } })
      assert.deepStrictEqual(filledOf(yield* exchange.orders), ["filled 1", "filled 1"])
      assert.deepStrictEqual(
        (yield* exchange.fills).map((fill) => Decimal.format(fill.price)),
        ["154", "139.5"]
      )
    })
  )

  it.scoped(
    "an order that works is changed in place, and keeps its id and its fills; another one, or one that is over, is not",
    () =>
      Effect.gen(function* () {
        const { exchange } = yield* open({ prices: new Map([["AAPL", price("150")]]) })
        const asked = {
          clientOrderId: null,
          symbol: "AAPL",
          side: "buy",
          quantity: Quantity.unsafe("5"),
          type: "limit",
          limitPrice: price("140"),
          stopPrice: null,
          timeInForce: "day",
          session: "regular",
          referencePrice: null
        } as const
        const placed = yield* exchange.place(account, asked)
        const brokerOrderId = placed.reply._tag === "Done" ? placed.reply.body.brokerOrderId : ""
        yield* exchange.instruct({ id: "part", do: { fill: { brokerOrderId, quantity: "2", price: "140" } } })
        const amend = (differs: object) =>
          Effect.map(exchange.amend(account, brokerOrderId, { ...asked, ...differs }), ({ reply }) =>
            reply._tag === "Refused" ? reply.code : reply._tag
          )
        const codes = [
          yield* amend({ quantity: Quantity.unsafe("2") }),
          yield* amend({ side: "sell" }),
          yield* amend({ limitPrice: price("1000000000000") }),
          yield* amend({ quantity: Quantity.unsafe("4"), limitPrice: price("145") })
        ]
        assert.deepStrictEqual(codes, ["not_amendable", "another_order", "insufficient_buying_power", "Done"])
        assert.deepStrictEqual(filledOf(yield* exchange.orders), ["partially_filled 2"])
        assert.strictEqual(yield* amend({ quantity: Quantity.unsafe("4"), limitPrice: price("151") }), "Done")
        assert.deepStrictEqual(filledOf(yield* exchange.orders), ["filled 4"])
        assert.strictEqual(yield* amend({}), "not_amendable")
      })
  )

  it.scoped("the price is an instruction's, else the file's, else the order's reference", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open({ prices: new Map([["IBM", price("180")]]) })
      const market = (symbol: string, referencePrice?: Price.Price) =>
        send(broker, terms({ symbol: Ticker.Ticker.make(symbol), referencePrice }))
      yield* market("REF", price("7"))
      yield* market("IBM", price("7"))
      yield* exchange.instruct({ id: "p", do: { price: { symbol: "IBM", price: "181.5" } } })
      yield* market("IBM", price("7"))
      assert.deepStrictEqual(
        (yield* exchange.fills).map((fill) => Decimal.format(fill.price)),
        ["7", "180", "181.5"]
      )
    })
  )

  it.scoped("refuses for buying power, an unknown symbol and a closed session, and has no order of it", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const codeOf = (order: OrderTerms.OrderTerms) =>
        Effect.map(send(broker, order), ({ answer }) => (answer._tag === "Refused" ? answer.code : answer._tag))
      yield* exchange.instruct({ id: "poor", do: { buyingPower: { amount: "449.99", account: "paper" } } })
      assert.strictEqual(yield* codeOf(terms({ quantity: Quantity.unsafe("3") })), "insufficient_buying_power")
      assert.strictEqual(yield* codeOf(terms({ quantity: Quantity.unsafe("2") })), "Accepted")
      assert.strictEqual(yield* codeOf(terms({ quantity: Quantity.unsafe("9"), side: "sell" })), "Accepted")
      assert.strictEqual(yield* codeOf(terms({ symbol: Ticker.Ticker.make("NOPE1") })), "unknown_symbol")
      yield* exchange.instruct({ id: "night", do: { session: { open: false } } })
      assert.strictEqual(yield* codeOf(terms()), "session_closed")
      yield* exchange.instruct({ id: "day", do: { session: { open: true } } })
      assert.strictEqual(yield* codeOf(terms()), "Accepted")
      assert.strictEqual((yield* exchange.orders).length, 3)
    })
  )

  it.scoped("a session that closes expires its day orders and keeps the others", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      yield* send(broker, terms({ type: "limit", limitPrice: price("1") }))
      yield* send(broker, terms({ type: "limit", limitPrice: price("1"), timeInForce: "gtc" }))
      yield* exchange.instruct({ id: "night", do: { session: { open: false } } })
      assert.deepStrictEqual(filledOf(yield* exchange.orders), ["expired 0", "new 0"])
    })
  )

  it.scoped("the calendar that is given closes the market", () =>
    Effect.gen(function* () {
      const { broker } = yield* open({ isOpen: () => false })
      assert.strictEqual((yield* send(broker, terms())).answer._tag, "Refused")
    })
  )

  it.scoped("SEND: a client order id is taken once per account, and its repetition is of unknown outcome", () =>
    Effect.gen(function* () {
      const { broker, exchange } = yield* open()
      const order = terms()
      yield* send(broker, order)
      const again = yield* send(broker, order)
      assert.deepInclude(again.answer, { _tag: "Unknown", why: "client_order_id must be unique" })
      assert.strictEqual((yield* exchange.orders).length, 1)
      assert.deepStrictEqual(
        (yield* exchange.requests).map(({ answer }) => answer.taken),
        [true, false]
      )
    })
  )

  it.scoped("a file that is no exchange is refused with what to do", () =>
    Effect.gen(function* () {
      const file = yield* freshFile
      const { writeFileSync } = yield* Effect.promise(() => import("node:fs"))
      writeFileSync(file, "this is text, and long enough to be taken for a page of something else".repeat(20))
      const opened = yield* Effect.either(Exchange.make({ file }))
      assert.isTrue(Either.isLeft(opened) && /name another file/.test(opened.left.message))
    })
  )
})
