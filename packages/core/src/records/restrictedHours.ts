import { Schema } from "effect"
import type * as Instant from "../values/Instant.ts"
import { marketDate, momentOf } from "../values/XnysCalendar.ts"
import { timeOf } from "./cutOffs.ts"
import type { Session } from "./OrderTerms.ts"

const HOURS = /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/

const boundsOf = (hours: string): readonly [from: string, until: string] => [hours.slice(0, 5), hours.slice(6)]

const isForward = (hours: string): boolean => {
  const [from, until] = boundsOf(hours)
  return from < until
}

/**
 * D10: hours of every day in which an account sends nothing, in New York time: `09:30-09:45`, the end not among them; `24:00` is the end of the
 * day. Hours over midnight are two.
 */
export const RestrictedHours = Schema.String.pipe(
  Schema.pattern(HOURS, { message: () => "expected HH:MM-HH:MM in New York" }),
  Schema.filter((hours) => isForward(hours) || "expected an end after the begin; hours over midnight are two")
)

/** Is a moment within restricted hours of an account? */
export const isRestrictedAt = (hours: ReadonlyArray<string> | undefined, at: Instant.Instant): boolean => {
  if (hours === undefined) return false
  const date = marketDate(at)
  return hours.some((each) => {
    const [from, until] = boundsOf(each).map((time) => momentOf(date, time))
    return from !== undefined && until !== undefined && from <= at && at < until
  })
}

/** Are all of these hours among others, which may overlap and touch? */
export const isAmong = (hours: string, others: ReadonlyArray<string>): boolean => {
  const [from, until] = boundsOf(hours)
  let reached = from
  for (const [begin, end] of others.toSorted().map(boundsOf)) if (begin <= reached && reached < end) reached = end
  return until <= reached
}

/** The hours of a day in which orders of a session leave, the longest there are. */
export const sessionHours: { readonly [S in Session]: string } = { regular: "09:30-16:00", extended: "04:00-20:00" }

const [OPEN, CLOSE] = boundsOf(sessionHours.regular)

/** D9: is nothing left of a whole day's regular session after a cut-off but hours that are restricted? */
export const leavesNothing = (cutOff: string, hours: ReadonlyArray<string>): boolean => {
  const at = timeOf(cutOff, OPEN, CLOSE)
  return at < CLOSE && isAmong(`${at}-${CLOSE}`, hours)
}
