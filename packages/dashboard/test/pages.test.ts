import axe from "axe-core"
import { beforeAll, describe, expect, test } from "vitest"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

beforeAll(async () => {
  await daemon.ask("/api/v1/trades", [
    { sourceId: "one", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" },
    { sourceId: "two", symbol: "AAPL", side: "sell", quantity: "0.25", price: "40.10" }
  ])
  // The order is at its end once its fill is on record.
  for (let tries = 0; tries < 600; tries++) {
    const found = JSON.stringify(await daemon.ask("/api/v1/orders?status=filled"))
    if (found.includes('"O1"')) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error("the order was not filled")
})

const pages: ReadonlyArray<readonly [path: string, ready: string]> = [
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
  ["/batches", "No batches yet"],
  ["/batches/new", "Or paste rows"],
  ["/ops", "Parts of the program"],
  ["/settings", "Single-key shortcuts"],
  ["/orders?asOf=1", "As it stood at position 1 of the feed"],
  ["/sign-in", "Token"],
  ["/orders/O999", "This could not be read"],
  ["/orders/one/two", "There is no such page"]
]

/** Rules that ask for the order and kind of a page's parts, and all of WCAG 2.2 A and AA. */
const findings = async (page: Awaited<ReturnType<typeof open>>["page"]): Promise<unknown> => {
  await page.evaluate(axe.source)
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 200)).slice(0, 3).join(" | ")))`)
}

const themes = ["light", "dark"] as const

describe("every page", () => {
  test.each(themes)(
    "has no finding of axe, explains every head and figure, and fits a phone, in the theme %s",
    async (theme) => {
      await using seen = await open("/", { theme })
      const { faults, page } = seen
      for (const [path, ready] of pages) {
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
        await page.setViewportSize({ width: 390, height: 844 })
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

describe("the guides", () => {
  test.each(themes)(
    "BAT-12: are pages at /docs that lead to each other, without a finding of axe, in the theme %s",
    async (theme) => {
      await using seen = await open("/docs", { theme })
      const { faults, page } = seen
      await page.getByRole("heading", { level: 1, name: "Guides" }).waitFor()
      const main = page.getByRole("main")
      await main.getByRole("link", { name: "First steps" }).click()
      await page.getByRole("heading", { level: 1, name: "First steps" }).waitFor()
      expect(await findings(page)).toEqual([])
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await page.evaluate("document.documentElement.scrollWidth > 390")).toBe(false)
      await page.goto(`${daemon.url}/docs/guides/concepts`)
      await page.getByRole("img", { name: "From trades to an order" }).waitFor()
      expect(await findings(page)).toEqual([])
      expect(await page.evaluate("document.documentElement.scrollWidth > 390")).toBe(false)
      expect(faults).toEqual([])
    }
  )

  test("tell every verb and every table, made of their definitions, and the words of the dashboard", async () => {
    const textOf = async (path: string): Promise<string> => (await fetch(daemon.url + path)).text()
    expect(await textOf("/docs/commands")).toContain("roundlot trades import: ")
    expect(await textOf("/docs/tables")).toContain('id="allocations"')
    expect(await textOf("/docs/reference/glossary")).toContain("<strong>Residual</strong>")
    await using seen = await open("/docs/commands")
    expect(await findings(seen.page)).toEqual([])
    await seen.page.goto(`${daemon.url}/docs/tables`)
    expect(await findings(seen.page)).toEqual([])
  })

  test("have no link that leads nowhere", async () => {
    const seen = new Set(["/docs"])
    const broken: Array<string> = []
    for (const path of seen) {
      const response = await fetch(`${daemon.url}${path}`)
      const text = await response.text()
      if (!response.ok) broken.push(path)
      if (!response.headers.get("content-type")?.includes("html") || !path.startsWith("/docs")) continue
      for (const [, link = ""] of text.matchAll(/(?:href|src)="(\/[^"#]*)/g)) seen.add(link)
    }
    expect(seen.size).toBeGreaterThan(25)
    expect(broken).toEqual([])
  })
})

describe("the files", () => {
  test("come with a policy, hashed ones for ever, and the first load is at most 250 KiB compressed", async () => {
    await using seen = await open("/settings")
    const sizes: Array<number> = []
    const kept = new Set<string | undefined>()
    const { page } = seen
    page.on("response", (response) => {
      if (!new URL(response.url()).pathname.startsWith("/api/")) {
        sizes.push(Number(response.headers()["content-length"] ?? "0"))
        if (response.url().includes("/assets/")) kept.add(response.headers()["cache-control"])
      }
    })
    const context = page.context()
    await context.clearCookies()
    const first = await page.goto(daemon.url)
    expect(first?.headers()["content-security-policy"]).toContain("default-src 'self'")
    await page.locator("main").getByText("Positions near an order").waitFor()
    expect([...kept]).toEqual(["public, max-age=31536000, immutable"])
    expect(sizes.length).toBeGreaterThan(2)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250 * 1024)
  })

  test("what is no page and no file is told as a problem", async () => {
    const response = await fetch(`${daemon.url}/assets/none.js`)
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"])
  })
})
