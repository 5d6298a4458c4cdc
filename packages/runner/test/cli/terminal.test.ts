import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { roundlot } from "../../src/cli/roundlot.ts"
import { buys, desk } from "./roundlot.ts"

/** Two orders of one account: four trades in one, and one of its own. */
const traded = async () => {
  const place = desk()
  const trades = place.file("t.csv", buys(["a1", "0.3"], ["a2", "0.3"], ["a3", "0.2"], ["a4", "0.2"]))
  await place.cli("trades", "import", trades, "--account", "paper")
  await place.cli(
    "trades",
    "add",
    "--id",
    "d1",
    "--symbol",
    "KO",
    "--side",
    "buy",
    "--quantity",
    "2",
    "--price",
    "60",
    "--direct"
  )
  expect((await place.cli("start", "--until-idle", "--account", "paper")).code).toBe(0)
  return place
}

const lists = [
  ["trades", "list"],
  ["orders", "list"],
  ["positions", "list"],
  ["fills", "list"],
  ["allocations", "list"],
  ["attempts", "list"],
  ["journal", "list"],
  ["exchange", "orders"],
  ["exchange", "requests"],
  ["accounts", "list"],
  ["orders", "show", "O1"],
  ["trades", "show", "T1"],
  ["positions", "show", "AAPL"],
  ["attempts", "show", "S1"],
  ["accounts", "show", "paper"],
  ["status"]
]

const idsOf = (out: string) => out.match(/^T\d+/gm)

describe("a person at a terminal", () => {
  it("sees no line that is wider than it, whole tables with --wide, and no colours with NO_COLOR", async () => {
    const { cli, seen } = await traded()
    for (const words of lists) {
      const { code, out } = await seen(80, words)
      const lines = stripVTControlCharacters(out).split("\n")
      expect({ words, code, wide: lines.filter((line) => Array.from(line).length > 80) }).toEqual({
        words,
        code: 0,
        wide: []
      })
    }
    const list = ["trades", "list"]
    const narrow = await seen(80, list)
    expect(narrow.out).toContain("Not shown: ")
    expect(stripVTControlCharacters(narrow.out)).not.toBe(narrow.out)
    const piped = await cli(...list)
    expect(piped.out).toMatch(/^ID +ACCOUNT +RECORDED \(UTC\) .* SOURCE ID$/m)
    expect(await seen(80, [...list, "--wide"], { NO_COLOR: "1" })).toEqual(piped)
    expect(stripVTControlCharacters((await seen(300, list)).out)).toBe(piped.out)
    expect((await desk().plain(["orders", "list", "--store", "sqlite:none.db"], { FORCE_COLOR: "1" })).code).toBe(1)
  })

  it("sees what is newest first; a program what is oldest; a page goes on as it began, for both", async () => {
    const { cli, json } = await traded()
    const first = await cli("trades", "list", "--limit", "2")
    expect(idsOf(first.out)).toEqual(["T5", "T4"])
    const cursor = /--cursor (\S+)/.exec(first.out)?.[1] ?? ""
    expect(idsOf((await cli("trades", "list", "--limit", "2", "--cursor", cursor)).out)).toEqual(["T3", "T2"])
    expect(await json("trades", "list", "--limit", "1", "--cursor", cursor)).toMatchObject({ items: [{ id: "T3" }] })
    expect(await json("trades", "list", "--limit", "1")).toMatchObject({ items: [{ id: "T1" }] })
    expect(idsOf((await cli("trades", "list", "--order", "oldest", "--limit", "1")).out)).toEqual(["T1"])
    expect((await cli("trades", "list", "--order", "oldest", "--cursor", cursor)).code).toBe(2)
    expect((await cli("journal", "list", "--limit", "1")).out).not.toMatch(/^paper +1 /m)
  })

  it("reads a record as a heading, fields, tables and a timeline, without JSON", async () => {
    const { cli } = await traded()
    const { out } = await cli("orders", "show", "O1")
    const [heading] = out.split("\n")
    expect(heading).toMatch(/^Order O\d: buy \d (AAPL|KO), filled, \d filled at \d+$/)
    expect(out).toMatch(/^created at +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? UTC$/m)
    expect(out).toMatch(/^ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}Order created: /m)
    expect(out).toMatch(/ {2}Order changed: .*status submitted → filled/)
    const accumulated = (await cli("orders", "list", "--symbol", "AAPL")).out.match(/^O\d/m)?.[0] ?? ""
    expect((await cli("orders", "show", accumulated)).out).toMatch(/ {2}Lot allocated, 4 times \(/)
    for (const words of [
      ["orders", "show", "O1"],
      ["trades", "show", "T1"],
      ["positions", "show", "AAPL"]
    ]) {
      expect((await cli(...words)).out).not.toMatch(/[{}"]|\d{4}-\d\d-\d\dT/)
    }
    expect((await cli("positions", "show", "AAPL")).out).toMatch(
      /^AAPL of paper: target 1 = hedged 1 \+ in flight 0 \+ residual 0$/m
    )
  })
})

const CLEARED = "\r\u001B[K"

describe("the progress of something long", () => {
  it("stands on one line of the terminal's standard error and goes; a pipe gets nothing of it", async () => {
    const { cli, file, plain, seen, store, folder } = desk()
    const trades = file("t.csv", buys(["a1", "0.3"], ["a2", "0.3"], ["a3", "0.4"]))
    const imported = await seen(80, ["trades", "import", trades, "--account", "paper"])
    expect(imported).toMatchObject({ code: 0, err: `${CLEARED}Importing 3 of 3 rows, 100 %${CLEARED}` })
    const rows = file("rows.csv", buys(["b1", "1"], ["b2", "2"]))
    const submitted = await seen(80, ["batches", "submit", rows, "--name", "Friday", "--mode", "execute"])
    expect(submitted).toMatchObject({ code: 0, err: `${CLEARED}Submitting 2 of 2 rows, 100 %${CLEARED}` })
    const copied = await seen(80, ["store", "backup", join(folder, "backup.db")])
    expect(copied.err).toMatch(/Auditing [^]*Copying \d+ of \d+ rows, \d+ %/)
    const piped = await cli("trades", "import", file("u.csv", buys(["c1", "0.3"])), "--account", "paper")
    expect(piped).toMatchObject({ code: 0, err: "" })
    const copy = await plain(["store", "copy", store, `sqlite:${join(folder, "copy.db")}`])
    expect(copy.err).not.toMatch(/Copying|Auditing|\r/)
  })
})

describe("the help", () => {
  it("has every verb under one head, and each group with its verbs", async () => {
    const { out } = await desk().plain(["--help"])
    const words = out.match(/(?<=^ {2})[a-z-]+(?= {3})/gm) ?? []
    expect(words.toSorted()).toEqual(Object.keys(roundlot.verbs).toSorted())
    expect(out).toMatch(/^Stop and limit\n {2}halt +/m)
    expect(out).toMatch(/^ {2}orders +orders sent to brokers: list, show, cancel, /m)
    expect((await desk().plain(["store", "--help"])).out).toMatch(/^ {2}copy {4,}copy a store/m)
  })
})
