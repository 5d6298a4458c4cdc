import { BigDecimal, Either, Schema, SchemaAST } from "effect"
import * as Decimal from "../../src/values/Decimal.ts"
import { canonicalJson, emptyHead, hashOf, type Entry } from "../../src/events/Entry.ts"
import { BreakOpened, EVENT_VERSION, LedgerEvent } from "../../src/events/Event.ts"
import { BreakId } from "../../src/values/Id.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import type { BreakKind } from "../../src/records/Break.ts"
import { SampleDetails } from "@roundlot/testing"

/** An entry as it was stored once, and what its event was decoded to then. */
export const Golden = Schema.Struct({
  entry: Schema.Struct({
    account: Schema.String,
    seq: Schema.Int,
    commitId: Schema.String,
    entityKind: Schema.String,
    entityId: Schema.String,
    tag: Schema.String,
    eventVersion: Schema.Int,
    at: Schema.Int,
    cause: Schema.String,
    body: Schema.String,
    hash: Schema.String
  }),
  event: Schema.Unknown
})

function tagOf(ast: SchemaAST.AST): string {
  const [tag] = SchemaAST.getPropertySignatures(SchemaAST.encodedAST(ast)).filter(({ name }) => name === "_tag")
  return tag !== undefined && SchemaAST.isLiteral(tag.type) ? String(tag.type.literal) : ""
}

/** The events that this code writes, by tag. */
export const tags: ReadonlyArray<string> = LedgerEvent.members.map((member) => tagOf(member.ast))

/** A decoded event as plain JSON: exact decimals and moments as text. */
export const plain = (value: unknown): unknown => {
  if (BigDecimal.isBigDecimal(value)) return Decimal.format(value)
  if (typeof value === "bigint") return `${value}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  const fields = Object.entries(value).filter(([, each]) => each !== undefined)
  return Object.fromEntries(fields.map(([key, each]) => [key, plain(each)]))
}

/** Values of every kind that stands in a stored event, the first that a field takes is its sample. */
const samples = [
  "text",
  "B7",
  "1.5",
  "2026-01-05T15:00:00.000001Z",
  "rl1-abcdefghijklmnopqrstuvwxyz",
  "Restricted",
  7,
  1,
  0,
  true,
  null
]

/** A stored form of a schema, with every field that may be left away. */
const sampleOf = (ast: SchemaAST.AST): unknown => {
  if (SchemaAST.isUnion(ast)) return sampleOf(ast.types.findLast((type) => !SchemaAST.isUndefinedKeyword(type)) ?? ast)
  if (SchemaAST.isLiteral(ast)) return ast.literal
  if (SchemaAST.isTupleType(ast)) return ast.rest.map(({ type }) => sampleOf(type))
  if (SchemaAST.isTypeLiteral(ast)) {
    const fields = ast.propertySignatures.map(({ name, type }) => [String(name), sampleOf(type)] as const)
    return Object.fromEntries(fields)
  }
  const decode = Schema.decodeUnknownEither(Schema.make(ast))
  return samples.find((each) => Either.isRight(decode(each)))
}

/** A first entry with every field of an event: what its golden file begins with. */
export const entryFor = (tag: string): Entry => {
  const member = LedgerEvent.members.find((each) => tagOf(each.ast) === tag)
  const sample = member === undefined ? {} : sampleOf(member.ast)
  const fields = Object.entries(typeof sample === "object" && sample !== null ? sample : {})
  return entryOf(tag, canonicalJson(Object.fromEntries(fields.filter(([key]) => key !== "_tag"))))
}

/** A first entry with this body. */
export const entryOf = (tag: string, body: string): Entry => {
  const entry = {
    account: "paper",
    seq: 1,
    commitId: "synthetic-1",
    entityKind: "record",
    entityId: "1",
    tag,
    eventVersion: EVENT_VERSION,
    at: 1_767_625_200_000_001,
    cause: canonicalJson({ actor: "test", kind: "command" }),
    body
  }
  return { ...entry, hash: hashOf(emptyHead.hash, entry) }
}

/** A break of a kind that is opened. */
export const opened = (kind: BreakKind) =>
  BreakOpened.make({
    id: BreakId.make(1),
    symbol: Ticker.make("AAPL"),
    subject: "O1",
    holds: "symbol",
    details: SampleDetails.sampleDetails[kind]
  })
