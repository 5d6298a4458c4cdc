import { describe, expect, test } from "vitest"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

const textOf = async (path: string): Promise<string> => (await fetch(daemon.url + path)).text()

/** What one page may have wrong and another not: styles and frame are those of all. */
const shapes = [
  "landmark-one-main",
  "landmark-unique",
  "empty-table-header",
  "scrollable-region-focusable",
  "heading-order",
  "image-alt",
  "link-name",
  "duplicate-id-aria"
]

describe("the guides", () => {
  test.each(["light", "dark"] as const)(
    "BAT-12: are pages at /docs that lead to each other, without a finding of axe, in the theme %s",
    async (theme) => {
      await using seen = await open("/docs", { theme })
      const { faults, page } = seen
      await page.getByRole("heading", { level: 1, name: "Guides" }).waitFor()
      const main = page.getByRole("main")
      await main.getByRole("link", { name: "First steps" }).click()
      await page.getByRole("heading", { level: 1, name: "First steps" }).waitFor()
      await page.evaluate(async () => void (await document.fonts.ready))
      expect(await page.evaluate("document.fonts.check('15px Geist') && document.fonts.size > 0")).toBe(true)
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
    expect(await textOf("/docs/commands")).toContain("roundlot trades import: ")
    expect(await textOf("/docs/tables")).toContain('id="allocations"')
    expect(await textOf("/docs/reference/glossary")).toContain("<strong>Residual</strong>")
  })

  test("have no finding of axe on any page of a user's, and fit the smallest phone", async () => {
    await using seen = await open("/docs", { width: 320 })
    const { page } = seen
    const links = page.locator("a[href^='/docs']")
    const paths = await links.evaluateAll((all) => [...new Set(all.map((link) => link.getAttribute("href") ?? ""))])
    expect(paths.length).toBeGreaterThan(25)
    // What is inside and why is prose of the same form.
    for (const path of paths.filter((each) => /^\/docs\/(guides|reference|commands|api)/.test(each))) {
      await page.goto(daemon.url + path, { waitUntil: "load" })
      const wide = await page.evaluate("document.documentElement.scrollWidth > 320")
      const found = await findings(page, { runOnly: shapes })
      expect({ path, found, wide }).toEqual({ path, found: [], wide: false })
    }
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
    // What is fetched once nothing else is to be done is none of the first load.
    await using seen = await open("/settings", { script: "window.requestIdleCallback = () => 0" })
    const sizes: Array<number> = []
    const kept = new Set<string | undefined>()
    const { page } = seen
    // What is still on its way to the page before is none of the first load's.
    await page.goto("about:blank")
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
    await page.locator("main").getByText("Pending accumulation").waitFor()
    await page.evaluate(async () => void (await document.fonts.ready))
    expect([...kept]).toEqual(["public, max-age=31536000, immutable"])
    expect(sizes.length).toBeGreaterThan(2)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250 * 1024)
  })

  test("those of a halt are fetched once the first screen stands: it opens and is sent though no file comes any more", async () => {
    await using seen = await open("/")
    const { faults, page } = seen
    await page.waitForFunction(() => performance.getEntriesByName("halt is loaded").length > 0)
    await page.route("**/assets/**", (route) => route.abort())
    await page.getByRole("button", { name: "Halt", exact: true }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Reason", { exact: true }).fill("no file comes any more")
    await dialog.getByRole("button", { name: "Halt everything" }).click()
    await dialog.getByRole("status").waitFor()
    expect(await page.getByText("A part of the dashboard could not be loaded").count()).toBe(0)
    expect(faults).toEqual([])
    await daemon.ask("/api/v1/controls/resume", { reason: "the test of a halt is over" })
  })

  test("an answer of another daemon, which the frame cannot show, is said, with the way to halt that is left", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    await page.route("**/api/v1/overview", (route) => route.fulfill({ json: { overall: "well" } }))
    await page.goto(daemon.url)
    await page.getByText("roundlot halt --all").waitFor()
    await page.unrouteAll()
    await page.getByRole("button", { name: "Try again" }).click()
    await page.locator("main").getByText("Pending accumulation").waitFor()
    expect(await page.getByText("roundlot halt --all").count()).toBe(0)
  })

  test("one that leaves out whether an account is of play money is shown as one of real money", async () => {
    await using seen = await open("/ops")
    const { page } = seen
    const badge = page.getByRole("banner").getByRole("button", { name: /^(Paper|Real money)$/ })
    await badge.getByText("Paper").waitFor()
    await page.route("**/api/v1/overview", async (route) => {
      const response = await route.fetch()
      const { accounts, ...rest } = Object(await response.json())
      const unsaid = accounts.map((account: object) => ({ ...account, environment: undefined }))
      await route.fulfill({ response, json: { ...rest, accounts: unsaid } })
    })
    await page.goto(`${daemon.url}/ops`)
    await badge.getByText("Real money").waitFor()
    await page.getByRole("cell", { name: "Real money" }).first().waitFor()
    expect(await page.getByRole("cell", { name: "Paper", exact: true }).count()).toBe(0)
  })

  test("one that does not come leaves the page: it says so, offers to load all again, and other pages open", async () => {
    await using seen = await open("/", { script: "window.requestIdleCallback = () => 0" })
    const { faults, page } = seen
    const rail = page.getByRole("navigation", { name: "Main", exact: true })
    const missing = page.getByRole("alert").filter({ hasText: "A part of the dashboard could not be loaded" })
    const figures = page.locator("main").getByText("Pending accumulation")
    await figures.waitFor()
    // The daemon was updated: it has no such file any more.
    for (const part of ["ActionDialog", "HelpPopover", "Lists"]) {
      await page.route(`**/assets/${part}-*.js`, (route) => route.fulfill({ status: 404, body: "{}" }))
    }
    await page.getByRole("button", { name: "Halt", exact: true }).click()
    await missing.waitFor()
    const asked = page.waitForResponse(/HelpPopover/)
    await page.getByRole("button", { name: "Paper", exact: true }).hover()
    await asked
    await figures.waitFor()
    await rail.getByRole("link", { name: "Orders", exact: true }).click()
    await page.getByRole("heading", { level: 1, name: "Orders", exact: true }).waitFor()
    await page.locator("main").getByRole("alert").waitFor()
    expect(await findings(page)).toEqual([])
    await rail.getByRole("link", { name: "Overview", exact: true }).click()
    await figures.waitFor()
    await rail.getByRole("link", { name: "Orders", exact: true }).click()
    await page.locator("main").getByRole("alert").waitFor()
    await page.unrouteAll()
    await missing.getByRole("button", { name: "Reload" }).click()
    await page.getByRole("table", { name: "Orders" }).or(page.getByText("No orders")).first().waitFor()
    expect(await missing.count()).toBe(0)
    // What asks the daemon is missing, its answer with it: it is asked for again.
    await page.route("**/assets/client-*.js", (route) => route.abort())
    await page.goto(`${daemon.url}/trades`)
    await missing.waitFor()
    await page.locator("main").getByRole("alert").filter({ hasText: "Could not load" }).waitFor()
    await page.unrouteAll()
    await page.getByRole("button", { name: "Try again" }).click()
    await page.locator("main").getByRole("alert").waitFor({ state: "detached" })
    expect(faults).toEqual([])
  })

  test("what is no page and no file is told as a problem", async () => {
    const response = await fetch(`${daemon.url}/assets/none.js`)
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"])
  })
})
