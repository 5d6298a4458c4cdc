import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { desk, HEADER, until } from "./roundlot.ts"

/** A file of trades of now: two shares of each symbol. */
const twoOf = (...symbols: ReadonlyArray<string>): string => {
  const now = new Date().toISOString()
  return [HEADER, ...symbols.map((symbol) => `t-${symbol},${now},${symbol},buy,2,50`), ""].join("\n")
}

/** An account `paper` with trades in these symbols, its listing as the text of a file beside the configuration, or none. */
const traded = async (symbols: ReadonlyArray<string>, listing?: string) => {
  const place = desk()
  mkdirSync(join(place.folder, "conf"))
  if (listing !== undefined) place.file("conf/listing.txt", listing)
  const paper = listing === undefined ? {} : { listing: "listing.txt" }
  const config = ["--config", place.file("conf/roundlot.json", JSON.stringify({ accounts: { paper } }))]
  const trades = place.file("t.csv", twoOf(...symbols))
  expect(await place.cli("trades", "import", trades, "--account", "paper")).toMatchObject({ code: 0 })
  return {
    ...place,
    config,
    trades,
    start: () => place.cli("start", "--until-idle", ...config),
    position: (symbol: string) => place.json("positions", "show", symbol),
    confirm: (symbol: string) =>
      place.cli("instruments", "confirm", symbol, "--account", "paper", "--reason", "listed elsewhere")
  }
}

const COMMAND = "roundlot instruments confirm ZZZZQ --reason WHY"

describe("a paper account trades what its exchange lists", () => {
  it("ZZZZQ accumulates and is not sent, with the command to run; confirmed, it trades, and other symbols go on", async () => {
    const { cli, confirm, json, position, start } = await traded(["ZZZZQ", "AAPL"])
    const first = await start()
    expect(first.code).toBe(3)
    expect(first.out).toContain("position ZZZZQ (paper): residual 2, Refused: instrument unknown")
    expect(await position("ZZZZQ")).toMatchObject({ exposure: "2", hedged: "0", residual: "2" })
    expect(await json("positions", "list")).toMatchObject({
      items: [{ symbol: "AAPL", hedged: "2" }, { symbol: "ZZZZQ" }]
    })
    expect(await json("orders", "list")).toMatchObject({ items: [{ symbol: "AAPL", status: "filled" }] })
    expect((await cli("positions", "show", "ZZZZQ")).out).toContain(COMMAND)
    expect(await json("instruments", "list", "--symbol", "ZZZZQ")).toMatchObject({ items: [{ status: "unknown" }] })
    expect(await confirm("ZZZZQ")).toMatchObject({ code: 0 })
    expect((await start()).code).toBe(0)
    expect(await position("ZZZZQ")).toMatchObject({ hedged: "2", residual: "0" })
  })

  it("a running daemon sends what was confirmed, and keeps it so over many answers that it is not listed", async () => {
    const { begin, confirm, json, place, position, start } = await traded(["ZZZZQ"])
    const daemon = begin(["start", ...place])
    await until(async () => JSON.stringify(await position("ZZZZQ").catch(() => "")).includes("InstrumentUnknown"))
    expect(await confirm("ZZZZQ")).toMatchObject({ code: 0 })
    await until(async () => JSON.stringify(await position("ZZZZQ")).includes('"hedged":"2"'))
    daemon.end()
    await daemon.ended
    expect((await start()).code).toBe(0)
    expect(await json("instruments", "list")).toMatchObject({ items: [{ symbol: "ZZZZQ", status: "verified" }] })
  })

  it("a decision for ZZZZQ is refused without a daemon too, and sent once it is confirmed", async () => {
    const { cli, confirm, price } = await traded(["AAPL"])
    await price("ZZZZQ")
    const decide = () => cli("decide", "--account", "paper", "--symbol", "ZZZZQ", "--side", "buy", "--quantity", "3")
    const refused = await decide()
    expect([refused.code, refused.out + refused.err]).toEqual([1, expect.stringContaining("instrument unknown")])
    expect(await confirm("ZZZZQ")).toMatchObject({ code: 0 })
    expect((await decide()).code).toBe(0)
  })
})

const FORMS: ReadonlyArray<readonly [form: string, text: string]> = [
  ["CSV", "symbol,name\nZZZZQ,Made up Inc.\n"],
  [
    "the Nasdaq Trader symbol directory",
    [
      "Symbol|Security Name|Market Category|Test Issue|Round Lot Size",
      "ZZZZQ|Made up Inc.|Q|N|100",
      "KO|A test issue|Q|Y|100",
      "File Creation Time: 1124202621:30||||",
      ""
    ].join("\r\n")
  ]
]

describe("a listing file of a configuration", () => {
  it.each(FORMS)("in the form of %s, beside the configuration: what it names trades, nothing else", async (_, text) => {
    const { position, start } = await traded(["ZZZZQ", "AAPL", "KO"], text)
    expect((await start()).code).toBe(3)
    expect(await position("ZZZZQ")).toMatchObject({ hedged: "2", residual: "0" })
    expect(await position("AAPL")).toMatchObject({
      hedged: "0",
      next: { answer: { code: "Refused", control: "InstrumentUnknown" } }
    })
    expect(await position("KO")).toMatchObject({
      hedged: "0",
      next: { answer: { code: "Refused", control: "InstrumentUnknown" } }
    })
  })

  it("a dry run of an import asks it too", async () => {
    const { cli, config, file } = await traded(["AAPL"], "symbol\nZZZZQ\n")
    const more = file("more.csv", twoOf("ZZZZQ", "KO"))
    const { out } = await cli("trades", "import", more, "--account", "paper", "--dry-run", "--json", ...config)
    expect(out).toContain('"symbol":"ZZZZQ"')
    expect(out).not.toContain('"symbol":"KO","side"')
  })

  it("a bad line refuses the start, with file, line and what to do; nothing is sent", async () => {
    const { folder, json, start } = await traded(["AAPL"], "symbol,name\nAAPL,Apple\nBRK B,Berkshire\n")
    const { code, err } = await start()
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(`${folder}/conf/listing.txt, line 3: 'BRK B' is no ticker. A symbol has`)
    ])
    expect(await json("orders", "list")).toMatchObject({ items: [] })
  })

  it("a file that is missing, and a listing of an account at another broker, are refused by the setting's name", async () => {
    const { cli, file, folder } = desk()
    const refused = async (paper: object) => {
      const config = file("roundlot.json", JSON.stringify({ accounts: { paper } }))
      const { code, err } = await cli("start", "--until-idle", "--config", config)
      expect(code).toBe(2)
      return err
    }
    expect(await refused({ listing: "none.csv" })).toContain(
      `accounts.paper.listing: ${folder}/none.csv does not exist`
    )
    expect(await refused({ listing: "l.csv", broker: "alpaca" })).toContain(
      "accounts.paper.listing: is for the paper exchange, and the account's broker is alpaca. Leave it out"
    )
    expect(await refused({ listing: "" })).toContain("accounts.paper.listing")
  })
})
