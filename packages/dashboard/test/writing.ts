import type { Page } from "playwright-core"
import { expect, test } from "vitest"
import { inDoubt } from "./arranged.ts"
import { answerOf, type stage } from "./stage.ts"

/** An open doubt as the API tells it. */
const doubtOf = {
  id: "B1",
  account: "paper",
  kind: "Doubt",
  symbol: "KO",
  holds: "symbol",
  closes: "by itself",
  standing: "warning",
  atRisk: { blocks: [], inDoubt: null, dollars: "0", deciding: [] },
  owner: null,
  acknowledged: null,
  recommended: { resolution: "recheck", reason: "Nothing says yet whether the broker has it." },
  status: "open",
  openedAt: "2026-11-20T14:30:00.000Z",
  closedAt: null,
  closedWhy: null,
  reasonCode: "SeveralCandidates",
  holdings: null
}

const HOSTILE = `<img src=x onerror=alert(1)>\u202Eno`

/** Orders something by its dialog, to its record. */
const order = async (page: Page, verb: string, typed?: string): Promise<void> => {
  const dialog = page.getByRole("dialog")
  await page.getByRole("button", { name: verb, exact: true }).click()
  await dialog.getByLabel("Reason").fill("a test of what is ordered")
  if (typed !== undefined) await dialog.getByLabel(`Type ${typed} to confirm`).fill(typed)
  await dialog.getByRole("button", { name: verb, exact: true }).click()
  await dialog.getByText("Recorded").waitFor()
  await dialog.getByRole("button", { name: "Close" }).click()
  await dialog.waitFor({ state: "detached" })
}

/** The job that all is for, on its pages: a trade is sent, and followed to what its order filled. */
export const tradeToFill = ({ open }: ReturnType<typeof stage>): void => {
  test("BAT-10, BAT-13: a trade is made by the form, becomes an order, and is followed to its fill and back", async () => {
    await using seen = await open("/trades/new?symbol=NVDA")
    const { page } = seen
    await page.getByLabel("Quantity").fill("1,5")
    await page.getByRole("button", { name: "Send trade" }).click()
    await page.getByRole("alert").filter({ hasText: "1,5" }).waitFor()
    await page.getByLabel("Quantity").fill("3.5")
    await page.getByLabel("Price").fill("180")
    await page.getByRole("button", { name: "Send trade" }).click()
    await page.getByRole("status").getByRole("link").click()
    await page.getByRole("heading", { level: 1, name: /Buy 3\.5 NVDA/ }).waitFor()
    await page.getByRole("table", { name: "Allocations" }).getByRole("link").first().click()
    await page.getByRole("heading", { level: 1, name: /Buy 3 NVDA Filled/ }).waitFor()
    await page.getByRole("heading", { name: "Attempt 1" }).waitFor()
    await page.getByRole("table", { name: "Source trades" }).getByText("3", { exact: true }).first().waitFor()
    expect(seen.faults).toEqual([])
  })
}

