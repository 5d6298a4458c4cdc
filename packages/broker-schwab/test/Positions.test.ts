import { assert, describe, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import { Effect, Logger } from "effect"
import { open } from "./setup.ts"

const held = (symbol: string, differs: object = {}) => ({
  longQuantity: 2,
  shortQuantity: 0,
  averagePrice: 10.5,
  instrument: { assetType: "EQUITY", symbol },
  ...differs
})

const unreadable: ReadonlyArray<{ readonly what: string; readonly named: string; readonly differs: object }> = [
  { what: "a quantity that is none", named: "ODD: longQuantity", differs: { longQuantity: "many" } },
  { what: "no quantity of what is short", named: "ODD: shortQuantity", differs: { shortQuantity: undefined } },
  { what: "a price that is none", named: "ODD: averagePrice", differs: { averagePrice: {} } },
  { what: "no instrument", named: "one without a symbol: instrument", differs: { instrument: undefined } },
  { what: "no symbol", named: "one without a symbol: instrument.symbol", differs: { instrument: { symbol: null } } }
]

const withoutPositions: ReadonlyArray<readonly [string, object, boolean]> = [
  ["without shares in its balances", { longMarketValue: 0, shortMarketValue: 0 }, true],
  ["with long shares in them", { longMarketValue: 412.5, shortMarketValue: 0 }, false],
  ["with short shares in them", { longMarketValue: 0, shortMarketValue: -98.1 }, false]
]

describe("what Schwab lists as held", () => {
  it.scopedLive.each(withoutPositions)(
    "FILL-3: an account without `positions`, %s: nothing is held, or the listing is in part",
    ([, currentBalances, isComplete]) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const body = { securitiesAccount: { accountNumber: "12345678", currentBalances } }
        yield* exchange.instruct({ id: "p", when: { operation: "account" }, do: { answer: { status: 200, body } } })
        assert.deepInclude(yield* broker.positions, { complete: isComplete, holdings: [] })
      })
  )

  it.scopedLive.each(unreadable)(
    "FILL-3: a row with $what makes the listing one in part, and loses no other row",
    ({ differs, named }) =>
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        const positions = [held("KO"), held("ODD", differs), held("PEP", { longQuantity: 0, shortQuantity: 3 })]
        const body = { securitiesAccount: { accountNumber: "12345678", positions } }
        yield* exchange.instruct({ id: "p", when: { operation: "account" }, do: { answer: { status: 200, body } } })
        const logged: Array<unknown> = []
        const keeping = Logger.replace(
          Logger.defaultLogger,
          Logger.make(({ message }) => logged.push(message))
        )
        const { complete, holdings } = yield* broker.positions.pipe(Effect.provide(keeping))
        assert.isFalse(complete)
        assert.deepStrictEqual(
          holdings.map(({ quantity, symbol }) => `${symbol} ${Decimal.format(quantity)}`),
          ["KO 2", "PEP -3"]
        )
        assert.include(logged.flat().join(), `1 rows of Schwab's positions cannot be read (${named}: `)
      })
  )
})
