import { Api } from "@roundlot/api"
import { assert, describe, it } from "@effect/vitest"
import { Commands, Order, Reads } from "@roundlot/core"
import { Books, Table, TradeRepository } from "@roundlot/core/adapter"
import { type Command, Tokens } from "@roundlot/core/ledger"
import { ConfigProvider, Effect, Layer, Logger, Redacted, TestContext } from "effect"
import { get } from "node:http"
import { Configuration, StorePlace } from "@roundlot/daemon/configuration"
import { databases } from "../cli/database.ts"
import { WebSocket } from "ws"
import { layerBooks } from "../../src/App.ts"
import * as scene from "../views/scene.ts"
import { isTried, storesOf } from "../views/stores.ts"
import { bodies, filled, queries, rows, type Made } from "./calls.ts"
import { ask, json, servingWith } from "./serving.ts"

/** The program's own books, on a store in memory: what holds calls to their accounts is part of them. */
const booksIn = (layer: Layer.Layer<TradeRepository.TradeRepository>) =>
  layerBooks({
    store: StorePlace.StorePlace.Own({ name: "tested", layer }),
    paperFile: "/nowhere/paper.db",
    config: ConfigProvider.fromMap(new Map()),
    configuration: Configuration.empty
  }).pipe(Layer.provideMerge(TestContext.TestContext), Layer.provide(Logger.replace(Logger.defaultLogger, Logger.none)))

const stores = storesOf(databases().fresh)

const books = booksIn(stores.memory)

interface Route {
  readonly name: string
  readonly method: string
  readonly path: string
}

/** Every route of the definition that an account's token can call, but the streams, which have no end. */
const routes: ReadonlyArray<Route> = Object.values(Api.RoundlotApi.groups)
  .flatMap((group) =>
    Object.values(group.endpoints).flatMap(({ method, name, path }): ReadonlyArray<Route> => {
      const route = { name: `${group.identifier}.${name}`, method, path: path.replaceAll(/:(\w+)/g, "{$1}") }
      return /^live\.|session\.(?:signOut|end)|trades\.deliver/.test(route.name) ? [] : [route]
    })
  )
  .toSorted((one, other) => Number(one.method !== "GET") - Number(other.method !== "GET"))

/** Words of the account `main` that stand in no answer to who is bound to `other`: its name, symbols, sources' ids and people's words. */
const MARKS = /\b(?:main|AAPL|MSFT|KO|t-[1-6]|zz-\w+)\b/g

const marksIn = (text: string, asked: string): ReadonlyArray<string> => [
  ...new Set((text.match(MARKS) ?? []).filter((mark) => !asked.includes(mark)))
]

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

const tokenOf = (name: string, accounts?: ReadonlyArray<string>) =>
  Effect.map(Tokens.create({ name, role: "operate", accounts, actor: "test" }), ({ secret }) => Redacted.value(secret))

const commanded = (command: Command.Command, account = scene.main) =>
  Effect.flatMap(Commands.Commands, (commands) =>
    commands.perform({ id: `zz-${command._tag}`, account, actor: "zz-actor", reason: "zz-reason", command })
  )

/** Records of `main` of every kind, and then an order of `other`, of NVDA. */
const played = (port: number, all: string) =>
  Effect.gen(function* () {
    yield* scene.opens({ symbol: "AAPL", kind: "ForeignPosition", subject: "zz-subject" })
    yield* scene.settles
    const headers = bearer(all)
    const give = (path: string, body: unknown, method = "POST") => ask(port, path, { method, headers, body })
    const given = [
      yield* give("/api/v1/batches", { name: "zz-batch", account: "main", mode: "execute", rows }),
      yield* give("/api/v1/decisions", { account: "main", symbol: "KO", side: "buy", quantity: "1", waitSeconds: 0 }),
      yield* give("/api/v1/batches/templates/zz-template", { mode: "accumulate", account: "main" }, "PUT"),
      yield* give("/api/v1/reconcile", { account: "main" }),
      yield* give("/api/v1/cases/B1/note", { reason: "zz-note" }),
      yield* give("/api/v1/trades", {
        account: "main",
        symbol: "AAPL",
        side: "buy",
        quantity: "0.1",
        owner: "zz-owner"
      })
    ]
    for (const { status, text } of given) assert.strictEqual(status, 200, text)
    yield* commanded({ _tag: "Halt", scope: { _tag: "WholeAccount" } })
    yield* scene.open(["NVDA"], scene.other)
    yield* scene.tradeOf(scene.other, "o-1", "buy", "1", "NVDA", "180")
    const [order] = yield* Reads.all(Order.OrderTable, { where: [{ column: "account", in: ["other"] }] })
    const id = order?.id ?? assert.fail("other has no order")
    yield* scene.accepted(id, scene.other)
    return id
  })

