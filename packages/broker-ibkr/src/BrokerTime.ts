import { Instant } from "@roundlot/core"
import { DateTime, Option } from "effect"

const SHAPE = /^(\d{4})(\d{2})(\d{2})(-| {1,2})(\d{2}):(\d{2}):(\d{2})(?: (.+))?$/

/** Abbreviations that name one zone. Others, as BST, CST and IST, are of several: they are not guessed. */
const ABBREVIATIONS: ReadonlySet<string> = new Set([
  "UTC",
  "UCT",
  "WET",
  "CET",
  "EET",
  "MST",
  "HST",
  "PRC",
  "ROC",
  "ROK"
])
const ABBREVIATION = /^[A-Z]{2,4}$/

/** Names that TWS has for zones beside those of the zone database. */
const zones: { readonly [name: string]: string } = {
  EST: "America/New_York",
  EDT: "America/New_York",
  EST5EDT: "America/New_York",
  Universal: "UTC",
  GMT: "UTC",
  JST: "Asia/Tokyo",
  HKT: "Asia/Hong_Kong",
  MET: "Europe/Berlin"
}

/**
 * The moment of a time as TWS writes it: in UTC (`20261120-14:30:00`), with a zone (`20261120 09:30:00 US/Eastern`), or with none that is
 * known, in the zone that TWS was logged in with, which is `zone`. `undefined` where the zone is not known: nothing is guessed.
 */
export const parse = (text: string, zone?: string): Instant.Instant | undefined => {
  const [, year, month, day, separator, hours, minutes, seconds, named] = SHAPE.exec(text.trim()) ?? []
  if (separator === undefined) return undefined
  const name = separator === "-" ? "UTC" : named !== undefined && isZone(named) ? named : zone
  if (name === undefined) return undefined
  const [years = 0, months = 0, days = 0, hour = 0, minute = 0, second = 0] = [
    year,
    month,
    day,
    hours,
    minutes,
    seconds
  ].map(Number)
  const parts = { year: years, month: months, day: days, hours: hour, minutes: minute, seconds: second }
  const zoned = DateTime.makeZoned(parts, { timeZone: zones[name] ?? name, adjustForTimeZone: true })
  return Option.getOrUndefined(Option.map(zoned, (at) => Instant.fromMillis(DateTime.toEpochMillis(at))))
}

/** Is it a zone of the database, or one of TWS's own names? */
export const isZone = (name: string): boolean =>
  (!ABBREVIATION.test(name) || name in zones || ABBREVIATIONS.has(name)) &&
  Option.isSome(DateTime.zoneMakeNamed(zones[name] ?? name))

const NEW_YORK = "America/New_York"

const dayIn = (at: Instant.Instant, zone: string): Instant.Instant | undefined => {
  const zoned = DateTime.makeZoned(Instant.toMillis(at), { timeZone: zones[zone] ?? zone })
  return Option.getOrUndefined(
    Option.map(zoned, (moment) => Instant.fromMillis(DateTime.toEpochMillis(DateTime.startOf(moment, "day"))))
  )
}

/**
 * Since when TWS surely keeps executions and ended orders: the beginning of a moment's day in New York, or in the zone that it was
 * logged in with where that one began later.
 */
export const dayBegins = (at: Instant.Instant, zone = NEW_YORK): Instant.Instant => {
  const [there, here] = [NEW_YORK, zone].map((each) => dayIn(at, each) ?? at)
  return Instant.later(there ?? at, here ?? at)
}
