import { assert, describe, expect, it } from "@effect/vitest"
import { AccountName, Decimal, Instant, Price, Quantity } from "@roundlot/core"
import { Chunk, Effect, FastCheck as fc, Stream, TestClock } from "effect"
import { Exchange, type ExchangeOrder } from "@roundlot/broker-paper"
import { account, request } from "./setup.ts"

const opened = Exchange.make({})

const other = AccountName.AccountName.make("other")

type Service = Effect.Effect.Success<typeof opened>

let given = 0
const market = (exchange: Service, act: Parameters<Service["instruct"]>[0]["do"]) =>
  exchange.instruct({ id: `m${++given}`, do: act })

const at = (price: string, size?: string) => ({
  price: { symbol: "AAPL", price, ...(size === undefined ? {} : { size }) }
})

const filled = (exchange: Service) =>
  Effect.map(exchange.orders, (orders) => orders.map(({ filledQuantity }) => Decimal.format(filledQuantity)))

const statuses = (exchange: Service) => Effect.map(exchange.orders, (orders) => orders.map(({ status }) => status))

const held = (exchange: Service, symbol: string) =>
  Effect.map(exchange.stand(account, symbol), (stand) => Decimal.format(stand.held))
const terms = (exchange: Service) =>
  Effect.map(exchange.orders, (orders) =>
    orders.map(({ filledQuantity, limitPrice, quantity, status, stopPrice }) =>
      [status, filledQuantity, quantity, limitPrice, stopPrice]
        .map((each) => (each === null ? "-" : typeof each === "string" ? each : Decimal.format(each)))
        .join(" ")
    )
  )

/** What happens at a market: an order comes, a price with so many shares for each side, a halt, the end of one. */
type Step =
  | {
      readonly _tag: "order"
      readonly side: "buy" | "sell"
      readonly type: "market" | "limit" | "stop"
      readonly at: number
      readonly quantity: number
      readonly isOther: boolean
    }
  | { readonly _tag: "price"; readonly at: number; readonly size: number }
  | { readonly _tag: "halt" }
  | { readonly _tag: "resume" }

const dollars = fc.integer({ min: 95, max: 105 })
const shares = fc.integer({ min: 1, max: 12 })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("order" as const),
      side: fc.constantFrom("buy" as const, "sell" as const),
      type: fc.constantFrom("market" as const, "limit" as const, "stop" as const),
      at: dollars,
      quantity: shares,
      isOther: fc.boolean()
    })
  },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("price" as const), at: dollars, size: shares }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "halt" as const }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "resume" as const }) }
)

/** A market as simple as it can be said, which the exchange is held against. */
const reference = () => {
  const orders: Array<
    { -readonly [K in keyof Extract<Step, { _tag: "order" }>]: Extract<Step, { _tag: "order" }>[K] } & {
      filled: number
      isTriggered: boolean
    }
  > = []
  const depth = { buy: 0, sell: 0 }
  let price: number | undefined
  let isHalted = false
  const match = () => {
    if (price === undefined || isHalted) return
    const now = price
    for (const order of orders) {
      const isReached = order.side === "buy" ? now >= order.at : now <= order.at
      if (order.type === "stop" && isReached) order.isTriggered = true
    }
    for (const side of ["buy", "sell"] as const) {
      const reach = (order: (typeof orders)[number]) =>
        order.type === "limit" ? (side === "buy" ? order.at : -order.at) : Infinity
      const able = orders.filter((order) => {
        if (order.side !== side) return false
        if (order.type === "limit") return side === "buy" ? now <= order.at : now >= order.at
        return order.type === "market" || order.isTriggered
      })
      for (const order of able.toSorted((a, b) => (reach(a) === reach(b) ? 0 : reach(b) - reach(a)))) {
        const taken = Math.min(order.quantity - order.filled, depth[side])
        order.filled += taken
        depth[side] -= taken
      }
    }
  }
  const cross = () => {
    if (isHalted) return
    const reach = ({ at, side, type }: (typeof orders)[number]) =>
      type === "limit" ? (side === "buy" ? at : -at) : Infinity
    const able = orders
      .map((order, entered) => ({ order, entered }))
      .filter(({ order }) => order.type !== "stop" || order.isTriggered)
      .toSorted((a, b) => (reach(a.order) === reach(b.order) ? 0 : reach(b.order) - reach(a.order)))
    for (const buy of able.filter(({ order }) => order.side === "buy")) {
      for (const sell of able.filter(({ order }) => order.side === "sell")) {
        const hasLimit = buy.order.type === "limit" || sell.order.type === "limit"
        const meet = reach(buy.order) >= -reach(sell.order)
        if (buy.order.isOther === sell.order.isOther || !hasLimit || !meet) continue
        const quantity = Math.min(buy.order.quantity - buy.order.filled, sell.order.quantity - sell.order.filled)
        buy.order.filled += quantity
        sell.order.filled += quantity
      }
    }
  }
  return {
    orders,
    do: (what: Step) => {
      if (what._tag === "order") orders.push({ ...what, filled: 0, isTriggered: false })
      if (what._tag === "halt") isHalted = true
      if (what._tag === "resume") isHalted = false
      if (what._tag === "price") {
        price = what.at
        depth.buy = depth.sell = what.size
      }
      match()
      cross()
    }
  }
}

