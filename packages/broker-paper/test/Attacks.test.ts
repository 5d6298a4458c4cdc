import { describe, expect, it } from "@effect/vitest"
import { AccountName, Decimal, Instant, Price, Quantity } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Effect, FastCheck as fc, TestClock } from "effect"
import { Exchange, type ExchangeOrder } from "@roundlot/broker-paper"
import { account, request as ofDay } from "./setup.ts"

const request = (differs: Partial<ExchangeOrder.PlaceRequest> = {}) => ofDay({ timeInForce: "gtc", ...differs })

const limited = (side: "buy" | "sell", price: string, differs: Partial<ExchangeOrder.PlaceRequest> = {}) =>
  request({ side, type: "limit", limitPrice: Price.unsafe(price), ...differs })

const opened = Exchange.make({})
type Service = Effect.Effect.Success<typeof opened>

const other = AccountName.AccountName.make("other")
const third = AccountName.AccountName.make("third")

let given = 0
const market = (exchange: Service, act: Parameters<Service["instruct"]>[0]["do"]) =>
  exchange.instruct({ id: `h${++given}`, do: act })
const at = (price: string) => ({ price: { symbol: "AAPL", price } })

const seen = (exchange: Service) =>
  Effect.map(exchange.orders, (orders) =>
    orders.map(({ filledQuantity, status }) => `${status} ${Decimal.format(filledQuantity)}`)
  )
const prices = (exchange: Service) =>
  Effect.map(exchange.fills, (fills) => fills.map(({ price }) => Decimal.format(price)))
const idOf = (exchange: Service, n: number) => Effect.map(exchange.orders, (orders) => orders[n]?.brokerOrderId ?? "")

const entry = limited("buy", "100", {
  legs: {
    as: "entry",
    orders: [
      { type: "limit", limitPrice: Price.unsafe("110"), stopPrice: null },
      { type: "stop", limitPrice: null, stopPrice: Price.unsafe("90") }
    ]
  }
})

describe("orders that cross", () => {
  it.scoped("no order trades more than it asks for where an entry of a group crosses", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* exchange.place(account, entry)
      yield* exchange.place(third, limited("buy", "100"))
      yield* exchange.place(other, limited("sell", "100"))
      expect(yield* seen(exchange)).toEqual(["filled 10", "unpriced 0", "unpriced 0", "unpriced 0", "filled 10"])
    })
  )

  it.scoped("exits stay where their entry, filled in full, is filled beyond that", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* exchange.place(account, entry)
      yield* market(exchange, { fill: { brokerOrderId: yield* idOf(exchange, 0), quantity: "1" } })
      expect(yield* seen(exchange)).toEqual(["filled 11", "new 0", "new 0"])
    })
  )

  it.scoped("a stop that trails crosses nothing before there is a price that it trails", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* exchange.place(
        account,
        request({ side: "sell", type: "stop", trail: { by: "amount", value: Decimal.unsafe("5") } })
      )
      yield* exchange.place(other, limited("buy", "50"))
      expect(yield* seen(exchange)).toEqual(["unpriced 0", "unpriced 0"])
    })
  )

  it.scoped("one that is amended to cross trades at the limit of the one that rested", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* exchange.place(account, limited("buy", "90"))
      yield* exchange.place(other, limited("sell", "100"))
      yield* exchange.amend(account, yield* idOf(exchange, 0), limited("buy", "110"))
      expect(yield* prices(exchange)).toEqual(["100", "100"])
    })
  )

  it.scoped("a stop limit crosses once its stop is reached, not before", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* exchange.place(
        account,
        request({ type: "stop_limit", stopPrice: Price.unsafe("105"), limitPrice: Price.unsafe("106") })
      )
      yield* market(exchange, { price: { symbol: "AAPL", price: "104", size: "1" } })
      yield* exchange.place(other, limited("sell", "105.50"))
      expect(yield* seen(exchange)).toEqual(["new 0", "new 0"])
      yield* market(exchange, { price: { symbol: "AAPL", price: "105", size: "1" } })
      expect(yield* seen(exchange)).toEqual(["filled 10", "partially_filled 9"])
    })
  )

  it.scoped("nothing crosses in a halt or beyond the bands; immediate or cancel takes what crosses", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, { halt: { symbol: "AAPL" } })
      yield* exchange.place(account, limited("buy", "100"))
      yield* exchange.place(other, limited("sell", "100", { quantity: Quantity.unsafe("4"), timeInForce: "ioc" }))
      expect(yield* seen(exchange)).toEqual(["new 0", "cancelled 0"])
      yield* market(exchange, { bands: { symbol: "AAPL", lower: "101", upper: "105" } })
      yield* market(exchange, { resume: { symbol: "AAPL" } })
      yield* exchange.place(other, limited("sell", "100", { quantity: Quantity.unsafe("4"), timeInForce: "ioc" }))
      expect((yield* seen(exchange)).at(-1)).toBe("cancelled 0")
      yield* market(exchange, { bands: { symbol: "AAPL", lower: "95", upper: "105" } })
      yield* exchange.place(other, limited("sell", "100", { quantity: Quantity.unsafe("14"), timeInForce: "ioc" }))
      expect((yield* seen(exchange)).at(-1)).toBe("cancelled 10")
      expect((yield* seen(exchange))[0]).toBe("filled 10")
    })
  )
})

