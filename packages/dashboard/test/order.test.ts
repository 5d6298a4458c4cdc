import { Effect } from "effect"
import type { Locator, Page } from "playwright-core"
import { assert, expect, test } from "vitest"
import { ask, serving } from "../../runner/test/serve/serving.ts"
import * as scene from "../../runner/test/views/scene.ts"
import { onBooks } from "./onBooks.ts"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

/** Times are in UTC, and of the day that is looked at. */
const inUtc = { script: `localStorage.setItem("roundlot.utc", "true")`, at: scene.second(200) }

const stagesOn = (page: Page): Locator => page.locator(".stages li")

/** Each stage as it reads, its lines in turn. */
const saidOf = (page: Page): Promise<ReadonlyArray<string>> =>
  stagesOn(page).evaluateAll((all) =>
    all.map((each) => [...each.children].flatMap(({ textContent }) => textContent || []).join(" | "))
  )

const cellsOf = (row: Locator): Promise<ReadonlyArray<string>> => row.locator("th, td").allInnerTexts()

/** O1: two trades, unconfirmed and found in a report, filled, a fill corrected and one busted. O2: unconfirmed until a person says so. */
const unusual = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open(["AAPL", "MSFT"])
  yield* scene.trade("t-1", "buy", "0.3")
  yield* scene.at(0.4)
  yield* scene.trade("t-2", "buy", "2.9")
  yield* scene.at(0.5)
  yield* scene.unclear(1)
  yield* scene.at(1.5)
  yield* scene.finds(1, "3", 1.5)
  yield* scene.at(16)
  yield* scene.fills(1, { exec: "x1", quantity: "1", price: "150" })
  yield* scene.at(17)
  yield* scene.fills(1, { exec: "x2", quantity: "2", price: "150.3" })
  yield* scene.at(77)
  yield* scene.fills(1, { exec: "x2", revision: 1, quantity: "2", price: "150.2" })
  yield* scene.at(90)
  yield* scene.trade("t-3", "buy", "1", "MSFT", "410")
  yield* scene.unclear(2)
})

test("the stages of an order say when its trades came, since when it was unconfirmed, how it was found, and what was corrected", () =>
  onBooks(
    Effect.gen(function* () {
      yield* unusual
      const port = yield* serving
      const url = `http://127.0.0.1:${port}`
      yield* scene.at(100)
      const wish = { as: "B-9", reason: "read it at the broker" }
      const marked = yield* ask(port, "/api/v1/orders/O2/resolve", { method: "POST", body: wish })
      assert.strictEqual(marked.status, 200, marked.text)
      yield* Effect.promise(async () => {
        await using seen = await open("/settings", inUtc)
        const { page } = seen
        await page.goto(`${url}/orders/O1`)
        await stagesOn(page).filter({ hasText: "Trades in" }).waitFor()
        expect(await saidOf(page)).toEqual([
          "0 ms | Trades in | 22:13:20.000 | to 22:13:20.400",
          "0.1 s | Created | 22:13:20.400",
          "0 ms | Sent | 22:13:20.500",
          "0 ms | Unconfirmed | 22:13:20.500 | to 22:13:21.500",
          "0 ms | Found | 22:13:21.500 | in a report of test",
          "0.5 s | Accepted | 22:13:21.500",
          "15 s | First fill | 22:13:22.000",
          "1 min 00 s | Filled | 22:13:37.000",
          "Corrected | 22:14:37.000 | to 2 at $150.20"
        ])
        expect(await findings(page)).toEqual([])
        await page.goto(`${url}/orders/O2`)
        await stagesOn(page).filter({ hasText: "Found" }).waitFor()
        const stages = await saidOf(page)
        expect(stages.find((each) => each.includes("Unconfirmed"))).toContain("22:14:50.000 | to 22:15:00.000")
        expect(stages.find((each) => each.includes("Found"))).toContain("22:15:00.000 | confirmed by api")
        expect(seen.faults).toEqual([])
      })
    })
  ))

const placeOf = (page: Page, name: string) => page.getByRole("table", { name, exact: true }).boundingBox()

test("the source trades of an order stand beside its executions and say when each came, how much of it the order took, how much waits and where it stands", () =>
  onBooks(
    Effect.gen(function* () {
      yield* unusual
      const port = yield* serving
      yield* Effect.promise(async () => {
        await using seen = await open("/settings", inUtc)
        const { page } = seen
        await page.goto(`http://127.0.0.1:${port}/orders/O1`)
        const table = page.getByRole("table", { name: "Source trades" })
        await table.getByRole("link", { name: "T1", exact: true }).waitFor()
        const panels = await Promise.all(["Source trades", "Executions"].map((name) => placeOf(page, name)))
        expect(panels[0]?.y).toBe(panels[1]?.y)
        await page.getByRole("button", { name: "Show all columns" }).first().click()
        const rows = table.getByRole("row")
        expect(await cellsOf(rows.nth(1))).toEqual(["T1", "22:13:20.000", "t-1", "0.3", "0.3", "0.0", "Completed"])
        expect(await cellsOf(rows.nth(2))).toEqual(["T2", "22:13:20.400", "t-2", "2.9", "2.7", "0.2", "Completed"])
        expect(await cellsOf(rows.nth(3))).toEqual(["Sum", "", "", "3.2", "3.0", "0.2", ""])
        expect(await table.getByRole("link", { name: "T2" }).getAttribute("href")).toBe("/trades/T2")
        // On a phone each trade is a card, whole with its status, and sums say what they are of.
        await page.setViewportSize({ width: 390, height: 844 })
        await page.reload()
        await table.getByText("Completed", { exact: true }).first().waitFor()
        const scroller = page.locator(".scroller", { has: table })
        expect(await scroller.evaluate((node) => node.scrollWidth <= node.clientWidth)).toBe(true)
        const sum = table.getByRole("row").last().locator("td[data-head]", { hasText: "3.2" })
        expect(await sum.getAttribute("data-head")).toBe("Quantity ")
        expect(await findings(page)).toEqual([])
        expect(seen.faults).toEqual([])
      })
    })
  ))

test("an order over 300 trades says what they come to in a line, which unfolds to all of them", async () => {
  await daemon.cli("accounts", "add", "paper", "--threshold", "3")
  const trades = Array.from({ length: 300 }, (_, n) => ({
    sourceId: `many-${n}`,
    symbol: "GE",
    side: "buy",
    quantity: "0.01",
    price: "10"
  }))
  await daemon.ask("/api/v1/trades", trades)
  const order = await daemon.orderAt("filled", "GE")
  await using seen = await open(`/orders/${order}`)
  const { page } = seen
  const line = page.getByText("300 trades, 3.00 shares allocated to this order")
  await line.waitFor()
  const table = page.getByRole("table", { name: "Source trades" })
  expect(await table.count()).toBe(0)
  await line.click()
  await table.getByText("many-0", { exact: true }).waitFor()
  expect(await table.getAttribute("aria-rowcount")).toBe("301")
  expect(await findings(page)).toEqual([])
  const [last = ""] = await daemon.idsOf("/api/v1/trades?symbol=GE&sourceId=many-299", 1)
  const lastLink = table.getByRole("link", { name: last, exact: true })
  await expect
    .poll(async () => {
      await table.locator("tbody tr[data-row]").last().scrollIntoViewIfNeeded()
      return lastLink.count()
    })
    .toBe(1)
  expect(seen.faults).toEqual([])
})
