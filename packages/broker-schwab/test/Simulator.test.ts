import { assert, describe, it } from "@effect/vitest"
import type { Simulator } from "@roundlot/broker-schwab/simulator"
import { Decimal, Instant, Price } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Effect, TestClock } from "effect"
import { asking, open, send, terms, words } from "./setup.ts"

const opened = (options: Simulator.Options = {}) =>
  Effect.gen(function* () {
    const desk = yield* open({ prices: new Map([["NVDA", Price.unsafe("180.125")]]), ...options })
    const ask = yield* asking(desk.simulator)
    const [, accounts] = yield* ask("/trader/v1/accounts/accountNumbers")
    const { hashValue } = Object(Object(accounts)[0])
    return { ...desk, ask, account: `/trader/v1/accounts/${String(hashValue)}` }
  })

const order = (instruction: string, quantity: number, symbol = "NVDA") => ({
  orderType: "MARKET",
  session: "NORMAL",
  duration: "DAY",
  orderStrategyType: "SINGLE",
  orderLegCollection: [{ instruction, quantity, instrument: { symbol, assetType: "EQUITY" } }]
})

describe("the market data of Schwab's simulator", () => {
  it.scopedLive(
    "has one quote or many, with the nodes that are asked for, and 404 for one symbol that it does not know",
    () =>
      Effect.gen(function* () {
        const { ask } = yield* opened()
        const [status, one] = yield* ask("/marketdata/v1/NVDA/quotes?fields=quote")
        assert.strictEqual(status, 200)
        assert.deepStrictEqual(Object.keys(Object(one)), ["NVDA"])
        const { quote, reference } = Object(one).NVDA
        assert.deepInclude(quote, { bidPrice: 180.115, askPrice: 180.135, lastPrice: 180.125 })
        assert.isUndefined(reference)
        const [, all] = yield* ask("/marketdata/v1/NVDA/quotes")
        assert.containsAllKeys(Object(all).NVDA, ["quote", "reference", "regular"])
        assert.deepInclude(Object(all).NVDA.reference, { isShortable: true, isHardToBorrow: false })
        const [missing, error] = yield* ask("/marketdata/v1/NOPE1/quotes")
        assert.deepStrictEqual([missing, Object(error).errors[0].title], [404, "Not Found"])
        const [, many] = yield* ask("/marketdata/v1/quotes?symbols=NVDA,NOPE1")
        assert.deepStrictEqual(Object(many).errors, { invalidSymbols: ["NOPE1"] })
      })
  )

  it.scoped.each([
    ["a day of trade", "2026-11-20", "07:00-05:00 09:30-05:00 16:00-05:00 20:00-05:00"],
    ["in summer time", "2027-07-06", "07:00-04:00 09:30-04:00 16:00-04:00 20:00-04:00"],
    ["half a day", "2026-11-27", "07:00-05:00 09:30-05:00 13:00-05:00 17:00-05:00"],
    ["a holiday", "2026-11-26", undefined],
    ["a weekend", "2026-11-21", undefined]
  ] as const)("has the hours of %s", ([, date, hours]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Instant.toMillis(Instant.parse("2026-11-20T15:00:00Z") ?? Instant.make(0n)))
      const { ask } = yield* opened({ isOpen: XnysCalendar.isOpenAt })
      const [, found] = yield* ask(`/marketdata/v1/markets/equity?date=${date}`)
      const { equity } = Object(found)
      if (hours === undefined) {
        assert.deepStrictEqual(equity, {
          equity: { date, marketType: "EQUITY", product: "equity", isOpen: false }
        })
        return
      }
      assert.deepInclude(equity.EQ, { date, isOpen: true, product: "EQ" })
      const { postMarket, preMarket, regularMarket } = equity.EQ.sessionHours
      const [opens, , closes] = hours.split(" ").map((time) => `${date}T${time.slice(0, 5)}:00${time.slice(5)}`)
      assert.deepStrictEqual(regularMarket, [{ start: preMarket[0].end, end: closes }])
      assert.deepStrictEqual(preMarket[0].start, opens)
      assert.deepStrictEqual(
        [preMarket[0].end, postMarket[0].start, postMarket[0].end].map(
          (at) => String(at).slice(11, 16) + String(at).slice(19)
        ),
        hours.split(" ").slice(1)
      )
    })
  )

  it.scopedLive("never closes where it has no calendar, and answers 400 for a market or a date that is none", () =>
    Effect.gen(function* () {
      const { ask } = yield* opened()
      const [, found] = yield* ask("/marketdata/v1/markets?markets=equity,option")
      assert.isTrue(Object(found).equity.EQ.isOpen)
      assert.isFalse(Object(found).option.option.isOpen)
      for (const path of [
        "markets",
        "markets?markets=shares",
        "markets/equity?date=2020-01-02",
        "markets/equity?date=x"
      ])
        assert.deepStrictEqual([path, (yield* ask(`/marketdata/v1/${path}`))[0]], [path, 400])
    })
  )
})

