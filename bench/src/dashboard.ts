import { spawnSync } from "node:child_process"
import { Agent, request } from "node:http"
import { fileURLToPath } from "node:url"
import { type Browser, type CDPSession, chromium, type Page } from "playwright-core"
import { daemonOn } from "./daemon.ts"
import { filledIn } from "./fill.ts"
import { type Asked, atLeast, atMost, type Figure, inFolder, median, noted } from "./measuring.ts"

const ROWS = 10_000
/** A few more than are looked at: the newest come in at the top, and the oldest fall off. */
const TRADES = 10_600
const EVENTS_A_SECOND = 200
const HOUR = 720_000

const BUILD = fileURLToPath(new URL("../../scripts/dashboard.mjs", import.meta.url))

/** A browser of the package that the dashboard's own tests take, or the one that `CHROMIUM_PATH` names. */
export const opened = async (): Promise<Browser> => {
  // Asked for by the package before it unpacks: libraries that a bare machine lacks.
  process.env["AWS_LAMBDA_JS_RUNTIME"] ??= "nodejs20.x"
  const { default: packed } = await import("@sparticuz/chromium")
  const executablePath = process.env["CHROMIUM_PATH"] ?? (await packed.executablePath())
  return chromium.launch({
    executablePath,
    handleSIGTERM: false,
    args: ["--no-sandbox", "--disable-gpu", "--headless=shell"]
  })
}

// What happens

/** Entries of journals that a live reader was told of. */
interface Heard {
  readonly count: () => number
  readonly end: () => void
}

const listening = (port: number): Promise<Heard> =>
  new Promise((resolve, reject) => {
    let count = 0
    const asking = request({ agent: false, host: "127.0.0.1", port, path: "/api/v1/live" }, (response) => {
      response.setEncoding("utf8")
      response.on("data", (text: string) => (count += text.split('"seq":').length - 1))
      resolve({ count: () => count, end: () => asking.destroy() })
    })
    asking.on("error", reject)
    asking.end()
  })

const symbols = ["AAPL", "MSFT", "NVDA", "IBM", "ORCL", "AMD", "KO", "TSLA"]

/** Every fifth trade makes an order: it is sent, taken and filled. */
const trade = (account: string, n: number) => ({
  account,
  source: "bench",
  sourceId: `${process.pid}-${n}`,
  symbol: symbols[n % symbols.length],
  side: n % 2 === 0 ? "buy" : "sell",
  quantity: n % 5 === 0 ? "1" : "0.0001"
})

const handIn = (agent: Agent, port: number, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) }
    const asking = request({ agent, host: "127.0.0.1", port, path: "/api/v1/trades", method: "POST", headers })
    asking.on("response", (response) => {
      if (response.statusCode !== 200) reject(new Error(`trades were refused: ${response.statusCode ?? ""}`))
      response.resume()
      response.on("end", resolve)
    })
    asking.on("error", reject)
    asking.end(body)
  })

const TICK_MS = 100
/** About as many entries as a trade leads to, orders and their fills counted in. */
const A_TRADE = 4
/** So many ticks later what a trade leads to has been heard. */
const HEARD_AFTER = 20

/** Hands in so many trades that a live reader hears so many entries a second, until it has heard them all. */
const playing = async (port: number, rate: number, events: number, tell: (heard: number) => Promise<void>) => {
  const agent = new Agent({ keepAlive: true })
  const heard = await listening(port)
  const [account = ""] = accountsIn(await (await fetch(`http://127.0.0.1:${port}/api/v1/accounts?limit=1`)).text())
  const first = performance.now()
  let sent = 0
  const ticks: Array<{ readonly heard: number; readonly sent: number }> = []
  while (heard.count() < events) {
    const seconds = (performance.now() - first) / 1000
    // What older trades lead to has been heard, however little it was.
    const [then = { heard: 0, sent: 0 }] = ticks
    const onTheWay = then.heard + (sent - then.sent) * A_TRADE * 0.8
    const due = Math.min(events, rate * (seconds + TICK_MS / 1000)) - Math.max(heard.count(), onTheWay)
    const count = Math.max(0, Math.min(500, Math.ceil(due / A_TRADE)))
    ticks.push({ heard: heard.count(), sent })
    if (ticks.length > HEARD_AFTER) ticks.shift()
    if (count > 0) {
      await handIn(agent, port, JSON.stringify(Array.from({ length: count }, () => trade(account, sent++))))
    }
    await tell(heard.count())
    await new Promise((resolve) => void setTimeout(resolve, TICK_MS - ((performance.now() - first) % TICK_MS)))
  }
  const seconds = (performance.now() - first) / 1000
  const count = heard.count()
  heard.end()
  agent.destroy()
  return { seconds, count, trades: sent }
}

const accountsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/"name":"([^"]+)"/g)].map(([, name = ""]) => name)

// What the page does

/** Opens the list of trades and reads on until it has so many rows. */
const withRows = async (page: Page, address: string): Promise<void> => {
  await page.goto(`${address}/trades`)
  const table = page.getByRole("table", { name: "Trades" })
  await table.waitFor()
  await page.locator("[data-live=live], [data-live=quiet]").waitFor()
  for (;;) {
    const last: unknown = await page.evaluate(
      `(() => { const box = document.querySelector(".scroller"); box.scrollTop = box.scrollHeight; return Number([...box.querySelectorAll("tr[data-row]")].at(-1)?.dataset.row ?? 0) })()`
    )
    if (typeof last === "number" && last >= ROWS - 1) return console.log(`${last + 1} rows are read`)
    await page.waitForTimeout(30)
  }
}

