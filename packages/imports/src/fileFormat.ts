import { createHash } from "node:crypto"
import { type OrderPolicy, Batch } from "@roundlot/core/ledger"
import { Effect, Either, Option, Stream } from "effect"
import type { Dialect } from "./Dialect.ts"
import { fail, type ImportFileError } from "./ImportFileError.ts"
import * as surveys from "./survey.ts"
import * as TradeFile from "./TradeFile.ts"
import type { Row } from "./TradeRow.ts"

/** How a file is read. */
export interface Written {
  /** Its bytes, however often they are asked for. */
  readonly bytes: Stream.Stream<Uint8Array, ImportFileError>
  /** As people know it; undefined where it came from elsewhere. */
  readonly fileName: string | undefined
  readonly source: string
  readonly columns: TradeFile.Options["columns"]
  /** How it is written, as far as somebody said. */
  readonly dialect: Dialect
  readonly mode: Batch.BatchMode
  /** How its orders are sent, where a row says nothing. */
  readonly order?: OrderPolicy.OrderPolicy | undefined
}

/** A file whose mode may not have been named. */
export type Unsettled = Omit<Written, "mode"> & { readonly mode: Batch.BatchMode | undefined }

/** A file that was read once, from end to end. */
export type Read = Written & { readonly surveyed: Surveyed }

/** A hash of texts that cannot be mistaken for that of others. */
export const sha256 = (...parts: ReadonlyArray<string>): string => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(part).update("\u0000")
  return hash.digest("hex")
}

/** A file that was read once: what tells it from others, and how it is written. */
interface Surveyed {
  readonly fileHash: string
  readonly rows: number
  readonly dialect: Dialect
}

/** The name of a file, for people. */
export const nameOf = ({ fileName }: Written): string => fileName ?? "what was submitted"

const optionsOf = ({ columns, mode, source }: Written, dialect: Dialect): TradeFile.Options => ({
  source,
  dialect,
  terms: mode === "execute" ? "taken" : "refused",
  ...(columns === undefined ? {} : { columns })
})

const HEAD_BYTES = 65_536

/** What a row says that says nothing of itself: who has no id of his own is the line of these bytes, who has no time came now. */
const usualOf = (fileHash: string, now: string) => ({
  source_id: (line: number) => Either.right(`${fileHash}:${line}`),
  timestamp: () => Either.right(now)
})

/** Any time: what it is does not matter as long as nothing is taken. */
const ONCE = "2026-01-01T00:00:00Z"

/** How a file is written, which only all of its values can say, and its hash. */
const surveyOf = (written: Written): Effect.Effect<Surveyed, ImportFileError> =>
  Effect.gen(function* () {
    const { bytes, columns = {}, mode, order } = written
    if (mode === "accumulate" && order !== undefined)
      return yield* Effect.fail(
        fail(
          nameOf(written),
          "Format",
          "accumulates, so its rows are not orders of their own",
          "omit session and time in force"
        )
      )
    const [first = new Uint8Array()] = yield* Stream.runCollect(Stream.take(bytes, 1))
    const header = surveys.headerIn(first.slice(0, HEAD_BYTES), columns, written.dialect)
    const found = surveys.begin()
    const hash = createHash("sha256")
    const hashed = Stream.tap(bytes, (part) => Effect.sync(() => hash.update(part)))
    const options = { ...optionsOf(written, header), seen: found.take, usual: usualOf("", ONCE) }
    const rows = yield* Stream.runCount(TradeFile.readBytes(hashed, nameOf(written), options))
    return { rows, fileHash: hash.digest("hex"), dialect: yield* surveys.decide(nameOf(written), found, header) }
  })

/** The rows of a file that was surveyed; it fails at its end where the file has changed since. */
export const rowsOf = (
  written: Written,
  { dialect, fileHash }: Surveyed,
  now: string
): Stream.Stream<Row, ImportFileError> =>
  Stream.suspend(() => {
    const hash = createHash("sha256")
    const name = nameOf(written)
    const hashed = Stream.tap(written.bytes, (part) => Effect.sync(() => hash.update(part)))
    const unchanged = Effect.suspend(() =>
      hash.digest("hex") === fileHash
        ? Effect.void
        : Effect.fail(fail(name, "Unreadable", "was changed while it was read", "submit it again"))
    )
    return Stream.concat(
      TradeFile.readBytes(hashed, name, {
        ...optionsOf(written, dialect),
        usual: usualOf(fileHash, now)
      }),
      Stream.execute(unchanged)
    )
  })

/** The first row that would be a market order. */
const firstAtMarket = (written: Written, surveyed: Surveyed) =>
  rowsOf(written, surveyed, ONCE).pipe(
    Stream.filterMap((row) =>
      row._tag === "Parsed" && Batch.isAtMarket(row.input.direct) ? Option.some({ line: row.line }) : Option.none()
    ),
    Stream.runHead,
    Effect.map(Option.getOrUndefined)
  )

/** Reads a file from end to end: what tells it from others, how it is written, and its mode, which its rows may leave open. */
export const survey = (file: Unsettled): Effect.Effect<Read, ImportFileError | Batch.ModeNotNamed> =>
  Effect.gen(function* () {
    const written: Written = { ...file, mode: file.mode ?? "execute" }
    const surveyed = yield* surveyOf(written)
    const marketRow = file.mode === undefined ? yield* firstAtMarket(written, surveyed) : undefined
    return { ...written, surveyed, mode: yield* Batch.modeOf(file.mode, marketRow) }
  })
