import { createHash } from "node:crypto"
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
    await cli("exchange", "instruct", JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "101" } } }))
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
    expect((await cli("report", "hedging", "--wide")).out).toMatch(/TO ORDER +TO FILL\n[^]*T1 .* \d+\.\d d /)
    expect((await cli("report", "hedging", "--since", "2031-01-01")).out).toContain("None.")
  })

  it("C3: a confirmation has every execution of the orders that filled a trade, exact, also as of then, and no formula", async () => {
    const { cli, file, json } = desk()
    await cli("exchange", "instruct", JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "101.37" } } }))
    const text = [`${HEADER},owner`, `=a,${at},AAPL,buy,0.6,100,ann`, `b,${at},AAPL,buy,0.8,,bob`]
    await cli("trades", "import", file("trades.csv", [...text, ""].join("\n")))
    const [, before = ""] = /"position":(\d+)/.exec((await cli("journal", "head", "--json")).out) ?? []
    expect(await json("report", "confirmation", "T1")).toMatchObject({ filled: "0", orders: [], averagePrice: null })
    await cli("start", "--until-idle")
    const of = { orderId: "O1", filled: "1", notional: "101.37", unpriced: "0" }
    const executions = [{ fillId: "F1", quantity: "1", price: "101.37" }]
    expect(await json("report", "confirmation", "T2")).toMatchObject({
      tradeId: "T2",
      owner: "bob",
      filled: "0.4",
      averagePrice: "101.37",
      orders: [{ ...of, settled: "0.4", executions }]
    })
    expect((await cli("report", "confirmation", "T1")).out).toMatch(
      /\n\nexecutions\n {2}order id +fill id +exec id .*\n {2}O1 +F1 /
    )
    expect((await cli("trades", "show", "T1")).out).not.toMatch(/^(severity|standing) /m)
    const csv = await cli("report", "confirmation", "T1", "--csv")
    const [header = "", ...lines] = csv.out.trimEnd().split("\r\n")
    expect(lines).toHaveLength(1)
    const fields = new Map(header.split(",").map((name, i) => [name, lines[0]?.split(",")[i]]))
    expect(Object.fromEntries(fields)).toMatchObject({
      tradeId: "T1",
      sourceId: "'=a",
      owner: "ann",
      orderId: "O1",
      orderSettled: "0.6",
      orderNotional: "101.37",
      fillId: "F1",
      fillPrice: "101.37"
    })
    expect(csv.err).toContain(createHash("sha256").update(csv.out).digest("hex"))
    const then = (await cli("report", "confirmation", "T1", "--as-of", before, "--csv")).out.trimEnd().split("\r\n")
    expect(then).toHaveLength(2)
    expect(then[1]).not.toContain("O1")
    expect((await cli("report", "confirmation", "T9")).err).toContain("T9")
  })

  it("slippage of all symbols: each trade weighs by its dollars, and what is not known is counted", async () => {
    const { cli, file, json } = desk()
    await cli("accounts", "add", "paper")
    await cli("accounts", "add", "other")
    for (const [symbol, price] of [
      ["AAPL", "101"],
      ["MSFT", "290"]
    ])
      await cli("exchange", "instruct", JSON.stringify({ id: symbol, do: { price: { symbol, price } } }))
    const text = rows(
      `a,${at},AAPL,buy,0.6,100`,
      `b,${at},AAPL,buy,0.4,102`,
      `c,${at},MSFT,sell,1,300`,
      `d,${at},MSFT,sell,1,`,
      `e,${at},IBM,buy,0.5,200`
    )
    await cli("trades", "import", file("trades.csv", text), "--account", "paper")
    await cli("trades", "import", file("others.csv", rows(`f,${at},AAPL,buy,3,100`)), "--account", "other")
    await cli("start", "--until-idle")
    const ofAapl = { trades: 2, priced: 2, filled: "1", reference: "100.8", slippage: "0.2", slippageBp: "19.84" }
    const ofMsft = { trades: 2, priced: 1, filled: "2", reference: "300", slippage: "10", slippageBp: "333.33" }
    const ofOther = { trades: 1, priced: 1, filled: "3", reference: "300", slippage: "3", slippageBp: "100" }
    const total = { trades: 5, priced: 4, reference: "700.8", slippage: "13.2", slippageBp: "188.36" }
    expect(await json("report", "slippage")).toMatchObject({
      items: [
        { kind: "symbol", account: "other", symbol: "AAPL", currency: "USD", ...ofOther },
        { kind: "symbol", account: "paper", symbol: "AAPL", currency: "USD", ...ofAapl },
        { kind: "symbol", account: "paper", symbol: "MSFT", currency: "USD", ...ofMsft },
        { kind: "total", account: null, symbol: null, currency: "USD", ...total }
      ]
    })
    expect(await json("report", "slippage", "--account", "paper", "--symbol", "aapl", "--from", "today")).toMatchObject(
      {
        items: [
          { kind: "symbol", ...ofAapl },
          { kind: "total", account: "paper", ...ofAapl }
        ]
      }
    )
    const lines = (await cli("report", "slippage", "--csv")).out.trimEnd().split("\n")
    expect(lines).toHaveLength(5)
    expect(lines[2]).toMatch(/^symbol,paper,AAPL,USD,2,2,1,100\.8,0\.2,19\.84,/)
    expect((await cli("report", "slippage", "--to", "2020-01-01")).out).toContain(
      "No trades with fills were received in this period."
    )
    expect((await cli("report", "slippage", "--from", "yesterday")).err).toContain("is not a date such as")
  })

  it("of one owner: the trades that name it, and what their orders cost", async () => {
    const { cli, json } = desk()
    await cli("exchange", "instruct", JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "101" } } }))
    for (const owner of ["ann", "bob"])
      await cli("trades", "add", ..."--symbol AAPL --side buy --quantity 1 --price 100 --owner".split(" "), owner)
    await cli("start", "--until-idle")
    expect(await json("report", "hedging", "--owner", "bob")).toMatchObject({ items: [{ owner: "bob", filled: "1" }] })
    expect((await cli("report", "hedging", "--owner", "ann", "--csv")).out).toMatch(/,owner\r?\n[^\n]*,ann\r?\n$/)
    expect(await json("report", "slippage", "--owner", "ann")).toMatchObject({
      items: [{ kind: "symbol", trades: 1, slippage: "1" }, { kind: "total" }]
    })
    expect(await json("report", "slippage", "--owner", "cleo")).toMatchObject({ items: [] })
  })

  it("an account that offsets pays on the other side: a purchase at its source is a sale of ours", async () => {
    const { cli, file, json } = desk()
    await cli("accounts", "add", "hedge", "--direction", "offset")
    await cli("exchange", "instruct", JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "99" } } }))
    await cli("trades", "import", file("trades.csv", rows(`a,${at},AAPL,buy,2,100`)), "--account", "hedge")
    await cli("start", "--until-idle")
    expect(await json("report", "hedging")).toMatchObject({
      items: [{ side: "buy", orderSide: "sell", averagePrice: "99", slippage: "2", slippageBp: "100" }]
    })
  })
})
