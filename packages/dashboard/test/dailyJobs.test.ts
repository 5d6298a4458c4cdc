import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Locator, Page } from "playwright-core"
import { beforeAll, expect, onTestFinished, test, vi } from "vitest"
import { receiver } from "../../runner/test/cli/receiver.ts"
import { inDoubt } from "./arranged.ts"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

/** What a daily job may take. */
const MOST = 5

/** So many stops of the keyboard are on no page. */
const MOST_STOPS = 400

/** Presses a key until the focus is there, or within it. */
const press = async (page: Page, key: string, at: Locator): Promise<void> => {
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    if (await at.evaluate((element) => element.contains(document.activeElement))) return
    await page.keyboard.press(key)
  }
  throw new Error(`the keyboard does not stop at ${String(at)}`)
}

/** Brings the focus there by the keyboard: a table is one stop of Tab, arrows go to the row and along it. */
const reach = async (page: Page, at: Locator): Promise<void> => {
  await at.waitFor()
  const row = at.locator("xpath=ancestor::tr[@data-row]")
  if ((await row.count()) > 0) {
    await press(page, "Tab", row.locator("xpath=ancestor::tbody"))
    await press(page, "Home", row.locator("xpath=../tr[@data-row=0]"))
    await press(page, "ArrowDown", row)
  }
  await press(page, (await row.count()) > 0 ? "ArrowRight" : "Tab", at)
}

/**
 * Does a job on a page by the keyboard alone and counts what would be clicks: choosing in a list is one, as is closing a dialog; typing
 * is none.
 */
const counted = (page: Page) => {
  let clicks = 0
  const dialog = page.getByRole("dialog")
  const click = async (at: Locator): Promise<void> => {
    clicks++
    await reach(page, at)
    // The keyboard stops at what cannot be done yet, and is not heard there.
    await at.and(page.locator(":not([aria-disabled=true])")).waitFor()
    await page.keyboard.press("Enter")
  }
  return {
    clicks: () => clicks,
    dialog,
    click,
    choose: async (label: string, value: string): Promise<void> => {
      clicks++
      const box = page.getByRole("combobox", { name: label, exact: true })
      await reach(page, box)
      await box.selectOption(value)
    },
    /** A link that counts says how many after its name. */
    goTo: (name: string) =>
      click(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: new RegExp(`^${name}\\b`) })),
    /** Opens the dialog of an action, says why, and carries it out. */
    act: async (opener: Locator, verb: string, reason?: string, typed?: string): Promise<void> => {
      await click(opener)
      if (reason !== undefined) await dialog.getByLabel("Reason").fill(reason)
      if (typed !== undefined) await dialog.getByLabel(`Type ${typed} to confirm`).fill(typed)
      await click(dialog.getByRole("button", { name: verb, exact: true }))
    },
    close: async (): Promise<void> => {
      await click(dialog.getByRole("button", { name: "Close" }))
      await dialog.waitFor({ state: "detached" })
    }
  }
}

type Counted = ReturnType<typeof counted>

/** Tests that a job is done by the keyboard alone, and in few clicks, from the overview. */
const job = (
  name: string,
  does: (by: Counted, page: Page) => Promise<void>,
  arrange: () => Promise<unknown> = () => Promise.resolve()
): void => {
  test(`${name}, by keyboard and in at most five clicks from the overview`, async () => {
    await arrange()
    await using seen = await open("/")
    const by = counted(seen.page)
    await does(by, seen.page)
    expect(by.clicks()).toBeLessThanOrEqual(MOST)
    expect(seen.faults).toEqual([])
  })
}

/** The newest entry of a kind: what is on record of what was done. */
const newestEntry = (tag: string) => daemon.ask(`/api/v1/journal?tag=${tag}&order=newest&limit=1`)

const saidWhy = (reason: string) => ({ items: [{ cause: { kind: "command", reason } }] })

const needing = (page: Page): Locator => page.getByRole("region", { name: "Needs attention" }).getByRole("listitem")

