import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { databases } from "./database.ts"
import { buys, desk, HEADER, program, running, until } from "./roundlot.ts"

const FILE = `source_id,timestamp,symbol,side,quantity,price
a-1,2026-11-20T14:30:00Z,AAPL,buy,2,
a-2,2026-11-20T14:30:00Z,MSFT,sell,"1,5",
a-3,2026-11-20T14:30:00Z,KO,buy,3,60
`

const AT = new Date(Date.now()).toISOString()

/** How many orders are filled when the daemon is killed. */
const FILLED = 8

const Batches = Schema.decodeUnknownSync(
  Schema.Struct({
    items: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        status: Schema.String,
        priority: Schema.Int,
        startedAt: Schema.NullOr(Schema.String),
        totalTrades: Schema.Int,
        processedTrades: Schema.Int,
        failedTrades: Schema.Int,
        cancelledTrades: Schema.Int
      })
    )
  })
)

const { fresh } = databases()

/** Flags that name a mode: `execute` where they say none. */
const executed = (flags: ReadonlyArray<string>): ReadonlyArray<string> =>
  flags.includes("--mode") ? flags : [...flags, "--mode", "execute"]

/** A file as a German spreadsheet writes it, with lines before its header. */
const german = (when: string, quantity: string) =>
  `\uFEFFExport\nof;Friday\n\nTicker;Side;When;Qty;Limit\nAAPL;buy;${when};${quantity};\nKO;buy;${when};2;"60,5"\n`

