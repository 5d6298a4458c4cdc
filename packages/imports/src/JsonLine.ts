import { Either } from "effect"

/** A member's value: a string's text, or anything else as it is written (`0.30` stays `0.30`: no float sees it). */
type JsonValue =
  | { readonly _tag: "String"; readonly text: string }
  | { readonly _tag: "Number"; readonly text: string }
  | { readonly _tag: "Null" }
  | { readonly _tag: "Other"; readonly text: string }

/** The members of one object in order; a name that comes twice stands twice. */
export type JsonMembers = ReadonlyArray<readonly [name: string, value: JsonValue]>

/** The members of the object that a line holds, or why it holds none. */
export const read = (text: string): Either.Either<JsonMembers, string> => {
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