/** Ids of records of `main`, by the kind in a path. */
const foreign: Made = new Map(
  Object.entries({
    trades: "T1",
    orders: "O1",
    attempts: "X1",
    fills: "F1",
    accounts: "main",
    positions: "AAPL",
    instruments: "AAPL",
    owners: "zz-owner",
    entries: "1",
    templates: "zz-template"
  })
)

/** Every row of `main`, and what the store says of its journal. */
const booksOfMain = Effect.gen(function* () {
  const repository = yield* TradeRepository.TradeRepository
  const heads = yield* repository.heads
  const tables = Table.domainTables.filter((table) => !["accounts", "tokens", "sessions"].includes(table))
  const where = [{ column: "account", in: ["main"] }]
  const found = yield* Effect.forEach(tables, (table) =>
    repository.page({
      table,
      where,
      orderBy: Books.tables[table].key,
      descending: false,
      after: undefined,
      limit: 1000
    })
  )
  return { head: heads.get("main"), found }
})

interface Call extends Route {
  readonly asked: string
}

/** Each route, as it is called about `main`: as it stands, narrowed to it, and as of an earlier moment. */
const callsOf = (route: Route): ReadonlyArray<Call> => {
  const path = `${filled(route.path, foreign)}${queries[route.name] ?? ""}`
  const and = path.includes("?") ? "&" : "?"
  const variants = route.method === "GET" ? ["", `${and}account=main`, `${and}asOf=12`, `${and}count=true`] : [""]
  return variants.map((variant) => ({ ...route, asked: `${path}${variant}` }))
}

const called = (port: number, { asked, method, name }: Call, secret: string) =>
  ask(port, asked, {
    method,
    headers: { ...bearer(secret), "idempotency-key": `k-${name}` },
    ...(bodies[name] === undefined ? {} : { body: saidBy(name) })
  })

/** A body that names no symbol of `main`. */
const saidBy = (name: string): unknown =>
  bodies[name] === undefined
    ? undefined
    : JSON.parse(JSON.stringify(bodies[name]).replaceAll(/"(?:AAPL|KO)"|KO,/g, (word) => word.replace(/\w+/, "NVDA")))

/** What is about the whole store or another's token, or confirmed by the present secret, and refused to who is bound to accounts. */
const storeWide = [
  "batches.removeTemplate",
  "batches.saveTemplate",
  "controls.anchors",
  "controls.audit",
  "jobs.cancel",
  "jobs.enqueue",
  "jobs.goOn",
  "jobs.list",
  "jobs.retry",
  "jobs.show",
  "jobs.webhooks",
  "metrics.metrics",
  "store.backUp",
  "store.backups",
  "store.restore",
  "tokens.create",
  "tokens.list",
  "tokens.revoke",
  "tokens.rotate",
  "tokens.sessions"
]

/** Reads whose answers have none of these words: figures, ids and bytes, what is not there, and the caller's own. */
const wordless = [
  "attempts.list",
  "attempts.show",
  "batches.errors",
  "batches.progress",
  "controls.anchors",
  "controls.approvals",
  "controls.showApproval",
  "fills.totals",
  "fills.waiting",
  "fills.waitingCommissions",
  "health.health",
  "jobs.show",
  "jobs.webhooks",
  "journal.show",
  "orders.attempts",
  "orders.totals",
  "overview.today",
  "payloads.show",
  "positions.preview",
  "reconciliation.list",
  "reconciliation.runs",
  "session.caller",
  "store.backups",
  "tokens.list",
  "tokens.sessions",
  "trades.totals"
]

