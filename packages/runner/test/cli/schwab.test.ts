import { describe, expect, it } from "vitest"
import { mainJobAt } from "./mainJob.ts"
import { buys, desk } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"

describe("an account at Schwab, over sockets", () => {
  it("SDK-2, SDK-3, AUD-5, AUD-10: the main job makes whole orders, carries the fractions, and shows the secret nowhere", async () => {
    const streamed = await mainJobAt("schwab")
    expect(streamed.fills).toEqual(["2 100", "3 100"])
    expect(await mainJobAt("schwab", "--no-stream")).toEqual(streamed)
  })

  it("O24: an order in doubt that nothing there could be waits for an operator; not placed, it is ordered again, and once", async () => {
    const { cli, file, folder, json, wait } = desk()
    const { end, envFile } = await simulatedAt("schwab", folder)
    const at = ["--env-file", envFile]
    const start = async () => (await cli("start", "--broker", "schwab", ...at, "--until-idle")).code
    await cli("exchange", "instruct", JSON.stringify({ id: "lost", when: {}, do: { resetBefore: {} } }), ...at)
    await cli("trades", "import", file("t.csv", buys(["t1", "1"])), "--account", "paper")
    expect(await start()).toBe(3)
    wait(60_000)
    expect(await start()).toBe(3)
    expect(await json("orders", "list")).toMatchObject({ items: [{ id: "O1", status: "in_doubt" }] })
    expect(await json("breaks", "list", "--status", "open")).toMatchObject({
      items: [{ kind: "Doubt", subject: "O1" }]
    })
    expect((await cli("orders", "resolve", "O1", "--not-placed")).code).toBe(2)
    const verdict = ["orders", "resolve", "O1", "--not-placed", "--reason", "Schwab's page has no such order"]
    const head: unknown = await json("journal", "head")
    const unsaid = await cli(...verdict)
    expect(unsaid.code).toBe(2)
    expect(unsaid.err).toContain("O1 has failed and its shares are due again after the cool-down")
    expect(await json("journal", "head")).toEqual(head)
    expect((await cli(...verdict, "--yes")).code).toBe(0)
    expect((await cli(...verdict, "--yes")).code).toBe(1)
    wait(60_000)
    expect(await start()).toBe(0)
    expect(await json("positions", "show", "AAPL")).toMatchObject({ hedged: "1", residual: "0" })
    expect(await json("breaks", "list", "--status", "open", "--holds", "symbol")).toMatchObject({ items: [] })
    expect(await json("exchange", "orders", ...at)).toMatchObject({ items: { length: 1 } })
    expect(await json("audit")).toMatchObject({ ok: true })
    await end()
  })

  it("keys that are missing, Schwab's own host and a foreign one are refused in a sentence, and nothing is sent", async () => {
    const { cli, file } = desk()
    const keys = "SCHWAB_APP_KEY=a\nSCHWAB_APP_SECRET=b\n"
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "schwab", "--env-file", file("a.env", variables))).err
    expect(await start("")).toContain("SCHWAB_APP_KEY and SCHWAB_APP_SECRET: is not set")
    expect(await start(keys)).toContain("its address is https://api.schwabapi.com, which is for real money")
    expect(await start(`${keys}SCHWAB_BASE_URL=https://schwab.example\n`)).toContain("names the host schwab.example")
  })
})
