import { BigDecimal, Schema, SchemaAST } from "effect"
import * as Decimal from "../values/Decimal.ts"
import * as Instant from "../values/Instant.ts"
import { canonicalJson, textOf } from "./Entry.ts"
import { LedgerEvent } from "./Event.ts"
import { byTag, tagIn, tagsOf } from "./tagsOf.ts"

/** Writes a value as canonical JSON; `undefined` where it is left out. */
type Write = (value: unknown) => string | undefined

const wrong = (value: unknown): never => {
  throw new TypeError(`a ${typeof value} stands where its event cannot have one`)
}

const writeText: Write = (value) => (typeof value === "string" ? textOf(value) : wrong(value))
const writeNumber: Write = (value) => (typeof value === "number" ? JSON.stringify(value) : wrong(value))
const writeFlag: Write = (value) => (typeof value === "boolean" ? String(value) : wrong(value))

/** What has no more digits than this is taken wherever a decimal is. */
const SURELY_TAKEN = 18

const bySchema = (ast: SchemaAST.AST): Write => {
  const encode = Schema.encodeUnknownSync(Schema.make<unknown, unknown>(ast))
  return (value) => canonicalJson(encode(value))
}

/** Decimals and times at the limits of what is taken are the schema's to judge. */
const decimalWriter = (ast: SchemaAST.AST): Write => {
  const judged = bySchema(ast)
  return (value) => {
    const text = BigDecimal.isBigDecimal(value) ? Decimal.format(value) : wrong(value)
    return text.length <= SURELY_TAKEN ? `"${text}"` : judged(value)
  }
}

const timeWriter = (ast: SchemaAST.AST): Write => {
  const judged = bySchema(ast)
  return (value) =>
    typeof value === "bigint" && value >= 0n && value <= Instant.latest
      ? `"${Instant.format(Instant.make(value))}"`
      : judged(value)
}

const maybe =
  (write: Write): Write =>
  (value) =>
    value === undefined ? undefined : write(value)

const list =
  (write: Write): Write =>
  (value) =>
    Array.isArray(value) ? `[${value.map((each) => write(each) ?? "null").join(",")}]` : wrong(value)

interface Field {
  readonly name: string
  readonly key: string
  readonly write: Write
}

/** Fields in the order that canonical JSON wants: of their names, by code unit. */
const struct =
  (fields: ReadonlyArray<Field>): Write =>
  (value) => {
    if (typeof value !== "object" || value === null) return wrong(value)
    let text = ""
    for (const { key, name, write } of fields) {
      const written = write(Reflect.get(value, name))
      if (written !== undefined) text += text === "" ? key + written : `,${key}${written}`
    }
    return `{${text}}`
  }

const bareType = (ast: SchemaAST.AST): SchemaAST.AST => (SchemaAST.isRefinement(ast) ? bareType(ast.from) : ast)

const isText = (ast: SchemaAST.AST): boolean =>
  SchemaAST.isStringKeyword(ast) ||
  (SchemaAST.isLiteral(ast) && typeof ast.literal === "string") ||
  (SchemaAST.isUnion(ast) && ast.types.every(isText))

const decimalType = bareType(Schema.BigDecimalFromSelf.ast)

/** How values of a schema are written, read off the schema once; `undefined` where only the schema itself knows. */
const writerOf = (ast: SchemaAST.AST): Write | undefined => {
  if (isText(ast)) return writeText
  if (SchemaAST.isRefinement(ast)) return writerOf(ast.from)
  if (SchemaAST.isNumberKeyword(ast)) return writeNumber
  if (SchemaAST.isBooleanKeyword(ast)) return writeFlag
  if (SchemaAST.isTransformation(ast)) return writerOfTransformation(ast)
  if (SchemaAST.isUnion(ast)) return writerOfUnion(ast)
  if (SchemaAST.isTupleType(ast)) return writerOfList(ast)
  return SchemaAST.isTypeLiteral(ast) ? writerOfStruct(ast, []) : undefined
}

/** The only decimals and times in events are ours, and both are written as text. */
const writerOfTransformation = (ast: SchemaAST.Transformation): Write | undefined => {
  if (!SchemaAST.isStringKeyword(bareType(ast.from))) return undefined
  const to = bareType(ast.to)
  if (to === decimalType) return decimalWriter(ast)
  return SchemaAST.isBigIntKeyword(to) ? timeWriter(ast) : undefined
}

/** A struct of a union is known by its tag. */
const writerOfTagged = (types: ReadonlyArray<SchemaAST.AST>): Write | undefined => {
  const writes = byTag(types, (ast) => writerOfStruct(ast, []))
  return writes && ((value) => (writes.get(tagIn(value)) ?? wrong)(value))
}

const writerOfUnion = ({ types }: SchemaAST.Union): Write | undefined => {
  const [first, ...others] = types.filter((each) => !SchemaAST.isUndefinedKeyword(each))
  if (first === undefined) return undefined
  const several = () => ([first, ...others].every(isText) ? writeText : writerOfTagged([first, ...others]))
  const write = others.length === 0 ? writerOf(first) : several()
  return write === undefined || others.length + 1 === types.length ? write : maybe(write)
}

const writerOfList = ({ elements, rest }: SchemaAST.TupleType): Write | undefined => {
  const [only, ...others] = rest
  const write = only === undefined || elements.length + others.length > 0 ? undefined : writerOf(only.type)
  return write === undefined ? undefined : list(write)
}

const writerOfStruct = (ast: SchemaAST.TypeLiteral, leftOut: ReadonlyArray<string>): Write | undefined => {
  const fields: Array<Field> = []
  for (const { isOptional, name, type } of ast.propertySignatures) {
    if (typeof name !== "string" || leftOut.includes(name)) continue
    const write = writerOf(type)
    if (write === undefined) return undefined
    fields.push({ name, key: `${JSON.stringify(name)}:`, write: isOptional ? maybe(write) : write })
  }
  if (ast.indexSignatures.length > 0) return undefined
  return struct(fields.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
}

const encode = Schema.encodeSync(LedgerEvent)

const bodyBySchema = (event: LedgerEvent): string => {
  const { _tag, ...body } = encode(event)
  return canonicalJson(body)
}

const writers: ReadonlyMap<string, Write> = new Map(
  LedgerEvent.members.flatMap(({ ast }) => {
    const [tag] = tagsOf(ast)
    const write = SchemaAST.isTypeLiteral(ast) ? writerOfStruct(ast, ["_tag"]) : undefined
    return tag === undefined || write === undefined ? [] : [[tag, write] as const]
  })
)

/**
 * A text that was put together is a tree of its parts until somebody reads in it. Entries wait for their commit by the thousand,
 * and the collector would walk all those trees.
 */
const flat = (text: string): string => (text.charCodeAt(0) >= 0 ? text : "")

/** The canonical JSON of an event's body, as its schema would give it: without its tag, keys sorted. */
export const bodyOf = (event: LedgerEvent): string => flat(writers.get(event._tag)?.(event) ?? bodyBySchema(event))
