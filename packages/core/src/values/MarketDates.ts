import * as Instant from "./Instant.ts"
import * as XnysCalendar from "./XnysCalendar.ts"

/** The sessions of a market date; none where the market is closed on it. */
export type Sessions = ReadonlyArray<XnysCalendar.Session>

const DAY_MS = 86_400_000

const midnightOf = (at: Instant.Instant): number => Date.parse(`${XnysCalendar.marketDate(at)}T00:00:00Z`)

/** The market dates that a window touches, in order. */
export const datesOf = ({
  from,
  to
}: {
  readonly from: Instant.Instant
  readonly to: Instant.Instant
}): ReadonlyArray<string> => {
  const first = midnightOf(from)
  return Array.from({ length: Math.max(0, (midnightOf(to) - first) / DAY_MS + 1) }, (_, day) =>
    new Date(first + day * DAY_MS).toISOString().slice(0, 10)
  )
}

/** Is it one session that begins and ends on this date? */
export const isOn = (date: string, { closesAt, opensAt }: XnysCalendar.Session): boolean =>
  opensAt < closesAt &&
  XnysCalendar.marketDate(opensAt) === date &&
  XnysCalendar.marketDate(Instant.addMillis(closesAt, -1)) === date

/** A date on which a simulator is open from midnight to midnight in New York. */
export const aroundTheClock = (date: string): Sessions => {
  const [opensAt, closesAt] = ["00:00", "24:00"].map((time) => XnysCalendar.momentOf(date, time))
  return opensAt === undefined || closesAt === undefined ? [] : [{ opensAt, closesAt }]
}

const isAroundTheClock = (date: string, [session]: Sessions): boolean => {
  const [whole] = aroundTheClock(date)
  return session?.opensAt === whole?.opensAt && session?.closesAt === whole?.closesAt
}

/** A date as the New York Stock Exchange has published it. */
export const byXnys = (date: string): Sessions => {
  const session = XnysCalendar.sessionOn(date)
  return session === undefined ? [] : [session]
}

/** Among so many dates is a weekend. */
const A_WEEK = 7

/**
 * The sessions on these dates: of the next ones as a broker has them, of those that are over as it had them, of the others as the New York
 * Stock Exchange has published them. A simulator that is open around the clock for a week never closes.
 */
export const sessionsOn = (
  dates: ReadonlyArray<string>,
  near: ReadonlyMap<string, Sessions>,
  over: (date: string) => Sessions | undefined
): Sessions => {
  const isPlay = near.size >= A_WEEK && [...near].every(([date, its]) => isAroundTheClock(date, its))
  if (isPlay) return dates.flatMap(aroundTheClock)
  return dates.flatMap((date) => near.get(date) ?? over(date) ?? byXnys(date))
}
