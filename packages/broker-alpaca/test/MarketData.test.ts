import { assert, describe, it } from "@effect/vitest"
import { Decimal, Instant, Price, Ticker } from "@roundlot/core"
import { Quote } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import type { Instruction } from "@roundlot/broker-paper"
import { open } from "./setup.ts"

const NVDA = Ticker.Ticker.make("NVDA")

const at180 = { prices: new Map([["NVDA", Price.unsafe("180.125")]]) }

/** The price that is believed of what Alpaca answers, after an instruction; or of what kind the failure is. */
const priced = (answer?: Instruction.ActInput) =>
  Effect.gen(function* () {
    const { broker, exchange } = yield* open(at180)
    if (answer !== undefined) yield* exchange.instruct({ id: "lie", when: { operation: "quote" }, do: answer })
    const quote = yield* Effect.either(broker.quote?.(NVDA) ?? Effect.die("Alpaca has quotes"))
    if (quote._tag === "Left") return quote.left.kind
    const asked = { symbol: "NVDA", source: "alpaca quote", at: Instant.fromMillis(yield* Clock.currentTimeMillis) }
    const reference = Quote.priceOf(quote.right, asked)
    return reference._tag === "Priced" ? Decimal.format(reference.price) : "none"
  })

const t = new Date().toISOString()

/** A snapshot as Alpaca documents it; what differs from that. */
const body = (differs: object = {}) => ({
  symbol: "NVDA",
  latestTrade: { t, x: "V", p: 180.125, s: 100, c: ["@"], i: 1, z: "C" },
  latestQuote: { t, ax: "V", ap: 180.13, as: 1, bx: "V", bp: 180.12, bs: 1, c: ["R"], z: "C" },
  ...differs
})

const said = (differs: object) => ({ answer: { status: 200, body: body(differs) } })

describe("D3: Alpaca's quotes, over sockets", () => {
  it.scopedLive("are the last trade, to the last digit", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* priced(), "180.125")
      const exact = `{"symbol":"NVDA","latestTrade":{"t":"${t}","p":180.12345678901234567}}`
      assert.strictEqual(yield* priced({ answer: { status: 200, body: exact } }), "180.12345678901234567")
    })
  )

  it.scopedLive("are counted by a limit of their own, of which `requests` says nothing", () =>
    Effect.gen(function* () {
      const { broker } = yield* open({ ...at180, requestsAMinute: 10 })
      const left = Effect.map(
        broker.requests ?? Effect.die("Alpaca has a limit"),
        (usage) => usage.limits[0]?.left ?? 0
      )
      yield* broker.account
      yield* broker.account
      const before = yield* left
      const quotes = Effect.forEach(Array.from({ length: 11 }), () =>
        Effect.either(broker.quote?.(NVDA) ?? Effect.die("Alpaca has quotes"))
      )
      const last = (yield* quotes).at(-1)
      assert.strictEqual(last?._tag === "Left" ? last.left.kind : last?._tag, "rate_limited")
      assert.isAtLeast(yield* left, before)
    })
  )

  it.scopedLive.each<[what: string, answer: Instruction.ActInput, price: string]>([
    ["as documented", said({}), "180.125"],
    ["a trade of a thousand times", said({ latestTrade: { t, p: 180_125 } }), "none"],
    ["a trade below zero", said({ latestTrade: { t, p: -180.125 } }), "none"],
    ["another symbol", said({ symbol: "AMD" }), "none"],
    ["a stale trade alone", said({ latestTrade: { t: "2026-01-05T15:00:00Z", p: 180 }, latestQuote: null }), "none"],
    ["a crossed market", said({ latestQuote: { t, bp: 181, ap: 180 } }), "none"],
    ["nobody on either side", said({ latestQuote: { t, bp: 0, ap: 0 } }), "180.125"],
    ["no trade and no quote", said({ latestTrade: null, latestQuote: null }), "none"],
    ["no such symbol", { answer: { status: 404, body: { message: "not found" } } }, "none"],
    ["no text for a price", said({ latestTrade: { t, p: "a lot" } }), "unreadable"],
    ["no JSON", { answer: { status: 200, body: "<html></html>" } }, "unreadable"],
    ["401", { answer: { status: 401 } }, "unauthorised"],
    ["429", { answer: { status: 429, headers: { "retry-after": "7" } } }, "rate_limited"],
    ["500", { answer: { status: 500 } }, "server"],
    ["nothing", { takeThenReset: {} }, "network"]
  ])("%s", ([, answer, price]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* priced(answer), price)
    })
  )
})
