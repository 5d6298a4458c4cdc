import { expect, test } from "vitest"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

/** Has books and broker compared; the verb fails where they differ. */
const compare = (): Promise<string> => daemon.cli("reconcile").catch(String)

interface Part {
  readonly part: string
  readonly lastSuccessAt: string | null
}

/** The account was read once: shares that are there before that have to be adopted, and nothing is sent until they are. */
const isRead = async (): Promise<boolean> => {
  const { parts } = Object(await daemon.ask("/health"))
  return parts.some(({ lastSuccessAt, part }: Part) => part === "start of paper" && lastSuccessAt !== null)
}

/** Has the broker hold shares that the books know nothing of, and books and broker compared. */
const holds = async (symbol: string, quantity: string): Promise<void> => {
  const instruction = { id: `${symbol} ${quantity}`, do: { holding: { symbol, quantity } } }
  await daemon.cli("exchange", "instruct", JSON.stringify(instruction))
  await compare()
}

test("open cases come first, below what is held; closed ones are chosen, and an address shows the same to everybody", async () => {
  await expect.poll(isRead).toBe(true)
  await holds("GM", "5")
  const [older = ""] = await daemon.idsOf("/api/v1/breaks?symbol=GM&status=open", 1)
  await holds("GE", "7")
  await daemon.idsOf("/api/v1/breaks?symbol=GE&status=open", 1)
  const theirs = { account: "paper", as: "base", by: "7", held: "0", reason: "held for somebody else" }
  await daemon.ask("/api/v1/positions/GE/adjust", theirs)
  await compare()
  const [closed = ""] = await daemon.idsOf("/api/v1/breaks?symbol=GE&status=closed", 1)
  await holds("WMT", "3")
  const [newer = ""] = await daemon.idsOf("/api/v1/breaks?symbol=WMT&status=open", 1)
  await daemon.ask("/api/v1/trades", { sourceId: "held", symbol: "no ticker at all", side: "buy", quantity: "1" })
  await using seen = await open("/settings")
  const { page } = seen
  // Each page of the list is one row: what follows is read from where the page before it ended.
  await page.route("**/api/v1/breaks?*", (route) =>
    route.continue({
      url: route
        .request()
        .url()
        .replace(/limit=\d+/, "limit=1")
    })
  )
  const rows = () =>
    page
      .getByRole("table", { name: "Attention" })
      .locator("tbody tr[data-row] a[href^='/attention/']")
      .evaluateAll((all) => all.map((each) => each.getAttribute("href")?.split("/").at(-1)))
  const status = page.getByRole("combobox", { name: "Status" })
  await page.goto(`${daemon.url}/attention`)
  await page.getByRole("button", { name: "Filters", exact: true }).click()
  // Open ones the gravest first; of two that are as grave the older.
  await expect.poll(rows).toEqual([older, newer])
  expect(await status.inputValue()).toBe("open")
  const held = await page.locator(".waiting").getByText("Quarantined").boundingBox()
  // A held trade with a line of its own is not counted below the lines.
  expect(await page.getByRole("link", { name: /held trade/ }).count()).toBe(0)
  const table = await page.getByRole("table", { name: "Attention" }).boundingBox()
  expect(held?.y).toBeLessThan(table?.y ?? 0)
  expect(await findings(page)).toEqual([])
  await status.selectOption("closed")
  await expect.poll(rows).toEqual([closed])
  expect(new URL(page.url()).search).toBe("?status=closed")
  await status.selectOption("all")
  await expect.poll(rows).toEqual([newer, closed, older])
  await page.goBack()
  await page.goBack()
  await expect.poll(rows).toEqual([older, newer])
  expect(new URL(page.url()).search).toBe("")
  // How a case ended says that it is closed.
  await page.goto(`${daemon.url}/attention?standing=gone`)
  await expect.poll(rows).toEqual([closed])
  await page.goto(`${daemon.url}/attention?symbol=GE`)
  await page.getByText(/^Nothing matches Symbol: GE, Status: /).waitFor()
  await page.goto(`${daemon.url}/attention/${closed}`)
  await page.getByRole("heading", { level: 1, name: "Unrecognised position Auto-closed" }).waitFor()
  expect(seen.faults).toEqual([])
})

