import { describe, expect, it } from "vitest"
import { databases } from "./database.ts"
import { buys, child, desk } from "./roundlot.ts"

const { fresh } = databases()

type Desk = ReturnType<typeof desk>

const idle = ({ cli }: Desk, ...more: ReadonlyArray<string>) =>
  cli("start", "--until-idle", "--account", "paper", ...more)

let instructed = 0

const tell = async ({ cli }: Desk, act: object) =>
  expect(await cli("exchange", "instruct", JSON.stringify({ id: `i${++instructed}`, do: act }))).toMatchObject({
    code: 0
  })

/** Two shares were bought and filled just now. */
const justBought = async (): Promise<Desk> => {
  const place = desk()
  await place.cli("trades", "import", place.file("trades.csv", buys(["a", "1.5"], ["b", "0.5"])))
  expect((await idle(place)).code).toBe(0)
  return place
}

/** Two shares were bought and filled a while ago. */
const bought = async (): Promise<Desk> => {
  const place = await justBought()
  // What was filled within the last seconds is not judged by a reading.
  place.wait(10_000)
  return place
}

describe("books and broker", () => {
  it("SYNC-15, P4: symbol by symbol, differences first with their breaks, and each reconciliation with its outcome", async () => {
    const place = await bought()
    await place.cli("reconcile")
    await tell(place, { holding: { symbol: "KO", quantity: "7" } })
    expect((await place.cli("reconcile")).code).toBe(3)
    const breaks = Object(await place.json("breaks", "list"))
    const id: unknown = breaks.items[0].id
    const ko = { symbol: "KO", outcome: "differs", ours: "0", theirs: "7", difference: "7", breakId: id }
    const aapl = {
      symbol: "AAPL",
      outcome: "agrees",
      ours: "2",
      theirs: "2",
      difference: "0",
      breakId: null,
      reason: null
    }
    const all = Object(await place.json("reconciliation", "list"))
    expect(all).toMatchObject({ items: [ko, aapl] })
    expect(all.items[0].comparedAt).toBe(all.items[1].comparedAt)
    const first = Object(await place.json("reconciliation", "list", "--limit", "1"))
    expect(first).toMatchObject({ items: [ko] })
    const next = ["reconciliation", "list", "--limit", "1", "--cursor", String(first.nextCursor)] as const
    expect(await place.json(...next)).toMatchObject({ items: [aapl], nextCursor: null })
    expect(await place.json("reconciliation", "list", "--outcome", "agrees")).toMatchObject({ items: [aapl] })
    expect(await place.json("reconciliation", "list", "--symbol", "ko")).toMatchObject({ items: [ko] })
    const runs = Object(await place.json("reconciliation", "runs"))
    expect(runs.items.at(-1)).toMatchObject({ outcome: "differed", agreed: 1, differing: 1, opened: 1 })
    expect(runs.items.at(-2)).toMatchObject({ outcome: "agreed", agreed: 1, differing: 0, opened: 0 })
    const differed = ["reconciliation", "runs", "--outcome", "differed", "--count"] as const
    expect(await place.json(...differed)).toMatchObject({ items: [{ opened: 1 }], count: { kind: "exactly", rows: 1 } })
    expect((await place.cli("reconciliation", "list")).out).toMatch(/KO +differs +0 +7 +7 /)
    expect((await place.cli("reconciliation", "runs")).out).toMatch(/differed +1 +1/)
    expect((await place.cli("reconciliation", "runs", "--outcome", "well")).code).toBe(2)
  })

  it("P1: agree after the main job; comparing twice writes nothing", async () => {
    const place = await bought()
    const before: unknown = await place.json("journal", "head")
    const compared = await place.cli("reconcile", "--json")
    expect(compared.code).toBe(0)
    expect(JSON.parse(compared.out)).toMatchObject({
      items: [{ account: "paper", agreed: 1, holdings: [], problem: null }]
    })
    await place.cli("reconcile")
    expect(await place.json("journal", "head")).toEqual(before)
  })

  it("a trade made by hand is adopted while nobody looked; books and broker agree, and the audit finds nothing", async () => {
    const place = await bought()
    await tell(place, { manualOrder: { symbol: "AAPL", side: "buy", quantity: "3" } })
    expect((await idle(place)).code).toBe(0)
    expect(await place.json("positions", "show", "AAPL")).toMatchObject({ hedged: "2", adopted: "3", breaks: [] })
    expect(await place.json("reconcile")).toMatchObject({ items: [{ agreed: 1, holdings: [] }] })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it("P4: shares that came without an order hold their symbol; a dry run writes nothing; as base nothing else moves", async () => {
    const place = await bought()
    await tell(place, { holding: { symbol: "AAPL", quantity: "7" } })
    const before: unknown = await place.json("journal", "head")
    const looked = await place.cli("reconcile", "--dry-run", "--json")
    expect(looked.code).toBe(3)
    const why = "books 2 (hedged 2), broker 7 (+5)"
    const holdings = [{ symbol: "AAPL", outcome: "differs", ours: "2", theirs: "7", why }]
    expect(JSON.parse(looked.out)).toMatchObject({ dryRun: true, items: [{ holdings }] })
    expect(await place.json("journal", "head")).toEqual(before)
    const held = await idle(place, "--json")
    expect(held.code).toBe(3)
    expect(JSON.parse(held.out)).toMatchObject({ breaks: [{ kind: "PositionDiffers", symbol: "AAPL", evidence: why }] })
    const adjust = ["positions", "adjust", "AAPL", "--as", "base", "--reason", "transferred in"] as const
    expect(await place.json(...adjust, "--dry-run")).toMatchObject({
      by: "5",
      now: { code: "NotDue" },
      after: { code: "NotDue" }
    })
    expect(
      await place.json("positions", "adjust", "AAPL", "--as", "hedged", "--reason", "x", "--dry-run")
    ).toMatchObject({
      by: "5",
      after: { code: "Order", side: "sell", quantity: "5" }
    })
    expect((await place.cli(...adjust)).code).toBe(2)
    expect(await place.json(...adjust, "--yes")).toMatchObject({ done: "AAPL is adjusted by +5 as base" })
    const compared = await place.cli("reconcile", "--json")
    expect(compared.code).toBe(0)
    expect(await place.json("positions", "show", "AAPL")).toMatchObject({ base: "5", hedged: "2", breaks: [] })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it("P4: what is accepted as hedged is ordered back, once", async () => {
    const place = await bought()
    await tell(place, { holding: { symbol: "AAPL", quantity: "7" } })
    await place.cli("reconcile")
    await place.cli("positions", "adjust", "AAPL", "--as", "hedged", "--reason", "ours", "--price", "200", "--yes")
    expect((await idle(place)).code).toBe(0)
    expect(await place.json("positions", "show", "AAPL")).toMatchObject({ hedged: "2", residual: "0", breaks: [] })
    expect(await place.json("orders", "list", "--status", "filled")).toMatchObject({
      items: [{ side: "buy" }, { origin: "external" }, { side: "sell", quantity: "5" }]
    })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it.each(["SQLite", "Postgres"])(
    "P9: a split is proposed, shown by a dry run, accepted on an operator's word, and what is owed then is ordered, on %s",
    async (store) => {
      const place = desk(store === "Postgres" ? await fresh() : undefined)
      await place.cli("trades", "import", place.file("trades.csv", buys(["a", "1.5"], ["b", "0.7"])))
      expect((await idle(place)).code).toBe(0)
      place.wait(10_000)
      await tell(place, { holding: { symbol: "AAPL", quantity: "20" } })
      const held = await place.cli("reconcile", "--json")
      expect([held.code, held.out]).toEqual([3, expect.stringContaining("a split of 10 for 1 would explain it")])
      const accept = ["positions", "split", "AAPL", "--to", "10", "--from", "1", "--reason", "announced"] as const
      expect(await place.json(...accept, "--dry-run")).toMatchObject({
        holds: "2",
        now: { code: "NotDue" },
        after: { code: "Order", side: "buy", quantity: "2" }
      })
      expect(await place.json("positions", "show", "AAPL")).toMatchObject({ hedged: "2" })
      expect((await place.cli(...accept)).code).toBe(2)
      expect(
        (await place.cli("positions", "split", "AAPL", "--to", "0", "--from", "1", "--reason", "x", "--yes")).code
      ).toBe(2)
      expect(await place.json(...accept, "--yes")).toMatchObject({
        done: "AAPL of paper is split 10 for 1: the books hold 20"
      })
      expect((await place.cli("reconcile")).code).toBe(0)
      expect((await idle(place)).code).toBe(0)
      const [target, hedged] = ["22", "22"]
      expect(await place.json("positions", "show", "AAPL")).toMatchObject({ target, hedged, residual: "0", breaks: [] })
      expect(await place.json("audit")).toMatchObject({ ok: true })
    }
  )

  it("an account that was used before is held until what it holds was declared", async () => {
    const place = desk()
    await tell(place, { holding: { account: "paper", symbol: "MSFT", quantity: "4" } })
    await place.cli("trades", "import", place.file("trades.csv", buys(["a", "1.5"])))
    const held = await idle(place, "--json")
    expect(held.code).toBe(3)
    expect(JSON.parse(held.out)).toMatchObject({ positions: [{ symbol: "AAPL", answer: { code: "Halted" } }] })
    expect(await place.json("breaks", "list")).toMatchObject({ items: [{ kind: "ForeignPosition", symbol: "MSFT" }] })
    const adopt = ["account", "adopt", "--reason", "held since last year"] as const
    expect((await place.cli(...adopt)).code).toBe(2)
    expect(await place.json(...adopt, "--dry-run")).toMatchObject({ holdings: [{ symbol: "MSFT", theirs: "4" }] })
    expect(await place.json(...adopt, "--yes")).toMatchObject({
      done: "account paper is adopted; opening balance: 4 MSFT"
    })
    expect((await idle(place)).code).toBe(0)
    expect(await place.json("orders", "list")).toMatchObject({ items: [{ symbol: "AAPL", status: "filled" }] })
    expect(await place.json("breaks", "list", "--status", "open")).toMatchObject({ items: [] })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it("an order is read at the broker when it is asked for", async () => {
    const place = await bought()
    expect(await place.json("orders", "recheck", "O1")).toMatchObject({ id: "O1", status: "filled" })
    expect((await place.cli("orders", "recheck", "O9")).code).toBe(1)
  })

  it("while a daemon drives the account, it compares and asks, and its answer is waited for", async () => {
    const place = await justBought()
    await tell(place, { holding: { symbol: "MSFT", quantity: "4" } })
    const daemon = child(["start", "--log", "json", ...place.place])
    await daemon.says(/roundlot is up/)
    const compared = await place.cli("reconcile", "--json")
    expect(compared.code).toBe(3)
    expect(JSON.parse(compared.out)).toMatchObject({ items: [{ holdings: [{ symbol: "MSFT", outcome: "foreign" }] }] })
    expect(await place.json("orders", "recheck", "O1")).toMatchObject({ id: "O1", status: "filled" })
    expect(await place.json("jobs", "list", "--type", "reconcile")).toMatchObject({ items: [{ status: "done" }] })
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
  })

  it("P9: a symbol that is gone is proposed as a change; accepted, the position goes on under the new one", async () => {
    const place = await bought()
    await tell(place, { holding: { symbol: "AAPL", quantity: "0" } })
    await tell(place, { holding: { symbol: "APPL2", quantity: "2" } })
    const why = "books 2 (hedged 2), broker 0 (-2); a symbol change to APPL2 would explain it"
    expect((await place.cli("reconcile")).code).toBe(3)
    expect(await place.json("breaks", "list")).toMatchObject({
      items: [
        { kind: "PositionDiffers", symbol: "AAPL", evidence: why },
        { kind: "ForeignPosition", symbol: "APPL2" }
      ]
    })
    const rename = ["positions", "rename", "AAPL", "--to", "APPL2", "--reason", "announced"] as const
    const before: unknown = await place.json("journal", "head")
    expect(await place.json(...rename, "--dry-run")).toMatchObject({
      holds: "2",
      now: { code: "NotDue" },
      refused: null
    })
    expect(await place.json("journal", "head")).toEqual(before)
    expect((await place.cli(...rename)).code).toBe(2)
    expect(await place.json(...rename, "--yes")).toMatchObject({ to: "APPL2", dryRun: false })
    expect((await place.cli("reconcile")).code).toBe(0)
    expect(await place.json("positions", "show", "AAPL")).toMatchObject({ hedged: "2", breaks: [] })
    await place.cli("trades", "add", "--symbol", "APPL2", "--side", "buy", "--quantity", "1")
    expect((await idle(place)).code).toBe(0)
    expect(await place.json("positions", "list")).toMatchObject({ items: [{ symbol: "AAPL", hedged: "3" }] })
    expect(await place.json("exchange", "orders")).toMatchObject({
      items: [{ symbol: "AAPL" }, { symbol: "APPL2", quantity: "1", status: "filled" }]
    })
    place.wait(10_000)
    expect((await place.cli("reconcile")).code).toBe(0)
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it("write-off: a rest that can never trade is owed no more, with its reason; what was handed in stays", async () => {
    const place = desk()
    await place.cli("trades", "import", place.file("trades.csv", buys(["a", "1.4"])))
    expect((await idle(place)).code).toBe(0)
    const off = ["positions", "write-off", "AAPL", "--reason", "delisted"] as const
    expect(await place.json(...off, "--dry-run")).toMatchObject({
      holds: "1",
      after: { code: "NotDue" },
      refused: null
    })
    expect(await place.json("positions", "show", "AAPL")).toMatchObject({ residual: "0.4" })
    expect(await place.json(...off, "--quantity", "0.5", "--dry-run")).toMatchObject({
      refused: "AAPL of paper has a residual of 0.4; 0.5 is more than that"
    })
    expect((await place.cli(...off)).code).toBe(2)
    expect(await place.json(...off, "--yes")).toMatchObject({ done: "0.4 AAPL of paper are written off by trade T2" })
    expect(await place.json("positions", "show", "AAPL")).toMatchObject({ exposure: "1.4", target: "1", residual: "0" })
    expect(await place.json("trades", "show", "T2")).toMatchObject({ kind: "write_off", reason: "delisted" })
    expect(await place.json("audit")).toMatchObject({ ok: true })
  })

  it("retry: a cancelled order is made anew, linked to it, once", async () => {
    const place = desk()
    await place.cli("trades", "import", place.file("trades.csv", buys(["a", "1"])))
    await place.cli("instruments", "confirm", "AAPL", "--reason", "test")
    await place.cli("orders", "cancel", "O1", "--reason", "not now")
    const retry = ["orders", "retry", "O1", "--reason", "now", "--yes", "--command-id", "r1"] as const
    expect(await place.json(...retry)).toMatchObject({ done: "O2 replaces O1" })
    expect(await place.json(...retry)).toMatchObject({ done: "O2 replaces O1" })
    expect(await place.json("orders", "show", "O2")).toMatchObject({ status: "pending", retryOf: "O1" })
  })
})
