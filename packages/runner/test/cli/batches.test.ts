import { describe, expect, it } from "vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { databases } from "./database.ts"
import { buys, desk, program, running, until } from "./roundlot.ts"

const FILE = `source_id,timestamp,symbol,side,quantity,price
a-1,2026-11-20T14:30:00Z,AAPL,buy,2,
a-2,2026-11-20T14:30:00Z,MSFT,sell,"1,5",
a-3,2026-11-20T14:30:00Z,KO,buy,3,60
`

const AT = "2026-11-20T14:30:00Z"

/** How many orders are filled when the daemon is killed. */
const FILLED = 8

const { fresh } = databases()

describe("batches", () => {
  it("BAT-1 BAT-9 a file is submitted, worked off by the daemon, listed, exported, and taken again only on purpose", async () => {
    const { cli, folder, json } = desk()
    const file = join(folder, "friday.csv")
    writeFileSync(file, FILE)
    const submitted = await cli("batches", "submit", file, "--name", "=Friday", "--json")
    expect(submitted.code).toBe(3)
    expect(JSON.parse(submitted.out)).toMatchObject({
      batch: { id: "G1", name: "=Friday", mode: "execute", status: "pending", totalTrades: 3, failedTrades: 1 },
      accepted: 2,
      duplicates: 0,
      rejected: 1
    })
    await cli("start", "--until-idle")
    expect(JSON.parse((await cli("batches", "watch", "G1", "--json")).out)).toMatchObject({
      status: "partial_success",
      total: 3,
      done: 2,
      failed: 1,
      waiting: 0,
      working: 0
    })
    expect(await json("orders", "recheck", "O1")).toMatchObject({ id: "O1", batchId: "G1" })
    const results = join(folder, "results.csv")
    await cli("batches", "export", "G1", "--to", results)
    const lines = readFileSync(results, "utf8").split("\r\n")
    expect(lines[1]).toMatch(/^2,a-1,2026-11-20T14:30:00.000000Z,AAPL,buy,2,,completed,,T1,O1,2,100,$/)
    expect(lines[2]).toMatch(/^3,.*rejected,"quantity ""1,5"" is not a plain decimal number"/)
    const again = await cli("batches", "submit", file, "--name", "Friday", "--json")
    expect(JSON.parse(again.out)).toMatchObject({ batch: { id: "G1" }, accepted: 0, duplicates: 2 })
    expect(again.err).toContain("the same file was submitted before, as G1")
    const onPurpose = await cli("batches", "submit", file, "--name", "Friday", "--again", "--json")
    expect(JSON.parse(onPurpose.out)).toMatchObject({ batch: { id: "G2" }, accepted: 2 })
    await cli("batches", "cancel", "G2", "--reason", "too much")
    expect((await cli("batches", "delete", "G1")).code).toBe(0)
    expect((await cli("batches", "list")).out).not.toContain("=Friday")
    expect((await cli("batches", "show", "G1")).err).toContain("there is no batch G1")
  }, 120_000)

  it("BAT-13 a batch is opened, collects trades one by one, and is worked off once it is queued", async () => {
    const { cli, json } = desk()
    expect(await json("batches", "open", "--name", "by hand", "--account", "paper")).toMatchObject({
      id: "G1",
      status: "pending",
      totalTrades: 0
    })
    const add = (...words: ReadonlyArray<string>) =>
      cli("trades", "add", "--batch", "G1", "--side", "buy", "--quantity", "2", "--at", AT, ...words, "--json")
    expect(JSON.parse((await add("--symbol", "AAPL", "--id", "a-1")).out)).toMatchObject({ outcome: "accepted" })
    expect(JSON.parse((await add("--symbol", "AAPL", "--id", "a-1")).out)).toMatchObject({ outcome: "duplicate" })
    const terms = ["--direct", "--type", "limit", "--limit-price", "101"]
    expect((await add("--symbol", "KO", ...terms)).code).toBe(0)
    expect((await add("--symbol", "KO", "--account", "nobody")).code).not.toBe(0)
    await cli("start", "--until-idle")
    expect(await json("batches", "show", "G1")).toMatchObject({ status: "pending", totalTrades: 2 })
    expect(await json("batches", "queue", "G1")).toMatchObject({ status: "pending", totalTrades: 2 })
    expect((await add("--symbol", "MSFT")).err).toContain("G1 has all of its rows")
    await cli("start", "--until-idle")
    expect(await json("batches", "show", "G1")).toMatchObject({ status: "success", processedTrades: 2 })
    expect(await json("orders", "list")).toMatchObject({
      items: [
        { symbol: "AAPL", type: "market", batchId: "G1" },
        { symbol: "KO", type: "limit", batchId: "G1" }
      ]
    })
  }, 120_000)

  it("BAT-13 a batch goes on after its daemon was killed: every row is accounted for, and none is sent twice", async () => {
    const { cli, file, json, place } = desk()
    const rows = Array.from({ length: 60 }, (_, at) => [`r-${at}`, at % 20 === 19 ? "1,5" : "2"] as const)
    const said = await cli(
      "batches",
      "submit",
      file("rows.csv", buys(...rows)),
      "--name",
      "sixty",
      "--account",
      "paper"
    )
    expect(said.err).toContain("line 21")
    const daemon = running(program("main", ["start", "--log-level", "error", ...place]))
    await until(async () => {
      const filled = await json("orders", "list", "--status", "filled", "--limit", "0")
      return JSON.stringify(filled).split('"id":"O').length > FILLED
    })
    daemon.signal("SIGKILL")
    await daemon.ended
    await cli("start", "--until-idle")
    const counts = { total: 60, done: 57, failed: 3, waiting: 0, working: 0, cancelled: 0 }
    expect(await json("batches", "watch", "G1")).toMatchObject({ status: "partial_success", ...counts })
    const asked = await json("exchange", "orders")
    expect(JSON.stringify(asked).split('"clientOrderId"')).toHaveLength(57 + 1)
    expect((await cli("audit")).code).toBe(0)
  }, 120_000)

  it("BAT-1 the same on Postgres, two batches at once", async () => {
    const { cli, file, json } = desk(await fresh())
    const rows = (name: string) =>
      file(`${name}.csv`, buys([`${name}-1`, "2"], [`${name}-2`, "1,5"], [`${name}-3`, "1"]))
    for (const name of ["one", "two"]) await cli("batches", "submit", rows(name), "--name", name, "--account", "paper")
    await cli("start", "--until-idle")
    const counts = { status: "partial_success", totalTrades: 3, processedTrades: 3, failedTrades: 1 }
    expect(await json("batches", "list")).toMatchObject({ items: [counts, counts] })
    expect((await cli("audit")).code).toBe(0)
  }, 120_000)

  it("reads files as others write them only when told how, and asks where it cannot know", async () => {
    const { cli, folder } = desk()
    const file = join(folder, "export.csv")
    writeFileSync(file, "\uFEFFExport of 20.11.2026\nTicker;Side;Qty\nAAPL;buy;1.234,5\nKO;buy;2\n")
    const told = [
      "batches",
      "submit",
      file,
      "--name",
      "X",
      "--mode",
      "accumulate",
      "--columns",
      "symbol=Ticker,side=Side,quantity=Qty,price="
    ]
    const asks = await cli(...told, "--skip", "1")
    expect(asks.code).toBe(1)
    expect(asks.err).toContain("separate the columns")
    const points = await cli(...told, "--skip", "1", "--separator", "semicolon", "--json")
    expect(JSON.parse(points.out)).toMatchObject({ accepted: 1, rejected: 1 })
    const commas = await cli(
      ...told,
      "--skip",
      "1",
      "--separator",
      "semicolon",
      "--decimal",
      "comma",
      "--again",
      "--json"
    )
    expect(JSON.parse(commas.out)).toMatchObject({ accepted: 2, rejected: 0 })
    expect((await cli("trades", "list", "--symbol", "AAPL", "--json")).out).toContain('"quantity":"1234.5"')
  }, 120_000)
})
