import { Decimal, Instant } from "@roundlot/core"
import { BigDecimal, type Brand } from "effect"

/**
 * A record of the books as JSON has it: exact decimals and moments are text (`"0.5"`, `"2026-11-27T14:30:00.000000Z"`), everything else is as
 * it stands.
 */
export type Plain<A> = A extends BigDecimal.BigDecimal | bigint
  ? string
  : A extends string | number | boolean | null | undefined | Uint8Array
    ? Brand.Brand.Unbranded<A>
    : A extends ReadonlyArray<infer Each>
      ? ReadonlyArray<Plain<Each>>
      : { readonly [Key in keyof A]: Plain<A[Key]> }

/** The same record with text in place of decimals and moments. */
export function plain<A>(value: A): Plain<A>
export function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Instant.format(Instant.make(value))
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map((each: unknown) => plain(each))
  if (BigDecimal.isBigDecimal(value)) return Decimal.format(value)
  return Object.fromEntries(Object.entries(value).map(([key, each]: [string, unknown]) => [key, plain(each)]))
}
