import { assert, describe, it } from "@effect/vitest"
import { Decimal } from "@roundlot/core"
import { Effect, Logger } from "effect"
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
