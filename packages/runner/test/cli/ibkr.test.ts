import { rmSync } from "node:fs"
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

const Fills = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({ quantity: Schema.String, price: Schema.String, commission: Schema.NullOr(Schema.String) })
  )
})

describe("an account at Interactive Brokers, over sockets", () => {
  it("SDK-2, FILL-16: the main job makes its orders and fills at TWS, with what they cost", async () => {
    const { cli, file, folder, json } = desk()
    const tws = await simulatedAt("ibkr", folder)
    await cli("trades", "import", file("t.csv", tape), "--account", "paper")
    const started = await cli("start", "--until-idle", "--broker", "ibkr", "--env-file", tws.envFile)
    expect(started).toMatchObject({ code: 0 })
    expect(await json("audit")).toMatchObject({ ok: true })
    const fills = Schema.decodeUnknownSync(Fills)(await json("fills", "list"))
    expect(
      fills.items.map(({ commission, price, quantity }) => `${quantity} ${price} ${commission}`).toSorted()
    ).toEqual(["2 100 1", "3 100 1"])
    await tws.end()
    rmSync(folder, { recursive: true, force: true })
  }, 120_000)

  it("a Gateway that is not there, a wrong port and numbers that are none are told in a sentence", async () => {
    const { cli, file, folder } = desk()
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "ibkr", "--env-file", file("i.env", variables))).err
    expect(await start("IB_PORT=1\n")).toContain("no connection to TWS at 127.0.0.1:1")
    expect(await start("IB_PORT=port\n")).toContain("IB_PORT: 'port' is none")
    expect(await start("IB_CLIENT_ID=-1\n")).toContain("IB_CLIENT_ID: '-1' is none")
    rmSync(join(folder), { recursive: true, force: true })
  })
})