/** An order is worth more than the account's limit, which stops its position. */
const blocked = async (symbol: string): Promise<void> => {
  await daemon.cli("controls", "set", "--account", "paper", "--order-notional", "500", "--yes")
  await daemon.ask("/api/v1/trades", {
    sourceId: `${symbol} blocked`,
    symbol,
    side: "buy",
    quantity: "30",
    price: "30"
  })
}

beforeAll(async () => {
  await daemon.cli(
    "exchange",
    "instruct",
    JSON.stringify({ id: "price", do: { price: { symbol: "AAPL", price: "100" } } })
  )
  await daemon.ask("/api/v1/trades", { sourceId: "first", symbol: "AAPL", side: "buy", quantity: "2.5", price: "100" })
  await daemon.orderAt("filled", "AAPL")
})

job("why a position is not ordered is read", async (by, page) => {
  const near = page.locator("section", { hasText: "Pending accumulation" })
  await by.click(near.getByRole("link", { name: "AAPL" }))
  await page.getByRole("heading", { level: 1, name: "AAPL" }).waitFor()
  await page
    .locator("main")
    .getByText(/below the threshold of 1/)
    .first()
    .waitFor()
})

job("profit of today is read", async (by, page) => {
  await by.goTo("Profit")
  const sum = page.getByRole("table", { name: "Profit in USD" }).getByRole("row").filter({ hasText: "Sum" })
  await sum.getByText("200.00").first().waitFor()
})

job("the accountant's file of all time is saved, with its hash", async (by, page) => {
  await by.goTo("Profit")
  await by.choose("Period", "all")
  await page.waitForURL(/from=all/)
  await page.getByRole("table", { name: "Profit in USD" }).waitFor()
  const saving = page.waitForEvent("download")
  await by.click(page.getByRole("button", { name: "Export CSV" }))
  const saved = readFileSync(await (await saving).path())
  expect(saved.toString()).toMatch(/\r\nlot,paper,AAPL,/)
  const hash = createHash("sha256").update(saved).digest("hex")
  await page
    .getByRole("status")
    .filter({ hasText: hash.slice(0, 8) })
    .waitFor()
})

job("everything is halted", async (by, page) => {
  await by.act(page.getByRole("button", { name: "Halt", exact: true }), "Halt everything", "news of the morning")
  await by.dialog.getByText("Recorded for").waitFor()
  await by.close()
  await page.getByText("Halted: everything").first().waitFor()
  expect(await newestEntry("TradingStateSet")).toMatchObject(saidWhy("news of the morning"))
})

job("everything is resumed", async (by, page) => {
  await by.goTo("Operations")
  const states = page.getByRole("table", { name: "Trading states" })
  const verb = "Resume everything"
  await by.act(states.getByRole("button", { name: verb }), verb, "the news is old", "everything")
  await by.dialog.getByText("Recorded for").waitFor()
  await by.close()
  await page.getByText("Halted: everything").waitFor({ state: "detached" })
  expect(await newestEntry("TradingStateSet")).toMatchObject(saidWhy("the news is old"))
})

job(
  "books are compared with what the broker holds, and their difference is read",
  async (by, page) => {
    await by.goTo("Operations")
    await by.act(page.getByRole("button", { name: "Reconcile now" }).first(), "Reconcile now")
    await by.dialog.getByText("Queued: 1 account to reconcile").waitFor()
    await by.close()
    await by.goTo("Attention")
    await page.getByRole("table", { name: "Attention" }).getByRole("row").filter({ hasText: "GE" }).first().waitFor()
    const foreign = { items: [{ kind: "ForeignPosition" }] }
    expect(await daemon.ask("/api/v1/breaks?symbol=GE&status=open")).toMatchObject(foreign)
  },
  () => {
    const held = { id: "held", do: { holding: { symbol: "GE", quantity: "7" } } }
    return daemon.cli("exchange", "instruct", JSON.stringify(held))
  }
)

job(
  "what needs a person is read, with what to do",
  async (_by, page) => {
    const line = needing(page).filter({ hasText: "PFE" })
    await line.getByText(/^Due and not ordered: 30 PFE/).waitFor()
    await line.getByText(/^Recommended: change the limit/).waitFor()
  },
  () => blocked("PFE")
)

