import { describe, expect, it } from "vitest"
import { buys, desk, HEADER } from "./roundlot.ts"

const rows = (...lines: ReadonlyArray<string>): string => [HEADER, ...lines, ""].join("\n")

const at = "2026-01-02T15:00:00Z"

describe("what an auditor is given", () => {
  it("trades, allocations, fills and corrections of a period, with place and hash, as of any moment, and no formula", async () => {
    const { cli, file } = desk()
    await cli("trades", "import", file("rows.csv", buys(["=cmd()", "0.6"], ["t-2", "0.6"])), "--account", "paper")
    const [, before = ""] = /"position":(\d+)/.exec((await cli("journal", "head", "--json")).out) ?? []
    await cli("start", "--until-idle")
    await cli("trades", "reverse", "T1", "--reason", "=a mistake")
    const [header, ...rows] = (await cli("report", "trail")).out.trim().split("\r\n")
    expect(header).toBe("position,account,seq,hash,at,kind,event,record,actor,reason,body")
    const kinds = new Set(rows.map((row) => row.split(",")[5]))
    expect(kinds).toEqual(new Set(["trade", "allocation", "fill", "correction"]))
    for (const row of rows) {
      expect(row).toMatch(/^\d+,paper,\d+,[0-9a-f]{64},2\d{3}-/)
      expect(row.split(",")).not.toContain("=a mistake")
    }
    expect(rows.some((row) => row.includes("'=a mistake"))).toBe(true)
    const then = (await cli("report", "trail", "--as-of", before, "--json")).out.trim().split("\n")
    expect(then.map((line) => /"event":"(\w+)"/.exec(line)?.[1])).toEqual(["TradeAccepted", "TradeAccepted"])
    expect((await cli("report", "trail", "--until", "2000-01-01")).out.trim()).toBe(header)
    expect((await cli("report", "trail", "--since", "x")).code).not.toBe(0)
  })
})

describe("the report on hedging", () => {
  it("each trade has the price of its shares, its slippage, and the delays; by its allocations, with nothing counted twice", async () => {
    const { cli, file, json } = desk()
    await cli("exchange", "do", JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "101" } } }))
    const text = rows(
      `a,${at},AAPL,buy,0.6,100`,
      `b,${at},AAPL,buy,0.8,102`,
      `c,${at},MSFT,sell,0.5,300`,
      `=d,${at},AAPL,buy,0.1,`
    )
    await cli("trades", "import", file("trades.csv", text))
    await cli("start", "--until-idle")
    const report = await json("report", "hedging", "--since", "2026-01-01")
    const [a, b, c, d] = [
      { sourceId: "a", filled: "0.6", averagePrice: "101", slippage: "0.6", slippageBp: "100" },
      { sourceId: "b", filled: "0.4", averagePrice: "101", slippage: "-0.4", slippageBp: "-98.04" },
      { sourceId: "c", filled: "0", averagePrice: null, slippage: null, toOrderMs: null },
      { sourceId: "=d", filled: "0", price: null, slippage: null }
    ]
    expect(report).toMatchObject({ items: [a, b, c, d], nextCursor: null })
    const csv = await cli("report", "hedging", "--csv", "--symbol", "AAPL")
    const lines = csv.out.trimEnd().split("\n")
    expect(lines).toHaveLength(4)
    expect(lines[1]).toMatch(/^T1,paper,[^,]+,a,AAPL,buy,0\.6,100,/)
    expect(lines[3]).toContain("'=d")
    expect((await cli("report", "hedging", "--since", "2031-01-01")).out).toContain("None.")
  })

  it("an account that offsets pays on the other side: a purchase at its source is a sale of ours", async () => {
    const { cli, file, json } = desk()
    await cli("accounts", "add", "hedge", "--direction", "offset")
    await cli("exchange", "do", JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "99" } } }))
    await cli("trades", "import", file("trades.csv", rows(`a,${at},AAPL,buy,2,100`)), "--account", "hedge")
    await cli("start", "--until-idle")
    expect(await json("report", "hedging")).toMatchObject({
      items: [{ side: "buy", orderSide: "sell", averagePrice: "99", slippage: "2", slippageBp: "100" }]
    })
  })
})
