import { Decimal, Instant } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"

/** What `write` makes of a value, or null where there is none. */
export const orNull = <A, B>(value: A | undefined, write: (value: A) => B): B | null =>
  value === undefined ? null : write(value)

/** A value as it is, or null where there is none. */
export const valueOrNull = <A>(value: A | undefined): A | null => value ?? null

/** The plain text of a decimal, or null. */
export const decimalOrNull = (value: Decimal.Decimal | undefined): string | null => orNull(value, Decimal.format)

/** ISO 8601 in UTC, or null. */
export const timeOrNull = (value: Instant.Instant | undefined): string | null => orNull(value, Instant.format)

/** The id as it is shown (`O5`), or null. */
export const idOrNull = (kind: Id.Kind, id: number | undefined): string | null =>
  orNull(id, (each) => Id.format(kind, each))

/** Each once, in order of their numbers, as they are shown. */
export const idsOf = (kind: Id.Kind, ids: Iterable<number | undefined>): ReadonlyArray<string> =>
  [...new Set(ids)]
    .filter((id) => id !== undefined)
    .toSorted((a, b) => a - b)
    .map((id) => Id.format(kind, id))

/** A count with its noun: `1 duplicate`, `2 duplicates`. */
export const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`
