import { Instant } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import { Recent, XnysCalendar } from "@roundlot/core/adapter"
import { Clock, Effect, Schema } from "effect"
import { asking, contentsOf, unreadable } from "./Reading.ts"
import type { Wire } from "./Wire.ts"

type Sessions = ReadonlyArray<XnysCalendar.Session>

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
const Answer = Schema.Struct({ equity: Schema.Struct({ EQ: Schema.optional(Day), equity: Schema.optional(Day) }) })

const isOn = (date: string, { end, start }: typeof Span.Type): boolean =>
  start < end && XnysCalendar.marketDate(start) === date && XnysCalendar.marketDate(Instant.addMillis(end, -1)) === date

/** The sessions of a date; `undefined` where the answer does not say, of that date and without contradicting itself, what they are. */
const sessionsOf = (date: string, { equity }: typeof Answer.Type): Sessions | undefined => {
  const day = equity.EQ ?? equity.equity
  if (day?.date !== date) return undefined
  const [span, ...others] = day.sessionHours?.regularMarket ?? []
  if (!day.isOpen) return span === undefined ? [] : undefined
  const isSound = span !== undefined && others.length === 0 && isOn(date, span)
  return isSound ? [{ opensAt: span.start, closesAt: span.end }] : undefined
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
const DAY_MS = 86_400_000

const datesOf = ({ from, to }: Broker.TimeWindow): ReadonlyArray<string> => {
  const [first, last] = [from, to].map((at) => Date.parse(`${XnysCalendar.marketDate(at)}T00:00:00Z`))
  if (first === undefined || last === undefined) return []
  return Array.from({ length: (last - first) / DAY_MS + 1 }, (_, day) =>
    new Date(first + day * DAY_MS).toISOString().slice(0, 10)
  )
}

const aroundTheClock = (date: string): Sessions => {
  const [opensAt, closesAt] = ["00:00", "24:00"].map((time) => XnysCalendar.momentOf(date, time))
  return opensAt === undefined || closesAt === undefined ? [] : [{ opensAt, closesAt }]
}

const isAroundTheClock = (date: string, [session]: Sessions): boolean => {
  const [whole] = aroundTheClock(date)
  return session?.opensAt === whole?.opensAt && session?.closesAt === whole?.closesAt
}

const byXnys = (date: string): Sessions => {
  const session = XnysCalendar.sessionOn(date)
  return session === undefined ? [] : [session]
}

/**
 * The market's sessions on the dates of a window: of the next days as Schwab has them, one request each, of the others as the New York
 * Stock Exchange has published them. One for all accounts of a login. A simulator that is open all week never closes.
 */
export const make = (wire: Wire): Effect.Effect<NonNullable<Broker.BrokerService["calendar"]>> =>
  Effect.map(Effect.makeSemaphore(1), (one) => {
    const answered = Recent.make<Answered>(MOST_REMEMBERED)
    const near = (date: string) =>
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
        const dates = datesOf(window)
        const today = XnysCalendar.marketDate(Instant.fromMillis(yield* Clock.currentTimeMillis))
        const week = dates.filter((date) => date >= today).slice(0, NEAR_DAYS)
        const theirs = new Map(
          yield* Effect.forEach(week, (date) => Effect.map(near(date), (sessions) => [date, sessions] as const))
        )
        const isPlay = theirs.size === NEAR_DAYS && [...theirs].every(([date, its]) => isAroundTheClock(date, its))
        if (isPlay) return dates.flatMap(aroundTheClock)
        return dates.flatMap((date) => theirs.get(date) ?? remembered(answered, date, today) ?? byXnys(date))
      }).pipe(one.withPermits(1))
  })

const remembered = (answered: Recent.Recent<Answered>, date: string, today: string): Sessions | undefined =>
  date < today ? answered.get(date)?.sessions : undefined
