import { trading } from "@alpacahq/alpaca-trade-api"
import { assert, describe, it } from "@effect/vitest"
import type { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Decimal } from "@roundlot/core"
import { Effect, TestClock } from "effect"
import { bracket, oco, opened, order, refusal } from "./asking.ts"
import { send, terms, words } from "./setup.ts"

const SUSPENDED = "403 40310000 new orders are rejected by user request"
const UNAUTHORIZED = "403 40310000 account is not authorized to trade"

describe("accounts of Alpaca's simulator", () => {
  it.scopedLive("keep what their owner sets, as Alpaca's own client reads it; a suspended one takes no orders", () =>
    Effect.gen(function* () {
      const { ask, broker, configuration, exchange } = yield* opened()
      const settings = new trading.AccountConfigurationsApi(configuration)
      const before = yield* Effect.promise(() => settings.getAccountConfig())
      assert.deepInclude({ ...before }, { suspendTrade: false, noShorting: false, tradeConfirmEmail: "all" })
      const after = yield* Effect.promise(() =>
        settings.patchAccountConfig({ accountConfigurations: { suspendTrade: true } })
      )
      assert.deepInclude({ ...after }, { suspendTrade: true, noShorting: false })
      assert.strictEqual(refusal(yield* ask("POST", "/v2/orders", order())), SUSPENDED)
      assert.strictEqual((yield* ask("GET", "/v2/account")).body.trade_suspended_by_user, true)
      assert.strictEqual((yield* broker.account).mayTrade, false)
      const wrong = yield* ask("PATCH", "/v2/account/configurations", { max_margin_multiplier: "3" })
      assert.strictEqual(wrong.status, 422)
      yield* ask("PATCH", "/v2/account/configurations", { suspend_trade: false })
      assert.strictEqual((yield* ask("POST", "/v2/orders", order())).status, 200)
      assert.lengthOf(yield* exchange.orders, 1)
    })
  )

  it.scopedLive.each<readonly [what: string, change: Parameters<Simulator.Simulator["become"]>[0], field: string]>([
    ["closed", { status: "ACCOUNT_CLOSED" }, "status"],
    ["blocked", { accountBlocked: true }, "account_blocked"],
    ["without trading", { tradingBlocked: true }, "trading_blocked"]
  ])("that are %s take no orders, and say so", ([, change, field]) =>
    Effect.gen(function* () {
      const { ask, broker, exchange, simulator } = yield* opened()
      const [value] = Object.values(change)
      yield* simulator.become(change)
      assert.strictEqual(refusal(yield* ask("POST", "/v2/orders", order())), UNAUTHORIZED)
      assert.strictEqual((yield* ask("GET", "/v2/account")).body[field], value)
      assert.strictEqual((yield* broker.account).mayTrade, false)
      assert.match(words((yield* send(broker, terms())).answer), /^Refused 40310000 account is not/)
      assert.deepStrictEqual(yield* exchange.orders, [])
    })
  )

  it.scopedLive("sell nothing short where they may not, nor shares that nobody lends", () =>
    Effect.gen(function* () {
      const { ask, simulator } = yield* opened({ assets: new Map([["KO", { shortable: false }]]) })
      const short = order({ side: "sell" })
      assert.strictEqual(
        refusal(yield* ask("POST", "/v2/orders", { ...short, symbol: "KO" })),
        '422 42210000 asset "KO" cannot be sold short'
      )
      yield* ask("PATCH", "/v2/account/configurations", { no_shorting: true })
      const NOT_ALLOWED = "403 40310000 account is not allowed to short"
      assert.strictEqual(refusal(yield* ask("POST", "/v2/orders", short)), NOT_ALLOWED)
      yield* ask("PATCH", "/v2/account/configurations", { no_shorting: false })
      yield* simulator.become({ shortingEnabled: false })
      assert.strictEqual(refusal(yield* ask("POST", "/v2/orders", short)), NOT_ALLOWED)
      yield* simulator.become({ shortingEnabled: true })
      assert.strictEqual((yield* ask("POST", "/v2/orders", short)).status, 200)
    })
  )

  it.scopedLive(
    "have buying power for orders that open, less what works already; a market order counts above the market",
    () =>
      Effect.gen(function* () {
        const { ask, exchange } = yield* opened()
        yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "2100", account: "alpaca" } } })
        const resting = order({ type: "limit", limit_price: "100" })
        assert.strictEqual((yield* ask("POST", "/v2/orders", resting)).status, 200)
        const beyond = yield* ask("POST", "/v2/orders", order({ type: "limit", limit_price: "150" }))
        assert.deepStrictEqual(beyond.body, {
          code: 40310000,
          message: "insufficient buying power",
          buying_power: "1100",
          cost_basis: "1500"
        })
        // 5 at 200 are 1000, and 1025 with what may come on top; 6 are 1230.
        assert.strictEqual((yield* ask("POST", "/v2/orders", order({ qty: "6" }))).body.cost_basis, "1230")
        assert.strictEqual((yield* ask("POST", "/v2/orders", order({ qty: "5" }))).status, 200)
        // It closes, so that it needs none; a short sale of another counts at 3 % above.
        yield* ask("DELETE", "/v2/orders")
        yield* exchange.instruct({ id: "c", do: { buyingPower: { amount: "0", account: "alpaca" } } })
        const short = yield* ask("POST", "/v2/orders", order({ symbol: "KO", side: "sell", qty: "1" }))
        assert.strictEqual(short.body.cost_basis, "103")
        assert.strictEqual((yield* ask("POST", "/v2/orders", order({ side: "sell", qty: "5" }))).status, 200)
      })
  )

  it.scopedLive(
    "ask for buying power for what replaces an order, not for what it replaces; a barred one replaces nothing",
    () =>
      Effect.gen(function* () {
        const { ask, exchange, simulator } = yield* opened()
        yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "1500", account: "alpaca" } } })
        const { body } = yield* ask("POST", "/v2/orders", order({ type: "limit", limit_price: "100" }))
        const beyond = yield* ask("PATCH", `/v2/orders/${body.id}`, { limit_price: "151" })
        assert.strictEqual(refusal(beyond), "403 40310000 insufficient buying power")
        yield* simulator.become({ tradingBlocked: true })
        assert.strictEqual(refusal(yield* ask("PATCH", `/v2/orders/${body.id}`, { limit_price: "150" })), UNAUTHORIZED)
        assert.strictEqual((yield* ask("GET", `/v2/orders/${body.id}`)).body.status, "new")
        yield* simulator.become({ tradingBlocked: false })
        assert.strictEqual((yield* ask("PATCH", `/v2/orders/${body.id}`, { limit_price: "150" })).status, 200)
      })
  )

  it.scopedLive("pay what they buy, keep what may be bought yet, and show what is left as the broker reads it", () =>
    Effect.gen(function* () {
      const { ask, broker, exchange } = yield* opened()
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "2100", account: "alpaca" } } })
      const figures = Effect.map(ask("GET", "/v2/account"), ({ body }) => [
        body.cash,
        body.buying_power,
        body.long_market_value,
        body.short_market_value,
        body.equity
      ])
      yield* ask("POST", "/v2/orders", order({ qty: "5" }))
      assert.deepStrictEqual(yield* figures, ["1100", "1100", "1000", "0", "2100"])
      assert.strictEqual((yield* ask("POST", "/v2/orders", order({ qty: "6" }))).status, 403)
      const { body } = yield* ask("POST", "/v2/orders", order({ type: "limit", limit_price: "100" }))
      assert.deepStrictEqual(yield* figures, ["1100", "100", "1000", "0", "2100"])
      assert.containSubset(yield* broker.account, { buyingPower: Decimal.unsafe("100") })
      yield* ask("DELETE", `/v2/orders/${body.id}`)
      yield* exchange.instruct({ id: "p", do: { price: { symbol: "AAPL", price: "210" } } })
      assert.deepStrictEqual(yield* figures, ["1100", "1100", "1050", "0", "2150"])
      yield* ask("POST", "/v2/orders", order({ symbol: "KO", side: "sell", qty: "2" }))
      assert.deepStrictEqual(yield* figures, ["1300", "1300", "1050", "-200", "2150"])
      yield* ask("POST", "/v2/orders", order({ side: "sell", qty: "5" }))
      assert.deepStrictEqual(yield* figures, ["2350", "2350", "0", "-200", "2150"])
      const history = yield* ask("GET", "/v2/account/portfolio/history")
      assert.strictEqual(history.body.base_value, 2150)
    })
  )

  it.scopedLive("have a history of their equity, as Alpaca's own client reads it", () =>
    Effect.gen(function* () {
      const { ask, configuration, exchange } = yield* opened()
      yield* exchange.instruct({ id: "b", do: { buyingPower: { amount: "2100.5", account: "alpaca" } } })
      const { baseValue, equity, profitLoss, timeframe, timestamp } = yield* Effect.promise(() =>
        new trading.PortfolioHistoryApi(configuration).getAccountPortfolioHistory({ period: "1W", timeframe: "1H" })
      )
      assert.deepStrictEqual([baseValue, timeframe], [2100.5, "1H"])
      assert.deepStrictEqual([timestamp.length, equity.length, profitLoss.length], [168, 168, 168])
      assert.isTrue(equity.every((value) => value === 2100.5))
      assert.isTrue(timestamp.every((at, i) => i === 0 || at - (timestamp[i - 1] ?? 0) === 3600))
      const usual = yield* ask("GET", "/v2/account/portfolio/history")
      assert.deepStrictEqual([usual.body.timeframe, usual.body.timestamp.length], ["1D", 30])
      for (const query of ["period=1X", "period=1M&timeframe=1Min", "timeframe=2D"])
        assert.strictEqual((yield* ask("GET", `/v2/account/portfolio/history?${query}`)).status, 422)
    })
  )
})

