import type { Lie, PlacedLie } from "./Lie.ts"
import type { Mind } from "./Mind.ts"

/** What the fields of a message mean, by their names. */
export interface Fields {
  /** Shares that are ordered, and those that are left or held. */
  readonly ordered: ReadonlySet<string>
  /** Shares that were filled of an order in all. */
  readonly filled: ReadonlySet<string>
  /** Shares of one execution. */
  readonly executed: ReadonlySet<string>
  readonly prices: ReadonlySet<string>
  readonly times: ReadonlySet<string>
  /** The time of an order's last change. */
  readonly stamps: ReadonlySet<string>
  readonly symbols: ReadonlySet<string>
  /** A side's words, each with the other one. */
  readonly sides: ReadonlyMap<string, string>
  readonly statuses: ReadonlySet<string>
}

const DECIMAL = /^-?\d+(\.\d+)?$/

/** A decimal text so many times as large. */
export const times = (text: string, by: bigint): string => {
  const [whole = "0", part = ""] = text.replace("-", "").split(".")
  const digits = (BigInt(whole + part) * by).toString().padStart(part.length + 1, "0")
  const cut = digits.length - part.length
  const size = part === "" ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`
  return text.startsWith("-") ? `-${size}` : size
}

const ofNumber = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "number") return Number(change(plain(value)))
  return typeof value === "string" && DECIMAL.test(value) ? change(value) : value
}

const PLACES = 9

const plain = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(PLACES))

const A_DAY_MS = 86_400_000

/** A moment, in milliseconds since 1970, as the lie has it. */
export const shifted = (ms: number, by: Extract<Lie, { readonly what: "time" }>["by"]): number => {
  switch (by) {
    case "thousandfold":
      return ms * 1000
    case "thousandth":
      return Math.floor(ms / 1000)
    case "a day later":
      return ms + A_DAY_MS
    case "a day earlier":
      return ms - A_DAY_MS
  }
}

const MOST_MS = 253_402_300_799_000

/** A time as text: of the same form, as far as years have four digits. */
const ofTime = (value: unknown, change: (ms: number) => number): unknown => {
  if (typeof value === "number") return change(value)
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN
  if (typeof value !== "string" || Number.isNaN(ms)) return value
  const text = new Date(Math.min(MOST_MS, Math.max(0, change(ms)))).toISOString()
  return value.endsWith("+0000") ? `${text.slice(0, 19)}+0000` : text
}

const negated = (text: string): string =>
  text.startsWith("-") ? text.slice(1) : /[1-9]/.test(text) ? `-${text}` : text

const isQuantity = (fields: Fields, key: string, of: "all" | "filled" | "executed"): boolean => {
  if (fields.filled.has(key)) return of !== "executed"
  if (fields.executed.has(key)) return of !== "filled"
  return of === "all" && fields.ordered.has(key)
}

/** One field with a lie. */
const fieldWith = (lie: Lie, fields: Fields, mind: Mind, key: string, value: unknown): unknown => {
  switch (lie.what) {
    case "quantity":
      return isQuantity(fields, key, lie.of) ? ofNumber(value, (text) => times(text, lie.by)) : value
    case "negated":
      return isQuantity(fields, key, "all") ? ofNumber(value, negated) : value
    case "price":
      return fields.prices.has(key) ? ofNumber(value, (text) => times(text, lie.by)) : value
    case "time":
      return fields.times.has(key) || fields.stamps.has(key) ? ofTime(value, (ms) => shifted(ms, lie.by)) : value
    case "symbol":
      return fields.symbols.has(key) && typeof value === "string" ? mind.otherThan(value) : value
    case "side":
      return typeof value === "string" ? (fields.sides.get(value) ?? value) : value
    case "word":
      return fields.statuses.has(key) && typeof value === "string" ? lie.word : value
    default:
      return value
  }
}

const lied = (all: ReadonlyArray<PlacedLie>, fields: Fields, mind: Mind, key: string, value: unknown): unknown =>
  all.reduce((before, { lie, stamp }) => {
    const after = fieldWith(lie, fields, mind, key, before)
    const isMoved = stamp === "moved" && lie.what !== "time" && fields.stamps.has(key)
    return isMoved ? ofTime(after, () => mind.world.nowMs()) : after
  }, value)

/** A message with lies in its fields. */
export const rewritten = (message: unknown, all: ReadonlyArray<PlacedLie>, fields: Fields, mind: Mind): unknown => {
  if (Array.isArray(message)) return message.map((each) => rewritten(each, all, fields, mind))
  if (typeof message !== "object" || message === null) return message
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      key,
      typeof value === "object" && value !== null
        ? rewritten(value, all, fields, mind)
        : lied(all, fields, mind, key, value)
    ])
  )
}

/** A listing that lies about what is in it: a part of it, each thing twice, or backwards. */
export const relisted = <A>(all: ReadonlyArray<A>, lies: ReadonlyArray<PlacedLie>): ReadonlyArray<A> =>
  lies.reduce<ReadonlyArray<A>>((before, { lie }) => {
    if (lie.what === "truncated") return before.slice(0, Math.floor(before.length / 2))
    if (lie.what === "repeated") return before.flatMap((each) => [each, each])
    return lie.what === "reordered" ? before.toReversed() : before
  }, all)
