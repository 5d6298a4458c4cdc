import { expect, it } from "vitest"
import { databases } from "../cli/database.ts"
import { buys, child, desk, until } from "../cli/roundlot.ts"

const { fresh } = databases()

/** A daemon whose order of two shares is filled by one, and the other works at the broker; a guard beside it. */
const guarded = async (address?: string, after = "2s") => {
  const { cli, file, json, place, price } = desk(address)
  const daemon = child(["start", ...place])
  await daemon.says(/Running/)
  const half = { id: "half", when: { symbol: "AAPL" }, do: { fill: { quantity: "1", price: "200" } } }
  expect((await cli("exchange", "instruct", JSON.stringify(half))).code).toBe(0)
  expect((await cli("trades", "import", file("t.csv", buys(["t-1", "2"])))).code).toBe(0)
  await until(async () => JSON.stringify(await json("orders", "list")).includes("partially_filled"))
  const guard = child(["guard", ...place, "--after", after])
  await guard.says(/Guarding all accounts/)
  return { cli, daemon, guard, json, place, price }
}

it.each(["SQLite", "Postgres"])(
  "on %s the account of a daemon that was killed is halted, and its open order is cancelled at the broker",
  { timeout: 120_000 },
  async (kind) => {
    const { daemon, guard, json } = await guarded(kind === "Postgres" ? await fresh() : undefined)
    daemon.signal("SIGKILL")
    await daemon.ended
    await guard.says(/paper: no order is open/)
    expect(await json("orders", "show", "O1")).toMatchObject({ status: "cancelled", filledQuantity: "1" })
    expect(await json("exchange", "orders")).toMatchObject({ items: [{ status: "cancelled", filledQuantity: "1" }] })
    expect(await json("controls", "show")).toMatchObject({
      states: [{ account: "paper", symbol: null, state: "halted", actor: "guard" }]
    })
    expect(await json("audit")).toMatchObject({ ok: true })
    guard.signal("SIGTERM")
    expect(await guard.ended).toMatchObject({ code: 0 })
  }
)

it(
  "an account that another daemon takes in time is left to it; one that ends in order leaves its order to work",
  { timeout: 120_000 },
  async () => {
    const { cli, daemon, guard, json, place, price } = await guarded(undefined, "6s")
    await price("KO")
    const standby = child(["start", ...place, "--standby"])
    await standby.says(/Standing by/)
    daemon.signal("SIGKILL")
    await standby.says(/Running/)
    // It does the work of the account: what ends before that leaves the account as it was found.
    await cli("trades", "add", "--symbol", "KO", "--side", "buy", "--quantity", "1", "--price", "100")
    await until(async () => JSON.stringify(await json("orders", "list", "--symbol", "KO")).includes('"filled"'))
    standby.signal("SIGTERM")
    expect(await standby.ended).toMatchObject({ code: 0 })
    // The next one that dies is noticed: the guard has looked since.
    const last = child(["start", ...place])
    await last.says(/Running/)
    expect(await json("controls", "show")).toMatchObject({ states: [] })
    expect(await json("orders", "show", "O1")).toMatchObject({ status: "partially_filled" })
    last.signal("SIGKILL")
    await last.ended
    await guard.says(/paper is halted; open orders to cancel: 1/)
    await guard.says(/paper: no order is open/)
    guard.signal("SIGTERM")
    await guard.ended
  }
)
