import type { Page } from "playwright-core"
import { beforeAll, expect, test } from "vitest"
import { findingsInThemes, findings, stage } from "./stage.ts"

const { daemon, open } = stage()

const made = { filled: "", large: "", mixed: "", open: "", working: "" }

const LARGE = 1200

/** Tells the exchange what to do with orders of a symbol. */
const instruct = (symbol: string, act: object) =>
  daemon.cli("exchange", "instruct", JSON.stringify({ id: symbol, when: { symbol }, do: act }))

const submitted = async (name: string, csv: string): Promise<string> =>
  Object(await daemon.ask("/api/v1/batches", { name, mode: "execute", csv, fileName: `${name}.csv` })).batch.id

beforeAll(async () => {
  await instruct("AAPL", { fill: { price: "149.5" } })
  await instruct("XOM", { accept: {} })
  await instruct("KO", { reject: { code: "R1", words: "buying power is too low" } })
  const rows = ["m1,AAPL,buy,2,150", "m2,XOM,sell,4,60", "m3,AAPL,buy,none,", "m4,KO,buy,1,70", "m5,AAPL,hold,1,"]
  made.mixed = await submitted("Mixed", ["source_id,symbol,side,quantity,limit_price", ...rows, ""].join("\n"))
  made.working = await daemon.orderAt("submitted", "XOM")
  await daemon.orderAt("rejected", "KO")
  made.filled = await daemon.orderAt("filled", "AAPL")
  await daemon.cli(
    "exchange",
    "instruct",
    JSON.stringify({
      id: "part",
      do: { fill: { quantity: "1", price: "60", clientOrderId: await clientIdOf(made.working) } }
    })
  )
  await daemon.orderAt("partially_filled", "XOM")
  const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Open", open: true, mode: "execute" }))
  made.open = batch.id
  const one = { symbol: "MRK", side: "buy", quantity: "3", price: "80", direct: { type: "limit", limitPrice: "81.5" } }
  await daemon.ask("/api/v1/trades", { ...one, sourceId: "o1", batchId: batch.id })
})

const clientIdOf = async (id: string): Promise<string> => Object(await daemon.ask(`/api/v1/orders/${id}`)).clientOrderId

const table = (page: Page) => page.getByRole("table", { name: "Rows" })

/** The cells of the rows that are shown, each as one text. */
const shownRows = async (page: Page): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const rows = await table(page).locator("tbody tr[data-row]").all()
  return Promise.all(
    rows.map(async (row) =>
      (await row.getByRole("cell").allInnerTexts()).map((cell) => cell.replaceAll(/\s+/g, " ").trim())
    )
  )
}

const group = (page: Page, name: string) =>
  page.getByRole("group", { name: "Which rows" }).getByRole("button", { name, exact: true })

test("BAT-10: a batch shows each row of its file in its place: what was asked, where it stands, what it came to, and why not", async () => {
  await using seen = await open(`/batches/${made.mixed}`)
  const { page } = seen
  await table(page).getByText("Partially filled 1/4").waitFor()
  const [filled, part, unread, rejected, side] = await shownRows(page)
  expect(filled).toEqual(["2", "Buy", "2", "AAPL", "150.00", "Filled", "2", "149.50", made.filled, ""])
  expect(part?.slice(0, 7)).toEqual(["3", "Sell", "4", "XOM", "60.00", "Partially filled 1/4", "1"])
  expect(part?.[8]).toBe(made.working)
  expect(unread).toEqual(["4", "", "", "", "", "Invalid", "", "", "", expect.stringContaining('quantity "none"')])
  expect(rejected?.slice(0, 7)).toEqual(["5", "Buy", "1", "KO", "70.00", "Rejected", "0"])
  expect(rejected?.[9]).toContain("buying power is too low")
  expect(side?.slice(5)).toEqual(["Invalid", "", "", "", expect.stringContaining('side "hold"')])
  expect(await findingsInThemes(page)).toEqual([])
  await page.getByRole("term").filter({ hasText: "Submitted by" }).waitFor()
  await page.locator(".figures div").filter({ hasText: "Filled so far" }).getByText("$359.00").waitFor()
  // A row without a trade leads nowhere.
  await table(page).getByText("Invalid").first().click()
  await table(page).locator("tr[data-row='2']").focus()
  await page.keyboard.press("Enter")
  expect(new URL(page.url()).pathname).toBe(`/batches/${made.mixed}`)
  await table(page).getByText("Rejected").click()
  await page.keyboard.press("Escape")
  await table(page).getByRole("link", { name: "2", exact: true }).click()
  await page.getByRole("heading", { level: 1, name: /Buy 2 AAPL/ }).waitFor()
  expect(seen.faults).toEqual([])
})

test("BAT-10: rows are chosen by where they stand, with how many there are, and the choice is in the address", async () => {
  await using seen = await open(`/batches/${made.mixed}`)
  const { page } = seen
  const lines = async (): Promise<ReadonlyArray<string>> => (await shownRows(page)).map(([line = ""]) => line)
  await group(page, "All 5").waitFor()
  await group(page, "Failed 3").click()
  await expect.poll(lines).toEqual(["4", "5", "6"])
  expect(new URL(page.url()).search).toBe("?status=failed")
  await group(page, "Invalid 2").click()
  await expect.poll(lines).toEqual(["4", "6"])
  await page.goBack()
  await expect.poll(lines).toEqual(["4", "5", "6"])
  await page.getByRole("link", { name: "2 invalid rows cannot be retried" }).click()
  await expect.poll(lines).toEqual(["4", "6"])
  await group(page, "Working 1").click()
  await expect.poll(lines).toEqual(["3"])
  await group(page, "Completed 1").click()
  await expect.poll(lines).toEqual(["2"])
  await group(page, "Waiting 0").click()
  await page.getByText("No waiting rows.").waitFor()
  expect(await findings(page)).toEqual([])
  await page.goto(`${daemon.url}/batches/${made.open}?status=waiting`)
  await table(page).getByText("Waits for its batch").waitFor()
  expect((await shownRows(page))[0]?.slice(1, 6)).toEqual(["Buy", "3", "MRK", "81.50", "Waiting"])
  expect(await group(page, "Waiting 1").getAttribute("aria-pressed")).toBe("true")
  expect(seen.faults).toEqual([])
})

test("BAT-11: of a batch of many rows those are read that are looked at, and more as they are scrolled", async () => {
  const rows = Array.from({ length: LARGE }, (_, n) => `l${n},S${n % 9},buy,1`)
  made.large = await submitted("Large", ["source_id,symbol,side,quantity", ...rows, ""].join("\n"))
  await daemon.idsOf("/api/v1/batches?status=failed&q=Large", 1)
  await using seen = await open("/settings")
  const { page } = seen
  const asked: Array<string> = []
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname.endsWith("/rows"))
      asked.push(`${searchParams.has("cursor") ? "next" : "first"} ${searchParams.get("limit")}`)
  })
  await page.goto(`${daemon.url}/batches/${made.large}?status=failed`)
  await table(page).getByText("S0").first().waitFor()
  expect(new Set(asked)).toEqual(new Set(["first 200"]))
  expect(await table(page).getAttribute("aria-rowcount")).toBe(String(LARGE + 1))
  await table(page).locator("tr[data-row='0']").focus()
  await page.keyboard.press("End")
  await expect.poll(() => new Set(asked)).toEqual(new Set(["first 200", "next 200"]))
  await page.locator(".why").getByRole("listitem").first().waitFor()
  expect(await page.locator("tbody tr[data-row]").count()).toBeLessThan(100)
  expect(seen.faults).toEqual([])
})
