import { Array } from "effect"
import { cpus } from "node:os"
import process from "node:process"
import { medianOf, type Sample } from "./resources.ts"

/** How many points a chart has. */
const POINTS = 40

const round = (value: number): number => Math.round(value * 10) / 10

/** A chart of one figure over the time of the run: the highest of each stretch. */
const chart = (title: string, unit: string, samples: ReadonlyArray<Sample>, of: (sample: Sample) => number): string => {
  const stretches = Array.chunksOf(samples, Math.max(1, Math.ceil(samples.length / POINTS)))
  const highest = stretches.map((each) => round(Math.max(...each.map(of))))
  const minutes = round(samples.at(-1)?.minutes ?? 0)
  return [
    "```mermaid",
    "xychart-beta",
    `  title "${title}"`,
    `  x-axis "minutes" 0 --> ${minutes}`,
    `  y-axis "${unit}" 0 --> ${Math.ceil(Math.max(1, ...highest) * 1.1)}`,
    `  line [${highest.join(", ")}]`,
    "```",
    ""
  ].join("\n")
}

const row = (cells: ReadonlyArray<string | number>): string => `| ${cells.join(" | ")} |`

const lifeRow = (life: string, samples: ReadonlyArray<Sample>): string => {
  const highest = (of: (sample: Sample) => number) => round(Math.max(...samples.map(of)))
  const last = samples.at(-1)
  return row([
    life,
    last?.trades ?? 0,
    round(medianOf(samples.map(({ residentMiB }) => residentMiB))),
    highest(({ residentMiB }) => residentMiB),
    highest(({ descriptors }) => descriptors),
    round(medianOf(samples.map(({ p50Ms }) => p50Ms))),
    round(medianOf(samples.map(({ p99Ms }) => p99Ms))),
    round(medianOf(samples.map(({ bareMs }) => bareMs))),
    highest(({ healthMs }) => healthMs),
    round(((last?.booksMiB ?? 0) * 1_048_576) / (last?.trades ?? 1)),
    highest(({ logMiB }) => logMiB)
  ])
}

const HEADS = [
  "life",
  "trades until its end",
  "resident, median MiB",
  "highest",
  "descriptors at most",
  "answer, p50 ms",
  "p99 ms",
  "a bare server's, p50 ms",
  "`/health` at most, ms",
  "bytes a trade of the file",
  "log at most, MiB"
]

/** The page of a run: a table of the daemon's lives, and charts of what it took. */
export const pageOf = (
  samples: ReadonlyArray<Sample>,
  { attempts, orders, trades }: { readonly trades: number; readonly orders: number; readonly attempts: number }
): string => {
  const lives = Object.entries(Array.groupBy(samples, ({ life }) => String(life)))
  const minutes = Math.round(samples.at(-1)?.minutes ?? 0)
  return [
    "# Endurance",
    "",
    `Written by \`npm run torture -- --story endurance --page docs/reference/endurance.md\` on ${new Date().toISOString().slice(0, 10)}, in ${minutes} minutes:`,
    `Node ${process.versions.node}, ${cpus().length} processors. What happens in it is in [reliability.md](../reliability.md#endurance).`,
    "",
    `${trades} trades were taken in, ${orders} orders filled, ${attempts} attempts made. At the end each trade counted once, books and exchange`,
    "had the same orders with the same fills, and `audit` found nothing. A life ends with `kill -9`.",
    "",
    row(HEADS),
    row(HEADS.map(() => "---")),
    ...lives.map(([life, own]) => lifeRow(life, own)),
    "",
    chart("Resident memory", "MiB", samples, (each) => each.residentMiB),
    chart("Open descriptors", "descriptors", samples, (each) => each.descriptors),
    chart("Answer to a delivery, p99", "ms", samples, (each) => each.p99Ms),
    chart("The books' file", "MiB", samples, (each) => each.booksMiB)
  ].join("\n")
}