describe("batches", () => {
  it("BAT-1, BAT-5: a file is submitted, worked off by the daemon, listed, exported, and taken again only on purpose", async () => {
    const { cli, folder, json, price } = desk()
    await price("AAPL")
    const file = join(folder, "friday.csv")
    writeFileSync(file, FILE)
    const submitted = await cli("batches", "submit", "--mode", "execute", file, "--name", "=Friday", "--json")
    expect(submitted.code).toBe(3)
    expect(JSON.parse(submitted.out)).toMatchObject({
      batch: { id: "G1", name: "=Friday", mode: "execute", status: "pending", totalTrades: 3, failedTrades: 1 },
      accepted: 2,
      duplicates: 0,
      rejected: 1
    })
    expect((await cli("batches", "list")).out).toMatch(/NOTIONAL[^]*=Friday.* 180\.00 \+ \?/)
    expect((await cli("batches", "show", "G1")).out).toMatch(/notional +180\n[^]*unpriced trades +1\n/)
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
    expect(lines[1]).toBe("2,a-1,2026-11-20T14:30:00.000000Z,AAPL,buy,2,,,completed,done,,T1,O1,filled,2,100,")
    expect(lines[2]).toMatch(/^3,.*rejected,failed,"quantity ""1,5"" is not a plain decimal number"/)
    const again = await cli("batches", "submit", "--mode", "execute", file, "--name", "Friday", "--json")
    expect(JSON.parse(again.out)).toMatchObject({ batch: { id: "G1" }, accepted: 0, duplicates: 2 })
    expect(again.err).toContain("the same file was submitted before, as G1")
    const onPurpose = await cli("batches", "submit", "--mode", "execute", file, "--name", "Friday", "--again", "--json")
    expect(JSON.parse(onPurpose.out)).toMatchObject({ batch: { id: "G2" }, accepted: 2 })
    expect(await json("batches", "cancel", "G2", "--reason", "wrong file", "--dry-run")).toMatchObject({
      effects: {
        rows: [
          { fate: "stopped", rows: 2, shares: [{ symbol: "AAPL", quantity: "2" }, { symbol: "KO" }] },
          { fate: "failed", rows: 1, shares: [] }
        ]
      }
    })
    const unsaid = await cli("batches", "cancel", "G2", "--reason", "too much")
    expect(unsaid.err).toContain("2 rows not started: will not be sent (buy 2 AAPL; ")
    expect(unsaid.code).not.toBe(0)
    expect(await json("batches", "show", "G2")).toMatchObject({ status: "pending" })
    await cli("batches", "cancel", "G2", "--reason", "too much", "--yes")
    expect((await cli("batches", "delete", "G1", "--reason", "over", "--yes")).code).toBe(0)
    expect((await cli("batches", "list")).out).not.toContain("=Friday")
    expect((await cli("batches", "show", "G1")).err).toContain("batch G1 does not exist")
  })

  it("BAT-2: a mode that was not named is asked for where rows would be market orders; a script has to name it", async () => {
    const { cli, file, json } = desk()
    const head = "source_id,symbol,side,quantity,limit_price\n"
    const market = file("market.csv", `${head}p1,AAPL,buy,2,10\np2,AAPL,buy,1,\n`)
    const limited = file("limited.csv", `${head}l1,AAPL,buy,2,10\nl2,KO,hold,1,\n`)
    for (const dry of [[], ["--dry-run"]]) {
      const unnamed = await cli("batches", "submit", market, "--name", "Friday", ...dry)
      expect(unnamed.code).toBe(2)
      expect(unnamed.err).toContain("line 3")
      expect(unnamed.err).toContain("--mode execute")
      expect(unnamed.err).toContain("--mode accumulate")
    }
    expect((await cli("batches", "open", "--name", "by hand")).err).toContain("--mode accumulate")
    await cli("batches", "templates", "save", "plain", "--decimal", "point")
    await cli("batches", "templates", "save", "executed", "--mode", "execute")
    expect((await cli("batches", "submit", market, "--name", "Friday", "--template", "plain")).code).toBe(2)
    expect(await json("batches", "list")).toEqual({ items: [], nextCursor: null })
    expect(await json("batches", "submit", limited, "--name", "Limits", "--dry-run")).toMatchObject({ mode: "execute" })
    // A row that is no trade is no order either.
    const submitted = await cli("batches", "submit", limited, "--name", "Limits", "--json")
    expect(JSON.parse(submitted.out)).toMatchObject({ batch: { id: "G1", mode: "execute" }, accepted: 1, rejected: 1 })
    const named = await cli("batches", "submit", limited, "--name", "Limits", "--mode", "execute", "--json")
    expect(JSON.parse(named.out)).toMatchObject({ batch: { id: "G1" }, duplicates: 1 })
    const templated = await cli("batches", "submit", market, "--name", "Friday", "--template", "executed", "--json")
    expect(JSON.parse(templated.out)).toMatchObject({ batch: { id: "G2", mode: "execute" }, accepted: 2 })
  })

  it("BAT-1, D5: rows of both sides of ten symbols wait for each other: each ends, and no break was ever open", async () => {
    const { cli, file, json } = desk()
    const symbols = ["AAPL", "MSFT", "KO", "IBM", "PFE", "DIS", "NKE", "V", "MA", "T"]
    const rows = Array.from({ length: 200 }, (_, at) => {
      const side = Math.floor(at / symbols.length) % 2 === 0 ? "buy" : "sell"
      return `b-${at},2026-11-20T15:00:00Z,${symbols[at % symbols.length]},${side},${1 + (at % 5)},100`
    })
    const both = file("both.csv", [HEADER, ...rows, ""].join("\n"))
    await cli("batches", "submit", "--mode", "execute", both, "--name", "both sides", "--account", "paper")
    expect((await cli("start", "--until-idle")).code).toBe(0)
    const counts = { total: 200, done: 200, failed: 0, waiting: 0, working: 0 }
    expect(await json("batches", "watch", "G1")).toMatchObject({ status: "success", ...counts })
    expect(await json("breaks", "list")).toMatchObject({ items: [] })
    expect((await cli("audit")).code).toBe(0)
  })

  it("BAT-13: a batch is opened, collects trades one by one, and is worked off once it is queued", async () => {
    const { cli, json, price } = desk()
    await price("AAPL", "KO")
    expect(await json("batches", "open", "--mode", "execute", "--name", "by hand", "--account", "paper")).toMatchObject(
      {
        id: "G1",
        status: "pending",
        totalTrades: 0
      }
    )
    const add = (...words: ReadonlyArray<string>) =>
      cli("trades", "add", "--batch", "G1", "--side", "buy", "--quantity", "2", "--at", AT, ...words, "--json")
    expect(JSON.parse((await add("--symbol", "AAPL", "--id", "a-1")).out)).toMatchObject({ outcome: "accepted" })
    expect(JSON.parse((await add("--symbol", "AAPL", "--id", "a-1")).out)).toMatchObject({ outcome: "duplicate" })
    const terms = ["--direct", "--type", "limit", "--limit-price", "101"]
    expect((await add("--symbol", "KO", ...terms)).code).toBe(0)
    expect((await add("--symbol", "KO", "--account", "nobody")).code).not.toBe(0)
    await cli("start", "--until-idle")
    expect(await json("batches", "show", "G1")).toMatchObject({ status: "pending", totalTrades: 2 })
    expect(await json("batches", "queue", "G1", "--reason", "all are in")).toMatchObject({
      status: "pending",
      totalTrades: 2
    })
    const { history } = Object(await json("batches", "show", "G1"))
    expect(history).toContainEqual(
      expect.objectContaining({ tag: "BatchQueued", cause: expect.objectContaining({ reason: "all are in" }) })
    )
    expect((await add("--symbol", "MSFT")).err).toContain("G1 is complete and takes no more rows")
    await cli("start", "--until-idle")
    expect(await json("batches", "show", "G1")).toMatchObject({ status: "success", processedTrades: 2 })
    expect(await json("orders", "list")).toMatchObject({
      items: [
        { symbol: "AAPL", type: "market", batchId: "G1" },
        { symbol: "KO", type: "limit", batchId: "G1" }
      ]
    })
  })

  it("FILL-16: an open batch says how orders of its rows leave, where a row says nothing", async () => {
    const { cli, json } = desk()
    const open = ["batches", "open", "--name", "by hand", "--account", "paper", "--time-in-force", "gtc"]
    expect(await json(...open, "--mode", "execute")).toMatchObject({ id: "G1", session: null, timeInForce: "gtc" })
    const add = (...words: ReadonlyArray<string>) =>
      cli("trades", "add", "--batch", "G1", "--side", "buy", "--quantity", "2", "--at", AT, ...words)
    await add("--symbol", "AAPL")
    await add("--symbol", "KO", "--direct", "--type", "limit", "--limit-price", "101", "--time-in-force", "day")
    await cli("batches", "queue", "G1", "--reason", "all rows are in")
    await cli("start", "--until-idle")
    expect(await json("orders", "show", "O1")).toMatchObject({ symbol: "AAPL", type: "market", timeInForce: "gtc" })
    expect(await json("orders", "show", "O2")).toMatchObject({ symbol: "KO", type: "limit", timeInForce: "day" })
    const refused = await cli(...open, "--mode", "accumulate")
    expect(refused.err).toContain("the batch's timeInForce applies to orders of single rows")
  })

  it.each(["SQLite", "Postgres"])(
    "BAT-6: on %s a batch goes on after its daemon was killed: every row is accounted for, and none is sent twice",
    async (kind) => {
      const { cli, file, json, place } = desk(kind === "Postgres" ? await fresh() : undefined)
      const rows = Array.from({ length: 60 }, (_, at) => [`r-${at}`, at % 20 === 19 ? "1,5" : "2"] as const)
      const said = await cli(
        "batches",
        "submit",
        file("rows.csv", buys(...rows)),
        "--name",
        "sixty",
        "--mode",
        "execute",
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
    },
    120_000
  )

  it("BAT-1: the same on Postgres, two batches at once", async () => {
    const { cli, file, json } = desk(await fresh())
    const rows = (name: string) =>
      file(`${name}.csv`, buys([`${name}-1`, "2"], [`${name}-2`, "1,5"], [`${name}-3`, "1"]))
    for (const name of ["one", "two"])
      await cli("batches", "submit", "--mode", "execute", rows(name), "--name", name, "--account", "paper")
    await cli("start", "--until-idle")
    const counts = { status: "partial_success", totalTrades: 3, processedTrades: 3, failedTrades: 1 }
    expect(await json("batches", "list")).toMatchObject({ items: [counts, counts] })
    expect((await cli("audit")).code).toBe(0)
  })

  it("BAT-2: reads files as others write them where the file says how, and asks for the flag where it does not", async () => {
    const { cli, file, json } = desk()
    const columns = ["--columns", "symbol=Ticker,side=Side,quantity=Qty,timestamp=When,limit_price=Limit,price="]
    const submit = (name: string, text: string, ...flags: ReadonlyArray<string>) =>
      cli("batches", "submit", file(name, text), "--name", name, ...columns, ...executed(flags), "--json")
    const asks = async (name: string, text: string, flag: string, ...flags: ReadonlyArray<string>) => {
      const { code, err } = await submit(name, text, ...flags)
      expect([name, code, err]).toEqual([name, 1, expect.stringContaining(flag)])
    }
    await asks("zone.csv", german("20.11.2026 14:30", "1.234,5"), "--zone")
    await asks("dates.csv", german("05.11.2026 14:30", "1.234,5"), "--dates", "--zone", "Europe/Berlin")
    await asks("both.csv", german("20.11.2026 14:30", "1.50"), "--decimal", "--zone", "Europe/Berlin")
    await asks("numbers.csv", 'Ticker,Side,Qty\nKO,buy,"1,234"\n', "--decimal")
    await asks("nowhere.csv", german("20.11.2026 14:30", "1"), "Nowhere", "--zone", "Nowhere")
    expect((await cli("batches", "list")).code).not.toBe(0)
    const told = await submit("told.csv", german("20.11.2026 14:30", "1.234,5"), "--zone", "Europe/Berlin")
    expect(JSON.parse(told.out)).toMatchObject({ accepted: 2, rejected: 0 })
    const american = 'Ticker,Side,When,Qty\nMSFT,buy,03/29/2026 1:05 pm,"1,234.50"\nMSFT,buy,03/08/2026 2:30 am,1\n'
    const skipped = await submit("us.csv", american, "--zone", "America/New_York", "--mode", "accumulate")
    expect(JSON.parse(skipped.out)).toMatchObject({ accepted: 1, rejected: 1 })
    expect(await json("trades", "show", "T1")).toMatchObject({
      symbol: "AAPL",
      quantity: "1234.5",
      tradedAt: "2026-11-20T13:30:00.000000Z",
      direct: { type: "market" }
    })
    expect(await json("trades", "show", "T2")).toMatchObject({ direct: { type: "limit", limitPrice: "60.5" } })
    expect(await json("trades", "show", "T3")).toMatchObject({
      quantity: "1234.5",
      tradedAt: "2026-03-29T17:05:00.000000Z"
    })
  })

  it("FILL-16: a row says how its order leaves; what it leaves open its batch says", async () => {
    const { cli, file, json } = desk()
    const head = "source_id,symbol,side,quantity,limit_price,stop_price,time_in_force,session,good_till"
    const rows = [
      "a,AAPL,buy,1,,,,,",
      "b,KO,buy,1,50,60,gtc,regular,",
      "c,MSFT,buy,1,90,,,extended,",
      "d,IBM,buy,1,,70,,,",
      "e,GE,buy,1,90,,,,2099-12-01T21:00:00Z"
    ]
    const orders = file("orders.csv", [head, ...rows].join("\n"))
    const submitted = await cli(
      "batches",
      "submit",
      "--mode",
      "execute",
      orders,
      "--name",
      "terms",
      "--time-in-force",
      "ioc",
      "--json"
    )
    expect(JSON.parse(submitted.out)).toMatchObject({ accepted: 5, rejected: 0 })
    const direct = await Promise.all(["T1", "T2", "T3", "T4", "T5"].map((id) => json("trades", "show", id)))
    expect(direct).toMatchObject([
      { direct: { type: "market", timeInForce: "ioc", session: null } },
      { direct: { type: "stop_limit", limitPrice: "50", stopPrice: "60", timeInForce: "gtc", session: "regular" } },
      { direct: { type: "limit", limitPrice: "90", timeInForce: "ioc", session: "extended" } },
      { direct: { type: "stop", stopPrice: "70", timeInForce: "ioc" } },
      { direct: { type: "limit", limitPrice: "90", timeInForce: "gtd", goodTill: "2099-12-01T21:00:00.000000Z" } }
    ])
    const bad = file("bad.csv", `${head}\ne,AAPL,buy,1,,,never,,\nf,AAPL,buy,1,,,,night,\ng,AAPL,buy,1,9,,gtd,,\n`)
    const dry = await cli("batches", "submit", "--mode", "execute", bad, "--name", "bad", "--dry-run")
    expect(dry.out).toContain('line 2: time_in_force "never" is not one of day, gtc, opg, cls, ioc, fok, gtd')
    expect(dry.out).toContain('line 3: session "night" is not one of regular, extended')
    expect(dry.out).toContain('line 4: good_till "gtd" is invalid: a gtd order needs a time until which it is good')
    const pooled = await cli(
      "batches",
      "submit",
      orders,
      "--name",
      "x",
      "--mode",
      "accumulate",
      "--session",
      "extended"
    )
    expect(pooled.err).toContain("accumulates, so its rows are not orders of their own")
  })

  it("BAT-2: a dry run shows every bad row by line and column, and writes nothing", async () => {
    const { cli, file } = desk()
    const rows = Array.from({ length: 1200 }, (_, at) => `${at},AAPL,buy,${at === 7 ? "2" : "x"},`)
    const bad = file("bad.csv", ["source_id,symbol,side,quantity,limit_price", ...rows].join("\n"))
    const dry = await cli("batches", "submit", "--mode", "execute", bad, "--name", "bad", "--dry-run", "--json")
    const answer: unknown = JSON.parse(dry.out)
    expect(answer).toMatchObject({ accepted: 1, rejected: 1199 })
    expect(dry.out).toContain('"line":1201,"column":"quantity"')
    const shown = await cli("batches", "submit", "--mode", "execute", bad, "--name", "bad", "--dry-run")
    expect(shown.out).toContain('line 1201: quantity "x" is not a plain decimal number')
    const limits = file("limits.csv", "symbol,side,quantity,limit_price\nKO,buy,2,60\n")
    const wrong = await cli("batches", "submit", limits, "--name", "x", "--mode", "accumulate", "--dry-run")
    expect(wrong.out).toContain('line 2: limit_price "60" applies only where each row is an order of its own')
    expect((await cli("batches", "list")).code).not.toBe(0)
  })

  it("BAT-2: a dry run says what becomes of each row on the books as they stand, and what would be ordered", async () => {
    const { cli, file, json } = desk()
    const head = "source_id,timestamp,symbol,side,quantity,price"
    const first = file("first.csv", [head, "1,2026-11-20T14:30:00Z,AAPL,buy,0.3,100"].join("\n"))
    await cli("batches", "submit", first, "--name", "first", "--mode", "accumulate", "--account", "paper")
    const rows = [
      "1,2026-11-20T14:30:00Z,AAPL,buy,0.3,100",
      "2,2026-11-20T14:30:00Z,AAPL,buy,0.5,100",
      "2,2026-11-20T14:30:00Z,AAPL,buy,0.5,100",
      "3,2026-11-20T14:30:00Z,AAPL,buy,0.6,100"
    ]
    const next = file("next.csv", [head, ...rows].join("\n"))
    const submit = ["batches", "submit", next, "--name", "next", "--mode", "accumulate"] as const
    expect(await json(...submit, "--dry-run")).toMatchObject({
      accepted: 2,
      duplicates: 1,
      repeated: 1,
      conflicts: 0,
      orders: [{ symbol: "AAPL", side: "buy", orders: 1, quantity: "1", notional: "100" }],
      blocked: []
    })
    expect((await cli(...submit, "--dry-run")).out).toContain("would order: 1 order to buy 1 AAPL, $100.00")
    expect(await json("batches", "list")).toMatchObject({ items: [{ name: "first" }] })
  })

  it("BAT-2: --strict takes all rows of a file or none", async () => {
    const { cli, file, json } = desk()
    const head = "source_id,symbol,side,quantity,price"
    const submit = (name: string, ...rows: ReadonlyArray<string>) =>
      cli(
        "batches",
        "submit",
        "--mode",
        "execute",
        file(`${name}.csv`, [head, ...rows].join("\n")),
        "--name",
        name,
        "--strict"
      )
    const bad = await submit("bad", "1,AAPL,buy,2,100", "2,AAPL,buy,x,100")
    expect([bad.code, bad.err]).toEqual([1, expect.stringContaining("1 rejected; line 3 quantity")])
    const large = await submit("large", "1,AAPL,buy,2,100", "2,AAPL,buy,20000,")
    expect([large.code, large.err]).toEqual([
      1,
      expect.stringContaining("1 refused; line 3 would be refused: shares per order")
    ])
    expect((await submit("whole", "1,AAPL,buy,2,100", "2,AAPL,buy,3,100")).code).toBe(0)
    const other = await submit("other", "3,AAPL,buy,2,100", "2,AAPL,buy,4,100")
    expect([other.code, other.err]).toEqual([1, expect.stringContaining("1 conflicts; line 3 conflicts with")])
    expect(await json("batches", "list")).toMatchObject({ items: [{ name: "whole", totalTrades: 2 }] })
    expect(await json("breaks", "list")).toMatchObject({ items: [] })
  })

  it("BAT-5: a template keeps how batches of a kind are submitted; flags win over it", async () => {
    const { cli, file, json } = desk()
    const terms = [
      "--mode",
      "accumulate",
      "--source",
      "venue",
      "--columns",
      "quantity=Qty,price=",
      "--decimal",
      "comma"
    ]
    await cli("batches", "templates", "save", "venue", ...terms, "--account", "paper")
    expect(await json("batches", "templates", "list")).toMatchObject({
      items: [{ name: "venue", terms: { mode: "accumulate", decimal: "comma", columns: { quantity: "Qty" } } }]
    })
    const rows = file("venue.csv", "symbol;side;Qty\nKO;buy;1.234\n")
    const submit = ["batches", "submit", rows, "--name", "venue", "--template", "venue"] as const
    expect(await json(...submit)).toMatchObject({ accepted: 1, batch: { mode: "accumulate", account: "paper" } })
    expect(await json("trades", "list", "--source", "venue")).toMatchObject({ items: [{ quantity: "1234" }] })
    expect(await json(...submit, "--mode", "execute", "--again")).toMatchObject({ batch: { mode: "execute" } })
    expect(await json("batches", "templates", "delete", "venue")).toMatchObject({ name: "venue" })
    expect((await cli("batches", "templates", "show", "venue")).err).toContain("template 'venue' does not exist")
    expect((await cli(...submit)).code).toBe(1)
  })

  it.for(["a file", "Postgres"])(
    "BAT-4: ten batches at once on %s: the more urgent first, two cancelled, and every row in its place",
    async (kind) => {
      const { cli, file, json } = desk(kind === "Postgres" ? await fresh() : undefined)
      const names = Array.from({ length: 10 }, (_, at) => `b${at}`)
      for (const [at, name] of names.entries()) {
        const rows = file(
          `${name}.csv`,
          buys(...["1", "2", "1,5", "1"].map((of, row) => [`${name}-${row}`, of] as const))
        )
        await cli(
          "batches",
          "submit",
          "--mode",
          "execute",
          rows,
          "--name",
          name,
          "--account",
          "paper",
          "--priority",
          String(at % 3)
        )
      }
      for (const id of ["G5", "G10"]) await cli("batches", "cancel", id, "--reason", "the wrong file", "--yes")
      await cli("start", "--until-idle")
      const { items } = Batches(await json("batches", "list"))
      expect(items.map(({ status }) => status).toSorted()).toEqual([
        ...Array<string>(2).fill("cancelled"),
        ...Array<string>(8).fill("partial_success")
      ])
      expect(items.filter(({ status }) => status === "cancelled").map(({ id }) => id)).toEqual(["G5", "G10"])
      for (const { cancelledTrades, failedTrades, id, processedTrades, totalTrades } of items) {
        const isCalledOff = id === "G5" || id === "G10"
        const counts = [totalTrades, processedTrades, failedTrades, cancelledTrades]
        expect([id, ...counts]).toEqual([id, 4, 4, 1, isCalledOff ? 3 : 0])
      }
      const began = items.flatMap(({ priority, startedAt }) => (startedAt === null ? [] : [{ priority, startedAt }]))
      const urgent = began
        .toSorted((a, b) => a.startedAt.localeCompare(b.startedAt) || b.priority - a.priority)
        .map(({ priority }) => priority)
      // Four have their turn at once.
      expect(urgent.slice(0, 4)).toEqual([2, 2, 2, 1])
      expect(urgent.at(-1)).toBe(0)
      expect(JSON.stringify(await json("exchange", "orders")).split('"clientOrderId"')).toHaveLength(8 * 3 + 1)
      expect((await cli("audit")).code).toBe(0)
    }
  )
})
