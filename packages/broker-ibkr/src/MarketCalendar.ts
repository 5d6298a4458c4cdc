import { Broker, Instant, Ticker } from "@roundlot/core"
import { MarketDates, Recent, XnysCalendar } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"
import * as BrokerTime from "./BrokerTime.ts"
import * as Contracts from "./Contracts.ts"
import type { ContractHours } from "./Message.ts"
import type { Session } from "./Session.ts"

/** A stock of New York that is traded on every day of the market: TWS has hours of contracts, and none of markets. */
const ASKED_OF = Ticker.Ticker.make("AAPL")

/** A date as TWS has it, `20261127:0930-20261127:1300` or `20261128:CLOSED` (ContractDetails, liquidHours). */
interface Entry {
  readonly date: string
  readonly span: XnysCalendar.Session | undefined
}

const CLOSED = /^(\d{4})(\d\d)(\d\d):CLOSED$/
const SPAN = /^(\d{4})(\d\d)(\d\d):((?:[01]\d|2[0-3])[0-5]\d)-(\d{8}):((?:[01]\d|2[0-3])[0-5]\d)$/

const entryOf = (text: string, zone: string): Entry | undefined => {
  const [, closedYear, closedMonth, closedDay] = CLOSED.exec(text) ?? []
  if (closedYear !== undefined) return { date: `${closedYear}-${closedMonth}-${closedDay}`, span: undefined }
  const [, year, month, day, opens, lastDate, closes] = SPAN.exec(text) ?? []
  if (opens === undefined || closes === undefined) return undefined
  const [opensAt, closesAt] = [`${year}${month}${day} ${opens}`, `${lastDate} ${closes}`].map((time) =>
    BrokerTime.parse(`${time.slice(0, -2)}:${time.slice(-2)}:00 ${zone}`)
  )
  if (opensAt === undefined || closesAt === undefined) return undefined
  return { date: `${year}-${month}-${day}`, span: { opensAt, closesAt } }
}

/** All of a text; `undefined` where a part of it cannot be read, or its zone is not known. */
const entriesIn = (text: string, zone: string): ReadonlyArray<Entry> | undefined => {
  const parts = text.split(";").filter((part) => part !== "")
  const entries = parts.flatMap((part) => entryOf(part, zone) ?? [])
  return parts.length > 0 && entries.length === parts.length ? entries : undefined
}

/** Do the hours of all trading leave no room for a regular session on a date of which they speak? */
const isDenied = ({ date, span }: Entry, trading: ReadonlyArray<Entry>): boolean => {
  const isNamed = trading.some((each) => each.date === date)
  const isWithin = trading.some(
    (each) =>
      each.span !== undefined &&
      span !== undefined &&
      each.span.opensAt <= span.opensAt &&
      span.closesAt <= each.span.closesAt
  )
  return span !== undefined && isNamed && !isWithin
}

/** Closed, or one session of its own date. */
const isSound = ({ date, span }: Entry): boolean => span === undefined || MarketDates.isOn(date, span)

/** The sessions of each date that is listed; `undefined` where the answer cannot be read, or contradicts itself. */
export const sessionsIn = ({ liquidHours, timeZoneId, tradingHours }: ContractHours) => {
  const entries = entriesIn(liquidHours, timeZoneId)
  const trading = entriesIn(tradingHours, timeZoneId) ?? []
  if (entries === undefined) return undefined
  const dates = new Set(entries.map(({ date }) => date))
  if (dates.size !== entries.length || !entries.every((each) => isSound(each) && !isDenied(each, trading)))
    return undefined
  return new Map(
    entries.map(({ date, span }): [string, MarketDates.Sessions] => [date, span === undefined ? [] : [span]])
  )
}

/** Every date closed, and the exchange open on one of them: a market that is no more has no hours either. */
const isAllClosed = (near: ReadonlyMap<string, MarketDates.Sessions>): boolean =>
  [...near.values()].every((its) => its.length === 0) &&
  [...near.keys()].some((date) => XnysCalendar.sessionOn(date) !== undefined)

const LONGEST_SHOWN = 200

const unreadable = (hours: ReadonlyArray<ContractHours>): Broker.BrokerReadFailed => {
  const said = hours.map(({ liquidHours, timeZoneId }) => `'${liquidHours}' in '${timeZoneId}'`).join(" and ")
  const detail = `TWS says of the hours of ${ASKED_OF}: ${said === "" ? "it has no such contract" : said}`
  return new Broker.BrokerReadFailed({
    operation: "calendar",
    kind: "unreadable",
    detail: detail.slice(0, LONGEST_SHOWN)
  })
}

/** From today on, as TWS has them now. */
const read = (session: Pick<Session, "line">, today: string) =>
  Effect.gen(function* () {
    const all = (yield* Contracts.detailsOf(session, "calendar", ASKED_OF)).map(({ hours }) => hours)
    const [only, ...others] = all
    const isOne = others.every((each) => each.liquidHours === only?.liquidHours && each.timeZoneId === only.timeZoneId)
    const listed = only === undefined || !isOne ? undefined : sessionsIn(only)
    const near = new Map([...(listed ?? [])].filter(([date]) => date >= today))
    return near.size === 0 || isAllClosed(near) ? yield* unreadable(all) : near
  })

/** Past dates that are remembered as TWS had them. */
const MOST_REMEMBERED = 60

/**
 * The market's sessions on the dates of a window: of the next days as TWS has them, about a week, by one request; of the others as the New
 * York Stock Exchange has published them. What TWS said of today stays where it leaves today out.
 */
export const make = (session: Pick<Session, "line">): NonNullable<Broker.BrokerService["calendar"]> => {
  const answered = Recent.make<MarketDates.Sessions>(MOST_REMEMBERED)
  return (window) =>
    Effect.gen(function* () {
      const today = XnysCalendar.marketDate(Instant.fromMillis(yield* Clock.currentTimeMillis))
      const near = yield* read(session, today)
      for (const [date, sessions] of near) answered.set(date, sessions)
      const over = (date: string) => (date <= today ? answered.get(date) : undefined)
      return MarketDates.sessionsOn(MarketDates.datesOf(window), near, over)
    })
}
