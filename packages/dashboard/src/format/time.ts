const two = (value: number): string => String(value).padStart(2, "0")
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const partsOf = (at: Date, utc: boolean): Parts =>
  utc
    ? {
        year: at.getUTCFullYear(),
        month: at.getUTCMonth(),
        day: at.getUTCDate(),
        hour: at.getUTCHours(),
        minute: at.getUTCMinutes(),
        second: at.getUTCSeconds()
      }
    : {
        year: at.getFullYear(),
        month: at.getMonth(),
        day: at.getDate(),
        hour: at.getHours(),
        minute: at.getMinutes(),
        second: at.getSeconds()
      }

/** A moment as it is shown: today `14:32:07.418`, older `18 Nov 14:32:07`, of another year with the year. */
export const shownTime = (iso: string, now: number, utc: boolean): string => {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const own = partsOf(at, utc)
  const today = partsOf(new Date(now), utc)
  const clock = `${two(own.hour)}:${two(own.minute)}:${two(own.second)}`
  const isToday = own.year === today.year && own.month === today.month && own.day === today.day
  if (isToday) return `${clock}.${String(at.getUTCMilliseconds()).padStart(3, "0")}`
  const day = `${own.day} ${MONTHS[own.month] ?? ""}`
  return own.year === today.year ? `${day} ${clock}` : `${day} ${own.year} ${clock}`
}

/** A time as `shownTime` has it, without its seconds. */
export const withoutSeconds = (shown: string): string => shown.replace(/:\d\d(?:\.\d+)?$/, "")

/** A moment as it is written in the zone that is shown, by a field of a browser or by hand: `2026-11-18T14:32:07`. */
export const writtenTime = (iso: string, utc: boolean): string => {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const { day, hour, minute, month, second, year } = partsOf(at, utc)
  return `${year}-${two(month + 1)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`
}

/** The moment that a date or a time means in the zone that is shown, where it names none itself; whatever else is written stays as it is. */
export const instantOf = (text: string, utc: boolean): string => {
  const [, day, clock = "00:00"] = /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*$/.exec(text) ?? []
  const at = new Date(`${day ?? ""}T${clock}${utc ? "Z" : ""}`)
  return Number.isNaN(at.getTime()) ? text : at.toISOString()
}

/** The name of the zone that times are shown in. */
export const zoneName = (utc: boolean): string =>
  utc ? "UTC" : (new Intl.DateTimeFormat().resolvedOptions().timeZone.split("/").at(-1) ?? "local").replaceAll("_", " ")

const exchange = new Intl.DateTimeFormat("en-GB", {
  timeZone: "America/New_York",
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit"
})

/** A moment as clocks at the exchange have it: `Thu 20 Nov, 09:32:07`. */
export const exchangeTime = (iso: string): string => {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : exchange.format(at)
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span of milliseconds in words: `12 ms`, `0.4 s`, `40 s`, `3 min 12 s`, `2 h 05 min`, `3 d`. */
export const shownSpan = (ms: number): string => {
  const span = Math.max(0, ms)
  if (span < SECOND / 10) return `${Math.round(span)} ms`
  if (span < 10 * SECOND) return `${(span / SECOND).toFixed(1)} s`
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min ${two(Math.floor((span % MINUTE) / SECOND))} s`
  if (span < DAY) return `${Math.floor(span / HOUR)} h ${two(Math.floor((span % HOUR) / MINUTE))} min`
  return `${Math.floor(span / DAY)} d`
}

/** How old a moment is, in words. */
export const ageOf = (iso: string, now: number): string => shownSpan(now - new Date(iso).getTime())