describe("positions of Alpaca's simulator", () => {
  it.scopedLive("are closed in part, in full, and all at once, as Alpaca's own client asks", () =>
    Effect.gen(function* () {
      const { ask, configuration, exchange } = yield* opened()
      const positions = new trading.PositionsApi(configuration)
      yield* ask("POST", "/v2/orders", order())
      const half = yield* Effect.promise(() =>
        positions.deleteOpenPosition({ symbolOrAssetId: "AAPL", percentage: 50 })
      )
      assert.deepInclude({ ...half }, { side: "sell", qty: "5", type: "market" })
      yield* Effect.promise(() => positions.deleteOpenPosition({ symbolOrAssetId: "AAPL", qty: 2 }))
      assert.strictEqual((yield* ask("GET", "/v2/positions/AAPL")).body.qty, "3")
      yield* ask("POST", "/v2/orders", order({ symbol: "KO", side: "sell" }))
      const all = yield* Effect.promise(() => positions.deleteAllOpenPositions({ cancelOrders: true }))
      assert.deepStrictEqual(
        all.map(({ body, status, symbol }) => [symbol, status, body?.side, body?.qty]),
        [
          ["AAPL", 200, "sell", "3"],
          ["KO", 200, "buy", "10"]
        ]
      )
      assert.deepStrictEqual((yield* ask("GET", "/v2/positions")).body, [])
      assert.lengthOf(yield* exchange.orders, 6)
    })
  )

  it.scopedLive("that are not there are 404, and shares that an order holds are refused", () =>
    Effect.gen(function* () {
      const { ask } = yield* opened()
      assert.match(refusal(yield* ask("DELETE", "/v2/positions/AAPL")), /^404 40410000/)
      yield* ask("POST", "/v2/orders", order())
      yield* ask("POST", "/v2/orders", order({ side: "sell", qty: "4", type: "limit", limit_price: "300" }))
      const held = yield* ask("DELETE", "/v2/positions/AAPL")
      assert.deepInclude(held.body, { code: 40310000, available: "6", held_for_orders: "4" })
      const each = yield* ask("DELETE", "/v2/positions")
      assert.deepStrictEqual([each.status, each.body[0].status], [207, 403])
      assert.strictEqual((yield* ask("DELETE", "/v2/positions/AAPL?qty=1&percentage=5")).status, 422)
    })
  )
})