job(
  "a limit is raised, and what it stopped is ordered",
  async (by, page) => {
    await by.click(needing(page).filter({ hasText: "IBM" }).getByRole("link", { name: "Limits of paper" }))
    const form = page.getByRole("form", { name: "Change a limit" })
    await form.waitFor()
    await by.choose("Limit", "orderNotional")
    await form.getByLabel("New amount").fill("100000")
    const change = form.getByRole("button", { name: "Change limit" })
    await by.act(change, "Change Dollars per order of paper", "a larger day")
    await by.dialog.getByText(/^Recorded for paper: entry \d+, /).waitFor()
    await by.close()
    await page.getByRole("table", { name: "Limits", exact: true }).getByText("$100,000.00").waitFor()
    expect(await newestEntry("AccountChanged")).toMatchObject(saidWhy("a larger day"))
    await daemon.orderAt("filled", "IBM")
  },
  () => blocked("IBM")
)

job(
  "a bad file is corrected, submitted, and what failed of it is retried",
  async (by, page) => {
    await by.goTo("Batches")
    const choosing = page.waitForEvent("filechooser")
    await by.click(page.getByRole("button", { name: "Submit a file…" }))
    const rows = ["source_id,symbol,side,quantity,limit_price", "f1,CRM,buy,1,250", "f2,AAPL,hold,2,250", ""]
    await (await choosing).setFiles({ name: "Morning.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) })
    await page.getByText("2 rows: 1 sends an order, 1 invalid.").waitFor()
    await page.getByRole("textbox", { name: "side of line 3", exact: true }).fill("buy")
    await page.keyboard.press("Enter")
    await page.getByText("2 rows: 2 send orders.").waitFor()
    await by.click(page.getByRole("button", { name: "Submit (2 orders)" }))
    await page.getByRole("heading", { level: 1, name: /^Morning .*Completed/ }).waitFor()
    const verb = "Retry 1 failed row"
    await by.act(page.getByRole("button", { name: verb }), verb, "the broker takes it again")
    await by.dialog.getByText(/^Retried as G\d+/).waitFor()
    expect(await daemon.ask("/api/v1/batches?q=Morning&order=oldest")).toMatchObject({
      items: [
        { name: "Morning", totalTrades: 2, rejectedRows: 0, failedTrades: 1 },
        { name: "Morning (again)", totalTrades: 1 }
      ]
    })
  },
  () => {
    const refused = { id: "refused", when: { symbol: "CRM" }, do: { reject: { words: "not today" } } }
    return daemon.cli("exchange", "instruct", JSON.stringify(refused))
  }
)

let doubtful = ""
job(
  "an order in doubt is resolved",
  async (by, page) => {
    await by.click(
      needing(page)
        .filter({ hasText: doubtful })
        .getByRole("link", { name: /^(Review|Resolve)/ })
    )
    await by.click(page.locator("main").getByRole("link", { name: doubtful, exact: true }).first())
    const verb = `Mark ${doubtful} as not placed`
    const opener = page.getByRole("button", { name: verb })
    await by.act(opener, verb, "the broker said so by phone", "KO")
    // The daemon goes on asking for the order: what it wrote while the dialog was open is shown first, and confirmed again.
    const asked = by.dialog.locator('input[aria-label="Type KO to confirm"][value=""]')
    const said = by.dialog.getByText("Recorded for").or(asked).first()
    for (await said.waitFor(); (await asked.count()) > 0; await said.waitFor()) {
      await asked.fill("KO")
      await by.dialog.getByRole("button", { name: verb }).click()
    }
    await by.close()
    await page.getByText("Unconfirmed: sent, no acknowledgement received").waitFor({ state: "detached" })
    expect(await daemon.ask(`/api/v1/orders/${doubtful}`)).toMatchObject({ status: "failed" })
  },
  async () => {
    doubtful = await inDoubt(daemon, "KO")
  }
)

let hook: Awaited<ReturnType<typeof receiver>>
job(
  "a channel of alerts is tried",
  async (by, page) => {
    await by.goTo("Operations")
    await by.act(page.getByRole("button", { name: "Test alerts" }), "Test alerts")
    await by.dialog.getByText("see its job for the result").waitFor()
    await by.close()
    await page
      .getByRole("table", { name: "Jobs" })
      .getByRole("row", { name: /alerts\.test/ })
      .getByText("Completed")
      .waitFor()
    await hook.until(() => hook.heard.some(({ body }) => body.includes("test alert of this channel")))
  },
  async () => {
    hook = await receiver()
    vi.stubEnv("ROUNDLOT_CHANNEL_HOOK", "a secret of the test")
    onTestFinished(() => void vi.unstubAllEnvs())
    const alerts = { channels: { hook: { kind: "webhook", url: `${hook.origin}/hook` } } }
    const config = join(daemon.folder, "roundlot.json")
    writeFileSync(config, JSON.stringify({ accounts: { paper: { broker: "paper" } }, alerts }))
    await daemon.end()
    await daemon.start(["--open", "--config", config])
  }
)

let backup = ""
job(
  "a backup is restored into a copy that can take over",
  async (by, page) => {
    await by.goTo("Operations")
    const row = page.getByRole("table", { name: "Backups" }).getByRole("row").filter({ hasText: backup })
    await by.act(
      row.getByRole("button", { name: "Restore a copy…" }),
      `Restore a copy of ${backup}`,
      "the yearly drill"
    )
    await by.dialog.getByText("Recorded for the store as command").waitFor()
    await by.close()
    await page.getByText(/Audit clean: the copy has \d+ entries and no findings/).waitFor()
    await page.getByText(/^roundlot store activate --store /).waitFor()
  },
  async () => {
    await daemon.ask("/api/v1/store/backups", { reason: "every evening" })
    await daemon.idsOf("/api/v1/jobs?type=store.backup&status=done", 1)
    const { items } = Object(await daemon.ask("/api/v1/store/backups"))
    backup = items[0].name
  }
)

let secret = ""

job(
  "UI-13: a token is rotated by who has its secret",
  async (by, page) => {
    await by.goTo("Operations")
    const row = page.getByRole("table", { name: "Tokens" }).getByRole("row").filter({ hasText: "dana" })
    await row.waitFor()
    // No one is signed in with a token here: no one can confirm that one is created or revoked.
    const refused = page.getByRole("button", { name: "Revoke dana" })
    expect(await refused.getAttribute("aria-disabled")).toBe("true")
    expect(await refused.getAttribute("title")).toMatch(/on the daemon's host, with roundlot tokens create/)
    expect(await page.getByText(/tokens on the daemon's host/).count()).toBe(1)
    expect(await page.getByRole("button", { name: "Create token" }).count()).toBe(0)
    await by.click(row.getByRole("button", { name: "Rotate dana" }))
    const field = by.dialog.getByLabel("Current secret")
    expect(await field.getAttribute("type")).toBe("password")
    await field.fill(`${secret.slice(0, -1)}x`)
    await by.dialog.getByRole("button", { name: "Rotate dana" }).press("Enter")
    await by.dialog.getByText("this is not the current secret of the token").waitFor()
    await field.fill(secret)
    await by.click(by.dialog.getByRole("button", { name: "Rotate dana" }))
    const renewed = (await by.dialog.getByText(/^rlt_/).textContent()) ?? ""
    expect(renewed).toMatch(/^rlt_[0-9a-f]{64}$/)
    expect(renewed).not.toBe(secret)
    expect(
      (await fetch(`${daemon.url}/api/v1/session`, { headers: { authorization: `Bearer ${renewed}` } })).status
    ).toBe(200)
    await by.close()
    expect(await page.content()).not.toContain(renewed)
    expect(JSON.stringify(await newestEntry("TokenRotated"))).not.toContain(renewed)
  },
  async () => {
    secret = /rlt_\w+/.exec(await daemon.cli("tokens", "create", "dana", "--role", "operate"))?.[0] ?? ""
  }
)
