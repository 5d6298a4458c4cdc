import { Api } from "@roundlot/api"
import * as OpenApi from "@effect/platform/OpenApi"
import { Decimal, Decision, Order, Position, Reads } from "@roundlot/core"
import { TradingState } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as scene from "../views/scene.ts"
import { Tree } from "@roundlot/cli"
import { roundlot } from "../../src/cli/roundlot.ts"
import { ask, books, json, serving } from "./serving.ts"

const played = Effect.zipRight(scene.played, serving)

const post = (port: number, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask(port, path, { method: "POST", body, headers })

describe("commands over the API", () => {
  it.scopedLive("a dry run tells entries and orders that would follow, in shares and dollars, and writes nothing", () =>
    Effect.gen(function* () {
      const port = yield* played
      const head = json(yield* ask(port, "/api/v1/journal/head"))
      const wish = { as: "hedged", by: "-5", reason: "sold by phone", dryRun: true }
      const told = yield* post(port, "/api/v1/positions/AAPL/adjust", wish, { "idempotency-key": "dry" })
      assert.strictEqual(told.status, 200, told.text)
      assert.deepInclude(json(told), {
        account: "main",
        effects: {
          entries: [
            { tag: "OrderCreated", count: 2 },
            { tag: "FillRecorded", count: 1 },
            { tag: "OrderChanged", count: 1 },
            { tag: "ExcessChanged", count: 2 },
            { tag: "LotAllocated", count: 2 }
          ],
          orders: [{ account: "main", symbol: "AAPL", side: "buy", quantity: "5", notional: "751.25" }]
        }
      })
      assert.deepStrictEqual(json(yield* ask(port, "/api/v1/journal/head")), head)
      // The key is still free: a dry run is no command.
      const done = yield* post(
        port,
        "/api/v1/positions/AAPL/adjust",
        { ...wish, dryRun: false },
        { "idempotency-key": "dry" }
      )
      assert.deepInclude(json(done), { commandId: "api/dry", effects: null })
      assert.notDeepEqual(json(yield* ask(port, "/api/v1/journal/head")), head)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("P4: of two who correct the same difference at once, one does, or twice as much would be ordered", () =>
    Effect.gen(function* () {
      const port = yield* played
      const [position] = yield* Reads.all(Position.PositionTable, { where: [{ column: "symbol", in: ["AAPL"] }] })
      const held = position === undefined ? "0" : Decimal.format(Position.holdingsOf(position))
      const wish = { as: "hedged", by: "-5", reason: "sold by phone", held }
      const adjust = post(port, "/api/v1/positions/AAPL/adjust", wish)
      const told = yield* Effect.all([adjust, adjust], { concurrency: 2 })
      assert.deepStrictEqual(
        told.map(({ status }) => status).toSorted((a, b) => a - b),
        [200, 409]
      )
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("P9: a symbol change and a write-off are told before they are done, and done once", () =>
    Effect.gen(function* () {
      const port = yield* played
      yield* post(port, "/api/v1/trades", [{ symbol: "KO", side: "buy", quantity: "0.4" }])
      const head = json(yield* ask(port, "/api/v1/journal/head"))
      for (const [verb, wish, tag] of [
        ["rename", { to: "KOX", reason: "announced" }, "SymbolChanged"],
        ["write-off", { reason: "delisted" }, "RestWrittenOff"]
      ] as const) {
        const told = yield* post(port, `/api/v1/positions/KO/${verb}`, { ...wish, dryRun: true })
        assert.include(told.text, `"tag":"${tag}","count":1`)
      }
      assert.deepStrictEqual(json(yield* ask(port, "/api/v1/journal/head")), head)
      const key = { "idempotency-key": "off" }
      const off = () => post(port, "/api/v1/positions/KO/write-off", { reason: "delisted" }, key)
      const done = yield* off()
      assert.include(done.text, "2.4 KO of main are written off")
      assert.deepStrictEqual(json(yield* off()), json(done))
      const again = yield* post(port, "/api/v1/positions/KO/write-off", { reason: "delisted", dryRun: true })
      assert.strictEqual(again.status, 409)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "W2, W9: a held report is accepted and what was booked is voided, each after a dry run that writes nothing",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open()
        yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
        yield* scene.accepted(1)
        yield* scene.at(3)
        yield* scene.fills(1, { exec: "x1", quantity: "9", price: "150", isJudged: true })
        const port = yield* serving
        const head = ask(port, "/api/v1/journal/head")
        const filled = Effect.map(
          ask(port, "/api/v1/orders/O1"),
          ({ text }) => /"filledQuantity":"(\d+)"/.exec(text)?.[1]
        )
        const does = (verb: string, wish: object, follows: string, comesTo: string) =>
          Effect.gen(function* () {
            const [before, was] = yield* Effect.all([head, filled])
            const [path, wanted] = [`/api/v1/orders/O1/${verb}`, { ...wish, reason: "seen" }]
            const rehearsed = yield* post(port, path, { ...wanted, dryRun: true })
            assert.include(rehearsed.text, follows)
            assert.deepStrictEqual([json(yield* head), yield* filled], [json(before), was])
            assert.strictEqual((yield* post(port, path, wanted)).status, 200)
            assert.strictEqual(yield* filled, comesTo)
          })
        assert.strictEqual(yield* filled, "0")
        yield* does("accept-report", { report: 1 }, "FillRecorded", "9")
        yield* does("void", { execution: ["x1.0"] }, "FillRecorded", "0")
        assert.strictEqual(
          (yield* post(port, "/api/v1/orders/O1/accept-report", { report: 1, reason: "x" })).status,
          409
        )
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("a dry run of what would be refused is refused, in the same words", () =>
    Effect.gen(function* () {
      const port = yield* played
      const named = { "x-request-id": "cancel-O1" }
      const cancel = (dryRun: boolean) => post(port, "/api/v1/orders/O1/cancel", { reason: "no more", dryRun }, named)
      const rehearsed = yield* cancel(true)
      assert.strictEqual(rehearsed.status, 409)
      assert.deepStrictEqual(json(rehearsed), json(yield* cancel(false)))
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("a command names the version that it means, which is compared in its own commit", () =>
    Effect.gen(function* () {
      const port = yield* played
      const seen = String((yield* ask(port, "/api/v1/trades/T4")).headers["etag"])
      const reverse = (tag: string) =>
        post(port, "/api/v1/trades/T4/reverse", { reason: "a mistake" }, { "if-match": tag })
      for (const tag of ['"T4.99"', '"T3.1"', `W/${seen}`, "nonsense"]) {
        const stale = yield* reverse(tag)
        assert.deepInclude(json(stale), { status: 412, type: "/problems/stale", field: "If-Match" }, tag)
      }
      assert.strictEqual((yield* reverse(`"T4.99", ${seen}`)).status, 200)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "AUD-1: a decision is made once for its key, and asked of the daemon; what it says wrong is named",
    () =>
      Effect.gen(function* () {
        const port = yield* played
        const wish = { symbol: "ko", side: "buy", quantity: "2", strategy: "momentum", waitSeconds: 0 }
        const decide = (body: unknown, key: string) => post(port, "/api/v1/decisions", body, { "idempotency-key": key })
        const first = json(yield* decide(wish, "k1"))
        assert.deepInclude(first, { id: "D1", symbol: "KO", quantity: "2", strategy: "momentum", status: "pending" })
        assert.deepStrictEqual(json(yield* decide(wish, "k1")), first)
        assert.strictEqual((yield* Reads.all(Decision.DecisionTable)).length, 1)
        const wrong = [
          [{ ...wish, quantity: "-2" }, "quantity"],
          [{ ...wish, timeInForce: "forever" }, "timeInForce"],
          [{ ...wish, symbol: "no symbol" }, "symbol"],
          [{ ...wish, notional: "100" }, undefined]
        ] as const
        for (const [body, field] of wrong) {
          const told = json(yield* decide(body, `wrong-${field ?? "both"}`))
          assert.deepInclude(told, { status: 400, ...(field === undefined ? {} : { field }) })
        }
        assert.strictEqual((yield* Reads.all(Decision.DecisionTable)).length, 1)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("a limit that lets more through needs its reason; states are set for a symbol alone", () =>
    Effect.gen(function* () {
      const port = yield* played
      const limit = (body: unknown) => ask(port, "/api/v1/accounts/main/limits", { method: "PUT", body })
      const limited = json(yield* limit({ orderQuantity: "5" }))
      assert.deepInclude(limited, { name: "main", maxOrderQuantity: "5" })
      assert.deepStrictEqual(Object(limited).limits, [
        { limit: "orderQuantity", amount: "5", unit: "shares", source: "account" },
        { limit: "orderNotional", amount: "100000", unit: "dollars", source: "default" },
        { limit: "openResidual", amount: "100000", unit: "shares", source: "default" },
        { limit: "dailyNotional", amount: "10000000", unit: "dollars", source: "default" },
        { limit: "openOrders", amount: null, unit: "dollars", source: "default" },
        { limit: "position", amount: null, unit: "dollars", source: "default" },
        { limit: "grossPosition", amount: null, unit: "dollars", source: "default" },
        { limit: "netPosition", amount: null, unit: "dollars", source: "default" },
        { limit: "ordersPerMinute", amount: null, unit: "orders", source: "default" },
        { limit: "rejectionsInARow", amount: null, unit: "orders", source: "default" },
        { limit: "collarBp", amount: null, unit: "basisPoints", source: "default" }
      ])
      assert.strictEqual((yield* limit({ orderQuantity: "50" })).status, 409)
      assert.deepInclude(json(yield* limit({ orderQuantity: "50", reason: "as agreed" })), { maxOrderQuantity: "50" })
      assert.strictEqual((yield* limit({ orderQuantity: "many" })).status, 400)
      const seen = String((yield* ask(port, "/api/v1/accounts/main")).headers["etag"])
      const limitOf = (orderQuantity: string) =>
        ask(port, "/api/v1/accounts/main/limits", {
          method: "PUT",
          headers: { "if-match": seen },
          body: { orderQuantity, reason: "as agreed" }
        })
      assert.deepInclude(json(yield* limitOf("3")), { maxOrderQuantity: "3" })
      const stale = yield* limitOf("60")
      assert.deepInclude(json(stale), { status: 412, type: "/problems/stale", field: "If-Match" })
      assert.deepInclude(json(yield* ask(port, "/api/v1/accounts/main")), { maxOrderQuantity: "3" })
      for (const state of ["observe", "reduce", "approve"] as const) {
        yield* post(port, `/api/v1/controls/${state}`, { reason: "careful", account: "main", symbol: "AAPL" })
        const [control] = yield* Reads.all(TradingState.ControlTable)
        assert.deepInclude(control, { account: "main", symbol: "AAPL", state })
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "a dry run of limits counts what they would hold, refuses what would be refused, and writes nothing",
    () =>
      Effect.gen(function* () {
        const port = yield* played
        const limit = (body: unknown) => ask(port, "/api/v1/accounts/main/limits", { method: "PUT", body })
        const head = json(yield* ask(port, "/api/v1/journal/head"))
        const shown = json(yield* limit({ orderNotional: "500000", dryRun: true }))
        assert.deepInclude(shown, { dryRun: true, account: "main", raised: ["limits.orderNotional"], held: [] })
        assert.deepInclude(Object(shown).changes, {
          limit: "orderNotional",
          before: "100000 dollars",
          after: "500000 dollars"
        })
        assert.strictEqual((yield* limit({ orderQuantity: "0.5", dryRun: true })).status, 409)
        assert.deepStrictEqual(json(yield* ask(port, "/api/v1/journal/head")), head)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "FILL-16: how orders of an account leave is set as a whole, where its broker takes that, and is on record",
    () =>
      Effect.gen(function* () {
        const port = yield* played
        const set = (body: unknown) => ask(port, "/api/v1/accounts/main/order", { method: "PUT", body })
        const ladder = { limitOffsetBp: [5, 20], lifeSeconds: 60, session: "extended", timeInForce: "gtc" }
        assert.deepInclude(json(yield* set({ ...ladder, reason: "evenings" })), { name: "main", order: ladder })
        assert.deepInclude(json(yield* set({ timeInForce: "ioc" })), { order: { timeInForce: "ioc" } })
        assert.deepInclude(json(yield* set({ session: "extended" })), { status: 400, field: "timeInForce" })
        assert.strictEqual((yield* set({ timeInForce: "gtd" })).status, 400)
        assert.strictEqual((yield* set({ limitOffsetBp: 5 })).status, 400)
        assert.deepInclude(json(yield* set({})), { order: "market" })
        const entries = yield* ask(port, "/api/v1/journal?account=main&tag=AccountChanged&order=oldest")
        assert.include(entries.text, "evenings")
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("AUD-1: a dry run says what would become of a decision, and nothing is on record of it", () =>
    Effect.gen(function* () {
      const port = yield* played
      const headOf = Effect.map(ask(port, "/api/v1/journal/head"), json)
      const before = yield* headOf
      const wish = {
        symbol: "AAPL",
        side: "buy",
        quantity: "2",
        orderType: "limit",
        limitPrice: "90",
        waitSeconds: 0,
        dryRun: true
      }
      const headers = { "idempotency-key": "k-1" }
      const said = yield* ask(port, "/api/v1/decisions", { method: "POST", headers, body: wish })
      assert.deepInclude(json(said), {
        dryRun: true,
        outcome: "submitted",
        verdict: "It would be sent: buy 2 AAPL, limit, limit 90, day, regular session"
      })
      const wrong = yield* ask(port, "/api/v1/decisions", { method: "POST", body: { ...wish, limitPrice: "-1" } })
      assert.deepInclude(json(wrong), { status: 400, field: "limitPrice" })
      assert.deepStrictEqual(yield* headOf, before)
      // A key is a decision's alone: what was asked under it before has not used it up, nor is it answered with that.
      const { dryRun: _, ...decided } = wish
      const real = yield* ask(port, "/api/v1/decisions", {
        method: "POST",
        headers,
        body: decided
      })
      assert.deepInclude(json(real), { id: "D1", limitPrice: "90" })
      const again = yield* ask(port, "/api/v1/decisions", { method: "POST", headers, body: wish })
      assert.deepInclude(json(again), { dryRun: true })
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("an audit and a recheck are asked for as jobs", () =>
    Effect.gen(function* () {
      const port = yield* played
      const [order] = yield* Reads.all(Order.OrderTable)
      const recheck = yield* post(port, "/api/v1/orders/O1/recheck", {})
      assert.deepInclude(json(recheck), { type: "orders.recheck", payload: { orderId: order?.id } })
      assert.deepInclude(json(yield* post(port, "/api/v1/audit", {})), { type: "audit", status: "queued" })
    }).pipe(Effect.provide(books))
  )
})

describe("the command line's equivalents", () => {
  it.effect("every act of the API says how it is typed, and what it says is known to the command line", () =>
    Effect.gen(function* () {
      // The command line has no session: there is none to begin or end, and none beside which others could be ended.
      const ofBrowsers = ["/api/v1/session", "/api/v1/sessions"]
      const acts = Object.entries(OpenApi.fromApi(Api.RoundlotApi).paths).flatMap(([path, operations]) =>
        Object.entries(operations).flatMap(([method, operation]) =>
          method === "get" || ofBrowsers.includes(path) ? [] : [operation]
        )
      )
      assert.isAbove(acts.length, 20)
      for (const act of acts) {
        const line =
          "x-roundlot-cli" in act ? String(act["x-roundlot-cli"]) : assert.fail(`${act.operationId} has none`)
        const words = line.split(" ").slice(1)
        const { tree } = yield* Tree.find(roundlot, words)
        if (tree._tag !== "Leaf") assert.fail(line)
        const help = (yield* Effect.promise(tree.load)).help()
        for (const flag of words.filter((word) => word.startsWith("--"))) assert.include(help, flag, line)
      }
    })
  )
})
