import type { Route } from "playwright-core"
import { expect, test } from "vitest"
import type { stage } from "./stage.ts"

/** What an operator keeps, books and looks up again: each with a page, a daemon and a store of the given stage. */
export const recording = ({ daemon, findings, findingsInThemes, open }: ReturnType<typeof stage>): void => {
  /** Sets how a symbol that nobody trades may be traded. */
  const setsTrading = async (state: string): Promise<void> => {
    await daemon.ask(`/api/v1/controls/${state}`, { account: "paper", symbol: "ZZZ", reason: "a test of what is told" })
  }

  test("a list and a record are shown as they stood at a moment, nothing can be done there, and it goes on from screen to screen", async () => {
    const { position } = Object(await daemon.ask("/api/v1/journal/head"))
    await daemon.ask("/api/v1/trades", { sourceId: "late", symbol: "NFLX", side: "buy", quantity: "0.25", price: "50" })
    await using seen = await open(`/trades?asOf=${position}`)
    const { page } = seen
    const trades = page.getByRole("table", { name: "Trades" })
    await trades.getByText("MSFT").waitFor()
    expect(await trades.getByText("NFLX").count()).toBe(0)
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Positions" }).click()
    await page.getByRole("heading", { level: 1, name: "Positions" }).waitFor()
    expect(page.url()).toContain(`asOf=${position}`)
    await page.getByRole("table", { name: "Positions" }).getByRole("link", { name: "MSFT" }).click()
    await page.getByRole("heading", { level: 1, name: "MSFT" }).waitFor()
    await page.getByText(`Books as of feed position ${position}`).waitFor()
    expect(await page.locator("main").getByRole("button", { name: "Halt" }).isDisabled()).toBe(true)
    await page.getByRole("button", { name: "Back to now" }).click()
    expect(await page.locator("main").getByRole("button", { name: "Halt" }).isDisabled()).toBe(false)
    await page.goto(`${daemon.url}/trades`)
    await trades.getByText("NFLX").waitFor()
    await page.getByRole("button", { name: "As of…" }).click()
    await page.getByLabel("As of", { exact: true }).fill("2020-01-02T10:00:00")
    await page.getByText("No trades yet").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("the moment that is looked at is one number on every page, by steps and a slider, in the zone that is shown", async () => {
    const { position: before } = Object(await daemon.ask("/api/v1/journal/head"))
    await daemon.ask("/api/v1/trades", { sourceId: "step", symbol: "CRM", side: "buy", quantity: "1", price: "250" })
    const { position: head } = Object(await daemon.ask("/api/v1/journal/head"))
    const { asOf } = Object(await daemon.ask(`/api/v1/journal/head?asOf=${before}`))
    await using seen = await open(`/trades?asOf=${encodeURIComponent(asOf.at)}&symbol=CRM`)
    const { page } = seen
    const session = await page.context().newCDPSession(page)
    await session.send("Emulation.setTimezoneOverride", { timezoneId: "Asia/Tokyo" })
    await page.reload()
    const stood = (position: number) => page.getByText(`Books as of feed position ${position}, `)
    // A time stands with its number, which all steps go by.
    await stood(before).waitFor()
    await page.getByText("Nothing matches Symbol: CRM.").waitFor()
    const steps = page.getByRole("group", { name: "Steps" })
    const later = steps.getByRole("button", { name: "Later" })
    await later.click()
    await stood(before + 1).waitFor()
    expect(new URL(page.url()).search).toBe(`?asOf=${before + 1}&symbol=CRM`)
    await steps.getByRole("button", { name: "Earlier" }).click()
    await stood(before).waitFor()
    const slider = steps.getByRole("slider", { name: "Feed position" })
    await slider.press("Home")
    await stood(1).waitFor()
    expect(await steps.getByRole("button", { name: "Earlier" }).isDisabled()).toBe(true)
    await slider.press("End")
    // What came meanwhile is the newest then.
    const asked = () => Number(new URL(page.url()).searchParams.get("asOf"))
    await expect.poll(asked).toBeGreaterThanOrEqual(head)
    const last = asked()
    await stood(last).waitFor()
    await expect.poll(() => slider.inputValue()).toBe(String(last))
    await page.getByRole("table", { name: "Trades" }).getByText("CRM").waitFor()
    expect(await findings(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390)
    expect(await findings(page)).toEqual([])
    // One zone for all that is shown and written: the page names it, on a phone too.
    const { at } = Object(await daemon.ask(`/api/v1/journal/head?asOf=${last}`)).asOf
    const [utc, tokyo] = [0, 9].map((hours) => new Date(Date.parse(at) + hours * 3_600_000).toISOString().slice(0, 19))
    // A browser leaves out seconds that are none.
    const written = async () => `${await page.getByLabel("As of", { exact: true }).inputValue()}:00`.slice(0, 19)
    expect(await written()).toBe(tokyo)
    await page.getByRole("button", { name: "Times in Tokyo; change" }).click()
    await page.getByRole("button", { name: "Times in UTC; change" }).waitFor()
    await page.getByText(/feed position \d+, [\d:.]+ UTC\./).waitFor()
    expect(await written()).toBe(utc)
    await page.goto(`${daemon.url}/ops?asOf=${before}`)
    await page.getByText(`This page shows the current state. Other pages show feed position ${before}, `).waitFor()
    await page.goto(`${daemon.url}/trades`)
    await page.getByRole("button", { name: "Times in UTC; change" }).click()
    await page.getByRole("button", { name: "Times in Tokyo; change" }).waitFor()
    await page.getByRole("button", { name: "Filters", exact: true }).click()
    await page.getByLabel("From", { exact: true }).fill("2020-01-02")
    await page.getByLabel("From", { exact: true }).press("Enter")
    await page.waitForURL("**/trades?since=2020-01-01T15%3A00%3A00.000Z")
    await page.getByRole("button", { name: "Times in Tokyo; change" }).click()
    await expect.poll(() => page.getByLabel("From", { exact: true }).inputValue()).toBe("2020-01-01T15:00:00")
    expect(seen.faults).toEqual([])
  })

  test("BAT-10, BAT-13: a trade goes into a pending batch that is chosen there; the end of a batch is told in the page", async () => {
    const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "By hand", open: true, mode: "accumulate" }))
    await using seen = await open("/trades/new?symbol=IBM")
    const { page } = seen
    await page.getByLabel("Quantity").fill("0.5")
    const executed = Object(await daemon.ask("/api/v1/batches", { name: "As given", open: true, mode: "execute" }))
    const follows = page.getByRole("status", { name: "Order preview" })
    await page.getByLabel("Batch").selectOption(executed.batch.id)
    await follows.getByText(`Once ${executed.batch.id} is queued: Buy 0.5 IBM, a direct order.`).waitFor()
    await page.getByLabel("Batch").selectOption(batch.id)
    await follows.getByText(`Once ${batch.id} is queued: First trade in IBM`).waitFor()
    await page.getByLabel("Beneficial owner").fill("client-7")
    await page.getByText(`--owner client-7 --batch ${batch.id}`).waitFor()
    await page.getByRole("button", { name: "Send trade" }).click()
    await page.getByRole("status").getByRole("link").click()
    await page.getByRole("heading", { level: 1, name: /Buy 0\.5 IBM/ }).waitFor()
    await page.getByRole("link", { name: batch.id }).first().waitFor()
    await page.getByText("client-7", { exact: true }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    await daemon.ask(`/api/v1/batches/${batch.id}/queue`, {})
    await page.getByRole("status", { name: "Notices" }).getByText("Batch By hand: Completed").waitFor()
    expect(await findings(page)).toEqual([])
    expect(seen.faults).toEqual([])
  })

  test("BAT-13: a click on Send trade counts also where the order that would follow is read again meanwhile", async () => {
    await using seen = await open("/trades/new?symbol=ADBE")
    const { page } = seen
    await page.getByLabel("Quantity").fill("0.5")
    const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Meanwhile", open: true, mode: "accumulate" }))
    await page.getByLabel("Batch").selectOption(batch.id)
    const follows = page.getByRole("status", { name: "Order preview" })
    await follows.getByText("First trade in ADBE").waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    const said = await follows.innerText()
    const send = page.getByRole("button", { name: "Send trade" })
    await send.hover()
    const place = await send.boundingBox()
    await page.mouse.down()
    // The route stays: its end would stop the interception while the trade is sent, and what is intercepted just then goes nowhere.
    const reads: Array<Route> = []
    await page.route("**/preview?*", (route) => (reads.push(route) === 1 ? undefined : route.continue()))
    const held = page.waitForRequest(/\/preview\?/)
    await daemon.ask("/api/v1/batches", { name: "News", open: true, mode: "accumulate" })
    await held
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    // What is under the pointer when it goes down has to be there when it comes up.
    expect([await follows.innerText(), await send.boundingBox()]).toEqual([said, place])
    await page.mouse.up()
    expect(reads.length).toBeGreaterThan(0)
    await reads[0]?.continue()
    await page
      .getByRole("status")
      .getByRole("link", { name: /^T\d+$/ })
      .click()
    await page.getByRole("heading", { level: 1, name: /Buy 0\.5 ADBE/ }).waitFor()
    // It leaves no position: others look at those that are the nearest to an order.
    await daemon.cli("batches", "cancel", batch.id, "--reason", "a picture of one", "--yes")
    expect(seen.faults).toEqual([])
  })

  test("BAT-5: how a file is read is kept as a template, and chosen for the next", async () => {
    await using seen = await open("/batches/new")
    const { page } = seen
    await page.getByLabel("Pasted rows").fill("id;symbol;side;quantity\nv1;IBM;buy;0,25")
    await page.getByRole("button", { name: "Check", exact: true }).click()
    // Its answer comes above the settings, which must not move under the pointer.
    await page.getByText("the mode is not named").waitFor()
    await page.getByText("Settings: ").click()
    await page.getByLabel("source_id column").selectOption("id")
    await page.getByLabel("Decimal sign").selectOption("comma")
    await page.getByLabel("Mode", { exact: true }).selectOption("accumulate")
    await page.getByLabel("Name of the template").fill("venue")
    await page.getByRole("button", { name: "Save as template" }).click()
    await page.getByText("Template venue saved.").waitFor()
    await using next = await open("/batches/new")
    const tradedAt = "2026-11-20T14:30:00Z"
    await next.page.getByLabel("Pasted rows").fill(`id;timestamp;symbol;side;quantity\nv2;${tradedAt};IBM;buy;0,25`)
    await next.page.getByRole("button", { name: "Check", exact: true }).click()
    // Its answer comes above the settings, which must not move under the pointer.
    await next.page.getByText("the mode is not named").waitFor()
    await next.page.getByText("Settings: ").click()
    await next.page.getByLabel("Template", { exact: true }).selectOption("venue")
    expect(await next.page.getByLabel("Decimal sign").inputValue()).toBe("comma")
    expect(await next.page.getByLabel("source_id column").inputValue()).toBe("id")
    expect(await next.page.getByLabel("Mode", { exact: true }).inputValue()).toBe("accumulate")
    expect(await findingsInThemes(next.page)).toEqual([])
    await next.page.getByLabel("Name", { exact: true }).fill("By template")
    await next.page.getByText("1 row: 1 accumulates.").waitFor()
    expect(await findingsInThemes(next.page)).toEqual([])
    await daemon.ask("/api/v1/trades", {
      source: "batch",
      sourceId: "v2",
      tradedAt,
      symbol: "IBM",
      side: "buy",
      quantity: "0.25"
    })
    await next.page.getByRole("button", { name: "Submit (1 row)" }).click()
    // Nothing of it is in the batch, and that is told: the row was on record.
    const became = next.page.getByRole("list", { name: "Result of the rows" })
    await became.getByText("1 row recorded before, counted once").waitFor()
    await became.getByRole("button", { name: "Duplicate" }).waitFor()
    await next.page.getByText(/^is already recorded as T\d+$/).waitFor()
    expect(await findingsInThemes(next.page)).toEqual([])
    await next.page.getByRole("link", { name: /^Open G\d+$/ }).click()
    await next.page.getByRole("heading", { level: 1, name: "By template Cancelled" }).waitFor()
    await page.getByLabel("Template", { exact: true }).selectOption("venue")
    await page.getByRole("button", { name: "Delete template venue" }).click()
    await page
      .getByRole("dialog")
      .getByText(/^The template venue, saved at .*\d\d:\d\d:\d\d.* by .+, would be deleted\.$/)
      .waitFor()
    await page.getByRole("dialog").getByRole("button", { name: "Delete template venue" }).click()
    await page.getByRole("dialog").getByText("Template venue deleted.").waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("button", { name: "Delete template venue" }).waitFor({ state: "detached" })
    expect(await page.getByLabel("Template", { exact: true }).locator("option").allInnerTexts()).toEqual(["none"])
    expect([...seen.faults, ...next.faults]).toEqual([])
  })

  test("BAT-10: the end of a batch is told by the browser where that was asked for and nobody looks, and else not", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    // A browser without a screen has nowhere to tell: what it is asked to is noted down.
    await page.addInitScript(`
      window.notified = []
      window.Notification = class extends EventTarget {
        static permission = "granted"
        static requestPermission = () => Promise.resolve("granted")
        constructor(title, { body }) { super(); window.notified.push(body) }
      }
      Object.defineProperty(document, "hidden", { get: () => window.away === true })
    `)
    await page.reload()
    const finish = async (name: string): Promise<void> => {
      const { batch } = Object(await daemon.ask("/api/v1/batches", { name, open: true, mode: "accumulate" }))
      await daemon.ask("/api/v1/trades", {
        sourceId: name,
        symbol: "KO",
        side: "buy",
        quantity: "0.1",
        batchId: batch.id
      })
      await daemon.ask(`/api/v1/batches/${batch.id}/queue`, {})
      await page.getByRole("status", { name: "Notices" }).getByText(`Batch ${name}: Completed`).waitFor()
    }
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    await page.evaluate("window.away = true")
    await finish("unasked")
    await page.evaluate("window.away = false")
    await page.getByLabel("Browser notifications").check()
    await finish("looked at")
    await page.evaluate("window.away = true")
    await finish("notified")
    expect(await page.evaluate("window.notified")).toEqual(["Batch notified: Completed"])
    // Of what is set for trading a halt alone is told outside of the page.
    const notice = page.getByRole("status", { name: "Notices" }).getByText(/^Trading state set/)
    await setsTrading("reduce")
    await notice.waitFor()
    expect(await page.evaluate("window.notified.length")).toBe(1)
    await setsTrading("halt")
    await expect.poll(() => page.evaluate("window.notified.length")).toBe(2)
    await setsTrading("resume")
    expect(seen.faults).toEqual([])
  })

  test("P4, P6: a break shows both sides next to each other, marks what differs, and ends once an operator has booked the difference", async () => {
    await daemon.cli(
      "exchange",
      "instruct",
      JSON.stringify({ id: "held", do: { holding: { symbol: "GE", quantity: "7" } } })
    )
    await expect(daemon.cli("reconcile")).rejects.toThrow("ended with 3")
    await using seen = await open("/attention")
    const { page } = seen
    await page.getByRole("link", { name: "Unrecognised position" }).first().click()
    const sides = page.getByRole("table", { name: "Books vs. broker" }).getByRole("row", { name: /Shares held/ })
    await sides.waitFor()
    expect(await sides.getByRole("cell").allInnerTexts()).toEqual(["0", "≠ +7"])
    expect(await findings(page)).toEqual([])
    expect(await page.getByRole("button", { name: /^Resolve/ }).count()).toBe(0)
    const dialog = page.getByRole("dialog")
    await page.keyboard.press("r")
    await dialog.getByRole("button", { name: "Reconcile now" }).waitFor()
    await page.keyboard.press("Escape")
    await dialog.waitFor({ state: "detached" })
    await page.keyboard.press("v")
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Book +7 GE as external holding")
    await page.keyboard.press("Enter")
    await dialog.getByRole("list", { name: "Impact" }).getByText("No orders will be sent now").waitFor()
    expect(await findings(page)).toEqual([])
    await dialog.getByLabel("Reason").fill("held for somebody else")
    await dialog.getByLabel("Type +7 to confirm").fill("+7")
    await dialog.getByRole("button", { name: "Book +7 GE as external holding" }).click()
    await dialog.getByText("Recorded for").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByRole("button", { name: "Reconcile now" }).click()
    // What only looks asks for no reason: it would be on no record.
    expect(await dialog.getByLabel("Reason").count()).toBe(0)
    await dialog.getByRole("button", { name: "Reconcile now" }).click()
    await dialog.getByText("Recorded as").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByRole("heading", { level: 1, name: "Unrecognised position Auto-closed" }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("what hedging cost is a chart, with the same as a table behind it; a figure leads to its rows, to what was written, and to the bytes", async () => {
    await using seen = await open("/positions/paper/AAPL")
    const { page } = seen
    const chart = page.getByRole("img", { name: /^Slippage: / })
    await chart.waitFor()
    await page.locator(".panel", { has: chart }).getByRole("button", { name: "View as table" }).click()
    await page.getByRole("table", { name: "Slippage" }).waitFor()
    await page.locator(".equation").getByRole("link", { name: "2", exact: true }).click()
    const [, fill = ""] =
      /(F\d+)/.exec(await page.getByRole("table", { name: "Fills" }).locator("tbody td").first().innerText()) ?? []
    await page.getByRole("link", { name: fill, exact: true }).click()
    await page.getByRole("link", { name: "View in journal" }).click()
    await page.getByRole("table", { name: "Journal" }).getByText("Fill recorded").waitFor()
    await page.locator("tbody tr[data-row='0']").getByRole("link").first().click()
    await page.getByRole("heading", { name: "Contents" }).waitFor()
    await page
      .getByRole("region", { name: /^P\d+ P\d+$/ })
      .getByText(/AAPL/)
      .waitFor()
    expect(await findings(page)).toEqual([])
    await page.goto(`${daemon.url}/fills/${fill}`)
    await page
      .getByRole("region", { name: /^Report P\d+$/ })
      .getByText(/AAPL/)
      .waitFor()
    expect(seen.faults).toEqual([])
  })
}
