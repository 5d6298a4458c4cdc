import { assert, describe, it } from "@effect/vitest"
import { Decimal, Price } from "@roundlot/core"
import { Effect, Logger } from "effect"
import { opened, order } from "./asking.ts"
import { open } from "./setup.ts"

const held = (symbol: string, differs: object = {}) => ({
  symbol,
  asset_class: "us_equity",
  qty: "2",
  side: "long",
  avg_entry_price: "10",
  ...differs
})

const unreadable: ReadonlyArray<{ readonly what: string; readonly differs: object }> = [
  { what: "a side that nobody has documented", differs: { side: "flat" } },
  { what: "no side", differs: { side: undefined } },
  { what: "a quantity that is none", differs: { qty: "many" } },
  { what: "no quantity", differs: { qty: null } },
  { what: "no symbol", differs: { symbol: 7 } }
]

describe("what Alpaca lists as held", () => {
  it.scopedLive.each(unreadable)(
    "FILL-3: a row with $what makes the listing one in part, and loses no other row",
    ({ differs }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const body = [held("KO"), held("ODD", differs), held("PEP", { side: "short" })]
        const answer = { status: 200, body }
        yield* exchange.instruct({ id: "p", when: { operation: "positions" }, do: { answer } })
        const logged: Array<unknown> = []
        const keeping = Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => logged.push(message))
        )
        const { complete, holdings } = yield* broker.positions.pipe(Effect.provide(keeping))
        assert.isFalse(complete)
        assert.deepStrictEqual(
          holdings.map(({ quantity, symbol }) => `${symbol} ${Decimal.format(quantity)}`),
          ["KO 2", "PEP -2"]
        )
        const [field = ""] = Object.keys(differs)
        assert.match(logged.flat().join(), new RegExp(`1 rows of Alpaca's positions .*${field}: `))
      })
  )
})

const marketFields = [
  "avg_entry_price",
  "cost_basis",
  "current_price",
  "market_value",
  "unrealized_pl",
  "unrealized_plpc",
  "unrealized_intraday_pl",
  "unrealized_intraday_plpc",
  "lastday_price",
  "change_today"
]

const atTheMarket: ReadonlyArray<{
  readonly what: string
  readonly placed: object
  readonly price: string
  readonly shows: ReadonlyArray<string>
}> = [
  {
    what: "a long one that gained",
    placed: { qty: "3" },
    price: "200.1",
    shows: ["200", "600", "200.1", "600.3", "0.3", "0.0005", "0.3", "0.0005", "200.1", "0"]
  },
  {
    what: "a long one that lost",
    placed: { qty: "3" },
    price: "199.99",
    shows: ["200", "600", "199.99", "599.97", "-0.03", "-0.00005", "-0.03", "-0.00005", "199.99", "0"]
  },
  {
    what: "a short one that gained",
    placed: { side: "sell", qty: "7" },
    price: "190",
    shows: ["200", "-1400", "190", "-1330", "70", "0.05", "70", "0.05", "190", "0"]
  },
  {
    what: "a fraction",
    placed: { qty: "0.123456789" },
    price: "207",
    shows: ["200", "24.6913578", "207", "25.555555323", "0.864197523", "0.035", "0.864197523", "0.035", "207", "0"]
  }
]

describe("positions of Alpaca's simulator at the market", () => {
  it.scopedLive.each(atTheMarket)("$what is shown at the price of now, to the last digit", ({ placed, price, shows }) =>
    Effect.gen(function* () {
      const { ask, exchange } = yield* opened()
      yield* ask("POST", "/v2/orders", order(placed))
      yield* exchange.instruct({ id: "now", do: { price: { symbol: "AAPL", price } } })
      const { body } = yield* ask("GET", "/v2/positions/AAPL")
      assert.deepStrictEqual(
        marketFields.map((field): unknown => body[field]),
        [...shows]
      )
    })
  )

  it.scopedLive("a gain that is no whole share of what was paid has sixteen decimals, as recorded", () =>
    Effect.gen(function* () {
      const { ask, exchange } = yield* opened({ prices: new Map([["AAPL", Price.unsafe("321.33")]]) })
      yield* ask("POST", "/v2/orders", order({ qty: "2" }))
      yield* exchange.instruct({ id: "now", do: { price: { symbol: "AAPL", price: "323.35" } } })
      const { body } = yield* ask("GET", "/v2/positions/AAPL")
      assert.deepInclude(body, {
        cost_basis: "642.66",
        market_value: "646.7",
        unrealized_pl: "4.04",
        unrealized_plpc: "0.0062863722652725"
      })
    })
  )
})
