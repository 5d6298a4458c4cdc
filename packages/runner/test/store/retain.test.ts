import { describe, expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { buys, desk } from "../cli/roundlot.ts"

const { fresh } = databases()
const DAY = 86_400_000

describe.each(["SQLite", "Postgres"])("retention of payloads on %s", (kind) => {
  it("old bytes go, their hashes stay; what an order that goes on said is kept; the audit counts", async () => {
    const { cli, file, json, wait } = desk(kind === "SQLite" ? undefined : await fresh())
    await cli("trades", "import", file("a.csv", buys(["a", "1"])))
    expect((await cli("start", "--until-idle")).code).toBe(0)
    await cli("exchange", "instruct", JSON.stringify({ id: "open", when: { symbol: "AAPL" }, do: { accept: {} } }))
    await cli("trades", "import", file("b.csv", buys(["b", "1"])))
    expect((await cli("start", "--until-idle")).code).toBe(3)
    const orders = await json("orders", "list")
    expect(orders).toMatchObject({ items: [{ status: "filled" }, { status: "submitted" }] })
    const retain = (...words: ReadonlyArray<string>) =>
      json("store", "retain", "--payloads-older-than", "90d", ...words)
    expect(await retain()).toMatchObject({ payloads: 0, kept: 0, done: true })
    wait(91 * DAY)
    const planned = { payloads: expect.any(Number), bytes: expect.any(Number), kept: 2 }
    expect(await retain("--plan")).toEqual({ ...planned, done: false })
    expect(await retain("--dry-run")).toEqual({ ...planned, done: false })
    expect(await json("audit")).toMatchObject({ ok: true, archived: 0 })
    const hashes = async () => (await cli("orders", "show", "O1", "--json")).out.match(/"[0-9a-f]{64}"/g)
    const before = await hashes()
    expect(before?.length).toBeGreaterThanOrEqual(2)
    expect(await json("attempts", "show", "S1")).toMatchObject({ request: { body: expect.any(String) } })
    const dropped = JSON.parse((await cli("store", "retain", "--payloads-older-than", "90d", "--json")).out)
    expect(dropped).toMatchObject({ kept: 2, done: true })
    expect(dropped.payloads).toBeGreaterThanOrEqual(2)
    expect(dropped.bytes).toBeGreaterThan(0)
    expect(await json("audit")).toMatchObject({ ok: true, findings: [], archived: dropped.payloads })
    expect(await json("attempts", "show", "S1")).toMatchObject({ request: { body: null } })
    expect(await hashes()).toEqual(before)
    expect(await retain()).toMatchObject({ payloads: 0, kept: 2 })
    expect(await cli("store", "retain", "--payloads-older-than", "soon")).toMatchObject({ code: 2 })
  })
})
