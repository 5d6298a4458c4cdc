import { describe, expect, it } from "vitest"
import { buys, desk } from "./roundlot.ts"

/** An order to buy two, of which the exchange has filled nine. */
const overfilled = async () => {
  const place = desk()
  const idle = () => place.cli("start", "--until-idle", "--account", "paper", "--json")
  await place.cli("trades", "import", place.file("trades.csv", buys(["a", "2"])))
  await place.cli("exchange", "instruct", JSON.stringify({ id: "more", when: {}, do: { fill: { quantity: "9" } } }))
  expect((await idle()).code).toBe(3)
  return { ...place, idle }
}

describe("what a broker reported and was not possible, on the command line", () => {
  it("W9: it is held, blocks the symbol, and a person accepts it after a dry run", async () => {
    const { cli, idle, json } = await overfilled()
    expect(await json("breaks", "list", "--status", "open", "--holds", "symbol")).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ kind: "Implausible", subject: "O1" })])
    })
    const shown = await json("orders", "show", "O1")
    expect(shown).toMatchObject({ filledQuantity: "0", sentQuantity: "2" })
    expect(shown).toMatchObject({
      heldReports: expect.arrayContaining([
        expect.objectContaining({ rule: "W9", field: "execution", reported: "9", possible: "2", outcome: null })
      ])
    })
    const number = heldExecution(shown)
    const head = await json("journal", "head")
    const accept = ["orders", "accept-report", "O1", "--report", String(number), "--reason", "seen there"] as const
    expect((await cli(...accept)).code).not.toBe(0)
    expect((await cli(...accept, "--dry-run")).out).toContain("Nothing is written")
    expect(await json("journal", "head")).toEqual(head)
    expect((await cli(...accept, "--yes")).code).toBe(0)
    expect(await json("orders", "show", "O1")).toMatchObject({ status: "filled", filledQuantity: "9", excess: "7" })
    await idle()
    expect(await json("audit")).toMatchObject({ ok: true })
  })

  it("W9: a person voids what was booked, and the order is as it was sent", async () => {
    const { cli, json } = await overfilled()
    const number = heldExecution(await json("orders", "show", "O1"))
    await cli("orders", "accept-report", "O1", "--report", String(number), "--reason", "a mistake", "--yes")
    const fills = await json("orders", "show", "O1")
    const voided = ["orders", "void", "O1", "--reason", "it never was", "--yes"] as const
    expect((await cli(...voided, "--execution", "nothing")).err).toContain("O1 has no execution nothing that counts")
    expect((await cli(...voided, "--execution", execIdIn(fills))).code).toBe(0)
    const asSent = { filledQuantity: "0", quantity: "2", excess: "0" }
    expect(await json("orders", "show", "O1")).toMatchObject(asSent)
    expect(await json("sync", "trades")).toMatchObject({ canonicalChanges: 0 })
    expect(await json("orders", "show", "O1")).toMatchObject(asSent)
    expect(await json("audit")).toMatchObject({ ok: true })
  })
})

describe("what was true and is voided", () => {
  it("F3: counts again once the broker tells it again, of whatever time it is", async () => {
    const { cli, file, json } = desk()
    const idle = () => cli("start", "--until-idle", "--account", "paper")
    await cli("trades", "import", file("trades.csv", buys(["a", "2"])))
    expect((await idle()).code).toBe(0)
    const filled = { status: "filled", filledQuantity: "2" }
    const shown = await json("orders", "show", "O1")
    expect(shown).toMatchObject(filled)
    await cli("orders", "void", "O1", "--reason", "seen nowhere", "--yes", "--execution", execIdIn(shown))
    expect(await json("orders", "show", "O1")).toMatchObject({ status: "submitted", filledQuantity: "0" })
    await idle()
    expect(await json("orders", "show", "O1")).toMatchObject(filled)
    expect(await json("positions", "show", "AAPL")).toMatchObject({ hedged: "2", inFlight: "0" })
    expect(await json("audit")).toMatchObject({ ok: true })
  })
})

/** The number of the held report that is an execution. */
const heldExecution = (shown: unknown): number => {
  const found = /"number":(\d+),"rule":"W9","field":"execution"/.exec(JSON.stringify(shown))
  return Number(found?.[1])
}

const execIdIn = (shown: unknown): string =>
  /"fills":\[\{[^\]]*?"execId":"([^"]+)"/.exec(JSON.stringify(shown))?.[1] ?? "none"
