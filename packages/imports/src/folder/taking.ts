import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type { TradeSource } from "@roundlot/core/adapter"
import { Chunk, Effect, Either, Ref, Stream } from "effect"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import type { ImportFileError } from "../ImportFileError.ts"
import { tradesOf } from "../readRows.ts"
import * as RejectedFile from "../RejectedFile.ts"
import { formatOf, readBytes } from "../TradeFile.ts"
import { bad, type Bad, type Parsed, type Row } from "../TradeRow.ts"
import { keepFile, LIST, move, type Numbered } from "./Numbered.ts"
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
      Effect.mapError(write(rows), ({ message }) => stop(message, "It then continues automatically"))
  })
}

/** An export that is written again with one more row would be bought twice, were its rows known by where they stand. */
const NO_ID = Either.left({
  value: "",
  reason: "has no source_id: rows of a folder are identified by it alone"
})

const rowsOf = (source: string, path: string, { file }: Numbered, sealed: Sealed) =>
  readBytes(bytesOf(path, file, sealed), file, {
    source,
    terms: "taken",
    usual: { source_id: () => NO_ID },
    ...formatOf(file, {})
  })

/** A text of its own: one that was cut out of a long line would hold the line for as long as its delivery lasts. */
const apart = (text: string): string => Buffer.from(text).toString()

const heldOf = ({ input, ...row }: Parsed): Parsed => ({
  ...row,
  raw: apart(row.raw),
  input: { ...input, sourceId: apart(input.sourceId), symbol: apart(input.symbol) }
})

/** What a whole file came to: the room that it belongs in, and what it held. */
type Outcome = Pick<Reached, "to" | "sha256">

/** Reads the rows of a file: those that are trades go on, the others into its list. One that cannot be read, or not any further, is whole with the rows that it had. */
const parsedOf = (source: string, folder: string, numbered: Numbered, outcome: Ref.Ref<Outcome>) => {
  const path = join(folder, "taking", numbered.file)
  const rows = Stream.unwrap(
    Effect.map(
      Effect.tap(seal(path, numbered.file), ({ sha256 }) => Ref.set(outcome, { to: "done", sha256 })),
      (sealed) => rowsOf(source, path, numbered, sealed)
    )
  )
  const rejecting = (error: ImportFileError) =>
    Stream.as(Stream.fromEffect(Ref.set(outcome, { to: "rejected" })), wholeFile(error))
  return Stream.unwrapScoped(
    Effect.map(listOf(folder, numbered), (write) =>
      rows.pipe(
        Stream.catchAll(rejecting),
        // A bad row has its text: none is kept until a delivery is full.
        Stream.mapChunksEffect((chunk) => {
          const [bad, parsed] = Chunk.partitionMap(chunk, (row) =>
            row._tag === "Parsed" ? Either.right(heldOf(row)) : Either.left(row)
          )
          return Effect.as(write(Chunk.toReadonlyArray(bad)), parsed)
        })
      )
    )
  )
}

/** Puts away a file that is in the books, in the room that it belongs in. */
const away = (folder: string, numbered: Numbered, { sha256, to }: Outcome) =>
  to === "done" && sha256 !== undefined
    ? putAway(folder, numbered, sha256)
    : move(join(folder, "taking", numbered.file), join(folder, "rejected", numbered.file))

/**
 * Takes the file in `taking`: that it is begun, its rows, then that it is whole; once that is committed, it is put away. One that was begun
 * before is read from its begin: what is known by its id is not taken twice.
 */
export const taking = (
  source: string,
  folder: string,
  numbered: Numbered,
  reached: Reached
): Stream.Stream<TradeSource.Delivery, SpoolFault> => {
  if (reached.file === numbered.number && reached.to !== undefined)
    return Stream.execute(away(folder, numbered, reached))
  const at = { folder: reached.folder, file: numbered.number }
  return Stream.unwrap(
    Effect.map(Ref.make<Outcome>({}), (outcome) => {
      const begun: TradeSource.Delivery = { trades: [], cursor: cursorOf(at) }
      // What is not taken is on disk before the books know the file as whole.
      const whole = Effect.zipRight(
        keepFile(join(folder, "rejected"), `${numbered.file}${LIST}`),
        Effect.map(Ref.get(outcome), (to) => ({ trades: [], cursor: cursorOf({ ...at, ...to }) }))
      )
      return Stream.make(begun).pipe(
        Stream.concat(
          parsedOf(source, folder, numbered, outcome).pipe(
            Stream.grouped(TOGETHER),
            Stream.map((rows) => ({
              ...tradesOf(Chunk.toReadonlyArray(rows), numbered.file),
              cursor: begun.cursor
            }))
          )
        ),
        Stream.concat(Stream.fromEffect(whole)),
        Stream.concat(Stream.execute(Effect.flatMap(Ref.get(outcome), (to) => away(folder, numbered, to))))
      )
    })
  ).pipe(Stream.provideLayer(NodeFileSystem.layer))
}