describe("a market of Schwab's simulator", () => {
  it.scopedLive("that is halted says so, and takes orders that rest until it trades again, in part", () =>
    Effect.gen(function* () {
      const { account, ask, exchange } = yield* opened()
      const status = Effect.map(ask("/marketdata/v1/NVDA/quotes"), ([, body]) => Object(body).NVDA.quote.securityStatus)
      yield* exchange.instruct({ id: "h", do: { halt: { symbol: "NVDA" } } })
      assert.strictEqual(yield* status, "Halted")
      assert.strictEqual((yield* ask(`${account}/orders`, order("BUY", 5)))[0], 201)
      yield* exchange.instruct({ id: "p", do: { price: { symbol: "NVDA", price: "181", size: "2" } } })
      const [before] = yield* exchange.orders
      assert.strictEqual(before?.status, "new")
      yield* exchange.instruct({ id: "r", do: { resume: { symbol: "NVDA" } } })
      assert.strictEqual(yield* status, "Normal")
      const [, shown] = yield* ask(`${account}/orders/${before?.brokerOrderId}`)
      assert.deepInclude(Object(shown), { status: "WORKING", filledQuantity: 2, remainingQuantity: 3 })
      yield* exchange.instruct({ id: "q", do: { price: { symbol: "NVDA", price: "182" } } })
      const [, done] = yield* ask(`${account}/orders/${before?.brokerOrderId}`)
      const prices = Object(done).orderActivityCollection.map((one: object) => Object(one).executionLegs[0].price)
      assert.deepStrictEqual([Object(done).status, prices], ["FILLED", [181, 182]])
    })
  )
})

describe("previews of Schwab's simulator", () => {
  it.scopedLive("say what an order would come to, and make none", () =>
    Effect.gen(function* () {
      const { account, ask, exchange } = yield* opened()
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1000", account: "schwab" } } })
      const [status, body] = yield* ask(`${account}/previewOrder`, order("BUY", 5))
      assert.strictEqual(status, 200)
      const { orderId, orderStrategy, orderValidationResult } = Object(body)
      assert.deepStrictEqual([orderId, orderValidationResult], [0, {}])
      assert.deepInclude(orderStrategy, {
        status: "ACCEPTED",
        orderType: "MARKET",
        duration: "DAY",
        orderValue: 900.625
      })
      assert.deepInclude(orderStrategy.orderBalance, { projectedBuyingPower: 99.375 })
      assert.deepStrictEqual(yield* exchange.orders, [])
    })
  )

  it.scopedLive("answer 200 with the reasons where Schwab would reject it, and 400 where it cannot be read", () =>
    Effect.gen(function* () {
      const { account, ask, exchange } = yield* opened()
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1000", account: "schwab" } } })
      const [status, beyond] = yield* ask(`${account}/previewOrder`, order("BUY", 6))
      assert.strictEqual(status, 200)
      assert.strictEqual(Object(beyond).orderStrategy.status, "REJECTED")
      assert.deepStrictEqual(Object(beyond).orderValidationResult.rejects, [
        {
          activityMessage: "You do not have enough available cash/buying power for this order.",
          originalSeverity: "REJECT"
        }
      ])
      const [, unheld] = yield* ask(`${account}/previewOrder`, order("SELL", 1))
      assert.strictEqual(Object(unheld).orderStrategy.status, "REJECTED")
      assert.strictEqual((yield* ask(`${account}/previewOrder`, order("BUY", 1.5)))[0], 400)
      assert.deepStrictEqual(yield* exchange.orders, [])
    })
  )
})

