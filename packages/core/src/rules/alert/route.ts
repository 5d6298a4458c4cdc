import { DateTime, Option } from "effect"
import type { Alert, News } from "../../records/Alert.ts"
import type { Severity } from "../../records/breakKinds.ts"
import * as Instant from "../../values/Instant.ts"
import { digestOf } from "./digest.ts"
import { gravityOf, isAsGrave } from "./gravity.ts"

/** Hours in which only what is critical is sent: from and until, in minutes of the day of a time zone. They may go over midnight. */
export interface QuietHours {
  readonly fromMinute: number
  readonly untilMinute: number
  readonly zone: DateTime.TimeZone
}

/** What of the alerts a channel gets, and when; all of them, at once, where nothing is said. */
export interface Route {
  /** Alerts of these accounts, and those of none. */
  readonly accounts?: ReadonlyArray<string> | undefined
  /** Alerts that are as grave as that, or graver. */
  readonly atLeast?: Severity | undefined
  /** Only what still needs somebody after so long, in milliseconds: an escalation. */
  readonly afterMs?: number | undefined
  readonly quiet?: QuietHours | undefined
}

const isFor = ({ accounts, atLeast }: Route, news: Pick<News, "account" | "kind" | "severity">): boolean =>
  (news.account === null || accounts === undefined || accounts.includes(news.account)) &&
  (atLeast === undefined || isAsGrave(gravityOf(news), atLeast))

/**
 * What of an alert a channel gets: of a digest that part of it which is the channel's, one by one where the channel sends later than they
 * come, since each is then over, acknowledged or critical by itself, or where it takes them `singly`. Pure.
 */
export const routed = (route: Route, alert: Alert, singly = false): ReadonlyArray<Alert> => {
  const { at, of, verdict } = alert
  if (of === undefined) return isFor(route, alert) ? [alert] : []
  const own = of.filter((news) => isFor(route, news))
  if (singly || isDelaying(route)) return own.map((news) => ({ ...news, at, verdict }))
  if (own.length === of.length) return [alert]
  return own.length === 0 ? [] : [{ ...digestOf(own, at), key: alert.key, at, verdict }]
}

const A_DAY_MINUTES = 24 * 60

/** Minutes from one time of the day to the next other one. */
const minutesTo = (from: number, to: number): number => (to - from + A_DAY_MINUTES) % A_DAY_MINUTES

/** When quiet hours are over; the moment itself outside of them. By the calendar of the zone: a day of it may have 23 or 25 hours. */
const quietUntil = ({ fromMinute, untilMinute, zone }: QuietHours, at: Instant.Instant): Instant.Instant => {
  const local = DateTime.setZone(DateTime.unsafeMake(Instant.toMillis(at)), zone)
  const { hours, minutes } = DateTime.toParts(local)
  const minute = hours * 60 + minutes
  if (minutesTo(fromMinute, minute) >= minutesTo(fromMinute, untilMinute)) return at
  const end = DateTime.add(local, { days: minute < untilMinute ? 0 : 1 }).pipe(
    DateTime.setParts({ hours: Math.floor(untilMinute / 60), minutes: untilMinute % 60, seconds: 0, millis: 0 })
  )
  return Instant.fromMillis(DateTime.toEpochMillis(end))
}

/** When what is noticed at a moment is sent by a channel. Quiet hours hold back what is not critical until they are over. */
export const sendAt = (
  { afterMs = 0, quiet }: Route,
  news: Pick<News, "kind" | "severity" | "status">,
  at: Instant.Instant
): Instant.Instant => {
  const due = news.status === "raised" ? Instant.addMillis(at, afterMs) : at
  return quiet === undefined || isAsGrave(gravityOf(news), "critical") ? due : quietUntil(quiet, due)
}

/** Are there alerts that it sends later than they come? */
export const isDelaying = ({ afterMs = 0, quiet }: Route): boolean => afterMs > 0 || quiet !== undefined

/** The end of a batch, as a route takes it: a warning where rows failed. */
const endOf = ({ account, failed }: BatchEnd) =>
  ({ account, kind: "batch", severity: failed > 0 ? "warning" : "info", status: "raised" }) as const

/** What of a batch's end a route looks at. */
export interface BatchEnd {
  readonly account: string
  readonly failed: number
}

/** When a channel sends the end of a batch; never where it is not its own, or an escalation. Pure. */
export const sendEndAt = (route: Route, end: BatchEnd, at: Instant.Instant): Instant.Instant | undefined =>
  (route.afterMs ?? 0) === 0 && isFor(route, endOf(end)) ? sendAt(route, endOf(end), at) : undefined

/** Reads quiet hours, `22:00-07:00` of a time zone; `undefined` where they are none. */
export const readQuietHours = (text: string, zone: string): QuietHours | undefined => {
  const [, ...parts] = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  const [fromHour, from, untilHour, until] = parts.map(Number)
  const known = Option.getOrUndefined(DateTime.zoneFromString(zone))
  if (fromHour === undefined || from === undefined || untilHour === undefined || until === undefined) return undefined
  return known === undefined
    ? undefined
    : { fromMinute: fromHour * 60 + from, untilMinute: untilHour * 60 + until, zone: known }
}
