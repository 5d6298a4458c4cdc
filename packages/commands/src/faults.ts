import { ParseResult } from "effect"
import { SettingsError } from "./SettingsError.ts"

/** Has it keys? */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What is wrong with a file, where, and what to do about it. */
export const fail = (file: string, place: string, problem: string, remedy: string): SettingsError =>
  new SettingsError({ place: place === "" ? file : `${file}, ${place}`, problem, remedy })

const numberFault = (file: string, value: unknown, path: ReadonlyArray<PropertyKey>): SettingsError | undefined => {
  const found = path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[String(key)] : undefined), value)
  if (
    typeof found !== "number" ||
    path[0] === "sources" ||
    ["lifeSeconds", "limitOffsetBp", "ordersPerMinute", "rejectionsInARow", "collarBp", "port"].includes(
      String(path.at(-1))
    )
  )
    return undefined
  return fail(file, path.map(String).join("."), "is a number", `Quantities are written as text: "${found}"`)
}

const EXPECTED = /^Expected (.+), actual (.+)$/s

const WORDS: ReadonlyMap<string, string> = new Map([["a positive BigDecimal", "a number above zero"]])

/** What is wrong with a value, with all that may stand in its place. */
const wrongValue = (issues: ReadonlyArray<ParseResult.ArrayFormatterIssue>): string => {
  const [first] = issues
  const [, , actual] = EXPECTED.exec(first?.message ?? "") ?? []
  if (first === undefined || actual === undefined) return first?.message ?? "cannot be read"
  const here = issues.filter(({ path }) => path.join() === first.path.join())
  const wanted = here.flatMap(({ message }) => EXPECTED.exec(message)?.[1] ?? [])
  const words = [...new Set(wanted)].map((each) => WORDS.get(each) ?? each)
  return `is ${actual.replace(/^BigDecimal\((.*)\)$/, "$1")}, and may be ${words.join(" or ")}`
}

/** A value that a key does not take, with what it takes. */
export const valueFault = (file: string, value: unknown, error: ParseResult.ParseError): SettingsError => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  const path = issues[0]?.path ?? []
  return (
    numberFault(file, value, path) ?? fail(file, path.map(String).join("."), wrongValue(issues), "Correct it there")
  )
}
