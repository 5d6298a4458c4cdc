import { describe, expect, it } from "vitest"
import { mainJobAt } from "./mainJob.ts"
import { buys, child, desk } from "./roundlot.ts"
import { leaksOf, simulatedAt } from "./simulated.ts"

describe("an account at Alpaca, over sockets", () => {
  it("SDK-2, SDK-3, AUD-5, FILL-16, AUD-10: the main job makes the same books with the stream and without, and shows the secret nowhere", async () => {
    const streamed = await mainJobAt("alpaca")
    expect(streamed.fills).toEqual(["2 100", "3 100"])
    expect(await mainJobAt("alpaca", "--no-stream")).toEqual(streamed)
  })

  it("AUD-1, AUD-10: decisions are executed with a daemon and without, over shares and over dollars; the secret is nowhere", async () => {
    const { cli, folder, json, store } = desk()
    const client = await simulatedAt("alpaca", folder)
    const { end, envFile } = client
    const at = ["--env-file", envFile]
    const printed: Array<string> = []
    const decide = async (...size: ReadonlyArray<string>) => {
      const made = await cli("decide", "--symbol", "AAPL", "--side", "buy", ...size, ...at, "--json")
      printed.push(made.out, made.err)
      return [made.code, JSON.parse(made.out)]
    }
    expect((await cli("start", "--until-idle", "--broker", "alpaca", ...at, "--account", "paper")).code).toBe(0)
    expect(await decide("--quantity", "1")).toMatchObject([0, { id: "D1", status: "executed" }])
    expect(await decide("--notional", "150.25")).toMatchObject([
      0,
      { id: "D2", status: "executed", notional: "150.25" }
    ])
    const daemon = child(["start", "--broker", "alpaca", ...at, "--store", store])
    await daemon.says(/Running/)
    expect(await decide("--quantity", "2")).toMatchObject([0, { id: "D3", status: "executed" }])
    expect(await decide("--notional", "0.5")).toMatchObject([
      1,
      { status: "failed", reason: expect.stringMatching(/^cost basis/) }
    ])
    daemon.signal("SIGTERM")
    const { err, out } = await daemon.ended
    expect(await json("orders", "list")).toMatchObject({
      items: [
        { status: "filled", quantity: "1", askedNotional: null },
        { status: "filled", quantity: "1.5025", filledQuantity: "1.5025", askedNotional: "150.25" },
        { status: "filled", quantity: "2" },
        { status: "rejected", quantity: "0", askedNotional: "0.5" }
      ]
    })
    const exchange = await cli("attempts", "show", "S2", "--json")
    expect(JSON.parse(exchange.out)).toMatchObject({
      request: { body: expect.stringContaining('"notional":"150.25"'), headers: {} },
      response: { body: expect.stringContaining('"qty":null') }
    })
    expect(await json("audit")).toMatchObject({ ok: true })
    printed.push(out, err, exchange.out, await end())
    expect(leaksOf(client, folder, printed)).toEqual([])
  })

  it("ACC-4: what Alpaca has no asset of is quarantined by name, and counted once a person has confirmed it", async () => {
    const { cli, file, folder, json } = desk()
    const client = await simulatedAt("alpaca", folder)
    const driven = ["--broker", "alpaca", "--env-file", client.envFile]
    const bought = (id: string, quantity: string) => {
      const rows = buys([id, quantity]).replaceAll("AAPL", "NOPE")
      return cli("trades", "import", file(`${id}.csv`, rows), "--account", "paper")
    }
    expect((await bought("first", "0.3")).code).toBe(0)
    expect((await cli("start", "--until-idle", ...driven, "--account", "paper")).code).toBe(0)
    expect(await json("instruments", "list")).toMatchObject({ items: [{ symbol: "NOPE", status: "unknown" }] })
    expect(await bought("later", "0.4")).toMatchObject({
      code: 3,
      err: expect.stringContaining("(Unknown instrument: ")
    })
    expect(await json("positions", "show", "NOPE")).toMatchObject({ target: "0.3" })
    const why = ["--account", "paper", "--reason", "it is listed tomorrow"]
    expect((await cli("instruments", "confirm", "NOPE", ...why)).code).toBe(0)
    expect((await cli("start", "--until-idle", ...driven, "--account", "paper")).code).toBe(0)
    expect(await json("positions", "show", "NOPE")).toMatchObject({ target: "0.7", residual: "0.7" })
    expect(await json("trades", "list", "--status", "quarantined")).toMatchObject({ items: [] })
    expect(await json("orders", "list")).toMatchObject({ items: [] })
    expect(await json("audit")).toMatchObject({ ok: true })
    await client.end()
  }, 120_000)

  it("keys that are missing, a live host and a foreign one are refused in a sentence, and nothing is sent", async () => {
    const { cli, file } = desk()
    const keys = "APCA_API_KEY_ID=a\nAPCA_API_SECRET_KEY=b\n"
    const start = async (variables: string) =>
      (await cli("start", "--until-idle", "--broker", "alpaca", "--env-file", file("a.env", variables))).err
    expect(await start("")).toContain("APCA_API_KEY_ID and APCA_API_SECRET_KEY: is not set")
    expect(await start(`${keys}APCA_API_BASE_URL=https://api.alpaca.markets\n`)).toContain(
      "its address is https://api.alpaca.markets, which is for real money"
    )
    expect(await start(`${keys}APCA_API_BASE_URL=https://alpaca.example\n`)).toContain("names the host alpaca.example")
  })

  it("an account whose orders are at one broker is not driven to another", async () => {
    const { cli, file } = desk()
    await cli("trades", "import", file("t.csv", buys(["t1", "1"])))
    expect((await cli("start", "--until-idle")).code).toBe(0)
    const { code, err } = await cli("start", "--until-idle", "--broker", "alpaca")
    expect(code).toBe(2)
    expect(err).toContain("pinned to paper")
  })
})
