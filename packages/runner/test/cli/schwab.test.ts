import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { desk, HEADER } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"

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
  const schwab = await simulatedAt("schwab", folder)
  const imported = await cli("trades", "import", file("t.csv", tape), "--account", "paper")
  const start = ["start", "--until-idle", "--broker", "schwab", "--env-file", schwab.envFile]
  const started = await cli(...start, "--order-polling-interval", "200ms", "--order-polling-max-jitter", "0s", ...more)
  expect(started.code).toBe(0)
  expect(await json("audit")).toMatchObject({ ok: true })
  const positions = Schema.decodeUnknownSync(Positions)(await json("positions", "list"))
  const fills = Schema.decodeUnknownSync(Fills)(await json("fills", "list"))
  const printed = await schwab.end()
  rmSync(schwab.envFile)
  const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"))
  for (const text of [imported.out, imported.err, started.out, started.err, printed, ...kept]) {
    expect(text).not.toContain(schwab.secret)
  }
  rmSync(folder, { recursive: true, force: true })
  return {
    positions: positions.items.map((each) => Object.values(each).join(" ")).toSorted(),
    fills: fills.items.map(({ price, quantity }) => `${quantity} ${price}`).toSorted()
  }
}

describe("an account at Schwab, over sockets", () => {
  it("SDK-2, FILL-16, AUD-10: the main job makes whole orders, carries the fractions, and shows the secret nowhere", async () => {
    const streamed = await books()
    expect(streamed.fills).toEqual(["2 100", "3 100"])
    expect(await books("--no-stream")).toEqual(streamed)
  }, 120_000)

  it("keys that are missing, Schwab's own host and a foreign one are refused in a sentence, and nothing is sent", async () => {
    const { cli, file } = desk()
    const keys = "SCHWAB_APP_KEY=a\nSCHWAB_APP_SECRET=b\n"
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "schwab", "--env-file", file("a.env", variables))).err
    expect(await start("")).toContain("SCHWAB_APP_KEY and SCHWAB_APP_SECRET: is not set")
    expect(await start(keys)).toContain("drives no live account")
    expect(await start(`${keys}SCHWAB_BASE_URL=https://schwab.example\n`)).toContain("names the host schwab.example")
  })
})
