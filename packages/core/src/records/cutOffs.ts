import { Schema } from "effect"
import * as Instant from "../values/Instant.ts"
import { momentOf, sessionOn, marketDate, type Session } from "../values/XnysCalendar.ts"

const CUT_OFF = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|open(?:\+[1-9]\d{0,2}m)?|close-[1-9]\d{0,2}m|every [1-9]\d{0,2}m)$/

/** No cut-off is further from the open or the close than a session that ends early is long, half an hour less. */
const MOST_MINUTES = 180

const minutesOf = (cutOff: string): number => Number(/(\d{1,3})m$/.exec(cutOff)?.[1] ?? 0)

/**
 * D9: when an account sends what it has collected, on every day on which the New York Stock Exchange opens: a time in New York (`15:45`),
 * so many minutes after its open or before its close (`open`, `open+5m`, `close-10m`), or every so many minutes between both (`every 30m`);
 * 180 at most, so that each comes on every such day.
 */
export const CutOff = Schema.String.pipe(
  Schema.pattern(CUT_OFF, {
    message: () => "expected HH:MM in New York, 'open', 'open+5m', 'close-10m' or 'every 30m'"
  }),
  Schema.filter((cutOff) => minutesOf(cutOff) <= MOST_MINUTES || `expected at most ${MOST_MINUTES} minutes`)
)

const later = (time: string, minutes: number): string => {
  const [hour = 0, minute = 0] = time.split(":").map(Number)
  const total = hour * 60 + minute + minutes
  return [Math.floor(total / 60), total % 60].map((part) => String(part).padStart(2, "0")).join(":")
}

/** When a cut-off comes on a day that opens and closes at these times, the last of several; times are `HH:MM`. */
export const timeOf = (cutOff: string, opens: string, closes: string): string => {
  const minutes = minutesOf(cutOff)
  if (cutOff.startsWith("close")) return later(closes, -minutes)
  if (cutOff.startsWith("open")) return later(opens, minutes)
  if (!cutOff.startsWith("every")) return cutOff
  const steps = Array.from({ length: DAY_MINUTES / minutes }, (_, step) => later(opens, (step + 1) * minutes))
  return steps.findLast((time) => time < closes) ?? closes
}

const DAY_MINUTES = 390

const MINUTE_MS = 60_000

/** The moments of one cut-off on a day. */
const momentsOf = (cutOff: string, date: string, { closesAt, opensAt }: Session): ReadonlyArray<Instant.Instant> => {
  const minutes = minutesOf(cutOff)
  if (cutOff.startsWith("open")) return [Instant.addMillis(opensAt, minutes * MINUTE_MS)]
  if (cutOff.startsWith("close")) return [Instant.addMillis(closesAt, -minutes * MINUTE_MS)]
  if (!cutOff.startsWith("every")) {
    const moment = momentOf(date, cutOff)
    return moment === undefined ? [] : [moment]
  }
  const count = Math.ceil(Instant.millisBetween(opensAt, closesAt) / (minutes * MINUTE_MS)) - 1
  return Array.from({ length: count }, (_, step) => Instant.addMillis(opensAt, (step + 1) * minutes * MINUTE_MS))
}

const DAY_MS = 86_400_000

/** More days in a row than any on which the exchange is closed. */
const MOST_DAYS = 10

/** The first moment that is wanted, of the day of `at` and those after or before it. */
const nearest = (
  cutOffs: ReadonlyArray<string>,
  at: Instant.Instant,
  step: 1 | -1,
  choose: (moments: ReadonlyArray<Instant.Instant>) => Instant.Instant | undefined
): Instant.Instant | undefined => {
  // Noon is on the same date, whatever the clocks are set to.
  const noon = momentOf(marketDate(at), "12:00") ?? at
  for (let day = 0; day <= MOST_DAYS; day++) {
    const date = marketDate(Instant.addMillis(noon, step * day * DAY_MS))
    const session = sessionOn(date)
    const moments = session === undefined ? [] : cutOffs.flatMap((each) => momentsOf(each, date, session))
    const found = choose(moments.toSorted((a, b) => (a < b ? -1 : 1)))
    if (found !== undefined) return found
  }
  return undefined
}

/** The newest cut-off that is not after a moment; `undefined` where there is none within ten days. */
export const lastCutOff = (cutOffs: ReadonlyArray<string>, at: Instant.Instant): Instant.Instant | undefined =>
  nearest(cutOffs, at, -1, (moments) => moments.findLast((each) => each <= at))

/**
 * The first cut-off after a moment; `undefined` where there is none within ten days.
 *
 * @example
 * nextCutOff(["open", "15:45"], at) // at 10:00 in New York: 15:45 of that day
 */
export const nextCutOff = (cutOffs: ReadonlyArray<string>, at: Instant.Instant): Instant.Instant | undefined =>
  nearest(cutOffs, at, 1, (moments) => moments.find((each) => each > at))
