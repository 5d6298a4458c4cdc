import { ExactJson } from "@roundlot/core/adapter"
import { Either } from "effect"
import { lineCounter } from "./lineCounter.ts"
import {
  type Contents,
  datesOf,
  digestOf,
  type Execution,
  kindsOf,
  once,
  type Place,
  type UnreadRow
} from "./Statement.ts"
import type { Fault } from "./StatementUnreadable.ts"

/** One element of a JSON array. */
export interface JsonItem extends Place {
  /** JSON whose numbers are texts, digit by digit. */
  readonly exact: string
}

/** The elements of a JSON array, each with its place. One object alone is an array of one. */
const itemsOf = (text: string): Either.Either<ReadonlyArray<JsonItem>, Fault> => {
  const fault = faultOf(text)
  if (fault !== undefined) return Either.left(fault)
  const rows = text.trimStart().startsWith("{") ? [text.trim()] : ExactJson.rowsIn(text)
  if (rows === undefined) {
    const remedy = "give the broker's response itself: a JSON array of rows"
    return Either.left({ problem: "is JSON, but not an array", remedy })
  }
  const placeOf = placesOf(text)
  return Either.right(rows.map((row) => ({ ...placeOf(row), exact: ExactJson.exact(row) })))
}

/** A row of a broker's answer. */
export interface JsonRow {
  readonly item: JsonItem
  /** The broker's own id of it. */
  readonly id: string | undefined
  /** What the books know its execution by, where so much of it can be read. */
  readonly execId: string | undefined
  readonly date: string | undefined
  /** The broker's number of its account, where a row says it. */
  readonly account: string | undefined
}

/** How a broker's rows are read. */
interface Reader<R extends JsonRow> {
  readonly rowOf: (item: JsonItem) => R
  /** The field that has a row's id. */
  readonly idField: string
  /** An execution, or of what kind a row is that is none; else why it cannot be read. */
  readonly readOf: (row: R) => Either.Either<Execution | string, string>
}

/** What the rows of a broker's answer say: each once, by its id. */
export const readRows = <R extends JsonRow>(
  json: string,
  { idField, readOf, rowOf }: Reader<R>
): Either.Either<Contents, Fault> =>
  Either.map(itemsOf(json), (items) => {
    const { contradicting, repeated, rows } = once(
      items.map(rowOf),
      ({ id }) => id,
      ({ item }) => item.exact
    )
    const doubted = contradicting.map(({ other, row }) =>
      unreadOf(row, `its ${idField} is also that of line ${other.item.line}, whose values differ`)
    )
    const read = rows.map((row) => ({ row, is: readOf(row) }))
    const known = read.flatMap(({ is }) => (Either.isRight(is) ? [is.right] : []))
    return {
      executions: known.flatMap((each) => (typeof each === "object" ? [each] : [])),
      unread: [...read.flatMap(({ is, row }) => (Either.isLeft(is) ? [unreadOf(row, is.left)] : [])), ...doubted],
      kinds: kindsOf([
        ...known.flatMap((each) => (typeof each === "string" ? [each] : [])),
        ...repeated.map(() => "repeated row")
      ]),
      accounts: new Set(rows.flatMap(({ account }) => account ?? [])),
      dates: datesOf(rows.flatMap((row) => row.date ?? [])),
      madeAt: undefined
    }
  })

const unreadOf = ({ execId, item: { exact, item, line } }: JsonRow, reason: string): UnreadRow => ({
  line,
  item,
  execId,
  reason,
  digest: digestOf(exact)
})

const faultOf = (text: string): Fault | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const line = lineOf(text, error instanceof Error ? error.message : "")
    return { line, problem: "is not valid JSON", remedy: "download it again completely, as one JSON array" }
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
