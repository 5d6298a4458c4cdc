import { describe, expect, it } from "vitest"
import { desk, HEADER } from "./roundlot.ts"

const rows = (...rows: ReadonlyArray<string>): string => [HEADER, ...rows, ""].join("\n")
const NOW = new Date().toISOString()

describe("limits of an account", () => {
  it("are read from the configuration, shown, judged before orders, and journalled for the store when they change", async () => {
    const { cli, file, json } = desk()
    const configured = (limits: object, restricted: ReadonlyArray<string>) =>
      file("roundlot.json", JSON.stringify({ accounts: { paper: { limits, restricted } } }))
    const limits = { orderNotional: "1000", dailyNotional: "5000", openResidual: "2000", ordersPerMinute: 30 }
    const trades = file(
      "trades.csv",
      rows(`a,${NOW},AAPL,buy,4,200`, `k,${NOW},KO,buy,2,60`, `m,${NOW},MSFT,buy,6,400`, `t,${NOW},TSLA,buy,3,350`)
    )
    const config = configured(limits, ["KO"])
    expect((await cli("trades", "import", trades, "--config", config)).code).toBe(0)
    const ended = await cli("start", "--until-idle", "--config", config)
    expect(ended.code).toBe(3)
    const answers = async (symbol: string) => json("positions", "show", symbol)
    expect(await answers("AAPL")).toMatchObject({ hedged: "4" })
    expect(await answers("KO")).toMatchObject({ answer: { code: "Refused", control: "Restricted" }, hedged: "0" })
    expect(await answers("MSFT")).toMatchObject({ answer: { code: "Refused", control: "MaxNotional" }, hedged: "0" })
    expect(await answers("TSLA")).toMatchObject({
      answer: { code: "Refused", control: "MaxNotional" },
      next: { why: expect.stringContaining("limits.orderNotional") }
    })
    expect(await json("accounts", "show", "paper")).toMatchObject({
      maxOrderNotional: "1000",
      maxDailyNotional: "5000",
      maxOpenResidual: "2000",
      ordersPerMinute: 30,
      restricted: ["KO"]
    })
    const raised = configured({ ...limits, orderNotional: "1500" }, [])
    expect((await cli("start", "--until-idle", "--config", raised)).code).toBe(3)
    expect(await answers("KO")).toMatchObject({ hedged: "2" })
    expect(await answers("TSLA")).toMatchObject({ hedged: "3" })
    expect(await answers("MSFT")).toMatchObject({ hedged: "0" })
    const entries = JSON.stringify(await json("journal", "list", "--account", "_store", "--limit", "0"))
    expect(entries.match(/ConfigurationChanged/g)).toHaveLength(2)
    expect(await json("audit")).toMatchObject({ ok: true })
  })

  it("a limit that is none is refused by its place", async () => {
    const { cli, file } = desk()
    const refused = async (limits: object) => {
      const config = file("roundlot.json", JSON.stringify({ accounts: { paper: { limits } } }))
      return (await cli("start", "--until-idle", "--config", config)).err
    }
    expect(await refused({ orderNotional: 1000 })).toContain('Quantities are written as text: "1000"')
    expect(await refused({ ordersPerMinute: 0 })).toContain("accounts.paper.limits.ordersPerMinute")
    expect(await refused({ orderNotionals: "1" })).toContain("Did you mean 'orderNotional'?")
  })
})
