import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

const HOSTILE = `<img src=x onerror=alert(1)><script>alert(2)</script>evil`
const LONG = "123456789012345678.123456789012345678"

beforeAll(async () => {
  await daemon.ask("/api/v1/trades", [
    { sourceId: "first", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" },
    { sourceId: HOSTILE, source: HOSTILE, symbol: "MSFT", side: "sell", quantity: "0.30", price: "40.10" }
  ])
})

describe("what an operator does", () => {
  test("the overview says how it stands, with figures as sent, and follows the stream", async () => {
    await using seen = await open("/")
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "All well" }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    const near = page.locator("section", { hasText: "Positions near an order" })
    await near.getByText("+0.5", { exact: true }).waitFor()
    await daemon.ask("/api/v1/trades", { sourceId: "second", symbol: "AAPL", side: "buy", quantity: "0.25" })
    await near.getByText("+0.75", { exact: true }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("BAT-10, BAT-13: a trade is made by the form, becomes an order, and is followed to its fill and back", async () => {
    await using seen = await open("/trades/new?symbol=NVDA")
    const { page } = seen
    await page.getByLabel("Quantity").fill("1,5")
    await page.getByRole("button", { name: "Send trade" }).click()
    await page.getByRole("alert").filter({ hasText: "1,5" }).waitFor()
    await page.getByLabel("Quantity").fill("3.5")
    await page.getByRole("button", { name: "Send trade" }).click()
    await page.getByRole("status").getByRole("link").click()
    await page.getByRole("heading", { level: 1, name: /Buy 3\.5 NVDA/ }).waitFor()
    await page.getByRole("table", { name: "Where its shares went" }).getByRole("link").first().click()
    await page.getByRole("heading", { level: 1, name: /Buy 3 NVDA Filled/ }).waitFor()
    await page.getByRole("heading", { name: "Attempt 1" }).waitFor()
    await page.getByRole("table", { name: "What went in" }).getByText("3", { exact: true }).first().waitFor()
    expect(seen.faults).toEqual([])
  })

  test("the form says which order would follow before the trade is sent", async () => {
    await daemon.ask("/api/v1/trades", { sourceId: "f", symbol: "ORCL", side: "buy", quantity: "0.25" })
    await using seen = await open("/trades/new?symbol=ORCL")
    const { page } = seen
    const follows = page.getByRole("status", { name: "The order that would follow" })
    await page.getByLabel("Quantity").fill("0.5")
    await follows.getByText("None: the residual of 0.75 is less than the 1").waitFor()
    await page.getByLabel("Quantity").fill("2.75")
    await follows.getByText("Buy 3 ORCL.", { exact: true }).waitFor()
    const kept = JSON.stringify(await daemon.ask("/api/v1/positions/ORCL"))
    expect(kept).toContain('"residual":"0.25"')
    expect(seen.faults).toEqual([])
  })

  test("BAT-10: a file of trades is checked and submitted in four steps, and every row of it is accounted for", async () => {
    await using seen = await open("/batches/new")
    const { page } = seen
    const rows = ["id;symbol;side;quantity;price", "b1;IBM;buy;1,5;10", "b2;IBM;buy;0,75;10", "b3;IBM;hold;1;10"]
    await page.getByLabel("Pasted rows").fill(rows.join("\n"))
    await page.getByRole("button", { name: "Columns" }).click()
    await page.getByLabel("Column of source_id").selectOption("id")
    await page.getByLabel("Decimal sign").selectOption("comma")
    await page.getByLabel("Name", { exact: true }).fill("Morning")
    await page.getByRole("button", { name: "Check" }).click()
    await page.getByText("2 rows would be taken, 1 would not").waitFor()
    await page.getByRole("table", { name: "Rows that would not be taken" }).getByText("hold", { exact: true }).waitFor()
    await page.getByRole("button", { name: "Submit only the good rows" }).click()
    await page.getByRole("button", { name: "Submit 2 rows" }).click()
    await page.getByRole("heading", { level: 1, name: /Morning/ }).waitFor()
    await page.getByText("adds up to 3 rows").waitFor()
    await page.getByRole("table", { name: "What is wrong" }).getByText("hold", { exact: true }).waitFor()
    await page.getByRole("table", { name: "Trades" }).getByText("0.75", { exact: true }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("a halt asks for a reason, is recorded, shows everywhere, and a resume asks to type its scope", async () => {
    await using seen = await open("/orders")
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor()
    await page.keyboard.press("Shift+H")
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Reason").fill("short")
    await page.keyboard.press("Enter")
    await dialog.getByRole("heading", { name: "What will happen" }).waitFor()
    await dialog.getByLabel("Reason").fill("a test of the halt")
    await page.keyboard.press("Enter")
    await dialog.getByText("On record for").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByText("Halted: everything").waitFor()
    expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-halted.svg")
    await page.goto(`${daemon.url}/ops`)
    await page.getByRole("table", { name: "Trading states" }).getByRole("button", { name: "Resume everything" }).click()
    await dialog.getByLabel("Reason").fill("the test is over")
    const resume = dialog.getByRole("button", { name: "Resume everything" })
    expect(await resume.getAttribute("aria-disabled")).toBe("true")
    await dialog.getByLabel(/Type everything/).fill("everything")
    await resume.click()
    await dialog.getByText("On record for").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByText("Halted: everything").waitFor({ state: "detached" })
    expect(seen.faults).toEqual([])
  })

  test("O24: an order in doubt is decided on its page, by who sees first what would follow", async () => {
    // The exchange has the order, and neither its answer, its stream nor its listings tell.
    for (const told of [
      { silence: { ms: 600_000 } },
      { takeThenReset: {} },
      { hide: { ms: 600_000, everywhere: true } }
    ]) {
      const [id] = Object.keys(told)
      await daemon.cli("exchange", "do", JSON.stringify({ id, when: { symbol: "KO" }, do: told }))
    }
    await daemon.ask("/api/v1/trades", { sourceId: "doubt", symbol: "KO", side: "buy", quantity: "3", price: "60" })
    await using seen = await open("/orders?status=in_doubt")
    const { page } = seen
    await page
      .getByRole("link", { name: /^O\d+$/ })
      .first()
      .click()
    await page.getByText("In doubt: it was sent and no clear answer came").waitFor()
    const dialog = page.getByRole("dialog")
    await page.getByRole("button", { name: /The broker has O\d+/ }).click()
    await dialog.getByLabel("The broker's order id").fill("P-77")
    await dialog.getByRole("list", { name: "What it comes to now" }).getByText(/P-77/).waitFor()
    await dialog.getByRole("button", { name: "Back" }).click()
    await page.getByRole("button", { name: /was never placed/ }).click()
    await dialog.getByText("its shares are due again after the cool-down").waitFor()
    await dialog.getByLabel("Reason").fill("the broker said so by phone")
    const verdict = dialog.getByRole("button", { name: /was never placed/ })
    expect(await verdict.getAttribute("aria-disabled")).toBe("true")
    await dialog.getByLabel("Type KO to confirm").fill("KO")
    await verdict.click()
    await dialog.getByText("On record for").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByText("In doubt: it was sent and no clear answer came").waitFor({ state: "detached" })
    expect(seen.faults).toEqual([])
  })

  test("anything is found by its id, filters are the address, and rows are opened by keys", async () => {
    await using seen = await open("/trades")
    const { page } = seen
    await page.getByLabel("Find by any id or symbol").fill("AAPL")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { level: 1, name: "AAPL" }).waitFor()
    await page.goto(`${daemon.url}/trades?symbol=MSFT`)
    await page.getByRole("table", { name: "Trades" }).getByText("0.3", { exact: true }).first().waitFor()
    expect(await page.locator("tbody tr[data-row]").count()).toBe(1)
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

  test("while the daemon is away the page says so and keeps its figures; when it is back it goes on where it was", async () => {
    await using seen = await open("/")
    const { page } = seen
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    const near = page.locator("section", { hasText: "Positions near an order" })
    await near.getByText("AAPL").waitFor()
    await daemon.end("SIGKILL")
    await page.locator("[data-live=reconnecting]").waitFor()
    await page.getByText("Figures may be old; the page reads again every 5 s").waitFor()
    await near.getByText("AAPL").waitFor()
    expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-stale.svg")
    await daemon.start()
    await daemon.ask("/api/v1/trades", { sourceId: "after", symbol: "TSLA", side: "buy", quantity: "0.125" })
    await page
      .getByRole("button", { name: "Refresh" })
      .click({ timeout: 1000 })
      .catch(() => undefined)
    await near.getByText("+0.125", { exact: true }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("once there is a token the page asks for it, refuses a wrong one, and goes on with the right one by its role", async () => {
    const secret = await daemon.token("screen", "read")
    await using seen = await open("/")
    const { page } = seen
    await page.getByText("You are signed out").waitFor()
    await page.locator("[data-live=signedOut]").waitFor()
    await page.getByRole("link", { name: "Sign in" }).click()
    await page.getByLabel("Token").fill("rlt_nonsense")
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.getByText("The token is unknown, expired or revoked").waitFor()
    await page.getByLabel("Token").fill(secret)
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.locator("section", { hasText: "Positions near an order" }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    await page.getByRole("button", { name: "Halt" }).click()
    await page.getByRole("dialog").getByLabel("Reason").fill("a screen may only look")
    await page.keyboard.press("Enter")
    await page.getByRole("alert").getByText("Your role does not allow this").waitFor()
    expect(await page.evaluate("document.cookie")).toBe("")
    expect(seen.faults).toEqual([])
  })
})
