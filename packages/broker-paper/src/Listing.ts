import { Ticker } from "@roundlot/core"
import { Either, Schema } from "effect"
import { SHIPPED } from "./internal/shipped.ts"

/** The instruments that a paper exchange knows. */
export interface Listing {
  readonly has: (symbol: string) => boolean
}

/** A listing file cannot be read as one: the line, what is wrong there, and what to do. */
export class ListingUnreadable extends Schema.TaggedError<ListingUnreadable>()("ListingUnreadable", {
  file: Schema.String,
  line: Schema.Int,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.file}, line ${this.line}: ${this.problem}. ${this.remedy}`
  }
}

/**
 * Every well-formed ticker, for tests and simulations that invent symbols.
 *
 * @example
 * Exchange.layer({ listing: Listing.any })
 */
export const any: Listing = { has: () => true }

/**
 * The named symbols.
 *
 * @example
 * Exchange.layer({ listing: Listing.of(["AAPL", "MSFT"]) })
 */
export const of = (symbols: Iterable<string>): Listing => {
  const named = new Set(symbols)
  return { has: (symbol) => named.has(symbol) }
}

/**
 * The listing of an exchange that names no other: some 800 well-known shares and funds of the United States.
 *
 * @example
 * Listing.shipped.has("AAPL") // true
 */
export const shipped: Listing = of(SHIPPED.trim().split(/\s+/))

/**
 * Reads a listing file: CSV with a column `symbol`, or the pipe-separated form of the Nasdaq Trader symbol directory. Test issues are
 * not listed. `file` is the name in errors.
 *
 * @example
 * Listing.parse("symbol,name\nAAPL,Apple Inc.\n", "listing.csv")
 */
export const parse = (text: string, file: string): Either.Either<Listing, ListingUnreadable> =>
  Either.gen(function* () {
    const [head = { number: 1, text: "" }, ...rows] = linesOf(text)
    const fault = faultsIn(file)
    const form = head.text.includes("|") ? directory : csv
    const names = (form.cellsOf(head.text) ?? []).map((name) => name.trim().toLowerCase())
    const symbolAt = names.findIndex((name) => name === "symbol" || name === "act symbol")
    if (symbolAt < 0) return yield* fault(head.number, "The header has no column 'symbol'", HEADER)
    const columns = { symbolAt, testAt: names.indexOf("test issue"), count: names.length }
    const last = rows.at(-1) ?? head
    if (form.hasEnd && !END.test(last.text))
      return yield* fault(last.number, "The file ends without 'File Creation Time'", AGAIN)
    const symbols = new Set<string>()
    for (const { number, text: row } of form.hasEnd ? rows.slice(0, -1) : rows) {
      const read = symbolIn(form, columns, row)
      if (read._tag === "Fault") return yield* fault(number, read.problem, read.remedy)
      if (read._tag === "Listed") symbols.add(read.symbol)
    }
    return symbols.size === 0
      ? yield* fault(last.number, "The file lists no symbol", "Name one in each line")
      : of(symbols)
  })

const HEADER = "Begin the file with a header: symbol,name or Symbol|Security Name|Test Issue"
const AGAIN = "The file is cut short: download it again"
const END = /^File Creation Time/

interface TextLine {
  readonly number: number
  readonly text: string
}

const linesOf = (text: string): ReadonlyArray<TextLine> =>
  text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter((line) => line.text.trim() !== "")

const faultsIn = (file: string) => (line: number, problem: string, remedy: string) =>
  Either.left(new ListingUnreadable({ file, line, problem, remedy }))

/** How the lines of a form are split. */
interface Form {
  /** The cells of a line; `undefined` where a quotation mark is not closed. */
  readonly cellsOf: (line: string) => ReadonlyArray<string> | undefined
  /** Whether the last line says when the file was made. */
  readonly hasEnd: boolean
  /** Whether it names classes in characters that no ticker here has, `ABR$D`: they are not listed. */
  readonly hasOtherSymbols: boolean
}

/** Every field of a line has a comma before it: one is set before the first. */
const CSV_LINE = /^(?:,(?:"(?:[^"]|"")*"|[^",]*))+$/
const CSV_FIELD = /,(?:"((?:[^"]|"")*)"|([^",]*))/g

const csv: Form = {
  hasEnd: false,
  hasOtherSymbols: false,
  cellsOf: (line) =>
    CSV_LINE.test(`,${line}`)
      ? [...`,${line}`.matchAll(CSV_FIELD)].map(([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain)
      : undefined
}

const directory: Form = { hasEnd: true, hasOtherSymbols: true, cellsOf: (line) => line.split("|") }

interface Columns {
  readonly symbolAt: number
  readonly testAt: number
  readonly count: number
}

type Read =
  | { readonly _tag: "Listed"; readonly symbol: string }
  | { readonly _tag: "Unlisted" }
  | { readonly _tag: "Fault"; readonly problem: string; readonly remedy: string }

const wrong = (problem: string, remedy: string): Read => ({ _tag: "Fault", problem, remedy })

const unlisted: Read = { _tag: "Unlisted" }

const symbolIn = (form: Form, { count, symbolAt, testAt }: Columns, line: string): Read => {
  const cells = form.cellsOf(line)
  if (cells === undefined)
    return wrong("A quotation mark stands alone", 'Write a field as "…", with "" for each mark in it')
  if (cells.length !== count)
    return wrong(
      `The line has ${cells.length} columns, the header ${count}`,
      "Correct the line, or download the file again"
    )
  const symbol = (cells[symbolAt] ?? "").trim()
  const test = testAt < 0 ? "N" : (cells[testAt] ?? "").trim()
  if (test !== "Y" && test !== "N") return wrong(`Test Issue is '${test}'`, "Write Y or N")
  if (test === "Y") return unlisted
  if (symbol === "") return wrong("Symbol is missing", "Name one, or remove the line")
  if (Ticker.isTicker(symbol)) return { _tag: "Listed", symbol }
  if (form.hasOtherSymbols && !/\s/.test(symbol)) return unlisted
  return wrong(`'${symbol}' is no ticker`, "A symbol has letters, digits, '.', '_', '/' and '-', at most 32")
}