const done = (exchange: Service, what: Step) => {
  switch (what._tag) {
    case "order": {
      const price = Price.unsafe(String(what.at))
      return exchange.place(
        what.isOther ? other : account,
        request({
          side: what.side,
          type: what.type,
          quantity: Quantity.unsafe(String(what.quantity)),
          limitPrice: what.type === "limit" ? price : null,
          stopPrice: what.type === "stop" ? price : null
        })
      )
    }
    case "price":
      return market(exchange, at(String(what.at), String(what.size)))
    case "halt":
      return market(exchange, { halt: { symbol: "AAPL" } })
    case "resume":
      return Effect.ignore(market(exchange, { resume: { symbol: "AAPL" } }))
  }
}

describe("the matching of the exchange", () => {
  it("fills as a simple market does: by limit, then by time, no more than there is, at the market's price", () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) =>
        Effect.gen(function* () {
          const exchange = yield* opened
          const simple = reference()
          for (const each of steps) {
            yield* done(exchange, each)
            simple.do(each)
            expect(yield* filled(exchange)).toEqual(simple.orders.map((order) => String(order.filled)))
          }
          const limits = new Map((yield* exchange.orders).map((order) => [order.brokerOrderId, order.limitPrice]))
          const beyond = (yield* exchange.fills).filter(({ brokerOrderId, price, side }) => {
            const limit = limits.get(brokerOrderId) ?? price
            return side === "buy" ? Decimal.isLess(limit, price) : Decimal.isLess(price, limit)
          })
          expect(beyond).toEqual([])
        }).pipe(Effect.scoped, Effect.runPromise)
      ),
      { numRuns: 60 }
    ))

  it.scoped(
    "orders of two accounts trade with each other at the limit of the one that was there first, those of one do not",
    () =>
      Effect.gen(function* () {
        const exchange = yield* opened
        const limited = (side: "buy" | "sell", limitPrice: string, quantity: string, who = account) =>
          exchange.place(
            who,
            request({ side, type: "limit", limitPrice: Price.unsafe(limitPrice), quantity: Quantity.unsafe(quantity) })
          )
        yield* limited("buy", "101", "4")
        yield* limited("buy", "103", "4")
        yield* limited("sell", "100", "2")
        expect(yield* filled(exchange)).toEqual(["0", "0", "0"])
        yield* limited("sell", "102", "9", other)
        expect(yield* filled(exchange)).toEqual(["0", "4", "0", "4"])
        yield* limited("sell", "101", "3", other)
        expect(yield* filled(exchange)).toEqual(["3", "4", "0", "4", "3"])
        expect((yield* exchange.fills).map(({ price }) => Decimal.format(price))).toEqual(["103", "103", "101", "101"])
      })
  )

  it.scoped("fill or kill takes all or nothing, immediate or cancel what there is", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100", "4"))
      yield* exchange.place(account, request({ timeInForce: "fok", quantity: Quantity.unsafe("5") }))
      yield* exchange.place(account, request({ timeInForce: "ioc", quantity: Quantity.unsafe("3") }))
      yield* exchange.place(account, request({ timeInForce: "ioc", quantity: Quantity.unsafe("3") }))
      expect(yield* filled(exchange)).toEqual(["0", "3", "1"])
      expect(yield* statuses(exchange)).toEqual(["cancelled", "filled", "cancelled"])
    })
  )
})

