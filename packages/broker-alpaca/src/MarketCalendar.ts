import { Instant } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import { Effect, Schema } from "effect"
import { reading } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

/** What Alpaca's clock says of the market. */
export const MarketClock = Schema.Struct({
  timestamp: Instant.FromString,
  is_open: Schema.Boolean,
  next_open: Instant.FromString,
  next_close: Instant.FromString
})

/** What Alpaca's clock says of the market. */
export type MarketClock = typeof MarketClock.Type

/** One day of the calendar, in New York's time: `2026-11-27`, `09:30`, `13:00`. */
export const CalendarDay = Schema.Struct({
  date: Schema.String.pipe(Schema.pattern(/^\d{4}-\d{2}-\d{2}$/)),
  open: Schema.String.pipe(Schema.pattern(/^\d{2}:\d{2}$/)),
  close: Schema.String.pipe(Schema.pattern(/^\d{2}:\d{2}$/))
})

/** One day of the calendar. */
export type CalendarDay = typeof CalendarDay.Type

/** Reads the clock. */
export const readClock = (wire: Wire): Effect.Effect<MarketClock, Broker.BrokerReadFailed> =>
  reading(wire, "clock", "/v2/clock", MarketClock)

/** Reads the trading days from one date to another, both within; days of other dates are left away. */
export const readCalendar = (
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
