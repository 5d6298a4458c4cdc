import { describe, expect, it } from "vitest"
import { desk, overwrite } from "./roundlot.ts"

type Cli = ReturnType<typeof desk>["cli"]

let decided = 0

/** A decision for a limit order, in a process of its own. */
const decide = async (cli: Cli, symbol: string, quantity: string, limitPrice: string, side = "buy") => {
  const terms = ["--symbol", symbol, "--side", side, "--quantity", quantity, "--strategy", `s${++decided}`]
  const made = await cli("decide", ...terms, "--type", "limit", "--limit-price", limitPrice, "--json")
  return JSON.parse(made.out)
}

const set = (cli: Cli, ...limits: ReadonlyArray<string>) => cli("controls", "set", "--account", "paper", ...limits)

describe("limits over what lives and what is held, by the command line", () => {
  it("OpenOrders: a resting order counts after a restart; beyond the limit nothing leaves, with the control on record", async () => {
    const { cli, json, price, store } = desk()
    await price("KO", "AAPL")
    expect((await cli("accounts", "add", "paper", "--open-orders", "1000")).code).toBe(0)
    // At a market of 100 both rest.
    expect(await decide(cli, "AAPL", "9", "90")).toMatchObject({ status: "submitted" })
    const use = async () => Object(await json("accounts", "show", "paper")).use.at(4)
    expect(await use()).toMatchObject({
      limit: "openOrders",
      control: "OpenOrders",
      used: "810",
      refused: { orders: 0 }
    })
    expect(await decide(cli, "KO", "2", "95")).toMatchObject({ status: "failed", control: "OpenOrders" })
    expect(await json("orders", "list", "--code", "OpenOrders")).toMatchObject({ items: [{ symbol: "KO" }] })
    expect(await json("attempts", "list", "--symbol", "KO")).toMatchObject({ items: [] })
    expect(await use()).toMatchObject({ used: "810", refused: { orders: 1 }, last: { symbol: "KO", notional: "190" } })
    const raise = ["--open-orders", "1001", "--reason", "more"] as const
    expect((await set(cli, ...raise, "--dry-run")).out).toContain("dollars of live orders: 1000 dollars → 1001 dollars")
    expect(await decide(cli, "KO", "1", "95")).toMatchObject({ status: "submitted" })
    expect((await cli("controls", "show")).out).toMatch(/^Dollars of live orders +\$1,000\.00 +\$905\.00 .* account/m)
    expect(await json("audit")).toMatchObject({ ok: true })
    overwrite(store, `UPDATE roundlot_usages SET "openNotional" = '5'`)
    expect(await json("audit")).toMatchObject({ ok: false, findings: [{ where: "usages paper" }] })
  })

  it("PositionSize: what is held counts after a restart; beyond the limit nothing leaves, and a sale does", async () => {
    const { cli, json, price } = desk()
    await price("AAPL")
    expect((await cli("accounts", "add", "paper", "--position", "1000")).code).toBe(0)
    expect(await decide(cli, "AAPL", "9", "110")).toMatchObject({ status: "executed" })
    const use = async () => Object(await json("accounts", "show", "paper")).use.at(5)
    expect(await use()).toMatchObject({ limit: "position", control: "PositionSize", used: "990" })
    expect(await decide(cli, "AAPL", "2", "95")).toMatchObject({ status: "failed", control: "PositionSize" })
    expect(await json("orders", "list", "--code", "PositionSize")).toMatchObject({ items: [{ symbol: "AAPL" }] })
    expect(await decide(cli, "AAPL", "9", "95", "sell")).toMatchObject({ status: "executed" })
    expect(await use()).toMatchObject({ used: "0", refused: { orders: 1 }, last: { symbol: "AAPL", notional: "190" } })
    expect(await json("audit")).toMatchObject({ ok: true })
  })

  it("GrossPosition, NetPosition: the holdings of all symbols count after a restart, and an audit finds a changed figure", async () => {
    const { cli, json, price, store } = desk()
    await price("AAPL", "KO")
    const limits = ["--gross-position", "1500", "--net-position", "1000"]
    expect((await cli("accounts", "add", "paper", ...limits)).code).toBe(0)
    expect(await decide(cli, "AAPL", "9", "110")).toMatchObject({ status: "executed" })
    const use = async () => Object(await json("accounts", "show", "paper")).use.slice(6, 8)
    const uses = [
      { limit: "grossPosition", control: "GrossPosition", used: "990" },
      { limit: "netPosition", control: "NetPosition", used: "990" }
    ]
    expect(await use()).toMatchObject(uses)
    expect(await decide(cli, "KO", "6", "95")).toMatchObject({ status: "failed", control: "GrossPosition" })
    expect(await decide(cli, "KO", "2", "95")).toMatchObject({ status: "failed", control: "NetPosition" })
    expect(await decide(cli, "AAPL", "9", "95", "sell")).toMatchObject({ status: "executed" })
    expect(await use()).toMatchObject(uses.map((each) => ({ ...each, used: "0", refused: { orders: 1 } })))
    expect(await json("audit")).toMatchObject({ ok: true })
    overwrite(store, `UPDATE roundlot_usages SET "grossNotional" = '5'`)
    expect(await json("audit")).toMatchObject({ ok: false, findings: [{ where: "usages paper" }] })
  })
})
