import { createHash } from "node:crypto"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { desk } from "./roundlot.ts"
import { traded } from "./traded.ts"

const Row = Schema.parseJson(
  Schema.Struct({
    kind: Schema.String,
    account: Schema.String,
    symbol: Schema.NullOr(Schema.String),
    method: Schema.String,
    side: Schema.NullOr(Schema.String),
    date: Schema.NullOr(Schema.String),
    quantity: Schema.NullOr(Schema.String),
    openedBy: Schema.NullOr(Schema.String),
    closedBy: Schema.NullOr(Schema.String),
    cost: Schema.NullOr(Schema.String),
    proceeds: Schema.NullOr(Schema.String),
    feesKnown: Schema.NullOr(Schema.Boolean),
    profit: Schema.NullOr(Schema.String),
    turnover: Schema.NullOr(Schema.String),
    unknownProfits: Schema.NullOr(Schema.Number),
    washShares: Schema.NullOr(Schema.String),
    washBy: Schema.NullOr(Schema.String),
    note: Schema.NullOr(Schema.String)
  })
)

const decode = Schema.decodeUnknownSync(Row)
const rowsOf = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => decode(line))

describe("what an accountant is given", () => {
  it("LOT-4: closings, lots and sums by each method; a loss that was replaced; the hash of the file", async () => {
    const at = desk()
    const { cli } = at
    await traded(at, ["buy", "10", "100"], ["buy", "5", "120"], ["sell", "12", "90"])
    const { err, out } = await cli("report", "profit", "--json")
    expect(err).toContain(createHash("sha256").update(out).digest("hex"))
    const rows = rowsOf(out)
    expect(rows.map(({ kind }) => kind)).toEqual(["closing", "closing", "lot", "symbol", "day", "total"])
    expect(rows).toMatchObject([
      { openedBy: "F1", closedBy: "F3", quantity: "10", cost: "1000", proceeds: "900", profit: "-100", washBy: "F2 3" },
      { openedBy: "F2", closedBy: "F3", quantity: "2", cost: "240", proceeds: "180", profit: "-60", washBy: null },
      { openedBy: "F2", closedBy: null, quantity: "3", cost: "360", side: "long" },
      { symbol: "AAPL", quantity: "3", cost: "360", profit: "-160", feesKnown: false },
      { symbol: null, profit: "-160" },
      { symbol: null, profit: "-160", unknownProfits: 0 }
    ])
    const profits = async (method: string) =>
      rowsOf((await cli("report", "profit", "--json", "--method", method)).out).at(-1)?.profit
    expect([await profits("lifo"), await profits("hifo"), await profits("average")]).toEqual(["-220", "-220", "-200"])
    const csv = await cli("report", "profit", "--csv")
    expect(csv.out.split("\r\n")[1]).toMatch(/^closing,paper,AAPL,fifo,2\d{3}-\d\d-\d\d,long,10,/)
    expect(csv.err).toContain(createHash("sha256").update(csv.out).digest("hex"))
    expect((await cli("report", "profit")).out).toMatch(
      /AAPL +USD +3 +360\.00 +120\.00 +90\.00 +270\.00 +-90\.00 +0\.00 \+ \? +-160\.00 +2680\.00 /
    )
  })

  it("LOT-4: without a method that of the account counts, as it was set at the moment; another may be asked for", async () => {
    const at = desk()
    const { cli } = at
    await traded(at, ["buy", "10", "100"], ["buy", "5", "120"], ["sell", "12", "90"])
    const [, before = ""] = /"position":(\d+)/.exec((await cli("journal", "head", "--json")).out) ?? []
    const set = await cli("accounts", "add", "paper", "--lot-method", "average", "--json")
    expect(set).toMatchObject({ code: 0, out: expect.stringContaining('"lotMethod":"average"') })
    const last = async (...asked: ReadonlyArray<string>) =>
      rowsOf((await cli("report", "profit", "--json", ...asked)).out).at(-1)
    expect(await last()).toMatchObject({ method: "average", profit: "-200" })
    expect(await last("--method", "fifo")).toMatchObject({ method: "fifo", profit: "-160" })
    expect(await last("--as-of", before)).toMatchObject({ method: "fifo", profit: "-160" })
    // Another setting keeps it.
    await cli("accounts", "add", "paper", "--crossing", "wait")
    expect(await last()).toMatchObject({ method: "average" })
    expect((await cli("audit")).code).toBe(0)
    const wrong = await cli("accounts", "add", "paper", "--lot-method", "best")
    expect([wrong.code === 0, wrong.err]).toEqual([false, expect.stringMatching(/lotMethod.*fifo.*average/)])
  })

  it("LOT-2, LOT-6, LOT-7: a correction, a split and declared shares; as of any moment", async () => {
    const at = desk()
    const { cli } = at
    await traded(at, ["buy", "10", "100"])
    const [, before = ""] = /"position":(\d+)/.exec((await cli("journal", "head", "--json")).out) ?? []
    const [, execId = ""] = /"execId":"([^"]+)"/.exec((await cli("fills", "list", "--json")).out) ?? []
    await cli("exchange", "instruct", JSON.stringify({ id: "c", do: { correct: { execId, price: "101" } } }))
    await cli("sync", "trades")
    await cli("positions", "adjust", "AAPL", "--as", "base", "--by", "2", "--reason", "held before", "--yes")
    await cli("positions", "split", "AAPL", "--to", "2", "--from", "1", "--reason", "announced", "--yes")
    const rows = rowsOf((await cli("report", "profit", "--json")).out)
    expect(rows).toMatchObject([
      { kind: "lot", openedBy: "F2", quantity: "20", cost: "1010" },
      { kind: "lot", openedBy: null, quantity: "4", cost: null },
      { kind: "correction", openedBy: "F1", closedBy: "F2", note: "buy: 10 at 100, now 10 at 101" },
      { kind: "symbol", quantity: "24", cost: null, profit: "0" },
      { kind: "day" },
      { kind: "total" }
    ])
    const then = rowsOf((await cli("report", "profit", "--json", "--as-of", before)).out)
    expect(then[0]).toMatchObject({ kind: "lot", openedBy: "F1", quantity: "10", cost: "1000" })
  })

  it("LOT-11: sums of every day, symbol and account; bought and sold are both turnover", async () => {
    const at = desk()
    const { cli } = at
    await traded(at, ["buy", "10", "100"], ["sell", "4", "110"], ["sell", "2", "50", "MSFT"])
    await cli("accounts", "add", "second")
    const [closing] = rowsOf((await cli("report", "profit", "--account", "paper", "--json")).out)
    const date = closing?.date ?? "none"
    const by = async (...words: ReadonlyArray<string>) =>
      rowsOf((await cli("report", "profit", "--json", "--by", ...words)).out)
    const total = { kind: "total", account: "paper", symbol: null, profit: "40", turnover: "1540" }
    const ofSecond = { kind: "total", account: "second", profit: "0", turnover: "0" }
    const aapl = { symbol: "AAPL", profit: "40", turnover: "1440" }
    const msft = { symbol: "MSFT", profit: "0", turnover: "100" }
    const each = (kind: string, rest: object) => [aapl, msft].map((sums) => ({ kind, ...sums, ...rest }))
    expect(await by("symbolDay")).toMatchObject([...each("symbolDay", { date }), total, ofSecond])
    expect(await by("day")).toMatchObject([{ ...total, kind: "day", date, feesKnown: false }, total, ofSecond])
    expect(await by("symbol")).toMatchObject([...each("symbol", { date: null }), total, ofSecond])
    expect(await by("account")).toMatchObject([total, ofSecond])
    expect(await by("account", "--account", "second")).toMatchObject([ofSecond])
    expect(await by("day", "--symbol", "AAPL", "--from", "2200-01-01")).toMatchObject([{ turnover: "0" }, ofSecond])
    expect((await cli("report", "profit", "--by", "day")).out).toMatch(
      new RegExp(`^ACCOUNT +DATE +SYMBOL .*\\npaper +${date} +day +USD +0\\.00 \\+ \\? +40\\.00 +1540\\.00`)
    )
    const wrong = await cli("report", "profit", "--by", "week")
    expect([wrong.code, wrong.out, wrong.err]).toEqual([2, "", expect.stringContaining("symbolDay")])
    expect((await cli("report", "profit", "--by", "day", "--symbol", "KO")).code).toBe(1)
    expect((await cli("report", "profit", "--json")).err).toContain("paper")
  })

  it("LOT-6: what is paid out in lieu at a joining is sold in the shares after it", async () => {
    const at = desk()
    const { cli } = at
    await traded(at, ["buy", "10", "100"])
    const inLieu = ["--cash-in-lieu", "0.333333333333", "--price", "300"]
    const split = [
      "positions",
      "split",
      "AAPL",
      "--to",
      "1",
      "--from",
      "3",
      ...inLieu,
      "--reason",
      "announced",
      "--yes"
    ]
    expect((await cli(...split)).err).toBe("")
    expect(rowsOf((await cli("report", "profit", "--json")).out)).toMatchObject([
      { kind: "closing", quantity: "0.333333333333", proceeds: "99.9999999999" },
      { kind: "lot", quantity: "3" },
      { kind: "symbol", quantity: "3" },
      { kind: "day" },
      { kind: "total" }
    ])
  })

  it("LOT-9: a period is of trade dates; what is none is refused by name, and an account that is not there too", async () => {
    const at = desk()
    const { cli } = at
    await traded(at, ["buy", "2", "100"], ["sell", "1", "110"])
    const kinds = async (...period: ReadonlyArray<string>) =>
      rowsOf((await cli("report", "profit", "--json", ...period)).out).map(({ kind }) => kind)
    expect(await kinds("--to", "2000-01-01")).toEqual(["total"])
    expect(await kinds("--from", "2200-01-01")).toEqual(["lot", "symbol", "total"])
    expect(await kinds("--to", "2200-01-01")).toEqual(["closing", "lot", "symbol", "day", "total"])
    for (const since of ["today", "month", "year"]) {
      expect(await kinds("--from", since)).toEqual(["closing", "lot", "symbol", "day", "total"])
    }
    for (const args of [
      ["--from", "2026-02-30"],
      ["--to", "yesterday"],
      ["--from", "2026-02-01", "--to", "2026-01-01"],
      ["--account", "nobody"],
      ["--symbol", "KO"],
      ["--method", "best"]
    ]) {
      const { code, out } = await cli("report", "profit", ...args)
      expect([args, code === 0, out]).toEqual([args, false, ""])
    }
  })
})
