import type { Browser, Page } from "playwright-core"
import { build, longTasks, NOTING, opened } from "../dashboard.ts"
import { daemon } from "../daemon.ts"
import { type Asked, atMost, type Figure, median, noted, timing } from "../measuring.ts"
import { onServer } from "./database.ts"
import { fewAndMany } from "./lists.ts"

const OPENINGS = 7

/** The list of orders as it is opened: of everything, by a symbol, by a status that few have, by a moment. */
const ADDRESSES = ["/orders", "/orders?symbol=SYM7", "/orders?status=rejected", "/orders/O1"] as const

/** Milliseconds from asking for an address to what is read standing there. */
const openedIn = async (browser: Browser, port: number, path: string): Promise<number> => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const one = timing()
  await page.goto(`http://127.0.0.1:${port}${path}`)
  await page.locator("main").locator("tbody tr, .empty").first().waitFor()
  const { seconds } = one()
  await page.close()
  return seconds * 1000
}

const medianOf = async (browser: Browser, port: number, path: string): Promise<number> => {
  const took: Array<number> = []
  for (let i = 0; i < OPENINGS; i++) took.push(await openedIn(browser, port, path))
  return median(took)
}

const ROWS = 10_000

/** Reads on to the end of what is known, again and again, until so many rows are. */
const readTo = async (page: Page, rows: number): Promise<void> => {
  for (;;) {
    const last: unknown = await page.evaluate(
      `(() => { const box = document.querySelector(".scroller"); box.scrollTop = box.scrollHeight; return Number([...box.querySelectorAll("tr[data-row]")].at(-1)?.dataset.row ?? 0) })()`
    )
    if (typeof last === "number" && last >= rows - 1) return
    await page.waitForTimeout(30)
  }
}

/** Screens of orders where there are a million: how soon they stand there beside those of few, and what reading on costs the page. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  onServer(async (databases) => {
    build()
    const { few, large, many, small } = await fewAndMany(databases, asked)
    const daemons = [await daemon(few), await daemon(many)]
    const [ofFew, ofMany] = daemons.map(({ port }) => port)
    const browser = await opened()
    const figures: Array<Figure> = [noted("orders", `${small.toLocaleString("en")} and ${large.toLocaleString("en")}`)]
    for (const path of ADDRESSES) {
      const one = await medianOf(browser, ofFew ?? 0, path)
      const other = await medianOf(browser, ofMany ?? 0, path)
      figures.push(
        atMost(`${path}: stands there after ${other.toFixed(0)} ms, of that with few`, other / one, 1.5, "×")
      )
    }
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.addInitScript(NOTING)
    await page.goto(`http://127.0.0.1:${ofMany ?? 0}/orders`)
    await page.getByRole("table", { name: "Orders" }).waitFor()
    const one = timing()
    await readTo(page, ROWS)
    const { seconds } = one()
    const longs = await longTasks(page)
    figures.push(
      noted("says how many there are", (await page.locator(".extent").innerText()).replaceAll(/\s+/g, " ")),
      noted(`reading on to ${ROWS} rows`, `${(ROWS / seconds).toFixed(0)} rows a second`),
      noted("tasks of the page's thread over 50 ms meanwhile", String(longs.length)),
      noted("the longest of those", longs.length === 0 ? "none" : `${Math.max(...longs).toFixed(0)} ms`)
    )
    await browser.close()
    for (const each of daemons) await each.end()
    return figures
  })
