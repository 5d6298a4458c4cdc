import type { Page } from "playwright-core"
import { beforeAll, describe, expect, test } from "vitest"
import { answerOf, findings, findingsInThemes, stage } from "./stage.ts"

const { daemon, open } = stage()

beforeAll(async () => {
  await daemon.ask("/api/v1/trades", [
    { sourceId: "early", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" },
    { sourceId: "other", symbol: "MSFT", side: "sell", quantity: "0.30", price: "40.10" }
  ])
})

const ofMany = (n: number) => ({ sourceId: `many-${n}`, symbol: "QQQ", side: "buy", quantity: "0.001" })

const aQuarter = (symbol: string, side: string) => ({ sourceId: `${symbol} ${side}`, symbol, side, quantity: "0.25" })

/** Sets how a symbol that nobody trades may be traded. */
const setsTrading = async (state: string): Promise<void> => {
  await daemon.ask(`/api/v1/controls/${state}`, { account: "paper", symbol: "ZZZ", reason: "a test of what is told" })
}

describe("more of what an operator does", () => {
  test("a table that changes under its reader keeps its place: what is new waits, what left stays marked while it is frozen", async () => {
    const many = Array.from({ length: 60 }, (_, at) => ({
      sourceId: `many ${at}`,
      symbol: "WMT",
      side: "buy",
      quantity: "0.01",
      price: "50"
    }))
    await daemon.ask("/api/v1/trades", many)
    await using seen = await open("/trades?symbol=WMT&status=accumulated")
    const { page } = seen
    const rows = page.getByRole("table", { name: "Trades" })
    await rows.getByText("many 59", { exact: true }).waitFor()
    // Far enough down that the row is made by scrolling there, and not before.
    await page.locator(".scroller").evaluate((scroller) => scroller.scrollTo({ top: 1440 }))
    const read = rows.getByText("many 12", { exact: true })
    await read.waitFor()
    const place = (await read.boundingBox())?.y
    await daemon.ask("/api/v1/trades", { sourceId: "many 60", symbol: "WMT", side: "buy", quantity: "0.01" })
    const pill = page.getByRole("button", { name: "1 new" })
    await pill.waitFor()
    expect((await read.boundingBox())?.y).toBe(place)
    await pill.click()
    await rows.getByText("many 60", { exact: true }).waitFor()
    await page.locator("tbody tr[data-row='0']").focus()
    await page.keyboard.press("f")
    await page.getByRole("button", { name: "Frozen: resume" }).waitFor()
    // With it a share is due: what the order takes is no longer only accumulated.
    await daemon.ask("/api/v1/trades", { sourceId: "many rest", symbol: "WMT", side: "buy", quantity: "0.4" })
    await rows.getByText("no longer matches").first().waitFor()
    await page.getByRole("button", { name: "Frozen: resume" }).click()
    await page
      .getByText("Nothing matches")
      .or(rows.getByText("many rest", { exact: true }))
      .first()
      .waitFor()
    expect(await rows.getByText("no longer matches").count()).toBe(0)
    expect(seen.faults).toEqual([])
  })

  test("a frozen table shows nothing new: what changed and what came is counted, and shown once it goes on", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "cold 1", symbol: "FRT", side: "buy", quantity: "0.75" })
    await using seen = await open("/trades?symbol=FRT")
    const { page } = seen
    const rows = page.getByRole("table", { name: "Trades" })
    const open1 = rows
      .getByRole("row", { name: /cold 1/ })
      .getByRole("cell")
      .nth(8)
    await open1.getByText("0.75", { exact: true }).waitFor()
    await page.locator("tbody tr[data-row='0']").focus()
    await page.keyboard.press("f")
    // What is sold is taken of what was bought.
    await daemon.ask("/api/v1/trades", { sourceId: "cold 2", symbol: "FRT", side: "sell", quantity: "0.125" })
    await page.getByRole("button", { name: "1 changed, 1 new" }).waitFor()
    expect(await open1.innerText()).toBe("0.75")
    expect(await page.locator("tbody tr[data-row]").count()).toBe(1)
    await page.keyboard.press("f")
    await open1.getByText("0.625", { exact: true }).waitFor()
    await rows.getByText("cold 2", { exact: true }).waitFor()
    await page.locator(".pill").first().waitFor({ state: "detached" })
    expect(seen.faults).toEqual([])
  })

  test("a row that leaves a table of a record stays there, marked, until it is asked for; another record holds none", async () => {
    await daemon.ask("/api/v1/trades", [aQuarter("SCHA", "buy"), aQuarter("SCHB", "buy")])
    await using seen = await open("/positions")
    const { page } = seen
    const lots = page.getByRole("table", { name: "Open lots" })
    const isOf = (symbol: string) => page.getByRole("heading", { level: 1, name: symbol }).waitFor()
    await page.getByRole("table", { name: "Positions" }).getByRole("link", { name: "SCHA" }).click()
    await lots.getByText("+0.25", { exact: true }).first().waitFor()
    await daemon.ask("/api/v1/trades", aQuarter("SCHA", "sell"))
    await lots.getByText("no longer matches").waitFor()
    await page.keyboard.press("]")
    await isOf("SCHB")
    await lots.getByText("+0.25", { exact: true }).first().waitFor()
    await page.keyboard.press("[")
    await isOf("SCHA")
    await page.getByText("No open lots.").waitFor()
    expect(await lots.count()).toBe(0)
    await daemon.ask("/api/v1/trades", { ...aQuarter("SCHA", "buy"), sourceId: "SCHA again" })
    await lots.getByText("+0.25", { exact: true }).first().waitFor()
    await daemon.ask("/api/v1/trades", { ...aQuarter("SCHA", "sell"), sourceId: "SCHA gone" })
    await page.getByRole("button", { name: "1 left" }).click()
    await page.getByText("No open lots.").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("in a list that is not newest first no row comes between others: it waits behind the pill", async () => {
    await daemon.ask(
      "/api/v1/trades",
      ["LAA", "LCC"].map((symbol) => ({ sourceId: `list ${symbol}`, symbol, side: "buy", quantity: "0.25" }))
    )
    await using seen = await open("/positions")
    const { page } = seen
    const positions = page.getByRole("table", { name: "Positions" })
    const symbols = () => positions.locator("tbody td:first-child").allInnerTexts()
    await positions.getByText("LCC", { exact: true }).waitFor()
    const before = await symbols()
    await daemon.ask("/api/v1/trades", { sourceId: "list LBB", symbol: "LBB", side: "buy", quantity: "0.25" })
    const pill = page.getByRole("button", { name: "1 new" })
    await pill.waitFor()
    expect(await symbols()).toEqual(before)
    expect(await findingsInThemes(page)).toEqual([])
    await pill.click()
    await positions.getByText("LBB", { exact: true }).waitFor()
    expect(await symbols()).toEqual([...before, "LBB"].toSorted())
    await pill.waitFor({ state: "detached" })
    await page.locator("tbody tr[data-row='0']:focus").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("positions near an order stay where they were under whoever looks at them, and are sorted again when asked to", async () => {
    const trade = (symbol: string, quantity: string, side = "buy") =>
      daemon.ask("/api/v1/trades", { sourceId: `${symbol} ${quantity} ${side}`, symbol, side, quantity })
    await trade("NEE", "0.75")
    await trade("NEM", "0.25")
    await using seen = await open("/settings")
    const { page } = seen
    // Positions of other tests are left out, and those that are only many are made here.
    let more = ""
    await page.route("**/api/v1/overview", async (route) => {
      const told = Object(await (await answerOf(route)).json())
      const ours = told.positions.filter(({ symbol }: { readonly symbol: string }) => /^NE[A-Z]$/.test(symbol))
      const others = Array.from(more, (letter) => ({ ...ours[0], symbol: `NE${letter}`, residual: "0.125" }))
      const positions = [...ours, ...others]
      await route.fulfill({ json: { ...told, positions } })
    })
    await page.goto(daemon.url)
    const near = page.locator("section", { hasText: "Pending accumulation" })
    const ours = () => near.locator("tbody td:first-child").allInnerTexts()
    await near.getByText("NEM", { exact: true }).waitFor()
    expect(await ours()).toEqual(["NEE", "NEM"])
    await trade("NEM", "0.59375")
    const residual = (figure: string) => near.getByText(figure, { exact: true }).first().waitFor()
    await residual("+0.84375")
    expect(await ours()).toEqual(["NEE", "NEM"])
    await trade("NEE", "0.75", "sell")
    await near.getByRole("row", { name: /NEE/ }).getByText("no longer matches").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await near.getByRole("button", { name: "Sort again" }).click()
    await near.getByText("NEE", { exact: true }).waitFor({ state: "detached" })
    expect(await ours()).toEqual(["NEM"])
    await trade("NEC", "0.953125")
    await residual("+0.953125")
    expect(await ours()).toEqual(["NEM", "NEC"])
    await near.getByRole("button", { name: "Sort again" }).click()
    await expect.poll(ours).toEqual(["NEC", "NEM"])
    more = "DFGHIJKO"
    await page.goto(daemon.url)
    await expect.poll(async () => (await ours()).length).toBe(10)
    await trade("NEL", "0.9609375")
    await near.getByRole("button", { name: "1 new" }).click()
    await residual("+0.9609375")
    expect((await ours()).slice(0, 3)).toEqual(["NEL", "NEC", "NEM"])
    expect(seen.faults).toEqual([])
  })

  test("filters are kept as a view under a name, through a reload, and forgotten again", async () => {
    await using seen = await open("/trades?symbol=MSFT")
    const { page } = seen
    await page.getByRole("button", { name: "Save view" }).click()
    await page.getByLabel("Name of the view").fill("Only Microsoft")
    await page.getByRole("button", { name: "Save", exact: true }).click()
    await page.goto(`${daemon.url}/trades`)
    await page.getByRole("link", { name: "Only Microsoft" }).click()
    expect(page.url()).toContain("symbol=MSFT")
    await page.getByRole("button", { name: "Delete the view Only Microsoft" }).click()
    expect(await page.getByRole("link", { name: "Only Microsoft" }).count()).toBe(0)
    expect(seen.faults).toEqual([])
  })

  test("Ctrl K finds, goes and does: what Enter does is said beside each", async () => {
    await using seen = await open("/orders")
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor()
    await page.keyboard.press("Control+K")
    const list = page.getByRole("listbox", { name: "Results" })
    await list.getByText("opens the page (g j)").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await page.keyboard.type("halt every")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.getByRole("dialog").getByLabel("Reason").waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    // Less of it is halted from everywhere too: by its name, or chosen in the dialog.
    await page.keyboard.press("Control+K")
    await page.keyboard.type("halt aapl")
    await list.getByText("Halt AAPL on paper").click()
    const dialog = page.getByRole("dialog", { name: "Halt AAPL on paper" })
    await dialog.getByText("roundlot halt --account paper --symbol AAPL").waitFor()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+H")
    const wide = page.getByRole("dialog", { name: "Halt everything" })
    await wide.getByLabel("Scope").selectOption("Halt paper")
    await page.getByRole("dialog", { name: "Halt paper" }).getByText("roundlot halt --account paper --reason").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    await page.keyboard.press("Control+K")
    await page.keyboard.type("Journal")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { level: 1, name: "Journal" }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("a key turns the theme to the one that is not shown, whoever chose that", async () => {
    await using seen = await open("/", { theme: "dark" })
    await seen.page.getByRole("heading", { level: 1 }).waitFor()
    await seen.page.keyboard.press("Shift+T")
    expect(await seen.page.locator("html").getAttribute("data-theme")).toBe("light")
    await seen.page.keyboard.press("Shift+T")
    expect(await seen.page.locator("html").getAttribute("data-theme")).toBe("dark")
  })

  test("keys filter, select, copy, sort, go from record to record and reach what can be done; ? lists those of the page", async () => {
    for (const n of [1, 2, 3]) {
      await daemon.ask("/api/v1/trades", { sourceId: `key ${n}`, symbol: "KEY", side: "buy", quantity: "0.1" })
    }
    await using seen = await open("/trades?symbol=KEY")
    const { page } = seen
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
    const copied = async () => String(await page.evaluate("navigator.clipboard.readText()"))
    const focused = (attribute: string) => page.evaluate(`document.activeElement.getAttribute("${attribute}")`)
    const ids = page.getByRole("table", { name: "Trades" }).locator("tbody td:first-child")
    const press = async (...keys: ReadonlyArray<string>): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key)
    }
    await page.getByText("key 3", { exact: true }).waitFor()
    const newest = await ids.allInnerTexts()
    await press("/")
    await expect.poll(() => focused("aria-label")).toBe("Account")
    await page.locator("tbody tr[data-row='0']").focus()
    await press("x", "J")
    await page.getByText("2 selected", { exact: true }).waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await press("c")
    await page.getByText("2 rows copied").waitFor({ state: "attached" })
    expect((await copied()).split("\r\n").map((line) => line.split(",")[0])).toEqual(["id", newest[0], newest[1], ""])
    await press("Escape")
    await page.getByText("2 selected", { exact: true }).waitFor({ state: "detached" })
    await press("ArrowRight")
    expect(await focused("href")).toBe(`/trades/${newest[1]}`)
    expect(await focused("tabindex")).toBe("-1")
    await press("ArrowRight", "ArrowRight")
    expect(await focused("title")).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z · New York .+ · .+ ago$/)
    await press("ArrowLeft", "ArrowLeft", "ArrowLeft")
    expect(await focused("data-row")).toBe("1")
    const [other] = await Promise.all([page.context().waitForEvent("page"), press("Control+Enter")])
    await other.waitForURL(`**/trades/${newest[1]}`)
    await other.close()
    const [file] = await Promise.all([page.waitForEvent("download"), press("e")])
    expect(file.suggestedFilename()).toBe("trades.csv")
    await press("s")
    await page.getByRole("button", { name: "Oldest first" }).waitFor()
    await expect.poll(() => ids.allInnerTexts()).toEqual(newest.toReversed())
    expect(await page.locator("th[aria-sort]").evaluateAll((all) => all.map((each) => each.ariaSort))).toEqual([
      "ascending"
    ])
    // By its head a column is sorted its usual way first, and then turned round where the daemon can.
    for (const [head, way] of [
      ["Status", "By status"],
      ["Status", "By status"],
      ["Received", "Newest first"],
      ["Received", "Oldest first"]
    ] as const) {
      await page.getByRole("button", { name: `Sort by ${head}` }).click()
      await page.getByRole("button", { name: way, exact: true }).waitFor()
    }
    await page.locator("tbody tr[data-row='0']").focus()
    await press("Enter", "]")
    await page
      .getByText(newest[1] ?? "", { exact: true })
      .first()
      .waitFor()
    await press("]", "[", "[")
    await page.getByText("key 1", { exact: true }).waitFor()
    const place = page.locator(".page-head .place")
    expect(await place.innerText()).toMatch(/^1 of 3\s+Next$/)
    await place.getByRole("link", { name: "Next" }).click()
    await place.getByText("2 of 3", { exact: true }).waitFor()
    await place.getByRole("link", { name: "Previous" }).click()
    await place.getByText("1 of 3", { exact: true }).waitFor()
    await press(".")
    expect(await page.evaluate("document.activeElement.textContent")).toBe(`Reverse ${newest[2]}`)
    await press("a")
    await expect.poll(() => focused("aria-label")).toBe("As of")
    await page.getByRole("heading", { level: 1 }).click()
    await press("?")
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" })
    await dialog.getByText("previous and next in the list").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await press("Escape")
    await dialog.waitFor({ state: "detached" })
    await press("g", "b")
    await page.getByRole("heading", { level: 1, name: "Batches" }).waitFor()
    await page.goto(`${daemon.url}/trades?symbol=KEY&status=accumulated`)
    await page.locator("tbody tr[data-row='2']").focus()
    // The oldest of them is netted: what has the focus no longer belongs in the list, and stays until its rows are asked for.
    await daemon.ask("/api/v1/trades", { sourceId: "key 4", symbol: "KEY", side: "sell", quantity: "0.1" })
    await page.locator("tbody tr[data-row='2']").getByText("no longer matches").waitFor()
    await page.getByRole("button", { name: "1 left" }).waitFor()
    expect(await focused("data-row")).toBe("2")
    expect(await findingsInThemes(page)).toEqual([])
    await press("f", "f")
    await page.getByText(`${newest[2]} is no longer in the list`).waitFor({ state: "attached" })
    expect(await focused("data-row")).toBe("1")
    expect(seen.faults).toEqual([])
  })

  test("an account is looked at from page to page until it is left; what a page shows is copied as link, command, curl and JSON", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
    await page.route("**/api/v1/overview", async (route) => {
      const told = Object(await (await answerOf(route)).json())
      const second = { ...told.accounts[0], name: "second" }
      await route.fulfill({ json: { ...told, accounts: [...told.accounts, second] } })
    })
    await page.goto(`${daemon.url}/trades?symbol=MSFT`)
    const accounts = page.getByLabel("Shown account")
    await accounts.selectOption("paper")
    await page.getByRole("table", { name: "Trades" }).getByText("MSFT").waitFor()
    expect(new URL(page.url()).search).toBe("?symbol=MSFT&account=paper")
    expect(await findings(page)).toEqual([])
    const as = async (name: string): Promise<string> => {
      await page.locator("summary", { hasText: "Copy as" }).click()
      await page.getByRole("list", { name: "Copy as" }).getByRole("button", { name }).click()
      await page.getByText(`${name} copied`).waitFor()
      return String(await page.evaluate("navigator.clipboard.readText()"))
    }
    expect(await as("Link")).toBe(page.url())
    expect(await as("CLI command")).toBe("npx roundlot trades list --account paper --symbol MSFT --order newest")
    expect(await as("curl")).toContain(`'${daemon.url}/api/v1/trades?account=paper&symbol=MSFT&order=newest'`)
    expect(JSON.parse(await as("JSON")).items).toHaveLength(1)
    await page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Attention" }).click()
    await page.getByRole("heading", { level: 1, name: "Attention" }).waitFor()
    expect(new URL(page.url()).search).toBe("?account=paper")
    await page.getByRole("button", { name: "Filters", exact: true }).click()
    await page.getByRole("combobox", { name: "Severity" }).selectOption("warning")
    await page.getByRole("combobox", { name: "Kind" }).selectOption("PositionDiffers")
    await page.getByText(/^Nothing matches Account: paper, Severity: Warning, Kind: /).waitFor()
    await accounts.selectOption("")
    expect(new URL(page.url()).search).toBe("?standing=warning&kind=PositionDiffers")
    // A figure of all accounts leads to the rows that it counts, also of those that are not looked at.
    await page.goto(`${daemon.url}/?account=second`)
    const taken = page.getByLabel("Today").locator("div", { hasText: "Trades" }).getByRole("link")
    const count = await taken.innerText()
    await taken.click()
    await page.getByRole("table", { name: "Trades" }).waitFor()
    await page.getByText(`of ${count}`).first().waitFor()
    expect([...new URL(page.url()).searchParams.keys()]).toEqual(["since"])
    expect(seen.faults).toEqual([])
  })

  test("a list says which of its rows are on screen, of how many in all, wherever its reader is", async () => {
    await daemon.ask(
      "/api/v1/trades",
      Array.from({ length: 250 }, (_, n) => ofMany(n))
    )
    await using seen = await open("/trades?symbol=QQQ")
    const { page } = seen
    const extent = page.locator("main .extent")
    await extent.getByText(/ 1–\d\d of 250$/).waitFor()
    await page.locator("main tbody tr[data-row='0']").focus()
    await page.keyboard.press("End")
    await page.locator("main tbody tr[data-row='199']:focus").waitFor()
    await page.locator("main tbody tr[data-row='200']").waitFor()
    await page.keyboard.press("End")
    await extent.getByText(/–250 of 250$/).waitFor()
    expect(await page.getByRole("table", { name: "Trades" }).getAttribute("aria-rowcount")).toBe("251")
    await daemon.ask("/api/v1/trades", ofMany(250))
    await extent.getByText(/–251 of 251$/).waitFor()
    await page.route("**/api/v1/trades?*count=true*", async (route) => {
      const answer = Object(await (await answerOf(route)).json())
      await route.fulfill({ json: { ...answer, count: { kind: "about", rows: 31000 } } })
    })
    await page.reload()
    await extent.getByText(/ 1–\d\d of about 31,000$/).waitFor()
    await extent.getByRole("button", { name: "In view" }).hover()
    await page.getByText("Up to 10,000 are counted exactly").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("which columns a list shows is chosen, and kept through a reload", async () => {
    await using seen = await open("/trades?symbol=MSFT")
    const { page } = seen
    const trades = page.getByRole("table", { name: "Trades" })
    await trades.getByText("MSFT").waitFor()
    const price = trades.getByRole("columnheader", { name: "Price" })
    expect(await price.count()).toBe(1)
    await page.getByText("Columns", { exact: true }).click()
    expect(await findingsInThemes(page)).toEqual([])
    await page.getByRole("checkbox", { name: "Price" }).uncheck()
    expect(await price.count()).toBe(0)
    const shared = page.url()
    expect(new URL(shared).searchParams.get("cols")?.split(",")).toContain("side")
    // Of an address that names no columns this browser remembers its own; of one that does, anybody sees the same.
    await page.goto(`${daemon.url}/trades?symbol=MSFT`)
    await trades.getByText("MSFT").waitFor()
    expect(await price.count()).toBe(0)
    expect(page.url()).toBe(shared)
    await using other = await open(shared.slice(daemon.url.length))
    const theirs = other.page.getByRole("table", { name: "Trades" })
    await theirs.getByText("MSFT").waitFor()
    expect(await theirs.getByRole("columnheader", { name: "Price" }).count()).toBe(0)
    // Where the reader's own colours are forced upon the page, what is cut out of a sign is not of the sign's colour.
    await other.page.emulateMedia({ forcedColors: "active", colorScheme: "dark" })
    const stroke = await other.page
      .locator("svg.icon")
      .first()
      .evaluate((icon) => {
        const cut = document.createElementNS("http://www.w3.org/2000/svg", "path")
        cut.setAttribute("stroke", "var(--surface)")
        icon.append(cut)
        return getComputedStyle(cut).stroke
      })
    expect(stroke).toBe("rgb(0, 0, 0)")
    await page.getByText("Columns", { exact: true }).click()
    await page.getByRole("checkbox", { name: "Price" }).check()
    expect(await price.count()).toBe(1)
    expect(seen.faults).toEqual([])
  })

  test.each([
    ["like the daemon's", "PEP", 0],
    ["ten minutes before the daemon's", "KO", 10],
    ["ten minutes behind the daemon's", "MDLZ", -10]
  ])(
    "what a position owed is a line over time, read on opening, with the same as a table behind it, by a clock %s",
    async (_, symbol, minutes) => {
      await daemon.ask("/api/v1/trades", {
        sourceId: `over ${symbol}`,
        symbol,
        side: "buy",
        quantity: "0.75",
        price: "50"
      })
      const script = `{ const now = Date.now; Date.now = () => now() + ${minutes * 60_000} }`
      await using seen = await open(`/positions/paper/${symbol}`, { script })
      const { page } = seen
      const chart = page.getByRole("img", { name: "Residual: From 0 to +0.75." })
      await chart.waitFor()
      expect(await page.getByRole("button", { name: "1 h", exact: true }).getAttribute("aria-pressed")).toBe("true")
      // From nothing at the bottom to what is owed at the top, and so to the end.
      expect(await chart.locator("path:not(.point)").getAttribute("d")).toMatch(/^M8,152(L[\d.]+,152)+(L[\d.]+,8)+$/)
      await page.getByRole("button", { name: "View as table" }).click()
      await page.getByRole("table", { name: "Residual" }).getByText("+0.75").first().waitFor()
      expect(await findings(page)).toEqual([])
      expect(seen.faults).toEqual([])
    }
  )

  test("what a position owed is one read, of no earlier moment, on opening and for each span", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "long", symbol: "CVX", side: "buy", quantity: "0.75", price: "50" })
    await using seen = await open("/")
    const { page } = seen
    const asked: Array<string> = []
    page.on(
      "request",
      (request) => /asOf=|residuals/.test(request.url()) && asked.push(new URL(request.url()).pathname)
    )
    await page.goto(`${daemon.url}/positions/paper/CVX`)
    const chart = page.getByRole("img", { name: "Residual: From 0 to +0.75." })
    await chart.waitFor()
    expect(asked).toEqual(["/api/v1/positions/CVX/residuals"])
    // By its key: what is read above it moves it, also from under a mouse that is pressed.
    await page.getByRole("button", { name: "1 w", exact: true }).press("Enter")
    await page.getByRole("button", { name: "1 w", exact: true, pressed: true }).waitFor()
    await chart.waitFor()
    expect(asked).toHaveLength(2)
    expect(seen.faults).toEqual([])
  })

  test("a past of which a read is lost is read again, by itself and then by its reader, on a machine without a network as well", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "lost", symbol: "DIS", side: "buy", quantity: "0.75", price: "50" })
    await using seen = await open("/positions/paper/DIS")
    const { page } = seen
    await page.getByRole("button", { name: "1 h", exact: true }).waitFor()
    await page.evaluate(`dispatchEvent(new Event("offline"))`)
    let left = 1
    await page.route("**/api/v1/positions/DIS/residuals*", (route) => (left-- > 0 ? route.abort() : route.fallback()))
    await page.getByRole("button", { name: "1 h", exact: true }).press("Enter")
    const chart = page.getByRole("img", { name: "Residual: From 0 to +0.75." })
    await chart.waitFor()
    expect(left).toBeLessThan(0)
    left = Infinity
    await page.getByRole("button", { name: "1 d", exact: true }).press("Enter")
    const again = page.getByRole("button", { name: "Try again" })
    await again.waitFor()
    expect(await findings(page)).toEqual([])
    left = 0
    await again.click()
    await chart.waitFor()
    expect(seen.faults).toEqual([])
  })
})

