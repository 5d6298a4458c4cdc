import { EventName, IBApi, MarketDataType, OrderAction, OrderType, SecType, TimeInForce } from "@stoqey/ib"
import { Decimal, Price } from "@roundlot/core"
import { Effect, type Scope } from "effect"
import { assert, describe, it } from "vitest"
import { lines } from "./lines.ts"
import { open, send, terms, words } from "./setup.ts"

const stock = { symbol: "AAPL", secType: SecType.STK, exchange: "SMART", currency: "USD" }

const order = (totalQuantity: number, differs: object = {}) => ({
  action: OrderAction.BUY,
  orderType: OrderType.LMT,
  lmtPrice: 150,
  totalQuantity,
  tif: TimeInForce.DAY,
  transmit: true,
  ...differs
})

/** A simulator, the broker on it, and an unmodified client beside: what it hears as lines, and a wait for the next one of a kind. */
const opened = Effect.gen(function* () {
  const desk = yield* open({ prices: new Map([["AAPL", Price.unsafe("150")]]) })
  const { host, port } = desk.simulator
  const api = new IBApi({ host, port, clientId: 3 })
  const { next, say } = lines()
  api.on(EventName.error, ({ message }, code, id) => say(`error ${code} of ${id}: ${message}`))
  api.on(EventName.accountSummary, (_id, _account, tag, value) => say(`summary ${tag} ${value}`))
  api.on(EventName.updateAccountValue, (key, value) => say(`value ${key} ${value}`))
  // What is about no request of its own it hears as information.
  api.on(EventName.info, (message, code) => say(`error ${code} of -1: ${message}`))
  api.on(EventName.orderStatus, (id, status, filled) => say(`status ${id} ${status} ${filled}`))
  api.on(EventName.openOrder, (id, _contract, { whatIf }, state) => {
    if (whatIf !== true) return
    const { commission, equityWithLoanAfter, initMarginAfter, initMarginBefore, initMarginChange, status } = state
    const figures = [initMarginBefore, initMarginChange, initMarginAfter, equityWithLoanAfter, commission]
    say(`what if ${id} ${status}: ${figures.join(" ")} ${state.commissionCurrency}`)
  })
  const first = yield* Effect.acquireRelease(
    Effect.async<number>((resume) => {
      api.once(EventName.nextValidId, (id) => resume(Effect.succeed(id)))
      api.connect()
    }),
    () => Effect.sync(() => api.disconnect())
  )
  return { ...desk, api, first, next }
})

const scoped = <A, E>(running: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(running))

const power = (amount: string) => ({ id: `power ${amount}`, do: { buyingPower: { amount, account: "ibkr" } } })

describe("what TWS's simulator says an order would come to", () => {
  it("has its margin and its cost, and makes no order; its id may be used for the order itself", () =>
    scoped(
      Effect.gen(function* () {
        const { api, exchange, first, next } = yield* opened
        yield* exchange.instruct(power("1000"))
        yield* exchange.instruct({ id: "h", do: { holding: { account: "ibkr", symbol: "AAPL", quantity: "2" } } })
        api.placeOrder(first, stock, order(6, { whatIf: true }))
        assert.strictEqual(yield* next("what if"), `what if ${first} PreSubmitted: 300 900 1200 1299 1 USD`)
        assert.deepStrictEqual(yield* exchange.orders, [])
        api.placeOrder(first, stock, order(6))
        assert.strictEqual(yield* next("status"), `status ${first} PreSubmitted 0`)
        assert.lengthOf(yield* exchange.orders, 1)
      })
    ))

  it("is refused as the order would be", () =>
    scoped(
      Effect.gen(function* () {
        const { api, exchange, first, next } = yield* opened
        yield* exchange.instruct(power("1000"))
        api.placeOrder(first, stock, order(7, { whatIf: true }))
        const REASON = "EQUITY WITH LOAN VALUE [1000 USD] MUST EXCEED THE INITIAL MARGIN [1050 USD]"
        const asked = yield* next("error 201")
        assert.include(asked, REASON)
        api.placeOrder(first, stock, order(7))
        assert.strictEqual(yield* next("error 201"), asked)
        assert.deepStrictEqual(yield* exchange.orders, [])
      })
    ))
})

it("TWS's simulator refuses a request that it does not know, and answers nothing to what TWS answers nothing to", () =>
  scoped(
    Effect.gen(function* () {
      const { api, next } = yield* opened
      api.cancelMktData(1)
      api.cancelPositions()
      api.reqMarketDataType(MarketDataType.DELAYED)
      api.cancelAccountSummary(1)
      api.reqScannerParameters()
      assert.strictEqual(
        yield* next("error 3"),
        "error 320 of -1: Error reading request: message type 24 is not simulated"
      )
    })
  ))

