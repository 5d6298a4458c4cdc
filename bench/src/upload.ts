import { request } from "node:http"
import { Readable } from "node:stream"
import { join } from "node:path"
import { daemonOn } from "./daemon.ts"
import { fill } from "./fill.ts"
import { type Asked, atMost, type Figure, inFolder, noted, timing } from "./measuring.ts"

const ROWS = 1_000_000
const A_PART = 1_000
const LOOK_MS = 100
const MB = 1024 * 1024

/** A file of so many rows, a part at a time. */
function* file(rows: number): Generator<string> {
  yield "source_id,symbol,side,quantity\n"
  for (let from = 0; from < rows; from += A_PART) {
    const count = Math.min(A_PART, rows - from)
    yield Array.from({ length: count }, (_, at) => `u-${from + at},AAPL,${at % 2 === 0 ? "buy" : "sell"},0.25\n`).join(
      ""
    )
  }
}

const answered = (port: number, query: string, rows: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const path = `/api/v1/batches/upload?name=large&mode=accumulate&account=desk1&${query}`
    const headers = { "content-type": "text/csv" }
    const asking = request({ host: "127.0.0.1", port, path, method: "POST", headers, agent: false }, (response) => {
      let text = ""
      response.on("data", (part: Buffer) => (text += part.toString()))
      response.on("end", () => resolve(text))
    })
    asking.on("error", reject)
    Readable.from(file(rows)).pipe(asking)
  })

/** Uploads a file of so many rows; how long it took, and how much memory the daemon had at most while it did. */
const uploaded = async (folder: string, rows: number, query: string) => {
  const store = join(folder, `upload-${rows}-${query}.db`)
  await fill(store, 100)
  const { end, port, resident } = await daemonOn(store)
  let most = resident()
  const looking = setInterval(() => (most = Math.max(most, resident())), LOOK_MS)
  const took = timing()
  const text = await answered(port, query, rows)
  const { seconds } = took()
  clearInterval(looking)
  await end()
  if (!text.includes(`"accepted":${rows}`)) throw new Error(`not all were taken: ${text.slice(0, 500)}`)
  return { seconds, most: most / MB }
}

/** A file of a million rows, checked and then taken, beside one of a tenth. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const rows = asked.trades ?? (asked.quick ? 20_000 : ROWS)
    const figures: Array<Figure> = []
    for (const [what, said] of [
      ["checked", "dryRun=true"],
      ["taken", "dryRun=false"]
    ] as const) {
      const small = await uploaded(folder, rows / 10, said)
      const large = await uploaded(folder, rows, said)
      figures.push(noted(`${rows} rows ${what}, rows a second`, (rows / large.seconds).toFixed(0)))
      figures.push(noted("resident memory at most, a tenth", `${small.most.toFixed(0)} MiB`))
      figures.push(noted("resident memory at most, all", `${large.most.toFixed(0)} MiB`))
      figures.push(atMost("resident memory at most, all beside a tenth", large.most / small.most, 1.5, "×"))
    }
    return figures
  })
