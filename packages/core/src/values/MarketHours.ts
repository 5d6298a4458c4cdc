import * as Instant from "./Instant.ts"
import { isWithin, type TradingWindow, tradingWindows, windowIn } from "./TradingWindow.ts"
import * as XnysCalendar from "./XnysCalendar.ts"

/** When a market takes orders, as one source has it. */
export interface MarketHours {
  /** Who says so. */
  readonly source: string
  /** The last market date that is known, `2027-12-31`; nothing is open beyond it. None where it never closes. */
  readonly horizon: string | undefined
  /** Is a window open, the regular session unless said? */
  readonly isOpenAt: (at: Instant.Instant, window?: TradingWindow) => boolean
  /** When it opens the next time after it was closed; `undefined` where it never closes, or for no end in sight. */
  readonly nextOpeningAfter: (at: Instant.Instant, window?: TradingWindow) => Instant.Instant | undefined
}

type Session = XnysCalendar.Session

/** The regular sessions of the New York Stock Exchange, from the file of this package. */
export const xnys: MarketHours = {
  source: "the New York Stock Exchange's published hours",
  horizon: XnysCalendar.horizon,
  isOpenAt: XnysCalendar.isOpenAt,
  nextOpeningAfter: XnysCalendar.nextOpeningAfter
}

/** Sessions that touch are one: a market that is open around the clock has no opening. */
const joined = (sessions: ReadonlyArray<Session>): ReadonlyArray<Session> => {
  const whole: Array<Session> = []
  for (const session of sessions.toSorted((a, b) => (a.opensAt < b.opensAt ? -1 : 1))) {
    const last = whole.at(-1)
    if (last !== undefined && session.opensAt <= last.closesAt)
      whole[whole.length - 1] = { opensAt: last.opensAt, closesAt: Instant.later(last.closesAt, session.closesAt) }
    else whole.push(session)
  }
  return whole
}

/**
 * The hours that a source lists as sessions; `undefined` where it lists none, which says nothing. Where it is open around the clock every
 * window is.
 */
export const ofSessions = (source: string, listed: ReadonlyArray<Session>): MarketHours | undefined => {
  const sessions = joined(listed)
  const last = sessions.at(-1)
  if (last === undefined) return undefined
  const spanned = new Map(
    tradingWindows.map((window) => [window, isPlay(listed) ? sessions : sessions.map((each) => windowIn(each, window))])
  )
  const spans = (window: TradingWindow = "regular") => spanned.get(window) ?? sessions
  return {
    source,
    horizon: XnysCalendar.marketDate(Instant.addMillis(last.closesAt, -1)),
    isOpenAt: (at, window) => spans(window).some((span) => isWithin(at, span, "regular")),
    nextOpeningAfter: (at, window) => spans(window).find(({ opensAt }) => opensAt > at)?.opensAt
  }
}

const DAY_MS = 86_400_000

/** How long before its end a calendar is to be told of. */
const NOTICE_DAYS = 30

/** Does the calendar end within 30 days? */
export const endsSoon = ({ horizon }: MarketHours, at: Instant.Instant): boolean =>
  horizon !== undefined && horizon < XnysCalendar.marketDate(Instant.addMillis(at, NOTICE_DAYS * DAY_MS))

const shown = (session: Session | undefined): string =>
  session === undefined ? "closed" : `${Instant.format(session.opensAt)} to ${Instant.format(session.closesAt)}`

const isSame = (a: Session | undefined, b: Session | undefined): boolean =>
  a?.opensAt === b?.opensAt && a?.closesAt === b?.closesAt

/** Around the clock, weekends too: play of a simulator, which no exchange's hours are compared with. */
const isPlay = (listed: ReadonlyArray<Session>): boolean => joined(listed).length < 2

/**
 * The first day on which sessions of a source differ from the New York Stock Exchange's, in words; `undefined` where none does
 * between a moment and the nearer of the two ends.
 */
export const differenceFrom = (listed: ReadonlyArray<Session>, from: Instant.Instant): string | undefined => {
  if (isPlay(listed)) return undefined
  const theirs = new Map(listed.map((session) => [XnysCalendar.marketDate(session.opensAt), session]))
  const lastDate = [...theirs.keys()].toSorted().at(-1) ?? ""
  for (let at = from; ; at = Instant.addMillis(at, DAY_MS)) {
    const date = XnysCalendar.marketDate(at)
    if (date > lastDate || date > XnysCalendar.horizon) return undefined
    const ours = XnysCalendar.sessionOn(date)
    const other = theirs.get(date)
    if (!isSame(ours, other)) return `${date} is ${shown(other)}, by ${xnys.source} ${shown(ours)}`
  }
}
