import { join } from "node:path"
import process from "node:process"
import type { Page } from "playwright-core"
import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import { addresses } from "../src/addresses.ts"
import { answerOf, findings, findingsInThemes, stage } from "./stage.ts"

const { daemon, open } = stage()

const made = { batch: "", breakOne: "", breakTwo: "", decision: "", doubtful: "", executed: "", job: "" }

beforeAll(async () => {
  await daemon.ask("/api/v1/trades", [
    { sourceId: "one", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" },
    { sourceId: "two", symbol: "AAPL", side: "sell", quantity: "0.25", price: "40.10" }
  ])
  const rows = "source_id,symbol,side,quantity\nb1,IBM,buy,0.1\nb2,IBM,hold,1\n"
  const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Mixed", csv: rows, mode: "accumulate" }))
  made.batch = batch.id
  // The order is at its end once its fill is on record.
  await daemon.orderAt("filled", "AAPL")
  const row = "source_id,symbol,side,quantity,price\ne1,XOM,buy,1,60\n"
  const executed = Object(await daemon.ask("/api/v1/batches", { name: "Executed", csv: row, mode: "execute" }))
  made.executed = executed.batch.id
  await daemon.orderAt("filled", "XOM")
  const decided = { symbol: "XOM", side: "buy", quantity: "1", strategy: "canary", rationale: "The trend holds." }
  made.decision = Object(await daemon.ask("/api/v1/decisions", decided)).id
  const when = { symbol: "KO" }
  await Promise.all(
    [
      { id: "held", do: { holding: { symbol: "GE", quantity: "7" } } },
      { id: "silent", when, do: { silence: { ms: 7_200_000 } } },
      { id: "unanswered", when, do: { takeThenReset: {} } },
      { id: "hidden", when, do: { hide: { ms: 7_200_000, everywhere: true } } }
    ].map((instruction) => daemon.cli("exchange", "instruct", JSON.stringify(instruction)))
  )
  await daemon.ask("/api/v1/reconcile", {})
  const [job = ""] = await daemon.idsOf("/api/v1/jobs?type=reconcile", 1)
  made.job = job
  const [breakOne = "", breakTwo = ""] = await daemon.idsOf("/api/v1/breaks", 2)
  Object.assign(made, { breakOne, breakTwo })
  await daemon.ask("/api/v1/trades", { sourceId: "doubt", symbol: "KO", side: "buy", quantity: "3", price: "60" })
  made.doubtful = await daemon.orderAt("in_doubt", "KO")
})

/** Where each page is, and what stands there once it is read; `{…}` is the id of something that is made first. */
const pages: ReadonlyArray<readonly [address: string, ready: string]> = [
  ["/", "1 difference open"],
  ["/attention", "Attention"],
  ["/positions", "AAPL"],
  ["/positions/paper/AAPL", "Open lots"],
  ["/profit", "Symbols in USD"],
  ["/profit/paper/AAPL", "Closings"],
  ["/profit/slippage", "Symbols in USD"],
  ["/profit/slippage?asOf=1", "Books as of feed position 1"],
  ["/profit?asOf=1", "Books as of feed position 1"],
  ["/trades", "one"],
  ["/trades/T1", "Allocations"],
  ["/trades/new", "Send trade"],
  ["/decisions/new", "Send decision"],
  ["/orders", "O1"],
  ["/orders/O1", "Source trades"],
  ["/orders/{doubtful}", "Unconfirmed: sent, no acknowledgement received"],
  ["/positions/paper/KO", "Order unconfirmed"],
  ["/orders?symbol=NONE", "Nothing matches"],
  ["/fills", "O1"],
  ["/fills/F1", "Revisions"],
  ["/decisions", "canary"],
  ["/decisions/{decision}", "The trend holds."],
  ["/decisions?asOf=1", "No decisions yet"],
  ["/attempts", "O1"],
  ["/attempts/S1", "Request"],
  ["/journal", "Order"],
  ["/journal/paper/1", "Contents"],
  ["/why/F1", "each below its effect"],
  ["/why/paper/9", "each below its effect"],
  ["/batches", "Mixed"],
  ["/batches/{batch}", "Failed rows"],
  ["/batches/{batch}/errors", "First row"],
  ["/batches/{batch}/results", "Commission"],
  ["/batches/{executed}/orders", "XOM"],
  ["/batches/{executed}/story", "Batch queued"],
  ["/attention/{breakOne}", "At the broker"],
  ["/attention/{breakTwo}", "At the broker"],
  ["/batches/new", "Or paste rows"],
  ["/ops", "reconcile"],
  ["/audit", "No audit has run yet"],
  ["/ops/reconcile", "GE"],
  ["/ops/jobs", "reconcile"],
  ["/ops/jobs/{job}", "Attempts and changes"],
  ["/ops/accounts/paper", "These settings are already set"],
  ["/settings", "Single-key shortcuts"],
  ["/orders?asOf=1", "Books as of feed position 1"],
  ["/sign-in", "Token"],
  ["/orders/O999", "Could not load"],
  ["/orders/one/two", "Page not found"]
]

const pathOf = (address: string): string =>
  Object.entries(made).reduce((path, [name, id]) => path.replace(`{${name}}`, id), address)

/** Pages with words of files, brokers or people. */
const telling = [
  "/attention",
  "/attention/{breakOne}",
  "/attention/{breakTwo}",
  "/trades",
  "/profit",
  "/profit/paper/AAPL",
  "/trades/T1",
  "/orders/O1",
  "/orders/{doubtful}",
  "/fills/F1",
  "/attempts",
  "/attempts/S1",
  "/journal",
  "/journal/paper/9",
  "/why/F1",
  "/batches/{batch}",
  "/batches/{batch}/errors",
  "/batches/{batch}/results",
  "/ops",
  "/ops/reconcile"
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

const heads = "th, dt, .field, .filter"
const fields = "main input:not([hidden]), main select, main textarea"

/** Heads of figures, fields and states without an explanation. */
const unexplained = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator(`${heads}, ${fields}, .sign, .side`).evaluateAll(
    (all, headed) =>
      all
        .filter((each) => {
          const head = each.matches(headed) ? each : each.closest(headed)
          const told = each.matches(".sign, .side") ? each : head?.querySelector("[data-help]")
          return (told?.getAttribute("data-help") ?? each.closest("label")?.title ?? "").length < 10
        })
        .map(({ outerHTML }) => outerHTML),
    heads
  )

/** Fields of the API whose words are those of a file, a broker or a person. */
const free =
  "source sourceId reason evidence closedWhy releasedWhy errorCode errorMessage errorDetails brokerOrderId rationale givenSymbol rawStatus code brokerAccountId failure fileName body value column execId execIdBase liquidity exchange secType orderRef detail message words owner note"

const HOSTILE = `<img src=x onerror=alert(1)><script>alert(2)</script>\u202Eevil\u0000${"W".repeat(10_000)}`

/** In the page: every answer has, in all of these fields, the worst that files and brokers could say. */
const spoiling = `
  const free = new Set(${JSON.stringify(free.split(" "))})
  const spoiled = (key, value) =>
    free.has(key) && (value === null || typeof value === "string") ? ${JSON.stringify(HOSTILE)} : value
  const { fetch } = window
  window.fetch = async (...asked) => {
    const answer = await fetch(...asked)
    if (!answer.ok || !answer.headers.get("content-type")?.includes("json")) return answer
    return new Response(JSON.stringify(JSON.parse(await answer.text(), spoiled)), answer)
  }
`

/** In the page: what would be told by a colour that is not there: parts without a border, fillings and icons of the colour behind them. */
const unseen = `
  (() => {
    const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility())
    const style = (each) => getComputedStyle(each)
    const isEmpty = (each) => each.getBoundingClientRect().width < 1
    const behind = (each) => {
      const colour = style(each).backgroundColor
      return each.parentElement === null || !/, 0\\)$|transparent/.test(colour) ? colour : behind(each.parentElement)
    }
    const named = (what) => (each) => what + ": " + each.outerHTML.slice(0, 160)
    return [
      ...all(".panel, .banner, .button, .badge, .pill, .dialog, .gauge, .bar, .rows-bar, main input, main select")
        .filter((each) => ["Top", "Bottom"].every((side) => parseFloat(style(each)["border" + side + "Width"]) < 1))
        .map(named("no border")),
      ...all(".gauge > span, .bar > span, .rows-bar > span, .share > span, .price-band .dot:not(.superseded)")
        .filter((each) => !isEmpty(each) && style(each).backgroundColor === behind(each.parentElement))
        .map(named("not seen in its bar")),
      ...all("svg.icon")
        .filter((each) => style(each).color === behind(each))
        .map(named("an icon of the colour behind it")),
      ...all(".tabs a[aria-current]")
        .filter((each) => style(each).borderBottomWidth === style(each.nextElementSibling).borderBottomWidth)
        .map(named("chosen as others")),
      ...all(".button[aria-pressed=true]")
        .filter((each) => style(each).outlineStyle !== "solid")
        .map(named("pressed as others")),
      ...all(".legend dl div:is(:nth-child(1), :nth-child(2), :nth-child(5))")
        .filter((each) => getComputedStyle(each, "::before").backgroundColor === behind(each))
        .map(named("without its mark"))
    ]
  })()
`

const phone = { width: 390, height: 844 }
/** What a page is that is magnified four times: it may have to be scrolled in one direction only. */
const smallest = { width: 320, height: 256 }
const desk = { width: 1440, height: 900 }

/** Does a bar glide to a new width, at a given wish for motion? */
const glides = async (page: Page, reducedMotion: "reduce" | "no-preference"): Promise<unknown> => {
  await page.emulateMedia({ reducedMotion })
  return page.evaluate(`(() => {
    const bar = document.querySelector(".rows-bar span")
    bar.style.width = bar.style.width === "90%" ? "80%" : "90%"
    return bar.getAnimations().length > 0
  })()`)
}

/** A batch's rows that were processed by a second. */
type Reading = readonly [second: number, rows: number]

/** Has the page see a batch with so many rows processed by each moment, one after the other; that it reads again is brought about. */
const worksOff = async (page: Page, readings: ReadonlyArray<Reading>) => {
  let shown: Reading = [0, 0]
  await page.route(`**/api/v1/batches/${made.batch}`, async (route) => {
    const response = await answerOf(route)
    const [second, processedTrades] = shown
    const updatedAt = new Date(Date.parse("2026-01-02T03:04:00Z") + 1000 * second).toISOString()
    await route.fulfill({ response, json: { ...(await response.json()), processedTrades, updatedAt } })
  })
  await page.goto(`${daemon.url}/batches/${made.batch}`)
  await page.locator(".lead").getByText("0", { exact: true }).waitFor()
  for (const reading of readings) {
    shown = reading
    await daemon.ask("/api/v1/trades", { symbol: "TICK", side: "buy", quantity: "0.001" })
    await page.locator(".lead").getByText(String(reading[1]), { exact: true }).waitFor()
  }
}

/** What axe finds, in each theme, in the dialogs that a page opens. */
const inDialogs = async (page: Page): Promise<ReadonlyArray<unknown>> => {
  const buttons = page.locator("main button[aria-haspopup=dialog]:enabled:not([aria-disabled=true])")
  const found: Array<unknown> = []
  for (const name of new Set(await buttons.allInnerTexts())) {
    await buttons.filter({ hasText: name }).first().click()
    const dialog = page.getByRole("dialog")
    await dialog.getByRole("button").first().waitFor()
    found.push(...[await findingsInThemes(page)].flat().map((each) => [name, each]))
    await page.keyboard.press("Escape")
    await dialog.waitFor({ state: "detached" })
  }
  return found
}

describe("every page", () => {
  test.each(pages)(
    "%s has no finding of axe in either theme, explains every head and figure, says that the daemon is open, and fits a phone",
    async (address, ready) => {
      const path = pathOf(address)
      await using seen = await open(path)
      const { faults, page } = seen
      await page.locator("main").getByText(ready).first().waitFor()
      await page.locator("h1").first().waitFor()
      await page.locator("main .skeleton").first().waitFor({ state: "detached" })
      await page.getByRole("region", { name: "Access" }).getByText("No API tokens are checked").waitFor()
      // Before the window is that of a phone: what is drawn there alone may stand a moment longer.
      expect(await unexplained(page)).toEqual([])
      expect(await inDialogs(page)).toEqual([])
      const found = await findingsInThemes(page, async (theme) => {
        await keep(page, `${path}-${theme}-1440`)
        await page.setViewportSize(phone)
        await keep(page, `${path}-${theme}-390`)
        await page.setViewportSize(smallest)
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(smallest.width)
        await page.setViewportSize(desk)
      })
      expect(found).toEqual([])
      expect(faults).toEqual([])
    }
  )

  test("is among those that are tested, and shown by its address in the list of all", () => {
    const patterns = Object.entries(addresses).map(([name, address]) => {
      const text = typeof address === "string" ? `^${address.replaceAll(/:\w+/g, "[^/?]+")}$` : address.source
      return { name, pattern: new RegExp(text) }
    })
    const tested = pages.map(([address]) => {
      const [path = ""] = address.split("?")
      return patterns.find(({ pattern }) => pattern.test(path))?.name
    })
    expect(Object.keys(addresses).filter((name) => !tested.includes(name))).toEqual([])
    // One that is shown by another address would be in no list.
    const shown = readFileSync(new URL("../src/App.tsx", import.meta.url), "utf8").match(/<Route\b[^>]*>/g) ?? []
    expect(shown.length).toBeGreaterThan(20)
    expect(shown.filter((each) => each !== "<Route>" && !/path=\{addresses[.[]/.test(each))).toEqual([])
  })

  test.each(telling)(
    "%s shows what files and brokers say as text, and keeps its shape, whatever that is, wherever it stands",
    async (address) => {
      await using seen = await open(pathOf(address), { script: spoiling })
      const { faults, page } = seen
      await page.locator("h1").first().waitFor()
      await expect.poll(() => page.locator("main .skeleton").count()).toBe(0)
      // A phone shows less of a row: what is in all of it is looked for on a wide screen.
      for (const width of [320, 1440]) {
        await page.setViewportSize({ width, height: 900 })
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width)
      }
      expect(await page.locator("main img, main script, main iframe").count()).toBe(0)
      await expect.poll(() => page.getByText("<script>alert(2)").count()).toBeGreaterThan(0)
      expect(faults).toEqual([])
    }
  )

  test.each([
    ["/fills/F1", "Why F1"],
    ["/orders/O1", "Why O1"],
    ["/journal/paper/9", "Why"]
  ])("%s leads from what it shows to what that comes from, in one click", async (address, name) => {
    await using seen = await open(address)
    const { faults, page } = seen
    await page.getByRole("link", { name, exact: true }).click()
    await page.getByRole("heading", { name: "Causes" }).waitFor()
    await page
      .locator(".causes")
      .getByText("sourceId one")
      .or(page.locator(".causes").getByText("one", { exact: true }))
      .first()
      .waitFor()
    expect(faults).toEqual([])
  })

  test("AUD-5: the price of a fill leads to the bytes that it was read from, and to the request of its order", async () => {
    await using seen = await open("/fills/F1")
    const { page } = seen
    await page.getByRole("link", { name: "Why F1" }).click()
    const bytes = page.locator(".causes").getByText(/^Bytes of P\d+$/)
    await bytes.first().click()
    expect(await bytes.count()).toBeGreaterThan(1)
    await page
      .getByRole("region", { name: /^P\d+ P\d+$/ })
      .getByText("execId")
      .waitFor()
    await page
      .locator(".causes")
      .getByText("the request")
      .or(page.locator(".causes").getByText("request", { exact: true }))
      .first()
      .waitFor()
  })

  test("FILL-12: of an order says what its rows sum to, and flags a fill outside of the band around what it should get", async () => {
    await using seen = await open("/orders/O1")
    const { page } = seen
    const sums = (label: string) => page.getByRole("table", { name: label }).locator("tfoot td").allInnerTexts()
    await page.getByText("±2,000 bp of 100, the price of its trades").waitFor()
    await page.getByText("1 outside", { exact: true }).waitFor()
    await page.getByRole("table", { name: "Executions" }).getByText("Outside tolerance").waitFor()
    expect(await sums("Executions")).toEqual(["", "2", "40.10", "80.20", "—", "average price"])
    await page.getByRole("table", { name: "Source trades" }).locator("tfoot td").first().waitFor()
    expect(await sums("Source trades")).toEqual(["2.5", "2", "0.25", "0.25", ""])
  })

  test("BAT-10: shows how far a batch is by bars that glide, and stand where motion is not welcome", async () => {
    await using seen = await open(`/batches/${made.batch}`)
    await seen.page
      .getByRole("meter", { name: "rows" })
      .and(seen.page.getByTitle("1 of 2 rows completed, 1 failed"))
      .waitFor()
    expect(await glides(seen.page, "no-preference")).toBe(true)
    expect(await glides(seen.page, "reduce")).toBe(false)
  })

  test("BAT-10: tells rows whose orders are on their way apart from those that wait, in the bar and in its legend", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    await page.route(`**/api/v1/batches/${made.batch}`, async (route) => {
      const response = await answerOf(route)
      const batch = await response.json()
      const progress = { ...batch.progress, total: 10, waiting: 4, working: 4 }
      await route.fulfill({ response, json: { ...batch, totalTrades: 10, progress } })
    })
    await page.goto(`${daemon.url}/batches/${made.batch}`)
    await page.getByText("adds up to 10 rows").waitFor()
    expect(await page.locator(".rows-bar .working").getAttribute("style")).toContain("40%")
    const marks = page.locator(".legend .marked")
    const colours = await marks.evaluateAll((all) => all.map((each) => getComputedStyle(each, "::before").background))
    expect(new Set(colours).size).toBe(5)
  })

  test("BAT-10: of a batch says why rows failed, has its tab in the address, and names when rows came slowly", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    await worksOff(page, [
      [10, 100],
      [20, 200],
      [26, 203],
      [36, 303],
      [46, 403]
    ])
    const summary = page.getByText(/Dip at 2 Jan \d\d:\d\d:20: 3 rows in 6\.0 s\./)
    await summary.waitFor()
    expect(await findingsInThemes(page, (theme) => keep(page, `batch-rate-${theme}`))).toEqual([])
    await page.getByRole("button", { name: "View as table" }).click()
    const rates = page.getByRole("table", { name: "Rows per second" })
    expect(await rates.getByRole("row").nth(3).locator("td").allInnerTexts()).toEqual([
      expect.stringMatching(/:26$/),
      "3",
      "203"
    ])
    const why = page.locator(".why")
    expect(await why.getByRole("listitem").allInnerTexts()).toEqual([
      expect.stringMatching(/^side is neither buy nor sell[^]*Row 3: hold[^]*1$/)
    ])
    const tabs = page.getByRole("navigation", { name: "Batch", exact: true })
    await page.getByRole("link", { name: "By reason", exact: true }).click()
    expect(page.url()).toBe(`${daemon.url}/batches/${made.batch}/errors`)
    await page.getByRole("table", { name: "Errors by reason" }).getByText("hold").waitFor()
    await tabs.getByRole("link", { name: "Results" }).click()
    await page.getByRole("table", { name: "Results by symbol" }).getByText("IBM").waitFor()
    await tabs.getByRole("link", { name: "Orders" }).click()
    await page.getByText("No orders yet").waitFor()
    await tabs.getByRole("link", { name: "History" }).click()
    await page.locator("#story").getByText("Batch queued").first().waitFor()
    for (const tab of ["Orders", "Results", "Errors by reason"]) {
      await page.goBack()
      await tabs.locator("[aria-current]").getByText(tab).waitFor()
    }
    expect(await tabs.locator("[aria-current]").innerText()).toBe("Errors by reason 1")
    expect(await page.getByText(/^Dip at/).count()).toBe(1)
  })

  test.each([
    ["/", "Pending accumulation"],
    ["/orders/O1", "Source trades"],
    ["/orders/{doubtful}", "Unconfirmed: sent, no acknowledgement received"],
    ["/batches/{batch}", "Failed rows"],
    ["/attention/{breakOne}", "At the broker"],
    ["/positions", "AAPL"],
    ["/positions/paper/AAPL", "Open lots"]
  ])("%s keeps its icons and borders where the reader's own colours are forced upon it", async (address, ready) => {
    await using seen = await open(pathOf(address))
    const { page } = seen
    await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" })
    await page.locator("main").getByText(ready).first().waitFor()
    await keep(page, `forced${pathOf(address)}`)
    expect(await page.evaluate(unseen)).toEqual([])
  })

  test("is reached from the bar at the bottom of a phone", async () => {
    await using seen = await open("/", { width: 390 })
    const { page } = seen
    await page.locator("main").getByText("Pending accumulation").waitFor()
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
    expect(await findingsInThemes(page)).toEqual([])
    await keep(page, "halt")
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    // It is given back a turn after the dialog has gone.
    await expect.poll(() => halt.evaluate((button) => button === document.activeElement)).toBe(true)
  })

  test("rows are as high as is chosen here, and stay so", async () => {
    await using seen = await open("/trades")
    const { page } = seen
    const rowHeight = async (): Promise<number | undefined> => {
      const cell = page.getByRole("table", { name: "Trades" }).locator("tbody td").first()
      return (await cell.boundingBox())?.height
    }
    await page.getByRole("table", { name: "Trades" }).getByText("one").waitFor()
    expect(await rowHeight()).toBe(36)
    for (const [density, height] of [
      ["compact", 28],
      ["relaxed", 40]
    ] as const) {
      await page.goto(`${daemon.url}/settings`)
      await page.getByLabel("Rows", { exact: true }).selectOption(density)
      await page.goto(`${daemon.url}/trades`)
      await page.getByRole("table", { name: "Trades" }).getByText("one").waitFor()
      expect(await rowHeight()).toBe(height)
      expect(await findings(page)).toEqual([])
    }
  })

  test("what a word means is shown by hover, by focus and by a tap", async () => {
    await using seen = await open("/")
    const { page } = seen
    const head = page.getByRole("button", { name: "Residual" })
    const help = page.getByText("It waits until it makes a whole lot")
    await head.hover()
    await help.waitFor()
    expect(await findings(page)).toEqual([])
    expect(
      await head.evaluate(
        (button) => document.getElementById(button.getAttribute("aria-describedby") ?? "")?.textContent
      )
    ).toContain("whole lot")
    // It can be read with the pointer on it. A banner may have moved the head from under the pointer meanwhile.
    await head.hover()
    await help.hover()
    await page.mouse.move(0, 0)
    await help.waitFor({ state: "detached" })
    await head.click()
    await help.waitFor()
    await page.keyboard.press("Escape")
    await help.waitFor({ state: "detached" })
    await page.getByRole("button", { name: "Target" }).focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Shift+Tab")
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Target")
    await page.getByText("Signed shares that the broker should hold").waitFor()
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Target")
    await page.goto(`${daemon.url}/trades/T1`)
    const received = page.getByRole("button").filter({ has: page.locator("time") })
    await received.first().focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Shift+Tab")
    await page.getByText(/^\d{4}-.*Z · New York .* ago$/).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("alerts are tried by a job, which says why a channel failed", async () => {
    await using seen = await open("/ops")
    const { page } = seen
    await page.getByRole("button", { name: "Test alerts" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByRole("button", { name: "Test alerts" }).click()
    await dialog.getByText("see its job for the result").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    const job = page.getByRole("table", { name: "Jobs" }).getByRole("row", { name: /alerts\.test/ })
    await job.getByText("No alert channel is configured").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("has no finding of axe while all is halted, while nothing is heard, and while the daemon is away, in either theme", async () => {
    await daemon.ask("/api/v1/controls/halt", { reason: "to be looked at" })
    await using seen = await open("/ops")
    const { page } = seen
    const main = page.locator("main")
    for (const [path, ready] of [
      ["/ops", "Resume everything"],
      ["/positions/paper/AAPL", "Open lots"],
      ["/", "Halted: everything"]
    ] as const) {
      if (path !== "/ops") await page.goto(daemon.url + path)
      await main.getByText(ready).first().waitFor()
      await page.getByRole("alert").getByText("Halted: everything").waitFor()
      expect({ path, found: await findingsInThemes(page) }).toEqual({ path, found: [] })
    }
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    // As after a sleep of the machine: nothing was heard for longer than heartbeats take.
    await page.clock.install()
    await page.clock.fastForward(6_000)
    await page.locator("[data-live=stale]").waitFor()
    await page.getByRole("button", { name: "Refresh" }).waitFor()
    await main.locator(".panel > header").getByText("Stale", { exact: true }).first().waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await daemon.end("SIGKILL")
    await page.locator("[data-live=reconnecting]").waitFor()
    await main.getByRole("alert").filter({ hasText: "not answering" }).first().waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })
})