/** Has the page note every task of its main thread that takes longer than 50 ms by the clock, which the browser tells by itself. */
export const NOTING = `
  window.longTasks = []
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" })
`

export const longTasks = async (page: Page): Promise<ReadonlyArray<number>> => {
  const found: unknown = await page.evaluate("window.longTasks.splice(0)")
  return Array.isArray(found) ? found.map(Number) : []
}

/** Seconds that the main thread was in tasks. */
const taskSeconds = async (cdp: CDPSession): Promise<number> => {
  const { metrics } = await cdp.send("Performance.getMetrics")
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0
}

/** Where the reader is: at the newest rows, which move on, or in the middle, where rows only change in place. */
const places = { "at the top": 0, "in the middle": 0.5 } as const

/** The page's tasks while events come at their pace. */
const measured = async (page: Page, cdp: CDPSession, port: number, seconds: number, place: number) => {
  await page.evaluate(
    `(() => { const box = document.querySelector(".scroller"); box.scrollTop = ${place} * box.scrollHeight })()`
  )
  await page.waitForTimeout(1000)
  await longTasks(page)
  const before = await taskSeconds(cdp)
  const played = await playing(port, EVENTS_A_SECOND, EVENTS_A_SECOND * seconds, () => Promise.resolve())
  const busy = ((await taskSeconds(cdp)) - before) / played.seconds
  return { ...played, busy, longs: await longTasks(page) }
}

/** Bytes of everything that a first visit takes, as they go over the wire. */
const firstLoad = async (browser: Browser, address: string): Promise<number> => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const sizes: Array<number> = []
  page.on("response", (response) => {
    if (new URL(response.url()).pathname.startsWith("/api/")) return
    sizes.push(Number(response.headers()["content-length"] ?? "0"))
  })
  await page.goto(address)
  await page.locator("main").getByText("Positions near an order").waitFor()
  await context.close()
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Builds what the daemon serves, where that must be. */
export const build = (): void => {
  const built = spawnSync(process.execPath, [BUILD], { stdio: "inherit" })
  if (built.status !== 0) throw new Error("the dashboard could not be built")
}

const staged = <A>(asked: Asked, use: (browser: Browser, port: number) => Promise<A>): Promise<A> =>
  inFolder(asked, async (folder) => {
    build()
    const file = await filledIn(folder, { ...asked, trades: TRADES })
    const [ours, browser] = [await daemonOn(file), await opened()]
    try {
      return await use(browser, ours.port)
    } finally {
      await browser.close()
      await ours.end()
    }
  })

const SECONDS = 30

/** 200 events a second with 10,000 rows in the list: no task of the page's own thread is long; and the first load. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  staged(asked, async (browser, port) => {
    const address = `http://127.0.0.1:${port}`
    const figures = [atMost("first load, compressed", (await firstLoad(browser, address)) / 1024, 250, " KiB")]
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.addInitScript(NOTING)
    const cdp = await page.context().newCDPSession(page)
    await cdp.send("Performance.enable")
    await withRows(page, address)
    for (const [where, place] of Object.entries(places)) {
      const { busy, count, longs, seconds } = await measured(page, cdp, port, asked.quick ? 5 : SECONDS, place)
      figures.push(
        atLeast(`${where}: events a second that the stream told`, count / seconds, EVENTS_A_SECOND * 0.95),
        atMost(`${where}: tasks of the page's thread over 50 ms`, longs.length, 0),
        noted(`${where}: the longest of those`, longs.length === 0 ? "none" : `${Math.max(...longs).toFixed(0)} ms`),
        noted(`${where}: the page's thread is busy`, `${(busy * 100).toFixed(0)} %`)
      )
    }
    return figures
  })

const MIB = 1024 * 1024
/** How many times faster than in life an hour's worth of events is played. */
const FASTER = 6
const LOOKS = 20

/** The page's heap after collections, while an hour's worth of events is played faster than in life. */
export const measureHour = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  staged(asked, async (browser, port) => {
    const events = asked.trades ?? (asked.quick ? HOUR / 60 : HOUR)
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await withRows(page, `http://127.0.0.1:${port}`)
    await page.evaluate(`document.querySelector(".scroller").scrollTop = 0`)
    const cdp = await page.context().newCDPSession(page)
    const samples: Array<number> = []
    const played = await playing(port, EVENTS_A_SECOND * FASTER, events, async (heard) => {
      if (heard < (events * samples.length) / LOOKS) return
      await cdp.send("HeapProfiler.collectGarbage")
      const { usedSize } = await cdp.send("Runtime.getHeapUsage")
      samples.push(usedSize / MIB)
      console.log(`${heard} events: heap ${(usedSize / MIB).toFixed(1)} MiB`)
    })
    const [early, late] = [median(samples.slice(1, LOOKS / 4)), median(samples.slice(-LOOKS / 4))]
    return [
      noted("events", `${played.count} in ${played.seconds.toFixed(0)} s`),
      noted("heap, first quarter", `${early.toFixed(1)} MiB`),
      noted("heap, last quarter", `${late.toFixed(1)} MiB`),
      atMost("heap at the end, of the heap at the beginning", late / early, 1.1, "×")
    ]
  })
