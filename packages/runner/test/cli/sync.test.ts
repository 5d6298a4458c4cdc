import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { Sqlite } from "@roundlot/sqlite"
import { databases } from "./database.ts"
import { buys, desk, until } from "./roundlot.ts"
import { books } from "./synced.ts"

const { ask, fresh } = databases()

const Breaks = Schema.Struct({ items: Schema.Array(Schema.Struct({ kind: Schema.String })) })

const stores: ReadonlyArray<readonly [name: string, place: () => Promise<string | undefined>]> = [
  ["SQLite", async () => undefined],
  ["Postgres", fresh]
]

/** Drops a table behind the program's back. */
const dropIn = async (store: string, table: string): Promise<void> => {
  const text = `DROP TABLE ${table}`
  if (!store.startsWith("sqlite:")) return void (await ask(store, `${text} CASCADE`))
  const db = Sqlite.open(store.slice("sqlite:".length))
  db.exec("PRAGMA foreign_keys = OFF")
  db.exec(text)
  db.close()
}

describe.each(stores)("executions synced with Interactive Brokers, on %s", (_, place) => {
  it("SYNC-1, SYNC-2, SYNC-3, SYNC-8, SYNC-10, SYNC-15: the same window again changes nothing; a correction replaces, a hand-made order is adopted", async () => {
    const { booked, cleanup, cli, exchange, exchanged, file, fills, json, start, sync, syncPositions } = await books(
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
    const before = [await booked(), await fills(), await json("orders", "list")]
    expect(await sync()).toMatchObject({ fetched: 3, inserted: 0, updated: 0, canonicalChanges: 0, touchedOrders: 0 })
    expect([await booked(), await fills(), await json("orders", "list")]).toEqual(before)
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

  it("SYNC-1, SYNC-4, SYNC-13, F5: several executions are one order's; one that is busted counts no more", async () => {
    const { booked, cleanup, cli, exchange, exchanged, fills, json, start, sync } = await books(await place())
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
    const before = [await booked(), await fills(), await json("orders", "list")]
    expect(await sync()).toMatchObject({ inserted: 0, updated: 0, canonicalChanges: 0, touchedOrders: 0 })
    expect([await booked(), await fills(), await json("orders", "list")]).toEqual(before)
    expect(await json("audit")).toMatchObject({ ok: true })
    await cleanup()
  })

  it("SYNC-4: without a permId executions are of the order of our orderRef; those of people are each an order of its own", async () => {
    const { cleanup, cli, exchange, file, fills, json, start, sync } = await books(await place(), "--perm-ids", "never")
    await cli("trades", "import", file("t.csv", buys(["t1", "3"])), "--account", "paper")
    expect(await start()).toMatchObject({ code: 0 })
    for (const id of ["m1", "m2"])
      expect((await exchange({ manualOrder: { symbol: "KO", side: "buy", quantity: "5" } }, id)).code).toBe(0)
    expect(await sync()).toMatchObject({ fetched: 3, inserted: 2, touchedOrders: 2 })
    const booked = (await fills()).map(({ orderId, quantity }) => `${orderId} ${quantity}`)
    expect(booked).toEqual(["O1 3", "O2 5", "O3 5"])
    expect(await json("orders", "show", "O1")).toMatchObject({
      origin: "accumulation",
      status: "filled",
      filledQuantity: "3"
    })
    expect(await sync()).toMatchObject({ fetched: 3, inserted: 0, updated: 0, touchedOrders: 0 })
    expect(await fills()).toHaveLength(3)
    expect(await json("audit")).toMatchObject({ ok: true })
    await cleanup()
  })

  it.each(["accounts", "orders", "fills", "payloads"])(
    "SYNC-7: a store without the table of %s is told so by name, before TWS is connected to",
    async (table) => {
      const { cli, file, store } = desk(await place())
      await cli("accounts", "add", "paper", "--broker", "ibkr")
      await dropIn(store, `roundlot_${table}`)
      const nobody = file("nobody.env", "IB_PORT=1\n")
      for (const what of ["trades", "positions"]) {
        const { code, err } = await cli("sync", what, "--env-file", nobody)
        expect([code, err]).toEqual([
          1,
          expect.stringMatching(`tables that its migrations made are missing: ${table}\\.`)
        ])
      }
    }
  )
})
