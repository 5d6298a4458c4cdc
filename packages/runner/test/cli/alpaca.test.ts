import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { buys, desk, HEADER } from "./roundlot.ts"
import { simulated } from "./simulated.ts"

const rows = [
  ["a1", "AAPL", "buy", "0.3"],
  ["a2", "AAPL", "buy", "0.5"],
  ["k1", "KO", "buy", "4.5"],
  ["a3", "AAPL", "buy", "0.4"],
  ["k2", "KO", "sell", "1.25"],
  ["s1", "SPY", "sell", "2.5"],
  ["a4", "AAPL", "sell", "0.9"]
]
const tape = [HEADER, ...rows.map(([id, ...rest]) => `${id},2026-01-02T15:00:00Z,${rest.join()},100`), ""].join("\n")

const Fills = Schema.Struct({ items: Schema.Array(Schema.Struct({ quantity: Schema.String, price: Schema.String })) })
const Positions = Schema.Struct({
  items: Schema.Array(Schema.Struct({ symbol: Schema.String, hedged: Schema.String, residual: Schema.String }))
})
/** The books of the main job at a simulator of their own. */
const books = async (...more: ReadonlyArray<string>) => {
  const { cli, file, folder, json } = desk()
  const alpaca = await simulated(folder)
  const imported = await cli("trades", "import", file("t.csv", tape), "--account", "paper")
  const start = ["start", "--until-idle", "--broker", "alpaca", "--env-file", alpaca.envFile]
  const started = await cli(...start, "--order-polling-interval", "200ms", "--order-polling-max-jitter", "0s", ...more)
  expect(started.code).toBe(0)
  expect(await json("audit")).toMatchObject({ ok: true })
  const positions = Schema.decodeUnknownSync(Positions)(await json("positions", "list"))
  const fills = Schema.decodeUnknownSync(Fills)(await json("fills", "list"))
  const printed = await alpaca.end()
  rmSync(alpaca.envFile)
  const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"))
  for (const text of [imported.out, imported.err, started.out, started.err, printed, ...kept]) {
    expect(text).not.toContain(alpaca.secret)
  }
  rmSync(folder, { recursive: true, force: true })
  return {
    positions: positions.items.map((each) => Object.values(each).join(" ")).toSorted(),
    fills: fills.items.map(({ price, quantity }) => `${quantity} ${price}`).toSorted()
  }
}

describe("an account at Alpaca, over sockets", () => {
  it("SDK-2, FILL-16, AUD-10: the main job makes the same books with the stream and without, and shows the secret nowhere", async () => {
    const streamed = await books()
    expect(streamed.fills).toEqual(["2 100", "3 100"])
    expect(await books("--no-stream")).toEqual(streamed)
  }, 120_000)

  it("keys that are missing, a live host and a foreign one are refused in a sentence, and nothing is sent", async () => {
    const { cli, file } = desk()
    const keys = "APCA_API_KEY_ID=a\nAPCA_API_SECRET_KEY=b\n"
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "alpaca", "--env-file", file("a.env", variables))).err
    expect(await start("")).toContain("APCA_API_KEY_ID and APCA_API_SECRET_KEY: is not set")
    expect(await start(`${keys}APCA_API_BASE_URL=https://api.alpaca.markets\n`)).toContain("drives no live account")
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
