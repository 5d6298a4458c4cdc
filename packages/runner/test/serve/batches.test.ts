import { Client, type Documents } from "@roundlot/api"
import { Batches, Clock, Reads, Trade } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { Batch, Break, Tokens } from "@roundlot/core/ledger"
import { PaperBroker, Exchange } from "@roundlot/broker-paper"
import { batchResults } from "@roundlot/queries"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, TestServices } from "effect"
import * as Engine from "../engine/Engine.ts"
import * as scene from "../views/scene.ts"
import { ask, books, json, serving } from "./serving.ts"

const exchange = PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({})))
const engine = Layer.merge(books, exchange)

const rows = [
  { source_id: "a-1", symbol: "AAPL", side: "buy", quantity: "2", price: "100" },
  { source_id: "a-2", symbol: "KO", side: "sell", quantity: "1,5" },
  { source_id: "a-3", symbol: "KO", side: "buy", quantity: "3", price: "60" }
]

/** How often others have their turn of the loop while something is done. */
const turnsDuring = <A, E, R>(act: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    let turns = 0
    const others = yield* Effect.fork(
      Effect.forever(
        Effect.zipRight(
          Clock.turn,
          Effect.sync(() => turns++)
        )
      )
    )
    yield* Clock.turn
    const before = turns
    yield* act
    yield* Fiber.interrupt(others)
    return turns - before
  }).pipe(TestServices.provideLive)

