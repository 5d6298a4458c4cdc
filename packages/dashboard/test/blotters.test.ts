import type { Locator } from "playwright-core"
import { beforeAll, describe, expect, test } from "vitest"
import { answerOf, findings, findingsInThemes, stage } from "./stage.ts"

const { daemon, open } = stage()

let rests = ""
let filled = ""

beforeAll(async () => {
  await daemon.cli("exchange", "instruct", JSON.stringify({ id: "rests", when: { symbol: "XOM" }, do: { accept: {} } }))
  await daemon.ask("/api/v1/trades", { sourceId: "rests", symbol: "XOM", side: "buy", quantity: "2", price: "60" })
  await daemon.ask("/api/v1/trades", { sourceId: "filled", symbol: "KO", side: "buy", quantity: "2", price: "60" })
  rests = await daemon.orderAt("submitted", "XOM")
  filled = await daemon.orderAt("filled", "KO")
})

const dollars = (amount: string) => [{ currency: "USD", amount }]

/** Does a table fit the box that it is in? */
const isWhole = ({ parentElement: box }: Element) => box !== null && box.scrollWidth <= box.clientWidth

/** The texts of a card as they are read: line by line, each from left to right. */
const linesOf = (row: Locator) =>
  row.evaluate((card) => {
    const cells = [...card.querySelectorAll("td")].map((cell) => {
      const { left, top } = cell.getBoundingClientRect()
      return { left, top: Math.round(top), text: (cell.textContent ?? "").trim() }
    })
    const tops = [...new Set(cells.map(({ top }) => top))].toSorted((a, b) => a - b)
    const textsAt = (line: number) =>
      cells
        .filter(({ top }) => top === line)
        .toSorted((a, b) => a.left - b.left)
        .map(({ text }) => text)
    return tops.map(textsAt)
  })

