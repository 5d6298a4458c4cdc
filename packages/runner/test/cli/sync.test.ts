import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { databases } from "./database.ts"
import { buys, child, desk, until } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"

const { fresh } = databases()

const Fill = Schema.Struct({
  id: Schema.String,
  orderId: Schema.String,
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  canonical: Schema.Boolean,
  quantity: Schema.String,
  price: Schema.NullOr(Schema.String),
  commission: Schema.NullOr(Schema.String)
})
const Exchanged = Schema.Struct({
  items: Schema.Array(Schema.Struct({ brokerOrderId: Schema.String, execId: Schema.optional(Schema.String) }))
})
const Breaks = Schema.Struct({ items: Schema.Array(Schema.Struct({ kind: Schema.String })) })
const Fills = Schema.Struct({ items: Schema.Array(Fill) })

/** Books of a tape at a simulator of their own, which are synced by verbs. */
const books = async (store?: string) => {
  const made = desk(store)
  const tws = await simulatedAt("ibkr", made.folder)
  const at = ["--env-file", tws.envFile]
  const { json } = made
  const cleanup = async () => {
    await tws.end()
    rmSync(made.folder, { recursive: true, force: true })
  }
  return {
    ...made,
    tws,
    cleanup,
    start: () => made.cli("start", "--until-idle", "--broker", "ibkr", ...at),
    exchange: (act: object, id: string) => made.plain(["exchange", "do", JSON.stringify({ id, do: act }), ...at]),
    /** What the exchange has, by its own ids. */
    exchanged: async (what: "orders" | "fills") => {
      const { out } = await made.plain(["exchange", what, "--json", ...at])
      return Schema.decodeUnknownSync(Schema.parseJson(Exchanged))(out).items
    },
    sync: (...words: ReadonlyArray<string>) => json("sync", "trades", ...at, ...words),
    syncPositions: () => json("sync", "positions", ...at),
    fills: async (...words: ReadonlyArray<string>) =>
      Schema.decodeUnknownSync(Fills)(await json("fills", "list", ...words)).items
  }
}

const stores: ReadonlyArray<readonly [name: string, place: () => Promise<string | undefined>]> = [
  ["SQLite", async () => undefined],
  ["Postgres", fresh]
]

