import { expect, it } from "vitest"
import { desk, HEADER } from "./roundlot.ts"

it("totals of a list are printed in place of its rows, exactly, of what the filters find", async () => {
  const { cli, file, json } = desk()
  const now = new Date().toISOString()
  const rows = [
    `a,${now},KO,buy,0.1,60.1`,
    `b,${now},KO,buy,0.2,60`,
    `c,${now},KO,sell,0.05,60`,
    `d,${now},PFE,buy,5,`,
    ""
  ]
  await cli("trades", "import", file("t.csv", [HEADER, ...rows].join("\n")), "--account", "paper")
  const buy = { rows: 2, quantity: "0.3", filledQuantity: null, notional: [{ currency: "USD", amount: "18.01" }] }
  expect(await json("trades", "list", "--symbol", "KO", "--totals")).toMatchObject({
    count: { kind: "exactly", rows: 3 },
    buy: { ...buy, unpriced: 0 },
    sell: { rows: 1, quantity: "0.05" }
  })
  const { out } = await cli("trades", "list", "--side", "buy", "--totals")
  expect(out).toBe("3 rows.\nBuy 5.3 shares, 18.01 USD (3 rows); price missing for 1\n")
  expect(await json("fills", "list", "--totals")).toMatchObject({ count: { rows: 0 }, commission: [] })
  expect(await json("orders", "list", "--symbol", "NVDA", "--totals")).toMatchObject({ count: { rows: 0 } })
})