describe("batches over the API", () => {
  it.scopedLive("BAT-3, BAT-8: are submitted, worked off, and tell progress, results, errors and every row", () =>
    Effect.gen(function* () {
      const port = yield* serving
      yield* Engine.started
      const api = yield* Client.make({ baseUrl: `http://127.0.0.1:${port}` })
      const dry = yield* api.batches.submit({
        payload: { name: "Friday", mode: "execute", rows, dryRun: true },
        headers: {}
      })
      assert.deepInclude(dry, { accepted: 2, duplicates: 0, repeated: 0, conflicts: 0, refused: 0, rejected: 1 })
      const strict = api.batches.submit({
        payload: { name: "Friday", mode: "execute", rows, strict: true },
        headers: {}
      })
      expect(yield* Effect.flip(strict)).toMatchObject({
        _tag: "BadRequest",
        detail: expect.stringContaining('1 rejected; line 2 quantity "1,5"')
      })
      assert.lengthOf((yield* api.batches.list({ urlParams: {} })).items, 0)
      const headers = { "idempotency-key": "friday-1" }
      const submitted = yield* api.batches.submit({ payload: { name: "Friday", mode: "execute", rows }, headers })
      expect(submitted).toMatchObject({ batch: { id: "G1", totalTrades: 3 }, accepted: 2, rejected: 1 })
      assert.deepStrictEqual(
        yield* api.batches.submit({ payload: { name: "Friday", mode: "execute", rows }, headers }),
        submitted
      )
      const progress = yield* Engine.until(
        api.batches.progress({ path: { id: "G1" }, urlParams: {} }),
        ({ status }) => status === "partial_success"
      )
      assert.deepInclude(progress, { total: 3, done: 2, failed: 1, waiting: 0, working: 0, timeLeft: 0 })
      const path = { id: "G1" }
      const results = yield* api.batches.results({ path, urlParams: {} })
      expect(results).toMatchObject({
        processedTrades: 3,
        symbols: [
          { symbol: "AAPL", side: "buy", filledQuantity: "2", averagePrice: "100", filledNotional: "200" },
          { symbol: "KO", side: "buy", filledQuantity: "3", averagePrice: "60" }
        ],
        failures: [{ count: 1, first: { line: 2, column: "quantity", tradeId: null } }]
      })
      expect((yield* api.batches.errors({ path, urlParams: {} })).items).toMatchObject([
        { line: 2, column: "quantity", tradeId: null }
      ])
      assert.lengthOf((yield* api.batches.trades({ path, urlParams: {} })).items, 2)
      const whole = (yield* api.batches.rows({ path, urlParams: {} })).items
      expect(whole).toMatchObject([
        {
          line: 1,
          status: "completed",
          counts_as: "done",
          orders: ["O1"],
          order_status: "filled",
          filled_quantity: "2"
        },
        { line: 2, status: "rejected", counts_as: "failed", symbol: null, trade: null, orders: [], order_status: null },
        { line: 3, average_price: "60", limit_price: null, orders: ["O2"], filled_quantity: "3" }
      ])
      const first = yield* api.batches.rows({ path, urlParams: { limit: 2, count: true } })
      assert.deepStrictEqual([first.items, first.count?.rows], [whole.slice(0, 2), 3])
      const rest = yield* api.batches.rows({ path, urlParams: { limit: 2, cursor: first.nextCursor ?? "" } })
      assert.deepStrictEqual([rest.items, rest.nextCursor], [whole.slice(2), null])
      assert.deepStrictEqual(
        (yield* api.batches.rows({ path, urlParams: { status: "rejected" } })).items,
        whole.slice(1, 2)
      )
      const [listed] = (yield* api.batches.list({ urlParams: {} })).items
      const { history, submittedBy } = yield* api.batches.show({ path, urlParams: {} })
      assert.deepStrictEqual([listed?.submittedBy, submittedBy], [history[0]?.cause.actor, history[0]?.cause.actor])
      assert.deepInclude(listed?.progress, { total: 3, done: 2, failed: 1, timeLeft: 0 })
      const orders = yield* api.orders.list({ urlParams: {} })
      assert.deepStrictEqual(
        orders.items.map(({ batchId }) => batchId),
        ["G1", "G1"]
      )
      const exported = yield* ask(port, "/api/v1/batches/G1/export")
      assert.match(exported.type, /text\/csv/)
      assert.lengthOf(exported.text.trim().split("\r\n"), 4)
      assert.deepStrictEqual((yield* api.batches.active({ urlParams: {} })).items, [])
      assert.lengthOf((yield* api.batches.recent({ urlParams: {} })).items, 1)
      for (const dryRun of [true, false]) {
        const wish = { method: "PUT", body: { reason: "late", dryRun } }
        assert.deepInclude(json(yield* ask(port, "/api/v1/batches/G1/cancel", wish)), { status: 409 })
      }
      const head = json(yield* ask(port, "/api/v1/journal/head"))
      const dryRuns = [
        ["POST", "/archive"],
        ["DELETE", ""]
      ] as const
      for (const [method, verb] of dryRuns) {
        const key = { "idempotency-key": "dry" }
        const answered = yield* ask(port, `/api/v1/batches/G1${verb}?dryRun=true`, { method, headers: key })
        expect(json(answered)).toMatchObject({
          id: "G1",
          status: "partial_success",
          effects: {
            rows: [
              { fate: "done", what: "completed: unchanged", rows: 2 },
              { fate: "failed", rows: 1 }
            ]
          }
        })
      }
      assert.deepStrictEqual(json(yield* ask(port, "/api/v1/journal/head")), head)
      assert.strictEqual((yield* api.batches.remove({ path, urlParams: {}, headers: {} })).id, "G1")
      assert.strictEqual((yield* ask(port, "/api/v1/batches/G1")).status, 404)
      const moved = yield* ask(port, "/api/batches/G1/progress?x=1")
      assert.deepStrictEqual([moved.status, moved.headers["location"]], [308, "/api/v1/batches/G1/progress?x=1"])
      const executions = yield* ask(port, "/api/v1/trades/O1/executions")
      assert.deepStrictEqual([executions.status, executions.headers["location"]], [308, "/api/v1/orders/O1/fills"])
    }).pipe(Effect.provide(engine))
  )

  it.scopedLive(
    "BAT-2: a submission whose mode is not named is refused where rows would be market orders, by the name of the field",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, serving)
        const post = (body: object) =>
          ask(port, "/api/v1/batches", { method: "POST", body: { name: "Friday", ...body } })
        const upload = (body: string, query = "") =>
          Effect.promise(async () => {
            const url = `http://127.0.0.1:${port}/api/v1/batches/upload?name=Friday${query}`
            const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "text/csv" } })
            return { text: await answer.text() }
          })
        const limited = [{ symbol: "KO", side: "buy", quantity: "2", limit_price: "10" }]
        const head = "symbol,side,quantity,limit_price"
        const refused = yield* Effect.all([
          post({ rows: [...limited, ...rows] }),
          post({ rows, dryRun: true }),
          post({ csv: `${head}\nKO,buy,2,\n` }),
          post({ open: true }),
          upload(`${head}\nKO,buy,2,\n`),
          upload(`${head}\nKO,buy,2,\n`, "&dryRun=true")
        ])
        for (const each of refused) assert.deepInclude(JSON.parse(each.text), { status: 400, field: "mode" })
        assert.include(refused[0]?.text, "line 2")
        expect(json(yield* ask(port, "/api/v1/batches"))).toMatchObject({ items: [] })
        expect(json(yield* post({ rows: limited, dryRun: true }))).toMatchObject({ mode: "execute", accepted: 1 })
        expect(json(yield* post({ rows: limited }))).toMatchObject({ batch: { mode: "execute" }, accepted: 1 })
        expect(json(yield* post({ rows: limited, mode: "execute" }))).toMatchObject({ duplicates: 1 })
        expect(json(yield* post({ rows, mode: "accumulate", dryRun: true }))).toMatchObject({ rejected: 1 })
        const uploaded = yield* upload(`${head}\nKO,buy,2,11\n`)
        expect(JSON.parse(uploaded.text)).toMatchObject({ batch: { mode: "execute" }, accepted: 1 })
      }).pipe(Effect.provide(engine))
  )

  it.scopedLive("what is wrong with a submission is a problem that names the field", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const post = (body: unknown) => ask(port, "/api/v1/batches", { method: "POST", body })
      const answered = yield* Effect.all({
        name: post({ rows }),
        rows: post({ name: "x" }),
        body: post({ name: "x", mode: "execute", csv: "a;b;c\n1;2;3\n" }),
        mode: post({ name: "x", rows, mode: "maybe" })
      })
      for (const [field, each] of Object.entries(answered))
        assert.deepInclude(json(each), { status: 400, field }, field)
      assert.lengthOf(Object.keys(answered), 4)
      const job = yield* ask(port, "/api/v1/jobs", { method: "POST", body: { type: "nonsense" } })
      assert.deepInclude(json(job), { status: 400, field: "type" })
      const asked = yield* ask(port, "/api/v1/jobs", { method: "POST", body: { type: "trades.sync", key: "friday" } })
      assert.deepInclude(json(asked), { type: "trades.sync", key: "friday", status: "queued" })
      for (const type of ["trades.sync", "positions.sync"]) {
        const at = (payload: object) => ask(port, "/api/v1/jobs", { method: "POST", body: { type, payload } })
        const away = yield* at({ host: "tws.example", port: 4002 })
        assert.deepInclude(json(away), { status: 400, field: "payload.host" })
        assert.include(away.text, "tws.example:4002 is not among the places that IB_ALLOWED names (127.0.0.1:4002, ")
        assert.strictEqual((yield* at({ host: "tws.lan" })).status, 400)
        for (const payload of [{ host: "tws.lan", port: 4003 }, { host: "127.0.0.1", port: 4009 }, { port: 1 }])
          assert.deepInclude(json(yield* at(payload)), { type, status: "queued" })
      }
      const reconciled = yield* ask(port, "/api/v1/reconcile", { method: "POST", body: {} })
      expect(json(reconciled)).toMatchObject({
        items: [{ type: "reconcile", payload: { account: "main" }, status: "queued" }]
      })
      const nobody = yield* ask(port, "/api/v1/reconcile", { method: "POST", body: { account: "nobody" } })
      assert.deepInclude(json(nobody), { status: 400, field: "account" })
      const { secret } = yield* Tokens.create({ name: "watch", role: "read", actor: "test" })
      const headers = { authorization: `Bearer ${Redacted.value(secret)}` }
      assert.strictEqual(
        (yield* ask(port, "/api/v1/batches", { method: "POST", headers, body: { name: "x", mode: "execute", rows } }))
          .status,
        403
      )
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("BAT-13: a batch is opened, collects trades one by one, and is queued", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const call = (path: string, body: unknown, method = "POST", key?: string) =>
        ask(port, `/api/v1/${path}`, { method, body, headers: key === undefined ? {} : { "idempotency-key": key } })
      const opened = yield* call("batches", { name: "by hand", open: true, mode: "execute" }, "POST", "open-1")
      expect(json(opened)).toMatchObject({
        batch: { id: "G1", status: "pending", totalTrades: 0, notional: "0" },
        accepted: 0
      })
      assert.strictEqual(
        (yield* call("batches", { name: "by hand", open: true, mode: "execute" }, "POST", "open-1")).text,
        opened.text
      )
      const trade = { symbol: "KO", side: "buy", quantity: "2", batchId: "G1" }
      const limit = { ...trade, sourceId: "b-2", direct: { type: "limit", limitPrice: "60", timeInForce: "day" } }
      assert.deepInclude(json(yield* call("trades", [trade, limit])), {
        items: [
          { id: "T7", outcome: "accepted", why: null },
          { id: "T8", outcome: "accepted", why: null }
        ]
      })
      assert.deepInclude(json(yield* call("trades", [trade, { ...trade, batchId: "G2" }])), {
        status: 400,
        field: "batchId"
      })
      assert.strictEqual((yield* call("trades", { ...trade, batchId: "G9" })).status, 404)
      assert.deepInclude(json(yield* call("batches", { name: "x", open: true, rows: [] })), {
        status: 400,
        field: "open"
      })
      expect(json(yield* call("batches/G1/queue?reason=all%20are%20in", undefined))).toMatchObject({
        totalTrades: 2,
        // Two at the limit of 60, and one row that gives no price.
        notional: "120",
        unpricedTrades: 1,
        status: "pending"
      })
      expect(Object(json(yield* call("batches/G1", undefined, "GET"))).history).toContainEqual(
        expect.objectContaining({ tag: "BatchQueued", cause: expect.objectContaining({ reason: "all are in" }) })
      )
      assert.deepInclude(json(yield* call("trades", trade)), { status: 409 })
      assert.strictEqual((yield* call("batches/G1", undefined, "DELETE")).status, 409)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("FILL-16: a batch that collects rows says how their orders leave, where a row says nothing", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const call = (path: string, body: unknown, method = "POST") => ask(port, `/api/v1/${path}`, { method, body })
      const open = { name: "at the close", open: true, mode: "execute", timeInForce: "cls" }
      expect(json(yield* call("batches", open))).toMatchObject({
        batch: { id: "G1", session: null, timeInForce: "cls" }
      })
      const trade = { symbol: "KO", side: "buy", quantity: "2", batchId: "G1" }
      const limit = { ...trade, sourceId: "b-2", direct: { type: "limit", limitPrice: "60", timeInForce: "day" } }
      yield* call("trades", [trade, limit])
      const why = json(yield* call("journal/why?of=T8", undefined, "GET"))
      const facts = { direction: "trades", endpoint: "/api/v1/trades", bytes: "kept" }
      expect(why).toMatchObject({
        causes: expect.arrayContaining([expect.objectContaining({ facts: expect.objectContaining(facts) })])
      })
      expect(json(yield* call("trades/T7", undefined, "GET"))).toMatchObject({
        direct: { type: "market", timeInForce: "cls", session: null }
      })
      expect(json(yield* call("trades/T8", undefined, "GET"))).toMatchObject({
        direct: { type: "limit", timeInForce: "day" }
      })
      for (const said of [{ session: "extended" }, { timeInForce: "gtc" }]) {
        const body = { name: "x", open: true, mode: "accumulate", ...said }
        const [field] = Object.keys(said)
        assert.deepInclude(json(yield* call("batches", body)), { status: 400, field })
      }
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("BAT-5: a template says how a batch is submitted, and is forgotten", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, serving)
      const call = (path: string, body: unknown, method = "POST") =>
        ask(port, `/api/v1/batches${path}`, { method, body })
      const terms = { mode: "accumulate", source: "venue", decimal: "comma", columns: { quantity: "Qty", price: "" } }
      expect(json(yield* call("/templates/venue", terms, "PUT"))).toMatchObject({ name: "venue", terms })
      assert.deepInclude(json(yield* call("/templates/venue", { colour: "red" }, "PUT")), {
        status: 400,
        field: "colour"
      })
      assert.deepInclude(json(yield* call("/templates/-", terms, "PUT")), { status: 400, field: "name" })
      expect(json(yield* ask(port, "/api/v1/batches/templates"))).toMatchObject({ items: [{ name: "venue", terms }] })
      const csv = "symbol;side;Qty\nKO;buy;1.234\n"
      assert.deepInclude(json(yield* call("", { name: "asks", csv, columns: { quantity: "Qty" } })), { status: 400 })
      const answered = yield* call("", { name: "venue", template: "venue", csv })
      expect(json(answered)).toMatchObject({
        accepted: 1,
        batch: { mode: "accumulate", notional: null, unpricedTrades: 1 }
      })
      expect(json(yield* ask(port, "/api/v1/trades?source=venue"))).toMatchObject({ items: [{ quantity: "1234" }] })
      // A dry run shows what would go, and it is still there.
      expect(json(yield* call("/templates/venue?dryRun=true", undefined, "DELETE"))).toMatchObject({ name: "venue" })
      assert.strictEqual((yield* call("/templates/venue", undefined, "DELETE")).status, 200)
      assert.strictEqual((yield* call("", { name: "venue", template: "venue", csv })).status, 404)
      assert.strictEqual((yield* call("/templates/venue", undefined, "DELETE")).status, 404)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "BAT-9: lists are filtered by date and status, sorted by date, status and size, page by page without a gap, and searched",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, serving)
        const api = yield* Client.make({ baseUrl: `http://127.0.0.1:${port}` })
        const submit = (name: string, symbols: ReadonlyArray<string>) =>
          api.batches.submit({
            payload: { name, mode: "execute", rows: symbols.map((symbol) => ({ symbol, side: "buy", quantity: "2" })) },
            headers: {}
          })
        yield* scene.at(10)
        yield* submit("three", ["KO", "KO", "KO"])
        yield* scene.at(11)
        yield* submit("one", ["AAPL"])
        yield* scene.at(12)
        yield* submit("two", ["KO", "MSFT"])
        yield* scene.at(20)
        const wish = { path: { id: "G3" }, headers: {} }
        const answered = yield* api.batches.cancel({ ...wish, payload: { reason: "no", dryRun: true } })
        expect(answered).toMatchObject({ status: "pending", effects: { rows: [{ fate: "stopped", rows: 2 }] } })
        yield* api.batches.cancel({ ...wish, payload: { reason: "no" } })
        const again = yield* api.batches.retry({ ...wish, urlParams: { dryRun: true } }).pipe(Effect.flip)
        assert.deepInclude(again, { status: 409, detail: "G3 has working rows: wait for them, or cancel the batch" })
        const ids = (
          urlParams: Partial<Readonly<Record<"sort" | "order" | "q" | "since" | "until" | "status", string>>>
        ) =>
          Effect.gen(function* () {
            const found: Array<string> = []
            let cursor: string | undefined
            do {
              const { items, nextCursor }: typeof Documents.BatchPage.Type = yield* api.batches.list({
                urlParams: { ...urlParams, limit: 1, ...(cursor === undefined ? {} : { cursor }) }
              })
              found.push(...items.map(({ id }) => id))
              cursor = nextCursor ?? undefined
            } while (cursor !== undefined)
            return found.join(" ")
          })
        assert.strictEqual(yield* ids({ sort: "size" }), "G2 G3 G1")
        assert.strictEqual(yield* ids({ sort: "size", order: "newest" }), "G1 G3 G2")
        assert.strictEqual(yield* ids({ sort: "status" }), "G3 G1 G2")
        assert.strictEqual(yield* ids({ sort: "date", order: "newest" }), "G3 G2 G1")
        assert.strictEqual(yield* ids({ since: scene.second(11), until: scene.second(12) }), "G2")
        assert.strictEqual(yield* ids({ since: scene.second(12), until: scene.second(13) }), "G3")
        assert.strictEqual(yield* ids({ since: scene.second(11) }), "G2 G3")
        assert.strictEqual(yield* ids({ until: scene.second(12) }), "G1 G2")
        assert.strictEqual(yield* ids({ status: "pending" }), "G1 G2")
        assert.strictEqual(yield* ids({ status: "cancelled" }), "G3")
        assert.strictEqual(yield* ids({ status: "running" }), "")
        assert.strictEqual(yield* ids({ status: "pending", sort: "size", since: scene.second(10) }), "G2 G1")
        assert.strictEqual(yield* ids({ q: "msft" }), "G3")
        assert.strictEqual(yield* ids({ q: "T" }), "G1 G3")
        for (const [field, word] of Object.entries({ sort: "colour", status: "done", since: "soon", until: "now" }))
          assert.deepInclude(json(yield* ask(port, `/api/v1/batches?${field}=${word}`)), { status: 400, field })
        const { nextCursor } = yield* api.batches.list({ urlParams: { sort: "size", limit: 1 } })
        const other = yield* ask(port, `/api/v1/batches?sort=status&cursor=${nextCursor ?? ""}`)
        assert.deepInclude(json(other), { status: 400, field: "cursor" })
        const newest = yield* api.trades.list({ urlParams: { sort: "date", order: "newest", limit: 1 } })
        assert.strictEqual(newest.items[0]?.batchId, "G3")
        assert.lengthOf((yield* api.orders.list({ urlParams: { sort: "status" } })).items, 2)
        // Why one was put away is on record, as is why it was called off.
        yield* api.batches.archive({ ...wish, urlParams: { reason: "not wanted any more" } })
        const { history } = yield* api.batches.show({ path: { id: "G3" }, urlParams: {} })
        assert.deepStrictEqual(
          history.slice(-2).map(({ cause, tag }) => [tag, cause.reason]),
          [
            ["BatchMoved", "no"],
            ["BatchArchived", "not wanted any more"]
          ]
        )
        // What is wrong is read page by page, in the order of the file, and any row of it is found.
        const csv = "symbol,side,quantity\nKO,buy,1\nKO,hold,1\nKO,buy,2\nKO,hold,2\nKO,buy,3\n"
        yield* api.batches.submit({ payload: { name: "mixed", mode: "execute", csv }, headers: {} })
        const { items: rows } = yield* api.batches.trades({ path: { id: "G4" }, urlParams: {} })
        const [first, second, third] = rows.map(({ id }) => id)
        for (const id of [first ?? "", second ?? ""]) {
          yield* api.controls.dismissTrade({ path: { id }, headers: {}, payload: { reason: "not meant" } })
        }
        const wrong: Array<ReadonlyArray<unknown>> = []
        let cursor: string | undefined
        do {
          const { count, items, nextCursor }: typeof Documents.BatchErrorPage.Type = yield* api.batches.errors({
            path: { id: "G4" },
            urlParams: { limit: 1, count: true, ...(cursor === undefined ? {} : { cursor }) }
          })
          wrong.push(...items.map(({ line, tradeId }) => [line, tradeId, count?.rows]))
          cursor = nextCursor ?? undefined
        } while (cursor !== undefined)
        assert.deepStrictEqual(wrong, [
          [2, first, 4],
          [3, null, 4],
          [4, second, 4],
          [5, null, 4]
        ])
        const resolved = (q: string) =>
          Effect.map(api.overview.resolve({ urlParams: { q } }), ({ items }) => items.map(({ id }) => id))
        assert.deepStrictEqual(yield* resolved("g4"), ["G4"])
        assert.deepStrictEqual(yield* resolved("G4 row 6"), [third])
        assert.deepStrictEqual(yield* resolved("G4:3"), ["G4"])
        // Rows that wait for their batch wait for no person; of many nobody else is kept waiting while they are summed up.
        const many = `symbol,side,quantity\n${"KO,buy,1\n".repeat(1200)}`
        yield* api.batches.submit({
          payload: { name: "many", mode: "execute", csv: many, source: "venue" },
          headers: {}
        })
        assert.strictEqual((yield* api.overview.overview({ urlParams: {} })).quarantined, 0)
        const held = Effect.map(api.trades.list({ urlParams: { status: "quarantined" } }), ({ items }) =>
          items.map(({ standing, symbol }) => [standing, symbol])
        )
        assert.deepStrictEqual(yield* held, [])
        const cases = Effect.map(api.overview.cases({ urlParams: {} }), ({ items }) => items.map(({ kind }) => kind))
        assert.deepStrictEqual(yield* cases, [])
        yield* ask(port, "/api/v1/trades", {
          method: "POST",
          body: { symbol: "no ticker", side: "buy", quantity: "1" }
        })
        assert.strictEqual((yield* api.overview.overview({ urlParams: {} })).quarantined, 1)
        assert.deepStrictEqual(yield* held, [["quarantined", "no ticker"]])
        assert.deepStrictEqual(yield* cases, ["quarantine"])
        assert.isAtLeast(yield* turnsDuring(batchResults.results("G5")), 3)
        const cancelling = Effect.flatMap(Batches.Batches, ({ rehearse }) =>
          rehearse(Id.BatchId.make(5), "cancel", "test")
        )
        assert.isAtLeast(yield* turnsDuring(cancelling), 6)
        const { effects } = yield* api.batches.cancel({
          path: { id: "G5" },
          headers: {},
          payload: { reason: "no", dryRun: true }
        })
        expect(effects?.rows).toMatchObject([{ fate: "stopped", rows: 1200, shares: [{ quantity: "1200" }] }])
      }).pipe(Effect.provide(books))
  )

  it.scopedLive("what is submitted twice at once under one key is there once, also where it is new on purpose", () =>
    Effect.gen(function* () {
      const port = yield* serving
      yield* Engine.opened({})
      const file = "symbol,side,quantity\nAAPL,buy,1\nKO,sell,2\n"
      const twice = (path: string, key: string, body: string, type: string) =>
        Effect.all(
          [1, 2].map(() =>
            Effect.promise(async () => {
              const headers = { "content-type": type, "idempotency-key": key }
              const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, { method: "POST", body, headers })
              return answer.status
            })
          ),
          { concurrency: "unbounded" }
        )
      const upload = "batches/upload?name=Friday&mode=execute&again=true"
      assert.deepStrictEqual(yield* twice(upload, "upload-1", file, "text/csv"), [200, 200])
      assert.lengthOf(yield* Reads.all(Batch.BatchTable), 1)
      const submitted = JSON.stringify({ name: "Friday", mode: "execute", csv: file, again: true })
      assert.deepStrictEqual(yield* twice("batches", "submit-1", submitted, "application/json"), [200, 200])
      assert.lengthOf(yield* Reads.all(Batch.BatchTable), 2)
      const trade = JSON.stringify({ symbol: "AAPL", side: "buy", quantity: "0.1" })
      assert.deepStrictEqual(yield* twice("trades", "trade-1", trade, "application/json"), [200, 200])
      assert.lengthOf(yield* Reads.all(Trade.TradeTable), 5)
      assert.lengthOf(yield* Reads.all(Break.BreakTable), 0)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive(
    "BAT-2: a file is uploaded as it stands, taken once, and exported with its bad rows at their places",
    () =>
      Effect.gen(function* () {
        const port = yield* serving
        yield* Engine.started
        const file = "symbol;side;quantity\nAAPL;buy;1,5\nAAPL;buy;none\nKO;sell;2\nKO;buy;x\n"
        const upload = (query: string, body = file) =>
          Effect.promise(async () => {
            const url = `http://127.0.0.1:${port}/api/v1/batches/upload?${query}`
            const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "text/csv" } })
            return { status: answer.status, document: await answer.json() }
          })
        const said = "name=Friday&fileName=friday.csv&mode=accumulate&decimal=comma&separator=%3B"
        const dry = yield* upload(`${said}&dryRun=true`)
        expect(dry).toMatchObject({ status: 200, document: { accepted: 2, rejected: 2 } })
        expect(yield* upload(said)).toMatchObject({
          document: { batch: { id: "G1", fileName: "friday.csv", mode: "accumulate" }, accepted: 2, rejected: 2 }
        })
        expect(yield* upload(said)).toMatchObject({ document: { batch: { id: "G1" }, accepted: 0, duplicates: 2 } })
        expect(yield* upload("mode=accumulate")).toMatchObject({ status: 400, document: { field: "name" } })
        expect(yield* upload(`${said}&colour=red`)).toMatchObject({ status: 400, document: { field: "colour" } })
        expect(yield* upload(said, "symbol;side\nAAPL;buy\n")).toMatchObject({
          status: 400,
          document: { field: "body" }
        })
        const api = yield* Client.make({ baseUrl: `http://127.0.0.1:${port}` })
        yield* Engine.until(api.batches.progress({ path: { id: "G1" }, urlParams: {} }), ({ waiting }) => waiting === 0)
        const { items } = yield* api.batches.rows({ path: { id: "G1" }, urlParams: {} })
        assert.deepStrictEqual(
          items.map(({ line, status }) => [line, status === "rejected"]),
          [
            [2, false],
            [3, true],
            [4, false],
            [5, true]
          ]
        )
        const { text } = yield* ask(port, "/api/v1/batches/G1/export")
        assert.deepStrictEqual(
          text
            .trim()
            .split("\r\n")
            .map((line) => line.split(",")[0]),
          ["line", "2", "3", "4", "5"]
        )
      }).pipe(Effect.provide(engine))
  )
})