describe("halts of the exchange", () => {
  it.scoped("orders are taken and rest; they trade when the halt is over, by instruction or by its time", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* market(exchange, { halt: { symbol: "AAPL" } })
      yield* exchange.place(account, request())
      yield* exchange.place(account, request({ timeInForce: "ioc" }))
      yield* market(exchange, at("101"))
      expect(yield* statuses(exchange)).toEqual(["new", "cancelled"])
      expect((yield* exchange.stand(account, "AAPL")).isHalted).toBe(true)
      yield* market(exchange, { resume: { symbol: "AAPL" } })
      expect(yield* statuses(exchange)).toEqual(["filled", "cancelled"])
      yield* market(exchange, { halt: { symbol: "AAPL", ms: 1000 } })
      yield* exchange.place(account, request())
      expect(yield* filled(exchange)).toEqual(["10", "0", "0"])
      yield* TestClock.adjust("1001 millis")
      expect((yield* exchange.stand(account, "AAPL")).isHalted).toBe(false)
      yield* exchange.holdings(account)
      expect(yield* filled(exchange)).toEqual(["10", "0", "10"])
    })
  )

  it.scoped("limit up, limit down: what an order comes with, or a spread, is not traded at beyond the bands", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, { bands: { symbol: "AAPL", lower: "95", upper: "105" } })
      yield* exchange.place(account, request({ referencePrice: Price.unsafe("110") }))
      expect(yield* filled(exchange)).toEqual(["0"])
      yield* market(exchange, { price: { symbol: "AAPL", price: "104", spread: "4" } })
      expect(yield* filled(exchange)).toEqual(["0"])
      yield* market(exchange, at("104"))
      expect(yield* filled(exchange)).toEqual(["10"])
    })
  )

  it.scoped("limit up, limit down: a price beyond the bands is not traded at, and pauses for five minutes", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* market(exchange, { bands: { symbol: "AAPL", lower: "95", upper: "105" } })
      yield* exchange.place(account, request({ type: "limit", limitPrice: Price.unsafe("94") }))
      const { did } = yield* market(exchange, at("94"))
      expect(did).toEqual(["94 is beyond the bands of AAPL: it pauses, unless it comes back within fifteen seconds"])
      yield* TestClock.adjust("14 seconds")
      yield* market(exchange, at("93"))
      yield* TestClock.adjust("999 millis")
      expect((yield* exchange.stand(account, "AAPL")).isHalted).toBe(false)
      yield* TestClock.adjust("1 milli")
      yield* exchange.holdings(account)
      expect((yield* exchange.stand(account, "AAPL")).isHalted).toBe(true)
      yield* market(exchange, at("94"))
      yield* TestClock.adjust("299 seconds")
      yield* exchange.holdings(account)
      expect(yield* filled(exchange)).toEqual(["0"])
      yield* TestClock.adjust("1 second")
      yield* exchange.holdings(account)
      expect(yield* filled(exchange)).toEqual(["10"])
    })
  )

  it.scoped(
    "limit up, limit down: a price that comes back within fifteen seconds is traded at, and pauses nothing",
    () =>
      Effect.gen(function* () {
        const exchange = yield* opened
        yield* market(exchange, { bands: { symbol: "AAPL", lower: "95", upper: "105" } })
        yield* market(exchange, at("106"))
        yield* TestClock.adjust("14 seconds")
        yield* market(exchange, at("104"))
        yield* TestClock.adjust("10 seconds")
        yield* exchange.place(account, request())
        expect(yield* filled(exchange)).toEqual(["10"])
      })
  )
})