test("O22, W11: an order that its broker contradicts says so, and a person who has looked there ends it with a button, a reason and its symbol", async () => {
  const tells = (id: string, instruction: object) =>
    daemon.cli("exchange", "instruct", JSON.stringify({ id, ...instruction }))
  await tells("rests", { when: { symbol: "XOM" }, do: { accept: {} } })
  await tells("mute", { when: { operation: "cancel", symbol: "XOM" }, do: { answer: { status: 500 } }, times: 10_000 })
  await daemon.ask("/api/v1/trades", { sourceId: "ends", symbol: "XOM", side: "buy", quantity: "2", price: "60" })
  const id = await daemon.orderAt("submitted", "XOM")
  const { brokerOrderId } = Object(await daemon.ask(`/api/v1/orders/${id}`))
  await using seen = await open(`/orders/${id}`)
  const { page } = seen
  // It ends at the broker, and to the wish that it end there comes no answer that would confirm it.
  await tells("ends", { do: { cancel: { brokerOrderId } } })
  const banner = page.getByRole("status").filter({ hasText: "The broker reported its end" })
  await banner.getByText("Check the order at the broker and confirm its state").waitFor()
  expect(await findings(page)).toEqual([])
  await banner.getByRole("button", { name: `Mark ${id} as ended` }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByText("You confirm that it ended as cancelled.").waitFor()
  await dialog.getByText(`roundlot orders resolve ${id} --ended`).waitFor()
  await dialog.getByLabel("Reason").fill("inactive in the broker's app")
  expect(Object(await daemon.ask(`/api/v1/orders/${id}`)).status).toBe("submitted")
  await dialog.getByLabel("Type XOM to confirm").fill("XOM")
  await dialog.getByRole("button", { name: `Mark ${id} as ended` }).click()
  await dialog.getByText("Recorded for").waitFor()
  await dialog.getByRole("button", { name: "Close" }).click()
  await banner.waitFor({ state: "detached" })
  expect(Object(await daemon.ask(`/api/v1/orders/${id}`))).toMatchObject({ status: "cancelled", contradiction: null })
  expect(seen.faults).toEqual([])
})

test("BAT-10: a batch with failed rows is a case with its page; the case of one of its rows leads to its order, and that to the batch", async () => {
  const tells = (id: string, symbol: string, instruction: object) =>
    daemon.cli("exchange", "instruct", JSON.stringify({ id, when: { symbol }, do: instruction }))
  await tells("too much", "CAT", { fill: { quantity: "9" } })
  const rows = [
    { source_id: "r1", symbol: "CAT", side: "buy", quantity: "2", price: "150" },
    { source_id: "r2", symbol: "CAT", side: "buy", quantity: "none" }
  ]
  const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Rows", rows, mode: "execute" }))
  const held = "/api/v1/breaks?symbol=CAT&kind=Implausible&status=open"
  const [found = ""] = await daemon.idsOf(held, 1)
  const { subject } = Object(await daemon.ask(`/api/v1/breaks/${found}`))
  await using seen = await open("/attention")
  const { page } = seen
  const lines = page.locator("section", { hasText: "Needs attention" })
  await lines.getByRole("link", { name: found, exact: true }).click()
  await page.getByRole("heading", { level: 1, name: /^Implausible/ }).waitFor()
  await page
    .locator("section", { hasText: "Evidence" })
    .getByText(/^Recommended: /)
    .waitFor()
  await page.getByRole("heading", { name: "In the books", exact: true }).waitFor()
  expect(await findings(page)).toEqual([])
  await page.getByRole("link", { name: subject, exact: true }).first().click()
  await page.getByText(/^Held report \d+ \(W9\): execution 9, plausible: 2/).waitFor()
  await page.getByRole("link", { name: batch.id, exact: true }).first().click()
  await page.waitForURL(`**/batches/${batch.id}`)
  // It ends once its order does: what was never executed is not booked.
  const { heldReports } = Object(await daemon.ask(`/api/v1/orders/${subject}`))
  const [{ number }] = heldReports.filter((each: { readonly field: string }) => each.field === "execution")
  await daemon.ask(`/api/v1/orders/${subject}/accept-report`, { report: number, reason: "the statement has it" })
  await page.goto(`${daemon.url}/attention`)
  await lines.getByRole("link", { name: batch.id, exact: true }).click()
  await page.getByRole("heading", { level: 1, name: /Warning$/ }).waitFor()
  const seenThere = page.locator("section", { hasText: "Evidence" })
  await seenThere.getByText("1 of 2 rows of Rows failed").waitFor()
  await seenThere.getByText(/^Recommended: /).waitFor()
  expect(await findings(page)).toEqual([])
  await page.getByRole("link", { name: batch.id, exact: true }).first().click()
  await page.waitForURL(`**/batches/${batch.id}`)
  expect(seen.faults).toEqual([])
})

/** Sooner than a page that hears of nothing asks again. */
const SOON = { timeout: 20_000 }

test("G: a break is no line of the inbox until it has settled; then its line and its count come by themselves, though nothing else happens", async () => {
  await using seen = await open("/attention")
  const { page } = seen
  const waiting = page.locator("section", { hasText: "Needs attention" })
  const casesThen = async (asOf: string) =>
    Object(await daemon.ask(`/api/v1/overview?asOf=${encodeURIComponent(asOf)}`))
  await holds("MRK", "6")
  const [id = ""] = await daemon.idsOf("/api/v1/breaks?symbol=MRK&status=open", 1)
  const { openedAt } = Object(await daemon.ask(`/api/v1/breaks/${id}`))
  const opening = await casesThen(openedAt)
  expect(opening.openBreaks.map((each: { readonly id: string }) => each.id)).toContain(id)
  expect(opening.breakCases.flat()).not.toContain(id)
  await waiting.getByRole("link", { name: id, exact: true }).waitFor(SOON)
  const { at, breakCases, cases } = Object(await daemon.ask("/api/v1/overview"))
  expect(breakCases).toContainEqual([id])
  expect(Date.parse(at) - Date.parse(openedAt)).toBeGreaterThanOrEqual(5000)
  await expect.poll(() => page.title()).toMatch(new RegExp(`^\\(${cases}(, \\d+ critical)?\\) Attention · Roundlot$`))
  expect(seen.faults).toEqual([])
})
