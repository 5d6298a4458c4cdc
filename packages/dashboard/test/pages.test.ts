import { join } from "node:path"
import process from "node:process"
import type { Page } from "playwright-core"
import { beforeAll, describe, expect, test } from "vitest"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

const made = { batch: "", breaks: new Array<string>() }

beforeAll(async () => {
  await daemon.ask("/api/v1/trades", [
    { sourceId: "one", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" },
    { sourceId: "two", symbol: "AAPL", side: "sell", quantity: "0.25", price: "40.10" }
  ])
  const rows = "source_id,symbol,side,quantity\nb1,IBM,buy,0.1\nb2,IBM,hold,1\n"
  const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Mixed", csv: rows, mode: "accumulate" }))
  made.batch = batch.id
  await daemon.cli("exchange", "do", JSON.stringify({ id: "held", do: { holding: { symbol: "GE", quantity: "7" } } }))
  await expect(daemon.cli("reconcile")).rejects.toThrow("ended with 3")
  const { items } = Object(await daemon.ask("/api/v1/breaks"))
  made.breaks = items.map(({ id }: { readonly id: string }) => id)
  // The order is at its end once its fill is on record.
  for (let tries = 0; tries < 600; tries++) {
    const found = JSON.stringify(await daemon.ask("/api/v1/orders?status=filled"))
    if (found.includes('"O1"')) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error("the order was not filled")
})

const pages = (): ReadonlyArray<readonly [path: string, ready: string]> => [
  ["/", "Positions near an order"],
  ["/attention", "Attention"],
  ["/positions", "AAPL"],
  ["/positions/paper/AAPL", "Open lots"],
  ["/trades", "one"],
  ["/trades/T1", "Where its shares went"],
  ["/trades/new", "Send trade"],
  ["/orders", "O1"],
  ["/orders/O1", "What went in"],
  ["/fills", "O1"],
  ["/fills/F1", "Revisions"],
  ["/decisions", "No decisions yet"],
  ["/attempts", "O1"],
  ["/attempts/S1", "Request"],
  ["/journal", "Order"],
  ["/batches", "Mixed"],
  [`/batches/${made.batch}`, "adds up to 2 rows"],
  ...made.breaks.map((id) => [`/attention/${id}`, "Theirs"] as const),
  ["/batches/new", "Or paste rows"],
  ["/ops", "Parts of the program"],
  ["/settings", "Single-key shortcuts"],
  ["/orders?asOf=1", "As it stood at position 1 of the feed"],
  ["/sign-in", "Token"],
  ["/orders/O999", "This could not be read"],
  ["/orders/one/two", "There is no such page"]
]

const folder = process.env["ROUNDLOT_SCREENSHOTS"]

/** Keeps what a page looks like as a file, where `npm run screenshots` asks for it. */
const keep = async (page: Page, name: string): Promise<void> => {
  if (folder === undefined) return
  const file = name
    .replaceAll(/[^\w-]+/g, "-")
    .replace(/^--/, "-overview-")
    .replace(/^-/, "")
  await page.screenshot({ path: join(folder, `${file}.png`), fullPage: true })
}

const themes = ["light", "dark"] as const

describe("every page", () => {
  test.each(themes)(
    "has no finding of axe, explains every head and figure, and fits a phone, in the theme %s",
    async (theme) => {
      await using seen = await open("/", { theme })
      const { faults, page } = seen
      for (const [path, ready] of pages()) {
        if (path !== "/") await page.goto(daemon.url + path)
        await page.locator("main").getByText(ready).first().waitFor()
        await page.locator("h1").first().waitFor()
        expect({ path, found: await findings(page) }).toEqual({ path, found: [] })
        const unexplained = await page
          .locator("th, dt, .field, .filter")
          .evaluateAll((heads) =>
            heads
              .filter((head) => (head.querySelector("[data-help]")?.getAttribute("data-help") ?? "").length < 15)
              .map(({ outerHTML }) => outerHTML)
          )
        expect({ path, unexplained }).toEqual({ path, unexplained: [] })
        await keep(page, `${path}-${theme}-1440`)
        await page.setViewportSize({ width: 390, height: 844 })
        await keep(page, `${path}-${theme}-390`)
        const wide = await page.evaluate("document.documentElement.scrollWidth > 390")
        expect({ path, wide }).toEqual({ path, wide: false })
        await page.setViewportSize({ width: 1440, height: 900 })
      }
      expect(faults).toEqual([])
    }
  )

  test("is reached from the bar at the bottom of a phone", async () => {
    await using seen = await open("/", { width: 390 })
    const { page } = seen
    await page.locator("main").getByText("Positions near an order").waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole("navigation", { name: "Main, short" }).getByRole("link", { name: "Attention" }).click()
    await page.getByRole("heading", { level: 1, name: "Attention" }).waitFor()
  })

  test("an open dialog has no finding of axe, holds the focus, and gives it back", async () => {
    await using seen = await open("/")
    const { page } = seen
    const halt = page.getByRole("button", { name: "Halt" })
    await halt.click()
    await page.getByRole("dialog").getByLabel("Reason").waitFor()
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Reason")
    expect(await findings(page)).toEqual([])
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    expect(await halt.evaluate((button) => button === document.activeElement)).toBe(true)
  })

  test("what a word means is shown by hover, by focus and by a tap", async () => {
    await using seen = await open("/")
    const { page } = seen
    const head = page.getByRole("button", { name: "Residual" })
    const help = page.getByText("It waits until it makes a whole lot")
    await head.hover()
    await help.waitFor()
    await page.mouse.move(0, 0)
    await help.waitFor({ state: "detached" })
    await head.click()
    await help.waitFor()
    expect(seen.faults).toEqual([])
  })
})
