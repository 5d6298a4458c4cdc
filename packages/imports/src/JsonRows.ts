import { Either } from "effect"
import * as TradeRow from "./TradeRow.ts"
import { type Line, textOf } from "./Line.ts"
import type { Rows } from "./Rows.ts"

/** The rows of a file that has one JSON object a line. */
export const jsonRows = (columns: TradeRow.Columns, settings: TradeRow.RowSettings): Rows => ({
  take: (line) => {
    if (textOf(line).trim() === "") return undefined
    return jsonRow(line, columns, settings)
  },
  end: () => undefined
})

const jsonRow = (line: Line, columns: TradeRow.Columns, settings: TradeRow.RowSettings): TradeRow.Row => {
  const whole = { line: line.number, column: undefined }
  if (line._tag === "Long") {
    const reason = `is longer than 1 MiB (${line.length} bytes)`
    return TradeRow.bad({ ...whole, value: line.head, reason, raw: `${line.head}…` })
  }
  const raw = line.text.replace(/\r$/, "")
  const refused = (reason: string) => TradeRow.bad({ ...whole, value: raw, reason, raw })
  if (line.invalid !== undefined) return refused(`is not valid UTF-8 (byte ${line.invalid.slice(2)})`)
  if (raw.includes("\0")) return refused("has a NUL byte")
  return Either.match(read(raw), {
    onLeft: refused,
    onRight: (members) => TradeRow.read(jsonSource(line.number, raw, members, columns), settings)
  })
}

const jsonSource = (line: number, raw: string, members: JsonMembers, columns: TradeRow.Columns): TradeRow.RowSource => {
  const found = (field: TradeRow.Field) => members.filter(([name]) => TradeRow.namesOf(field, columns).includes(name))
  return {
    line,
    raw,
    cell: (field) => jsonCell(field, found(field)),
    columnName: (field) => found(field)[0]?.[0] ?? columns[field] ?? field
  }
}

const jsonCell = (field: TradeRow.Field, found: JsonMembers): TradeRow.Cell => {
  const [member, second] = found
  if (second !== undefined) return Either.left({ value: second[0], reason: "is there more than once" })
  const value = member?.[1] ?? { _tag: "Null" as const }
  switch (value._tag) {
    case "String":
      return Either.right(value.text)
    case "Null":
      return TradeRow.mayBeEmpty(field)
        ? Either.right("")
        : Either.left({ value: member === undefined ? "" : "null", reason: "is missing" })
    case "Number":
      return numberCell(field, value.text)
    case "Other":
      return Either.left({ value: value.text, reason: "is neither a text nor a number" })
  }
}

/** Numbers are taken as they are written; only a whole number can be an id or an owner, since 1.0 and 1 would be two. */
const numberCell = (field: TradeRow.Field, text: string): TradeRow.Cell => {
  if (TradeRow.isNumeric(field)) return Either.right(text)
  if ((field === "source_id" || field === "owner") && /^\d+$/.test(text)) return Either.right(text)
  return Either.left({ value: text, reason: "is a number where a text is needed" })
}

/** A member's value: a string's text, or anything else as it is written (`0.30` stays `0.30`: no float sees it). */
type JsonValue =
  | { readonly _tag: "String"; readonly text: string }
  | { readonly _tag: "Number"; readonly text: string }
  | { readonly _tag: "Null" }
  | { readonly _tag: "Other"; readonly text: string }

/** The members of one object in order; a name that comes twice stands twice. */
type JsonMembers = ReadonlyArray<readonly [name: string, value: JsonValue]>

/** The members of the object that a line holds, or why it holds none. */
const read = (text: string): Either.Either<JsonMembers, string> => {
  if (!isJson(text)) return Either.left("is not valid JSON")
  const start = blanksFrom(text, 0)
  return text.charAt(start) === "{" ? Either.right(membersFrom(text, start + 1)) : Either.left("is not a JSON object")
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** From here on the text is known to be valid JSON. */
const membersFrom = (text: string, from: number): JsonMembers => {
  const members: Array<readonly [string, JsonValue]> = []
  let at = blanksFrom(text, from)
  while (text.charAt(at) !== "}") {
    const nameEnd = stringEnd(text, at)
    const start = blanksFrom(text, blanksFrom(text, nameEnd) + 1)
    const end = valueEnd(text, start)
    members.push([stringOf(text.slice(at, nameEnd)), valueOf(text.slice(start, end))])
    at = blanksFrom(text, end)
    if (text.charAt(at) === ",") at = blanksFrom(text, at + 1)
  }
  return members
}

const blanksFrom = (text: string, from: number): number => {
  let at = from
  while (" \t\r\n".includes(text.charAt(at)) && at < text.length) at += 1
  return at
}

const stringEnd = (text: string, from: number): number => {
  let at = from + 1
  while (text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1
  return at + 1
}

const valueEnd = (text: string, from: number): number => {
  let at = from
  let depth = 0
  do {
    const character = text.charAt(at)
    if ("{[".includes(character)) depth += 1
    if ("}]".includes(character)) depth -= 1
    at = character === '"' ? stringEnd(text, at) : at + 1
  } while (depth > 0 || !/^[,}\]\s]?$/.test(text.charAt(at)))
  return at
}

const stringOf = (written: string): string => {
  const text: unknown = JSON.parse(written)
  return typeof text === "string" ? text : written
}

const valueOf = (written: string): JsonValue => {
  if (written.startsWith('"')) return { _tag: "String", text: stringOf(written) }
  if (written === "null") return { _tag: "Null" }
  return { _tag: /^[-\d]/.test(written) ? "Number" : "Other", text: written }
}