describe("a blotter", () => {
  test("of fills says symbol, side, account, where the order came from, and how long it took", async () => {
    await using seen = await open("/fills")
    const { page } = seen
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: filled, exact: true }) })
    await row.waitFor()
    const text = (await row.textContent()) ?? ""
    for (const word of ["KO", "Buy", "paper", "accumulation"]) expect(text).toContain(word)
    expect(text).toMatch(/\d (?:ms|s)/)
    expect(await findings(page)).toEqual([])
  })

  test("has the views that many ask for one click away, and keeps the symbol that was chosen", async () => {
    await using seen = await open("/orders?symbol=XOM")
    const { page } = seen
    const views = page.getByRole("navigation", { name: "Views" })
    const row = (id: string) => page.getByRole("link", { name: id, exact: true })
    await row(rests).waitFor()
    expect(await views.getByRole("link", { name: "All" }).getAttribute("aria-current")).toBe("page")
    await views.getByRole("link", { name: "Rejected" }).click()
    await page.getByText("Nothing matches Symbol: XOM, Status: Rejected.").waitFor()
    await page.goto(`${daemon.url}/orders`)
    await row(filled).waitFor()
    await views.getByRole("link", { name: "Working" }).click()
    await row(filled).waitFor({ state: "detached" })
    await row(rests).waitFor()
    expect(new URL(page.url()).search).toBe("?phase=open")
    expect(await views.locator("[aria-current]").allTextContents()).toEqual(["Working"])
    await views.getByRole("link", { name: "Today" }).click()
    await row(filled).waitFor()
    expect(await views.locator("[aria-current]").allTextContents()).toEqual(["Today, UTC"])
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("C7: of trades is narrowed to a beneficial owner, whom the trade's page names; without owners it has no such column", async () => {
    const owned = { sourceId: "owned", symbol: "PEP", side: "buy", quantity: "0.2", price: "60", owner: "client-7" }
    const { id } = Object(await daemon.ask("/api/v1/trades", owned)).items[0]
    await using seen = await open("/trades?owner=client-7")
    const { page } = seen
    await page.getByRole("link", { name: id, exact: true }).waitFor()
    expect(await page.locator("tbody tr").count()).toBe(1)
    await page.getByRole("columnheader", { name: "Beneficial owner" }).waitFor()
    await page.goto(`${daemon.url}/trades?sourceId=filled`)
    await page.getByRole("columnheader", { name: "Source id" }).waitFor()
    await page.locator("tbody tr").first().waitFor()
    expect(await page.getByRole("columnheader", { name: "Beneficial owner" }).count()).toBe(0)
    await page.goto(`${daemon.url}/trades/${id}`)
    await page.getByText("client-7").waitFor()
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("an average that is exact is shown as it is, and the tab names the record", async () => {
    await using seen = await open(`/orders/${filled}`)
    const { page } = seen
    await page.getByRole("heading", { level: 1 }).waitFor()
    await page.getByText("Average price").first().waitFor()
    expect(await page.locator("main").textContent()).not.toContain("≈")
    await expect.poll(() => page.title()).toContain(`${filled} · Orders · Roundlot`)
    await page.goto(`${daemon.url}/positions/paper/KO`)
    await expect.poll(() => page.title()).toContain("KO on paper · Positions · Roundlot")
    expect(seen.faults).toEqual([])
  })

  test("an order has the notional of each fill, and the equation of its position", async () => {
    const [fill] = Object(await daemon.ask(`/api/v1/orders/${filled}/fills`)).items
    const { account, hedged, inFlight, residual, symbol, target } = Object(
      await daemon.ask(`/api/v1/positions/${Object(await daemon.ask(`/api/v1/orders/${filled}`)).symbol}?account=paper`)
    )
    await using seen = await open(`/orders/${filled}`)
    const { page } = seen
    const heading = page.getByRole("heading", { name: `Position ${symbol} of ${account}` })
    const position = page.locator("section", { has: heading })
    await position.waitFor()
    const figures = await position.locator("dd").allInnerTexts()
    expect(figures.map((each) => each.replace(/^[=+−]\s*/, ""))).toEqual([target, hedged, inFlight, residual])
    const [row] = await page.getByRole("table", { name: "Executions" }).locator("tbody tr").allInnerTexts()
    expect(row).toContain(String(Number(fill.quantity) * Number(fill.price)))
    expect(seen.faults).toEqual([])
  })

  test("of fills says what all that count and that the filters find come to, exactly, with their fees", async () => {
    const { buy, count, withoutCommission } = Object(await daemon.ask("/api/v1/fills/totals?symbol=KO"))
    expect([count.rows, buy.quantity, withoutCommission]).toEqual([1, "2", 1])
    await using seen = await open("/fills?symbol=KO")
    const { page } = seen
    const totals = page.getByRole("note", { name: "Totals" })
    await totals.waitFor()
    expect(await totals.textContent()).toMatch(/^In all 1\. Bought 2 shares, \$[\d.]+\. Fees missing for 1\. $/)
    await page.route("**/api/v1/fills/totals*", (route) => {
      // Those on the page are the newest: so are those that are summed.
      expect(new URL(route.request().url()).searchParams.get("order")).toBe("newest")
      const side = {
        rows: 1,
        quantity: "0.3",
        filledQuantity: null,
        notional: dollars("100000000000.0996"),
        unpriced: 1
      }
      const none = { rows: 0, quantity: "0", filledQuantity: null, notional: [], unpriced: 0 }
      const fees = [...dollars("1.01"), { currency: "EUR", amount: "2" }]
      const counted = { count: { kind: "about", rows: 12000 }, summed: 1000 }
      return route.fulfill({ json: { ...counted, buy: side, sell: none, commission: fees, withoutCommission: 2 } })
    })
    await page.goto(`${daemon.url}/fills?canonical=true`)
    await totals.getByText("Bought").waitFor()
    expect(await totals.textContent()).toBe(
      "In the first 1,000 of about 12,000. Bought 0.3 shares, $100,000,000,000.0996. " +
        "Fees $1.01, 2 EUR. Price missing for 1. Fees missing for 2. "
    )
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("of orders and trades says what all that the filters find come to, exactly", async () => {
    await using seen = await open("/trades?symbol=KO")
    const { page } = seen
    const totals = page.getByRole("note", { name: "Totals" })
    await totals.waitFor()
    expect(await totals.textContent()).toBe("In all 1. Bought 2 shares, $120.00. ")
    expect(await findings(page)).toEqual([])
    await page.goto(`${daemon.url}/orders?symbol=XOM`)
    await totals.getByText("Buys of 2 shares, 0 filled, $0.00.").waitFor()
    await page.route("**/api/v1/orders/totals*", async (route) => {
      // Those on the page are the newest: so are those that are summed.
      expect(new URL(route.request().url()).searchParams.get("order")).toBe("newest")
      const read = Object(await (await answerOf(route)).json())
      await route.fulfill({ json: { ...read, count: { kind: "about", rows: 12000 }, summed: 1000 } })
    })
    await page.goto(`${daemon.url}/orders`)
    await totals.filter({ hasText: /^In the first 1,000 of about 12,000\. Buys of / }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("shows dollars with two decimals at least, and more where there are", async () => {
    await using seen = await open(`/orders/${filled}`)
    const { page } = seen
    const came = page.getByRole("table", { name: "Executions" })
    await came.getByText("60.00", { exact: true }).first().waitFor()
    await page.getByText("$120.00").first().waitFor()
    expect(seen.faults).toEqual([])
  })

  test("completes symbols and accounts that are known where somebody writes, and takes what is chosen at once", async () => {
    await using seen = await open("/orders")
    const { page } = seen
    await page.getByRole("link", { name: filled, exact: true }).waitFor()
    await page.getByRole("button", { name: "Filters", exact: true }).click()
    const offered = (label: string): Promise<ReadonlyArray<string>> =>
      page
        .getByRole("group", { name: "Filters" })
        .locator(".filter", { has: page.locator(`input[aria-label=${label}]`) })
        .locator("datalist option")
        .evaluateAll((all) => all.map((each) => each.getAttribute("value") ?? ""))
    const filters = page.getByRole("group", { name: "Filters" })
    const symbol = filters.locator("input[aria-label=Symbol]")
    expect(await offered("Symbol")).toEqual([])
    await symbol.focus()
    await expect.poll(() => offered("Symbol")).toEqual(expect.arrayContaining(["KO", "XOM"]))
    await filters.locator("input[aria-label=Account]").focus()
    await expect.poll(() => offered("Account")).toEqual(["paper"])
    // What a browser does where one of a list is chosen.
    await symbol.evaluate((field) => {
      if (!(field instanceof HTMLInputElement)) return
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, "KO")
      field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }))
    })
    await page.waitForURL("**/orders?symbol=KO")
    await page.getByRole("link", { name: rests, exact: true }).waitFor({ state: "detached" })
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("has the days that many ask for, in the zone that is shown", async () => {
    await using seen = await open("/fills")
    const { page } = seen
    const row = page.getByRole("link", { name: filled, exact: true })
    const asked = () => Object.fromEntries(new URL(page.url()).searchParams)
    const period = page.getByRole("combobox", { name: "Period", exact: true })
    await row.waitFor()
    expect(await period.count()).toBe(0)
    await page.getByRole("button", { name: "Filters", exact: true }).click()
    await period.selectOption("yesterday")
    await page.getByText(/^Nothing matches From: .*, .+: /).waitFor()
    const { since = "", until = "" } = asked()
    expect(Date.parse(until) - Date.parse(since)).toBe(86_400_000)
    await period.selectOption("week")
    await row.waitFor()
    expect(asked()["until"]).toBeUndefined()
    expect(Date.parse(until) - Date.parse(asked()["since"] ?? "")).toBe(6 * 86_400_000)
    await period.selectOption("today")
    await row.waitFor()
    expect(asked()).toEqual({ since: until })
    await page.goto(`${daemon.url}/fills?since=2020-01-01&symbol=KO`)
    await row.waitFor()
    // What the address names stands beside the folded filters, and goes by a click.
    await page.getByRole("button", { name: "Clear the filter Symbol" }).click()
    await page.waitForURL(`${daemon.url}/fills?since=2020-01-01`)
    await page.getByText("From: 2020-01-01").waitFor()
    await page.getByRole("button", { name: "Filters", exact: true }).click()
    expect(await period.inputValue()).toBe("other")
    await period.selectOption("")
    await page.waitForURL(`${daemon.url}/fills`)
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("shows each row on a phone as a card: what and where it stands above, which and when below, and nothing beside the screen", async () => {
    await using seen = await open("/orders", { width: 390 })
    const { page } = seen
    const shownOn = async (name: string, id: string) => {
      const table = page.getByRole("table", { name, exact: true })
      const row = table.getByRole("row").filter({ has: page.getByRole("link", { name: id, exact: true }) })
      await row.waitFor()
      expect(await table.evaluate(isWhole)).toBe(true)
      expect(await findings(page)).toEqual([])
      return linesOf(row)
    }
    const [fill = ""] = await daemon.idsOf("/api/v1/fills", 1)
    const [trade = ""] = await daemon.idsOf("/api/v1/trades", 1)
    await page.goto(`${daemon.url}/fills`)
    expect(await shownOn("Fills", fill)).toEqual([
      [expect.stringMatching(/^(?:Buy|Sell)$/), expect.any(String), expect.any(String), expect.any(String), "Fill"],
      [fill, expect.stringMatching(/:/), "paper"]
    ])
    await page.goto(`${daemon.url}/trades`)
    expect(await shownOn("Trades", trade)).toEqual([
      [expect.any(String), expect.stringMatching(/^(?:Buy|Sell)$/), expect.any(String), expect.any(String)],
      [trade, expect.stringMatching(/:/), "paper"]
    ])
    await page.goto(`${daemon.url}/orders`)
    expect(await shownOn("Orders", filled)).toEqual([
      [expect.stringMatching(/^(?:Buy|Sell)$/), expect.any(String), "KO", "Filled"],
      [filled, expect.stringMatching(/:/), "paper"]
    ])
    // Columns that were chosen are a table's, on a phone too.
    await page.goto(`${daemon.url}/orders?cols=id,symbol,status`)
    await page.getByRole("columnheader", { name: "Symbol", exact: true }).waitFor()
    expect(await page.locator(".cards").count()).toBe(0)
    await page.goto(`${daemon.url}/orders`)
    await page.locator(".cards").waitFor()
    await page.setViewportSize({ width: 1440, height: 900 })
    await expect.poll(() => page.getByRole("columnheader").count()).toBeGreaterThan(7)
    expect(await page.locator(".cards").count()).toBe(0)
    expect(seen.faults).toEqual([])
  })

  test("gives up columns where the window is narrower, says which, and shows them where they are asked for", async () => {
    await using seen = await open("/fills", { width: 1440 })
    const { page } = seen
    const table = page.getByRole("table", { name: "Fills", exact: true })
    const hidden = page.getByText(/^Hidden to fit: /)
    const execId = page.getByRole("columnheader", { name: "Exec id" })
    await execId.waitFor()
    expect([await table.evaluate(isWhole), await hidden.count()]).toEqual([true, 0])
    await page.setViewportSize({ width: 1024, height: 768 })
    await hidden.getByText(/Exec id/).waitFor()
    expect(await table.evaluate(isWhole)).toBe(true)
    expect(await execId.count()).toBe(0)
    for (const name of ["Side", "Quantity", "Symbol", "Price", "State"]) {
      expect(await page.getByRole("columnheader", { name }).count()).toBe(1)
    }
    expect(await findings(page)).toEqual([])
    await page.getByRole("button", { name: "Show all columns" }).click()
    await execId.waitFor()
    await page.getByRole("button", { name: "Fit columns" }).click()
    await execId.waitFor({ state: "detached" })
    await page.setViewportSize({ width: 1440, height: 900 })
    await execId.waitFor()
    expect(await hidden.count()).toBe(0)
    expect(seen.faults).toEqual([])
  })

  test("cuts no column of an order's trades and executions, at any width", async () => {
    await using seen = await open(`/orders/${filled}`)
    const { page } = seen
    const trades = page.getByRole("table", { name: "Source trades", exact: true })
    const executions = page.getByRole("table", { name: "Executions", exact: true })
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 })
      for (const table of [trades, executions]) {
        await table.locator("tbody tr[data-row]").first().waitFor()
        await expect.poll(() => table.evaluate(isWhole)).toBe(true)
      }
      // On a phone trades are cards, each with its status.
      const status =
        width === 390 ? trades.getByText("Completed") : trades.getByRole("columnheader", { name: "Status" })
      await status.first().waitFor()
      await executions.getByRole("columnheader", { name: "State" }).waitFor()
    }
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390)
    expect(seen.faults).toEqual([])
  })

  test("has ids in which the letter of orders is wider than a zero, and on a phone the verdict in words", async () => {
    await using seen = await open(`/orders?symbol=KO`, { width: 390 })
    const { page } = seen
    const link = page.getByRole("link", { name: filled, exact: true })
    await link.waitFor()
    await page.evaluate(
      `Promise.all(["12px 'Geist O'", "12px 'Geist Mono'"].map((font) => document.fonts.load(font, "O")))`
    )
    const widthOf = (letters: string) =>
      link.evaluate((id, text) => {
        const drawn = document.createElement("span")
        drawn.textContent = text
        id.append(drawn)
        const { width } = drawn.getBoundingClientRect()
        drawn.remove()
        return width
      }, letters)
    expect(await widthOf("OOOO")).toBeGreaterThan(1.15 * (await widthOf("0000")))
    const verdict = page.locator("header.top .verdict-link span")
    await verdict.getByText("Healthy", { exact: true }).waitFor()
    expect((await verdict.boundingBox())?.width).toBeGreaterThan(30)
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390)
    expect(seen.faults).toEqual([])
  })

  test("selects rows on a phone by a box in each, by touch and by keys, to copy them", async () => {
    await using seen = await open("/orders", { width: 390 })
    const { page } = seen
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
    const table = page.getByRole("table", { name: "Orders", exact: true })
    const box = page.getByRole("checkbox", { name: `Select ${filled}`, exact: true })
    await box.check()
    await page.getByText("1 selected", { exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe("/orders")
    expect(await findingsInThemes(page)).toEqual([])
    expect(await table.evaluate(isWhole)).toBe(true)
    await page.getByRole("button", { name: "Copy", exact: true }).click()
    await page.getByText("1 row copied").waitFor()
    const [head = "", row = "", ...others] = (await page.evaluate(() => navigator.clipboard.readText()))
      .trim()
      .split(/\r?\n/)
    expect([head.split(",")[0], row.split(",")[0], others]).toEqual(["id", filled, []])
    // The row is one stop, and arrows lead to the box in it.
    const rows = table.locator("tbody tr[data-row]")
    await rows.filter({ has: box }).focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press(" ")
    await page.getByText("1 selected", { exact: true }).waitFor({ state: "hidden" })
    expect(await box.isChecked()).toBe(false)
    await page.setViewportSize({ width: 1440, height: 900 })
    await box.waitFor({ state: "detached" })
    expect(seen.faults).toEqual([])
  })

  test("leads from a direct order to its trade and batch, and from one that was replaced to what came in its place", async () => {
    const csv = "source_id,symbol,side,quantity,price\nrow-1,PG,buy,1,50\n"
    const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Direct", mode: "execute", csv }))
    const order = await daemon.orderAt("filled", "PG")
    const [trade = ""] = await daemon.idsOf("/api/v1/trades?symbol=PG", 1)
    await using seen = await open(`/orders/${order}`)
    const { page } = seen
    const facts = page.locator("main dl.facts").first()
    await facts.getByRole("link", { name: trade, exact: true }).waitFor()
    expect(await facts.getByRole("link", { name: trade, exact: true }).getAttribute("href")).toBe(`/trades/${trade}`)
    const toBatch = facts.getByRole("link", { name: batch.id, exact: true })
    expect(await toBatch.getAttribute("href")).toBe(`/batches/${batch.id}`)
    expect(await facts.getByText("Replaced by").count()).toBe(0)
    expect(await findings(page)).toEqual([])
    // One that gave way before it was sent: the next order of its position came in its place.
    const ended = "2020-01-01T00:00:00.000000Z"
    await page.route("**/api/v1/orders/O9001*", async (route) => {
      const base = Object(await daemon.ask(`/api/v1/orders/${filled}`))
      const changed = { id: "O9001", status: "cancelled", phase: "ended", replacedBy: filled, endedAt: ended }
      const allocations = base.allocations.map((each: object) => ({
        ...each,
        releasedAt: ended,
        releasedWhy: "cancelled: no longer due"
      }))
      const priceBand = { ...base.priceBand, lowest: "168.59646147936", highest: "252.89469221904" }
      await route.fulfill({ json: { ...base, ...changed, allocations, priceBand, reason: "no longer due" } })
    })
    await page.route("**/api/v1/trades?*orderId=O9001*", async (route) => {
      await route.fulfill({ json: await daemon.ask(`/api/v1/trades?orderId=${filled}`) })
    })
    await page.goto(`${daemon.url}/orders/O9001`)
    await facts.getByRole("link", { name: filled, exact: true }).waitFor()
    await page.getByText(`released (replaced by ${filled})`).first().waitFor()
    expect(await page.getByText("no longer due").count()).toBe(0)
    // On a phone the longest price is whole.
    await page.setViewportSize({ width: 390, height: 844 })
    const ends = page.locator(".price-band .ends")
    expect(await ends.evaluate(({ clientWidth, scrollWidth }) => scrollWidth <= clientWidth)).toBe(true)
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("folds orders that were replaced under the one that took their place, with a link to each", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    const [like] = Object(await daemon.ask("/api/v1/orders")).items
    const replaced = { ...like, status: "cancelled", phase: "ended" }
    const items = [
      { ...like, id: "O903", status: "pending", phase: "pending" },
      { ...replaced, id: "O902", replacedBy: "O903" },
      { ...replaced, id: "O901", replacedBy: "O902" },
      { ...replaced, id: "O900", replacedBy: "O899" }
    ]
    await page.route("**/api/v1/orders?*", (route) =>
      route.fulfill({ json: { items, nextCursor: null, count: { kind: "exactly", rows: items.length } } })
    )
    await page.goto(`${daemon.url}/orders`)
    const table = page.getByRole("table", { name: "Orders" })
    const link = (id: string) => table.getByRole("link", { name: id, exact: true })
    await link("O903").waitFor()
    const ids = () => table.locator("tbody td:first-child").allTextContents()
    expect(await ids()).toEqual(["O903", "O900"])
    const last = table.getByRole("row").filter({ hasText: "O903" }).first()
    expect(await last.getByRole("link").allTextContents()).toEqual(["O903", "O902", "O901"])
    expect(await link("O899").getAttribute("href")).toBe("/orders/O899")
    expect(await findings(page)).toEqual([])
    await page.getByRole("button", { name: "Show them" }).click()
    await expect.poll(ids).toEqual(["O903", "O902", "O901", "O900"])
    await page.getByRole("button", { name: "Hide them" }).click()
    await expect.poll(ids).toEqual(["O903", "O900"])
    expect(seen.faults).toEqual([])
  })

  test("offers views of own records to a signed-in user alone, and hides views where there is only one", async () => {
    await using seen = await open("/journal")
    const { page } = seen
    await page.getByRole("table", { name: "Journal" }).waitFor()
    await page.getByRole("link", { name: "api (operate)" }).waitFor()
    expect(await page.getByRole("navigation", { name: "Views", exact: true }).count()).toBe(0)
  })

  test("a row is opened by its link, which says what is looked at, and by the middle button wherever it is pressed", async () => {
    const { position } = Object(await daemon.ask("/api/v1/journal/head"))
    const [trade = ""] = await daemon.idsOf("/api/v1/trades?symbol=KO", 1)
    await using seen = await open(`/trades?asOf=${position}`)
    const { page } = seen
    const link = page.getByRole("link", { name: trade, exact: true })
    await link.waitFor()
    const there = `/trades/${trade}?asOf=${position}`
    expect(await link.getAttribute("href")).toBe(there)
    const row = page.getByRole("row").filter({ has: link })
    const apart = async (press: () => Promise<void>) => {
      const coming = page.context().waitForEvent("page")
      await press()
      const opened = await coming
      await opened.waitForURL(daemon.url + there)
      await opened.close()
    }
    const cell = row.getByText("KO")
    await apart(() => cell.click({ button: "middle" }))
    await apart(() => cell.click({ modifiers: ["ControlOrMeta"] }))
    await cell.click()
    await page.waitForURL(daemon.url + there)
    await page.getByRole("heading", { level: 1 }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("one order over 300 trades is one line of what happened, and its trades are another", async () => {
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
    await using seen = await open("/")
    const { page } = seen
    const lines = page.locator("section.panel", { has: page.getByRole("heading", { name: "Recent activity" }) })
    const ofGE = lines.getByRole("listitem").filter({ hasText: /(?:order|trade)s? .*GE/ })
    await ofGE.filter({ hasText: new RegExp(`order ${order} created: buy 3 GE; .*fill.*; filled`) }).waitFor()
    await ofGE.filter({ hasText: "300 trades received: buy 3.00 GE" }).waitFor()
    expect(await ofGE.count()).toBe(2)
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })
})
