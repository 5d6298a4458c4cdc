import { Instant, type Broker } from "@roundlot/core"
import { MarketDates, Recent, XnysCalendar } from "@roundlot/core/adapter"
import { Clock, Effect, Schema } from "effect"
import { asking, contentsOf, unreadable } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

type Sessions = MarketDates.Sessions

const Span = Schema.Struct({ start: Instant.FromString, end: Instant.FromString })

/** What is read of a market's day. Extended hours are not: core takes them from the regular session. */
const Day = Schema.Struct({
  date: Schema.String,
  isOpen: Schema.Boolean,
  sessionHours: Schema.optional(
    Schema.NullOr(Schema.Struct({ regularMarket: Schema.optional(Schema.NullOr(Schema.Array(Span))) }))
  )
})

/** On a day on which it is closed the market has no product `EQ`: its own name is in that place. */
export const Answer = Schema.Struct({
  equity: Schema.Struct({ EQ: Schema.optional(Day), equity: Schema.optional(Day) })
})

/** The sessions of a date; `undefined` where the answer does not say, of that date and without contradicting itself, what they are. */
const sessionsOf = (date: string, { equity }: typeof Answer.Type): Sessions | undefined => {
  const day = equity.EQ ?? equity.equity
  if (day?.date !== date) return undefined
  const [span, ...others] = day.sessionHours?.regularMarket ?? []
  if (!day.isOpen) return span === undefined ? [] : undefined
  const session = span === undefined ? undefined : { opensAt: span.start, closesAt: span.end }
  const isSound = session !== undefined && others.length === 0 && MarketDates.isOn(date, session)
  return isSound ? [session] : undefined
}

/** `GET /marketdata/v1/markets` answers of one date, from today to a year from now. */
const read = (wire: Wire, date: string): Effect.Effect<Sessions, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const query = new URLSearchParams({ markets: "equity", date })
    const outcome = yield* asking(wire, "calendar", `/marketdata/v1/markets?${query.toString()}`)
    const sessions = sessionsOf(date, yield* contentsOf("calendar", Answer, outcome))
    return sessions ?? (yield* unreadable("calendar", outcome))
  })

interface Answered {
  readonly sessions: Sessions
  /** When it was asked for, and on which date in New York. */
  readonly atMs: number
  readonly on: string
}

const MOST_REMEMBERED = 60
const SERVES_MS = 60_000

/** What was said of a day that is over stays; today is asked for again, and the days ahead once a day: what was not planned shows there. */
const serves = ({ atMs, on }: Answered, date: string, today: string, nowMs: number): boolean =>
  date < today || (on === today && (date > today || nowMs - atMs < SERVES_MS))

/** As many days from today on are Schwab's word: the next session is among them, and a weekend. */
const NEAR_DAYS = 7

/**
 * The market's sessions on the dates of a window: of the next days as Schwab has them, one request each, of the others as the New York
 * Stock Exchange has published them. One for all accounts of a login.
 */
export const make = (wire: Wire): Effect.Effect<NonNullable<Broker.BrokerService["calendar"]>> =>
  Effect.map(Effect.makeSemaphore(1), (one) => {
    const answered = Recent.make<Answered>(MOST_REMEMBERED)
    const heldOn = (date: string) =>
      Effect.gen(function* () {
        const atMs = yield* Clock.currentTimeMillis
        const on = XnysCalendar.marketDate(Instant.fromMillis(atMs))
        const before = answered.get(date)
        if (before !== undefined && serves(before, date, on, atMs)) return before.sessions
        const sessions = yield* read(wire, date)
        answered.set(date, { sessions, atMs, on })
        return sessions
      })
    return (window) =>
      Effect.gen(function* () {
        const dates = MarketDates.datesOf(window)
        const today = XnysCalendar.marketDate(Instant.fromMillis(yield* Clock.currentTimeMillis))
        const week = dates.filter((date) => date >= today).slice(0, NEAR_DAYS)
        const near = new Map(
          yield* Effect.forEach(week, (date) => Effect.map(heldOn(date), (sessions) => [date, sessions] as const))
        )
        const over = (date: string) => (date < today ? answered.get(date)?.sessions : undefined)
        return MarketDates.sessionsOn(dates, near, over)
      }).pipe(one.withPermits(1))
  })
