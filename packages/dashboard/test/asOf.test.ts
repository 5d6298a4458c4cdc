import { Effect } from "effect"
import { readFileSync } from "node:fs"
import type { Page } from "playwright-core"
import { assert, expect, test } from "vitest"
import { ask, serving } from "../../runner/test/serve/serving.ts"
import { inbox, JOB, PART } from "../../runner/test/views/inbox.ts"
import * as scene from "../../runner/test/views/scene.ts"
import { onBooks } from "./onBooks.ts"
import { findings, stage } from "./stage.ts"

const { daemon, open } = stage()

const posted = (port: number, path: string, body: object) =>
  Effect.map(ask(port, path, { method: "POST", body }), ({ status, text }) => assert.strictEqual(status, 200, text))

/** The parameter of an address that looks at so many seconds after the first moment. */
const asOf = (seconds: number): string => `asOf=${encodeURIComponent(scene.second(seconds))}`

/** Which of the buttons of a page that do something, by their names, can be pressed. */
const offered = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator("main button[aria-haspopup=dialog]:enabled").allInnerTexts()

test("G: a break that was opened and closed is listed and shown as open at the moment between, and not before; nothing can be done to it then", () =>
  onBooks(
    Effect.gen(function* () {
      yield* scene.at(0)
      yield* scene.open()
      yield* scene.at(10)
      yield* scene.opens({ symbol: "AAPL", kind: "AverageDiffers", subject: "O1" })
      const port = yield* serving
      yield* scene.at(20)
      yield* posted(port, "/api/v1/breaks/B1/resolve", { reason: "seen and agreed" })
      const url = `http://127.0.0.1:${port}`
      yield* Effect.promise(async () => {
        await using seen = await open("/sign-in")
        const { page } = seen
        await page.goto(`${url}/attention?${asOf(15)}`)
        const table = page.getByRole("table", { name: "Attention" })
        await table.getByText(scene.evidenceOf("AverageDiffers")).waitFor()
        await page.getByText(/^Books as of .* No actions are possible\.$/).waitFor()
        expect(await findings(page)).toEqual([])
        await table.getByRole("link", { name: "Average differs" }).click()
        await page.getByRole("heading", { level: 1, name: /^Average differs/ }).waitFor()
        await page.getByRole("button", { name: "Resolve B1" }).waitFor()
        expect(await offered(page)).toEqual([])
        expect(await page.getByText("seen and agreed").count()).toBe(0)
        expect(await findings(page)).toEqual([])
        await page.getByRole("button", { name: "Back to now" }).click()
        await page.getByText("seen and agreed").first().waitFor()
        expect(await page.getByRole("button", { name: "Resolve B1" }).count()).toBe(0)
        await page.goto(`${url}/attention/B1?${asOf(5)}`)
        await page.getByText("break B1 does not exist").waitFor()
        await page.goto(`${url}/attention?${asOf(5)}`)
        await page.getByText("No open breaks.").waitFor()
        expect(seen.faults).toEqual([])
      })
    })
  ))

test("G: cases stand as of another time with what people said by then; a job and a part have none, and are said to be of now", () =>
  onBooks(
    Effect.gen(function* () {
      yield* inbox
      const port = yield* serving
      yield* scene.at(10)
      yield* posted(port, "/api/v1/cases/O1/assign", { to: "dana", reason: "she is on call" })
      const url = `http://127.0.0.1:${port}`
      yield* scene.at(20)
      yield* Effect.promise(async () => {
        await using seen = await open("/sign-in")
        const { page } = seen
        await page.goto(`${url}/attention?${asOf(5)}`)
        const waiting = page.locator("section", { hasText: "Needs attention" })
        await waiting.getByRole("link", { name: "O1", exact: true }).waitFor()
        await waiting.getByText("Jobs and services are listed as of now only").waitFor()
        expect(await waiting.getByText("dana").count()).toBe(0)
        for (const id of [JOB, PART]) expect(await waiting.getByText(id, { exact: true }).count()).toBe(0)
        expect(await findings(page)).toEqual([])
        await waiting.getByRole("link", { name: "O1", exact: true }).click()
        await page.getByRole("heading", { level: 1, name: "Unconfirmed Warning" }).waitFor()
        await page.getByRole("heading", { name: "At the broker", exact: true }).waitFor()
        expect([await offered(page), await page.getByText("dana").count()]).toEqual([[], 0])
        await page.goto(`${url}/attention/O1?${asOf(15)}`)
        await page.getByText("dana", { exact: true }).first().waitFor()
        for (const id of [JOB, PART]) {
          await page.goto(`${url}/attention/${encodeURIComponent(id)}?${asOf(5)}`)
          await page.getByText(/^This page shows the current state/).waitFor()
          await page.getByText(/^Recommended: /).waitFor()
          expect(await offered(page)).toEqual([])
        }
        expect(seen.faults).toEqual([])
      })
    })
  ))

/** Waits until the API says something. */
const says = (path: string, text: string): Promise<void> =>
  expect.poll(async () => JSON.stringify(await daemon.ask(path))).toContain(text)

