import * as FileSystem from "@effect/platform/FileSystem"
import type { PlatformError } from "@effect/platform/Error"
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Effect, Option, Stream } from "effect"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type { Columns, Field, Row, RowSettings, Usual } from "./TradeRow.ts"
import { csvRows, type CsvSettings } from "./CsvRows.ts"
import { fail, type ImportFileError, type Fault } from "./ImportFileError.ts"
import { jsonRows } from "./JsonRows.ts"
import * as Line from "./Line.ts"
import type { Rows, Step } from "./Rows.ts"
import type { Dialect } from "./Dialect.ts"

/** How a file of trades is written. */
export type Format = "csv" | "json-lines"

/** How to read a file of trades; all have a default. */
export interface Options {
  /** The file's own names of its columns, `{ source_id: "Id" }`; `{ price: "" }` says that it has no price. */
  readonly columns?: Columns
  /** What together tells one trade from another, where an id alone does not: `["source_id", "side"]`. Default: the id. */
  readonly identity?: NonEmptyReadonlyArray<Field>
  /** Where the trades come from; half of their identity, so never the file's name. Default: `import`. */
  readonly source?: string
  /** Default: by the file's ending (`.jsonl`, `.ndjson`, `.csv`), else by its first character. */
  readonly format?: Format
  /** What rows are taken to say where they say nothing. Default: nothing may be left out but the price. */
  readonly usual?: Usual
  /** Where the file is written otherwise than ours. */
  readonly dialect?: Dialect
  /** What a row's limit price is: the terms of its order, or out of place. Default: nothing looks for it. */
  readonly terms?: RowSettings["terms"]
  /** Is told of every value of a CSV file as it stands. */
  readonly seen?: CsvSettings["seen"]
}

/**
 * The trades of a CSV or JSON lines file (`-` is the standard input), read as they are taken: the file may be larger than
 * memory. Bad rows are rows of the stream; it fails only for the file as a whole. Reads `FileSystem`.
 *
 * @example
 * readTrades("trades.csv").pipe(Stream.runForEach((row) => Effect.log(row._tag)))
 */
export const readTrades = (
  file: string,
  options: Options = {}
): Stream.Stream<Row, ImportFileError, FileSystem.FileSystem> =>
  file === "-"
    ? readBytes(standardInput, STANDARD_INPUT, options)
    : readBytes(bytesOf(file), file, { ...options, ...formatOf(file, options) })

/** As {@link readTrades}, from bytes; `file` is the name that errors tell. */
export const readBytes = <R>(
  bytes: Stream.Stream<Uint8Array, ImportFileError, R>,
  file: string,
  options: Options = {}
): Stream.Stream<Row, ImportFileError, R> =>
  Stream.suspend(() => {
    const reader = readerOf(file, options)
    return bytes.pipe(
      Stream.mapEffect(reader.take),
      Stream.concat(Stream.fromEffect(Effect.suspend(reader.end))),
      Stream.concat(Stream.fromEffect(Effect.suspend(reader.close))),
      Stream.flattenIterables
    )
  })

/** How the standard input is called where a file is named. */
export const STANDARD_INPUT = "standard input"

/** The bytes of the standard input. */
export const standardInput = NodeStream.fromReadable<ImportFileError>(
  () => process.stdin,
  (cause) => fail(STANDARD_INPUT, "Unreadable", `cannot be read (${String(cause)})`, "give a file instead"),
  { closeOnDone: false }
)

/** The bytes of a plain file, in one buffer that each chunk is read into. */
export const bytesOf = (file: string): Stream.Stream<Uint8Array, ImportFileError, FileSystem.FileSystem> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { type } = yield* Effect.mapError(fs.stat(file), (error) => unreadable(file, error))
      if (type === "Directory") return yield* fail(file, "NotAFile", "is a directory", "name a file in it")
      if (type !== "File") return yield* fail(file, "NotAFile", "is not a regular file", "pipe it in and name it -")
      const opened = yield* Effect.mapError(fs.open(file, { flag: "r" }), (error) => unreadable(file, error))
      return Stream.mapError(chunksOf(opened), (error) => unreadable(file, error))
    })
  )

const LINE_END = 10

/** How many lines a plain file has after its first. */
export const linesOf = (file: string): Effect.Effect<number, ImportFileError, FileSystem.FileSystem> =>
  Stream.runFold(bytesOf(file), -1, (lines, bytes) => lines + bytes.filter((byte) => byte === LINE_END).length)

const CHUNK = 65_536

/** One buffer for all chunks: the reader has copied what it keeps of one before it pulls the next, so memory stays flat. */
const chunksOf = (file: FileSystem.File): Stream.Stream<Uint8Array, PlatformError> =>
  Stream.suspend(() => {
    const buffer = new Uint8Array(CHUNK)
    return Stream.repeatEffectOption(
      Effect.flatMap(Effect.mapError(file.read(buffer), Option.some), (size) =>
        size === 0n ? Effect.fail(Option.none()) : Effect.succeed(buffer.subarray(0, Number(size)))
      )
    )
  })

