import { beforeAll, describe, expect, test } from "vitest"
import { inDoubt } from "./arranged.ts"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

beforeAll(async () => {
  await daemon.ask("/api/v1/trades", { sourceId: "first", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" })
})

describe("what is told at a glance", () => {
  test("an order that works is shown before all that have ended since, however many", async () => {
    await daemon.cli(
      "exchange",
      "instruct",
      JSON.stringify({ id: "rests", when: { symbol: "XOM" }, do: { accept: {} } })
    )
    await daemon.ask("/api/v1/trades", { sourceId: "rests", symbol: "XOM", side: "buy", quantity: "2", price: "60" })
    const working = await daemon.orderAt("submitted", "XOM")
    const rows = Array.from({ length: 21 }, (_, n) => `ended-${n},ABT,buy,1,110`).join("\n")
    const csv = `source_id,symbol,side,quantity,price\n${rows}\n`
    await daemon.ask("/api/v1/batches", { name: "Ended", mode: "execute", csv })
    await daemon.idsOf("/api/v1/orders?symbol=ABT&status=filled", 21)
    await using seen = await open("/")
    const orders = seen.page.locator("section", { hasText: "Working orders" })
    await orders.getByRole("link", { name: "2 XOM" }).waitFor()
    expect(await orders.getByRole("listitem").count()).toBe(1)
    await daemon.ask(`/api/v1/orders/${working}/cancel`, { reason: "it has rested enough" })
    await daemon.orderAt("cancelled", "XOM")
    await seen.page.locator("section", { hasText: "Latest orders" }).getByText("no working orders").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("a halted symbol and an account that only reduces are told by the verdict, the banner and the symbol's page, which offers to resume", async () => {
    const set = (verb: string, symbol?: string) =>
      daemon.ask(`/api/v1/controls/${verb}`, { account: "paper", symbol, reason: "the news of today" })
    await daemon.ask("/api/v1/trades", { sourceId: "bound", symbol: "IBM", side: "buy", quantity: "0.5", price: "10" })
    await using seen = await open("/")
    const { page } = seen
    const verdict = (words: string) => page.getByRole("heading", { level: 1, name: words, exact: true }).waitFor()
    await verdict("Healthy")
    await set("halt", "IBM")
    await verdict("Halted: IBM on paper")
    await page.getByRole("alert").getByText("Halted: IBM on paper. No orders are sent").waitFor()
    expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-halted.svg")
    expect(await findings(page)).toEqual([])
    await page.goto(`${daemon.url}/positions/paper/IBM`)
    const main = page.locator("main")
    await main.getByRole("status").getByText("the news of today").waitFor()
    expect(await main.getByRole("button", { name: /^Halt / }).count()).toBe(0)
    expect(await findings(page)).toEqual([])
    await main.getByRole("button", { name: "Resume IBM", exact: true }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Reason").fill("the news is old")
    await dialog.getByLabel("Type IBM on paper to confirm").fill("IBM on paper")
    await dialog.getByRole("button", { name: "Resume IBM on paper" }).click()
    await dialog.getByText("Recorded for").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await main.getByRole("button", { name: /^Halt / }).waitFor()
    expect(await main.getByRole("button", { name: "Resume IBM", exact: true }).count()).toBe(0)
    await page.goto(daemon.url)
    await verdict("Healthy")
    await set("reduce")
    await verdict("Reduce only: paper")
    expect(await page.getByRole("alert").count()).toBe(0)
    await page.goto(`${daemon.url}/positions/paper/IBM`)
    await main.getByRole("status").getByText("Only orders that reduce positions are sent").waitFor()
    await set("resume")
    await main.getByText("Only orders that reduce positions are sent").waitFor({ state: "detached" })
    expect(seen.faults).toEqual([])
  })

  test("what is called exactly as is sought is found before what has a part of that name", async () => {
    // The allocation A1 is of the first trade.
    await daemon.orderAt("filled", "AAPL")
    const [owner = ""] = await daemon.idsOf("/api/v1/resolve?q=A1", 1)
    const { items } = Object(
      await daemon.ask("/api/v1/trades", { sourceId: "a1", symbol: "SQ", side: "buy", quantity: "0.25" })
    )
    expect(await daemon.idsOf("/api/v1/resolve?q=a1", 2)).toEqual([items[0].id, owner])
    await using seen = await open("/")
    await seen.page.getByLabel("Search by id or symbol").fill("a1")
    await seen.page.keyboard.press("Enter")
    await seen.page.getByRole("heading", { level: 1, name: /Buy 0\.25 SQ/ }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("while nothing happens it is quiet since the stream was opened, and not since it was last heard", async () => {
    await using seen = await open("/settings")
    const { page } = seen
    // Its stream tells what the test has it tell, and its clock stands.
    await page.addInitScript(`
      delete window.SharedWorker
      const { fetch } = window
      const told = new TransformStream()
      const writer = told.writable.getWriter()
      window.beat = () => writer.write(new TextEncoder().encode(": heartbeat\\n\\n"))
      window.fetch = (...asked) =>
        String(asked[0]).startsWith("/api/v1/live") ? Promise.resolve(new Response(told.readable)) : fetch(...asked)
    `)
    await page.clock.install({ time: "2026-01-02T15:00:00Z" })
    await page.clock.pauseAt("2026-01-02T15:00:01Z")
    await page.goto(daemon.url)
    const clock = page.locator("[data-live=quiet]")
    await clock.waitFor()
    for (let beat = 0; beat < 3; beat++) {
      await page.clock.runFor(4000)
      await page.evaluate("window.beat()")
    }
    await page.clock.runFor(2000)
    await clock.getByText("Connected, idle 14 s", { exact: true }).waitFor()
    expect(seen.faults).toEqual([])
  })

  test("an order in doubt is one case: the doubt about it is not counted beside it", async () => {
    const doubtful = await inDoubt(daemon, "KO")
    const [doubt] = await daemon.idsOf(`/api/v1/breaks?status=open&kind=Doubt&subject=${doubtful}`, 1)
    await using seen = await open("/")
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "Trading, with 1 case open", exact: true }).waitFor()
    expect(await page.title()).toBe("(1) Overview · Roundlot")
    const cases = page.getByRole("region", { name: "Needs attention" }).getByRole("listitem")
    const hrefs = () =>
      cases.getByRole("link").evaluateAll((all) => all.map((each) => each.getAttribute("href")?.split("/").at(-1)))
    // It stands as itself until its break has settled.
    await expect.poll(hrefs).toEqual([doubt])
    await cases.first().getByText("$180.00", { exact: true }).waitFor()
    await page.goto(`${daemon.url}/attention`)
    await page.getByRole("table", { name: "Attention" }).getByText(doubtful).waitFor()
    expect(await page.getByRole("link", { name: doubtful, exact: true }).count()).toBe(0)
    await page.goto(`${daemon.url}/attention/${doubtful}`)
    await page.waitForURL(`**/attention/${doubt}`)
    expect(seen.faults).toEqual([])
  })

  test("D4: a position whose order a control refuses is a case, with what it owes, why and what to do, until it may be ordered", async () => {
    const most = (dollars: string) =>
      daemon.cli("controls", "set", "--account", "paper", "--order-notional", dollars, "--reason", "of today", "--yes")
    await most("50")
    await daemon.ask("/api/v1/trades", { sourceId: "blocked", symbol: "PFE", side: "buy", quantity: "3", price: "30" })
    await using seen = await open("/")
    const { page } = seen
    const row = page.getByRole("region", { name: "Needs attention" }).getByRole("listitem", { name: "" })
    const blocked = row.filter({ hasText: "dollars per order" }).filter({ hasText: "PFE" }).first()
    await blocked.getByText("Due and not ordered: 3 PFE, $90").waitFor()
    await blocked.getByText("Recommended: change the limit. Raise the limit").waitFor()
    expect(await findings(page)).toEqual([])
    await page.goto(`${daemon.url}/attention`)
    const waiting = page.getByRole("row").filter({ hasText: "PFE" })
    await waiting.getByText("the order exceeds the dollars per order").first().waitFor()
    expect(await findings(page)).toEqual([])
    await most("100000")
    // It is gone with its obstacle: the list keeps the row under the reader, and says so.
    await waiting.filter({ hasText: "no longer matches" }).first().waitFor()
    await daemon.orderAt("filled", "PFE")
    expect(seen.faults).toEqual([])
  })
})