/** What an operator does that is written down: each with a page, a daemon and a store of the given stage. */
export const writing = ({ daemon, findings, findingsInThemes, open }: ReturnType<typeof stage>): void => {
  test("BAT-10: a file of trades is checked and submitted in three steps, and every row of it is accounted for", async () => {
    await using seen = await open("/batches/new")
    const { page } = seen
    const rows = ["id;symbol;side;quantity;price", "b1;IBM;buy;1,5;10", "b2;IBM;buy;0,75;10", "b3;IBM;hold;1;10"]
    await page.getByLabel("Pasted rows").fill(rows.join("\n"))
    await page.getByRole("button", { name: "Check" }).click()
    // Its rows would be market orders: what they come to is chosen by a person, never by the form.
    await page.getByRole("alert").getByText("the mode is not named").waitFor()
    const submit = page.getByRole("button", { name: /^Submit/ })
    expect(await submit.getAttribute("aria-disabled")).toBe("true")
    expect(await findings(page)).toEqual([])
    await page.getByRole("button", { name: "Accumulate: into the positions" }).click()
    await page.getByText("3 rows: 2 accumulate, 1 invalid.").waitFor()
    await page.getByText("Settings: ").click()
    await page.getByLabel("source_id column").selectOption("id")
    await page.getByLabel("Name", { exact: true }).fill("Morning")
    // Both steps are in the address, and what was begun stays through Back and a reload: it is checked again.
    await page.goBack()
    await page.getByLabel("Pasted rows").waitFor()
    await page.goForward()
    await page.reload()
    await page.getByText("3 rows: 2 accumulate, 1 invalid.").waitFor()
    const cell = page.getByRole("textbox", { name: "side of line 4", exact: true })
    expect(await cell.inputValue()).toBe("hold")
    await page.getByRole("button", { name: "Submit (2 rows)" }).click()
    await page.getByRole("heading", { level: 1, name: /Morning/ }).waitFor()
    await page.getByText("adds up to 3 rows").waitFor()
    await page.getByRole("table", { name: "Rows" }).getByText("0.75", { exact: true }).first().waitFor()
    await page.getByRole("link", { name: "Errors by reason" }).click()
    await page.getByRole("table", { name: "Errors", exact: true }).getByText("hold", { exact: true }).waitFor()
    // What is no trade cannot be tried again.
    expect(await page.getByRole("button", { name: /^Retry/ }).count()).toBe(0)
    expect(seen.faults).toEqual([])
  })

  test("BAT-2: a bad row is corrected where it is shown, and checked again; a file is submitted whole where that is wished", async () => {
    await using seen = await open("/batches/new")
    const { page } = seen
    const rows = [
      "source_id,symbol,side,quantity",
      "w1,IBM,buy,2",
      'w2,IBM,"hold",1',
      "w3,IBM,buy,1",
      'w4,IBM,"b',
      'uy",1'
    ]
    await page.getByLabel("Pasted rows").fill(rows.join("\n"))
    await page.getByRole("button", { name: "Check", exact: true }).click()
    await page.getByRole("button", { name: "Execute: one order per row" }).click()
    await page.getByText("4 rows: 2 send orders, 2 invalid.").waitFor()
    await page.getByLabel("Name", { exact: true }).fill("Whole")
    const tables = page.getByRole("region", { name: "Check" }).getByRole("table")
    expect(await tables.first().getAttribute("aria-label")).toBe("Invalid rows")
    // A row of several lines is one for the file: it is not corrected here.
    await page.getByRole("table", { name: "Invalid rows" }).getByText("5", { exact: true }).waitFor()
    expect(await page.getByRole("textbox", { name: /of line 5$/ }).count()).toBe(0)
    // All or none: it is not submitted while a row would not be accepted.
    await page.getByLabel("All or nothing").check()
    await page.getByText("2 rows would not be accepted as they are.").waitFor()
    const submit = page.getByRole("button", { name: /^Submit/ })
    expect(await submit.getAttribute("aria-disabled")).toBe("true")
    await page.getByLabel("All or nothing").uncheck()
    const side = page.getByRole("textbox", { name: "side of line 3", exact: true })
    expect(await side.inputValue()).toBe("hold")
    expect(await side.getAttribute("aria-invalid")).toBe("true")
    expect(await findings(page)).toEqual([])
    await side.fill("sell")
    // What was corrected is not submitted unchecked.
    expect(await submit.getAttribute("aria-disabled")).toBe("true")
    await page.getByRole("textbox", { name: "quantity of line 3", exact: true }).fill("none")
    await page.getByRole("button", { name: "Check again" }).click()
    const quantity = page.getByRole("textbox", { name: "quantity of line 3", exact: true })
    await expect.poll(() => quantity.getAttribute("aria-invalid")).toBe("true")
    expect([await side.inputValue(), await side.getAttribute("aria-invalid")]).toEqual(["sell", null])
    await quantity.fill("1")
    await page.keyboard.press("Enter")
    await page.getByText("4 rows: 3 send orders, 1 invalid.").waitFor()
    await page.getByRole("button", { name: "Back" }).click()
    const pasted = page.getByLabel("Pasted rows")
    expect(await pasted.inputValue()).toBe(
      ["source_id,symbol,side,quantity", "w1,IBM,buy,2", "w2,IBM,sell,1", "w3,IBM,buy,1", 'w4,IBM,"b', 'uy",1'].join(
        "\n"
      )
    )
    await pasted.fill((await pasted.inputValue()).split("\n").slice(0, 4).join("\n"))
    await page.getByRole("button", { name: "Check", exact: true }).click()
    // The result of this check is there, and no longer that of the one before.
    await page.getByRole("button", { name: "Submit (3 orders)" }).waitFor()
    await page.getByLabel("All or nothing").check()
    const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/batches"))
    await page.getByRole("button", { name: "Submit (3 orders)" }).click()
    expect((await sent).postDataJSON()).toMatchObject({ strict: true, mode: "execute" })
    await page.getByRole("heading", { level: 1, name: /Whole/ }).waitFor()
    await page.getByText("adds up to 3 rows").waitFor()
    expect(seen.faults).toEqual([])
  })

  test("BAT-10: what is under way is stopped, undone and tried again: an order, a trade, a batch", async () => {
    await Promise.all(
      [
        { id: "rests", when: { symbol: "XOM" }, do: { accept: {} } },
        { id: "refused", when: { symbol: "CRM" }, do: { reject: { words: HOSTILE } } }
      ].map((instruction) => daemon.cli("exchange", "instruct", JSON.stringify(instruction)))
    )
    const { items } = Object(
      await daemon.ask("/api/v1/trades", { symbol: "XOM", side: "buy", quantity: "2.5", price: "60" })
    )
    const csv = "source_id,symbol,side,quantity,price\nc1,CRM,buy,1,250\n"
    const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Refused", mode: "execute", csv }))
    const working = await daemon.orderAt("submitted", "XOM")
    await using seen = await open(`/orders/${working}`)
    const { page } = seen
    await order(page, `Cancel ${working}`)
    await page.getByRole("heading", { level: 1, name: /Buy 2 XOM Cancelled/ }).waitFor()
    await page.goto(`${daemon.url}/trades/${items[0].id}`)
    await order(page, `Reverse ${items[0].id}`, "XOM")
    await page.goto(`${daemon.url}/positions/paper/XOM`)
    await page.locator(".equation").getByText("0", { exact: true }).first().waitFor()
    await page.goto(`${daemon.url}/batches/${batch.id}`)
    await page.getByRole("heading", { level: 1, name: "Refused Failed" }).waitFor()
    // Two operators: what the first is about to put away, the second tries again.
    const dialog = page.getByRole("dialog")
    const archives = dialog.getByRole("button", { name: `Archive ${batch.id}` })
    await page.getByRole("button", { name: `Archive ${batch.id}` }).click()
    const foreseen = dialog.getByRole("list", { name: "Impact" })
    await foreseen.getByText("1 row failed: unchanged").waitFor()
    await dialog.getByLabel("Reason").fill("nothing is left to do")
    await using faster = await open(`/batches/${batch.id}`)
    await order(faster.page, "Retry 1 failed row")
    await faster.page
      .locator("dl.facts")
      .getByRole("link", { name: /^G\d+$/ })
      .click()
    await faster.page.getByRole("heading", { level: 1, name: /^Refused .*Completed/ }).waitFor()
    await archives.click()
    await dialog.getByText(`Not applied: ${batch.id} has changed since you opened this dialog.`).waitFor()
    await dialog
      .getByRole("list", { name: "Changes in the meantime" })
      .getByText(/^api [\d.]+ \w+(?: \d+ \w+)? ago: retried.*, entry [\d,]+$/)
      .waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await archives.click()
    await dialog.getByText("Recorded").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.goto(`${daemon.url}/attempts?outcome=rejected`)
    await page.getByText(HOSTILE).first().waitFor()
    const opened = Object(await daemon.ask("/api/v1/batches", { name: "Too late", open: true, mode: "execute" }))
    await page.goto(`${daemon.url}/batches/${opened.batch.id}`)
    await order(page, `Cancel ${opened.batch.id}`)
    await page.getByRole("heading", { level: 1, name: "Too late Cancelled" }).waitFor()
    await order(page, `Delete ${opened.batch.id}`, opened.batch.id)
    await page.goto(`${daemon.url}/batches?q=Too`)
    await page.getByText(/^Nothing matches .+: Too\.$/).waitFor()
    expect([...seen.faults, ...faster.faults]).toEqual([])
  })

  test("a halt asks for a reason, is recorded, shows everywhere, and a resume asks to type its scope", async () => {
    const hung = { id: "hung", when: { symbol: "PFE" }, do: { fill: { quantity: "1", price: "30" } } }
    await daemon.cli("exchange", "instruct", JSON.stringify(hung))
    await daemon.ask("/api/v1/trades", { sourceId: "hung", symbol: "PFE", side: "buy", quantity: "2", price: "30" })
    const working = await daemon.orderAt("partially_filled", "PFE")
    await using seen = await open("/orders")
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor()
    await page.keyboard.press("Shift+H")
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Reason").fill("short")
    await page.keyboard.press("Enter")
    await dialog.getByRole("heading", { name: "Effect" }).waitFor()
    const now = dialog.getByRole("list", { name: "Impact" })
    await now.getByText("1 open order stays at the broker").waitFor()
    await dialog.getByRole("checkbox", { name: "Also cancel the 1 open order" }).check()
    await now.getByText(`Cancel requested for 1 open order: ${working}.`).waitFor()
    await dialog.getByText('roundlot halt --all --cancel-open --reason "short"').waitFor()
    expect(await findings(page)).toEqual([])
    await dialog.getByLabel("Reason").fill("a test of the halt")
    await page.keyboard.press("Enter")
    await dialog.getByText("Recorded for").waitFor()
    await dialog.getByText(/: entry \d+, [\d:.]+, by api\./).waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByText("Halted: everything").waitFor()
    await daemon.orderAt("cancelled", "PFE")
    expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-halted.svg")
    await page.goto(`${daemon.url}/ops`)
    // A resume of the account alone would change nothing.
    const ofAccounts = page.getByRole("table", { name: "Accounts" }).getByRole("button", { name: /^(Halt|Resume) / })
    await ofAccounts.getByText("Resume everything").waitFor()
    expect(await ofAccounts.allTextContents()).toEqual(["Resume everything"])
    await page.getByRole("table", { name: "Trading states" }).getByRole("button", { name: "Resume everything" }).click()
    await dialog.getByLabel("Reason").fill("the test is over")
    const resume = dialog.getByRole("button", { name: "Resume everything" })
    expect(await resume.getAttribute("aria-disabled")).toBe("true")
    await dialog.getByLabel(/Type everything/).fill("everything")
    await resume.click()
    await dialog.getByText("Recorded for").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByText("Halted: everything").waitFor({ state: "detached" })
    expect(seen.faults).toEqual([])
  })

  test("an order is read again at its broker by hand, and one that ended short has a retry that says what it comes to", async () => {
    const hung = { id: "short", when: { symbol: "MRK" }, do: { fill: { quantity: "1", price: "90" } } }
    await daemon.cli("exchange", "instruct", JSON.stringify(hung))
    await daemon.ask("/api/v1/trades", { sourceId: "short", symbol: "MRK", side: "buy", quantity: "3", price: "90" })
    const id = await daemon.orderAt("partially_filled", "MRK")
    await using seen = await open(`/orders/${id}`)
    const { page } = seen
    const dialog = page.getByRole("dialog")
    await page.getByRole("button", { name: `Refresh ${id}` }).click()
    await dialog.getByText(`roundlot orders recheck ${id}`).waitFor()
    await dialog.getByRole("button", { name: `Refresh ${id}` }).click()
    await dialog.getByText("Queued: see its job for the result.").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    const [job] = Object(await daemon.ask("/api/v1/jobs?type=orders.recheck&limit=1")).items
    expect(job).toMatchObject({ payload: { orderId: expect.anything() } })
    await daemon.cli("orders", "cancel", id, "--reason", "a test")
    await daemon.orderAt("cancelled", "MRK")
    await page.getByRole("button", { name: `Retry ${id}` }).click()
    await dialog.getByText(`roundlot orders retry ${id} --reason`).waitFor()
    // Its position cools down first, and a retry until then says that it would order nothing.
    await dialog.getByText(`no order would replace ${id}: Cooling down`).waitFor()
    expect(await findings(page)).toEqual([])
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
    // It leaves no residual: others look at those that are the nearest to an order.
    await daemon.cli("positions", "write-off", "MRK", "--reason", "a test", "--yes")
    expect(seen.faults).toEqual([])
  })

  test("O24: an order in doubt is decided on its page, by who sees first what would follow", async () => {
    await inDoubt(daemon, "KO")
    await using seen = await open("/orders?status=in_doubt")
    const { page } = seen
    await page
      .getByRole("link", { name: /^O\d+$/ })
      .first()
      .click()
    await page.getByText("Unconfirmed: sent, no acknowledgement received").waitFor()
    const dialog = page.getByRole("dialog")
    // Who halts sees what is in doubt there: a halt decides nothing about it.
    await page.keyboard.press("Shift+H")
    await dialog
      .getByRole("list", { name: "Impact" })
      .getByText(/^1 unconfirmed order stays unconfirmed: O\d+ \(buy 3 KO of paper\)\.$/)
      .waitFor()
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
    await page.getByRole("button", { name: /Mark O\d+ as placed/ }).click()
    await dialog.getByLabel("The broker's order id").fill("P-77")
    await dialog.getByRole("list", { name: "Impact" }).getByText(/P-77/).waitFor()
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
    // A broker without ids of ours lists what it could be: this one does not, so its words are put there.
    await page.route(/\/api\/v1\/orders\/O\d+$/, async (route) => {
      const told = Object(await (await answerOf(route)).json())
      const listed = { symbol: "KO", side: "buy", status: "WORKING", enteredAt: null }
      const candidates = [
        { ...listed, brokerOrderId: "P-81", quantity: "3", type: "market", limitPrice: null },
        { ...listed, brokerOrderId: "P-82", quantity: "2", type: "limit", limitPrice: "61" }
      ]
      const doubt = { ...doubtOf, evidence: "it could be any of two", candidates, subject: told.id }
      await route.fulfill({ json: { ...told, breaks: [doubt] } })
    })
    await page.reload()
    const candidates = page.getByRole("list", { name: "Broker orders" })
    const differing = async () =>
      (await candidates.locator(".differs").allInnerTexts()).map((words) => words.replaceAll(/\s+/g, " "))
    await expect.poll(differing).toEqual(["differs: Quantity 2", "differs: Type limit", "differs: Limit 61"])
    expect(await findings(page)).toEqual([])
    expect(await page.getByRole("button", { name: /Mark O\d+ as placed/ }).count()).toBe(0)
    await candidates.getByRole("button", { name: "Match P-81" }).click()
    expect(await dialog.getByLabel("The broker's order id").inputValue()).toBe("P-81")
    await dialog.getByRole("list", { name: "Impact" }).getByText(/P-81/).waitFor()
    await dialog.getByText(/orders resolve O\d+ --as "P-81"/).waitFor()
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
    // One may be on its way.
    await page.unrouteAll({ behavior: "wait" })
    await page.getByRole("button", { name: /as not placed/ }).click()
    await dialog.getByText("its shares are due again after the cool-down").waitFor()
    await dialog.getByLabel("Reason").fill("the broker said so by phone")
    const verdict = dialog.getByRole("button", { name: /as not placed/ })
    expect(await verdict.getAttribute("aria-disabled")).toBe("true")
    const confirmed = dialog.getByLabel("Type KO to confirm")
    const typed = () => confirmed.evaluateAll((fields) => fields.map((each) => each.getAttribute("value")))
    // The daemon goes on asking for the order: what it wrote while the dialog was open is shown first, and decided on again.
    const decide = async () => {
      await confirmed.fill("KO")
      await verdict.click()
      await expect.poll(typed).not.toEqual(["KO"])
      return (await typed()).length === 0
    }
    while (!(await decide())) await dialog.getByText("Not applied").waitFor()
    await dialog.getByText("Recorded for").waitFor()
    await dialog.getByRole("button", { name: "Close" }).click()
    await page.getByText("Unconfirmed: sent, no acknowledgement received").waitFor({ state: "detached" })
    expect(seen.faults).toEqual([])
  })

  test("G: a case is acknowledged, gets an owner and a note on its page, with a reason each, and stays open", async () => {
    const clash = { sourceId: "clash", symbol: "UNP", side: "buy", price: "100" }
    await daemon.ask("/api/v1/trades", { ...clash, quantity: "0.25" })
    // The second delivery has other contents: it is refused, and leaves its break.
    await daemon.ask("/api/v1/trades", { ...clash, quantity: "0.5" }).catch(String)
    const { items } = Object(await daemon.ask("/api/v1/breaks?kind=Conflict&symbol=UNP"))
    const { id } = Object(items[0])
    await using seen = await open(`/attention/${id}`)
    const { page } = seen
    const dialog = page.getByRole("dialog")
    const says = async (verb: string, reason: string, owner?: string) => {
      await page.getByRole("button", { name: verb, exact: true }).click()
      if (owner !== undefined) await dialog.getByLabel("Owner").fill(owner)
      await dialog.getByLabel("Reason").fill(reason)
      await dialog.getByRole("button", { name: verb, exact: true }).click()
      await dialog.getByText("Recorded for").waitFor()
      await dialog.getByRole("button", { name: "Close" }).click()
    }
    await says(`Acknowledge ${id}`, "the venue is called")
    await says(`Assign ${id}`, "she is on call", "dana")
    await says(`Note on ${id}`, "ticket 4711 at the venue")
    await page.getByText("ticket 4711 at the venue").first().waitFor()
    await page.getByText("dana", { exact: true }).first().waitFor()
    expect(await findings(page)).toEqual([])
    expect(await daemon.ask(`/api/v1/breaks/${id}`)).toMatchObject({
      status: "open",
      owner: "dana",
      acknowledged: { by: "api", severity: "info" },
      notes: [{ by: "api", note: "ticket 4711 at the venue" }]
    })
    expect(seen.faults).toEqual([])
  })

  test("while the daemon is away the page says so and keeps its figures; when it is back it goes on where it was", async () => {
    await using seen = await open("/")
    const { page } = seen
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    await daemon.ask("/api/v1/trades", { sourceId: "before", symbol: "CVX", side: "buy", quantity: "0.5" })
    const near = page.locator("section", { hasText: "Pending accumulation" })
    await near.getByText("CVX").waitFor()
    const rows = Array.from({ length: 10 }, (_, n) => `half-${n},ABT,buy,1,110`).join("\n")
    const csv = `source_id,symbol,side,quantity,price\n${rows}\n`
    // A part of the program that is on its way when the daemon goes does not come until the page is loaded again.
    await page.waitForFunction(() => performance.getEntriesByName("halt is loaded").length > 0)
    await daemon.ask("/api/v1/batches", { name: "Halfway", mode: "execute", csv })
    await daemon.end("SIGKILL")
    await page.locator("[data-live=reconnecting]").waitFor()
    await page.getByText("Data may be out of date. Retrying every 5 s").waitFor()
    await near.getByText("CVX").waitFor()
    await page.getByRole("heading", { level: 1, name: /^Not connected since \d/ }).waitFor()
    expect(await page.locator("link[rel=icon]").getAttribute("href")).toBe("/icon-stale.svg")
    expect(await page.title()).toMatch(/^Not connected · /)
    await daemon.start()
    await daemon.ask("/api/v1/trades", { sourceId: "after", symbol: "TSLA", side: "buy", quantity: "0.125" })
    await near.getByText("+0.125", { exact: true }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    // What was in the middle of its work comes to its end, and every row was done once.
    await page.getByRole("status", { name: "Notices" }).getByRole("link", { name: "Batch Halfway: Completed" }).click()
    await page.getByText("adds up to 10 rows").waitFor()
    await page.getByRole("link", { name: "Results", exact: true }).click()
    const results = page.getByRole("table", { name: "Results by symbol" }).getByRole("row", { name: /ABT/ })
    await results.waitFor()
    expect((await results.getByRole("cell").allInnerTexts()).slice(2, 6)).toEqual(["10", "10", "10", "10"])
    expect(seen.faults).toEqual([])
  })

  test("a change that could not be read because no answer came has its notice when the daemon answers again", async () => {
    await using seen = await open("/")
    const { page } = seen
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    await page.route(/\/api\/v1\/batches\/G/, (route) => route.abort())
    const failed = page.waitForEvent("requestfailed", (request) => request.url().includes("/batches/G"))
    const csv = "source_id,symbol,side,quantity\nunanswered,CVX,buy,0.25"
    const submitted = await daemon.ask("/api/v1/batches", { name: "Unanswered", mode: "accumulate", csv })
    await failed
    // Its last move was heard by then, and was read without an answer.
    const activity = page.locator("section", { hasText: "Recent activity" })
    await activity.getByText(`batch ${Object(submitted).batch.id} completed`).waitFor()
    await page.unrouteAll()
    await page
      .getByRole("status", { name: "Notices" })
      .getByRole("link", { name: "Batch Unanswered: Completed" })
      .waitFor()
    expect(seen.faults).toEqual([])
  })
}