describe.each(stores)("executions synced with Interactive Brokers, on %s", (_, place) => {
  it("SYNC-1 to SYNC-8: the same window again changes nothing; a correction replaces, a hand-made order is adopted", async () => {
    const { cleanup, cli, exchange, exchanged, file, fills, json, start, sync, syncPositions } = await books(
      await place()
    )
    await cli("trades", "import", file("t.csv", buys(["t1", "3"])), "--account", "paper")
    expect(await start()).toMatchObject({ code: 0 })
    expect(await json("jobs", "list")).toMatchObject({
      items: [
        { type: "trades.sync", key: "after-orders/paper", status: "done", result: { fetched: 1 } },
        { type: "positions.sync", key: "after-orders/paper", status: "done", result: { held: 1 } }
      ]
    })
    const [first] = await fills()
    expect(first).toMatchObject({ revision: 1, canonical: true, quantity: "3", commission: "1" })
    expect(await sync()).toMatchObject({ fetched: 1, inserted: 0, updated: 0, canonicalChanges: 0, touchedOrders: 0 })
    expect(
      (await exchange({ correct: { execId: (await exchanged("fills")).at(-1)?.execId, quantity: "2" } }, "c1")).code
    ).toBe(0)
    const manual = { symbol: "KO", side: "buy", quantity: "5" }
    expect((await exchange({ manualOrder: manual }, "m1")).code).toBe(0)
    expect(await sync("--lookback-days", "1")).toMatchObject({ fetched: 3, inserted: 2, canonicalChanges: 1 })
    const all = await fills()
    expect(all.map(({ canonical, quantity, revision }) => [revision, canonical, quantity])).toEqual([
      [1, false, "3"],
      [2, true, "2"],
      [1, true, "5"]
    ])
    const before = [await json("journal", "head"), await fills(), await json("orders", "list")]
    expect(await sync()).toMatchObject({ fetched: 3, inserted: 0, updated: 0, canonicalChanges: 0, touchedOrders: 0 })
    expect([await json("journal", "head"), await fills(), await json("orders", "list")]).toEqual(before)
    expect(await syncPositions()).toMatchObject({ held: 2, changed: 2 })
    expect(await syncPositions()).toMatchObject({ held: 2, changed: 0 })
    expect(await json("positions", "list", "--broker")).toMatchObject({
      items: [
        { symbol: "AAPL", ours: "2", quantity: "2" },
        { symbol: "KO", ours: "5", quantity: "5" }
      ]
    })
    expect(await json("audit")).toMatchObject({ ok: true })
    await cleanup()
  })

  it("SYNC-1, SYNC-4, SYNC-13: several executions are one order's; one that is busted counts no more", async () => {
    const { cleanup, cli, exchange, exchanged, fills, json, start, sync } = await books(await place())
    await cli("accounts", "add", "paper", "--broker", "ibkr")
    expect(await start()).toMatchObject({ code: 0 })
    const resting = { symbol: "MSFT", side: "buy", quantity: "5", type: "limit", limitPrice: "1" }
    const acts = [{ price: { symbol: "MSFT", price: "100" } }, { manualOrder: resting }]
    for (const [i, act] of acts.entries()) expect((await exchange(act, `a${i}`)).code).toBe(0)
    const [brokerOrderId = ""] = (await exchanged("orders")).map((each) => each.brokerOrderId)
    for (const quantity of ["2", "3"])
      expect((await exchange({ fill: { quantity, price: "1", brokerOrderId } }, `f${quantity}`)).code).toBe(0)
    expect(await sync()).toMatchObject({ fetched: 2, inserted: 2, touchedOrders: 1 })
    expect(await json("orders", "list", "--broker-order-id", brokerOrderId)).toMatchObject({
      items: [{ origin: "external", filledQuantity: "5", averagePrice: "1", fillStatus: "filled" }]
    })
    expect((await fills("--order-id", "O1")).map(({ quantity }) => quantity).toSorted()).toEqual(["2", "3"])
    const busted = (await exchanged("fills")).at(-1)?.execId ?? ""
    expect((await exchange({ bust: { execId: busted } }, "b1")).code).toBe(0)
    // What was written in the last seconds is not judged by a listing: a broker's may be behind.
    await until(async () => {
      const came = await sync()
      expect(came).toMatchObject({ fetched: 1, inserted: 0 })
      return Schema.is(Schema.Struct({ updated: Schema.Literal(1), canonicalChanges: Schema.Literal(1) }))(came)
    })
    const revisions = (await fills("--order-id", "O1")).map(({ canonical, quantity }) => `${quantity} ${canonical}`)
    expect(revisions.toSorted()).toEqual(["0 true", "2 true", "3 false"])
    expect(await json("orders", "list", "--broker-order-id", brokerOrderId)).toMatchObject({
      items: [{ filledQuantity: "2", averagePrice: "1" }]
    })
    const open = Schema.decodeUnknownSync(Breaks)(await json("breaks", "list", "--status", "open"))
    expect(open.items).toEqual([])
    const before = [await json("journal", "head"), await fills(), await json("orders", "list")]
    expect(await sync()).toMatchObject({ inserted: 0, updated: 0, canonicalChanges: 0, touchedOrders: 0 })
    expect([await json("journal", "head"), await fills(), await json("orders", "list")]).toEqual(before)
    expect(await json("audit")).toMatchObject({ ok: true })
    await cleanup()
  })
})

const Job = Schema.Struct({
  id: Schema.String,
  type: Schema.String,
  status: Schema.String,
  tries: Schema.Int,
  failure: Schema.NullOr(Schema.String)
})
const History = Schema.Struct({ history: Schema.Array(Schema.Struct({ what: Schema.String })) })

const Jobs = Schema.Struct({ items: Schema.Array(Job) })

