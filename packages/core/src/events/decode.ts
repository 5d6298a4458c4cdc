import { Either, ParseResult, Schema, Option, SchemaAST } from "effect"
import * as Instant from "../values/Instant.ts"
import type { Entry } from "./Entry.ts"
import { LedgerEvent } from "./Event.ts"
import { UNREADABLE } from "../tables/Column.ts"
import * as Decimal from "../values/Decimal.ts"
import { byTag, tagIn, tagsOf } from "./tagsOf.ts"

/** A body as it stands; nothing where it is no JSON object. Its fields are the decoder's to judge. */
const bodyOf = (text: string): object | undefined => {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined
  } catch {
    return undefined
  }
}

type Decoder = (tag: string, body: object) => Either.Either<LedgerEvent, ParseResult.ParseError>

const bySchema = Schema.decodeUnknownEither(LedgerEvent)

const decodeNewest: Decoder = (tag, body) => {
  const event = readBody(tag, body)
  return event === undefined ? bySchema({ ...body, _tag: tag }) : Either.right(event)
}

const readText: Read = (value) => (typeof value === "string" ? value : UNREADABLE)

const readNumber: Read = (value) => (typeof value === "number" ? value : UNREADABLE)

const readFlag: Read = (value) => (typeof value === "boolean" ? value : UNREADABLE)

/** What has no more digits than this is taken wherever a decimal is. */
const SURELY_TAKEN = 18

const readDecimal: Read = (value) =>
  typeof value === "string" && value.length <= SURELY_TAKEN ? (Decimal.fromStored(value) ?? UNREADABLE) : UNREADABLE

const readTime: Read = (value) => (typeof value === "string" ? (Instant.parse(value) ?? UNREADABLE) : UNREADABLE)

const oneOf =
  (literals: ReadonlySet<unknown>): Read =>
  (value) =>
    literals.has(value) ? value : UNREADABLE

const NO_OPTIONS: SchemaAST.ParseOptions = {}

const refined =
  (ast: SchemaAST.Refinement, read: Read): Read =>
  (value) => {
    const is = read(value)
    return is !== UNREADABLE && Option.isNone(ast.filter(is, NO_OPTIONS, ast)) ? is : UNREADABLE
  }

const list =
  (read: Read): Read =>
  (value) => {
    if (!Array.isArray(value)) return UNREADABLE
    const all = value.map(read)
    return all.includes(UNREADABLE) ? UNREADABLE : all
  }

/** What JSON leaves out is left out here too. */
const struct =
  (fields: ReadonlyArray<Field>, tag: string | undefined): Read =>
  (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return UNREADABLE
    const made: { [name: string]: unknown } = tag === undefined ? {} : { _tag: tag }
    for (const { isOptional, name, read } of fields) {
      const given: unknown = Reflect.get(value, name)
      if (given === undefined && isOptional) continue
      const is = read(given)
      if (is === UNREADABLE) return UNREADABLE
      made[name] = is
    }
    return made
  }

const bareType = (ast: SchemaAST.AST): SchemaAST.AST => (SchemaAST.isRefinement(ast) ? bareType(ast.from) : ast)

const decimalType = bareType(Schema.BigDecimalFromSelf.ast)

const bodyReader = (ast: SchemaAST.AST): Read => {
  const decode = Schema.decodeUnknownEither(Schema.make<unknown, unknown>(ast))
  return (value) => Either.getOrElse(decode(value), () => UNREADABLE)
}

/** How values of a schema are read, read off the schema once. */
const readerOf = (ast: SchemaAST.AST): Read => {
  if (SchemaAST.isStringKeyword(ast)) return readText
  if (SchemaAST.isNumberKeyword(ast)) return readNumber
  if (SchemaAST.isBooleanKeyword(ast)) return readFlag
  if (SchemaAST.isLiteral(ast)) return oneOf(new Set([ast.literal]))
  if (SchemaAST.isRefinement(ast)) return refined(ast, readerOf(ast.from))
  if (SchemaAST.isTransformation(ast)) return readerOfTransformation(ast)
  if (SchemaAST.isUnion(ast)) return readerOfUnion(ast)
  if (SchemaAST.isTupleType(ast)) return readerOfList(ast)
  return (SchemaAST.isTypeLiteral(ast) ? readerOfStruct(ast) : undefined) ?? bodyReader(ast)
}

