import { FastCheck as fc } from "effect"
import { describe, expect, test } from "vitest"
import * as Decimal from "../src/values/Decimal.ts"
import { priceOf, type Quote, type Quoted } from "../src/values/Quote.ts"
import * as Instant from "../src/values/Instant.ts"
import { runs } from "./properties.ts"

const A_MINUTE_MS = 60_000
const AN_HOUR_MS = 60 * A_MINUTE_MS
const A_DAY_MS = 24 * AN_HOUR_MS

const now = Instant.fromMillis(Date.UTC(2026, 10, 25, 15))

const said = (price: string, agoMs = 0): Quoted => ({
  price: Decimal.unsafe(price),
  at: Instant.addMillis(now, -agoMs)
})

const sound: Quote = { symbol: "NVDA", last: said("180"), bid: said("179.99"), ask: said("180.01") }

const judged = (quote: Quote): string | undefined => {
  const reference = priceOf(quote, { symbol: "NVDA", source: "test quote", at: now })
  return reference._tag === "Priced" ? Decimal.format(reference.price) : undefined
}

describe("D3: the price that a broker's quote says", () => {
  test.each<[what: string, quote: Quote, price: string]>([
    ["the last trade", sound, "180"],
    ["the last trade alone", { symbol: "NVDA", last: said("180") }, "180"],
    ["the middle of bid and ask, where there is no trade", { ...sound, last: undefined }, "180"],
    ["the middle, where nothing trades of late", { ...sound, last: said("170", AN_HOUR_MS) }, "180"],
    ["a trade of before a weekend, where nobody bids", { symbol: "NVDA", last: said("170", 4 * A_DAY_MS) }, "170"],
    ["the last trade beside a side on which nobody stands", { ...sound, bid: said("0") }, "180"],
    [
      "the last trade beside bid and ask that nobody means",
      { ...sound, bid: said("0.01"), ask: said("199999") },
      "180"
    ],
    ["a market that is locked", { ...sound, last: undefined, bid: said("180"), ask: said("180") }, "180"]
  ])("is %s", (_, quote, price) => {
    expect(judged(quote)).toBe(price)
  })

  test.each<[what: string, quote: Quote]>([
    ["of another symbol", { ...sound, symbol: "AMD" }],
    ["of no symbol", { ...sound, symbol: undefined }],
    ["in another currency", { ...sound, currency: "CAD" }],
    ["of nothing", { symbol: "NVDA" }],
    ["of zero", { symbol: "NVDA", last: said("0"), bid: said("0"), ask: said("0") }],
    ["below zero", { ...sound, last: said("-180") }],
    ["with a bid below zero", { ...sound, bid: said("-1") }],
    ["of more than any share", { symbol: "NVDA", last: said("10000000.01") }],
    ["of less than any share", { symbol: "NVDA", last: said("0.00001") }],
    ["whose bid is above its ask", { ...sound, bid: said("180.02") }],
    ["whose trade is a thousand times its bid and ask", { ...sound, last: said("180000") }],
    ["whose trade is a thousandth of its bid and ask", { ...sound, last: said("0.18") }],
    ["of two minutes from now", { ...sound, last: said("180", -2 * A_MINUTE_MS) }],
    ["of more than a week ago", { symbol: "NVDA", last: said("180", 8 * A_DAY_MS) }]
  ])("is none of an answer %s", (_, quote) => {
    expect(judged(quote)).toBeUndefined()
  })

  const prices = fc
    .integer({ min: -1_000, max: 1_000_000_000 })
    .map((cents) => Decimal.divide(Decimal.unsafe(String(cents)), Decimal.unsafe("100"), 2))
  const quoted = fc.option(
    fc.record({
      price: prices,
      at: fc.integer({ min: -A_DAY_MS, max: 10 * A_DAY_MS }).map((ms) => Instant.addMillis(now, -ms))
    }),
    { nil: undefined }
  )

  test("is within what was said, above zero, and never of the future or of long ago", () => {
    fc.assert(
      fc.property(quoted, quoted, quoted, (last, bid, ask) => {
        const reference = priceOf({ symbol: "NVDA", last, bid, ask }, { symbol: "NVDA", source: "test", at: now })
        if (reference._tag === "NoPrice") return
        const all = [last, bid, ask].filter((each) => each !== undefined)
        expect(Decimal.isPositive(reference.price)).toBe(true)
        expect(all.some(({ price }) => Decimal.isAtMost(price, reference.price))).toBe(true)
        expect(all.some(({ price }) => Decimal.isAtMost(reference.price, price))).toBe(true)
        expect(all.some(({ at }) => at === reference.at)).toBe(true)
        const agoMs = Instant.millisBetween(reference.at, now)
        expect(agoMs).toBeGreaterThanOrEqual(-A_MINUTE_MS)
        expect(agoMs).toBeLessThanOrEqual(7 * A_DAY_MS)
      }),
      runs(500)
    )
  })
})
