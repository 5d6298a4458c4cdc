import { Instant } from "@roundlot/core"
import { DateTime, Option } from "effect"

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/
const TIME = /^(\d{4}-?\d{2}-?\d{2})(?:[;T ]|, ?)(\d{2}):?(\d{2}):?(\d{2})(?: ([A-Z]{3}))?$/

/** Abbreviations that mean one offset; any other is not guessed. */
const OFFSETS: Readonly<Record<string, string>> = { EST: "-05:00", EDT: "-04:00", UTC: "Z", GMT: "Z" }

/** The zone of the market, in which dates of brokers in the United States are. */
export const NEW_YORK = "America/New_York"

/** Is it a zone of the zone database? */
export const isZone = (name: string): boolean => Option.isSome(DateTime.zoneMakeNamed(name))

/** A date as `2024-01-02`, where the text is one of the calendar, with dashes or without. */
export const dateOf = (text: string): string | undefined => {
  const [, year, month, day] = DATE.exec(text.trim()) ?? []
  const date = [year, month, day].join("-")
  return Instant.parse(`${date}T00:00:00Z`) === undefined ? undefined : date
}

/**
 * The moment of a time as Flex queries write it (`20240102;093000`, `2024-01-02, 09:30:00`, ISO). One without a zone is in `zone`; nothing
 * where the text is none of these.
 */
export const momentOf = (text: string, zone: string): Instant.Instant | undefined => {
  const [, day = "", hour, minute, second, named] = TIME.exec(text.trim()) ?? []
  if (hour === undefined) return Instant.parse(text.trim())
  const date = dateOf(day)
  if (date === undefined) return undefined
  const clock = `${date}T${hour}:${minute}:${second}`
  if (named !== undefined) return OFFSETS[named] === undefined ? undefined : Instant.parse(`${clock}${OFFSETS[named]}`)
  return Instant.parse(`${clock}Z`) === undefined ? undefined : inZone(clock, zone)
}

/** The moment at which a date begins in a zone. */
export const beginOf = (date: string, zone: string): Instant.Instant | undefined => inZone(`${date}T00:00:00`, zone)

/** The day after a date. */
export const dayAfter = (date: string): string => {
  const begin = Instant.parse(`${date}T00:00:00Z`)
  return begin === undefined ? date : Instant.dayOf(Instant.addMillis(begin, DAY_MS))
}

/** The date of a moment in a zone. */
export const dateIn = (at: Instant.Instant, zone: string): string =>
  Option.match(DateTime.makeZoned(Instant.toMillis(at), { timeZone: zone }), {
    onNone: () => Instant.dayOf(at),
    onSome: DateTime.formatIsoDate
  })

const DAY_MS = 86_400_000

const inZone = (clock: string, zone: string): Instant.Instant | undefined =>
  Option.getOrUndefined(
    Option.map(DateTime.makeZoned(`${clock}Z`, { timeZone: zone, adjustForTimeZone: true }), (at) =>
      Instant.fromMillis(DateTime.toEpochMillis(at))
    )
  )
