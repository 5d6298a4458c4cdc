import { parseArgs } from "node:util"
import process from "node:process"
import { play } from "./history.ts"
import { smallest } from "./smallest.ts"

const USAGE = "usage: npm run simulate -- [--seeds N] [--from S] [--story]"
const LINES = 60
const TOLD_EVERY = 50

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    story: { type: "boolean", default: false }
  }
})
const seeds = Number(values.seeds)
const from = Number(values.from)
if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(from)) {
  process.stderr.write(`${USAGE}\n`)
  process.exit(2)
}

const begun = performance.now()
let failed = 0
for (let seed = from; seed < from + seeds; seed++) {
  const history = play({ seed })
  const played = seed - from + 1
  if (played % TOLD_EVERY === 0) process.stderr.write(`${played} of ${seeds} seeds, ${failed} failed\n`)
  if (values.story) process.stdout.write(`${history.story.join("\n")}\n`)
  if (history.fault === undefined) continue
  failed += 1
  const { fault, mostTrades, story, without } = smallest(history)
  const lines = story.length > LINES ? [`… ${story.length - LINES} lines before`, ...story.slice(-LINES)] : story
  process.stdout.write(
    [
      `seed ${seed}: ${history.fault}`,
      `  the same without ${without.join(", ") || "anything less"}, with at most ${mostTrades} trades: ${fault}`,
      ...lines.map((line) => `    ${line}`),
      `  again: npm run simulate -- --seeds 1 --from ${seed} --story`,
      ""
    ].join("\n")
  )
}
const seconds = (performance.now() - begun) / 1000
const { system, user } = process.cpuUsage()
process.stdout.write(
  `${seeds} seeds from ${from}, ${failed} failed, ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of the processor\n`
)
process.exit(failed === 0 ? 0 : 1)