/** An order of one of three accounts, a group of two or by itself, or other terms for the one before. */
const asked = fc.record({
  who: fc.constantFrom(account, other, third),
  side: fc.constantFrom("buy" as const, "sell" as const),
  at: fc.integer({ min: 95, max: 105 }),
  quantity: fc.integer({ min: 1, max: 12 }),
  as: fc.constantFrom("alone", "entry", "exit", "ioc", "amend")
})

describe("what crosses", () => {
  it("as many shares are bought as are sold, no order has more than it asks for, and nothing is beyond a limit", () =>
    fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 2, maxLength: 20 }), (all) =>
        Effect.gen(function* () {
          const exchange = yield* opened
          for (const { as, at: dollars, quantity, side, who } of all) {
            const leg = { type: "limit", limitPrice: Price.unsafe(String(dollars + 1)), stopPrice: null } as const
            const order = limited(side, String(dollars), {
              quantity: Quantity.unsafe(String(quantity)),
              timeInForce: as === "ioc" ? "ioc" : "gtc",
              ...(as === "entry" || as === "exit" ? { legs: { as, orders: [leg] } } : {})
            })
            const before = (yield* exchange.working(who)).findLast((each) => each.side === side)
            yield* as === "amend" && before !== undefined
              ? exchange.amend(who, before.brokerOrderId, order)
              : exchange.place(who, order)
          }
          const orders = yield* exchange.orders
          const sold = (wanted: "buy" | "sell") =>
            Decimal.format(Decimal.sum(orders.flatMap((each) => (each.side === wanted ? [each.filledQuantity] : []))))
          expect(sold("buy")).toBe(sold("sell"))
          expect(orders.filter((each) => Decimal.isLess(each.quantity, each.filledQuantity))).toEqual([])
          const fills = yield* exchange.fills
          for (let at = 0; at < fills.length; at += 2) {
            expect(fills[at]?.price).toEqual(fills[at + 1]?.price)
            expect(fills[at]?.account).not.toBe(fills[at + 1]?.account)
          }
        }).pipe(Effect.scoped, Effect.runPromise)
      ),
      { numRuns: 50 }
    ))
})