/** The only decimals and times in events are ours, and both are written as text. */
const readerOfTransformation = (ast: SchemaAST.Transformation): Read => {
  if (!SchemaAST.isStringKeyword(bareType(ast.from))) return bodyReader(ast)
  const to = bareType(ast.to)
  if (to === decimalType) return readDecimal
  return SchemaAST.isBigIntKeyword(to) ? readTime : bodyReader(ast)
}

const readerOfUnion = (ast: SchemaAST.Union): Read => {
  const [first, ...others] = ast.types.filter((each) => !SchemaAST.isUndefinedKeyword(each))
  if (first === undefined) return bodyReader(ast)
  if (others.length === 0) return readerOf(first)
  const literals = [first, ...others].flatMap((each) => (SchemaAST.isLiteral(each) ? [each.literal] : []))
  if (literals.length === others.length + 1) return oneOf(new Set(literals))
  return readerOfTagged([first, ...others]) ?? bodyReader(ast)
}

/** A struct of a union is known by its tag. */
const readerOfTagged = (types: ReadonlyArray<SchemaAST.AST>): Read | undefined => {
  const reads = byTag(types, readerOfStruct)
  return reads && ((value) => reads.get(tagIn(value))?.(value) ?? UNREADABLE)
}

const readerOfList = (ast: SchemaAST.TupleType): Read => {
  const [only, ...others] = ast.rest
  return only === undefined || ast.elements.length + others.length > 0 ? bodyReader(ast) : list(readerOf(only.type))
}

const readerOfStruct = (ast: SchemaAST.TypeLiteral, tag?: string): Read | undefined => {
  if (ast.indexSignatures.length > 0) return undefined
  const fields = ast.propertySignatures.flatMap(({ isOptional, name, type }) =>
    typeof name === "string" && name !== "_tag" ? [{ name, isOptional, read: readerOf(type) }] : []
  )
  return struct(fields, tag)
}

const readers: ReadonlyMap<string, Read> = new Map(
  LedgerEvent.members.flatMap(({ ast }) => {
    const [tag] = tagsOf(ast)
    const read = SchemaAST.isTypeLiteral(ast) ? readerOfStruct(ast, tag) : undefined
    return tag === undefined || read === undefined ? [] : [[tag, read] as const]
  })
)

/** What a reader has read is what its schema says. */
const isEvent = (read: unknown): read is LedgerEvent => read !== UNREADABLE

/** The event of a body, without a schema's ceremony: an audit reads every one. `undefined` where the schema is to judge. */
export const readBody = (tag: string, body: object): LedgerEvent | undefined => {
  const read = readers.get(tag)?.(body) ?? UNREADABLE
  return isEvent(read) ? read : undefined
}

/**
 * A decoder for each version of the events that was ever written. When events change, `EVENT_VERSION` rises, and here stays, under
 * the number before, the schema that they had, followed by a pure function to what they are now.
 */
const decoders: { readonly [version: number]: Decoder } = { 1: decodeNewest }

/** The event of a stored entry, or in one sentence why it cannot be read. */
export const decodeEntry = (entry: Entry): Either.Either<LedgerEvent, string> => {
  const decodeEvent = decoders[entry.eventVersion]
  if (decodeEvent === undefined) return Either.left(`event version ${entry.eventVersion} is not known here`)
  const body = bodyOf(entry.body)
  if (body === undefined) return Either.left("its body is no JSON object")
  return Either.mapLeft(
    decodeEvent(entry.tag, body),
    (error) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message ?? "cannot be read"
  )
}

/** When an entry was written. */
export const timeOf = (entry: Pick<Entry, "at">): Instant.Instant => Instant.make(BigInt(entry.at))

/** Reads a value of a body; `UNREADABLE` where only the schema can say whether, or why not. */
type Read = (value: unknown) => unknown

interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly read: Read
}
