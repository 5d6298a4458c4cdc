import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { Locator } from "playwright-core"
import { findingsInThemes, stage } from "./stage.ts"

const { daemon, open } = stage(undefined, [])

/** The path of a link that signs in, as the command line prints it. */
const link = async (): Promise<string> => {
  const [, path = "none"] = /http:\/\/[^/]+(\/sign-in#code=\w+)/.exec(await daemon.cli("tokens", "link")) ?? []
  return path
}

describe("a daemon that asks for tokens", () => {
  test("signs a browser in by a link, once, which leaves nothing in the address and nothing for a script", async () => {
    const path = await link()
    await using seen = await open(path)
    const { faults, page } = seen
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "operator (operate)" }).waitFor()
    await page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    expect(await page.getByRole("region", { name: "Access" }).count()).toBe(0)
    expect([page.url(), await page.evaluate("document.cookie")]).toEqual([`${daemon.url}/`, ""])
    await page.goBack()
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor()
    expect(page.url()).toBe(`${daemon.url}/sign-in`)
    // Who signed in in another browser has used it up.
    await using other = await open(path)
    await other.page.getByText("The link was used, or is older than 5 minutes.").waitFor()
    expect(await findingsInThemes(other.page)).toEqual([])
    expect([...faults, ...other.faults]).toEqual([])
  })

  test("signs other browsers out on the page of operations: one, and all of the own token", async () => {
    await using seen = await open(await link())
    const { faults, page } = seen
    await page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operations" }).click()
    const panel = page.locator("section.panel", { has: page.getByRole("heading", { name: "Signed-in browsers" }) })
    await using first = await open(await link())
    await first.page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
    await page.reload()
    const rows = panel.getByRole("button", { name: "Sign out", exact: true })
    await rows.first().waitFor()
    expect(await rows.count()).toBeGreaterThan(1)
    const others = (await rows.count()) - 1
    const dialog = page.getByRole("dialog")
    const host = new URL(daemon.url).host
    await panel.getByRole("button", { name: "Sign out my other browsers" }).click()
    await dialog.getByText(new RegExp(`^${others} browsers? would be signed out, at ${host}`)).waitFor()
    await dialog.getByRole("button", { name: "Sign out my other browsers" }).click()
    await page.getByText(new RegExp(`^${others} other browsers? (is|are) signed out\\.$`)).waitFor()
    await first.page.reload()
    await first.page.getByText("Session ended").waitFor()
    await page.reload()
    await rows.first().waitFor()
    expect(await rows.count()).toBe(1)
    await rows.first().click()
    await dialog
      .getByText(/^The browser of operator at .*, signed in at .*\d\d:\d\d:\d\d.*, would be signed out\.$/)
      .waitFor()
    await dialog.getByRole("button", { name: "Sign out" }).click()
    await page.getByText("Session ended").first().waitFor()
    expect(faults).toEqual([])
  })

  test("UI-13: a token is created, used and revoked in the browser, each in at most five clicks", async () => {
    const own = readFileSync(join(daemon.folder, "books.operator.token"), "utf8").trim()
    await using seen = await open(await link())
    const { faults, page } = seen
    await page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
    let clicks = 0
    const click = async (at: Locator): Promise<void> => {
      clicks++
      await at.click()
    }
    const dialog = page.getByRole("dialog")
    const form = page.getByRole("form", { name: "Create token" })
    const creating = form.getByRole("button", { name: "Create token" })
    const overview = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Overview" })
    const operations = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operations" })
    await click(operations)
    await creating.waitFor()
    expect([await creating.getAttribute("aria-disabled"), await creating.getAttribute("title")]).toEqual([
      "true",
      "Enter a name."
    ])
    await form.getByLabel("Name").fill("dana")
    clicks++
    await form.getByLabel("Role").selectOption("trade")
    await form.getByLabel("Expires after").fill("30d")
    await click(creating)
    await dialog.getByText("dana has the role trade for all accounts.").waitFor()
    await dialog.getByText("roundlot tokens create dana --role trade --expires 30d").waitFor()
    const secret = dialog.getByLabel("Secret of your token")
    expect(await secret.getAttribute("type")).toBe("password")
    await secret.fill(`${own.slice(0, -1)}x`)
    await secret.press("Enter")
    await dialog.getByText("this is not the current secret of the token").waitFor()
    await secret.fill(own)
    await click(dialog.getByRole("button", { name: "Create dana" }))
    const made = (await dialog.getByText(/^rlt_/).textContent()) ?? ""
    expect(made).toMatch(/^rlt_[0-9a-f]{64}$/)
    await dialog.getByRole("button", { name: "Copy the id" }).waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await click(dialog.getByRole("button", { name: "Close" }))
    await dialog.waitFor({ state: "detached" })
    expect(clicks).toBeLessThanOrEqual(5)
    expect(await page.content()).not.toContain(made)

    await using other = await open("/sign-in")
    await other.page.getByLabel("Token").fill(made)
    await other.page.getByLabel("Token").press("Enter")
    const who = { name: "dana (trade)" }
    await other.page.getByRole("navigation", { name: "Main" }).getByRole("link", who).waitFor()
    await page.reload()
    const used = (name: string) => page.getByRole("row").filter({ has: page.getByRole("button", { name }) })
    expect(await used("Revoke operator").textContent()).toMatch(/\d\d:\d\d(?!:)/)

    clicks = 0
    await overview.click()
    await click(operations)
    await click(page.getByRole("button", { name: "Revoke dana" }))
    await dialog.getByText("Calls with this token are refused at once.").waitFor()
    await dialog.getByLabel("Secret of your token").fill(own)
    await click(dialog.getByRole("button", { name: "Revoke dana" }))
    await dialog.getByText("dana is revoked.").waitFor()
    await click(dialog.getByRole("button", { name: "Close" }))
    expect(clicks).toBeLessThanOrEqual(5)
    await page.getByRole("button", { name: "Revoke dana" }).waitFor({ state: "detached" })
    await other.page.reload()
    await other.page.getByText("Session ended").first().waitFor()
    const asked = await fetch(`${daemon.url}/api/v1/session`, { headers: { authorization: `Bearer ${made}` } })
    expect(asked.status).toBe(401)
    expect([...faults, ...other.faults]).toEqual([])
  })

  test("UI-13: the last operator's token is not revoked in the browser, which says what to run on the host", async () => {
    const own = readFileSync(join(daemon.folder, "books.operator.token"), "utf8").trim()
    await using seen = await open(await link())
    const { page } = seen
    await page.getByRole("heading", { level: 1, name: "Healthy" }).waitFor()
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Operations" }).click()
    await page.getByRole("button", { name: "Revoke operator" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByText("This is your own token: this browser is signed out too.").waitFor()
    await dialog.getByLabel("Secret of your token").fill(own)
    await dialog.getByRole("button", { name: "Revoke operator" }).click()
    await dialog.getByText(/create another first, or revoke it on the daemon's host/).waitFor()
    const asked = await fetch(`${daemon.url}/api/v1/session`, { headers: { authorization: `Bearer ${own}` } })
    expect(asked.status).toBe(200)
  })

  test("opens a link of another site to who is signed in, and signs nobody in by one", async () => {
    const code = await link()
    const links = [
      [`${daemon.url}/settings?from=chat`, "Look"],
      [daemon.url + code, "Sign in there"]
    ]
    const chat = createServer((_, answer) => {
      const anchors = links.map(([to, words]) => `<a href="${to}" target="_blank" rel="opener">${words}</a>`)
      answer.setHeader("content-type", "text/html")
      answer.end(`<title>Chat</title>${anchors.join(" ")}<iframe src="${daemon.url}/settings"></iframe>`)
    })
    const port = await new Promise<number>((resolve) =>
      chat.listen(0, "127.0.0.1", () => resolve(Object(chat.address()).port))
    )
    await using seen = await open(await link())
    const { faults, page } = seen
    const who = { name: "operator (operate)" }
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", who).waitFor()
    // Another name is another site; the address of the daemon is a number.
    await page.goto(`http://localhost:${port}/`)
    const opened = async (words: string) => {
      const coming = page.context().waitForEvent("page")
      await page.getByRole("link", { name: words }).click()
      return coming
    }
    const shown = await opened("Look")
    await shown.getByRole("navigation", { name: "Main" }).getByRole("link", who).waitFor()
    await shown.getByRole("heading", { level: 1, name: "Settings" }).waitFor()
    await shown.locator("[data-live=live], [data-live=quiet]").waitFor()
    expect(await shown.getByText("Session ended").count()).toBe(0)
    expect([shown.url(), await shown.evaluate("window.opener")]).toEqual([`${daemon.url}/settings?from=chat`, null])
    const refused = await opened("Sign in there")
    await refused.getByText("requests from other origins are not allowed").waitFor()
    chat.closeAllConnections()
    chat.close()
    expect(faults).toEqual([expect.stringContaining("Framing")])
  })

  test("shows who is signed in what is theirs in the journal, in one click", async () => {
    await daemon.cli("accounts", "add", "desk", "--broker", "paper")
    await daemon.cli("halt", "--account", "desk", "--reason", "what another has done")
    await using seen = await open(await link())
    const { faults, page } = seen
    const main = page.getByRole("navigation", { name: "Main" })
    await main.getByRole("link", { name: "operator (operate)" }).waitFor()
    await main.getByRole("link", { name: "Journal" }).click()
    const table = page.getByRole("table", { name: "Journal" })
    const done = table.getByText("what another has done")
    await done.first().waitFor()
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Mine" }).click()
    await done.first().waitFor({ state: "detached" })
    expect(new URL(page.url()).search).toBe("?actor=operator")
    const { items } = Object(await page.evaluate("fetch('/api/v1/journal?actor=operator').then((one) => one.json())"))
    expect(items.map(({ cause }: { readonly cause: { readonly actor: string } }) => cause.actor)).toContain("operator")
    await expect.poll(() => table.getByText("operator", { exact: true }).count()).toBe(items.length)
    expect(await findingsInThemes(page)).toEqual([])
    expect(faults).toEqual([])
  })

  test("shows who is signed in what is theirs among the trades, orders and batches of the day", async () => {
    await daemon.cli("accounts", "add", "pair", "--broker", "paper")
    const made = ["--account", "pair", "--symbol", "AAPL", "--side", "buy", "--quantity", "1", "--price", "100"]
    await daemon.cli("trades", "add", ...made)
    const file = join(mkdtempSync(join(tmpdir(), "roundlot-batch-")), "rows.csv")
    writeFileSync(file, "id,symbol,side,quantity,price\nr-1,KO,buy,0.1,100\n")
    await daemon.cli("batches", "submit", file, "--name", "AAPL", "--mode", "accumulate", "--account", "pair")
    await using seen = await open(await link())
    const { faults, page } = seen
    const main = page.getByRole("navigation", { name: "Main" })
    await main.getByRole("link", { name: "operator (operate)" }).waitFor()
    const asks = (path: string, body: object): Promise<unknown> =>
      page.evaluate(
        ([to, json]) =>
          fetch(to, { method: "POST", headers: { "content-type": "application/json" }, body: json }).then(
            (one) => one.ok
          ),
        [path, JSON.stringify({ account: "pair", ...body })] as const
      )
    const buy = { side: "buy", quantity: "1" } as const
    expect(await asks("/api/v1/trades", { ...buy, sourceId: "own", symbol: "MSFT", price: "300" })).toBe(true)
    expect(await asks("/api/v1/decisions", { ...buy, symbol: "NVDA" })).toBe(true)
    const rows = [{ ...buy, source_id: "own-1", symbol: "PEP", price: "300" }]
    expect(await asks("/api/v1/batches", { name: "of the browser", mode: "accumulate", rows })).toBe(true)
    const mine = { Trades: "MSFT", Orders: "NVDA", Batches: "of the browser" } as const
    for (const list of ["Trades", "Orders", "Batches"] as const) {
      await main.getByRole("link", { name: list, exact: true }).click()
      const rows = page.getByRole("table", { name: list }).locator("tbody tr[data-row]")
      const others = rows.filter({ hasText: "AAPL" })
      const own = rows.filter({ hasText: mine[list] })
      await others.waitFor()
      await own.waitFor()
      await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Mine today" }).click()
      await others.waitFor({ state: "detached" })
      await own.waitFor()
      expect(new URL(page.url()).searchParams.get("actor")).toBe("operator")
      expect(await findingsInThemes(page)).toEqual([])
    }
    expect(faults).toEqual([])
  })

  test("signs in where a link is pasted into a page that is signed out", async () => {
    await using seen = await open("/")
    const { faults, page } = seen
    await page.getByText("Session ended").waitFor()
    await page.getByRole("link", { name: "Sign in" }).click()
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor()
    await page.goto(daemon.url + (await link()))
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "operator (operate)" }).waitFor()
    expect(faults).toEqual([])
  })

  test("EYES-3, EYES-4: what another person asked for is found on the overview, and carried out once it is approved", async () => {
    await daemon.cli("accounts", "add", "paper", "--four-eyes", "adjust")
    const [secret = "none"] = /rlt_\w+/.exec(await daemon.cli("tokens", "create", "ann", "--role", "operate")) ?? []
    const asked = await fetch(`${daemon.url}/api/v1/positions/EYES/adjust`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", "idempotency-key": "eyes" },
      body: JSON.stringify({ account: "paper", as: "base", by: "2", reason: "two that the broker holds" })
    })
    expect([asked.status, await asked.json()]).toMatchObject([200, { approval: { status: "waiting" } }])
    await using seen = await open(await link())
    const { faults, page } = seen
    const line = page.getByRole("listitem").filter({ hasText: "requested by ann" })
    await line.getByRole("link").first().click()
    const panel = page.locator("section.panel", { has: page.getByRole("heading", { name: "Requested operation" }) })
    await panel.getByText("position correction").waitFor()
    await panel.getByText("two that the broker holds").waitFor()
    expect(await findingsInThemes(page)).toEqual([])
    await panel.getByRole("button", { name: /^Approve R\d+$/ }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByLabel("Reason").fill("seen at the broker")
    await dialog.getByRole("button", { name: /^Approve R\d+$/ }).click()
    const statusOf = async (): Promise<unknown> => {
      const answer = await fetch(`${daemon.url}/api/v1/approvals/R1`, {
        headers: { authorization: `Bearer ${secret}` }
      })
      return Object(await answer.json()).status
    }
    await expect.poll(statusOf).toBe("approved")
    const held = await daemon.cli("positions", "show", "EYES", "--account", "paper", "--json")
    expect(JSON.parse(held)).toMatchObject({ base: "2" })
    expect(faults).toEqual([])
  })
})
