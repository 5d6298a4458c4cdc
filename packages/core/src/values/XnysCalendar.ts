import * as Instant from "./Instant.ts"
import { isWithin, type Session, type TradingWindow, windowIn } from "./TradingWindow.ts"

export type { Session }

/**
 * The regular sessions of the New York Stock Exchange, 09:30 to 16:00 New York time, and what differs from that. Source: the
 * exchange's published holidays and trading hours for 2026 to 2028, read on 2026-11-20.
 */
const holidays = new Set([
  "2026-01-01",
  "2026-01-19",
  "2026-02-16",
  "2026-04-03",
  "2026-05-25",
  "2026-06-19",
  "2026-07-03",
  "2026-09-07",
  "2026-11-26",
  "2026-12-25",
  "2027-01-01",
  "2027-01-18",
  "2027-02-15",
  "2027-03-26",
  "2027-05-31",
  "2027-06-18",
  "2027-07-05",
  "2027-09-06",
  "2027-11-25",
  "2027-12-24",
  "2028-01-17",
  "2028-02-21",
  "2028-04-14",
  "2028-05-29",
  "2028-06-19",
  "2028-07-04",
  "2028-09-04",
  "2028-11-23",
  "2028-12-25"
])

/** The days that end at 13:00. */
const earlyCloses = new Set(["2026-11-27", "2026-12-24", "2027-11-26", "2028-07-03", "2028-11-24"])

const FIRST_YEAR = 2026
const LAST_YEAR = 2028
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const OPEN_MS = 9.5 * HOUR_MS
const CLOSE_MS = 16 * HOUR_MS
const EARLY_CLOSE_MS = 13 * HOUR_MS

/** The last market date that this calendar knows; nothing is open beyond it. */
export const horizon = `${LAST_YEAR}-12-31`

const sundayOnOrAfter = (year: number, month: number, day: number): number => {
  const date = Date.UTC(year, month, day)
  return date + ((7 - new Date(date).getUTCDay()) % 7) * DAY_MS
}

/** New York's distance from UTC at a moment: daylight time from the second Sunday of March to the first of November, at 02:00. */
const offsetMs = (millis: number): number => {
  const year = new Date(millis).getUTCFullYear()
  const begins = sundayOnOrAfter(year, 2, 8) + 7 * HOUR_MS
  const ends = sundayOnOrAfter(year, 10, 1) + 6 * HOUR_MS
  return (millis >= begins && millis < ends ? -4 : -5) * HOUR_MS
}

const dateOf = (localMs: number): string => new Date(localMs).toISOString().slice(0, 10)

/** The date in New York at a moment, `2026-11-20`. */
export const marketDate = (at: Instant.Instant): string => {
  const millis = Instant.toMillis(at)
  return dateOf(millis + offsetMs(millis))
}

/** The session of the New York date that begins at `midnightMs` (local time as if it were UTC), if there is one. */
const sessionOfDay = (midnightMs: number): Session | undefined => {
  const day = new Date(midnightMs)
  const date = dateOf(midnightMs)
  const isKnown = day.getUTCFullYear() >= FIRST_YEAR && day.getUTCFullYear() <= LAST_YEAR
  const isWeekend = day.getUTCDay() === 0 || day.getUTCDay() === 6
  if (!isKnown || isWeekend || holidays.has(date)) return undefined
  const offset = offsetMs(midnightMs + 17 * HOUR_MS)
  const at = (localMs: number) => Instant.fromMillis(midnightMs + localMs - offset)
  return { opensAt: at(OPEN_MS), closesAt: at(earlyCloses.has(date) ? EARLY_CLOSE_MS : CLOSE_MS) }
}

/** The session of a New York date, `2026-11-27`; `undefined` where the exchange is closed on it or does not know it. */
export const sessionOn = (date: string): Session | undefined => {
  const midnightMs = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(midnightMs) ? undefined : sessionOfDay(midnightMs)
}

const LOCAL_TIME = /^(\d{2}):(\d{2})$/

/** The moment of a time in New York, `09:30`, on a date there, `2026-11-27`; `24:00` is the end of the day. */
export const momentOf = (date: string, time: string): Instant.Instant | undefined => {
  const midnightMs = Date.parse(`${date}T00:00:00Z`)
  const [, hours, minutes] = LOCAL_TIME.exec(time) ?? []
  if (Number.isNaN(midnightMs) || hours === undefined || minutes === undefined) return undefined
  const localMs = midnightMs + Number(hours) * HOUR_MS + Number(minutes) * 60_000
  return Instant.fromMillis(localMs - offsetMs(localMs + 5 * HOUR_MS))
}

const midnightOf = (at: Instant.Instant): number => {
  const millis = Instant.toMillis(at)
  const local = millis + offsetMs(millis)
  return local - (local % DAY_MS)
}

/** Is a window open at a moment, the regular session unless said? Beyond the horizon none is. */
export const isOpenAt = (at: Instant.Instant, window: TradingWindow = "regular"): boolean => {
  const session = sessionOfDay(midnightOf(at))
  return session !== undefined && isWithin(at, session, window)
}

const LONGEST_PAUSE_DAYS = 10

/** The session that is open at a moment, or else the next one; `undefined` beyond the horizon. Of a window, the span of that. */
export const nextSession = (at: Instant.Instant, window: TradingWindow = "regular"): Session | undefined => {
  const today = midnightOf(at)
  for (let day = 0; day <= LONGEST_PAUSE_DAYS; day++) {
    const session = sessionOfDay(today + day * DAY_MS)
    const span = session === undefined ? undefined : windowIn(session, window)
    if (span !== undefined && at < span.closesAt) return span
  }
  return undefined
}

/** When the session after the one that is open, or else the next one, opens; `undefined` beyond the horizon. */
export const nextOpeningAfter = (
  at: Instant.Instant,
  window: TradingWindow = "regular"
): Instant.Instant | undefined => {
  const session = nextSession(at, window)
  if (session === undefined || at < session.opensAt) return session?.opensAt
  return nextSession(session.closesAt, window)?.opensAt
}
