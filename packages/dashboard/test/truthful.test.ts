import { Effect } from "effect"
import type { Page } from "playwright-core"
import { assert, expect, test } from "vitest"
import { ask, serving } from "../../runner/test/serve/serving.ts"
import * as scene from "../../runner/test/views/scene.ts"
import { onBooks } from "./onBooks.ts"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

const limitOrders = (dollars: string) =>
  daemon.cli("controls", "set", "--account", "paper", "--order-notional", dollars, "--reason", "of a test", "--yes")

/** The pages of books that were played, in a browser whose times are in UTC. */
const pageOf = (url: string, seconds = 200) =>
  open("/settings", { script: `localStorage.setItem("roundlot.utc", "true")`, at: scene.second(seconds) }).then(
    async (seen) => {
      await seen.page.goto(url)
      return seen
    }
  )

test("B4: a trade offers to be reversed only where that is possible: not a direct one, not one that is reversed, not the reversal", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open(["AAPL"])
      yield* scene.directly("direct", "buy", "1")
      yield* scene.refused(1)
      yield* scene.trade("counted", "buy", "0.5")
      yield* scene.trade("undone", "buy", "0.25")
      const port = yield* serving
      const undone = yield* ask(port, "/api/v1/trades/T3/reverse", { method: "POST", body: { reason: "a mistake" } })
      assert.strictEqual(undone.status, 200, undone.text)
      yield* Effect.promise(async () => {
        const url = `http://127.0.0.1:${port}/trades`
        await using seen = await pageOf(`${url}/T2`)
        const { page } = seen
        const actions = page.locator(".page-head").getByRole("button")
        const actionsOf = async (id: string): Promise<ReadonlyArray<string>> => {
          await page.goto(`${url}/${id}`)
          await page.getByRole("heading", { level: 1, name: "AAPL" }).waitFor()
          return (await actions.allInnerTexts()).filter((each) => /^(?:Reverse|Dismiss) T/.test(each))
        }
        expect(await actionsOf("T1")).toEqual([])
        expect(await actionsOf("T2")).toEqual(["Reverse T2"])
        expect(await actionsOf("T3")).toEqual([])
        expect(await actionsOf("T4")).toEqual([])
        expect(await findings(page)).toEqual([])
        expect(seen.faults).toEqual([])
      })
    })
  ))

/** Books with an order of AAPL that is unconfirmed. */
const unconfirmed = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open(["AAPL", "MSFT"])
  yield* scene.trade("t-1", "buy", "3")
  yield* scene.unclear(1)
})

test("a halt counts an unconfirmed order once, as unconfirmed; a resume says that orders go out only where some do", () =>
  onBooks(
    Effect.gen(function* () {
      yield* unconfirmed
      const port = yield* serving
      const url = `http://127.0.0.1:${port}`
      const halted = yield* ask(port, "/api/v1/controls/halt", { method: "POST", body: { reason: "a test of it" } })
      assert.strictEqual(halted.status, 200, halted.text)
      const also = { reason: "a test of it", account: "main" }
      const own = yield* ask(port, "/api/v1/controls/halt", { method: "POST", body: also })
      assert.strictEqual(own.status, 200, own.text)
      yield* scene.trade("t-2", "buy", "2", "MSFT", "410")
      yield* Effect.promise(async () => {
        await using seen = await pageOf(`${url}/ops`)
        const { page } = seen
        const dialog = page.getByRole("dialog")
        const impact = dialog.getByRole("list", { name: "Impact" })
        const linesOf = async () => {
          await impact.waitFor()
          return impact.getByRole("listitem").allInnerTexts()
        }
        await page.getByRole("table", { name: "Trading states" }).waitFor()
        await page.keyboard.press("Shift+H")
        expect((await linesOf()).slice(1)).toEqual([
          "No open orders.",
          "1 unconfirmed order stays unconfirmed: O1 (buy 3 AAPL of main).",
          "No orders will be sent now."
        ])
        await page.keyboard.press("Escape")
        const states = page.getByRole("table", { name: "Trading states" })
        const resumes = (name: string) => states.getByRole("button", { name: `Resume ${name}` }).click()
        await resumes("main")
        await dialog
          .getByText("The halt or restriction set for main ends. The state from before a halt applies again.")
          .waitFor()
        expect(await linesOf()).toContain("No orders will be sent now.")
        expect(await dialog.getByText("Due orders are sent now.").count()).toBe(0)
        await page.keyboard.press("Escape")
        const freed = await fetch(`${url}/api/v1/controls/resume`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(also)
        })
        expect(freed.status).toBe(200)
        // What trades as usual again is no active control.
        await states.getByRole("row").filter({ hasText: "main" }).waitFor({ state: "detached" })
        await resumes("everything")
        expect(await linesOf()).toContain("Due orders are sent now.")
        expect(await findings(page)).toEqual([])
        expect(seen.faults).toEqual([])
      })
    })
  ))

