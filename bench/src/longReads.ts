import { Schema } from "effect"
import { join } from "node:path"
import { type Served, served, MAIN } from "./daemon.ts"
import { fill } from "./fill.ts"
import { type Asked, atMost, type Figure, inFolder, median, noted } from "./measuring.ts"
import { usual } from "./workload.ts"

/**
 * Loaded before the daemon: between two ticks of a timer of 1 ms nothing else had its thread, but for the time in which the machine gave it
 * no processor. SIGUSR2 prints the longest such time since the last one, in milliseconds.
 */
const WATCH = `
  import { readFileSync } from "node:fs"
  const unserved = () => Number(readFileSync("/proc/self/task/" + process.pid + "/schedstat", "utf8").split(" ")[1]) / 1e6
  let [at, waited, longest] = [performance.now(), unserved(), 0]
  setInterval(() => {
    const [now, all] = [performance.now(), unserved()]
    longest = Math.max(longest, now - at - (all - waited))
    ;[at, waited] = [now, all]
  }, 1).unref()
  process.on("SIGUSR2", () => {
    process.stderr.write("held " + longest.toFixed(1) + " ms\\n")
    longest = 0
  })`

/** Asks the daemon for so much, to its last byte. */
const taken = async ({ port }: Served, path: string): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}`)
  for await (const _ of response.body ?? []) continue
}

const Job = Schema.Struct({ id: Schema.String, status: Schema.String })

const jobOf = async (response: Response) => Schema.decodeUnknownSync(Job)(await response.json())

const LOOK_MS = 100

/** Has a job of the daemon audit the books, until it has ended. */
const audited = async ({ port }: Served): Promise<void> => {
  const address = `http://127.0.0.1:${port}/api/v1`
  const headers = { "content-type": "application/json" }
  const { id } = await jobOf(await fetch(`${address}/audit`, { method: "POST", headers, body: "{}" }))
  for (;;) {
    const { status } = await jobOf(await fetch(`${address}/jobs/${id}`))
    if (status === "done") return
    if (status !== "queued" && status !== "running") throw new Error(`the audit is ${status}`)
    await idle(LOOK_MS)
  }
}

const idle = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

/** Milliseconds that the thread was held at the longest while something went on. */
const heldBeside = async ({ said }: Served, something: () => Promise<void>) => {
  const held = async () => Number(/held ([\d.]+) ms/.exec(await said("SIGUSR2", /held .* ms\n/))?.[1])
  await held()
  const begun = performance.now()
  await something()
  return { took: performance.now() - begun, held: await held() }
}

const reads: ReadonlyArray<readonly [name: string, read: (daemon: Served) => Promise<void>]> = [
  ["an audit by a job", audited],
  ["the trail of all accounts", (daemon) => taken(daemon, "reports/trail")],
  ["slippage of all symbols", (daemon) => taken(daemon, "reports/slippage")],
  ["profit of all accounts", (daemon) => taken(daemon, "reports/profit?by=symbol")],
  ["orders as of now", (daemon) => taken(daemon, `orders?limit=1&asOf=${encodeURIComponent(new Date().toISOString())}`)]
]

/** How long the daemon's thread is held while whole books are read, beside the same daemon while nothing is read. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const trades = asked.trades ?? (asked.quick ? 5_000 : 50_000)
    const file = join(folder, "filled.db")
    // Nothing is ordered: a paper exchange that does not have what the books have would keep the daemon busy.
    await fill(file, trades, { ...usual(trades), threshold: "1000000" })
    const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`
    const place = ["--store", `sqlite:${file}`, "--port", "0", "--log-level", "error"]
    const daemon = await served(["--import", watch, MAIN, "start", "--open", ...place])
    const figures: Array<Figure> = []
    for (const [name, read] of reads) {
      // The process begins, and programs are compiled.
      await read(daemon)
      const rounds = []
      for (let round = 0; round < (asked.rounds ?? 3); round++) {
        const beside = await heldBeside(daemon, () => read(daemon))
        rounds.push({ beside, alone: await heldBeside(daemon, () => idle(beside.took)) })
      }
      const beside = median(rounds.map((each) => each.beside.held))
      const alone = median(rounds.map((each) => each.alone.held))
      const took = median(rounds.map((each) => each.beside.took))
      figures.push(
        atMost(`${name}: the daemon's thread is held, of an idle daemon's`, beside / alone, 2),
        noted("the longest hold beside it, and idle", `${beside.toFixed(1)} ms, ${alone.toFixed(1)} ms`),
        noted("the read", `${(took / 1000).toFixed(1)} s`)
      )
    }
    await daemon.end()
    return figures
  })
