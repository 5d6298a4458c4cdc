import { describe, expect, test } from "vitest"
import { findingsInThemes, stage } from "./stage.ts"

const { daemon, open } = stage()

describe("the verdict", () => {
  test("is the same on the overview, in the header, in the tab, at /health and on the command line", async () => {
    await using seen = await open("/orders")
    const { page } = seen
    const header = page.locator("header.top .verdict-link")
    await header.getByText("Healthy", { exact: true }).waitFor()
    expect([await page.title(), await page.locator("link[rel=icon]").getAttribute("href")]).toEqual([
      "Orders · Roundlot",
      "/icon.svg"
    ])
    // Both rows fail: a case of the batch.
    const csv = "source_id,symbol,side,quantity\nb1,IBM,hold,1\nb2,IBM,buy,nothing\n"
    await daemon.ask("/api/v1/batches", { name: "Mixed", csv, mode: "execute" })
    await header.getByText("1 case open", { exact: true }).waitFor()
    await page.waitForFunction("document.title === '(1) Orders · Roundlot'")
    expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-attention.svg")
    await expect.poll(() => daemon.ask("/health"), { timeout: 90_000 }).toMatchObject({ overall: "cases", cases: 1 })
    // It ends with 3, since a case is open.
    expect(await daemon.cli("status").catch(String)).toContain("Trading, with 1 case open: ")
    await daemon.ask("/api/v1/controls/halt", { account: "paper", reason: "the news of today" })
    await header.getByText("Halted", { exact: true }).waitFor()
    await page.waitForFunction("document.title === 'Halted · (1) Orders · Roundlot'")
    await header.click()
    await page.getByRole("heading", { level: 1, name: "Attention" }).waitFor()
    await page.goto(daemon.url)
    await page.getByRole("heading", { level: 1, name: "Halted: paper, with 1 case open" }).waitFor()
    await daemon.ask("/api/v1/controls/resume", { account: "paper", reason: "the news is old" })
    await page.getByRole("heading", { level: 1, name: "Trading, with 1 case open" }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("of a daemon that stands still is that the page is not connected since then, with grey figures, until it goes on", async () => {
    await daemon.ask("/api/v1/trades", { symbol: "CVX", side: "buy", quantity: "0.5", price: "100" })
    await using seen = await open("/")
    const { page } = seen
    const figure = page.locator("section", { hasText: "Pending accumulation" }).locator(".figure").first()
    await figure.waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    const colour = () => figure.evaluate((node) => getComputedStyle(node).color)
    const before = await colour()
    daemon.signal("SIGSTOP")
    try {
      const header = page.locator("header.top .verdict-link")
      await header.getByText("Not connected", { exact: true }).waitFor()
      await page.getByRole("heading", { level: 1, name: /^Not connected since \d\d:\d\d/ }).waitFor()
      await page.getByText(/Not connected since \d\d:\d\d.* Data may be out of date/).waitFor()
      await page.waitForFunction("document.title === 'Not connected · Overview · Roundlot'")
      expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-stale.svg")
      const grey = await colour()
      expect(grey).not.toBe(before)
      // What a sentence states is as old as a figure, and no service is said to be healthy.
      const sentence = page.locator(".story .what").first()
      expect(await sentence.evaluate((node) => getComputedStyle(node).color)).toBe(grey)
      await page.getByText(/services healthy when the daemon last answered$/).waitFor()
      expect(await findingsInThemes(page)).toEqual([])
    } finally {
      daemon.signal("SIGCONT")
    }
    await page.getByRole("heading", { level: 1, name: /^Trading, with \d cases? open/ }).waitFor()
    expect(await colour()).toBe(before)
  })
})
