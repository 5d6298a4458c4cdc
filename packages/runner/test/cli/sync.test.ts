import { rmSync } from "node:fs"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { databases } from "./database.ts"
import { buys, desk } from "./roundlot.ts"
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
const Executions = Schema.Struct({ items: Schema.Array(Schema.Struct({ execId: Schema.String })) })
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
    cleanup,
    start: () => made.cli("start", "--until-idle", "--broker", "ibkr", ...at),
    exchange: (act: object, id: string) => made.plain(["exchange", "do", JSON.stringify({ id, do: act }), ...at]),
    /** The exchange's own id of its newest execution. */
    newest: async () => {
      const { out } = await made.plain(["exchange", "fills", "--json", ...at])
      return Schema.decodeUnknownSync(Schema.parseJson(Executions))(out).items.at(-1)?.execId
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
    const { cleanup, cli, exchange, file, fills, json, newest, start, sync, syncPositions } = await books(await place())
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
    expect((await exchange({ correct: { execId: await newest(), quantity: "2" } }, "c1")).code).toBe(0)
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
})
