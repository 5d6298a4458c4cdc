/** How many rows of a batch were processed at a moment, as the daemon sent it. */
export interface Reading {
  readonly at: string
  readonly processed: number
}

/** What came to its end between two readings. */
export interface Stretch {
  readonly from: string
  readonly until: string
  readonly rows: number
  readonly ms: number
  /** As of its end. */
  readonly processed: number
}

const LEAST_MS = 1000
const MOST = 120

const between = (from: Reading, until: Reading): number => Date.parse(until.at) - Date.parse(from.at)

/** The readings with another one: some hundred at most, at least a second apart but for the newest. */
export const noted = (readings: ReadonlyArray<Reading>, next: Reading): ReadonlyArray<Reading> => {
  const [before, last] = [readings.at(-2), readings.at(-1)]
  if (last === undefined) return [next]
  if (between(last, next) <= 0) return readings
  const isShort = before !== undefined && between(before, last) < LEAST_MS
  return [...(isShort ? readings.slice(0, -1) : readings), next].slice(-MOST)
}

/** What lies between the readings; the newest once it is long enough to be compared. */
export const stretchesOf = (readings: ReadonlyArray<Reading>): ReadonlyArray<Stretch> =>
  readings.slice(1).flatMap((until, index) => {
    const from = readings[index]
    const ms = from === undefined ? 0 : between(from, until)
    if (from === undefined || ms < LEAST_MS) return []
    return [{ from: from.at, until: until.at, rows: until.processed - from.processed, ms, processed: until.processed }]
  })

/** For pixels and comparison only: rows a second. */
export const rateOf = ({ ms, rows }: Pick<Stretch, "ms" | "rows">): number => (1000 * rows) / ms

const LEAST_STRETCHES = 4

/** Stretches at less than half of the usual rate; those in a row are one. None while too little is known. */
export const dipsOf = (stretches: ReadonlyArray<Stretch>): ReadonlyArray<Stretch> => {
  if (stretches.length < LEAST_STRETCHES) return []
  const usual = stretches.map(rateOf).toSorted((a, b) => a - b)[Math.floor(stretches.length / 2)] ?? 0
  const dips: Array<Stretch> = []
  for (const stretch of stretches.filter((each) => 2 * rateOf(each) < usual)) {
    const last = dips.at(-1)
    if (last?.until !== stretch.from) dips.push(stretch)
    else dips.splice(-1, 1, { ...stretch, from: last.from, rows: last.rows + stretch.rows, ms: last.ms + stretch.ms })
  }
  return dips
}
