import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { beforeAll, expect, test } from "vitest"
import { findingsInThemes, stage } from "./stage.ts"

const { daemon, open } = stage()

/** A trade fills at the price of the paper market, whatever it may cost at most. */
const traded = async (
  id: string,
  symbol: string,
  side: string,
  quantity: string,
  price: string,
  limit = price
): Promise<void> => {
  await daemon.cli("exchange", "instruct", JSON.stringify({ id, do: { price: { symbol, price } } }))
  await daemon.ask("/api/v1/trades", { sourceId: id, symbol, side, quantity, price: limit })
}

beforeAll(async () => {
  await traded("one", "AAPL", "buy", "10", "100", "101")
  await daemon.idsOf("/api/v1/orders?symbol=AAPL&status=filled", 1)
  await traded("two", "AAPL", "sell", "4", "110")
  await daemon.idsOf("/api/v1/orders?symbol=AAPL&status=filled", 2)
  await traded("three", "MSFT", "sell", "2", "50")
  await daemon.idsOf("/api/v1/orders?symbol=MSFT&status=filled", 1)
})

test("LOT-10: profit of today is one click from the overview, and the trades of a lot are three more", async () => {
  await using seen = await open("/")
  const { page } = seen
  let clicks = 0
  const click = async (name: string): Promise<void> => {
    clicks++
    await page.getByRole("link", { name, exact: true }).first().click()
  }
  await page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
  await click("Profit")
  const table = page.getByRole("table", { name: "Profit in USD" })
  const cells = (name: string) => table.getByRole("row").filter({ hasText: name }).getByRole("cell").allTextContents()
  await table.getByRole("link", { name: "MSFT" }).waitFor()
  const figures = (await cells("AAPL")).filter((_, at) => at !== 4)
  expect(figures.slice(0, 9)).toEqual([
    "AAPL",
    "+6",
    "100.00",
    "110.00",
    "660.00",
    "+60.00",
    "+40.00",
    "0.00",
    "1,440.00"
  ])
  expect((await cells("Sum")).slice(4)).toEqual(["560.00", "+60.00", "+40.00", "0.00", "1,540.00", ""])
  await click("AAPL")
  const lots = page.getByRole("table", { name: "Open lots" })
  await lots.getByRole("link", { name: "F1" }).waitFor()
  await click("F1")
  await click("T1")
  await page.getByRole("heading", { level: 1, name: /Buy 10 AAPL/ }).waitFor()
  expect(clicks).toBeLessThanOrEqual(5)
  expect(seen.faults).toEqual([])
})

test("LOT-4: the account's method unless another is chosen; method and period are the address; what is missing is said beside the sums", async () => {
  await using seen = await open("/profit")
  const { page } = seen
  const table = page.getByRole("table", { name: "Profit in USD" })
  await table.getByRole("link", { name: "AAPL" }).waitFor()
  await page.getByText("by FIFO (account setting)").waitFor()
  await daemon.cli("accounts", "add", "paper", "--lot-method", "lifo")
  await page.getByText("by LIFO (account setting)").waitFor()
  await page.getByRole("combobox", { name: "Method" }).selectOption("average")
  await page.getByText("by Average cost", { exact: true }).waitFor()
  await page.getByRole("combobox", { name: "Period" }).selectOption("all")
  await page.waitForURL(/\?method=average&from=all$/)
  await page.getByLabel("To", { exact: true }).fill("2020-01-01")
  await page.getByText("No fills and no open lots in this period.").waitFor()
  // An end alone is a period from the beginning on.
  await page.goto(`${daemon.url}/profit?to=2020-01-01`)
  await page.getByText("No fills and no open lots in this period.").waitFor()
  await page.goBack()
  await page.goBack()
  await table.getByRole("link", { name: "AAPL" }).waitFor()
  await daemon.cli("positions", "adjust", "MSFT", "--as", "base", "--by", "3", "--reason", "held before", "--yes")
  await page.getByRole("note").getByText("1 unrealised profit").waitFor()
  // MSFT's closing is of declared shares.
  await table.getByRole("row").filter({ hasText: "MSFT" }).getByText("cost of open lots").waitFor()
  for (const path of ["/profit", "/profit/paper/AAPL"]) {
    await page.goto(`${daemon.url}${path}`)
    await page.getByRole("table").first().waitFor()
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 })
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width)
      expect(await findingsInThemes(page)).toEqual([])
    }
  }
  expect(seen.faults).toEqual([])
})