describe("corporate actions of the exchange", () => {
  it.scoped("a split changes what is held, the price and what is left of orders, which trade as before", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100", "3"))
      yield* exchange.place(account, request({ timeInForce: "gtc", quantity: Quantity.unsafe("5") }))
      yield* exchange.place(
        account,
        request({
          type: "limit",
          timeInForce: "gtc",
          limitPrice: Price.unsafe("90.10"),
          quantity: Quantity.unsafe("5")
        })
      )
      yield* market(exchange, { split: { symbol: "AAPL", from: "2", to: "3" } })
      expect(yield* held(exchange, "AAPL")).toBe("4")
      expect(yield* terms(exchange)).toEqual(["partially_filled 3 6 - -", "new 0 7 60.06 -"])
      yield* market(exchange, at("60.06"))
      expect(yield* terms(exchange)).toEqual(["filled 6 6 - -", "filled 7 7 60.06 -"])
      expect(yield* held(exchange, "AAPL")).toBe("14")
    })
  )

  it.scoped("a reverse split ends orders, and a fraction of a share is held no more; the price rises", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("2"))
      yield* exchange.place(account, request({ side: "sell", quantity: Quantity.unsafe("25") }))
      yield* exchange.place(account, request({ type: "stop", timeInForce: "gtc", stopPrice: Price.unsafe("3") }))
      yield* market(exchange, { split: { symbol: "AAPL", from: "10", to: "1" } })
      expect(yield* held(exchange, "AAPL")).toBe("-2")
      expect(yield* terms(exchange)).toEqual(["filled 25 25 - -", "cancelled 0 10 - 3"])
      expect((yield* exchange.stand(account, "AAPL")).price).toEqual(Price.unsafe("20"))
    })
  )

  it.scoped(
    "what is corrected or busted after a split is as many shares as those of then have become, under their name of now",
    () =>
      Effect.gen(function* () {
        const exchange = yield* opened
        yield* market(exchange, at("100"))
        yield* exchange.place(account, request())
        const [bought] = yield* exchange.fills
        const execId = bought?.execId
        yield* market(exchange, { correct: { execId, quantity: "11" } })
        yield* market(exchange, { split: { symbol: "AAPL", from: "1", to: "2" } })
        yield* market(exchange, { correct: { execId: bought?.execIdBase, quantity: "9" } })
        expect(yield* held(exchange, "AAPL")).toBe("18")
        yield* market(exchange, { split: { symbol: "AAPL", from: "2", to: "3" } })
        yield* market(exchange, { rename: { symbol: "AAPL", to: "META" } })
        yield* market(exchange, { correct: { execId: bought?.execIdBase, quantity: "8" } })
        expect([yield* held(exchange, "AAPL"), yield* held(exchange, "META")]).toEqual(["0", "24"])
        yield* market(exchange, { bust: { execId: bought?.execIdBase } })
        expect([yield* held(exchange, "AAPL"), yield* held(exchange, "META")]).toEqual(["0", "0"])
      })
  )

  it.scoped("another name takes over what is held and the price; orders under the old one end", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* exchange.place(account, request())
      yield* exchange.place(account, request({ type: "limit", limitPrice: Price.unsafe("90") }))
      yield* market(exchange, { holding: { account, symbol: "META", quantity: "1" } })
      yield* market(exchange, { rename: { symbol: "AAPL", to: "META" } })
      expect([yield* held(exchange, "AAPL"), yield* held(exchange, "META")]).toEqual(["0", "11"])
      expect(yield* statuses(exchange)).toEqual(["filled", "cancelled"])
      expect((yield* exchange.stand(account, "META")).price).toEqual(Price.unsafe("100"))
    })
  )
})

/** An exchange whose market is as it is said to be, by hand. */
const resting = Exchange.make({ restsWhileClosed: true })

describe("the opening of the exchange", () => {
  it.scoped("orders that rested trade by price, then by time, no more than the market has", () =>
    Effect.gen(function* () {
      const exchange = yield* resting
      yield* market(exchange, { session: { open: false } })
      yield* exchange.place(account, request({ type: "limit", limitPrice: Price.unsafe("101") }))
      yield* exchange.place(account, request({ type: "limit", limitPrice: Price.unsafe("105") }))
      yield* market(exchange, at("100", "10"))
      yield* market(exchange, { session: { open: true } })
      yield* exchange.holdings(account)
      expect(yield* filled(exchange)).toEqual(["0", "10"])
    })
  )
})

const legs = (as: "entry" | "exit", ...orders: ReadonlyArray<ExchangeOrder.Leg>) => ({ as, orders })
const limit = (price: string): ExchangeOrder.Leg => ({
  type: "limit",
  limitPrice: Price.unsafe(price),
  stopPrice: null
})
const stop = (price: string): ExchangeOrder.Leg => ({ type: "stop", limitPrice: null, stopPrice: Price.unsafe(price) })

const trail = (by: "amount" | "percent", value: string) => ({ by, value: Decimal.unsafe(value) })

const isOfKo = (said: Exchange.Streamed): boolean => said._tag === "Order" && said.order.symbol === "KO"

