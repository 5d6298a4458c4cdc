import { WallClock } from "@roundlot/broker-paper"
import { Instant } from "@roundlot/core"
import { MarketDates, XnysCalendar } from "@roundlot/core/adapter"
import type { ContractHours } from "../Message.ts"

/** TWS lists about a week, today first. */
const DAYS = 7
const DAY_MS = 86_400_000

const ZONE = "America/New_York"

const timeOf = (at: Instant.Instant): string => {
  const [year, month, day, hour, minute] = WallClock.digitsOf(at, ZONE)
  return `${year}${month}${day}:${hour}${minute}`
}

const dayOf = (date: string, spans: MarketDates.Sessions): string => {
  const [span] = spans
  const written = date.replaceAll("-", "")
  return span === undefined ? `${written}:CLOSED` : `${timeOf(span.opensAt)}-${timeOf(span.closesAt)}`
}

/** From 04:00 on, and four hours after the close. */
const tradingOn = (date: string, [session]: MarketDates.Sessions): MarketDates.Sessions => {
  const opensAt = XnysCalendar.momentOf(date, "04:00")
  if (session === undefined || opensAt === undefined) return []
  return [{ opensAt, closesAt: Instant.addMillis(session.closesAt, AFTER_CLOSE_MS) }]
}

const AFTER_CLOSE_MS = 4 * 3_600_000

/** When stocks are traded from a moment on: as the New York Stock Exchange has it, or around the clock. */
export const hoursFrom = (from: Instant.Instant, isAlwaysOpen: boolean): ContractHours => {
  const dates = MarketDates.datesOf({ from, to: Instant.addMillis(from, DAYS * DAY_MS) }).slice(0, DAYS)
  const regular = (date: string) => (isAlwaysOpen ? MarketDates.aroundTheClock(date) : MarketDates.byXnys(date))
  const trading = (date: string) => (isAlwaysOpen ? regular(date) : tradingOn(date, regular(date)))
  const listed = (spansOn: (date: string) => MarketDates.Sessions) =>
    dates.map((date) => dayOf(date, spansOn(date))).join(";")
  return { timeZoneId: "US/Eastern", tradingHours: listed(trading), liquidHours: listed(regular) }
}
