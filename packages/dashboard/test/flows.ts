import { readFileSync } from "node:fs"
import { beforeAll, expect, test } from "vitest"
import { recording } from "./recording.ts"
import type { stage } from "./stage.ts"
import { tradeToFill, writing } from "./writing.ts"

const HOSTILE = `<img src=x onerror=alert(1)><script>alert(2)</script>evil`
const LONG = "123456789012345678.123456789012345678"

/** What an operator does most: a look at how it stands, and a trade that is followed to its fill. */
export const mainFlow = (staged: ReturnType<typeof stage>): void => {
  const { daemon, open } = staged

  beforeAll(async () => {
    await daemon.ask("/api/v1/trades", [
      { sourceId: "first", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" },
      { sourceId: HOSTILE, source: HOSTILE, symbol: "MSFT", side: "sell", quantity: "0.30", price: "40.10" }
    ])
  })

  test("the overview says how it stands, with figures as sent, and follows the stream", async () => {
    await using seen = await open("/")
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    const near = page.locator("section", { hasText: "Pending accumulation" })
    await near.getByText("+0.5", { exact: true }).waitFor()
    // The mark stands for a moment, which may be over when the request is answered.
    const marked = near.locator("td[data-changed]", { hasText: "+0.75" }).waitFor()
    await daemon.ask("/api/v1/trades", { sourceId: "second", symbol: "AAPL", side: "buy", quantity: "0.25" })
    await marked
    await near.getByText("+0.75", { exact: true }).waitFor()
    const copied = await near
      .getByText("−0.3", { exact: true })
      .first()
      .evaluate((figure) => {
        getSelection()?.selectAllChildren(figure)
        const clipboardData = new DataTransfer()
        figure.dispatchEvent(new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }))
        return clipboardData.getData("text/plain")
      })
    expect(copied).toBe("-0.3")
    // Two shares of AAPL at the exchange's price; what it charges is not known.
    await daemon.orderAt("filled", "AAPL")
    await page.getByText(/^Last reconciled .+ ago: no differences · Last fill .+ ago$/).waitFor()
    const today = page.getByLabel("Today, New York", { exact: true })
    await today.getByText(/^Trades in\s*3$/).waitFor()
    await today.getByText(/^Notional\s*\$[\d,]+(\.\d+)?$/).waitFor()
    await today.getByText(/^Rejected\s*0$/).waitFor()
    // As when its reader went elsewhere and comes back by the browser's own button.
    const goes = (how: string) => page.evaluate(`dispatchEvent(new PageTransitionEvent("${how}", { persisted: true }))`)
    await goes("pagehide")
    await daemon.ask("/api/v1/trades", { sourceId: "third", symbol: "AAPL", side: "buy", quantity: "0.125" })
    await goes("pageshow")
    await near.getByText("+0.875", { exact: true }).waitFor()
    await daemon.ask("/api/v1/trades", { sourceId: "fourth", symbol: "AAPL", side: "sell", quantity: "0.25" })
    await near.getByText("+0.625", { exact: true }).waitFor()
    // It was told by the stream, and not read again because nothing was heard.
    expect(await page.locator("[data-live]").getAttribute("data-live")).toMatch(/live|quiet/)
    await today.locator("div", { hasText: "Orders" }).getByRole("link").click()
    await page.getByRole("table", { name: "Orders" }).getByText("AAPL").waitFor()
    await page.getByText(/^From: \d{4}-\d\d-\d\dT0[45]:00:00/).waitFor()
    expect(seen.faults).toEqual([])
  })

  tradeToFill(staged)
}

