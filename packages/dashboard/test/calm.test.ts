import { expect, test } from "vitest"
import { stage } from "./stage.ts"

const { daemon, open } = stage()

const ROWS = 10_000

/** Rows of symbols that nobody quotes: the orders of all of them fail. */
const csv = [
  "source_id,symbol,side,quantity",
  ...Array.from({ length: ROWS }, (_, n) => `r${n},S${n % 50},buy,${1 + (n % 3)}`),
  ""
].join("\n")

/** Counts what is shown among the notices from now on, whatever becomes of it. */
const COUNTING = `
  window.shownNotices = []
  new MutationObserver((all) => {
    for (const { addedNodes } of all)
      for (const node of addedNodes) if (node.nodeName === "P") window.shownNotices.push(node.textContent)
  }).observe(document.querySelector(".notices"), { childList: true })
`

/** A part of the daemon's stream: breaks that open, each in a commit of its own. */
const opened = (count: number): string =>
  Array.from({ length: count }, (_, n) => {
    const commit = {
      position: n + 1,
      account: "paper",
      changes: [{ tag: "BreakOpened", kind: "break", id: `B${n + 1}`, at: "2026-11-20T14:30:00Z" }]
    }
    return `event: commit\ndata: ${JSON.stringify(commit)}\n\n`
  }).join("")

test("BAT-10: while the orders of 10,000 rows fail, the page is read in turns and says once that the batch has ended", async () => {
  await using seen = await open("/")
  const { page } = seen
  await page.locator("[data-live=live], [data-live=quiet]").waitFor()
  await page.evaluate(COUNTING)
  let asked = 0
  page.on("request", () => asked++)
  await daemon.ask("/api/v1/batches", { name: "Large", mode: "execute", csv })
  await page.getByRole("status", { name: "Notices" }).getByText("Batch Large: Failed").waitFor()
  expect(await page.evaluate("window.shownNotices")).toEqual([expect.stringContaining("Batch Large: Failed")])
  // It is read again once a while, however many rows have moved meanwhile.
  expect(asked).toBeLessThan(ROWS / 10)
  expect(seen.faults).toEqual([])
})

test("of 200 breaks that open at once one is read, and one notice says how many more there are", async () => {
  await using seen = await open("/settings")
  const { page } = seen
  // Without a worker the page has a stream of its own, which can be played.
  await page.addInitScript("delete window.SharedWorker")
  const read: Array<string> = []
  await page.route(/\/api\/v1\/breaks\/B\d+/, (route) => {
    read.push(new URL(route.request().url()).pathname)
    return route.fulfill({ status: 404, json: {} })
  })
  let streams = 0
  await page.route("**/api/v1/live*", (route) =>
    streams++ === 0
      ? route.fulfill({
          contentType: "text/event-stream",
          body: `event: begun\ndata: {}\n\n${opened(200)}`
        })
      : route.continue()
  )
  await page.goto(`${daemon.url}/trades`)
  const notices = page.getByRole("status", { name: "Notices" })
  await notices.getByRole("link", { name: "199 more breaks opened" }).waitFor()
  expect(await notices.getByRole("link").count()).toBe(1)
  expect(read).toEqual(["/api/v1/breaks/B1"])
  expect(seen.faults).toEqual([])
})

/** Each page that shows what 10,000 rows come to; that of a batch is the newest one's. */
const pages = ["/batches", "rows", "/trades", "/orders", "/attention", "/journal", "/positions"]

/** Enough rows fail meanwhile that a page which read for each of them would be seen. */
const STEP = 400

/** What a page asks for in a second at most, whatever moves. */
const MOST_ASKED = 10

/** So often a page may hold its thread for long: as it is drawn first, and where the machine does much else. */
const MOST_HELD = 2

/** Keeps what holds the page's thread for so long that a person feels it. */
const HELD = `
  window.heldMs = []
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) if (duration > 200) window.heldMs.push(Math.round(duration))
  }).observe({ type: "longtask" })
`

/** How many rows of a batch have failed, and whether it has ended. */
const standing = async (id: string) => {
  const { failedTrades, finishedAt } = Object(await daemon.ask(`/api/v1/batches/${id}`))
  return { failed: Number(failedTrades), isOver: finishedAt !== null }
}

test("BAT-10: while the orders of 10,000 rows fail, every page with rows of theirs is read in turns, holds no thread and is silent", async () => {
  let submitted = 0
  const submit = async (): Promise<string> => {
    const rows = csv.replaceAll(/^r/gm, `p${submitted++}-`)
    const { batch } = Object(
      await daemon.ask("/api/v1/batches", { name: `Page ${submitted}`, mode: "execute", csv: rows })
    )
    return batch.id
  }
  let batch = await submit()
  /** Waits until so many rows more have failed; where a batch ends before, another one follows it. */
  const moves = async () => {
    const { failed: from } = await standing(batch)
    for (;;) {
      const { failed, isOver } = await standing(batch)
      if (failed >= from + STEP) return
      if (isOver) {
        batch = await submit()
        return moves()
      }
    }
  }
  await using seen = await open("/settings")
  const { page } = seen
  let asked = 0
  page.on("request", (request) => (asked += request.url().includes("/api/v1/") ? 1 : 0))
  const found: Array<{ readonly path: string; readonly isCalm: boolean; readonly [fact: string]: unknown }> = []
  for (const path of pages) {
    await page.goto(`${daemon.url}${path === "rows" ? `/batches/${batch}/rows` : path}`)
    await page.locator("[data-live=live], [data-live=quiet]").waitFor()
    await expect.poll(() => page.locator(".skeleton").count()).toBe(0)
    await page.evaluate(COUNTING)
    await page.evaluate(HELD)
    const [before, since] = [asked, Date.now()]
    await moves()
    const perSecond = (asked - before) / ((Date.now() - since) / 1000)
    const notices = await page.evaluate("window.shownNotices")
    const held = await page.evaluate("window.heldMs")
    found.push({
      path,
      perSecond,
      isCalm: perSecond <= MOST_ASKED && Object(notices).length <= 1 && Object(held).length <= MOST_HELD,
      notices,
      held
    })
  }
  expect(found.filter(({ isCalm }) => !isCalm)).toEqual([])
  expect(seen.faults).toEqual([])
})
