import { ExactJson } from "@roundlot/core/adapter"
import { Either } from "effect"
import { lineCounter } from "./lineCounter.ts"
import type { Place } from "./Statement.ts"
import type { Fault } from "./StatementUnreadable.ts"

/** One element of a JSON array. */
export interface JsonItem extends Place {
  /** JSON whose numbers are texts, digit by digit. */
  readonly exact: string
}

/** The elements of a JSON array, each with its place. One object alone is an array of one. */
export const itemsOf = (text: string): Either.Either<ReadonlyArray<JsonItem>, Fault> => {
  const fault = faultOf(text)
  if (fault !== undefined) return Either.left(fault)
  const rows = text.trimStart().startsWith("{") ? [text.trim()] : ExactJson.rowsIn(text)
  if (rows === undefined) {
    const remedy = "give the broker's answer itself: a JSON array of rows"
    return Either.left({ problem: "is JSON, and no array", remedy })
  }
  const placeOf = placesOf(text)
  return Either.right(rows.map((row) => ({ ...placeOf(row), exact: ExactJson.exact(row) })))
}

const faultOf = (text: string): Fault | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const line = lineOf(text, error instanceof Error ? error.message : "")
    return { line, problem: "is not valid JSON", remedy: "download it again, whole, and as one JSON array" }
  }
}

/** Engines say the place; a text that ends too early ends on its last line. */
const lineOf = (text: string, message: string): number => {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  return text.slice(0, position === undefined ? text.length : Number(position)).split("\n").length
}

/** The places of rows that are asked for from the first to the last. */
const placesOf = (text: string): ((row: string) => Place) => {
  const lineAt = lineCounter(text)
  let from = 0
  let item = 0
  return (row) => {
    const begins = text.indexOf(row, from)
    from = begins + row.length
    item += 1
    return { line: lineAt(begins), item }
  }
}