const position = async (): Promise<string> => String(Object(await daemon.ask("/api/v1/journal/head")).position)

test("BAT-10: the rows of a batch, its orders, its errors and its results are those of the moment that is looked at", async () => {
  const rows = [
    { source_id: "b1", symbol: "DIS", side: "buy", quantity: "0.75", price: "150" },
    { source_id: "b2", symbol: "DIS", side: "buy", quantity: "none" }
  ]
  const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Friday", rows, mode: "accumulate" }))
  await says(`/api/v1/batches/${batch.id}/rows`, '"status":"accumulated"')
  const before = await position()
  await daemon.ask("/api/v1/trades", { sourceId: "rest", symbol: "DIS", side: "buy", quantity: "0.25", price: "150" })
  const order = await daemon.orderAt("filled", "DIS")
  await using seen = await open(`/batches/${batch.id}`)
  const { page } = seen
  const shown = page.getByRole("table", { name: "Rows" })
  await shown.getByRole("link", { name: order }).waitFor()
  await page.goto(`${daemon.url}/batches/${batch.id}?asOf=${before}`)
  await shown.getByText("0.75", { exact: true }).first().waitFor()
  expect(await shown.getByRole("link", { name: order }).count()).toBe(0)
  expect(await page.getByText("as it is now").count()).toBe(0)
  expect(await offered(page)).toEqual([])
  expect(await findings(page)).toEqual([])
  const tabs = page.getByRole("navigation", { name: "Batch" })
  await tabs.getByRole("link", { name: "Orders" }).click()
  await page.getByText("No orders yet.").waitFor()
  await tabs.getByRole("link", { name: "Errors by reason" }).click()
  await page.getByRole("table", { name: "Errors", exact: true }).getByText("none", { exact: true }).waitFor()
  await tabs.getByRole("link", { name: "Results" }).click()
  const results = page.getByRole("table", { name: "Results by symbol" })
  await results.getByText("0.75").waitFor()
  expect(await results.getByText("149").count()).toBe(0)
  await page.goto(`${daemon.url}/batches/${batch.id}?asOf=1`)
  await page.getByText(`batch ${batch.id} does not exist`).waitFor()
  expect(seen.faults).toEqual([])
})

test("BAT-10: the file of a batch's results is that of the moment that is looked at: of before an execution was corrected", async () => {
  const rows = [{ source_id: "c1", symbol: "PEP", side: "buy", quantity: "1", price: "150" }]
  const { batch } = Object(await daemon.ask("/api/v1/batches", { name: "Monday", rows, mode: "execute" }))
  await says(`/api/v1/batches/${batch.id}`, '"finishedAt":"')
  const [done] = Object(await daemon.ask(`/api/v1/batches/${batch.id}/rows`)).items
  const filled = await position()
  const { items } = Object(await daemon.ask(`/api/v1/orders/${done.orders[0]}/fills`))
  const corrects = { id: "corrects", do: { correct: { execId: items[0].execId, price: "149.5" } } }
  await daemon.cli("exchange", "instruct", JSON.stringify(corrects))
  await says(`/api/v1/batches/${batch.id}/rows`, '"average_price":"149.5"')
  await using seen = await open(`/batches/${batch.id}?asOf=${filled}`)
  const { page } = seen
  const saved = async (): Promise<string> => {
    const saving = page.waitForEvent("download")
    await page.getByRole("link", { name: "Results as CSV" }).click()
    return readFileSync(await (await saving).path(), "utf8")
  }
  const then = await saved()
  expect([then.includes(`,${done.average_price},`), then.includes("149.5")]).toEqual([true, false])
  await page.getByRole("button", { name: "Back to now" }).click()
  await page.getByRole("button", { name: "As of…" }).waitFor()
  expect(await saved()).toContain(",149.5,")
  expect(seen.faults).toEqual([])
})

test("an entry leads to the books as they stood with it", async () => {
  await using seen = await open("/journal/paper/1")
  const { page } = seen
  await page.getByRole("link", { name: "As of this entry" }).click()
  await page.getByText(/^Books as of .*\d.* No actions are possible\.$/).waitFor()
  expect(new URL(page.url()).searchParams.get("asOf")).toMatch(/^\d{4}-\d\d-\d\dT/)
  expect(await findings(page)).toEqual([])
  expect(seen.faults).toEqual([])
})

test("the present has its feed position, and a position beyond it is never announced as if it were shown", async () => {
  await using seen = await open("/orders")
  const { page } = seen
  const now = await position()
  await page.locator(".as-of").getByText(`Feed position ${now}`, { exact: true }).waitFor()
  expect(await findings(page)).toEqual([])
  await page.goto(`${daemon.url}/orders?asOf=${Number(now) + 1000}`)
  await page.getByText(`The newest is ${now}.`).waitFor()
  expect(await page.getByText(/^Books as of/).count()).toBe(0)
  expect(await findings(page)).toEqual([])
})