/** What an operator does, one after the other on the same books: with pages, a daemon and a store of the given stage. */
export const flows = (staged: ReturnType<typeof stage>): void => {
  const { daemon, findingsInThemes, open } = staged

  mainFlow(staged)

  recording(staged)

  writing(staged)

  test("the form says which order would follow before the trade is sent", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "f", symbol: "ORCL", side: "buy", quantity: "0.25", price: "210" })
    await using seen = await open("/trades/new?symbol=ORCL")
    const { page } = seen
    const follows = page.getByRole("status", { name: "Order preview" })
    await page.getByLabel("Quantity").fill("0.5")
    await follows.getByText("None: residual 0.75 is below the threshold of 1").waitFor()
    await page.getByLabel("Quantity").fill("2.75")
    await follows.getByText("Buy 3 ORCL.", { exact: true }).waitFor()
    const kept = JSON.stringify(await daemon.ask("/api/v1/positions/ORCL"))
    expect(kept).toContain('"residual":"0.25"')
    expect(seen.faults).toEqual([])
  })

  test("anything is found by its id, filters are the address, and rows are opened by keys", async () => {
    await using seen = await open("/trades")
    const { page } = seen
    await page.getByLabel("Search by id or symbol").fill("AAPL")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { level: 1, name: "AAPL" }).waitFor()
    await page.goto(`${daemon.url}/trades?symbol=MSFT`)
    await page.getByRole("table", { name: "Trades" }).getByText("0.3", { exact: true }).first().waitFor()
    expect(await page.locator("tbody tr[data-row]").count()).toBe(1)
    const id = page.locator("tbody .id").first()
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"])
    const seesCopy = () => id.locator(".copy").evaluate((button) => getComputedStyle(button).opacity)
    expect(await seesCopy()).toBe("0")
    await id.hover()
    expect(await seesCopy()).toBe("1")
    await id.getByRole("button", { name: /^Copy T\d+$/ }).click()
    await id.getByRole("button", { name: /^Copied T\d+$/ }).waitFor()
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(await id.innerText())
    await page.locator("tbody tr[data-row]").focus()
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { level: 1, name: /Sell 0\.3 MSFT/ }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("a list is exported as it is filtered: every field, figures as sent, and no text that a spreadsheet would run", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "=1+1", symbol: "TXN", side: "sell", quantity: "0.5" })
    await using seen = await open("/positions?symbol=TXN")
    const saved = async (heading: string): Promise<string> => {
      await seen.page.getByRole("heading", { level: 1, name: heading }).waitFor()
      const [file] = await Promise.all([
        seen.page.waitForEvent("download"),
        seen.page.getByRole("button", { name: "Export CSV" }).click()
      ])
      return readFileSync(await file.path(), "utf8")
    }
    expect(await saved("Positions")).toMatch(/^account,symbol,exposure,.*\r\npaper,TXN,-0\.5,[^\n]*\r\n$/)
    await seen.page.goto(`${daemon.url}/trades?symbol=TXN`)
    expect(await saved("Trades")).toMatch(/\r\n[^\n]*,'=1\+1,[^\n]*\r\n$/)
    expect(seen.faults).toEqual([])
  })

  test("what comes from a file or a broker is text and nothing else", async () => {
    await using seen = await open("/trades?symbol=MSFT")
    const { page } = seen
    await page.getByText("<script>alert(2)</script>").first().waitFor()
    expect(await page.locator("main img, main script").count()).toBe(0)
    expect(
      await page
        .locator("bdi.foreign")
        .first()
        .evaluate((each) => getComputedStyle(each).unicodeBidi)
    ).toBe("isolate")
    expect(seen.faults).toEqual([])
  })

  test("a figure of 36 digits is shown by its beginning, and whole on focus", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "long", symbol: "LONG", side: "buy", quantity: LONG })
    await using seen = await open("/trades?symbol=LONG")
    const cell = seen.page.locator("button.figure.long").first()
    await cell.waitFor()
    expect(await cell.innerText()).toContain("…36 digits")
    await cell.focus()
    expect(await cell.innerText()).toContain("123,456,789,012,345,678.123456789012345678")
  })

  test("a daemon that is not open asks for a token, refuses a wrong one, and goes on with the right one by its role", async () => {
    await daemon.end()
    await daemon.start([])
    const secret = await daemon.token("screen", "read")
    await using seen = await open("/")
    const { page } = seen
    await page.getByText("Session ended").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await page.locator("[data-live=signedOut]").waitFor()
    await page.getByRole("link", { name: "Sign in" }).click()
    await page.getByLabel("Token").fill("rlt_nonsense")
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.getByText("The token is unknown, expired or revoked").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await page.getByLabel("Token").fill(secret)
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.locator("section", { hasText: "Pending accumulation" }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "screen (read)" }).waitFor()
    await page.getByRole("button", { name: "Halt" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByText("You need the role operate for this. You are signed in as screen (read).").waitFor()
    await dialog.getByLabel("Reason").fill("a screen may only look")
    expect(await dialog.getByRole("button", { name: "Halt" }).getAttribute("aria-disabled")).toBe("true")
    expect(await findingsInThemes(page)).toEqual([])
    // What the role has no use for is not offered, and a link to it explains.
    await page.goto(`${daemon.url}/trades?symbol=MSFT`)
    await page.getByRole("table", { name: "Trades" }).getByText("MSFT").first().waitFor()
    expect(await page.getByRole("link", { name: "New trade" }).count()).toBe(0)
    await page.goto(`${daemon.url}/trades/new`)
    await page.getByText("You need the role trade for this. You are signed in as screen (read).").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    expect(await page.evaluate("document.cookie")).toBe("")
    expect(seen.faults).toEqual([])
  })
}
