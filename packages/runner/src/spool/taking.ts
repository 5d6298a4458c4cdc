import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type { TradeSource } from "@roundlot/core"
import { Chunk, Effect, Either, Option, Stream } from "effect"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { fail, type ImportFileError } from "../import/ImportFileError.ts"
import * as RejectedFile from "../import/RejectedFile.ts"
import { formatOf, readBytes } from "../import/TradeFile.ts"
import { bad, type Bad, type Row } from "../import/TradeRow.ts"
import { LIST, move, type Numbered } from "./Numbered.ts"
import { cursorOf, type Reached } from "./Reached.ts"
import { bytesOf, seal, type Sealed } from "./Sealed.ts"
import { asking, stop, type SpoolFault } from "./SpoolFault.ts"
import { putAway } from "./Watched.ts"

/** The most rows of a delivery. */
const TOGETHER = 1_000

/** A file is not read, or not any further: it stands as a row of its list of rejected ones. */
const wholeFile = ({ message }: ImportFileError): Row =>
  bad({ line: 0, column: undefined, value: "", reason: message, raw: "" })

/** Opens the list of what is not taken of a file, with none of an earlier reading in it. */
const listOf = (folder: string, { file }: Numbered) => {
  const path = join(folder, "rejected", `${file}${LIST}`)
  return Effect.gen(function* () {
    yield* asking(`${path} cannot be removed`, () => rm(path, { force: true }))
    const { write } = yield* RejectedFile.make(path)
    return (rows: ReadonlyArray<Bad>) =>
      Effect.mapError(write(rows), ({ message }) => stop(message, "It then goes on by itself"))
  })
}

/** Says of a file that it is not what it was when it was taken, and moves it to those that need a person. */
export const rejectChanged = (folder: string, file: string): Effect.Effect<void, SpoolFault> =>
  Effect.gen(function* () {
    const write = yield* listOf(folder, { number: 0, file: `${file}.changed` })
    const reason = "was written to after it was taken: what it has more than then is not taken"
    yield* write([bad({ line: 0, column: undefined, value: "", reason, raw: "" })])
    yield* move(join(folder, "done", file), join(folder, "rejected", file))
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

const rowsOf = (source: string, path: string, { file }: Numbered, sealed: Sealed) =>
  readBytes(bytesOf(path, file, sealed), file, {
    source,
    terms: "taken",
    usual: { source_id: (line) => `${sealed.sha256}:${line}` },
    ...formatOf(file, {})
  })

/** Seals a file, unless it holds something else than that of which rows are in: which of them they were cannot be known. */
const sealedAs = (path: string, file: string, { line, sha256 }: Pick<Reached, "line" | "sha256">) =>
  Effect.filterOrFail(
    seal(path, file),
    (sealed) => line === undefined || sha256 === sealed.sha256,
    () =>
      fail(
        file,
        "Unreadable",
        `was changed after rows of it were taken, up to line ${line} at least`,
        "put what it has more into the folder in another file"
      )
  )

/** The rows of a chunk that are not in yet; nothing where all are. */
const deliveryOf = (
  rows: ReadonlyArray<Row>,
  from: number,
  placeAt: (line: number) => string
): Option.Option<TradeSource.Delivery> => {
  const line = rows.reduce((most, row) => Math.max(most, row.line), 0)
  if (line <= from) return Option.none()
  const trades = rows.flatMap((row) => (row._tag === "Parsed" && row.line > from ? [row.input] : []))
  return Option.some({ trades, cursor: placeAt(line) })
}

/**
 * Takes the file in `taking` after what the books know of it: its rows, each delivery with its place, then that it is whole; once that is
 * committed, it is put away. One that cannot be read, or not any further, is whole with the rows that it had.
 */
export const taking = (
  source: string,
  folder: string,
  numbered: Numbered,
  reached: Reached
): Stream.Stream<TradeSource.Delivery, SpoolFault> => {
  const path = join(folder, "taking", numbered.file)
  const known: Reached = reached.file === numbered.number ? reached : { folder: reached.folder, file: numbered.number }
  const from = known.line ?? 0
  let { sha256, to = "done" } = known
  const place = (rest: Pick<Reached, "line" | "to">) =>
    cursorOf({ folder: reached.folder, file: numbered.number, ...(sha256 === undefined ? {} : { sha256 }), ...rest })
  const rejecting = (error: ImportFileError) =>
    Stream.sync(() => {
      to = "rejected"
      return wholeFile(error)
    })
  const deliveries = Stream.unwrapScoped(
    Effect.gen(function* () {
      const write = yield* listOf(folder, numbered)
      const sealed = yield* Effect.either(sealedAs(path, numbered.file, known))
      sha256 = Either.isRight(sealed) ? sealed.right.sha256 : sha256
      // What it holds is in the books before any row of it is.
      const begin =
        Either.isRight(sealed) && known.line === undefined ? [{ trades: [], cursor: place({ line: 0 }) }] : []
      const rows = Either.isRight(sealed) ? rowsOf(source, path, numbered, sealed.right) : Stream.fail(sealed.left)
      return Stream.concat(
        Stream.fromIterable(begin),
        rows.pipe(
          Stream.catchAll(rejecting),
          Stream.grouped(TOGETHER),
          Stream.map(Chunk.toReadonlyArray),
          Stream.tap((chunk) => write(chunk.filter((row) => row._tag === "Bad"))),
          Stream.filterMap((chunk) => deliveryOf(chunk, from, (line) => place({ line })))
        )
      )
    })
  )
  const whole = Stream.sync(() => ({ trades: [], cursor: place({ to }) }))
  const away = Effect.suspend(() =>
    to === "done" ? putAway(folder, numbered, sha256 ?? "") : move(path, join(folder, "rejected", numbered.file))
  )
  const delivered = known.to === undefined ? Stream.concat(deliveries, whole) : Stream.empty
  return Stream.concat(delivered, Stream.execute(away)).pipe(Stream.provideLayer(NodeFileSystem.layer))
}
