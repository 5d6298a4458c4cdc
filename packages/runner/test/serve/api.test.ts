import { Client, Problem } from "@roundlot/api"
import { assert, describe, expect, it } from "@effect/vitest"
import { Instant } from "@roundlot/core"
import { Health, Verdicts } from "@roundlot/core/ledger"
import { Effect, TestClock } from "effect"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving } from "./serving.ts"

/** The scene of the views, served. */
const played = Effect.zipRight(scene.played, serving)

const client = (port: number) => Client.make({ baseUrl: `http://127.0.0.1:${port}` })

describe("the books under /api/v1", () => {
  it.scopedLive(
    "G: breaks of one cause are one case in the inbox, the overview and health, once they have settled",
    () =>
      Effect.gen(function* () {
        const port = yield* played
        const api = yield* client(port)
        for (const subject of ["O1", "O2"]) yield* scene.opens({ symbol: "AAPL", kind: "ForeignOrderId", subject })
        const standing = Effect.gen(function* () {
          yield* Verdicts.watch
          const { items } = yield* api.overview.cases({ urlParams: {} })
          const { breakCases, cases, openBreaks } = yield* api.overview.overview({ urlParams: {} })
          const lines = items.map(({ breaks, id }) => [id, breaks])
          return { lines, breakCases, cases, all: openBreaks.length, health: json(yield* ask(port, "/health")) }
        })
        expect(yield* standing).toMatchObject({ lines: [], breakCases: [], cases: 0, all: 2, health: { cases: 0 } })
        assert.deepStrictEqual((yield* api.overview.case({ path: { id: "B2" }, urlParams: {} })).breaks, ["B2"])
        yield* scene.settles
        const both = ["B1", "B2"]
        expect(yield* standing).toMatchObject({
          lines: [["B1", both]],
          breakCases: [both],
          cases: 1,
          all: 2,
          health: { cases: 1 }
        })
        assert.deepStrictEqual((yield* api.overview.case({ path: { id: "B2" }, urlParams: {} })).breaks, both)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "FILL-13: tells how the connection of every account stands: login, stream, polling, last answer, what is wrong",
    () =>
      Effect.gen(function* () {
        const port = yield* played
        const api = yield* client(port)
        const health = yield* Health.Health
        const connection = Effect.map(api.overview.connections(), ({ items }) => items[0])
        expect(yield* connection).toMatchObject({
          name: "main",
          environment: "paper",
          state: "unknown",
          session: null,
          sessionEndsAt: null,
          stream: null,
          pollerLagSeconds: null,
          requests: null,
          lastSuccessAt: null,
          problems: []
        })
        const until = Instant.parse("2026-11-27T14:30:00Z")
        const limits = [{ name: "requests", limit: 120, left: 97 }]
        const orders = { endpoint: "GET /orders", requests: 3, errors: 1, p50Ms: 41 }
        const used = { answerMs: 41, slowestMs: undefined, limits }
        yield* health.reached(scene.main, { ...used, endpoints: [{ ...orders, p99Ms: undefined }] })
        yield* health.succeeded("poll main")
        yield* health.succeeded("stream main")
        yield* health.succeeded("login main", until)
        yield* TestClock.adjust("12 seconds")
        const requests = { answerMs: 41, slowestMs: null, limits }
        const endpoints = [{ ...orders, p99Ms: null }]
        const up = {
          state: "up",
          session: "valid",
          stream: "up",
          pollerLagSeconds: 12,
          problems: [],
          requests,
          endpoints
        }
        const times = { sessionEndsAt: "2026-11-27T14:30:00.000000Z", lastSuccessAt: "2023-11-14T22:13:25.000000Z" }
        expect(yield* connection).toMatchObject({ ...up, ...times })
        yield* health.failed("stream main", "it broke")
        yield* health.failed("login main", "the login ends", until)
        expect(yield* connection).toMatchObject({
          state: "down",
          stream: "down",
          session: "ends_soon",
          problems: ["it broke", "the login ends"]
        })
        const login = { part: "login main", ok: false, detail: "the login ends", failures: 1 }
        expect(json(yield* ask(port, "/health"))).toMatchObject({ overall: null, cases: null })
        yield* Verdicts.watch
        expect(json(yield* ask(port, "/health"))).toMatchObject({
          status: "degraded",
          overall: "cases",
          cases: 2,
          parts: expect.arrayContaining([expect.objectContaining(login)])
        })
        yield* health.succeeded("stream main")
        yield* health.failed("login main", "log in again")
        expect(yield* connection).toMatchObject({ state: "down", session: "needs_login", sessionEndsAt: null })
      }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "the last fill is the one that was executed last, also where an earlier execution is recorded after it",
    () =>
      Effect.gen(function* () {
        yield* scene.at(0)
        yield* scene.open(["AAPL"])
        yield* scene.trade("t-1", "buy", "3")
        yield* scene.accepted(1)
        yield* scene.fills(1, { exec: "x1", quantity: "1", price: "150", seconds: 600 })
        yield* scene.fills(1, { exec: "x2", quantity: "1", price: "150", seconds: 3 })
        const api = yield* client(yield* serving)
        const { lastFillAt } = yield* api.overview.overview({ urlParams: {} })
        assert.strictEqual(lastFillAt, scene.second(600))
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("gives every list and record of the views, and the typed client reads them", () =>
    Effect.gen(function* () {
      const api = yield* client(yield* played)
      const orders = yield* api.orders.list({ urlParams: { status: "FILLED" } })
      expect(orders).toMatchObject({
        items: [{ id: "O1", filledQuantity: "1", averagePrice: "150.12" }],
        nextCursor: null
      })
      const order = yield* api.orders.show({ path: { id: "O1" }, urlParams: {} })
      assert.deepStrictEqual(order.tradeIds, ["T1", "T2", "T3"])
      const fills = yield* api.orders.fills({ path: { id: "O1" }, urlParams: {} })
      assert.deepStrictEqual(
        fills.items.map(({ canonical, execIdBase, revision }) => [execIdBase, revision, canonical]),
        [
          ["x1", 0, true],
          ["x2", 0, false],
          ["x2", 1, true]
        ]
      )
      assert.strictEqual(
        (yield* api.orders.attempts({ path: { id: "O1" }, urlParams: {} })).items[0]?.outcome,
        "accepted"
      )
      assert.strictEqual(
        (yield* api.orders.timeline({ path: { id: "O1" }, urlParams: {} })).items[0]?.tag,
        "OrderCreated"
      )
      assert.strictEqual((yield* api.trades.show({ path: { id: "T3" }, urlParams: {} })).status, "completed")
      assert.strictEqual((yield* api.positions.show({ path: { symbol: "MSFT" }, urlParams: {} })).residual, "1.5")
      assert.strictEqual((yield* api.positions.list({ urlParams: { symbol: "aapl" } })).items[0]?.residual, "0.1")
      assert.lengthOf((yield* api.allocations.list({ urlParams: { orderId: "O1" } })).items, 3)
      const part = yield* api.allocations.list({ urlParams: { orderId: "O1", limit: 1, count: true } })
      assert.deepStrictEqual([part.items.length, part.count], [1, { kind: "exactly", rows: 3 }])
      assert.lengthOf((yield* api.instruments.list({ urlParams: {} })).items, 3)
      assert.strictEqual((yield* api.accounts.show({ path: { name: "main" }, urlParams: {} })).tradingState, "normal")
      assert.deepStrictEqual((yield* api.decisions.list({ urlParams: {} })).items, [])
      assert.deepStrictEqual((yield* api.breaks.list({ urlParams: {} })).items, [])
      assert.lengthOf((yield* api.attempts.list({ urlParams: {} })).items, 2)
      const head = yield* api.journal.head({ urlParams: {} })
      const entries = yield* api.journal.list({ urlParams: { entity: "O1" } })
      assert.strictEqual(entries.items[0]?.tag, "OrderCreated")
      const overview = yield* api.overview.overview({ urlParams: {} })
      expect(overview).toMatchObject({
        position: head.position,
        accounts: [{ name: "main", positions: 3, openOrders: 0, reconciledAt: null }],
        lastFillAt: (yield* api.fills.list({ urlParams: { order: "newest" } })).items[0]?.executedAt,
        owing: [{ symbol: "AAPL", residual: "0.1" }, { symbol: "KO" }, { symbol: "MSFT" }]
      })
      assert.deepInclude(yield* api.overview.today({ urlParams: {} }), {
        date: "2023-11-14",
        fills: { kind: "exactly", rows: 2 }
      })
      assert.deepStrictEqual(
        (yield* api.overview.resolve({ urlParams: { q: "B-1" } })).items.map(({ path }) => path),
        ["/api/v1/orders/O1"]
      )
      const resolved = (q: string) =>
        Effect.map(api.overview.resolve({ urlParams: { q } }), ({ items }) => items.map(({ id }) => id))
      assert.deepStrictEqual(yield* resolved("L1"), ["T1"])
      assert.deepStrictEqual(yield* resolved("A1"), ["T1"])
      const [bytes = ""] = yield* resolved("p1")
      const [account = "", seq = ""] = bytes.split("/")
      const entry = yield* api.journal.show({ path: { name: account, seq } })
      assert.deepStrictEqual([entry.tag, entry.entity.id], ["PayloadStored", "P1"])
      assert.deepStrictEqual(
        (yield* api.overview.cases({ urlParams: {} })).items.map(({ kind, symbol }) => [kind, symbol]),
        []
      )
      assert.strictEqual((yield* api.overview.hedging({ urlParams: {} })).items[0]?.tradeId, "T1")
      const payload = yield* api.payloads.show({ path: { id: "P1" } })
      assert.strictEqual(payload.body, '{"order":1}')
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("SYNC-11: orders are narrowed by fill status: partial, filled, cancelled and unknown", () =>
    Effect.gen(function* () {
      const port = yield* played
      yield* scene.trade("t-7", "buy", "2")
      yield* scene.accepted(3)
      yield* scene.fills(3, { exec: "x3", quantity: "1", price: "150" })
      yield* scene.confirms("NVDA")
      yield* scene.trade("t-8", "buy", "1", "NVDA", "180")
      const api = yield* client(port)
      const found = (fillStatus: string) =>
        Effect.map(api.orders.list({ urlParams: { fillStatus } }), ({ items }) =>
          items.map((order) => [order.id, order.status, order.fillStatus])
        )
      assert.deepStrictEqual(yield* found("partial"), [["O3", "partially_filled", "partial"]])
      assert.deepStrictEqual(yield* found("filled"), [["O1", "filled", "filled"]])
      assert.deepStrictEqual(yield* found("cancelled"), [["O2", "rejected", "cancelled"]])
      assert.deepStrictEqual(yield* found("unknown"), [["O4", "pending", "unknown"]])
      const both = (query: string) => Effect.map(ask(port, `/api/v1/orders?${query}`), json)
      expect(yield* both("fillStatus=filled&phase=open")).toMatchObject({ items: [] })
      expect(yield* both("fillStatus=filled&status=filled")).toMatchObject({ items: [{ id: "O1" }] })
      expect(yield* both("fillStatus=open")).toMatchObject({
        status: 400,
        field: "fillStatus",
        detail: expect.stringContaining("is not one of unknown, partial, filled, cancelled")
      })
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("SYNC-11: orders and fills are narrowed by account, symbol, status and limit", () =>
    Effect.gen(function* () {
      const port = yield* played
      yield* scene.playedInOther
      const api = yield* client(port)
      const orders = (urlParams: Parameters<typeof api.orders.list>[0]["urlParams"]) =>
        Effect.map(api.orders.list({ urlParams }), ({ items }) => items.map(({ id }) => id).join(" "))
      const fills = (urlParams: Parameters<typeof api.fills.list>[0]["urlParams"]) =>
        Effect.map(api.fills.list({ urlParams }), ({ items }) => items.map(({ id }) => id).join(" "))
      assert.deepStrictEqual(
        yield* Effect.all([
          orders({}),
          orders({ account: "main" }),
          orders({ account: "other" }),
          orders({ symbol: "AAPL" }),
          orders({ account: "other", symbol: "aapl" }),
          orders({ status: "filled" }),
          orders({ account: "main", status: "filled", symbol: "AAPL" }),
          orders({ limit: 3 }),
          orders({ limit: 1, order: "newest", symbol: "AAPL" })
        ]),
        ["O1 O2 O3 O4", "O1 O2", "O3 O4", "O1 O3", "O3", "O1 O4", "O1", "O1 O2 O3", "O3"]
      )
      assert.deepStrictEqual(
        yield* Effect.all([
          fills({}),
          fills({ account: "main" }),
          fills({ account: "other" }),
          fills({ symbol: "NVDA" }),
          fills({ account: "other", symbol: "aapl" }),
          fills({ limit: 2 })
        ]),
        ["F1 F2 F3 F4 F5", "F1 F2 F3", "F4 F5", "F5", "F4", "F1 F2"]
      )
      const part = yield* api.orders.fills({ path: { id: "O1" }, urlParams: { limit: 1, order: "newest" } })
      expect(part.items).toMatchObject([
        { id: "F3", orderId: "O1", execId: "x2.1", execIdBase: "x2", revision: 1, canonical: true }
      ])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("ACC-9, C3: a trade's executions say how many of each fill's shares are the trade's", () =>
    Effect.gen(function* () {
      const api = yield* client(yield* played)
      const shares = (id: string) =>
        Effect.map(api.trades.executions({ path: { id }, urlParams: {} }), ({ items }) =>
          items.map(({ canonical, quantity, share }) => [quantity, canonical, share])
        )
      // O1 took 0.3 of T1, 0.5 of T2 and 0.2 of T3; it was filled 0.4, then 0.6.
      assert.deepStrictEqual(yield* shares("T1"), [
        ["0.4", true, "0.3"],
        ["0.6", false, "0"],
        ["0.6", true, "0"]
      ])
      assert.deepStrictEqual(yield* shares("T2"), [
        ["0.4", true, "0.1"],
        ["0.6", false, "0"],
        ["0.6", true, "0.4"]
      ])
      assert.deepStrictEqual(yield* shares("T3"), [
        ["0.4", true, "0"],
        ["0.6", false, "0"],
        ["0.6", true, "0.2"]
      ])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("pages follow each other by cursor, and a record is shown as of an earlier moment", () =>
    Effect.gen(function* () {
      const api = yield* client(yield* played)
      const first = yield* api.trades.list({ urlParams: { limit: 4 } })
      const second = yield* api.trades.list({ urlParams: { limit: 4, cursor: first.nextCursor ?? "" } })
      assert.deepStrictEqual(
        [...first.items, ...second.items].map(({ id }) => id),
        ["T1", "T2", "T3", "T4", "T5", "T6"]
      )
      assert.isNull(second.nextCursor)
      const then = yield* api.orders.show({ path: { id: "O1" }, urlParams: { asOf: scene.second(1) } })
      assert.deepInclude(then, { status: "submitted", filledQuantity: "0" })
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("takes trades in, one or a list, exactly once, and commands; nothing of a list with a fault", () =>
    Effect.gen(function* () {
      const api = yield* client(yield* played)
      yield* TestClock.adjust("1 minute")
      const trade = { sourceId: "n-1", symbol: "AAPL", side: "buy", quantity: "0.2", tradedAt: scene.second(5) }
      const take = (payload: typeof trade) => api.trades.take({ payload, headers: {} })
      assert.deepStrictEqual((yield* take(trade)).items, [{ id: "T7", outcome: "accepted", why: null }])
      assert.strictEqual((yield* take(trade)).items[0]?.outcome, "duplicate")
      const other = (yield* take({ ...trade, quantity: "0.3" })).items[0]
      assert.deepInclude(other, { outcome: "conflict", why: "quantity was 0.2, is 0.3" })
      const later = (yield* take({ ...trade, tradedAt: scene.second(6) })).items[0]
      assert.include(later?.why, `time was ${scene.second(5).slice(0, -1)}`)
      const { tradedAt: _, ...timeless } = { ...trade, sourceId: "n-0" }
      const untimed = api.trades.take({ payload: timeless, headers: {} })
      assert.strictEqual((yield* untimed).items[0]?.outcome, "accepted")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* untimed).items[0]?.outcome, "duplicate")
      const list = [
        { ...trade, sourceId: "n-2" },
        { ...trade, sourceId: "n-3", quantity: "1,5" }
      ]
      const refused = yield* Effect.flip(api.trades.take({ payload: list, headers: {} }))
      assert.deepInclude(refused, { _tag: "BadRequest", field: "[1].quantity" })
      assert.lengthOf((yield* api.trades.list({ urlParams: { source: "api" } })).items, 2)
      const unnamed = yield* Effect.flip(api.trades.take({ payload: { ...trade, owner: "John Smith" }, headers: {} }))
      assert.deepInclude(unnamed, { _tag: "BadRequest", field: "owner" })
      const owned = (yield* api.trades.take({ payload: { ...trade, owner: "client-1" }, headers: {} })).items[0]
      assert.include(owned?.why, "is client-1")
      yield* take({ ...trade, sourceId: "n-4", quantity: "5" })
      const halting = { reason: "news", account: "main", cancelOpen: true }
      const would = yield* api.controls.halt({ payload: { ...halting, dryRun: true }, headers: {} })
      const planned = (yield* api.orders.list({ urlParams: { phase: "pending" } })).items.map(({ id }) => id)
      assert.lengthOf(planned, 1)
      assert.deepStrictEqual(would.cancelled, planned)
      const headers = { "idempotency-key": "k" }
      const halted = yield* api.controls.halt({ payload: halting, headers })
      assert.deepInclude(halted, { account: "main", commandId: "api/k", effects: null, cancelled: planned })
      assert.deepStrictEqual(yield* api.controls.halt({ payload: halting, headers }), halted)
      assert.strictEqual(
        (yield* api.orders.show({ path: { id: planned[0] ?? "" }, urlParams: {} })).status,
        "cancelled"
      )
      const again = yield* api.controls.halt({ payload: halting, headers: {} })
      assert.deepStrictEqual(again.cancelled, [])
      assert.deepInclude((yield* api.controls.list({ urlParams: {} })).items[0], {
        account: "main",
        state: "halted",
        reason: "news"
      })
    }).pipe(Effect.provide(books))
  )
})

describe("what cannot be answered", () => {
  it.scopedLive("is a problem that names the field, with its status", () =>
    Effect.gen(function* () {
      const port = yield* played
      const post = (body: unknown) => ask(port, "/api/v1/trades", { method: "POST", body })
      const trade = { symbol: "AAPL", side: "buy", quantity: "1" }
      const told = yield* Effect.all({
        limit: ask(port, "/api/v1/orders?limit=0"),
        unknown: ask(port, "/api/v1/orders?colour=red"),
        cursor: ask(port, "/api/v1/orders?cursor=zzz"),
        status: ask(port, "/api/v1/orders?status=fill"),
        asOf: ask(port, "/api/v1/orders/O1?asOf=soon"),
        id: ask(port, "/api/v1/orders/5x"),
        body: post("{"),
        field: post({ ...trade, quantity: 5 }),
        extra: post({ ...trade, colour: "red" }),
        missing: post([trade, { symbol: "AAPL", side: "buy" }]),
        side: post({ ...trade, side: "long" }),
        type: post({ ...trade, direct: { type: "huge" } }),
        price: post({ ...trade, direct: { type: "limit", limitPrice: "1,49" } }),
        unpriced: post({ ...trade, direct: { type: "stop" } })
      })
      for (const [name, { status, type }] of Object.entries(told)) {
        assert.deepStrictEqual([name, status, type], [name, 400, Problem.PROBLEM_JSON])
      }
      const fields = Object.fromEntries(
        Object.entries(told).map(([name, { text }]) => [name, /"field":"([^"]*)"/.exec(text)?.[1]])
      )
      assert.deepStrictEqual(fields, {
        limit: "limit",
        unknown: "colour",
        cursor: "cursor",
        status: "status",
        asOf: "asOf",
        id: "order",
        body: "body",
        field: "quantity",
        extra: "colour",
        missing: "[1].quantity",
        side: "side",
        type: "direct.type",
        price: "direct.limitPrice",
        unpriced: "direct.stopPrice"
      })
      assert.strictEqual((yield* ask(port, "/api/v1/orders/O99")).status, 404)
      const nobody = json(yield* ask(port, "/api/v1/reports/trail?account=nobody"))
      assert.deepInclude(nobody, { status: 404, type: "/problems/not-found" })
      assert.include(JSON.stringify(nobody), "account nobody does not exist")
      assert.include((yield* ask(port, "/api/v1/reports/trail?account=MAIN")).text, "TradeAccepted")
      const method = yield* ask(port, "/api/v1/orders/O1", { method: "DELETE" })
      assert.deepStrictEqual([method.status, method.headers["allow"]], [405, "GET"])
      const huge = yield* post("x".repeat(1024 * 1024 + 1))
      assert.strictEqual(huge.status, 413)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("pages of elsewhere may not ask, and every answer says that it is no page of others", () =>
    Effect.gen(function* () {
      const port = yield* played
      const host = `127.0.0.1:${port}`
      const from = (headers: Readonly<Record<string, string>>) => ask(port, "/api/v1/orders", { headers })
      assert.strictEqual((yield* from({ origin: "http://evil.example" })).status, 403)
      assert.strictEqual((yield* from({ origin: "null" })).status, 403)
      assert.strictEqual((yield* from({ "sec-fetch-site": "cross-site" })).status, 403)
      assert.strictEqual((yield* from({ host: "evil.example" })).status, 421)
      assert.strictEqual((yield* ask(port, "/api/v1/orders", { method: "TRACE" })).status, 405)
      const own = yield* from({ origin: `http://${host}` })
      assert.strictEqual(own.status, 200)
      expect(own.headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'")
      })
      assert.isUndefined(own.headers["access-control-allow-origin"])
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "a link of another site opens a page, as a whole page; it opens no frame, sends nothing, and asks nothing of the API",
    () =>
      Effect.gen(function* () {
        const port = yield* played
        const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }
        const statusOf = (
          path: string,
          headers: Readonly<Record<string, string>> = {},
          method = "GET",
          body?: unknown
        ) => Effect.map(ask(port, path, { headers: { ...link, ...headers }, method, body }), ({ status }) => status)
        const opened = [
          "/",
          "/?view=1",
          "/orders",
          "/orders/O1?asOf=3",
          "/Positions/main/AAPL",
          "//ops/",
          "/docs",
          "/docs/api"
        ]
        const pages = yield* Effect.forEach(opened, (path) => statusOf(path))
        assert.deepStrictEqual(
          [...new Set(pages)].filter((status) => status === 403 || status >= 500),
          []
        )
        const closed = [
          "/api/v1/orders",
          "/API/v1/orders",
          "//api/v1/orders",
          "/api/v1/batches/B1/results.csv",
          "/health",
          "/metrics",
          "/openapi.json",
          "/theme.js",
          "/sign-in",
          "/sign-in/oidc",
          "/sign-in/provider",
          "/ordersx",
          "/orders%2f..%2fapi"
        ]
        assert.deepStrictEqual(
          yield* Effect.forEach(closed, (path) => Effect.map(statusOf(path), (status) => [path, status])),
          closed.map((path) => [path, 403])
        )
        const asked = [
          statusOf("/orders", { "sec-fetch-dest": "iframe" }),
          statusOf("/orders", { "sec-fetch-dest": "object" }),
          statusOf("/orders", { "sec-fetch-mode": "no-cors" }),
          statusOf("/orders", { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }),
          statusOf("/orders", { origin: "http://evil.example" }),
          statusOf("/orders", {}, "POST"),
          statusOf("/orders", {}, "HEAD"),
          statusOf("/orders", {}, "GET", {}),
          statusOf("/orders", { "transfer-encoding": "chunked" })
        ]
        assert.deepStrictEqual(
          yield* Effect.all(asked),
          asked.map(() => 403)
        )
        assert.strictEqual(yield* statusOf("/orders", { host: "evil.example" }), 421)
      }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "the API describes itself: every route stands in /openapi.json, and /docs/api shows it without a script",
    () =>
      Effect.gen(function* () {
        const port = yield* played
        const described = json(yield* ask(port, "/openapi.json"))
        expect(described).toMatchObject({
          openapi: "3.1.0",
          paths: { "/api/v1/orders/{id}/fills": { get: {} }, "/api/v1/trades": { get: {}, post: {} } }
        })
        const docs = yield* ask(port, "/docs/api")
        assert.include(docs.text, "GET /api/v1/orders/{id}/fills")
        assert.notInclude(docs.text, "<script")
      }).pipe(Effect.provide(books))
  )
})
