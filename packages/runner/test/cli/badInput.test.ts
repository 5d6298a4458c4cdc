import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { buys, desk, HEADER, until } from "./roundlot.ts"

const row = (quantity: string, symbol = "AAPL") => `x,2026-01-02T15:00:00Z,${symbol},buy,${quantity},200`

/** How a read-only command ends with this configuration. */
const endedWith = (configuration: string) => {
  const { file, plain, store } = desk()
  return plain(["accounts", "list", "--store", store, "--config", file("roundlot.json", configuration)])
}

describe("bad input: what, where, what to do, the exit code, nothing lost", () => {
  it.each([
    ["0", 'quantity "0" is zero'],
    ["-1", 'quantity "-1" is negative'],
    ["1e5", "scientific notation"],
    ["1.2.3", "not a plain decimal"],
    ["0.1234567890123456789", "more than 18 digits after the point"],
    ["1234567890123456789", "more than 18 digits"]
  ])("a quantity of %s is refused with its line", async (quantity, words) => {
    const { cli, file } = desk()
    const { code, err, out } = await cli("trades", "import", file("a.csv", `${HEADER}\n${row(quantity)}\n`), "--json")
    expect(err).toContain("line 2: ")
    expect(err).toContain(words)
    expect(JSON.parse(out)).toMatchObject({ accepted: 0, rejected: 1 })
    expect(code).toBe(3)
  })

  it("FILL-16: a row of an import that says how it is ordered is refused by that column, and one that says nothing is taken", async () => {
    const { cli, file } = desk()
    const rows = [`${row("1")},,`, `${row("1").replace("x,", "y,")},150,`, `${row("1").replace("x,", "z,")},,extended`]
    const path = file("a.csv", [`${HEADER},limit_price,session`, ...rows, ""].join("\n"))
    const { code, err, out } = await cli("trades", "import", path, "--json")
    expect(err).toContain('line 3: limit_price "150" applies only where each row is an order of its own')
    expect(err).toContain('line 4: session "extended" applies only where each row is an order of its own')
    expect(JSON.parse(out)).toMatchObject({ accepted: 1, rejected: 2 })
    expect(code).toBe(3)
  })

  it("a time beyond what the books keep is a bad row, and the others are taken", async () => {
    const { cli, file } = desk()
    const path = file("a.csv", `${buys(["a", "0.3"])}b,9999-12-31T00:00:00Z,AAPL,buy,0.5,200\n`)
    const { code, err, out } = await cli("trades", "import", path, "--json")
    expect(err).toContain(`line 3: timestamp "9999-12-31T00:00:00Z" is later than 2255-06-05T23:47:34.740991Z`)
    expect(JSON.parse(out)).toMatchObject({ accepted: 1, rejected: 1 })
    expect(code).toBe(3)
  })

  it("bad rows go to a file of their own and the good ones are taken; --strict takes none", async () => {
    const { cli, file, folder, json } = desk()
    const path = file("a.csv", `${buys(["a", "0.3"])}${row("0")}\n`)
    const strict = await cli("trades", "import", path, "--strict", "--json")
    expect([strict.code, JSON.parse(strict.out)]).toEqual([1, expect.objectContaining({ accepted: 0, rejected: 1 })])
    expect(strict.err).toContain("Nothing was imported: --strict")
    expect(existsSync(join(folder, "books.db"))).toBe(false)
    expect((await cli("trades", "import", path)).code).toBe(3)
    expect(readFileSync(`${path}.rejected.csv`, "utf8")).toContain("3,quantity,0,is zero")
    expect(await json("trades", "list")).toMatchObject({ items: [{ sourceId: "a" }] })
  })

  it.each([
    ["a missing column", "source_id,timestamp,symbol,side\na,b,c,d\n", "quantity"],
    ["an empty file", "", "is empty"],
    ["another encoding", "\u0000s\u0000o\u0000u", "not UTF-8"],
    ["a JSON array", '[{"source_id":"a"}]', "one JSON array"]
  ])("%s is refused, and makes no store", async (_, text, words) => {
    const { cli, file, folder } = desk()
    const { code, err, out } = await cli("trades", "import", file("a.csv", text), "--json")
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      error: { kind: "ImportFileError", message: expect.stringContaining(words) }
    })
    expect(err).toMatch(/^error: .*a\.csv .+: .+\.\n$/)
    expect(existsSync(join(folder, "books.db"))).toBe(false)
  })

  it("ACC-4: an unmapped symbol is quarantined by name, and can be released", async () => {
    const { file, json, plain, store } = desk()
    const config = file("roundlot.json", JSON.stringify({ sources: { venue: { suffixes: ["s1"] } } }))
    const trades = file("a.csv", `${HEADER}\n${row("0.3", "Apple")}\n${row("0.3", "AAPLs1").replace("x", "y")}\n`)
    const words = ["--source", "venue", "--config", config, "--store", store, "--json"]
    const imported = await plain(["trades", "import", trades, ...words])
    expect([imported.code, JSON.parse(imported.out)]).toEqual([
      3,
      expect.objectContaining({ accepted: 1, quarantined: 1 })
    ])
    expect(imported.err).toContain('Unmapped: "Apple"')
    expect(await json("trades", "list")).toMatchObject({ items: [{ symbol: "Apple" }, { symbol: "AAPL" }] })
    expect(await json("trades", "list", "--symbol", "apple")).toEqual({ items: [], nextCursor: null })
    expect(await json("trades", "list", "--symbol", "Apple")).toMatchObject({ items: [{ id: "T1" }] })
    expect(await json("trades", "show", "T1")).toMatchObject({ symbol: "Apple", status: "pending" })
    expect(await json("trades", "release", "T1", "--symbol", "AAPL", "--reason", "renamed")).toMatchObject({
      account: "paper"
    })
    expect(await json("positions", "show", "AAPL")).toMatchObject({ exposure: "0.6" })
  })

  it("ACC-4: a symbol that its exchange does not list is quarantined by name with what to do; listed, it is counted by itself", async () => {
    const { begin, cli, file, json, place } = desk()
    const listing = file("listing.csv", "symbol\nAAPL\n")
    const config = ["--config", file("roundlot.json", JSON.stringify({ accounts: { paper: { listing } } }))]
    const bought = async (id: string, symbol: string) =>
      cli("trades", "import", file(`${id}.csv`, `${HEADER}\n${row("1", symbol).replace("x", id)}\n`), ...config)
    // Nobody was asked yet: it is counted, and nothing is sent for it.
    expect(await bought("first", "ZZZZQ")).toMatchObject({ code: 0 })
    expect((await cli("start", "--until-idle", ...config)).code).toBe(3)
    const later = await bought("later", "ZZZZQ")
    expect([later.code, later.err]).toEqual([
      3,
      expect.stringMatching(
        /later is quarantined as T2 \(Unknown instrument: .*no instrument ZZZZQ.*suffixes.*confirm it.*dismiss/
      )
    ])
    const held = { reason: expect.stringMatching(/^Unknown instrument: .*ZZZZQ.*suffixes.*dismiss/) }
    expect(await json("trades", "list", "--status", "quarantined")).toMatchObject({ items: [{ id: "T2" }] })
    expect(await json("trades", "show", "T2")).toMatchObject({ status: "pending", ...held, statuses: [held] })
    expect((await cli("cases", "show", "T2")).out).toContain("Unknown instrument: the broker has no instrument ZZZZQ")
    expect((await cli("start", "--until-idle", ...config)).code).toBe(3)
    expect(await json("positions", "show", "ZZZZQ")).toMatchObject({ target: "1", hedged: "0" })
    file("listing.csv", "symbol\nAAPL\nZZZZQ\n")
    const daemon = begin(["start", ...place, ...config])
    await until(async () => JSON.stringify(await json("positions", "show", "ZZZZQ")).includes('"hedged":"2"'))
    daemon.end()
    await daemon.ended
    expect(await json("positions", "show", "ZZZZQ")).toMatchObject({ target: "2", hedged: "2", residual: "0" })
    expect(await json("trades", "show", "T2")).toMatchObject({
      status: "completed",
      reason: null,
      statuses: [held, { status: "accumulated", cause: { kind: "timer", reason: "ZZZZQ is known now" } }, {}]
    })
    expect(await json("audit")).toMatchObject({ ok: true })
  })

  it("a list that is empty because no instrument has its symbol says so, with the nearest", async () => {
    const { cli } = desk()
    await cli("trades", "add", "--symbol", "AAPL", "--side", "buy", "--quantity", "0.3")
    expect(await cli("orders", "list", "--symbol", "appl")).toEqual({
      code: 0,
      out: "None.\n",
      err: "No instrument appl. Did you mean AAPL?\n"
    })
    expect(await cli("orders", "list", "--symbol", "aapl")).toMatchObject({ code: 0, out: "None.\n", err: "" })
  })

  it("flags that are missing are named together", async () => {
    const { cli } = desk()
    const one = "error: --reason is missing. See 'roundlot halt --help'.\n"
    expect(await cli("halt", "--all")).toMatchObject({ code: 2, err: one })
    const two = "error: --as, --reason are missing. See 'roundlot positions adjust --help'.\n"
    expect(await cli("positions", "adjust", "AAPL", "--by", "1")).toMatchObject({ code: 2, err: two })
  })

  it.each(["trades", "orders", "positions", "fills", "allocations", "breaks", "instruments", "journal"])(
    "%s list: an account that is not in the books is refused with the nearest, not shown as empty",
    async (noun) => {
      const { cli } = desk()
      await cli("trades", "add", "--symbol", "AAPL", "--side", "Buy", "--quantity", "0.3")
      const text = await cli(noun, "list", "--account", "papr")
      expect([text.code, text.out]).toEqual([2, ""])
      expect(text.err).toContain("Account 'papr' is not known. Did you mean 'paper'?")
      const program = await cli(noun, "list", "--account", "papr", "--json")
      expect(JSON.parse(program.out)).toMatchObject({ error: { kind: "UsageError" } })
      expect((await cli(noun, "list", "--account", "PAPER")).code).toBe(0)
    }
  )

  it("B5: history is kept on record and never counted, where the file is said to be that", async () => {
    const { cli, file, json } = desk()
    const rows = file("old.csv", buys(["old-1", "2"]))
    const kept = await cli("trades", "import", rows, "--backfill", "record", "--json")
    expect(kept.code).toBe(0)
    expect(JSON.parse(kept.out)).toEqual({
      accepted: 0,
      duplicates: 0,
      conflicts: 0,
      quarantined: 0,
      recorded: 1,
      rejected: 0
    })
    expect(await json("trades", "show", "T1")).toMatchObject({ status: "failed", reason: "Historical" })
    expect(await json("positions", "list")).toMatchObject({ items: [] })
    expect(await cli("trades", "import", rows, "--backfill", "hedge")).toMatchObject({ code: 2 })
    const held = file("held.csv", buys(["old-2", "3"]))
    expect((await cli("trades", "import", held, "--backfill", "hedged")).code).toBe(0)
    const more = file("more.csv", buys(["old-3", "1"]))
    await cli("batches", "submit", more, "--name", "more", "--mode", "accumulate", "--backfill", "hedged")
    expect(await json("batches", "show", "G1")).toMatchObject({ totalTrades: 1, processedTrades: 1 })
    expect(await json("positions", "list")).toMatchObject({ items: [{ target: "4", hedged: "4", residual: "0" }] })
    expect(await json("orders", "list")).toMatchObject({
      items: [
        { origin: "external", status: "filled", quantity: "3" },
        { origin: "external", status: "filled", quantity: "1" }
      ]
    })
  })

  it("an instrument is confirmed by hand, with its lot and tick; what is no number is refused", async () => {
    const { cli, file, json } = desk()
    await cli("trades", "import", file("t.csv", buys(["t-1", "2"])))
    const words = ["instruments", "confirm", "AAPL", "--lot", "100", "--tick", "0.05", "--reason", "its exchange asks"]
    expect(await cli(...words)).toMatchObject({ code: 0 })
    expect(await json("instruments", "list")).toMatchObject({
      items: [{ symbol: "AAPL", status: "verified", lot: "100", tick: "0.05" }]
    })
    expect(await cli("instruments", "confirm", "AAPL", "--lot", "0", "--reason", "wrong")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--lot '0' is not valid")
    })
    expect(await json("audit")).toMatchObject({ ok: true })
  })

  it("B5: sides are taken in capitals or not, from a file, a line of JSON and the command line", async () => {
    const { cli, file, json } = desk()
    const rows = ["buy", "Buy", "BUY", "sell", "Sell"].map((side, i) =>
      row("0.3").replace("x,", `x${i},`).replace("buy", side)
    )
    expect((await cli("trades", "import", file("a.csv", `${HEADER}\n${rows.join("\n")}\n`))).code).toBe(0)
    expect((await cli("trades", "add", "--symbol", "AAPL", "--side", "SELL", "--quantity", "0.1")).code).toBe(0)
    expect(await json("positions", "show", "AAPL")).toMatchObject({ exposure: "0.2" })
  })

  it("the same id with other contents conflicts: the first stands, a break shows it", async () => {
    const { cli, file, json } = desk()
    await cli("trades", "import", file("a.csv", buys(["a", "0.3"])))
    const { code, err } = await cli("trades", "import", file("b.csv", buys(["a", "0.4"])))
    expect(code).toBe(3)
    expect(err).toContain("line 2: a conflicts with T1, which stays unchanged: quantity was 0.3, is 0.4")
    expect(await json("breaks", "list", "--status", "open")).toMatchObject({
      items: [{ kind: "Conflict", subject: "T1" }]
    })
    expect((await cli("breaks", "resolve", "B1")).code).toBe(2)
    expect((await cli("breaks", "resolve", "B1", "--reason", "a typo")).code).toBe(0)
  })

  it.each([
    ["a missing file", ["trades", "import", "/nowhere/a.csv"], 1, "/nowhere/a.csv does not exist"],
    ["an unknown verb", ["ordres", "list"], 2, "Did you mean 'orders'?"],
    [
      "an unknown flag of a group",
      ["orders", "--jsno"],
      2,
      "Option of roundlot orders '--jsno' is not known. Did you mean '--json'?"
    ],
    ["an unknown flag", ["orders", "list", "--symbl", "A"], 2, "Did you mean '--symbol'?"],
    [
      "a store of another kind",
      ["orders", "list", "--store", "mysql://x"],
      2,
      "Write postgres://HOST/DATABASE, or sqlite:"
    ],
    [
      "a server that is not there",
      ["orders", "list", "--store", "postgres://127.0.0.1:1/x"],
      1,
      "it cannot be reached"
    ],
    ["a bare path as store", ["orders", "list", "--store", "x.db"], 2, "or sqlite:PATH, such as sqlite:x.db"],
    ["no store", ["orders", "list", "--store", "sqlite:/nowhere/x.db"], 1, "there is no store at /nowhere/x.db"],
    ["a bad duration", ["start", "--order-polling-interval", "15x"], 2, "Write a number and a unit"],
    ["an unknown column", ["trades", "import", "a.csv", "--columns", "symbl=T"], 2, "Did you mean 'symbol'?"],
    ["a bad anchor", ["audit", "--anchor", "x"], 2, "POSITION:HASH"]
  ])("%s", async (_, words, code, said) => {
    const ended = await desk().plain(words)
    expect(ended.err).toContain(said)
    expect(ended.err).toMatch(/^error: /)
    expect(ended.err).not.toMatch(/^\s+at /m)
    expect(ended.code).toBe(code)
  })

  it("an account that is not there is refused with the nearest", async () => {
    const { cli } = desk()
    await cli("accounts", "add", "hedge", "--direction", "offset")
    const { code, err } = await cli(
      "trades",
      "add",
      "--account",
      "hegde",
      "--symbol",
      "A",
      "--side",
      "buy",
      "--quantity",
      "1"
    )
    expect([code, err]).toEqual([2, "error: Account 'hegde' is not known. Did you mean 'hedge'?\n"])
  })

  it.each([
    [{ stor: "x" }, "stor: is not known. Did you mean 'store'?"],
    [{ port: 80_800 }, "port: is 80800, and may be"],
    [{ alerts: {} }, "alerts: names no receiver"],
    [{ accounts: { a: { notPlacedAfter: "1d" } } }, "accounts.a.notPlacedAfter: is not supported in this version"],
    [{ accounts: { a: { maxTradeAge: "old" } } }, "accounts.a.maxTradeAge"],
    [{ accounts: { a: { lotMethod: "best" } } }, "accounts.a.lotMethod"],
    [{ accounts: { a: { band: 20 } } }, "accounts.a.band"],
    [{ accounts: { a: { band: "20" } } }, "accounts.a.band: is not a percentage, such as 20% or 7.5%"],
    [{ accounts: { a: { direktion: "mirror" } } }, "Did you mean 'direction'?"],
    [{ accounts: { a: { lot: 5 } } }, 'Quantities are written as text: "5"'],
    [{ accounts: { a: { order: { limitOffsetBp: 5, lifeSecond: 1 } } } }, "Did you mean 'lifeSeconds'?"],
    [{ accounts: { a: { order: "limit" } } }, 'accounts.a.order: may be "market", or limitOffsetBp'],
    [
      { accounts: { a: { order: { limitOffsetBp: 10_000, lifeSeconds: 1 } } } },
      'accounts.a.order: may be "market", or limitOffsetBp'
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: [5, 20, 20], lifeSeconds: 1 } } } },
      "accounts.a.order: limitOffsetBp has 20 after 20; write each larger than the one before"
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: [50, 5], lifeSeconds: 1 } } } },
      "accounts.a.order: limitOffsetBp has 5 after 50"
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: [], lifeSeconds: 1 } } } },
      "accounts.a.order: limitOffsetBp has 0 offsets; write 1 to 5"
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: [1, 2, 3, 4, 5, 6], lifeSeconds: 1 } } } },
      "accounts.a.order: limitOffsetBp has 6 offsets; write 1 to 5"
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: [5, 10_000], lifeSeconds: 1 } } } },
      "accounts.a.order: limitOffsetBp has the offset 10000; write whole numbers from 0 to 9999"
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: [5, 20.5], lifeSeconds: 1 } } } },
      "accounts.a.order: limitOffsetBp has the offset 20.5"
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: [-1, 5], lifeSeconds: 1 } } } },
      "accounts.a.order: limitOffsetBp has the offset -1"
    ],
    [
      { accounts: { a: { order: { limitOffsetBp: ["5"], lifeSeconds: 1 } } } },
      'accounts.a.order: limitOffsetBp has the offset "5"'
    ],
    [{ accounts: { a: { order: { limitOffsetBp: [5, 20] } } } }, 'accounts.a.order: may be "market", or limitOffsetBp'],
    [{ accounts: { a: { live: true, environment: "paper" } } }, "has environment paper and live: true"],
    [{ accounts: { a: { live: false, environment: "live" } } }, "is a real-money account with"],
    [{ accounts: { a: { environment: "live" } } }, "is a real-money account with"]
  ])("the configuration %j is refused by its place", async (written, said) => {
    const { code, err } = await endedWith(JSON.stringify(written))
    expect(err).toContain(said)
    expect(err).toContain("roundlot.json")
    expect(code).toBe(2)
  })

  it("a configuration in which a setting is given twice is refused by its place", async () => {
    const { code, err } = await endedWith('{"accounts":{"a":{"maxOrderQuantity":"10","maxOrderQuantity":"10000"}}}')
    expect(err).toContain("accounts.a.maxOrderQuantity: is set twice. Remove one")
    expect(code).toBe(2)
  })

  it("a corrupt store is refused with its place, and is left as it is", async () => {
    const { cli, folder } = desk()
    writeFileSync(
      join(folder, "books.db"),
      "this is no database, and it is long enough to be looked at closely".repeat(50)
    )
    for (const words of [
      ["orders", "list"],
      ["trades", "add", "--symbol", "A", "--side", "buy", "--quantity", "1"],
      ["start"]
    ]) {
      const { code, err } = await cli(...words)
      expect([code, err]).toEqual([1, expect.stringContaining("books.db: it is no SQLite database")])
    }
    const doctor = await cli("doctor")
    expect([doctor.code, doctor.out]).toEqual([3, expect.stringMatching(/WARN {2}store .*no SQLite database/)])
    expect(readFileSync(join(folder, "books.db"), "utf8")).toMatch(/^this is no database/)
  })
})
