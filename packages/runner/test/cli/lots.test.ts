import { describe, expect, it } from "vitest"
import { desk } from "./roundlot.ts"
import { traded } from "./traded.ts"

/** Bought 10 at 100 and 5 at 120, then sold 6 at 130 and 4 at 90: F1 to F4. */
const inLots = async () => {
  const at = desk()
  await traded(at, ["buy", "10", "100"], ["buy", "5", "120"], ["sell", "6", "130"], ["sell", "4", "90"])
  return at
}

const says = (text: string) => [false, expect.stringContaining(text)]

describe("lots that a person identifies", () => {
  it("LOT-13: are shown, previewed, recorded once, in every report, and proven by the audit", async () => {
    const { cli, json } = await inLots()
    expect((await cli("fills", "lots", "F3")).out).toMatch(
      /^F3 closes, by fifo[^]*F1 +2\d{3}-\d\d-\d\d +6 +600\.00 +780\.00 +180\.00 +short[^]*open when it executes:[^]*F1 .* 10 +1000\.00\nF2 .* 5 +600\.00/
    )
    const asked = ["fills", "identify", "F3", "--lot", "F2=5", "--lot", "F1=1", "--reason", "highest cost"] as const
    const shown = await json(...asked, "--dry-run")
    expect(shown).toMatchObject({
      lots: [
        { openedBy: "F2", profit: "50" },
        { openedBy: "F1", profit: "30" }
      ]
    })
    expect((await cli(...asked, "--dry-run")).out).toMatch(/^Nothing is written[^]*F2 .* 5 +600\.00 +650\.00 +50\.00 /)
    expect(await json("fills", "lots", "F3")).toMatchObject({ closes: [{ openedBy: "F1", quantity: "6" }] })
    const once = ["--command-id", "lots-of-f3"]
    const done = await cli(...asked, ...once)
    expect(done).toMatchObject({ code: 0, out: "F3 closes 5 of F2, 1 of F1.\n" })
    expect(await json("fills", "lots", "F3")).toMatchObject({
      closes: [
        { openedBy: "F2", quantity: "5", profit: "50", term: "short", note: "lot identified by a person" },
        { openedBy: "F1", quantity: "1", profit: "30" }
      ],
      opens: "0",
      notApplied: null
    })
    // What was identified since changes nothing of the first answer.
    expect((await cli("fills", "identify", "F3", "--by-method", "--reason", "a mistake")).out).toContain(
      "by the method"
    )
    expect(await cli(...asked, ...once)).toEqual(done)
    expect(await json("fills", "lots", "F3")).toMatchObject({ closes: [{ openedBy: "F1", quantity: "6" }] })
    await cli(...asked)
    expect((await cli("report", "profit")).out).toMatch(/AAPL +USD +5 +500\.00 +100\.00 /)
    expect((await cli("audit")).code).toBe(0)
  })

  it("LOT-13: what the fill cannot close is refused, by name", async () => {
    const { cli } = await inLots()
    const refused = async (id: string, ...lots: ReadonlyArray<string>) => {
      const named = lots.flatMap((lot) => ["--lot", lot])
      const { code, err, out } = await cli("fills", "identify", id, ...named, "--reason", "highest cost", "--dry-run")
      return [code === 0, `${out}${err}`]
    }
    expect(await refused("F3", "F2=6")).toEqual(says("the lot of F2 has 5 shares open, not 6"))
    expect(await refused("F3", "F2=5")).toEqual(says("F3 closes 6 shares"))
    expect(await refused("F4", "F3=4")).toEqual(says("F3 opened no lot"))
    expect(await refused("F2", "F1=5")).toEqual(says("it opens a lot and closes none"))
    expect(await refused("F9", "F1=4")).toEqual(says("F9"))
    expect(await refused("F3", "F2")).toEqual(says("such as --lot F1=2"))
    expect(await refused("F3")).toEqual(says("--by-method"))
    expect((await cli("fills", "identify", "F4", "--lot", "F2=4", "--reason", "highest cost")).code).toBe(0)
    expect(await refused("F3", "F2=5", "F1=1")).toEqual(says("lots are identified for F4"))
  })

  it("LOT-13: a correction that leaves too few shares falls back to the method, and says so; no share is lost", async () => {
    const { cli, json } = await inLots()
    await cli("fills", "identify", "F3", "--lot", "F2=5", "--lot", "F1=1", "--reason", "highest cost")
    const [, execId = ""] = /"id":"F2"[^}]*?"execId":"([^"]+)"/.exec((await cli("fills", "list", "--json")).out) ?? []
    await cli("exchange", "instruct", JSON.stringify({ id: "c", do: { correct: { execId, quantity: "4" } } }))
    await cli("sync", "trades")
    expect(await json("fills", "lots", "F3")).toMatchObject({
      closes: [{ openedBy: "F1", quantity: "6", note: null }],
      notApplied: "the lot of F5 has 4 shares open, not 5"
    })
    expect((await cli("report", "profit", "--json")).out).toContain("lots identified for F3 are not applied")
    expect((await cli("audit")).code).toBe(0)
  })
})
