import { Array } from "effect"

/** What a daemon takes, and how soon it answers, at one moment under load. */
export interface Sample {
  /** Since the load began. */
  readonly minutes: number
  /** Which start of the daemon it is, from 1. */
  readonly life: number
  /** Taken in so far. */
  readonly trades: number
  readonly residentMiB: number
  readonly descriptors: number
  /** Callers of the test that hold on to a connection, of each of which the daemon has a descriptor. */
  readonly callers: number
  /** Of the answers to trades since the last sample. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** The median answer of a server that only writes what it gets to the disk, asked in turns with the daemon. */
  readonly bareMs: number
  /** What `/health` took, in the midst of it. */
  readonly healthMs: number
  /** The books' file, its log, and the exchange's. */
  readonly booksMiB: number
  readonly logMiB: number
  readonly exchangeMiB: number
}

/** What grew though the load did not. */
export interface Growth {
  readonly what: "memory" | "descriptors" | "latency" | "books"
  readonly life?: number
  readonly from: number
  readonly to: number
}

/** Fewer samples say nothing about growth. */
const LEAST = 9
/** What a third may differ from the third before it: garbage that was not collected yet, streams that are open. */
const SWAY = { memory: 1.25, descriptors: 1.5, latency: 2, books: 1.25 } as const

export const medianOf = (values: ReadonlyArray<number>): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0

/** The value that so many of a hundred are not above. */
export const percentileOf = (values: ReadonlyArray<number>, percent: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil((values.length * percent) / 100) - 1] ?? 0

const thirdsOf = (samples: ReadonlyArray<Sample>) => {
  const size = Math.floor(samples.length / 3)
  return { middle: samples.slice(-2 * size, -size), last: samples.slice(-size) }
}

const grown = (
  samples: ReadonlyArray<Sample>,
  what: Growth["what"],
  of: (sample: Sample) => number
): ReadonlyArray<Growth> => {
  if (samples.length < LEAST) return []
  const { last, middle } = thirdsOf(samples)
  const [from, to] = [medianOf(middle.map(of)), medianOf(last.map(of))]
  return to > from * SWAY[what] ? [{ what, from, to }] : []
}

const bytesATrade = ({ booksMiB, trades }: Sample): number => (booksMiB * 1_048_576) / Math.max(1, trades)

/**
 * What grew from the middle third to the last: memory and descriptors within a life of the daemon, since a start gives them back; how
 * long answers take, of what the machine takes for one, and what a trade takes of the file over all of them.
 */
export const growthIn = (samples: ReadonlyArray<Sample>): ReadonlyArray<Growth> => {
  const lives = Object.entries(Array.groupBy(samples, ({ life }) => String(life)))
  const within = lives.flatMap(([life, own]) =>
    [
      ...grown(own, "memory", (each) => each.residentMiB),
      ...grown(own, "descriptors", (each) => each.descriptors - each.callers)
    ].map((growth) => ({ ...growth, life: Number(life) }))
  )
  return [
    ...within,
    ...grown(samples, "latency", ({ bareMs, p50Ms }) => p50Ms / bareMs),
    ...grown(samples, "books", bytesATrade)
  ]
}
