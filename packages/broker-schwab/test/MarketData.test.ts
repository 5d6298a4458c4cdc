import { assert, describe, it } from "@effect/vitest"
import { Decimal, Instant, Price, Ticker } from "@roundlot/core"
import { Quote } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import type { Instruction } from "@roundlot/broker-paper"
import { open } from "./setup.ts"

const NVDA = Ticker.Ticker.make("NVDA")

/** The price that is believed of what Schwab answers, after an instruction; or of what kind the failure is. */
const priced = (answer?: Instruction.ActInput) =>
  Effect.gen(function* () {
    const { broker, exchange } = yield* open({ prices: new Map([["NVDA", Price.unsafe("180.125")]]) })
    if (answer !== undefined) yield* exchange.instruct({ id: "lie", when: { operation: "quote" }, do: answer })
    const quote = yield* Effect.either(broker.quote?.(NVDA) ?? Effect.die("Schwab has quotes"))
    if (quote._tag === "Left") return quote.left.kind
    const asked = { symbol: "NVDA", source: "schwab quote", at: Instant.fromMillis(yield* Clock.currentTimeMillis) }
    const reference = Quote.priceOf(quote.right, asked)
    return reference._tag === "Priced" ? Decimal.format(reference.price) : "none"
  })

const now = Date.now()
const sound = { lastPrice: 180.125, tradeTime: now, bidPrice: 180.12, askPrice: 180.13, quoteTime: now }

const said = (quote: object, symbol = "NVDA") => ({
  answer: {
    status: 200,
    body: { NVDA: { assetMainType: "EQUITY", symbol, realtime: true, quote: { ...sound, ...quote } } }
  }
})

describe("D3: Schwab's quotes, over sockets", () => {
  it.scopedLive("are the last trade, to the last digit", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* priced(), "180.125")
      const exact = `{"NVDA":{"symbol":"NVDA","quote":{"lastPrice":180.12345678901234567,"tradeTime":${now}}}}`
      assert.strictEqual(yield* priced({ answer: { status: 200, body: exact } }), "180.12345678901234567")
    })
  )

  it.scopedLive.each<[what: string, answer: Instruction.ActInput, price: string]>([
    ["as documented", said({}), "180.125"],
    ["a trade of a thousand times", said({ lastPrice: 180_125 }), "none"],
    ["a trade below zero", said({ lastPrice: -180.125 }), "none"],
    ["another symbol", said({}, "AMD"), "none"],
    ["a trade of ten days ago alone", said({ tradeTime: now - 864_000_000, bidPrice: 0, askPrice: 0 }), "none"],
    ["times in seconds", said({ tradeTime: Math.floor(now / 1000) }), "none"],
    ["a crossed market", said({ bidPrice: 181, askPrice: 180 }), "none"],
    [
      "a symbol that it does not know",
      { answer: { status: 200, body: { errors: { invalidSymbols: ["NVDA"] } } } },
      "none"
    ],
    ["no JSON", { answer: { status: 200, body: "<html></html>" } }, "unreadable"],
    ["429", { answer: { status: 429, headers: { "retry-after": "7" } } }, "rate_limited"],
    ["500", { answer: { status: 500 } }, "server"],
    ["nothing", { takeThenReset: {} }, "network"]
  ])("%s", ([, answer, price]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* priced(answer), price)
    })
  )
})
