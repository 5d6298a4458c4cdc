import { Simulator } from "@roundlot/broker-alpaca/simulator"
import { Effect, Exit, Redacted, Scope } from "effect"
import { readFileSync } from "node:fs"
import { describe, expect, it, onTestFinished } from "vitest"
import { buys, desk } from "./roundlot.ts"
import { simulatedAt, type Simulated } from "./simulated.ts"

const limits = { orderQuantity: "100", orderNotional: "50000", dailyNotional: "50000", openResidual: "50000" }
const trades = buys(["a", "2"]).replaceAll("2026-01-02T15:00:00Z", new Date().toISOString())

/** A store with a trade in it, and how a daemon drives it to a broker by an env file. */
const scene = () => {
  const { cli, file, folder, json } = desk()
  return {
    cli,
    file,
    folder,
    json,
    start: async (broker: Simulated, envFile: string, account: object = {}) => {
      const config = file("roundlot.json", JSON.stringify({ accounts: { house: { broker, ...account } } }))
      const named = ["--config", config]
      await cli("trades", "import", file("t.csv", trades), ...(Object.keys(account).length === 0 ? named : []))
      return cli("start", "--until-idle", "--env-file", envFile, "--order-polling-interval", "200ms", ...named)
    }
  }
}

/** What a simulator was sent beside questions. */
const ordersAt = (json: ReturnType<typeof scene>["json"], envFile: string) =>
  json("exchange", "orders", "--env-file", envFile)

/** Alpaca behind an address of this machine, as through a tunnel, with an account number of the given kind. */
const tunnelToAlpaca = async (accountNumber: string) => {
  const scope = await Effect.runPromise(Scope.make())
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  const { credentials, exchange } = await Effect.runPromise(Scope.extend(Simulator.make({ accountNumber }), scope))
  const { baseUrl, keyId, secretKey } = credentials
  const keys = `APCA_API_KEY_ID=${Redacted.value(keyId)}\nAPCA_API_SECRET_KEY=${Redacted.value(secretKey)}\n`
  return {
    variables: `${keys}APCA_API_BASE_URL=${baseUrl}\n`,
    orders: async () => (await Effect.runPromise(exchange.orders)).length
  }
}

describe("an account that is not proven to be of play money, over sockets", () => {
  it.each(["alpaca", "ibkr", "schwab"] as const)(
    "%s: with the proof of its simulator it trades",
    async (broker) => {
      const { folder, json, start } = scene()
      const { end, envFile } = await simulatedAt(broker, folder)
      expect(await start(broker, envFile)).toMatchObject({ code: 0 })
      expect(await json("positions", "show", "AAPL")).toMatchObject({ hedged: "2" })
      await end()
    },
    60_000
  )

  it("alpaca: a tunnel on this machine to an account whose number does not begin with PA is refused, and no order arrives", async () => {
    const { file, json, start } = scene()
    const { orders, variables } = await tunnelToAlpaca("123456789")
    const { code, err } = await start("alpaca", file("a.env", variables))
    expect(code).toBe(1)
    expect(err).toContain("account house at alpaca is not proven to be a paper account")
    expect(err).toContain("shows the account ******789, whose number does not begin with PA")
    expect(err).not.toContain("123456789")
    expect(await orders()).toBe(0)
    expect(await json("attempts", "list")).toMatchObject({ items: [] })
  })

  it.each([
    "sync trades",
    "sync positions",
    "reconcile",
    "reconcile --dry-run",
    "accounts adopt --reason held-before --yes",
    "positions adjust AAPL --as base --reason held-before --yes"
  ])(
    "alpaca: %s reads nothing of an account whose number does not begin with PA, and binds the books to none",
    async (verb) => {
      const { cli, file, json } = scene()
      const { variables } = await tunnelToAlpaca("123456789")
      await cli("accounts", "add", "house", "--broker", "alpaca")
      const { code, err } = await cli(...verb.split(" "), "--env-file", file("a.env", variables))
      expect(err).toContain("account house at alpaca is not proven to be a paper account")
      expect(code).toBe(1)
      expect(await json("accounts", "list")).toMatchObject({ items: [{ name: "house", brokerAccountId: null }] })
    },
    60_000
  )

  it("alpaca: the end of an order is asked for at no account whose number does not begin with PA", async () => {
    const { cli, file, folder, json } = scene()
    const { end, envFile } = await simulatedAt("alpaca", folder)
    await cli("accounts", "add", "house", "--broker", "alpaca")
    const resting = ["--symbol", "AAPL", "--side", "buy", "--quantity", "1", "--type", "limit", "--limit-price", "1"]
    await cli("exchange", "instruct", JSON.stringify({ id: "a", when: {}, do: { accept: {} } }), "--env-file", envFile)
    await cli("decide", ...resting, "--env-file", envFile)
    const { variables } = await tunnelToAlpaca("123456789")
    const { err } = await cli(
      "orders",
      "cancel",
      "O1",
      "--reason",
      "wrong limit",
      "--env-file",
      file("a.env", variables)
    )
    expect(err).toContain("account house at alpaca is not proven to be a paper account")
    expect(await json("orders", "list")).toMatchObject({ items: [{ status: "submitted" }] })
    await end()
  })

  it("ibkr: a login with an account number that does not begin with D is refused, and no order arrives", async () => {
    const { folder, json, start } = scene()
    const { end, envFile } = await simulatedAt("ibkr", folder, "--number", "U7654321")
    const { code, err } = await start("ibkr", envFile)
    expect(code).toBe(1)
    expect(err).toContain("account house at ibkr is not proven to be a paper account")
    expect(await ordersAt(json, envFile)).toMatchObject({ items: [] })
    await end()
  })

  it.each([
    ["no secret", /^ROUNDLOT_SIMULATOR_CHALLENGE=.*$/m, "", "ROUNDLOT_SIMULATOR_CHALLENGE is not set"],
    ["another secret", /^(ROUNDLOT_SIMULATOR_CHALLENGE)=.*$/m, "$1=other", "does not answer the challenge"]
  ])(
    "schwab: a tunnel on this machine is refused with %s of a simulator, and no order arrives",
    async (_, line, replaced, words) => {
      const { file, folder, json, start } = scene()
      const { end, envFile } = await simulatedAt("schwab", folder)
      const tunnel = file("tunnel.env", readFileSync(envFile, "utf8").replace(line, replaced))
      const { code, err } = await start("schwab", tunnel)
      expect(code).toBe(1)
      expect(err).toContain("account house at schwab is not proven to be a paper account")
      expect(err).toContain(words)
      expect(await ordersAt(json, envFile)).toMatchObject({ items: [] })
      await end()
    },
    60_000
  )

  it.each(["alpaca", "ibkr", "schwab"] as const)(
    "%s: live: true and four limits are refused by name before anything is written, and no order arrives",
    async (broker) => {
      const { folder, json, start } = scene()
      const { end, envFile } = await simulatedAt(broker, folder)
      const { code, err } = await start(broker, envFile, { live: true, limits })
      expect(code).toBe(1)
      expect(err).toContain(
        `account house at ${broker} is configured as live, and this version does not trade real money`
      )
      expect(await json("accounts", "list")).toMatchObject({ items: [{ name: "paper", environment: "paper" }] })
      expect(await ordersAt(json, envFile)).toMatchObject({ items: [] })
      await end()
    },
    60_000
  )
})
