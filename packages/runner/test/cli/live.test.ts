import { describe, expect, it } from "vitest"
import { buys, desk } from "./roundlot.ts"
import { simulatedAt } from "./simulated.ts"

const limits = { orderQuantity: "100", orderNotional: "50000", dailyNotional: "50000", openResidual: "50000" }
const trades = buys(["a", "2"]).replaceAll("2026-01-02T15:00:00Z", new Date().toISOString())

/** TWS tells by the account's number whether it is for real money, wherever it listens: a simulator can say either. */
const numbers = { live: "U7654321", paper: "DU7654321" } as const

/** A store of its own, a simulator that is of one environment, and how a daemon is started there, by what the configuration says. */
const scene = async (at: keyof typeof numbers) => {
  const { cli, file, folder, json, wait } = desk()
  const { end, envFile } = await simulatedAt("ibkr", folder, "--number", numbers[at])
  const start = (flags: ReadonlyArray<string>) =>
    cli("start", "--until-idle", "--env-file", envFile, "--order-polling-interval", "200ms", ...flags)
  return {
    json,
    wait,
    startWithout: () => start([]),
    start: async (account: object) => {
      const config = file("roundlot.json", JSON.stringify({ accounts: { real: { broker: "ibkr", ...account } } }))
      await cli("trades", "import", file("t.csv", trades), "--config", config)
      return start(["--config", config])
    },
    end
  }
}

describe("DESIGN 11: an account for real money, over sockets", () => {
  it("is driven where store, configuration and broker say that it is live, the clocks agree and its limits are set", async () => {
    const { end, json, start, startWithout } = await scene("live")
    expect(await start({ live: true, limits })).toMatchObject({ code: 0 })
    expect(await json("positions", "show", "AAPL")).toMatchObject({ hedged: "2" })
    expect(await json("accounts", "show", "real")).toMatchObject({ environment: "live", shorting: "never" })
    expect(await json("audit")).toMatchObject({ ok: true })
    const { code, err } = await startWithout()
    expect([code, err]).toEqual([
      1,
      expect.stringContaining("account real is live in the store and paper in the configuration: it is not driven")
    ])
    await end()
  }, 60_000)

  it.each([
    ["live money that was declared as paper", "live", {}, "is declared paper and its broker is live"],
    ["paper that was declared live", "paper", { live: true, limits }, "is declared live and its broker is paper"],
    [
      "an account without its limits",
      "live",
      { live: true, limits: { orderQuantity: "5" } },
      "not sent without limits.orderNotional, limits.openResidual, limits.dailyNotional"
    ]
  ] as const)(
    "%s is refused by name, and nothing is sent",
    async (_, at, account, words) => {
      const { end, json, start } = await scene(at)
      const { code, err } = await start(account)
      expect([code !== 0, err]).toEqual([true, expect.stringContaining(words)])
      expect(await json("attempts", "list")).toMatchObject({ items: [] })
      await end()
    },
    60_000
  )

  it("by a clock that is 4 s off it is refused; a paper account is not", async () => {
    const { end, json, start, wait } = await scene("live")
    wait(4_000)
    const { code, err } = await start({ live: true, limits })
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/our clock is \d[.\d]* s from that of ibkr: nothing is sent/)
    ])
    expect(await json("attempts", "list")).toMatchObject({ items: [] })
    await end()
    const paper = await scene("paper")
    paper.wait(4_000)
    expect(await paper.start({})).toMatchObject({ code: 0 })
    await paper.end()
  }, 60_000)
})
