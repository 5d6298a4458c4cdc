import { fork } from "node:child_process"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { play, storeKinds } from "./history.ts"
import { isFinding, reportOf } from "./finding.ts"

const USAGE = "usage: npm run simulate -- [--seeds N] [--from S] [--workers N] [--store memory|sqlite] [--story]"
const TOLD_EVERY_MS = 30_000

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    store: { type: "string", default: "memory" },
    workers: { type: "string", default: String(availableParallelism()) },
    story: { type: "boolean", default: false }
  }
})
const seeds = Number(values.seeds)
const from = Number(values.from)
const workers = Math.min(Number(values.workers), seeds)
const store = storeKinds.find((kind) => kind === values.store)
const areNumbers = [seeds, from, workers].every(Number.isInteger) && seeds >= 1 && workers >= 1
if (!areNumbers || store === undefined) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}

if (values.story) {
  for (let seed = from; seed < from + seeds; seed++) process.stdout.write(`${play({ seed, store }).story.join("\n")}\n`)
}

const begun = performance.now()
let played = 0
let failed = 0

/** Each process plays every so many-th seed: the dear ones are spread. */
const share = (first: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const args = [first, workers, from + seeds, store].map(String)
    // Most of what a history makes is young when it is garbage.
    const execArgv = [...process.execArgv, "--max-semi-space-size=64"]
    const child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), args, { execArgv })
    child.on("message", (message) => {
      played += 1
      if (!isFinding(message)) return
      failed += 1
      process.stdout.write(reportOf(message))
    })
    child.on("error", reject)
    child.on("close", () => resolve())
  })

const telling = setInterval(
  () => process.stderr.write(`${played} of ${seeds} seeds, ${failed} failed\n`),
  TOLD_EVERY_MS
).unref()
await Promise.all(Array.from({ length: workers }, (_, index) => share(from + index)))
clearInterval(telling)
const seconds = (performance.now() - begun) / 1000
process.stdout.write(
  `${played} seeds from ${from}, ${failed} failed, ${seconds.toFixed(1)} s in ${workers} processes\n`
)
process.exit(failed === 0 && played === seeds ? 0 : 1)
