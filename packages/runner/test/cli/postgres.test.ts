import { describe, expect, it } from "vitest"
import { databases } from "./database.ts"
import { buys, child, desk, until } from "./roundlot.ts"

const { ask, fresh } = databases()

/** The sessions that the server has not seen the end of. */
const SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

describe("the main job on Postgres", () => {
  it("ACC-5, ACC-6, SDK-3: trades from a file become orders, fills and allocations, and the audit finds nothing", async () => {
    const { cli, file, json } = desk(await fresh())
    expect(await cli("orders", "list")).toMatchObject({ code: 1, err: expect.stringContaining("there is no store at") })
    const trades = file("a.csv", buys(["a", "0.3"], ["b", "0.5"], ["c", "0.4"]))
    const counts = { accepted: 3, duplicates: 0, conflicts: 0, quarantined: 0, rejected: 0 }
    expect(JSON.parse((await cli("trades", "import", trades, "--json")).out)).toEqual(counts)
    expect(JSON.parse((await cli("trades", "import", trades, "--json")).out)).toMatchObject({ duplicates: 3 })
    expect((await cli("start", "--until-idle")).code).toBe(0)
    expect(await json("orders", "list")).toMatchObject({
      items: [{ id: "O1", side: "buy", quantity: "1", status: "filled", filledQuantity: "1", averagePrice: "200" }]
    })
    const links = { items: [{ quantity: "0.3" }, { quantity: "0.5" }, { quantity: "0.2" }] }
    expect(await json("allocations", "list", "--order-id", "O1")).toMatchObject(links)
    expect(await json("positions", "show", "AAPL")).toMatchObject({
      residual: "0.2",
      next: { answer: { code: "NotDue" } }
    })
    expect(await json("audit")).toMatchObject({ ok: true, findings: [] })
    expect(await cli("doctor")).toMatchObject({ code: 0 })
  })

  it("a second daemon on the same database is refused, and names the first", async () => {
    const address = await fresh()
    const { place, plain } = desk(address)
    const first = child(["start", ...place])
    await first.says(/Running/)
    const second = await plain(["start", "--until-idle", ...place])
    expect(second).toMatchObject({ code: 1, err: expect.stringMatching(/is in use by process \d+ on /) })
    first.signal("SIGKILL")
    await first.ended
    await until(async () => (await ask(address, SESSIONS)).length === 0)
    expect(await plain(["start", "--until-idle", ...place])).toMatchObject({ code: 0 })
  })

  it("--dry-run shows what would be accepted and ordered, on a copy, and leaves the database as it is", async () => {
    const { cli, file, json } = desk(await fresh())
    const dry = async (text: string) =>
      JSON.parse((await cli("trades", "import", file("dry.csv", text), "--dry-run", "--json")).out)
    expect(await dry(buys(["a", "0.6"]))).toMatchObject({ accepted: 1, orders: [] })
    expect(await cli("trades", "list")).toMatchObject({ code: 1, err: expect.stringContaining("there is no store at") })
    await cli("trades", "import", file("a.csv", buys(["a", "0.6"])))
    const head = (await cli("journal", "head")).out
    const planned = { accepted: 1, duplicates: 1, orders: [{ symbol: "AAPL", side: "buy", quantity: "1" }] }
    expect(await dry(buys(["a", "0.6"], ["b", "0.6"]))).toMatchObject(planned)
    expect((await cli("journal", "head")).out).toBe(head)
    expect(await json("trades", "list")).toMatchObject({ items: [{ sourceId: "a" }] })
  })

  it("AUD-10: a password in the address is never shown", async () => {
    const address = "postgres://somebody:hunter2@127.0.0.1:1/books"
    for (const words of [["orders", "list"], ["doctor"], ["start", "--until-idle"]]) {
      const { err, out } = await desk(address).cli(...words)
      expect(err + out).toContain("postgres://127.0.0.1:1/books")
      expect(err + out).not.toContain("hunter2")
    }
  })
})
