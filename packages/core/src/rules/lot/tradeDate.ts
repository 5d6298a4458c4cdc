import * as Instant from "../../values/Instant.ts"

const format = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "2-digit",
  day: "2-digit"
})

const QUARTER_MS = 900_000

/** Executions that are read together are close to each other, and no zone changes its date within a quarter of an hour. */
let last = { quarter: -1, date: "" }

/** LOT-9: the date in New York, `2026-11-20`. */
export const tradeDate = (at: Instant.Instant): string => {
  const quarter = Math.floor(Instant.toMillis(at) / QUARTER_MS)
  if (quarter !== last.quarter) last = { quarter, date: format.format(quarter * QUARTER_MS) }
  return last.date
}

const DAY_MS = 86_400_000

/** How many days lie between two dates. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS

/**
 * LOT-9: was it held for more than a year? It is counted from the day after it was bought (Rev. Rul. 66-7): what was bought on the last day
 * of a February is held for more on the first of March.
 */
export const isOverAYear = (opened: string, closed: string): boolean => {
  const over = new Date(Date.parse(opened) + DAY_MS)
  over.setUTCFullYear(over.getUTCFullYear() + 1)
  return Date.parse(closed) >= over.getTime()
}
