import type { Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { Either } from "effect"
import { BadFilter } from "./errors.ts"

/** Dates from and to, both of them in the period; without one from the begin, or to the end. */
export interface Dates {
  readonly from: string | undefined
  readonly to: string | undefined
}

/** Is a date of the period? */
export const isOf = ({ from, to }: Dates, date: string): boolean =>
  (from === undefined || date >= from) && (to === undefined || date <= to)

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** A day that its month has not is another one when it is written again. */
const isDate = (text: string): boolean => {
  const at = DATE.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** A date, or one that goes by the date of today. */
const dateOf = (
  filter: string,
  text: string | undefined,
  today: string
): Either.Either<string | undefined, BadFilter> => {
  if (text === undefined || isDate(text)) return Either.right(text)
  if (text === "today") return Either.right(today)
  if (text === "month") return Either.right(`${today.slice(0, 7)}-01`)
  if (text === "year") return Either.right(`${today.slice(0, 4)}-01-01`)
  const problem = "is not a date such as 2026-12-31, nor today, month or year"
  return Either.left(new BadFilter({ filter, value: text, problem }))
}

/** Returns the dates that a report is asked for by; `today` is that of the market. */
export const datesOf = (
  filters: { readonly from?: string | undefined; readonly to?: string | undefined },
  today: string
): Either.Either<Dates, BadFilter> =>
  Either.gen(function* () {
    const from = yield* dateOf("from", filters.from, today)
    const to = yield* dateOf("to", filters.to, today)
    if (from !== undefined && to !== undefined && to < from) {
      return yield* Either.left(new BadFilter({ filter: "to", value: to, problem: `is before ${from}` }))
    }
    return { from, to }
  })

const DAY_MS = 86_400_000

const beginOf = (date: string | undefined): Instant.Instant | undefined =>
  date === undefined ? undefined : XnysCalendar.momentOf(date, "00:00")

/** The moments of a period in New York: it begins at the first, and ends before the second. */
export const momentsOf = ({ from, to }: Dates): readonly [Instant.Instant | undefined, Instant.Instant | undefined] => {
  const next = to === undefined ? undefined : new Date(Date.parse(to) + DAY_MS).toISOString().slice(0, 10)
  return [beginOf(from), beginOf(next)]
}