/** A place that takes connections and says nothing, until it is told to let them through to a port. */
const door = async (port: number) => {
  const state = { isOpen: false }
  const server = createServer((socket) => {
    socket.on("error", () => undefined)
    if (!state.isOpen) return
    const through = connect(port, "127.0.0.1")
    through.on("error", () => undefined)
    socket.pipe(through).pipe(socket)
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    open: () => {
      state.isOpen = true
    },
    close: () => void server.close()
  }
}

describe("syncs as jobs of a daemon", () => {
  it("SYNC-9: a daemon does what a verb asks; a job goes to allowed places alone, and to the pinned account", async () => {
    const { cleanup, cli, folder, json, start, store, sync, tws } = await books()
    await cli("accounts", "add", "paper", "--broker", "ibkr")
    expect(await start()).toMatchObject({ code: 0 })
    const elsewhere = desk()
    const other = await simulatedAt("ibkr", elsewhere.folder, "--number", "DU7654321")
    const port = Number(other.value("IB_PORT"))
    const file = join(folder, "allowing.env")
    writeFileSync(file, `${readFileSync(tws.envFile, "utf8")}IB_ALLOWED=127.0.0.1:${port}\n`)
    const daemon = child(["start", "--broker", "ibkr", "--env-file", file, "--store", store])
    await daemon.says(/Running/)
    expect(await sync()).toMatchObject({ account: "paper", fetched: 0 })
    const enqueued = async (payload: object) => {
      const words = ["jobs", "enqueue", "trades.sync", "--payload", JSON.stringify(payload)]
      const { id } = Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }))(await json(...words))
      const read = async () => Schema.decodeUnknownSync(Job)(await json("jobs", "show", id))
      await until(async () => ["dead", "done"].includes((await read()).status))
      return read()
    }
    expect(await enqueued({ port: 1 })).toMatchObject({
      status: "dead",
      tries: 1,
      failure: expect.stringContaining("127.0.0.1:1 is not among the places that IB_ALLOWED names")
    })
    const before = await json("fills", "list")
    expect(await enqueued({ port, clientId: 9 })).toMatchObject({
      status: "dead",
      failure: expect.stringContaining("the account DUxxx67 is not among those of its login")
    })
    expect(await json("fills", "list")).toEqual(before)
    expect(await enqueued({ clientId: 9 })).toMatchObject({ status: "done" })
    daemon.signal("SIGTERM")
    await daemon.ended
    await other.end()
    rmSync(elsewhere.folder, { recursive: true, force: true })
    await cleanup()
  })

  it("SYNC-10: after orders were worked both syncs are enqueued, once for all of them, and again after later ones", async () => {
    const { cleanup, cli, file, json, start } = await books()
    /** Each sync, and how often it was begun. */
    const synced = async () => {
      const { items } = Schema.decodeUnknownSync(Jobs)(await json("jobs", "list", "--key", "after-orders/paper"))
      const begun = await Promise.all(
        items.map(async ({ id, status, type }) => {
          const { history } = Schema.decodeUnknownSync(History)(await json("jobs", "show", id))
          return `${type} ${status} ${history.filter(({ what }) => what === "begun").length}`
        })
      )
      return begun.toSorted()
    }
    const worked = async (symbol: string, ...ids: ReadonlyArray<string>) => {
      const rows = buys(...ids.map((id) => [id, "2"] as const)).replaceAll("AAPL", symbol)
      expect(await cli("trades", "import", file("worked.csv", rows))).toMatchObject({ code: 0 })
      expect(await start()).toMatchObject({ code: 0 })
    }
    await cli("accounts", "add", "paper", "--broker", "ibkr")
    expect(await start()).toMatchObject({ code: 0 })
    expect(await synced()).toEqual([])
    await worked("AAPL", "a", "b")
    expect(await synced()).toEqual(["positions.sync done 1", "trades.sync done 1"])
    expect(await start()).toMatchObject({ code: 0 })
    expect(await synced()).toEqual(["positions.sync done 1", "trades.sync done 1"])
    await worked("KO", "c")
    expect(await synced()).toEqual(["positions.sync done 2", "trades.sync done 2"])
    await cleanup()
  })

  it("SYNC-9: a job whose worker is killed in the middle of it is done by the next daemon", async () => {
    const { cleanup, cli, folder, json, store, tws } = await books()
    const way = await door(Number(tws.value("IB_PORT")))
    const file = join(folder, "allowing.env")
    writeFileSync(file, `${readFileSync(tws.envFile, "utf8")}IB_ALLOWED=127.0.0.1:${way.port}\n`)
    const start = ["start", "--broker", "ibkr", "--env-file", file]
    await cli("accounts", "add", "paper", "--broker", "ibkr")
    const daemon = child([...start, "--store", store])
    await daemon.says(/Running/)
    const payload = JSON.stringify({ port: way.port, clientId: 9, connectTimeoutSeconds: 300 })
    await cli("jobs", "enqueue", "positions.sync", "--key", "k", "--payload", payload)
    const read = async () => Schema.decodeUnknownSync(Jobs)(await json("jobs", "list", "--key", "k")).items[0]
    await until(async () => (await read())?.status === "running")
    daemon.signal("SIGKILL")
    await daemon.ended
    expect(await read()).toMatchObject({ status: "running", tries: 1 })
    way.open()
    expect(await cli(...start, "--until-idle")).toMatchObject({ code: 0 })
    expect(await read()).toMatchObject({ status: "done", tries: 2 })
    way.close()
    await cleanup()
  })
})
