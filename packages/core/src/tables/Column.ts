import { BigDecimal, Either, Option, Schema, SchemaAST } from "effect"
import * as Decimal from "../values/Decimal.ts"
import * as Instant from "../values/Instant.ts"

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

/** What `decode` gives for a cell that is none of its column: the schema says what is wrong with it. */
export const UNREADABLE: unique symbol = Symbol("unreadable")

/** How a column's values become cells and back without a schema's ceremony: planning reads and writes many. */
export interface Codec {
  readonly encode: (value: unknown) => Cell
  readonly decode: (cell: Cell) => unknown
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

const CODEC = Symbol.for("@roundlot/core/Column/codec")

const isCodec = (value: unknown): value is Codec =>
  typeof value === "object" && value !== null && "encode" in value && "decode" in value

/** The codec that a column's schema carries. */
export const codecOf = (name: string, ast: SchemaAST.AST): Codec => {
  const found = SchemaAST.getAnnotation<unknown>(CODEC)(ast)
  if (Option.isSome(found) && isCodec(found.value)) return found.value
  throw new TypeError(`column ${name} has no codec`)
}

const described = <A, I extends Cell>(
  schema: Schema.Schema<A, I>,
  kind: ColumnKind,
  codec: Codec,
  literals?: ReadonlyArray<string>
): Schema.Schema<A, I> => schema.annotations({ [DESCRIPTION]: { kind, nullable: false, literals }, [CODEC]: codec })

const misplaced = (value: unknown): never => {
  throw new TypeError(`${String(value)} is no value of this column`)
}

const isWhole = (cell: unknown): cell is number => typeof cell === "number" && Number.isSafeInteger(cell)

const encodeNumber = (value: unknown): Cell => (typeof value === "number" ? value : misplaced(value))
const encodeText = (value: unknown): Cell => (typeof value === "string" ? value : misplaced(value))
/** What has no more digits than this is taken in any column, whatever its scale. */
const SURELY_TAKEN = 18

const encodeDecimal =
  (long: (value: unknown) => Cell) =>
  (value: unknown): Cell => {
    const text = BigDecimal.isBigDecimal(value) ? Decimal.format(value) : misplaced(value)
    return text.length <= SURELY_TAKEN ? text : long(value)
  }

const whole: Codec = { encode: encodeNumber, decode: (cell) => (isWhole(cell) ? cell : UNREADABLE) }

const oneOf = (literals: ReadonlySet<unknown>): Codec => ({
  encode: encodeText,
  decode: (cell) => (literals.has(cell) ? cell : UNREADABLE)
})

const plainText: Codec = { encode: encodeText, decode: (cell) => (typeof cell === "string" ? cell : UNREADABLE) }

const MOST_REMEMBERED = 4096

/** Few texts of a brand come again and again: names of accounts and symbols. */
const brandedText = (isBranded: (value: unknown) => boolean): Codec => {
  const known = new Set<unknown>()
  return {
    encode: encodeText,
    decode: (cell) => {
      if (known.has(cell)) return cell
      if (!isBranded(cell)) return UNREADABLE
      if (known.size >= MOST_REMEMBERED) known.clear()
      known.add(cell)
      return cell
    }
  }
}

const viaSchema = <A, I extends Cell>(schema: Schema.Schema<A, I>): Codec => {
  const encode = Schema.encodeUnknownSync(schema)
  const decode = Schema.decodeUnknownEither(schema)
  return { encode, decode: (cell) => Either.getOrElse(decode(cell), () => UNREADABLE) }
}

/** Few cells are different, and most come again and again. */
const remembering = (decode: Codec["decode"]): Codec["decode"] => {
  const known = new Map<Cell, unknown>()
  return (cell) => {
    const before = known.get(cell)
    if (before !== undefined) return before
    const value = decode(cell)
    if (known.size >= MOST_REMEMBERED) known.clear()
    if (value !== UNREADABLE) known.set(cell, value)
    return value
  }
}

const isFlat = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every((each) => typeof each !== "object")

const decimals = <A>(
  schema: Schema.Schema<A, string>,
  isAdmitted: (value: Decimal.Decimal) => boolean = Schema.is(Schema.typeSchema(schema))
): Codec => {
  return {
    encode: encodeDecimal(viaSchema(schema).encode),
    decode: (cell) => {
      const value = typeof cell === "string" && cell.length <= SURELY_TAKEN ? Decimal.fromStored(cell) : undefined
      return value !== undefined && isAdmitted(value) ? value : UNREADABLE
    }
  }
}

/** An integer id of ours. */
export const id = <A>(schema: Schema.Schema<A, number>): Schema.Schema<A, number> =>
  described(schema, "id", { ...whole, decode: (cell) => (isWhole(cell) && cell > 0 ? cell : UNREADABLE) })

/** A whole number. */
export const integer = described(Schema.Int, "integer", whole)

/** A text. */
export const text = described(Schema.String, "text", plainText)

/** A text of a brand. */
export const branded = <A>(schema: Schema.Schema<A, string>): Schema.Schema<A, string> =>
  described(schema, "text", brandedText(Schema.is(schema)))

/** One text of a closed set. */
export const literal = <const L extends readonly [string, ...ReadonlyArray<string>]>(
  literals: L
): Schema.Schema<L[number], L[number]> =>
  described(Schema.Literal(...literals), "text", oneOf(new Set(literals)), literals)

/** An exact decimal, stored as its plain text. */
export const decimal = described(
  Decimal.FromStored,
  "decimal",
  decimals(Decimal.FromStored, () => true)
)

/** A decimal of a brand, such as `Quantity`. */
export const brandedDecimal = <A>(schema: Schema.Schema<A, string>): Schema.Schema<A, string> =>
  described(schema, "decimal", decimals(schema))

/** A moment between 1970 and `Instant.latest`, stored as microseconds since 1970. */
export const instant = described(
  Schema.transform(Schema.NonNegativeInt, Instant.Instant, {
    strict: true,
    decode: (micros) => BigInt(micros),
    encode: (micros) => Number(micros)
  }),
  "instant",
  {
    encode: (value) =>
      typeof value === "bigint" && value >= 0n && value <= Instant.latest ? Number(value) : misplaced(value),
    decode: (cell) => (isWhole(cell) && cell >= 0 ? BigInt(cell) : UNREADABLE)
  }
)

/** Yes or no, stored as 1 or 0. */
export const flag = described(Schema.transformLiterals([1, true], [0, false]), "flag", {
  encode: (value) => (typeof value === "boolean" ? Number(value) : misplaced(value)),
  decode: (cell) => (cell === 1 ? true : cell === 0 ? false : UNREADABLE)
})

const listOfTexts = Schema.parseJson(Schema.Array(Schema.String))

/** A list of texts, stored as JSON. */
export const texts = described(listOfTexts, "json", {
  ...viaSchema(listOfTexts),
  encode: (value) => (Array.isArray(value) ? JSON.stringify(value) : misplaced(value))
})

/** A value with a schema of its own, stored as JSON text. */
export const json = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, string> => {
  const stored = Schema.parseJson(schema)
  return described(stored, "json", viaSchema(stored))
}

/**
 * The same where rows are asked for by it: a value has one text, whatever it was made of. Texts and numbers in it are stored as they are;
 * their order is the schema's.
 */
export const comparedJson = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, string> => {
  const stored = Schema.parseJson(schema)
  const { decode, encode } = viaSchema(stored)
  return described(stored, "text", {
    encode: (value) => (isFlat(value) ? JSON.stringify(value) : encode(value)),
    decode: remembering(decode)
  })
}

/** Raw bytes. */
export const bytes = described(Schema.Uint8ArrayFromSelf, "bytes", {
  encode: (value) => (value instanceof Uint8Array ? value : misplaced(value)),
  decode: (cell) => (cell instanceof Uint8Array ? cell : UNREADABLE)
})

/** The same column where null stands for "there is none". */
export const optional = <A, I extends Cell>(inner: Schema.Schema<A, I>): Schema.Schema<A | undefined, I | null> => {
  const { kind, literals } = describe("optional", inner.ast)
  const codec = codecOf("optional", inner.ast)
  return Schema.transform(Schema.NullOr(inner), Schema.UndefinedOr(Schema.typeSchema(inner)), {
    strict: true,
    decode: (value) => value ?? undefined,
    encode: (value) => value ?? null
  }).annotations({
    [DESCRIPTION]: { kind, nullable: true, literals },
    [CODEC]: {
      encode: (value: unknown) => (value === undefined ? null : codec.encode(value)),
      decode: (cell: Cell) => (cell === null ? undefined : codec.decode(cell))
    }
  })
}
