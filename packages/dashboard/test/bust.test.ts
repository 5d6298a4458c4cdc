import { expect, test } from "vitest"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

test("SYNC-3: an execution that the exchange busts is struck on its order, owed again on its position, and a revision among the fills", async () => {
  await daemon.ask("/api/v1/trades", { sourceId: "b1", symbol: "AAPL", side: "buy", quantity: "2", price: "150" })
  const order = await daemon.orderAt("filled", "AAPL")
  // Else the daemon orders at once what the bust takes back.
  await daemon.ask("/api/v1/controls/halt", { symbol: "AAPL", reason: "the exchange calls" })
  const { items } = Object(await daemon.ask(`/api/v1/orders/${order}/fills`))
  await daemon.cli("exchange", "instruct", JSON.stringify({ id: "busts", do: { bust: { execId: items[0].execId } } }))
  const [struck, bust] = (await daemon.idsOf(`/api/v1/orders/${order}/fills`, 2)).toSorted()
  await using seen = await open(`/orders/${order}`)
  const { page } = seen
  const stages = page.locator(".stages li")
  await stages.filter({ hasText: "Busted" }).waitFor()
  const words = (await stages.allInnerTexts()).join(" ").match(/First fill|Busted|Cancelled/g)
  expect(words).toEqual(["First fill", "Busted", "Cancelled"])
  const executions = page.getByRole("table", { name: "Executions" })
  const first = executions.getByRole("row").filter({ hasText: `${struck}` })
  expect(await first.locator("s").allInnerTexts()).toEqual(["2", "150.00", "300.00", "—"])
  await first.getByText("Replaced by r2").waitFor()
  await executions
    .getByRole("row")
    .filter({ hasText: `${bust}` })
    .getByText("Busted r2")
    .waitFor()
  expect(await findings(page)).toEqual([])
  await page.goto(`${daemon.url}/positions/paper/AAPL`)
  await page.getByRole("table", { name: "Orders" }).getByText("Cancelled").waitFor()
  expect((await page.locator("main").innerText()).replaceAll(/\s+/g, " ")).toMatch(/Hedged = 0 .*Residual \+ 2/)
  await page.goto(`${daemon.url}/fills`)
  const fills = page.getByRole("table", { name: "Fills" })
  await fills.getByText("Busted r2").waitFor()
  await fills.getByText("Replaced by r2").waitFor()
  expect(seen.faults).toEqual([])
})