/** Of an own symbol of this name nothing is found, and what is done to it is done to the caller's own. */
const isOfSymbol = (path: string): boolean => /\{symbol\}/.test(path)

/** An owner has no record of its own: of one who has nothing in the caller's accounts the list is empty. */
const isOfOwner = (path: string): boolean => /\{owner\}/.test(path)

/** What a reader hears from the begin of the feed up to where it stands. */
const heard = (port: number, secret: string, { after, until }: { readonly after: string; readonly until: string }) =>
  Effect.async<string>((resume) => {
    let text = ""
    const asking = get(
      { host: "127.0.0.1", port, path: `/api/v1/live?after=${after}`, headers: bearer(secret), agent: false },
      (response) =>
        response.on("data", (part: Buffer) => {
          text += part.toString()
          if (!text.includes(`id: ${until}\n`)) return
          asking.destroy()
          resume(Effect.succeed(text))
        })
    )
    asking.on("error", () => undefined)
  })

const heardBySocket = (
  port: number,
  secret: string,
  { after, until }: { readonly after: string; readonly until: string }
) =>
  Effect.async<string>((resume) => {
    let text = ""
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live/socket?after=${after}`, {
      headers: bearer(secret)
    })
    socket.on("message", (part: Buffer) => {
      text += part.toString()
      if (!text.includes(`"cursor":"${until}"`)) return
      socket.terminate()
      resume(Effect.succeed(text))
    })
  })

/** An answer without the name that was asked for. */
const plain = ({ text }: { readonly text: string }) =>
  text.replaceAll(/nobody|main/g, "X").replace(/"requestId":"[^"]*"/, "")

describe("a token that is bound to accounts", () => {
  it.scopedLive.each((["memory", "SQLite", "Postgres"] as const).filter(isTried))(
    "no route shows or changes anything of another account on %s",
    (name) =>
      Effect.gen(function* () {
        const port = yield* Effect.zipRight(scene.played, servingWith({}, false))
        const all = yield* tokenOf("all")
        yield* played(port, all)
        const bound = yield* tokenOf("bound", ["other"])
        const before = yield* booksOfMain
        const faults: Array<string> = []
        const outcomes = new Map<string, ReadonlyArray<number>>()
        for (const route of routes) {
          const answers = yield* Effect.forEach(callsOf(route), (call) =>
            Effect.map(called(port, call, bound), ({ status, text }) => ({ call, status, text }))
          )
          outcomes.set(
            route.name,
            answers.map(({ status }) => status)
          )
          for (const { call, status, text } of answers) {
            const marks = marksIn(text, `${call.asked}${JSON.stringify(bodies[route.name] ?? "")}`)
            if (marks.length > 0) faults.push(`${call.method} ${call.asked}: ${status} shows ${marks.join(", ")}`)
            if (status >= 500 && route.name !== "ready.ready")
              faults.push(`${call.method} ${call.asked}: ${status} ${text}`)
            const isOwn = (call.method !== "GET" && isOfSymbol(route.path)) || isOfOwner(route.path)
            if (status === 200 && route.path.includes("{") && !isOwn)
              faults.push(`${call.method} ${call.asked}: 200 ${text}`)
          }
        }
        assert.deepStrictEqual(faults, [])
        assert.deepStrictEqual(yield* booksOfMain, before)
        const items = (path: string) =>
          Effect.map(
            ask(port, path, { headers: bearer(bound) }),
            ({ text }) => (text.match(/"orderId":/g) ?? []).length
          )
        assert.strictEqual(yield* items("/api/v1/attempts"), 1)
        const refused = [...outcomes].flatMap(([name, statuses]) => (statuses[0] === 403 ? [name] : []))
        assert.deepStrictEqual(refused.toSorted(), storeWide)
      }).pipe(Effect.provide(booksIn(stores[name])))
  )

  it.scopedLive("it halts its own accounts, and neither everything nor another; what it counts is its own", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingWith({}, false))
      yield* played(port, yield* tokenOf("all"))
      const bound = yield* tokenOf("bound", ["other"])
      const given = (path: string, body?: unknown) =>
        ask(port, path, { headers: bearer(bound), ...(body === undefined ? {} : { method: "POST", body }) })
      const halt = (said: object) => given("/api/v1/controls/halt", { reason: "news", ...said })
      assert.strictEqual((yield* halt({})).status, 403)
      assert.strictEqual((yield* halt({ dryRun: true })).status, 403)
      assert.strictEqual((yield* halt({ account: "main" })).status, 400)
      assert.deepInclude(json(yield* halt({ account: "other" })), { account: "other" })
      assert.deepInclude(json(yield* given("/api/v1/session")), { name: "bound", accounts: ["other"] })
      assert.deepInclude(json(yield* given("/api/v1/orders?count=true")), { count: { kind: "exactly", rows: 1 } })
      assert.deepInclude(json(yield* given("/api/v1/overview/today")), { orders: { kind: "exactly", rows: 1 } })
      assert.deepStrictEqual(json(yield* given("/health")), { status: "ok" })
      const unknown = yield* given("/api/v1/orders?account=nobody")
      const foreignOne = yield* given("/api/v1/orders?account=main")
      assert.strictEqual(plain(foreignOne), plain(unknown))
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("trades of a source that is another account's are taken into none but the one that is named", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingWith({}, false))
      yield* played(port, yield* tokenOf("all"))
      const headers = bearer(yield* tokenOf("bound", ["other"]))
      const trade = { source: "venue", symbol: "NVDA", side: "buy", quantity: "1" }
      const batch = {
        name: "b",
        source: "venue",
        mode: "execute",
        rows: [{ symbol: "NVDA", side: "buy", quantity: "1" }]
      }
      const give = (path: string, body: unknown) => ask(port, path, { method: "POST", headers, body })
      const ofOther = Effect.map(ask(port, "/api/v1/trades", { headers }), ({ text }) => text)
      const before = yield* ofOther
      for (const [path, body] of [
        ["/api/v1/trades", trade],
        ["/api/v1/batches", batch]
      ] as const) {
        const refused = yield* give(path, body)
        assert.strictEqual(refused.status, 400, refused.text)
        assert.deepInclude(json(refused), { field: "account" })
        assert.deepStrictEqual(marksIn(refused.text, ""), [])
      }
      assert.strictEqual(yield* ofOther, before)
      const taken = yield* give("/api/v1/trades", { ...trade, account: "other" })
      assert.strictEqual(taken.status, 200, taken.text)
      assert.notStrictEqual(yield* ofOther, before)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("the same calls by a token that is bound to none show it: what is looked for is there", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingWith({}, false))
      const all = yield* tokenOf("all")
      yield* played(port, all)
      const showing = new Set<string>()
      for (const route of routes.filter(({ method }) => method === "GET"))
        for (const call of callsOf(route)) {
          const { text } = yield* called(port, call, all)
          if (marksIn(text, call.asked).length > 0) showing.add(route.name)
        }
      const others = routes.filter(({ method, name }) => method === "GET" && !showing.has(name)).map(({ name }) => name)
      assert.deepStrictEqual(others.toSorted(), wordless)
    }).pipe(Effect.provide(books))
  )

  it.scopedLive("live streams and sockets tell of its accounts alone, from the begin of the feed on", () =>
    Effect.gen(function* () {
      const port = yield* Effect.zipRight(scene.played, servingWith({}, false))
      const all = yield* tokenOf("all")
      yield* played(port, all)
      const bound = yield* tokenOf("bound", ["other"])
      const { text } = yield* ask(port, "/api/v1/overview", { headers: bearer(all) })
      const [, incarnation = "", position = ""] = /"incarnation":"([^"]+)","position":(\d+)/.exec(text) ?? []
      const span = { after: `${incarnation}-0`, until: `${incarnation}-${position}` }
      for (const hear of [heard, heardBySocket]) {
        const everything = yield* hear(port, all, span)
        assert.include(everything, '"account":"main"')
        const own = yield* hear(port, bound, span)
        assert.include(own, '"account":"other"')
        assert.deepStrictEqual(marksIn(own, ""), [])
        assert.notInclude(own, "_store")
      }
    }).pipe(Effect.provide(books))
  )
})
