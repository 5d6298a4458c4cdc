import { describe, expect, it } from "@effect/vitest"
import { Instant, Quantity } from "@roundlot/core"
import { Effect, TestClock } from "effect"
import { Exchange } from "@roundlot/broker-paper"
import { account, request } from "./setup.ts"

const opened = Exchange.make({ unsaidPrice: undefined, prices: new Map() })

type Service = Effect.Effect.Success<typeof opened>

let given = 0
const instruct = (exchange: Service, act: Parameters<Service["instruct"]>[0]["do"]) =>
  exchange.instruct({ id: `d${++given}`, do: act })

/** Sets the time: a date in November 2026 at 15:00 UTC, which is 10:00 in New York. */
const on = (day: number) => {
  const date = `2026-11-${String(day).padStart(2, "0")}`
  return TestClock.setTime(Instant.toMillis(Instant.parse(`${date}T15:00:00Z`) ?? Instant.make(0n)))
}

const atPrice = (exchange: Service) =>
  Effect.forEach(["ABC", "XYZ"], (symbol) => instruct(exchange, { price: { symbol, price: "10" } }))

/** Trades one after the other: `buy 250 ABC`. */
const trade = (exchange: Service, ...trades: ReadonlyArray<string>) =>
  Effect.forEach(trades, (text) => {
    const [side, quantity = "", symbol = "ABC"] = text.split(" ")
    return exchange.place(
      account,
      request({ side: side === "buy" ? "buy" : "sell", quantity: Quantity.unsafe(quantity), symbol })
    )
  })

const counted = (exchange: Service) => Effect.map(exchange.dayTrades(account), ([now]) => now)

describe("day trades, counted from fills", () => {
  it.scoped.each([
    ["two purchases and a sale", ["buy 250", "buy 250", "sell 500"], 1],
    ["twice there and back", ["buy 100", "sell 100", "buy 100", "sell 100"], 2],
    ["a purchase and three sales", ["buy 500", "sell 100", "sell 100", "sell 300"], 1],
    ["three purchases and two sales", ["buy 250", "buy 300", "buy 100", "sell 150", "sell 175"], 1],
    ["a sale of one between purchases", ["buy 199", "buy 142", "sell 1", "buy 45", "sell 100", "sell 200"], 2],
    ["two symbols", ["buy 200", "buy 100 XYZ", "sell 100", "sell 100 XYZ"], 2],
    ["a short sale that is covered", ["sell 10", "buy 10"], 1],
    ["a sale through zero that is covered", ["buy 10", "sell 15", "buy 5"], 2],
    ["purchases alone", ["buy 10", "buy 10"], 0]
  ] as const)("by FINRA's examples, and ours: %s", ([, trades, count]) =>
    Effect.gen(function* () {
      yield* on(20)
      const exchange = yield* opened
      yield* atPrice(exchange)
      yield* trade(exchange, ...trades)
      expect(yield* counted(exchange)).toBe(count)
    })
  )

  it.scoped("what is held from an earlier day is none, until some is bought and sold beside it", () =>
    Effect.gen(function* () {
      yield* on(19)
      const exchange = yield* opened
      yield* atPrice(exchange)
      yield* trade(exchange, "buy 100")
      yield* instruct(exchange, { holding: { account, symbol: "XYZ", quantity: "5" } })
      yield* on(20)
      yield* trade(exchange, "sell 50", "sell 5 XYZ")
      expect(yield* counted(exchange)).toBe(0)
      yield* trade(exchange, "buy 50", "sell 50")
      expect(yield* counted(exchange)).toBe(1)
    })
  )

  it.scoped("they count for five trading days, of which a holiday and a weekend are none", () =>
    Effect.gen(function* () {
      yield* on(20)
      const exchange = yield* opened
      yield* atPrice(exchange)
      yield* trade(exchange, "buy 1", "sell 1")
      yield* on(23)
      yield* trade(exchange, "buy 1", "sell 1", "buy 1", "sell 1")
      expect(yield* exchange.dayTrades(account)).toEqual([3, 3, 3, 3, 2])
      // 26 November is Thanksgiving: 20, 23, 24, 25 and 27 are five days.
      yield* on(27)
      expect(yield* exchange.dayTrades(account)).toEqual([3, 2, 0, 0, 0])
      yield* on(30)
      expect(yield* exchange.dayTrades(account)).toEqual([2, 0, 0, 0, 0])
    })
  )

  it.scoped("a split, another name and a bust between do not change what they are", () =>
    Effect.gen(function* () {
      yield* on(20)
      const exchange = yield* opened
      yield* atPrice(exchange)
      yield* trade(exchange, "buy 10")
      yield* instruct(exchange, { split: { symbol: "ABC", from: "1", to: "2" } })
      yield* instruct(exchange, { rename: { symbol: "ABC", to: "NEW" } })
      yield* trade(exchange, "sell 20 NEW")
      expect(yield* counted(exchange)).toBe(1)
      const [, sale] = yield* exchange.fills
      yield* instruct(exchange, { bust: { execId: sale?.execId } })
      expect(yield* counted(exchange)).toBe(0)
    })
  )
})
