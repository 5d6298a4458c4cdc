import { describe, expect, it } from "vitest"
import { mainJobAt } from "./mainJob.ts"
import { desk } from "./roundlot.ts"

describe("an account at Schwab, over sockets", () => {
  it("SDK-2, FILL-16, AUD-10: the main job makes whole orders, carries the fractions, and shows the secret nowhere", async () => {
    const streamed = await mainJobAt("schwab")
    expect(streamed.fills).toEqual(["2 100", "3 100"])
    expect(await mainJobAt("schwab", "--no-stream")).toEqual(streamed)
  }, 120_000)

  it("keys that are missing, Schwab's own host and a foreign one are refused in a sentence, and nothing is sent", async () => {
    const { cli, file } = desk()
    const keys = "SCHWAB_APP_KEY=a\nSCHWAB_APP_SECRET=b\n"
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "schwab", "--env-file", file("a.env", variables))).err
    expect(await start("")).toContain("SCHWAB_APP_KEY and SCHWAB_APP_SECRET: is not set")
    expect(await start(keys)).toContain("is declared paper and its broker is live")
    expect(await start(`${keys}SCHWAB_BASE_URL=https://schwab.example\n`)).toContain("names the host schwab.example")
  })
})