describe("orders of the exchange that hang together", () => {
  const bracket = request({
    type: "limit",
    limitPrice: Price.unsafe("100"),
    legs: legs("entry", limit("110"), stop("90"))
  })

  it.scoped("exits wait until their entry is filled in full, and one ends the other", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* exchange.place(account, bracket)
      yield* market(exchange, at("120"))
      yield* market(exchange, at("80", "4"))
      expect(yield* filled(exchange)).toEqual(["4", "0", "0"])
      yield* market(exchange, at("100"))
      expect(yield* filled(exchange)).toEqual(["10", "0", "0"])
      const [, taking, stopping] = yield* exchange.orders
      const { held, working } = yield* exchange.stand(account, "AAPL")
      expect([Decimal.format(held), working.map(({ brokerOrderId }) => brokerOrderId)]).toEqual([
        "10",
        [taking?.brokerOrderId]
      ])
      yield* market(exchange, at("110", "3"))
      expect((yield* exchange.orders).map(({ quantity }) => Decimal.format(quantity))).toEqual(["10", "10", "7"])
      yield* market(exchange, at("90"))
      expect(yield* filled(exchange)).toEqual(["10", "3", "7"])
      expect(yield* statuses(exchange)).toEqual(["filled", "cancelled", "filled"])
      expect(Decimal.format((yield* exchange.stand(account, "AAPL")).held)).toBe("0")
      const last = stopping?.brokerOrderId ?? ""
      expect((yield* exchange.groups([last])).get(last)).toMatchObject({ isWaiting: false, legs: [] })
    })
  )

  it.scoped("where one is cancelled all are, and all expire together", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* exchange.place(account, bracket)
      const [, , last] = yield* exchange.orders
      yield* exchange.cancel(account, last?.brokerOrderId ?? "")
      expect(yield* statuses(exchange)).toEqual(["cancelled", "cancelled", "cancelled"])
      yield* exchange.place(account, bracket)
      yield* market(exchange, { session: { open: false } })
      expect((yield* statuses(exchange)).slice(3)).toEqual(["expired", "expired", "expired"])
    })
  )

  it.scoped("each expires once, when the time comes until which all are good", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* exchange.place(account, { ...bracket, timeInForce: "gtd", goodTill: Instant.fromMillis(1000) })
      const { reply } = yield* exchange.stream(account)
      assert(reply._tag === "Done")
      yield* TestClock.adjust("2 seconds")
      yield* exchange.place(account, request({ symbol: "KO" }))
      const all = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.takeUntil(reply.body, isOfKo)))
      expect(all.map((said) => said._tag === "Order" && said.order.status)).toEqual([
        "expired",
        "expired",
        "expired",
        "new"
      ])
    })
  )

  it.scoped("what is placed while the market is closed rests with its exits until it opens", () =>
    Effect.gen(function* () {
      const exchange = yield* Exchange.make({ restsWhileClosed: true })
      yield* market(exchange, { session: { open: false } })
      yield* exchange.place(account, bracket)
      yield* exchange.holdings(account)
      expect(yield* statuses(exchange)).toEqual(["new", "new", "new"])
      yield* market(exchange, { session: { open: true } })
      yield* market(exchange, at("100"))
      expect(yield* statuses(exchange)).toEqual(["filled", "new", "new"])
    })
  )

  it.scoped("exits of shares that are held work at once", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* exchange.place(account, request())
      yield* exchange.place(
        account,
        request({ side: "sell", type: "limit", limitPrice: Price.unsafe("110"), legs: legs("exit", stop("90")) })
      )
      yield* market(exchange, at("89"))
      expect(yield* statuses(exchange)).toEqual(["filled", "cancelled", "filled"])
    })
  )

  it.scoped("a stop that trails follows the best price and stays there", () =>
    Effect.gen(function* () {
      const exchange = yield* opened
      yield* market(exchange, at("100"))
      yield* exchange.place(account, request({ side: "sell", type: "stop", trail: trail("amount", "5") }))
      yield* exchange.place(account, request({ type: "stop", trail: trail("percent", "10") }))
      const stops = Effect.map(exchange.orders, (orders) =>
        orders.map(({ stopPrice }) => stopPrice && Decimal.format(stopPrice))
      )
      expect(yield* stops).toEqual(["95", "110"])
      yield* market(exchange, at("104"))
      yield* market(exchange, at("100"))
      expect(yield* stops).toEqual(["99", "110"])
      yield* market(exchange, at("99"))
      expect(yield* statuses(exchange)).toEqual(["filled", "new"])
      yield* market(exchange, at("80"))
      yield* market(exchange, at("88"))
      expect(yield* statuses(exchange)).toEqual(["filled", "filled"])
      expect(Instant.toMillis(yield* exchange.now)).toBe(0)
    })
  )
})
