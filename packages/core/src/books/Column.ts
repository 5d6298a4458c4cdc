import { Option, Schema, SchemaAST } from "effect"
import * as Decimal from "../money/Decimal.ts"
import * as Instant from "../time/Instant.ts"

/** What a stored cell may hold. Decimals are text, moments are microseconds, truth is 0 or 1. */
export type Cell = string | number | Uint8Array | null

/** The physical kinds of column; a store maps each to a type of its database. */
export const columnKinds = ["id", "integer", "text", "decimal", "instant", "flag", "json", "bytes"] as const

/** One of the physical kinds of column. */
export type ColumnKind = (typeof columnKinds)[number]

/** What a store needs to know of a column beside its name. */
export interface ColumnDescription {
  readonly kind: ColumnKind
  readonly nullable: boolean
  /** The closed set, where there is one. */
  readonly literals: ReadonlyArray<string> | undefined
}

const DESCRIPTION = Symbol.for("@roundlot/core/Column")

const isDescription = (value: unknown): value is ColumnDescription =>
  typeof value === "object" && value !== null && "kind" in value && "nullable" in value

/** The description that a column's schema carries; a column without one is a fault of the table. */
export const describe = (name: string, ast: SchemaAST.AST): ColumnDescription => {
  const found = SchemaAST.getAnnotation<unknown>(DESCRIPTION)(ast)
  if (Option.isSome(found) && isDescription(found.value)) return found.value
  throw new TypeError(`column ${name} has no description`)
}

const described = <A, I extends Cell>(
  schema: Schema.Schema<A, I>,
  kind: ColumnKind,
  literals?: ReadonlyArray<string>
): Schema.Schema<A, I> => schema.annotations({ [DESCRIPTION]: { kind, nullable: false, literals } })

/** An integer id of ours. */
export const id = <A>(schema: Schema.Schema<A, number>): Schema.Schema<A, number> => described(schema, "id")

/** A whole number. */
export const integer = described(Schema.Int, "integer")

/** A text. */
export const text = described(Schema.String, "text")

/** A text of a brand. */
export const branded = <A>(schema: Schema.Schema<A, string>): Schema.Schema<A, string> => described(schema, "text")

/** One text of a closed set. */
export const literal = <const L extends readonly [string, ...ReadonlyArray<string>]>(
  literals: L
): Schema.Schema<L[number], L[number]> => described(Schema.Literal(...literals), "text", literals)

/** An exact decimal, stored as its plain text. */
export const decimal = described(Decimal.FromStored, "decimal")

/** A decimal of a brand, such as `Quantity`. */
export const brandedDecimal = <A>(schema: Schema.Schema<A, string>): Schema.Schema<A, string> =>
  described(schema, "decimal")

/** A moment between 1970 and `Instant.latest`, stored as microseconds since 1970. */
export const instant = described(
  Schema.transform(Schema.NonNegativeInt, Instant.Instant, {
    strict: true,
    decode: (micros) => BigInt(micros),
    encode: (micros) => Number(micros)
  }),
  "instant"
)

/** Yes or no, stored as 1 or 0. */
export const flag = described(Schema.transformLiterals([1, true], [0, false]), "flag")

/** A list of texts, stored as JSON. */
export const texts = described(Schema.parseJson(Schema.Array(Schema.String)), "json")

/** A value with a schema of its own, stored as JSON text. */
export const json = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, string> =>
  described(Schema.parseJson(schema), "json")

/** Raw bytes. */
export const bytes = described(Schema.Uint8ArrayFromSelf, "bytes")

/** The same column where null stands for "there is none". */
export const optional = <A, I extends Cell>(inner: Schema.Schema<A, I>): Schema.Schema<A | undefined, I | null> => {
  const { kind, literals } = describe("optional", inner.ast)
  return Schema.transform(Schema.NullOr(inner), Schema.UndefinedOr(Schema.typeSchema(inner)), {
    strict: true,
    decode: (value) => value ?? undefined,
    encode: (value) => value ?? null
  }).annotations({ [DESCRIPTION]: { kind, nullable: true, literals } })
}