test("LOT-11: sums of every day and of every account are in the address, and lead to their symbols", async () => {
  await daemon.cli("accounts", "add", "second")
  await using seen = await open("/profit?from=all")
  const { page } = seen
  const group = page.getByRole("combobox", { name: "Sums of" })
  const rowsIn = (name: string) => page.getByRole("table", { name }).getByRole("row")
  await group.selectOption("day")
  await page.waitForURL(/\?from=all&by=day$/)
  const [day, sum] = [rowsIn("Days in USD").nth(1), rowsIn("Days in USD").filter({ hasText: "Sum" })]
  await day.getByText("1,540.00").waitFor()
  await sum.getByText("1,540.00").waitFor()
  await day.getByRole("link").click()
  await page.waitForURL(/\?from=(\d{4}-\d\d-\d\d)&account=paper&to=\1$/)
  await page.getByRole("table", { name: "Profit in USD" }).getByRole("link", { name: "AAPL" }).click()
  await rowsIn("Days").getByText("1,440.00").waitFor()
  await page.goto(`${daemon.url}/profit?from=all&account=second`)
  await group.selectOption("account")
  await page.waitForURL(/\?from=all&by=account$/)
  const accounts = rowsIn("Profit of accounts")
  await accounts.filter({ hasText: "second" }).getByText("FIFO (account setting)").waitFor()
  await accounts.filter({ hasText: "paper" }).getByText("1,540.00").waitFor()
  for (const by of ["day", "account"]) {
    await page.goto(`${daemon.url}/profit?from=all&by=${by}`)
    await page.getByRole("table").first().waitFor()
    await page.setViewportSize({ width: 390, height: 900 })
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
    expect(await findingsInThemes(page)).toEqual([])
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  await accounts.getByRole("link", { name: "paper" }).click()
  await page.waitForURL(/\?from=all&account=paper$/)
  expect(seen.faults).toEqual([])
})

test("LOT-1: the file for the accountant has the bytes of the command line, and its hash is shown", async () => {
  await using seen = await open("/profit?from=all&account=paper")
  const { page } = seen
  await page.getByRole("table", { name: "Profit in USD" }).waitFor()
  const saving = page.waitForEvent("download")
  await page.keyboard.press("e")
  const saved = readFileSync(await (await saving).path())
  const hash = createHash("sha256").update(saved).digest("hex")
  await page
    .getByRole("status")
    .filter({ hasText: hash.slice(0, 8) })
    .waitFor()
  expect(await daemon.cli("report", "profit", "--account", "paper", "--csv")).toBe(
    `${saved.toString()}SHA-256 of these rows: ${hash}\n`
  )
  expect(seen.faults).toEqual([])
})

test("LOT-13: a person identifies the lots of a fill on its page, after a preview", async () => {
  await daemon.ask("/api/v1/trades", {
    account: "paper",
    sourceId: "four",
    symbol: "MSFT",
    side: "sell",
    quantity: "3",
    price: "55"
  })
  await daemon.idsOf("/api/v1/orders?symbol=MSFT&status=filled", 2)
  await daemon.ask("/api/v1/trades", {
    account: "paper",
    sourceId: "five",
    symbol: "MSFT",
    side: "buy",
    quantity: "2",
    price: "45"
  })
  await daemon.idsOf("/api/v1/orders?symbol=MSFT&status=filled", 3)
  const [, second = "", buy = ""] = await daemon.idsOf("/api/v1/fills?symbol=MSFT", 3)
  await using seen = await open(`/fills/${buy}`)
  const { page } = seen
  const closed = page.getByRole("table", { name: "Tax lots" })
  await closed.waitFor()
  await page.getByRole("textbox", { name: `Shares of ${second}` }).fill("2")
  await page.getByRole("button", { name: `Identify lots of ${buy}` }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByText(`${second}: 2 shares`).waitFor()
  await dialog.getByLabel("Reason").fill("lowest gain first")
  await dialog.getByRole("button", { name: `Identify lots of ${buy}` }).click()
  await dialog.getByText("Recorded for").waitFor()
  await dialog.getByRole("button", { name: "Close", exact: true }).click()
  await closed.getByText("lot identified by a person").waitFor()
  expect(seen.faults).toEqual([])
})

test("slippage of all symbols is a click from profit, sums what is known, and shows other moments; a position shows its cost and profit", async () => {
  await using seen = await open("/profit")
  const { page } = seen
  await page.getByRole("link", { name: "Slippage", exact: true }).click()
  const row = page.getByRole("table", { name: "Slippage in USD" }).getByRole("row").filter({ hasText: "AAPL" })
  await row.getByRole("link", { name: "AAPL" }).waitFor()
  expect((await row.getByRole("cell").allTextContents()).slice(2, 7)).toEqual([
    "2",
    "14",
    "1,450.00",
    "−10.00",
    "−68.97"
  ])
  expect(await page.title()).toContain("Slippage · Profit")
  expect(await findingsInThemes(page)).toEqual([])
  await page.getByLabel("To", { exact: true }).fill("2020-01-01")
  await page.getByText("No trades with fills were received in this period.").waitFor()
  await page.goto(`${daemon.url}/profit/slippage?from=all&asOf=1`)
  await page.getByText("Books as of feed position 1").waitFor()
  await page.getByText("No trades with fills were received in this period.").waitFor()
  await page.goto(`${daemon.url}/positions/paper/AAPL`)
  const cost = page.locator("section", { hasText: "Cost and profit" })
  await cost.getByText("Average cost").waitFor()
  await cost.getByRole("link", { name: "Lots and closings" }).click()
  await page
    .getByRole("table", { name: "Open lots" })
    .getByRole("link", { name: /^F\d+$/ })
    .waitFor()
  expect(seen.faults).toEqual([])
})