const tags: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  409: "Conflict",
  422: "KeyReused",
  500: "Fault",
  503: "Unavailable"
}

type Fate = "answered" | "failed"

/** What becomes of something, once it is said. */
const awaited = () => {
  let meets: ((fate: Fate) => void) | undefined
  const fate = new Promise<Fate>((resolve) => (meets = resolve))
  return { fate, meets: (one: Fate) => meets?.(one) }
}

const problem = (status: number, detail: string) => ({
  status,
  contentType: "application/problem+json",
  body: JSON.stringify({
    _tag: tags[status],
    type: "/problems/test",
    title: "Test",
    status,
    detail,
    requestId: "test-1"
  })
})

/** Presses the button where it still stands: what happens meanwhile may have had the page read again by itself. */
const tryAgain = (page: Page): Promise<void> =>
  page
    .getByRole("button", { name: "Try again" })
    .evaluateAll((buttons) => buttons.forEach((button) => button instanceof HTMLElement && button.click()))

describe("when the API", () => {
  test.each([
    [401, "Session ended"],
    [403, "Your role does not allow this"],
    [422, "Could not load"],
    [500, "Could not load"],
    [503, "Could not load"]
  ])("answers %i, the page says what it means and what to do", async (status, words) => {
    await using seen = await open("/settings")
    const { page } = seen
    await page.route("**/api/v1/orders*", (route) => route.fulfill(problem(status, "Words of the daemon.")))
    await page.goto(`${daemon.url}/orders`)
    await page.locator("main").getByRole("alert").filter({ hasText: words }).waitFor()
    if (status !== 401) await page.getByRole("button", { name: "Try again" }).waitFor()
    // What the daemon never answers here is no problem of a kind that the page knows.
    const named = page.locator("main").getByRole("alert").filter({ hasText: "/problems/test request test-1" })
    if (status !== 401 && status !== 422) await named.waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    // An answer of before that is still on its way would come after the next one.
    await page.unrouteAll({ behavior: "wait" })
    const orders = page.getByRole("table", { name: "Orders" })
    if (status === 401) await page.reload()
    else {
      // It may be reading again by itself, and have no button for as long: what it hears then is a problem again, or the orders.
      await orders
        .or(page.getByRole("button", { name: "Try again" }))
        .first()
        .waitFor()
      await tryAgain(page)
    }
    await orders.waitFor()
    expect(seen.faults).toEqual([])
  })

  test("does not answer at all, the last good figures stay, dimmed", async () => {
    await using seen = await open("/trades")
    const { page } = seen
    const trades = page.getByRole("table", { name: "Trades" })
    const row = trades.locator("tbody tr[data-row]").first()
    await row.waitFor()
    await page.route("**/api/v1/trades?*", (route) => route.abort())
    await daemon.ask("/api/v1/trades", { sourceId: "unseen", symbol: "AMD", side: "buy", quantity: "0.1" })
    await page.locator("main").getByRole("alert").filter({ hasText: "not answering" }).waitFor()
    await row.waitFor()
    await page.getByRole("button", { name: "Try again" }).waitFor()
    await page.unroute("**/api/v1/trades?*")
    await tryAgain(page)
    await trades.getByText("AMD").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("takes a request and never answers it, the page asks again", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    await page.clock.install()
    await page.goto(`${daemon.url}/trades`)
    const trades = page.getByRole("table", { name: "Trades" })
    await trades.locator("tbody tr[data-row]").first().waitFor()
    let asked = 0
    let isDeaf = true
    await page.route("**/api/v1/trades?*", (route) => {
      asked++
      return isDeaf ? undefined : route.continue()
    })
    await daemon.ask("/api/v1/trades", { sourceId: "unanswered", symbol: "IBM", side: "buy", quantity: "0.1" })
    await expect.poll(() => asked).toBeGreaterThan(0)
    isDeaf = false
    await page.clock.fastForward(31_000)
    await trades.getByText("IBM").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("has no stream, the page says so, reads at once where Refresh is pressed, and by itself every 5 s", async () => {
    // So near an order that it is among the first, whatever other tests left.
    await daemon.ask("/api/v1/trades", { sourceId: "near", symbol: "SQ", side: "buy", quantity: "0.96875" })
    await using seen = await open("/settings")
    const { page } = seen
    // Without a worker the page has a stream of its own, which can be cut. Its clock stands: it reads when it is told to.
    await page.addInitScript("delete window.SharedWorker")
    await page.route("**/api/v1/live*", (route) => route.abort())
    await page.clock.install()
    await page.goto(daemon.url)
    await page.locator("[data-live=reconnecting]").waitFor()
    await page.getByText("Retrying every 5 s").waitFor()
    const near = page.locator("section", { hasText: "Pending accumulation" })
    await near.getByText("SQ", { exact: true }).waitFor()
    await page.clock.pauseAt(Date.now() + 60_000)
    const shown = async (quantity: string, residual: string, readsBy: () => Promise<void>): Promise<void> => {
      const figure = near.getByText(residual, { exact: true })
      await daemon.ask("/api/v1/trades", { sourceId: `unheard ${quantity}`, symbol: "SQ", side: "buy", quantity })
      expect(await figure.count()).toBe(0)
      await readsBy()
      // What was read is shown once the clock moves on, as what could not be read is read again: by less than the five seconds.
      let waitedMs = 0
      const seesIt = async (): Promise<number> => {
        await page.clock.runFor(20)
        waitedMs += 20
        return figure.count()
      }
      await expect.poll(seesIt).toBe(1)
      expect(waitedMs).toBeLessThan(5000)
    }
    await shown("0.0078125", "+0.9765625", () => page.getByRole("button", { name: "Refresh" }).click())
    await shown("0.015625", "+0.9921875", () => page.clock.runFor(5000))
    expect(seen.faults).toEqual([])
  })

  test("is slow, the layout stands there before its figures, and nothing is shown as done before it is", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    const held = async (what: string): Promise<() => void> => {
      let release: (() => void) | undefined
      const released = new Promise<void>((resolve) => (release = resolve))
      await page.route(what, async (route) => {
        await released
        await route.continue()
      })
      return () => release?.()
    }
    const send = await held("**/assets/Lists-*.js")
    const answer = await held("**/api/v1/positions*")
    await page.goto(`${daemon.url}/positions`)
    await page.locator("main h1:only-of-type + .skeleton").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    send()
    await page.locator("main .page-head").waitFor()
    await page.locator("main .skeleton").waitFor()
    expect(await page.locator("main .skeleton th").allInnerTexts()).toEqual(
      expect.arrayContaining(["Symbol", "Target"])
    )
    expect(await findingsInThemes(page)).toEqual([])
    answer()
    await page.getByRole("table", { name: "Positions" }).getByText("MSFT").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("answers 409 since another operator was faster, the dialog says so and asks again; a second page sees the first's halt", async () => {
    await using first = await open("/ops")
    await using second = await open("/ops")
    await first.page.keyboard.press("Shift+H")
    await first.page.getByRole("dialog").getByLabel("Reason").fill("both of us at once")
    await first.page.keyboard.press("Enter")
    await first.page.getByRole("dialog").getByText("Recorded for").waitFor()
    await second.page.getByText("Halted: everything").waitFor()
    const stands = "Someone else changed this meanwhile."
    await second.page.route("**/api/v1/controls/resume", (route) =>
      // What it would come to is asked too.
      route.request().postDataJSON().dryRun === true ? route.fallback() : route.fulfill(problem(409, stands))
    )
    await second.page
      .getByRole("table", { name: "Trading states" })
      .getByRole("button", { name: "Resume everything" })
      .click()
    const dialog = second.page.getByRole("dialog")
    await dialog.getByLabel("Reason").fill("both of us at once")
    await dialog.getByLabel(/Type everything/).fill("everything")
    await dialog.getByRole("button", { name: "Resume everything" }).click()
    await dialog.getByRole("alert").filter({ hasText: stands }).waitFor()
    await second.page.unroute("**/api/v1/controls/resume")
    await dialog.getByRole("button", { name: "Resume everything" }).click()
    await dialog.getByText("Recorded for").waitFor()
    expect([...first.faults, ...second.faults]).toEqual([])
  })

  test("what cannot be taken back is confirmed once it is known what it comes to, or that this is not known; a halt waits for neither, and no answer moves a button", async () => {
    await setsTrading("halt")
    await using seen = await open("/ops")
    const { page } = seen
    const dialog = page.getByRole("dialog")
    const coming = dialog.getByText("Loading the impact.")
    const known = dialog.getByRole("list", { name: "Impact" })
    /** Has each dry run wait for its fate; the others go on. */
    const holds = async (verb: string) => {
      const { fate, meets } = awaited()
      await page.route(`**/api/v1/controls/${verb}`, async (route) => {
        if (!Object(route.request().postDataJSON()).dryRun || (await fate) === "answered") await route.continue()
        else await route.fulfill(problem(422, "Nobody knows."))
      })
      return meets
    }
    const placeOf = (name: string) => dialog.getByRole("button", { name, exact: true }).boundingBox()
    const isHeldUp = (name: string) => dialog.getByRole("button", { name, exact: true, disabled: true }).waitFor()

    // Answered: only then the confirmed resume goes out.
    const answerResume = await holds("resume")
    await page.getByRole("button", { name: "Resume ZZZ on paper" }).click()
    await coming.waitFor()
    await dialog.getByLabel("Reason").fill("a test of what is awaited")
    await dialog.getByLabel(/^Type /).fill("ZZZ on paper")
    await isHeldUp("Resume ZZZ on paper")
    await page.keyboard.press("Enter")
    const before = await placeOf("Resume ZZZ on paper")
    answerResume("answered")
    await known.waitFor()
    expect(await placeOf("Resume ZZZ on paper")).toEqual(before)
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
    await page.unroute("**/api/v1/controls/resume")

    // Failed: it is said, and whoever knows better goes on.
    const failResume = await holds("resume")
    await page.getByRole("button", { name: "Resume ZZZ on paper" }).click()
    await dialog.getByLabel("Reason").fill("a test of what is awaited")
    await dialog.getByLabel(/^Type /).fill("ZZZ on paper")
    await isHeldUp("Resume ZZZ on paper")
    failResume("failed")
    const refusal = dialog.getByRole("alert").filter({ hasText: "Nobody knows." })
    await refusal.waitFor()
    expect(await refusal.textContent()).not.toContain("Could not load")
    await dialog.getByText("The impact is unknown. You can confirm without it.").waitFor()
    expect(await placeOf("Resume ZZZ on paper")).toEqual(before)
    const { fate, meets: answerRecord } = awaited()
    await page.route("**/api/v1/journal?*", async (route) => {
      await fate
      await route.continue()
    })
    await dialog.getByRole("button", { name: "Resume ZZZ on paper" }).click()
    await dialog.getByText("Recorded for").waitFor()
    // Position on record is read later still.
    const closes = await placeOf("Close")
    answerRecord("answered")
    await dialog.getByText(/Recorded for .*: entry \d/).waitFor()
    expect(await placeOf("Close")).toEqual(closes)
    await page.unroute("**/api/v1/journal?*")
    await dialog.getByRole("button", { name: "Close" }).click()

    // What only stops waits for nothing.
    const answerHalt = await holds("halt")
    await page.keyboard.press("Shift+H")
    await coming.waitFor()
    await dialog.getByLabel("Scope").selectOption("Halt paper")
    await dialog.getByLabel("Reason").fill("a test of what is awaited")
    await dialog.getByRole("button", { name: "Halt paper", exact: true }).click()
    await dialog.getByText("Recorded for").waitFor()
    answerHalt("answered")
    expect(seen.faults).toEqual([])
    await daemon.ask("/api/v1/controls/resume", { account: "paper", reason: "a test of what is told" })
  })

  test("has strings that are hostile, they are text: right-to-left, controls, 10,000 characters", async () => {
    const sourceId = `\u202Eevil<b>${"x".repeat(100)}`
    await daemon.ask("/api/v1/trades", { sourceId, source: "<i>s", symbol: "EVIL", side: "buy", quantity: "0.1" })
    await using seen = await open("/trades?symbol=EVIL")
    const { page } = seen
    await page.getByText("<i>s").first().waitFor()
    expect(await page.locator("main b, main i").count()).toBe(0)
    const name = `${"long ".repeat(30)}<script>alert(1)</script>`
    await daemon.ask("/api/v1/batches", { name, open: true, mode: "accumulate" })
    await page.goto(`${daemon.url}/batches`)
    await page.getByText("<script>").first().waitFor()
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    const file = `source_id,symbol,side,quantity\nq1,EVIL,${"y".repeat(10_000)},1\nq2,EVIL,buy,0.1\n`
    const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "wide", csv: file, mode: "accumulate" }))
    await page.goto(`${daemon.url}/batches/${batch.id}/errors`)
    await page.getByRole("table", { name: "Errors", exact: true }).getByText(/^y+…/).first().waitFor()
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    expect(seen.faults).toEqual([])
  })
})
