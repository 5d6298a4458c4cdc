import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { buys, child, desk, HEADER, until } from "./roundlot.ts"

const TAPE = new URL("../../../../examples/tape/trades.csv", import.meta.url).pathname
const BAD_LINE = 790
const NOW = "2026-01-02T15:00:00Z"

/** The beginning of the bundled tape with its bad row, and how many trades and redeliveries that is. */
const beginning = (rows: number) => {
  const lines = readFileSync(TAPE, "utf8").split("\r\n")
  const kept = lines.slice(1, rows)
  const ids = new Set(kept.map((line) => line.split(",")[0]))
  return {
    text: [lines[0], ...kept, lines[BAD_LINE - 1], ""].join("\n"),
    trades: ids.size,
    redelivered: kept.length - ids.size
  }
}

const Positions = Schema.decodeUnknownSync(
  Schema.Struct({ items: Schema.NonEmptyArray(Schema.Struct({ answer: Schema.Struct({ code: Schema.String }) })) })
)

describe("the main job by the command line", () => {
  it("ACC-5, ACC-6: 0.3 + 0.5 + 0.4 is one order of 1 and 0.2 is carried; the next 0.8 takes the 0.2 first", async () => {
    const { cli, file, json } = desk()
    const first = await cli("trades", "import", file("a.csv", buys(["a", "0.3"], ["b", "0.5"], ["c", "0.4"])), "--json")
    expect(first.code).toBe(0)
    expect(JSON.parse(first.out)).toEqual({ accepted: 3, duplicates: 0, conflicts: 0, quarantined: 0, rejected: 0 })
    const [imported = ""] = (await cli("journal", "head")).out.split(":")
    const started = await cli("start", "--until-idle", "--json")
    expect(started.code).toBe(0)
    expect(JSON.parse(started.out)).toEqual({ idle: true, orders: [], positions: [], breaks: [] })
    expect(await json("orders", "list")).toMatchObject({
      items: [{ id: "O1", side: "buy", quantity: "1", status: "filled", filledQuantity: "1", averagePrice: "200" }],
      nextCursor: null
    })
    expect(await json("trades", "list", "--status", "completed")).toMatchObject({
      items: [{ sourceId: "a" }, { sourceId: "b" }, { sourceId: "c", openQuantity: "0.2", orderIds: ["O1"] }]
    })
    expect((await cli("trades", "list", "--limit", "1", "--count")).out).toMatch(/\n3 in all\.\nMore: --cursor /)
    const links = (orderId: string) => json("allocations", "list", "--order-id", orderId)
    expect(await links("O1")).toMatchObject({ items: [{ quantity: "0.3" }, { quantity: "0.5" }, { quantity: "0.2" }] })
    expect(await json("positions", "show", "aapl")).toMatchObject({
      residual: "0.2",
      next: { answer: { code: "NotDue" } }
    })

    await cli("trades", "add", "--id", "d", "--symbol", "AAPL", "--side", "buy", "--quantity", "0.8")
    expect((await cli("start", "--until-idle")).code).toBe(0)
    expect(await links("O2")).toMatchObject({
      items: [
        { sourceId: "c", quantity: "0.2" },
        { sourceId: "d", quantity: "0.8" }
      ]
    })
    expect(await json("audit")).toMatchObject({ ok: true, findings: [] })

    const early = await json("positions", "show", "AAPL", "--as-of", imported)
    expect(early).toMatchObject({ residual: "1.2", hedged: "0", orders: [], asOf: { position: Number(imported) } })
    expect(await cli("orders", "show", "O1", "--as-of", imported)).toMatchObject({ code: 1 })
    const unknown = await cli("orders", "show", "O1", "--as-of", "4000")
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("position 4000 does not exist") })
  })

  it("ACC-7: a rejected order leaves the position whole, shows its cool-down, and fills when that is over", async () => {
    const { cli, file, json, wait } = desk()
    const reject = { id: "r", when: { symbol: "AAPL" }, do: { reject: { code: "halted", words: "AAPL is halted" } } }
    expect(await json("exchange", "instruct", JSON.stringify(reject))).toMatchObject({ id: "r", remaining: 1 })
    await cli("trades", "import", file("a.csv", buys(["a", "0.3"], ["b", "0.9"])))
    const left = await cli("start", "--until-idle")
    expect(left.code).toBe(3)
    expect(left.out).toContain("position AAPL (paper): residual 1.2, Cooling down")
    expect(await json("orders", "show", "O1")).toMatchObject({
      status: "rejected",
      code: "halted",
      tradeIds: ["T1", "T2"]
    })
    expect(await json("positions", "show", "AAPL")).toMatchObject({
      residual: "1.2",
      coolDownUntil: expect.any(String),
      next: { answer: { code: "CoolingDown" }, order: null }
    })
    wait(31_000)
    expect((await cli("start", "--until-idle")).code).toBe(0)
    expect(await json("orders", "list", "--phase", "FILLED")).toMatchObject({ items: [{ id: "O2", quantity: "1" }] })
    expect(await json("audit")).toMatchObject({ ok: true })
  })

  it("ACC-2, SDK-3: a tape plays as it does in `npm start`; again, it is all duplicates", async () => {
    const { cli, file, json, store } = desk()
    const tape = beginning(400)
    const path = file("tape.csv", tape.text)
    const played = await child(["start", "--tape", path, "--until-idle", "--store", store]).ended
    expect(played.code).toBe(0)
    expect(played.out).toMatch(/trade {2}tape-000001 {2}sell 0\.5 AMZN/)
    expect(played.out).toContain('rejected  line 401: quantity "0.3.1" is not a plain decimal number')
    expect(tape.redelivered).toBeGreaterThan(0)
    expect(played.out).toContain(
      `${tape.trades} accepted, ${tape.redelivered} duplicates, 0 conflicts, 0 quarantined, 1 rejected`
    )
    expect(played.out).toContain("roundlot positions show AAPL")
    const again = await cli("trades", "import", path, "--source", "tape", "--json")
    expect(JSON.parse(again.out)).toEqual({
      accepted: 0,
      duplicates: tape.trades + tape.redelivered,
      conflicts: 0,
      quarantined: 0,
      rejected: 1
    })
    expect(again.code).toBe(3)
    expect(await json("audit")).toMatchObject({ ok: true, findings: [] })
    // Within the limits of a new account nothing waits, and nobody is needed.
    expect(await json("breaks", "list", "--status", "open")).toMatchObject({ items: [] })
    const { items } = Positions(await json("positions", "list"))
    expect(items.map(({ answer }) => answer.code)).toEqual(items.map(() => "NotDue"))
  })

  it("a tape with terms of orders has them refused by name, as an import does: it plays into positions", async () => {
    const { file, store } = desk()
    const rows = [`${HEADER},limit_price`, `a,${NOW},AAPL,buy,1,100,99`, `b,${NOW},AAPL,buy,1,100,`, ""].join("\n")
    const { code, out } = await child(["start", "--tape", file("t.csv", rows), "--until-idle", "--store", store]).ended
    expect(out).toMatch(/rejected {2}line 2: limit_price "99" applies only where each row is an order of its own/)
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("1 accepted, 0 duplicates") })
  })

  it("FILL-4: SIGTERM drains; what was taken is whole, and the rest is taken the next time", async () => {
    const { json, store } = desk()
    const daemon = child(["start", "--tape", TAPE, "--store", store])
    await daemon.says(/orders, \d+ fills/)
    daemon.signal("SIGTERM")
    const { code, err } = await daemon.ended
    expect(err).toContain("Shutting down: waiting for in-flight orders")
    expect(err).not.toMatch(/^\s+at /m)
    expect(code).toBe(0)
    expect(await json("audit")).toMatchObject({ ok: true, findings: [] })
    expect(await json("orders", "list", "--status", "submitting")).toMatchObject({ items: [] })
  })

  it("FILL-4: SIGTERM while a send is on its way waits for its answer and books it", async () => {
    const { cli, json, price, store } = desk()
    await price("KO")
    const slow = { id: "s", when: { symbol: "KO" }, do: { delay: { ms: 3000 } } }
    await cli("exchange", "instruct", JSON.stringify(slow))
    await cli("trades", "add", "--symbol", "KO", "--side", "buy", "--quantity", "2")
    const daemon = child(["start", "--store", store])
    await daemon.says(/Running/)
    await until(async () => (await cli("exchange", "orders")).out.includes("KO"))
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
    expect(await json("orders", "show", "O1")).toMatchObject({ attempts: [{ number: 1, outcome: "accepted" }] })
    expect(await json("audit")).toMatchObject({ ok: true, findings: [] })
  })

  it("a second daemon on a store is refused, naming the first", async () => {
    const { cli, store } = desk()
    const daemon = child(["start", "--store", store])
    await daemon.says(/Running/)
    const second = await cli("start", "--until-idle", "--json")
    expect(second.code).toBe(1)
    expect(JSON.parse(second.out)).toMatchObject({ error: { kind: "LeaseHeld" } })
    expect((await cli("trades", "add", "--symbol", "KO", "--side", "buy", "--quantity", "0.1")).code).toBe(0)
    daemon.signal("SIGINT")
    expect((await daemon.ended).code).toBe(0)
  })

  it("trades come from the standard input; bad rows give exit code 3 and a file of their own", async () => {
    const { folder, store } = desk()
    const rows = [HEADER, "a,2026-01-02T15:00:00Z,AAPL,buy,0.3,200", "b,2026-01-02T15:00:00Z,AAPL,buy,zero,200"]
    const { code, out } = await child(["trades", "import", "-", "--json", "--store", store], rows.join("\n"), folder)
      .ended
    expect(JSON.parse(out)).toEqual({ accepted: 1, duplicates: 0, conflicts: 0, quarantined: 0, rejected: 1 })
    expect(code).toBe(3)
  })
})
