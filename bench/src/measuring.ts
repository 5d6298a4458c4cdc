import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { loadavg } from "node:os"

/** What a run was asked for. */
export interface Asked {
  /** Where stores are made; a folder in memory leaves the disk's part out. */
  readonly folder: string
  /** How many trades; every line has a number of its own where nothing is said. */
  readonly trades: number | undefined
  readonly rounds: number | undefined
  readonly quick: boolean
  /** A store that `fill` made, to measure on copies of it instead of making one. */
  readonly filled: string | undefined
}

/** What one thing was measured at, and what was wanted of it. */
export interface Figure {
  readonly what: string
  readonly measured: string
  readonly goal: string
  readonly holds: boolean | undefined
}

/** A figure that must not be greater. */
export const atMost = (what: string, measured: number, most: number, unit = ""): Figure => ({
  what,
  measured: `${measured.toFixed(measured < 10 ? 2 : 0)}${unit}`,
  goal: `≤ ${most.toLocaleString("en")}${unit}`,
  holds: measured <= most
})

/** A figure that must not be less. */
export const atLeast = (what: string, measured: number, least: number, unit = ""): Figure => ({
  what,
  measured: `${measured.toFixed(2)}${unit}`,
  goal: `≥ ${least}${unit}`,
  holds: measured >= least
})

/** A figure for which nothing was wanted. */
export const noted = (what: string, measured: string): Figure => ({ what, measured, goal: "", holds: undefined })

/** The value below which this share of all lies. */
export const quantile = (all: ReadonlyArray<number>, share: number): number => {
  const sorted = all.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** The middle one. */
export const median = (all: ReadonlyArray<number>): number => quantile(all, 0.5)

/** Seconds of processor time that this process has used, all threads. */
export const cpuSeconds = (): number => {
  const { system, user } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Seconds that something took. */
export interface Took {
  readonly seconds: number
  readonly cpu: number
}

/** Begins to measure; what it gives says how long ago that was. To ask for processor time takes longer than to read the clock. */
export const timing = (): (() => Took) => {
  const cpu = cpuSeconds()
  const begun = performance.now()
  return () => {
    const seconds = (performance.now() - begun) / 1000
    return { seconds, cpu: cpuSeconds() - cpu }
  }
}

/** Uses a folder that is gone afterwards. */
export const inFolder = async <A>(
  { folder }: Pick<Asked, "folder">,
  use: (folder: string) => Promise<A>
): Promise<A> => {
  const own = mkdtempSync(join(folder, "roundlot-bench-"))
  try {
    return await use(own)
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

/** Prints figures as rows of a table, with the load of the machine. */
export const print = (figures: ReadonlyArray<Figure>): void => {
  console.log("| what | measured | goal | |\n|---|---|---|---|")
  for (const { goal, holds, measured, what } of figures) {
    console.log(`| ${what} | ${measured} | ${goal} | ${holds === undefined ? "" : holds ? "holds" : "does not hold"} |`)
  }
  console.log(
    `load of the machine: ${loadavg()
      .map((each) => each.toFixed(1))
      .join(", ")}`
  )
}