const unreadable = (file: string, error: PlatformError): ImportFileError => {
  if (error._tag === "SystemError" && error.reason === "NotFound") {
    return fail(file, "NotFound", "does not exist", "check the path")
  }
  const isDenied = error._tag === "SystemError" && error.reason === "PermissionDenied"
  return fail(
    file,
    "Unreadable",
    isDenied ? "may not be read by this user" : `cannot be read (${error.message})`,
    isDenied ? "check its permissions" : "check the path and the disk, then import it again: no row is imported twice"
  )
}

/** The format that is named, else that of the file's ending, if any. */
export const formatOf = (file: string, { format }: Options): { readonly format?: Format } => {
  if (format !== undefined) return { format }
  if (/\.(jsonl|ndjson)$/i.test(file)) return { format: "json-lines" }
  return /\.csv$/i.test(file) ? { format: "csv" } : {}
}

const readerOf = (file: string, options: Options) => {
  const splitter = Line.splitter()
  const rows = fileRows(file, options)
  return {
    take: (bytes: Uint8Array) => collect(splitter.take(bytes), rows.take),
    end: () => collect([splitter.end()], (last) => (last === undefined ? undefined : rows.take(last))),
    close: () => collect([undefined], rows.end)
  }
}

const collect = <A>(each: Iterable<A>, step: (one: A) => Step): Effect.Effect<ReadonlyArray<Row>, ImportFileError> => {
  const taken: Array<Row> = []
  for (const one of each) {
    const row = step(one)
    if (row === undefined) continue
    if (row._tag === "ImportFileError") return Effect.fail(row)
    taken.push(row)
  }
  return Effect.succeed(taken)
}

/** Waits for the first line that is not blank, which tells encoding and format, then goes on as CSV or JSON lines. */
const fileRows = (file: string, options: Options): Rows => {
  const settings: CsvSettings = {
    source: options.source ?? "import",
    identity: options.identity ?? ["source_id"],
    usual: options.usual,
    dialect: options.dialect,
    terms: options.terms,
    seen: options.seen
  }
  let body: Rows | undefined
  return {
    take: (line) => {
      if (body !== undefined) return body.take(line)
      if (line.number <= (options.dialect?.skip ?? 0)) return undefined
      const first = line.number === 1 ? withoutMark(line) : line
      if (Line.textOf(first).trim() === "") return undefined
      const fault = wrongContents(file, Line.textOf(first))
      if (fault !== undefined) return fault
      const format = options.format ?? (Line.textOf(first).trimStart().startsWith("{") ? "json-lines" : "csv")
      body =
        format === "csv" ? csvRows(file, options.columns ?? {}, settings) : jsonRows(options.columns ?? {}, settings)
      return body.take(first)
    },
    end: () =>
      body === undefined ? fail(file, "Empty", "is empty", "give a header and one line per trade") : body.end()
  }
}

const withoutMark = (line: Line.Line): Line.Line => {
  const text = Line.textOf(line).replace(/^\uFEFF/, "")
  return line._tag === "Text" ? { ...line, text } : { ...line, head: text }
}

const AS_UTF8 = "save it as UTF-8 (CSV UTF-8) and import it again"

const AS_LINES = "write one object a line, with no brackets and commas around"

type Stranger = readonly [begin: string, fault: Fault, problem: string, remedy: string]

/** How files of other kinds begin; bytes that are no UTF-8 are spelled `\xNN`, as the line shows them. */
const strangers: ReadonlyArray<Stranger> = [
  ["\\xFF\\xFE\0\0", "Encoding", "is UTF-32LE, not UTF-8", AS_UTF8],
  ["\0\0\\xFE\\xFF", "Encoding", "is UTF-32BE, not UTF-8", AS_UTF8],
  ["\\xFF\\xFE", "Encoding", "is UTF-16LE, not UTF-8", AS_UTF8],
  ["\\xFE\\xFF", "Encoding", "is UTF-16BE, not UTF-8", AS_UTF8],
  ["\u001F\\x8B", "Format", "is compressed with gzip", "unpack it first"],
  ["PK\u0003\u0004", "Format", "is a ZIP archive or a spreadsheet", "unpack it, or save the sheet as CSV UTF-8"],
  ["[", "Format", "begins with '[': it is one JSON array", AS_LINES]
]

/** What a file is whose first line begins so, where it is neither CSV nor JSON lines in UTF-8. */
const wrongContents = (file: string, firstLine: string): ImportFileError | undefined => {
  const stranger = strangers.find(([begin]) => firstLine.trimStart().startsWith(begin))
  if (stranger !== undefined) return fail(file, stranger[1], stranger[2], stranger[3])
  const guess = unmarked(firstLine)
  return guess === undefined ? undefined : fail(file, "Encoding", `looks like ${guess}, not UTF-8`, AS_UTF8)
}

/** Plain letters in 16 bits without a mark: every other byte is NUL. */
const unmarked = (text: string): string | undefined => {
  const nul = [0, 1, 2, 3].map((at) => (text.charAt(at) === "\0" ? "0" : "x")).join("")
  if (nul === "x0x0") return "UTF-16LE"
  return nul === "0x0x" ? "UTF-16BE" : undefined
}
