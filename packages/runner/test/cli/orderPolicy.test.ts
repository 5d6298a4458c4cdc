import { describe, expect, it } from "vitest"
import { desk } from "./roundlot.ts"

describe("how orders of an account leave, by the command line", () => {
  it("FILL-16: is said of an account term by term, shown in its list, and refused where its broker takes no such orders", async () => {
    const { cli, json } = desk()
    const add = (...words: ReadonlyArray<string>) => json("accounts", "add", "hedge", ...words)
    const ladder = { limitOffsetBp: [5, 20], lifeSeconds: 60 }
    expect(await add("--limit-offset-bp", "5,20", "--order-life", "60")).toMatchObject({ order: ladder })
    const evening = { ...ladder, session: "extended", timeInForce: "gtc" }
    expect(await add("--session", "extended", "--time-in-force", "gtc")).toMatchObject({ order: evening })
    expect((await cli("accounts", "list")).out).toContain("limit 5, 20 bp for 60 s, gtc, extended")
    expect(await add("--lot", "2")).toMatchObject({ lot: "2", order: evening })
    const market = await cli("accounts", "add", "hedge", "--limit-offset-bp", "none")
    expect(market.err).toContain("the broker takes no market gtc orders in the extended session")
    expect(await add("--limit-offset-bp", "none", "--session", "regular")).toMatchObject({
      order: { session: "regular", timeInForce: "gtc" }
    })
    const decided = await json("decide", "--symbol", "AAPL", "--side", "buy", "--quantity", "1")
    expect(decided).toMatchObject({ timeInForce: "gtc", session: "regular" })
  })

  it("FILL-16: of an account that the configuration names is said there alone, and what cannot be makes no store", async () => {
    const { cli, file, json } = desk()
    const wrong = await cli("accounts", "add", "hedge", "--session", "night")
    expect(wrong.err).toContain("session (regular, extended)")
    expect((await cli("accounts", "list")).code).not.toBe(0)
    const config = file("named.json", JSON.stringify({ accounts: { hedge: { order: { timeInForce: "gtc" } } } }))
    const named = ["accounts", "add", "hedge", "--config", config]
    expect((await cli(...named, "--session", "regular")).err).toContain("change accounts.hedge.order there")
    expect(await json(...named, "--lot", "2")).toMatchObject({ lot: "2" })
  })

  it("C6: an account divides fills by a key of owners: it needs weights, each owner once, and shows them", async () => {
    const { cli, json } = desk()
    const add = (...words: ReadonlyArray<string>) => json("accounts", "add", "pool", ...words)
    const failed = async (...words: ReadonlyArray<string>) => (await cli("accounts", "add", "pool", ...words)).err
    expect(await failed("--allocation", "key")).toContain("allocationKey: is missing, and allocation is key")
    expect(await failed("--allocation-key", "ann=0")).toContain("expected OWNER=WEIGHT")
    expect(await failed("--allocation-key", "ann=1,ann=2")).toContain("expected each owner once")
    const allocationKey = ["ann=60", "bob=40"]
    const added = await add("--allocation", "key", "--allocation-key", allocationKey.join(","))
    expect(added).toMatchObject({ allocation: "key", allocationKey })
    expect(await failed("--allocation-key", "none")).toContain("allocationKey: is missing")
    const without = await add("--allocation", "fifo", "--allocation-key", "none")
    expect(without).toMatchObject({ allocation: "fifo", allocationKey: null })
  })

  it("D9: an account collects until its cut-offs: what is due waits and says until when; without cut-offs it does not", async () => {
    const { cli, json } = desk()
    const add = (...words: ReadonlyArray<string>) => json("accounts", "add", "pool", ...words)
    const wrong = await cli("accounts", "add", "pool", "--cut-offs", "noon")
    expect(wrong.err).toContain("cutOffs")
    expect(wrong.err).toContain("expected HH:MM in New York, 'open', 'open+5m', 'close-10m' or 'every 30m'")
    const cutOffs = ["close-10m", "every 30m"]
    expect(await add("--cut-offs", cutOffs.join(","))).toMatchObject({ cutOffs })
    await json("trades", "add", "--account", "pool", "--symbol", "AAPL", "--side", "buy", "--quantity", "2.5")
    const shown = () => json("positions", "show", "AAPL", "--account", "pool")
    const waiting = await shown()
    expect(waiting).toMatchObject({ answer: { code: "Collecting" }, residual: "2.5" })
    const next = String(Reflect.get(Object(waiting), "nextCutOff"))
    expect(Date.parse(next)).toBeGreaterThan(Date.now())
    const why = `the account collects trades; an order to buy 2 is due at the next cut-off, at ${next}`
    expect(waiting).toMatchObject({ next: { why } })
    expect(await add("--cut-offs", "none")).toMatchObject({ cutOffs: null })
    expect(await shown()).toMatchObject({
      answer: { code: "Refused", control: "InstrumentUnverified" },
      nextCutOff: null
    })
  })
})
