import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import process from "node:process"
import { type Crash, playAll, type Played } from "./workers.ts"

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
const { store } = values
const areNumbers = [seeds, from, workers].every(Number.isInteger) && seeds >= 1 && workers >= 1
if (!areNumbers || (store !== "memory" && store !== "sqlite")) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}

const begun = performance.now()
const told = new Set<number>()
let failed = 0
let crashes = 0

const played = ({ finding, seed }: Played): void => {
  told.add(seed)
  if (finding === undefined) return
  failed += 1
  process.stdout.write(finding)
}

const crashed = ({ at, end, first, step, why }: Crash): void => {
  crashes += 1
  process.stdout.write(
    `a worker crashed at seed ${at}: ${why}; its seeds are every ${step} from ${first}, below ${end}\n`
  )
}

/** The first that was not played. */
const next = (): number => {
  let seed = from
  while (told.has(seed)) seed += 1
  return seed
}

/** Plays each here, and tells all that happened in it. */
const toldWhole = async (): Promise<void> => {
  // Only here: what is not told is played by a bundle, which is there sooner than these modules.
  const { play } = await import("./history.ts")
  const { findingOf, reportOf } = await import("./finding.ts")
  for (let seed = from; seed < from + seeds; seed++) {
    const history = play({ seed, store })
    process.stdout.write(`${history.story.join("\n")}\n`)
    const found = findingOf(history)
    played({ seed, finding: found === undefined ? undefined : reportOf(found) })
  }
}

const telling = setInterval(
  () => process.stderr.write(`${told.size} of ${seeds} seeds, ${failed} failed\n`),
  TOLD_EVERY_MS
).unref()
const stopping = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort())
if (values.story) await toldWhole()
else await playAll({ seeds, from, workers, store, played, crashed, signal: stopping.signal })
clearInterval(telling)
const seconds = (performance.now() - begun) / 1000
process.stdout.write(
  `${told.size} seeds from ${from}, ${failed} failed, ${seconds.toFixed(1)} s in ${values.story ? 1 : workers} processes\n`
)
if (told.size < seeds) {
  process.stdout.write(
    `all before ${next()} were played; the rest: --from ${next()} --seeds ${from + seeds - next()}\n`
  )
}
process.exit(failed + crashes === 0 && told.size === seeds ? 0 : 1)
