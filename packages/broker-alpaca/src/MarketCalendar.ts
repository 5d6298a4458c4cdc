import { Instant, type Broker } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Effect, Schema } from "effect"
import { reading } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

/** What Alpaca's clock says of the market. */
const MarketClock = Schema.Struct({
  timestamp: Instant.FromString,
  is_open: Schema.Boolean,
  next_open: Instant.FromString,
  next_close: Instant.FromString
})

type MarketClock = typeof MarketClock.Type

/** One day of the calendar, in New York's time: `2026-11-27`, `09:30`, `13:00`. */
const CalendarDay = Schema.Struct({
  date: Schema.String.pipe(Schema.pattern(/^\d{4}-\d{2}-\d{2}$/)),
  open: Schema.String.pipe(Schema.pattern(/^\d{2}:\d{2}$/)),
  close: Schema.String.pipe(Schema.pattern(/^\d{2}:\d{2}$/))
})

type CalendarDay = typeof CalendarDay.Type

/** Reads the clock. */
const readClock = (wire: Wire): Effect.Effect<MarketClock, Broker.BrokerReadFailed> =>
  reading(wire, "clock", "/v2/clock", MarketClock)

/** Reads the trading days from one date to another, both within; days of other dates are left away. */
const readCalendar = (
  wire: Wire,
  start: string,
  end: string
): Effect.Effect<ReadonlyArray<CalendarDay>, Broker.BrokerReadFailed> =>
  Effect.map(
    reading(
      wire,
      "calendar",
      `/v2/calendar?${new URLSearchParams({ start, end }).toString()}`,
      Schema.Array(CalendarDay)
    ),
    (days) => days.filter(({ date }) => date >= start && date <= end)
  )

type Session = XnysCalendar.Session

const sessionOf = ({ close, date, open }: CalendarDay): ReadonlyArray<Session> => {
  const opensAt = XnysCalendar.momentOf(date, open)
  const closesAt = XnysCalendar.momentOf(date, close)
  return opensAt === undefined || closesAt === undefined || opensAt >= closesAt ? [] : [{ opensAt, closesAt }]
}

/** Of the session that is on, or is not, Alpaca's clock knows better than its calendar: it shows what was not planned. */
export const corrected = (
  sessions: ReadonlyArray<Session>,
  { is_open, next_close, next_open, timestamp }: Pick<MarketClock, "is_open" | "next_close" | "next_open" | "timestamp">
): ReadonlyArray<Session> => {
  const on = sessions.find(({ closesAt, opensAt }) => opensAt <= timestamp && timestamp < closesAt)
  if (is_open === (on !== undefined)) return sessions
  if (on === undefined) return [...sessions, { opensAt: timestamp, closesAt: next_close }]
  const rest = next_open < on.closesAt ? [{ opensAt: next_open, closesAt: on.closesAt }] : []
  return sessions.flatMap((session) => (session === on ? rest : [session]))
}

/** The market's sessions on the dates of a window, as Alpaca's calendar and clock have them. */
export const sessionsIn = (
  wire: Wire,
  { from, to }: Broker.TimeWindow
): Effect.Effect<ReadonlyArray<Session>, Broker.BrokerReadFailed> =>
  Effect.zipWith(
    readCalendar(wire, XnysCalendar.marketDate(from), XnysCalendar.marketDate(to)),
    readClock(wire),
    (days, clock) => corrected(days.flatMap(sessionOf), clock)
  )
