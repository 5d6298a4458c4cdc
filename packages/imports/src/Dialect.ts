import { Instant } from "@roundlot/core"
import { type Template } from "@roundlot/core/ledger"
import { DateTime, Either, Option } from "effect"
import type { Cell, Field } from "./TradeRow.ts"

/** In which order a day, its month and its year are written. */
export type DateOrder = (typeof Template.dateOrders)[number]

/**
 * How a file is written, where that is not ours: what separates its fields, which mark its numbers have before their decimals, in
 * which order its dates stand and by which clock, how many lines stand before its header.
 */
export type Dialect = Pick<Template.TemplateTerms, "separator" | "decimal" | "dates" | "zone" | "skip">

const GROUPED = {
  comma: /^\d{1,3}(?:\.\d{3})+(?:,\d+)?$/,
  point: /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/
} as const

/** A number without marks between its thousands and with a point before its decimals; what is none stays as it is. */
const plainNumber = (text: string, decimal: "comma" | "point"): Cell => {
  const bare = GROUPED[decimal].test(text) ? text.replaceAll(decimal === "comma" ? "." : ",", "") : text
  if (decimal === "point") return Either.right(bare)
  // One and a half, where another program would read fifteen hundred.
  if (/^\d+\.\d+$/.test(bare))
    return Either.left({ value: text, reason: "has a decimal point, but this file uses decimal commas" })
  return Either.right(/^\d+,\d+$/.test(bare) ? bare.replace(",", ".") : bare)
}

const DATE: { readonly [O in DateOrder]: RegExp } = {
  iso: /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})(?:[ T]+(?<time>[^\sT].*))?$/,
  dmy: /^(?<d>\d{1,2})([./-])(?<m>\d{1,2})\2(?<y>\d{4})(?:[ T,]+(?<time>[^\sT,].*))?$/,
  mdy: /^(?<m>\d{1,2})([./-])(?<d>\d{1,2})\2(?<y>\d{4})(?:[ T,]+(?<time>[^\sT,].*))?$/
}

const TIME = /^(?<h>\d{1,2}):(?<min>\d{2})(?::(?<s>\d{2})(?<fraction>\.\d{1,6})?)?\s*(?<half>am|pm)?$/i

const two = (part: number | string): string => String(part).padStart(2, "0")

/** The hour of the day, where a clock of twelve hours says which half. */
const hourOf = (hour: string, half: string | undefined): number =>
  half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === "pm" ? 12 : 0)

const clockOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return "00:00:00"
  const { fraction = "", h = "", half, min = "", s = "00" } = TIME.exec(text)?.groups ?? {}
  return h === "" ? undefined : `${two(hourOf(h, half))}:${min}:${s}${fraction}`
}

/** A time as ISO 8601 without a zone; `undefined` where it is none that is written in this order. */
const localOf = (text: string, order: DateOrder): string | undefined => {
  const { d = "", m = "", time, y = "" } = DATE[order].exec(text)?.groups ?? {}
  const clock = d === "" ? undefined : clockOf(time)
  const local = clock === undefined ? undefined : `${y}-${two(m)}-${two(d)}T${clock}`
  return local !== undefined && Instant.parse(`${local}Z`) !== undefined ? local : undefined
}

/** The zone of a name or an offset. */
export const zoneOf = (text: string): Option.Option<DateTime.TimeZone> => DateTime.zoneFromString(text)

/** A local time in UTC, to its last digit; none where clocks skip it, or show it twice. */
const inUtc = (local: string, zone: DateTime.TimeZone): string | undefined => {
  const [whole = "", fraction] = local.split(".")
  const zoned = DateTime.makeZoned(`${whole}Z`, { timeZone: zone, adjustForTimeZone: true, disambiguation: "reject" })
  return Option.getOrUndefined(
    Option.map(zoned, (moment) => {
      const text = DateTime.formatIso(moment).replace(/\.\d+Z$/, "Z")
      return fraction === undefined ? text : text.replace(/Z$/, `.${fraction}Z`)
    })
  )
}

const timeOf = (text: string, dates: DateOrder, zone: string): Cell => {
  const local = Instant.parse(text) === undefined ? localOf(text, dates) : undefined
  if (local === undefined) return Either.right(text)
  const moment = Option.getOrUndefined(Option.map(zoneOf(zone), (found) => inUtc(local, found)))
  const reason = `is skipped or comes twice on the clocks of ${zone}: write it with its offset`
  return moment === undefined ? Either.left({ value: text, reason }) : Either.right(moment)
}

/** What a file has in one place, as ours would have it; what it cannot be is left for the row's own checks. */
export const asOurs = (field: Field, text: string, { dates, decimal, zone }: Dialect): Cell => {
  switch (field) {
    case "quantity":
    case "price":
    case "limit_price":
    case "stop_price":
      return decimal === undefined ? Either.right(text) : plainNumber(text, decimal)
    case "timestamp":
    case "good_till":
      return zone === undefined ? Either.right(text) : timeOf(text, dates ?? "iso", zone)
    default:
      return Either.right(text)
  }
}

/** Is it a time of the day of a place, in ISO's order or in another? */
export const isLocal = (text: string, order: DateOrder): boolean => localOf(text, order) !== undefined
