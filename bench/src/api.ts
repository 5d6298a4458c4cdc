import { Agent, request, type ClientRequest } from "node:http"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { daemonOn, served } from "./daemon.ts"
import { fill } from "./fill.ts"
import { type Asked, atLeast, atMost, type Figure, inFolder, median, noted, quantile, timing } from "./measuring.ts"

const CONNECTIONS = 256
const TRADES = 20_000
const ROUNDS = 5
const SECONDS = 3

/** What a path answers. */
export const read = (agent: Agent, port: number, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asking = request({ agent, host: "127.0.0.1", port, path }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (part: string) => (text += part))
      response.on("end", () => resolve(text))
    })
    asking.on("error", reject)
    asking.end()
  })

/** Requests a second that a server answers while so many connections each ask for one after another. */
const answeredASecond = async (port: number, path: string, seconds: number): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const took = timing()
  let count = 0
  const caller = async (): Promise<void> => {
    while (took().seconds < seconds) {
      await read(agent, port, path)
      count += 1
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, caller))
  const rate = count / took().seconds
  agent.destroy()
  return rate
}

/** What a list of orders takes of the database: its rows, and the trades and batches of them. */
const ORDERS =
  "SELECT * FROM roundlot_orders ORDER BY id LIMIT 101;" +
  "SELECT * FROM roundlot_allocations WHERE orderId IN (SELECT id FROM roundlot_orders ORDER BY id LIMIT 100)"

const reads = [
  { path: "/api/v1/orders?limit=100", query: ORDERS },
  { path: "/api/v1/positions?limit=100", query: "SELECT * FROM roundlot_positions ORDER BY account, symbol LIMIT 101" }
]

const BARE = fileURLToPath(new URL("./bareHttp.ts", import.meta.url))

/** Lists under many connections, beside a bare handler that gives the same bytes from the same query; the two take turns. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const file = join(folder, "books.db")
    await fill(file, asked.trades ?? (asked.quick ? 2_000 : TRADES))
    const ours = await daemonOn(file)
    const seconds = asked.quick ? 1 : SECONDS
    const figures: Array<Figure> = []
    for (const { path, query } of reads) {
      const body = await read(new Agent(), ours.port, path)
      const bare = await served(["--import", "tsx", BARE, file, query, Buffer.from(body).toString("base64")])
      const ratios: Array<number> = []
      const rates: Array<number> = []
      for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : ROUNDS)); round++) {
        const floor = await answeredASecond(bare.port, path, seconds)
        const rate = await answeredASecond(ours.port, path, seconds)
        rates.push(rate)
        ratios.push(rate / floor)
      }
      await bare.end()
      figures.push(atLeast(`${path}, ${CONNECTIONS} connections, of a bare handler`, median(ratios), 0.45, "×"))
      figures.push(noted(`${path}, requests a second, of ${body.length} bytes`, median(rates).toFixed(0)))
    }
    await ours.end()
    return figures
  })

// Live readers

const READERS = 200
const EVENTS_A_SECOND = 100
const EVENTS = 1_000

/** Tells of every commit that it hears about, with the time. */
const listening = (port: number, tell: (text: string) => void): Promise<ClientRequest> =>
  new Promise((resolve, reject) => {
    const asking = request({ agent: false, host: "127.0.0.1", port, path: "/api/v1/live" }, (response) => {
      response.setEncoding("utf8")
      response.on("data", tell)
      resolve(asking)
    })
    asking.on("error", reject)
    asking.end()
  })

const takeIn = (agent: Agent, port: number, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) }
    const asking = request({ agent, host: "127.0.0.1", port, path: "/api/v1/trades", method: "POST", headers })
    asking.on("response", (response) => {
      if (response.statusCode !== 200) reject(new Error(`a trade was refused: ${response.statusCode ?? ""}`))
      response.resume()
      response.on("end", () => resolve(performance.now()))
    })
    asking.on("error", reject)
    asking.end(body)
  })

/** From handing a trade in until a reader has heard of its commit, in milliseconds, one after another at their times. */
const latencies = async (port: number, readers: number, events: number): Promise<ReadonlyArray<number>> => {
  const agent = new Agent({ keepAlive: true })
  const begun = new Map<string, number>()
  const took: Array<number> = []
  const hear = (): ((text: string) => void) => {
    let rest = ""
    const heard = new Set<string>()
    return (text) => {
      rest += text
      const blocks = rest.split("\n\n")
      rest = blocks.pop() ?? ""
      for (const block of blocks) {
        for (const [, id = ""] of block.matchAll(/"id":"(T\d+)"/g)) {
          const at = begun.get(id)
          if (at === undefined || heard.has(id)) continue
          heard.add(id)
          took.push(performance.now() - at)
        }
      }
    }
  }
  const open = await Promise.all(Array.from({ length: readers }, () => listening(port, hear())))
  const first = performance.now()
  let known = Number(/"id":"T(\d+)"/.exec(await read(agent, port, "/api/v1/trades?limit=1&order=newest"))?.[1] ?? "0")
  const [, account] = /"name":"([^"]+)"/.exec(await read(agent, port, "/api/v1/accounts?limit=1")) ?? []
  const body = JSON.stringify({ account, symbol: "AAPL", side: "buy", quantity: "0.0001" })
  const calls: Array<Promise<number>> = []
  for (let n = 0; n < events; n++) {
    const due = first + (n * 1000) / EVENTS_A_SECOND
    while (performance.now() < due) await new Promise((resolve) => void setTimeout(resolve, 1))
    begun.set(`T${++known}`, performance.now())
    calls.push(takeIn(agent, port, body))
  }
  await Promise.all(calls)
  const wanted = readers * events
  while (took.length < wanted) await new Promise((resolve) => void setTimeout(resolve, 5))
  for (const each of open) each.destroy()
  agent.destroy()
  return took
}

const KB = 1024

/** Two hundred live readers at a hundred events a second, beside one. */
export const measureReaders = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const file = join(folder, "books.db")
    await fill(file, 100)
    const events = asked.trades ?? (asked.quick ? 100 : EVENTS)
    const ours = await daemonOn(file)
    await latencies(ours.port, 1, Math.min(events, 200))
    const alone = quantile(await latencies(ours.port, 1, events), 0.99)
    const before = ours.resident()
    const idle = await Promise.all(Array.from({ length: READERS }, () => listening(ours.port, () => undefined)))
    const each = (ours.resident() - before) / READERS / KB
    for (const reader of idle) reader.destroy()
    const many = quantile(await latencies(ours.port, READERS, events), 0.99)
    await ours.end()
    return [
      noted("one reader, p99 from handing in to hearing", `${alone.toFixed(1)} ms`),
      atMost(`${READERS} readers, p99, beside one reader's`, many / alone, 5, "×"),
      atMost("resident memory a reader", each, 64, " KiB")
    ]
  })
