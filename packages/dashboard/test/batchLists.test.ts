import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

const made = { ended: "", running: "", working: "" }

const submitted = async (name: string, rows: ReadonlyArray<string>): Promise<string> => {
  const csv = ["source_id,symbol,side,quantity,limit_price", ...rows, ""].join("\n")
  return Object(await daemon.ask("/api/v1/batches", { name, mode: "execute", csv })).batch.id
}

/** Rows that join positions, each at its own price. */
const accumulated = (name: string, rows: ReadonlyArray<string>): Promise<unknown> => {
  const csv = ["source_id,symbol,side,quantity,price", ...rows, ""].join("\n")
  return daemon.ask("/api/v1/batches", { name, mode: "accumulate", csv })
}

beforeAll(async () => {
  const instruct = (symbol: string, act: object) =>
    daemon.cli("exchange", "instruct", JSON.stringify({ id: symbol, when: { symbol }, do: act }))
  await instruct("IBM", { fill: { price: "199" } })
  await instruct("AAPL", { fill: { price: "149" } })
  await instruct("XOM", { accept: {} })
  made.ended = await submitted("Ended", ["e1,IBM,buy,1,200"])
  await daemon.idsOf("/api/v1/batches?status=success&q=Ended", 1)
  made.running = await submitted("Running", ["r1,AAPL,buy,2,150", "r2,XOM,buy,4,60", "r3,AAPL,buy,none,1"])
  made.working = await daemon.orderAt("submitted", "XOM")
  await daemon.orderAt("filled", "AAPL")
})

const rowOf = (page: Page, name: string) =>
  page.getByRole("table", { name: "Batches" }).getByRole("row").filter({ hasText: name })

/** What a batch's row says below these heads. */
const cellsOf = async (
  page: Page,
  name: string,
  heads: ReadonlyArray<string>
): Promise<ReadonlyArray<string | undefined>> => {
  const all = await page.getByRole("columnheader").allInnerTexts()
  const shown = await rowOf(page, name).getByRole("cell").allInnerTexts()
  return heads.map((head) => shown[all.findIndex((each) => each.startsWith(head))]?.trim())
}

test("BAT-10: the list of batches says by whom each was submitted, and how long it took, or since when it runs", async () => {
  await using seen = await open("/batches")
  const { page } = seen
  await rowOf(page, "Running")
    .getByText(/^since \d/)
    .waitFor()
  const [by, took] = await cellsOf(page, "Ended", ["Submitted by", "Run time"])
  const { history } = Object(await daemon.ask(`/api/v1/batches/${made.ended}`))
  expect(by).toBe(history[0].cause.actor)
  expect(took).toMatch(/^\d+(\.\d+)? (ms|s|min)/)
  expect(await findings(page)).toEqual([])
  expect(seen.faults).toEqual([])
})

test("BAT-10: a batch and its list say what its rows came to, and how many give no price", async () => {
  await accumulated("Priced in part", ["p1,MRK,buy,0.5,81.25", "p2,MRK,sell,0.5,81.25", "p3,MRK,buy,0.25,"])
  await accumulated("Unpriced", ["u1,MRK,buy,0.5,"])
  await using seen = await open("/batches")
  const { page } = seen
  await rowOf(page, "Unpriced").waitFor()
  const notionalOf = (name: string) => cellsOf(page, name, ["Notional"])
  // Of the rows that were read, whatever became of them.
  expect(await notionalOf("Running")).toEqual(["$540.00"])
  expect(await notionalOf("Priced in part")).toEqual(["$81.25 + ?"])
  await rowOf(page, "Priced in part").getByTitle("1 row without a price").waitFor()
  expect(await notionalOf("Unpriced")).toEqual(["—"])
  await rowOf(page, "Priced in part").getByText("Priced in part").click()
  await page.getByRole("definition").filter({ hasText: "$81.25, 1 row without a price" }).waitFor()
  expect(seen.faults).toEqual([])
})

test("BAT-10: the overview says how far running batches and working orders are, and cancels a batch by its dialog", async () => {
  await using seen = await open("/")
  const { page } = seen
  const batches = page.locator("section", { has: page.getByRole("heading", { name: "Running batches" }) })
  await batches.getByRole("link", { name: "Running", exact: true }).waitFor()
  await batches.getByText("1 of 3", { exact: true }).waitFor()
  await batches.getByText("1 failed", { exact: true }).waitFor()
  await batches.getByText(/ rows\/s$/).waitFor()
  await batches.getByText(/ left$/).waitFor()
  await batches.getByTitle("1 of 3 rows completed, 1 failed, 0 cancelled").waitFor()
  const orders = page.locator("section", { has: page.getByRole("heading", { name: "Working orders" }) })
  const filled = orders.getByRole("meter", { name: "filled" })
  expect(await filled.getAttribute("aria-valuetext")).toBe("0 of 4")
  await daemon.cli(
    "exchange",
    "instruct",
    JSON.stringify({ id: "part", do: { fill: { quantity: "1", price: "60", ...(await clientId()) } } })
  )
  await expect.poll(() => filled.getAttribute("aria-valuetext")).toBe("1 of 4")
  expect(await findings(page)).toEqual([])
  await batches.getByRole("button", { name: `Cancel ${made.running}` }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByText("Cancels are requested for open orders of working rows.").waitFor()
  await dialog.getByLabel("Reason").fill("the market turned")
  await dialog.getByRole("button", { name: `Cancel ${made.running}` }).click()
  await dialog.getByText("Recorded").waitFor()
  await dialog.getByRole("button", { name: "Close" }).click()
  await batches.waitFor({ state: "detached" })
  expect(Object(await daemon.ask(`/api/v1/batches/${made.running}`)).status).toBe("cancelled")
  expect(seen.faults).toEqual([])
})

const clientId = async () => ({
  clientOrderId: Object(await daemon.ask(`/api/v1/orders/${made.working}`)).clientOrderId
})