describe("splits", () => {
  it.scoped("a split sets off no stop that trails", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      for (const trail of [
        { by: "amount", value: Decimal.unsafe("5") },
        { by: "percent", value: Decimal.unsafe("5") }
      ] as const)
        yield* exchange.place(account, request({ side: "sell", type: "stop", trail }))
      yield* market(exchange, { split: { symbol: "AAPL", from: "1", to: "2" } })
      yield* market(exchange, at("49"))
      expect(yield* seen(exchange)).toEqual(["new 0", "new 0"])
      yield* market(exchange, at("47.50"))
      expect(yield* seen(exchange)).toEqual(["filled 20", "filled 20"])
    })
  )

  it.scoped("an order of which a split leaves no whole share ends", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* exchange.place(account, limited("buy", "90", { quantity: Quantity.unsafe("0.5") }))
      yield* market(exchange, { split: { symbol: "AAPL", from: "2", to: "3" } })
      expect(yield* seen(exchange)).toEqual(["cancelled 0"])
    })
  )

  it.scoped("a price that orders came with is followed after a split as before", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* exchange.place(
        account,
        request({ referencePrice: Price.unsafe("100"), referenceAt: Instant.fromMillis(0) })
      )
      yield* market(exchange, { split: { symbol: "AAPL", from: "1", to: "2" } })
      yield* exchange.place(
        account,
        request({ referencePrice: Price.unsafe("51"), referenceAt: Instant.fromMillis(0) })
      )
      expect(yield* prices(exchange)).toEqual(["100", "51"])
    })
  )

  it.scoped("a spread is split as its price is", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, { price: { symbol: "AAPL", price: "10", spread: "12" } })
      yield* market(exchange, { split: { symbol: "AAPL", from: "1", to: "4" } })
      yield* exchange.place(account, request({ side: "sell" }))
      expect(yield* prices(exchange)).toEqual(["1"])
    })
  )
})

describe("days", () => {
  const scheduled = Exchange.make({ isOpen: XnysCalendar.isOpenAt, restsWhileClosed: true })

  it.scoped("an order of Friday does not trade on Monday where a halt ended meanwhile", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-20T15:00:00Z"))
      const exchange = yield* scheduled
      yield* market(exchange, at("100"))
      yield* market(exchange, { halt: { symbol: "AAPL", ms: 86_400_000 } })
      yield* exchange.place(account, request({ timeInForce: "day" }))
      yield* exchange.place(account, request({ timeInForce: "gtc" }))
      yield* TestClock.setTime(Date.parse("2026-11-23T15:00:00Z"))
      yield* exchange.holdings(account)
      expect(yield* seen(exchange)).toEqual(["expired 0", "filled 10"])
    })
  )

  it.scoped("day orders end before a holiday, gtc ones work after it", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-25T15:00:00Z"))
      const exchange = yield* scheduled
      yield* market(exchange, at("100"))
      yield* exchange.place(account, limited("buy", "90", { timeInForce: "day" }))
      yield* exchange.place(account, limited("buy", "90", { timeInForce: "gtc" }))
      yield* exchange.place(account, limited("sell", "110", { timeInForce: "cls" }))
      yield* TestClock.setTime(Date.parse("2026-11-26T15:00:00Z"))
      yield* market(exchange, at("90"))
      yield* exchange.holdings(account)
      expect(yield* seen(exchange)).toEqual(["expired 0", "new 0", "cancelled 0"])
      yield* TestClock.setTime(Date.parse("2026-11-27T15:00:00Z"))
      yield* market(exchange, at("90"))
      expect((yield* seen(exchange))[1]).toBe("filled 10")
    })
  )

  it.scoped("an order for the opening trades in that, whatever its session", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-20T12:00:00Z"))
      const exchange = yield* scheduled
      yield* market(exchange, at("100"))
      yield* exchange.place(account, request({ timeInForce: "opg", session: "extended" }))
      expect(yield* seen(exchange)).toEqual(["new 0"])
      yield* TestClock.setTime(Date.parse("2026-11-20T15:00:00Z"))
      yield* exchange.holdings(account)
      expect(yield* seen(exchange)).toEqual(["filled 10"])
    })
  )
})
