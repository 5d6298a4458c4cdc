import type { Page } from "playwright-core"
import { describe, expect, test } from "vitest"
import { draftOf, isSame, offeredTo, policyOf, type PolicyDraft } from "../src/ui/action/orderPolicy.ts"
import { answerOf, findings, findingsInThemes, stage } from "./stage.ts"

const { daemon, open } = stage()

const choose = (page: Page, label: string, value: string): Promise<unknown> =>
  page.getByRole("combobox", { name: label, exact: true }).selectOption(value)

const orderOf = async (): Promise<unknown> => Object(await daemon.ask("/api/v1/accounts/paper")).order

const MOST_STOPS = 80

/** Presses Tab until the focus is where a selector says. */
const tabTo = async (page: Page, selector: string): Promise<void> => {
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return
    await page.keyboard.press("Tab")
  }
  throw new Error(`the keyboard does not stop at ${selector}`)
}

test("FILL-16: how orders of an account leave is shown on its page and set there, with before and after, a reason and its command", async () => {
  await using seen = await open("/ops")
  const { page } = seen
  await page.getByRole("table", { name: "Accounts" }).getByRole("link", { name: "paper" }).click()
  await page.getByRole("heading", { level: 1, name: "paper" }).waitFor()
  expect(await page.title()).toBe("paper · Operations · Roundlot")
  const inForce = page.locator("section.panel", { has: page.getByRole("heading", { name: "Order settings" }) })
  await inForce.getByText("regular session").waitFor()
  await page.getByText("No configured sources for this account.").waitFor()
  await page.getByText("These settings are already set.").waitFor()
  expect(await findingsInThemes(page)).toEqual([])
  await choose(page, "Type", "limit")
  await page.getByText("Enter offsets and cancel time of limit orders.").waitFor()
  await page.getByLabel("Offsets in basis points").fill("5; 20")
  await page.getByRole("alert").filter({ hasText: "Whole basis points" }).waitFor()
  await page.getByLabel("Offsets in basis points").fill("5, 20, 20")
  await page.getByLabel("Cancel after, in seconds").fill("60")
  await choose(page, "Session", "extended")
  await choose(page, "Time in force", "gtc")
  const compared = page.getByRole("table", { name: "Before and after" })
  const lineOf = (head: string) =>
    compared.getByRole("row").filter({ has: page.getByRole("rowheader", { name: head }) })
  expect(await lineOf("Session").getByRole("cell").allTextContents()).toEqual(["regular session", "≠ extended session"])
  expect(await findings(page)).toEqual([])
  await page.getByRole("button", { name: "Change order settings" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByText("limit, 5, 20, 20 bp beyond the reference price, step by step").waitFor()
  expect(await dialog.getByText("Enter at least 8 characters.").count()).toBe(0)
  await dialog.getByLabel("Reason").fill("earning")
  await dialog.getByRole("alert").filter({ hasText: "Enter at least 8 characters." }).waitFor()
  expect(await findings(page)).toEqual([])
  await dialog.getByLabel("Reason").fill("the evening of earnings")
  expect(await dialog.getByText("Enter at least 8 characters.").count()).toBe(0)
  await dialog
    .getByText(
      "roundlot accounts add paper --limit-offset-bp 5,20,20 --order-life 60 --session extended --time-in-force gtc --reason"
    )
    .waitFor()
  await dialog.getByRole("button", { name: "Change order settings of paper" }).click()
  // What is possible the daemon decides, and nothing is changed.
  await dialog.getByRole("alert").filter({ hasText: "write each larger than the one before" }).waitFor()
  expect(await orderOf()).toBe("market")
  await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
  await page.getByLabel("Offsets in basis points").fill("5, 20, 50")
  await page.getByRole("button", { name: "Change order settings" }).click()
  await dialog.getByLabel("Reason").fill("the evening of earnings")
  expect(await findings(page)).toEqual([])
  await dialog.getByRole("button", { name: "Change order settings of paper" }).click()
  await dialog.getByText(/^Recorded for paper: entry \d+, /).waitFor()
  await dialog.getByRole("button", { name: "Close" }).click()
  await inForce.getByText("5, 20, 50 bp beyond the reference price, step by step").waitFor()
  await page.getByText("These settings are already set.").waitFor()
  expect(await orderOf()).toEqual({
    limitOffsetBp: [5, 20, 50],
    lifeSeconds: 60,
    session: "extended",
    timeInForce: "gtc"
  })
  expect(await daemon.ask("/api/v1/journal?tag=AccountChanged&order=newest&limit=1")).toMatchObject({
    items: [{ cause: { kind: "command", reason: "the evening of earnings" } }]
  })
  expect(seen.faults).toEqual([])
})

test("a limit is seen with what of it is used, and raised with a reason", async () => {
  await daemon.cli("controls", "set", "--account", "paper", "--daily-notional", "5000", "--order-notional", "4000")
  await daemon.ask("/api/v1/trades", { sourceId: "limited", symbol: "UNP", side: "buy", quantity: "2", price: "100" })
  await daemon.orderAt("filled", "UNP")
  await using seen = await open("/")
  const { page } = seen
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operations" }).click()
  await page.getByRole("table", { name: "Accounts" }).getByRole("link", { name: "paper" }).click()
  const limits = page.getByRole("table", { name: "Limits", exact: true })
  const cellsOf = (limit: string) =>
    limits.getByRole("row").filter({ hasText: limit }).getByRole("cell").allTextContents()
  await limits.getByText(/^\$200\.\d+ sent today \(4 %\)$/).waitFor()
  expect(await cellsOf("Dollars per day")).toEqual([
    "Dollars per day",
    "$5,000.00",
    "account setting",
    expect.stringMatching(/^\$200\.\d+ sent today \(4 %\)$/),
    "0",
    "0",
    "",
    ""
  ])
  expect((await cellsOf("Shares per order"))[3]).toBe("largest today 2 shares (0 %)")
  expect((await cellsOf("Orders per minute"))[3]).toBe("not counted: no limit is set")
  expect((await cellsOf("Dollars of live orders")).slice(1, 4)).toEqual(["no limit", "default", "$0.00 live now"])
  expect((await cellsOf("Dollars per position")).slice(1, 3)).toEqual(["no limit", "default"])
  expect((await cellsOf("Gross position"))[3]).toMatch(/^now \$\d/)
  expect((await cellsOf("Buying power"))[3]).toContain("not counted: the broker reports it")
  expect((await cellsOf("Shares per order")).slice(1, 3)).toEqual(["10,000 shares", "default"])
  expect(await findingsInThemes(page)).toEqual([])
  const form = page.getByRole("form", { name: "Change a limit" })
  await choose(page, "Limit", "openOrders")
  await form.getByLabel("New amount").fill("none")
  await form.getByText("This amount is already set.").waitFor()
  await choose(page, "Limit", "dailyNotional")
  await form.getByLabel("New amount").fill("-5")
  await form.getByRole("alert").filter({ hasText: "A number above zero" }).waitFor()
  await form.getByLabel("New amount").fill("5000")
  await form.getByText("This amount is already set.").waitFor()
  await form.getByLabel("New amount").fill("8000")
  await form.getByRole("button", { name: "Change limit" }).click()
  const dialog = page.getByRole("dialog")
  await dialog.getByText("Dollars per day of paper: $8,000.00. Before: $5,000.00.").waitFor()
  await dialog.getByLabel("Reason").fill("a larger day")
  await dialog.getByText("roundlot controls set --account paper --daily-notional 8000 --reason").waitFor()
  expect(await findings(page)).toEqual([])
  await dialog.getByRole("button", { name: "Change Dollars per day of paper" }).click()
  await dialog.getByText(/^Recorded for paper: entry \d+, /).waitFor()
  await dialog.getByRole("button", { name: "Close" }).click()
  await limits.getByText("$8,000.00").waitFor()
  await form.getByLabel("New amount").fill("9000")
  await form.getByRole("button", { name: "Change limit" }).click()
  await dialog.getByLabel("Reason").fill("a larger day still")
  // Lowered by another person while the dialog is open: what was seen is no longer in force.
  await daemon.cli("controls", "set", "--account", "paper", "--daily-notional", "4500", "--reason", "a loss", "--yes")
  await dialog.getByRole("button", { name: "Change Dollars per day of paper" }).click()
  await dialog.getByText(/has changed since it was read/).waitFor()
  await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
  await limits.getByText("$4,500.00", { exact: true }).waitFor()
  await daemon.cli("controls", "set", "--account", "paper", "--daily-notional", "8000", "--reason", "again", "--yes")
  await limits.getByText("$8,000.00").waitFor()
  expect(await daemon.ask("/api/v1/journal?tag=AccountChanged&order=newest&limit=3")).toMatchObject({
    items: [{}, {}, { cause: { kind: "command", reason: "a larger day" } }]
  })
  expect(seen.faults).toEqual([])
})

test("a limit says what it refused today, and a raise what it would release before it is confirmed", async () => {
  const most = (dollars: string) =>
    daemon.cli("controls", "set", "--account", "paper", "--order-notional", dollars, "--reason", "of today", "--yes")
  await most("50")
  await daemon.ask("/api/v1/trades", { sourceId: "refused", symbol: "PFE", side: "buy", quantity: "3", price: "30" })
  await using seen = await open("/ops/accounts/paper")
  const { page } = seen
  const row = page
    .getByRole("table", { name: "Limits", exact: true })
    .getByRole("row")
    .filter({ hasText: "Dollars per order" })
  await row.getByRole("link", { name: "1 position", exact: true }).waitFor()
  await row.getByRole("link", { name: "PFE $90.00", exact: true }).waitFor()
  const form = page.getByRole("form", { name: "Change a limit" })
  await choose(page, "Limit", "orderNotional")
  await form.getByLabel("New amount").fill("1000")
  await form.getByRole("button", { name: "Change limit" }).click()
  const dialog = page.getByRole("dialog")
  const impact = dialog.getByRole("list", { name: "Impact" })
  await impact.getByText(/^1 position released \(dollars per order\), about \$90\.00: PFE$/).waitFor()
  await impact.getByText(/^Then ordered: buy 3 PFE on paper, about /).waitFor()
  expect(await findings(page)).toEqual([])
  await dialog.getByRole("button", { name: "Cancel", exact: true }).click()
  await row.getByRole("link", { name: "1 position", exact: true }).click()
  await page.waitForURL(/subject=MaxNotional/)
  await most("4000")
  await daemon.orderAt("filled", "PFE")
  expect(seen.faults).toEqual([])
})

test("a limit leads to the decisions that it refused before they had an order", async () => {
  await using seen = await open("/settings")
  const { page } = seen
  const of = { at: "2026-01-05T15:00:00Z", orderId: null, breakId: null, quantity: "3", notional: null }
  const refusal = {
    refused: { since: "2026-01-05T05:00:00Z", orders: 1, decisions: 2, positions: 0 },
    last: { ...of, decisionId: "D7", symbol: "PFE" }
  }
  await page.route("**/api/v1/accounts/paper*", async (route) => {
    const response = await answerOf(route)
    const account = Object(await response.json())
    const use = account.use.map((each: object) => ({ ...each, ...refusal }))
    await route.fulfill({ response, json: { ...account, use } })
  })
  await page.goto(`${daemon.url}/ops/accounts/paper`)
  const limits = page.getByRole("table", { name: "Limits", exact: true })
  const row = limits.getByRole("row").filter({ hasText: "Shares per order" })
  expect(await row.getByRole("link", { name: "D7 PFE 3 shares" }).getAttribute("href")).toBe("/decisions/D7")
  await row.getByRole("link", { name: "1 order", exact: true }).waitFor()
  await row.getByRole("link", { name: "2 decisions", exact: true }).click()
  await page.getByRole("heading", { level: 1, name: "Decisions" }).waitFor()
  const asked = new URL(page.url()).searchParams
  expect([asked.get("account"), asked.get("code")]).toEqual(["paper", "MaxQuantity"])
  await page.getByText(/^Nothing matches .*Code: MaxQuantity/).waitFor()
  expect(seen.faults).toEqual([])
})

test("FILL-16: how orders leave is set by the keyboard alone", async () => {
  await daemon.cli(
    "accounts",
    "add",
    "paper",
    "--limit-offset-bp",
    "none",
    "--session",
    "regular",
    "--time-in-force",
    "day"
  )
  await using seen = await open("/ops/accounts/paper")
  const { page } = seen
  await page.getByText("These settings are already set.").waitFor()
  await tabTo(page, "select[aria-label='Type']")
  await page.keyboard.press("ArrowDown")
  await tabTo(page, "input[aria-label='Offsets in basis points']")
  await page.keyboard.type("10")
  await tabTo(page, "input[aria-label='Cancel after, in seconds']")
  await page.keyboard.type("30")
  await tabTo(page, "main form .primary")
  await page.keyboard.press("Enter")
  await page.getByRole("dialog").waitFor()
  await page.keyboard.type("the spread is wide")
  await page.keyboard.press("Enter")
  await page.getByText(/^Recorded for paper: entry \d+, /).waitFor()
  await page.keyboard.press("Escape")
  expect(await orderOf()).toMatchObject({ limitOffsetBp: 10, lifeSeconds: 30 })
  expect(seen.faults).toEqual([])
})

test("FILL-16: the page of an account shows the terms of its sources, and of none that is another's", async () => {
  await using seen = await open("/settings")
  const { page } = seen
  const source = { session: "extended", timeInForce: null }
  await page.route("**/api/v1/sources", (route) =>
    route.fulfill({
      json: {
        items: [
          { ...source, name: "desk", account: "paper" },
          { ...source, name: "any", account: null },
          { ...source, name: "elsewhere", account: "hedge" }
        ],
        nextCursor: null
      }
    })
  )
  await page.goto(`${daemon.url}/ops/accounts/paper`)
  const sources = page.getByRole("table", { name: "Sources" })
  await sources.getByText("desk").waitFor()
  const rows = await sources.getByRole("row").allTextContents()
  expect(rows.slice(1)).toEqual(["deskextended sessionaccount setting", "anyextended sessionaccount setting"])
  expect(await findings(page)).toEqual([])
  expect(seen.faults).toEqual([])
})

describe("FILL-16: of how orders of an account leave", () => {
  const regular = { session: "regular", types: ["market", "limit"], timesInForce: ["day", "gtc", "gtd"] } as const
  const extended = { session: "extended", types: ["limit"], timesInForce: ["gtc"] } as const
  const account = { name: "a", order: "market", supportedOrders: [regular, extended] } as const
  const market = draftOf(account)
  const offered = (said: Partial<PolicyDraft>) => offeredTo(account, { ...market, ...said })

  test("only what the broker takes is offered, and what it does not take becomes what it does", () => {
    expect(offered({})).toMatchObject({ sessions: [], times: ["gtc"], types: ["market", "limit"] })
    expect(offered({ type: "limit", session: "extended" })).toMatchObject({
      sessions: ["extended"],
      times: ["gtc"],
      isUsualTaken: false,
      draft: { session: "extended", timeInForce: "gtc" }
    })
    expect(offered({ session: "extended", offsets: "5", life: "60" }).draft).toEqual(market)
  })

  test("a form that begins with what is in force asks for the same", () => {
    const orders = [
      "market",
      { session: "extended", timeInForce: "gtc" },
      { limitOffsetBp: 10, lifeSeconds: 60 },
      { limitOffsetBp: [5, 20], lifeSeconds: 60, session: "regular" }
    ] as const
    for (const order of orders) expect(isSame(order, policyOf(draftOf({ order })).policy)).toBe(true)
    expect(isSame("market", { timeInForce: "gtc" })).toBe(false)
  })
})
