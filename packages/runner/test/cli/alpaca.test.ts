import { rmSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { mainJobAt } from "./mainJob.ts"
import { buys, desk } from "./roundlot.ts"

describe("an account at Alpaca, over sockets", () => {
  it("SDK-2, FILL-16, AUD-10: the main job makes the same books with the stream and without, and shows the secret nowhere", async () => {
    const streamed = await mainJobAt("alpaca")
    expect(streamed.fills).toEqual(["2 100", "3 100"])
    expect(await mainJobAt("alpaca", "--no-stream")).toEqual(streamed)
  }, 120_000)

  it("keys that are missing, a live host and a foreign one are refused in a sentence, and nothing is sent", async () => {
    const { cli, file } = desk()
    const keys = "APCA_API_KEY_ID=a\nAPCA_API_SECRET_KEY=b\n"
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "alpaca", "--env-file", file("a.env", variables))).err
    expect(await start("")).toContain("APCA_API_KEY_ID and APCA_API_SECRET_KEY: is not set")
    expect(await start(`${keys}APCA_API_BASE_URL=https://api.alpaca.markets\n`)).toContain(
      "is declared paper and its broker is live"
    )
    expect(await start(`${keys}APCA_API_BASE_URL=https://alpaca.example\n`)).toContain("names the host alpaca.example")
  })

  it("an account whose orders are at one broker is not driven to another", async () => {
    const { cli, file, folder } = desk()
    await cli("trades", "import", file("t.csv", buys(["t1", "1"])))
    expect((await cli("start", "--until-idle")).code).toBe(0)
    const { code, err } = await cli("start", "--until-idle", "--broker", "alpaca")
    expect(code).toBe(2)
    expect(err).toContain("pinned to paper")
    rmSync(folder, { recursive: true, force: true })
  })
})