describe("accounts of Schwab's simulator", () => {
  it.scopedLive("count round trips from fills; what a test sets stands", () =>
    Effect.gen(function* () {
      const { account, ask, simulator } = yield* opened()
      const shown = Effect.map(ask(account), ([, body]) => Object(body).securitiesAccount.roundTrips)
      yield* ask(`${account}/orders`, order("BUY", 5))
      assert.strictEqual(yield* shown, 0)
      for (const instruction of ["SELL", "BUY", "SELL"]) yield* ask(`${account}/orders`, order(instruction, 5))
      assert.strictEqual(yield* shown, 2)
      yield* simulator.become({ roundTrips: 3 })
      assert.strictEqual(yield* shown, 3)
    })
  )

  it.scopedLive("that only close take no opening order, and say so of themselves", () =>
    Effect.gen(function* () {
      const { account, ask, broker, exchange, simulator } = yield* opened()
      yield* send(broker, terms())
      yield* simulator.become({ isClosingOnlyRestricted: true, isDayTrader: true, roundTrips: 3 })
      const [, shown] = yield* ask(account)
      const { isClosingOnlyRestricted, isDayTrader, roundTrips } = Object(shown).securitiesAccount
      assert.deepStrictEqual([isClosingOnlyRestricted, isDayTrader, roundTrips], [true, true, 3])
      assert.strictEqual((yield* broker.account).mayTrade, false)
      const { answer } = yield* send(broker, terms())
      assert.include(words(answer), "Refused")
      assert.include(words(answer), "closing transactions only")
      assert.lengthOf(yield* exchange.orders, 1)
      const closing = yield* send(broker, terms({ side: "sell" }))
      assert.include(words(closing.answer), "Accepted")
    })
  )

  it.scopedLive("that only close replace no closing order by an opening one, and leave what was to be replaced", () =>
    Effect.gen(function* () {
      const { account, ask, exchange, simulator } = yield* opened()
      yield* ask(`${account}/orders`, order("BUY", 5))
      yield* ask(`${account}/orders`, { ...order("SELL", 5), orderType: "LIMIT", price: 900 })
      const resting = (yield* exchange.orders).at(-1)?.brokerOrderId ?? ""
      yield* simulator.become({ isClosingOnlyRestricted: true })
      const [status, error] = yield* ask(`${account}/orders/${resting}`, order("BUY", 1), "PUT")
      assert.deepStrictEqual(
        [status, Object(error).message],
        [400, "This account is restricted to closing transactions only."]
      )
      assert.strictEqual((yield* exchange.orders).at(-1)?.status, "new")
      const instead = { ...order("SELL", 5), orderType: "LIMIT", price: 800 }
      assert.strictEqual((yield* ask(`${account}/orders/${resting}`, instead, "PUT"))[0], 201)
    })
  )

  it.scopedLive("reject what is beyond their buying power once it has an id, in Schwab's words", () =>
    Effect.gen(function* () {
      const { account, ask, exchange } = yield* opened()
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1000", account: "schwab" } } })
      assert.strictEqual((yield* ask(`${account}/orders`, order("BUY", 6)))[0], 201)
      const [placed] = yield* exchange.orders
      const [, shown] = yield* ask(`${account}/orders/${placed?.brokerOrderId}`)
      assert.deepInclude(Object(shown), {
        status: "REJECTED",
        statusDescription: "You do not have enough available cash/buying power for this order."
      })
    })
  )

  it.scoped("answer 429 beyond 120 requests in any minute, and again what comes once one is over", () =>
    Effect.gen(function* () {
      const { account, ask } = yield* opened({ requestsAMinute: 120 })
      yield* TestClock.adjust("1 minute")
      const statuses = (times: number) =>
        Effect.map(Effect.replicateEffect(ask(account), times), (answers) => new Set(answers.map(([status]) => status)))
      assert.deepStrictEqual([...(yield* statuses(100))], [200])
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual([...(yield* statuses(20))], [200])
      assert.deepStrictEqual([...(yield* statuses(1))], [429])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([...(yield* statuses(100))], [200])
      assert.deepStrictEqual([...(yield* statuses(1))], [429])
    })
  )

  it.scopedLive("pay what they buy, and show what is left beside the orders that work", () =>
    Effect.gen(function* () {
      const { account, ask, broker, exchange } = yield* opened()
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1000", account: "schwab" } } })
      yield* ask(`${account}/orders`, order("BUY", 2))
      const resting = { ...order("BUY", 3), orderType: "LIMIT", price: "100" }
      yield* ask(`${account}/orders`, resting)
      const [, shown] = yield* ask(account)
      const left = { buyingPower: 339.75, cashBalance: 639.75 }
      assert.deepInclude(Object(shown).securitiesAccount.currentBalances, left)
      assert.containSubset(yield* broker.account, { buyingPower: Decimal.unsafe("339.75") })
      const [, beyond] = yield* ask(`${account}/previewOrder`, order("BUY", 2))
      assert.strictEqual(Object(beyond).orderStrategy.status, "REJECTED")
      // What is rejected keeps nothing; what replaces an order has what that kept.
      yield* ask(`${account}/orders`, order("BUY", 2))
      const { brokerOrderId = "" } = (yield* exchange.orders)[1] ?? {}
      yield* ask(`${account}/orders/${brokerOrderId}`, { ...resting, price: "150" }, "PUT")
      assert.containSubset(yield* broker.account, { buyingPower: Decimal.unsafe("189.75") })
    })
  )

  it.scopedLive("have no shares of some symbols to lend, as their quotes say", () =>
    Effect.gen(function* () {
      const { account, ask, exchange, simulator } = yield* opened()
      yield* simulator.become({ notShortable: new Set(["NVDA"]) })
      const [status, error] = yield* ask(`${account}/orders`, order("SELL_SHORT", 1))
      assert.deepStrictEqual([status, error], [400, { message: "NVDA is not available to sell short." }])
      const [, quote] = yield* ask("/marketdata/v1/NVDA/quotes?fields=reference")
      assert.deepInclude(Object(quote).NVDA.reference, { isShortable: false, isHardToBorrow: true })
      assert.deepStrictEqual(yield* exchange.orders, [])
      assert.strictEqual((yield* ask(`${account}/orders`, order("SELL_SHORT", 1, "KO")))[0], 201)
    })
  )
})