const pick = (shown: unknown) => {
  const { legs, order_class, qty, side, status, type } = Object(shown)
  return [order_class, side, type, qty, status, legs === null ? null : legs.length]
}

describe("complex orders of Alpaca's simulator", () => {
  it.scopedLive("a bracket shows its exits, held until the entry is filled; one of them ends the other", () =>
    Effect.gen(function* () {
      const { ask, exchange } = yield* opened()
      const placed = yield* ask("POST", "/v2/orders", bracket)
      assert.deepStrictEqual(pick(placed.body), ["bracket", "buy", "limit", "10", "pending_new", 2])
      assert.deepStrictEqual(placed.body.legs.map(pick), [
        ["bracket", "sell", "limit", "10", "held", null],
        ["bracket", "sell", "stop_limit", "10", "held", null]
      ])
      assert.lengthOf((yield* ask("GET", "/v2/orders")).body, 3)
      const [top, ...others] = (yield* ask("GET", "/v2/orders?nested=true")).body
      assert.deepStrictEqual([top.id, top.legs.length, others], [placed.body.id, 2, []])

      yield* exchange.instruct({ id: "in", do: { price: { symbol: "AAPL", price: "190" } } })
      const entered = yield* ask("GET", `/v2/orders/${placed.body.id}?nested=true`)
      assert.deepStrictEqual(
        [entered.body.status, ...entered.body.legs.map(({ status }: { status: string }) => status)],
        ["filled", "new", "new"]
      )
      const beyond = yield* ask("POST", "/v2/orders", order({ side: "sell", qty: "1" }))
      assert.deepInclude(beyond.body, { held_for_orders: "10", available: "0" })
      yield* exchange.instruct({ id: "out", do: { price: { symbol: "AAPL", price: "180" } } })
      const left = yield* ask("GET", `/v2/orders/${placed.body.id}?nested=true`)
      assert.deepStrictEqual(
        left.body.legs.map(({ status }: { status: string }) => status),
        ["canceled", "filled"]
      )
    })
  )

  it.scopedLive("where one is cancelled the whole group is", () =>
    Effect.gen(function* () {
      const { ask } = yield* opened()
      const { body } = yield* ask("POST", "/v2/orders", bracket)
      yield* ask("DELETE", `/v2/orders/${body.legs[1].id}`)
      const all = yield* ask("GET", "/v2/orders?status=all")
      assert.deepStrictEqual(
        all.body.map(({ status }: { status: string }) => status),
        ["canceled", "canceled", "canceled"]
      )
    })
  )

  it.scopedLive("exits alone work at once under their profit, and oto has one exit", () =>
    Effect.gen(function* () {
      const { ask, exchange } = yield* opened()
      const oto = order({ order_class: "oto", stop_loss: { stop_price: "180" } })
      assert.deepStrictEqual((yield* ask("POST", "/v2/orders", oto)).body.legs.map(pick), [
        ["oto", "sell", "stop", "10", "new", null]
      ])
      yield* exchange.instruct({ id: "1", do: { price: { symbol: "AAPL", price: "179" } } })
      assert.deepStrictEqual((yield* ask("GET", "/v2/positions")).body, [])
      yield* ask("POST", "/v2/orders", order())
      const exits = yield* ask("POST", "/v2/orders", oco)
      assert.deepStrictEqual(
        [exits.body.limit_price, exits.body.legs.map(pick)],
        ["210", [["oco", "sell", "stop", "10", "new", null]]]
      )
      yield* exchange.instruct({ id: "2", do: { price: { symbol: "AAPL", price: "210" } } })
      const done = yield* ask("GET", `/v2/orders/${exits.body.id}?nested=true`)
      assert.deepStrictEqual([done.body.status, done.body.legs[0].status], ["filled", "canceled"])
    })
  )

  it.scopedLive("a stop that trails shows its mark, and its stop behind it", () =>
    Effect.gen(function* () {
      const { ask, exchange } = yield* opened()
      yield* ask("POST", "/v2/orders", order())
      const trailing = order({ side: "sell", type: "trailing_stop", trail_price: "6.15" })
      const { body } = yield* ask("POST", "/v2/orders", trailing)
      yield* exchange.instruct({ id: "1", do: { price: { symbol: "AAPL", price: "210" } } })
      const shown = yield* ask("GET", `/v2/orders/${body.id}`)
      assert.deepInclude(shown.body, {
        type: "trailing_stop",
        trail_price: "6.15",
        trail_percent: null,
        hwm: "210",
        stop_price: "203.85",
        status: "new"
      })
      yield* exchange.instruct({ id: "2", do: { price: { symbol: "AAPL", price: "203" } } })
      assert.strictEqual((yield* ask("GET", `/v2/orders/${body.id}`)).body.status, "filled")
    })
  )

  it.scopedLive("a stop that trails is replaced by one with another trail, from where the market is", () =>
    Effect.gen(function* () {
      const { ask, exchange } = yield* opened()
      yield* ask("POST", "/v2/orders", order())
      const trailing = order({ side: "sell", type: "trailing_stop", trail_percent: "10", time_in_force: "gtc" })
      const first = yield* ask("POST", "/v2/orders", trailing)
      const path = `/v2/orders/${first.body.id}`
      const refused = (patch: object) => Effect.map(ask("PATCH", path, patch), refusal)
      assert.include(yield* refused({ trail: "10" }), "403 40310000 order parameters are not changed")
      assert.include(
        yield* refused({ stop_price: "150" }),
        "422 42210000 trailing_stop orders must not have stop_price"
      )
      assert.include(yield* refused({ trail: "0" }), "422 42210000 trail_price and trail_percent must be > 0")
      const { body } = yield* ask("PATCH", path, { trail: "5", qty: "8" })
      assert.deepInclude(body, { type: "trailing_stop", trail_percent: "5", trail_price: null, qty: "8" })
      assert.deepInclude((yield* ask("GET", path)).body, { status: "replaced", replaced_by: body.id })
      yield* exchange.instruct({ id: "1", do: { price: { symbol: "AAPL", price: "210" } } })
      assert.deepInclude((yield* ask("GET", `/v2/orders/${body.id}`)).body, {
        stop_price: "199.5",
        replaces: first.body.id
      })
      const limited = yield* ask(
        "POST",
        "/v2/orders",
        order({ side: "sell", qty: "2", type: "limit", limit_price: "300" })
      )
      const wrong = yield* ask("PATCH", `/v2/orders/${limited.body.id}`, { trail: "5" })
      assert.include(refusal(wrong), "422 42210000 limit orders must not have trail")
    })
  )

  it.scopedLive.each<readonly [body: object, says: string]>([
    [{ ...bracket, stop_loss: undefined }, "bracket orders require stop_loss.stop_price"],
    [{ ...bracket, take_profit: {} }, "bracket orders require take_profit.limit_price"],
    [{ ...bracket, take_profit: { limit_price: "170" } }, "take_profit.limit_price must be > stop_loss.stop_price"],
    [{ ...bracket, stop_loss: { stop_price: "190" } }, "stop_loss.stop_price must be <= base_price - 0.01"],
    [{ ...bracket, extended_hours: true }, "bracket orders must be DAY or GTC orders of regular hours"],
    [{ ...bracket, time_in_force: "ioc" }, "bracket orders must be DAY or GTC orders of regular hours"],
    [{ ...bracket, qty: "1.5" }, "fractional orders must be simple orders"],
    [{ ...bracket, order_class: "oco", side: "sell" }, "oco orders must be exit orders"],
    [{ ...bracket, order_class: "oto" }, "oto orders require either take_profit.limit_price or stop_loss.stop_price"],
    [{ ...bracket, order_class: "mleg" }, "order_class mleg is not simulated"],
    [{ ...bracket, order_class: "simple" }, "simple orders must not have take_profit or stop_loss"],
    [order({ type: "trailing_stop" }), "exactly one of trail_price and trail_percent is required"],
    [order({ type: "trailing_stop", trail_price: "1", time_in_force: "ioc" }), "invalid time_in_force ioc"]
  ])("refuses %o", ([body, says]) =>
    Effect.gen(function* () {
      const { ask, exchange } = yield* opened()
      const answer = yield* ask("POST", "/v2/orders", body)
      assert.include(refusal(answer), `422 42210000 ${says}`)
      assert.deepStrictEqual(yield* exchange.orders, [])
    })
  )

  it.scopedLive("a bracket enters: where shares are held already it is refused", () =>
    Effect.gen(function* () {
      const { ask } = yield* opened()
      yield* ask("POST", "/v2/orders", order())
      assert.include(refusal(yield* ask("POST", "/v2/orders", bracket)), "42210000 bracket orders must be entry orders")
    })
  )
})

describe("the limit of Alpaca's simulator", () => {
  it.scoped("is in the headers of every answer, and beyond it there is 429 until the minute is over", () =>
    Effect.gen(function* () {
      const { ask } = yield* opened({ requestsAMinute: 2 })
      const said = Effect.map(ask("GET", "/v2/clock"), ({ headers, status }) => [
        status,
        ...["limit", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`))
      ])
      assert.deepStrictEqual(yield* Effect.replicateEffect(said, 3), [
        [200, "2", "1", "60"],
        [200, "2", "0", "60"],
        [429, "2", "0", "60"]
      ])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* said, [200, "2", "1", "120"])
    })
  )
})