describe("accounts of TWS's simulator", () => {
  it("pay what they buy, and show what is left beside the orders that work", () =>
    scoped(
      Effect.gen(function* () {
        const { api, broker, exchange, first, next } = yield* opened
        yield* exchange.instruct(power("1000"))
        api.placeOrder(first, stock, order(2))
        yield* next(`status ${first} Filled`)
        api.placeOrder(first + 1, stock, order(3, { lmtPrice: 100 }))
        yield* next(`status ${first + 1} Submitted`)
        assert.containSubset(yield* broker.account, { buyingPower: Decimal.unsafe("400") })
        api.placeOrder(first + 2, stock, order(3))
        assert.include(yield* next("error 201"), "[700 USD] MUST EXCEED THE INITIAL MARGIN [750 USD]")
        assert.containSubset(yield* broker.account, { buyingPower: Decimal.unsafe("400") })
        api.cancelOrder(first + 1)
        yield* next(`status ${first + 1} Cancelled`)
        assert.containSubset(yield* broker.account, { buyingPower: Decimal.unsafe("700") })
      })
    ))

  it("that are read only change nothing, for any client", () =>
    scoped(
      Effect.gen(function* () {
        const { api, broker, exchange, first, next, simulator } = yield* opened
        yield* send(broker, terms({ type: "limit", limitPrice: Price.unsafe("10") }))
        yield* simulator.become({ isReadOnly: true })
        const said = "cause - The API interface is currently in Read-Only mode."
        for (const [ask, id] of [
          [() => api.placeOrder(first, stock, order(1)), first],
          [() => api.placeOrder(first, stock, order(1, { whatIf: true })), first],
          [() => api.cancelOrder(first), first],
          [() => api.reqGlobalCancel(), -1]
        ] as const) {
          ask()
          const heard = yield* next("error 321")
          assert.isTrue(heard.startsWith(`error 321 of ${id}:`) && heard.endsWith(said), heard)
        }
        const { answer } = yield* send(broker, terms())
        assert.match(words(answer), /^Refused 321 .*Read-Only/)
        assert.deepStrictEqual(
          (yield* exchange.orders).map(({ status }) => status),
          ["new"]
        )
        yield* simulator.become({ isReadOnly: false })
        assert.strictEqual(words((yield* send(broker, terms())).answer), "Accepted")
      })
    ))

  it("say how many day trades they have left, where a client asks for that", () =>
    scoped(
      Effect.gen(function* () {
        const { api, broker, next, simulator } = yield* opened
        yield* simulator.become({ dayTradesRemaining: 3 })
        api.reqAccountSummary(9, "All", "BuyingPower,DayTradesRemaining")
        assert.strictEqual(yield* next("summary DayTradesRemaining"), "summary DayTradesRemaining 3")
        assert.strictEqual((yield* broker.account).brokerAccountId, simulator.number)
      })
    ))

  it("count day trades from fills, as long as there are less than 25,000 dollars; what a test sets stands", () =>
    scoped(
      Effect.gen(function* () {
        const { api, broker, exchange, next, simulator } = yield* opened
        const names = ["DayTradesRemaining", "DayTradesRemainingT+4"] as const
        const left = Effect.suspend(() => {
          api.reqAccountSummary(9, "All", names.join(","))
          return Effect.forEach(names, (name) => next(`summary ${name} `))
        })
        assert.deepStrictEqual(
          yield* left,
          names.map((name) => `summary ${name} -1`)
        )
        yield* exchange.instruct(power("24999"))
        yield* send(broker, terms())
        assert.deepStrictEqual(
          yield* left,
          names.map((name) => `summary ${name} 3`)
        )
        yield* send(broker, terms({ side: "sell" }))
        assert.deepStrictEqual(
          yield* left,
          names.map((name) => `summary ${name} 2`)
        )
        api.reqAccountUpdates(true, simulator.number)
        assert.strictEqual(yield* next("value DayTradesRemainingT+1 "), "value DayTradesRemainingT+1 2")
        yield* simulator.become({ dayTradesRemaining: 0 })
        assert.deepStrictEqual(
          yield* left,
          names.map((name) => `summary ${name} 0`)
        )
      })
    ))

  it("sell no share short that nobody lends, and sell what they hold", () =>
    scoped(
      Effect.gen(function* () {
        const { broker, exchange, simulator } = yield* opened
        yield* simulator.become({ notShortable: new Set(["AAPL"]) })
        const short = yield* send(broker, terms({ side: "sell" }))
        assert.match(words(short.answer), /^Refused 201 .*not available for short sale/)
        assert.deepStrictEqual(yield* exchange.orders, [])
        yield* send(broker, terms())
        assert.strictEqual(words((yield* send(broker, terms({ side: "sell" }))).answer), "Accepted")
      })
    ))
})