/** A key leads to the row of a record. */
const reaches = async (page: Page, key: string, record: string): Promise<void> => {
  await page.keyboard.press(key)
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain(record)
}

test("a position whose order is unconfirmed says so, and no working order; j, k and arrows lead into the first table of a page", () =>
  onBooks(
    Effect.gen(function* () {
      yield* unconfirmed
      yield* scene.trade("t-2", "buy", "2", "MSFT", "410")
      yield* scene.accepted(2)
      const port = yield* serving
      const url = `http://127.0.0.1:${port}`
      yield* Effect.promise(async () => {
        await using seen = await pageOf(`${url}/positions`)
        const { page } = seen
        const rows = page.getByRole("table", { name: "Positions" }).getByRole("row")
        await rows.filter({ hasText: "AAPL" }).getByText("Order unconfirmed").waitFor()
        await rows.filter({ hasText: "MSFT" }).getByText("Order working").waitFor()
        expect(await findings(page)).toEqual([])
        await reaches(page, "j", "AAPL")
        await reaches(page, "j", "MSFT")
        await reaches(page, "ArrowUp", "AAPL")
        await page.keyboard.press("Enter")
        await page.getByRole("heading", { level: 1, name: "AAPL" }).waitFor()
        await page.getByText("O1 is unconfirmed; a position has one order at a time.").waitFor()
        await page.goto(`${url}/orders`)
        await page.getByRole("table", { name: "Orders" }).getByRole("link", { name: "O1", exact: true }).waitFor()
        await reaches(page, "ArrowDown", "O2")
        await reaches(page, "ArrowDown", "O1")
        await page.keyboard.press("Enter")
        await page.waitForURL("**/orders/O1")
        await page.goto(`${url}/why/O1`)
        await expect.poll(() => page.title()).toContain("Why O1 · Roundlot")
        expect(seen.faults).toEqual([])
      })
    })
  ))

test("BAT-10: a checked batch counts every row once, and its button says how many orders are sent", async () => {
  await limitOrders("300")
  await using seen = await open("/batches/new")
  const { page } = seen
  const rows = ["a1,IBM,buy,1", "a2,IBM,buy,1", "a2,IBM,buy,1", "a3,IBM,buy,2", "a4,IBM,hold,1"]
  const lines = ["source_id,symbol,side,quantity,limit_price", ...rows.map((each) => `${each},200`)]
  await page.getByLabel("Pasted rows").fill(lines.join("\n"))
  await page.getByRole("button", { name: "Check", exact: true }).click()
  await page.getByText("5 rows: 2 send orders, 1 repeated, 1 refused, 1 invalid.").waitFor()
  await page.getByText("Accepted: 2 rows, each sent as a direct order. Recorded as invalid: 1 row.").waitFor()
  await page.getByText("1 row would be refused", { exact: true }).waitFor()
  expect(await findings(page)).toEqual([])
  await page.getByRole("button", { name: "Submit (2 orders)" }).click()
  await page.getByRole("link", { name: /^Open G\d+$/ }).waitFor()
  await limitOrders("100000")
  expect(seen.faults).toEqual([])
})

/** 10:00 in New York on 30 November 2026, in seconds since the first moment of scenes. */
const MORNING = 96_050_800

test("D9: a position that collects says so, what is due at its next cut-off, and when; its account shows the cut-offs", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(MORNING)
      yield* scene.open(["AAPL"], scene.main, {
        cutOffs: ["12:00", "close-10m"],
        allocation: "key",
        allocationKey: ["ann=60", "bob=40"],
        maxTradeAgeMs: 1e14
      })
      yield* scene.trade("t-1", "buy", "3")
      const port = yield* serving
      const url = `http://127.0.0.1:${port}`
      yield* Effect.promise(async () => {
        await using seen = await pageOf(`${url}/positions/main/AAPL`, MORNING)
        const { page } = seen
        const factOf = (name: string) => page.locator("dl > div", { hasText: name }).locator("dd")
        await page.getByText("The account collects trades; an order to buy 3 is due at the next cut-off").waitFor()
        await page.locator(".next").getByText("Collecting").waitFor()
        expect(await factOf("Next cut-off").innerText()).toContain("17:00:00")
        await page.goto(`${url}/ops/accounts/main`)
        await page.getByRole("heading", { level: 1, name: "main" }).waitFor()
        expect(await factOf("Cut-offs").innerText()).toBe("12:00, close-10m")
        expect(await factOf("Allocation").innerText()).toBe("by each owner's weight")
        expect(await factOf("Owner weights").innerText()).toBe("ann=60, bob=40")
        expect(await findings(page)).toEqual([])
        expect(seen.faults).toEqual([])
      })
    })
  ))
