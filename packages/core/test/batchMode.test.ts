import { Either } from "effect"
import { assert, describe, expect, it } from "vitest"
import * as Batch from "../src/records/Batch.ts"
import * as OrderTerms from "../src/records/OrderTerms.ts"
import * as Price from "../src/values/Price.ts"

const limit = { limitPrice: Price.unsafe("10") }
const stop = { stopPrice: Price.unsafe("10") }
const typed = (prices: {
  readonly limitPrice?: Price.Price
  readonly stopPrice?: Price.Price
}): OrderTerms.Instruction => ({
  type: OrderTerms.typeOf(prices.limitPrice, prices.stopPrice),
  ...prices
})

describe("the mode of a batch", () => {
  it("BAT-2: is as it was named, whatever its rows are", () => {
    for (const mode of Batch.batchModes) {
      assert.deepStrictEqual(Batch.modeOf(mode, undefined), Either.right(mode))
      assert.deepStrictEqual(Batch.modeOf(mode, { line: 2 }), Either.right(mode))
      assert.deepStrictEqual(Batch.modeOf(mode, { line: undefined }), Either.right(mode))
    }
  })

  it("BAT-2: is `execute` where it was not named and no row would be a market order; else it has to be named", () => {
    assert.deepStrictEqual(Batch.modeOf(undefined, undefined), Either.right("execute"))
    expect(Either.flip(Batch.modeOf(undefined, { line: 7 }))).toMatchObject({
      right: { line: 7, message: "the mode is not named, and line 7 has no limit_price: it would be a market order" }
    })
    expect(Either.flip(Batch.modeOf(undefined, { line: undefined }))).toMatchObject({ right: { _tag: "ModeNotNamed" } })
  })

  it("BAT-2: a row is a market order where it says no price of its own, whatever else it says", () => {
    assert.isTrue(Batch.isAtMarket(undefined))
    assert.isTrue(Batch.isAtMarket({ ...typed({}), timeInForce: "gtc", session: "extended" }))
    assert.isFalse(Batch.isAtMarket(typed(limit)))
    assert.isFalse(Batch.isAtMarket(typed(stop)))
    assert.isFalse(Batch.isAtMarket(typed({ ...limit, ...stop })))
  })
})
