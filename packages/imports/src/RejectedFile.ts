import { Csv } from "@roundlot/api"
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Option, Ref, Schema, Scope } from "effect"
import type { Bad } from "./TradeRow.ts"

/** The file of rejected rows cannot be written; the trades themselves are not touched by that. */
export class RejectedFileError extends Schema.TaggedError<RejectedFileError>()("RejectedFileError", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.file} cannot be written (${this.problem}): make room or allow writing there, then import again`
  }
}

/** Takes bad rows and writes them to a file that comes into being with the first of them. */
export interface RejectedFile {
  readonly path: string
  readonly write: (rows: ReadonlyArray<Bad>) => Effect.Effect<void, RejectedFileError>
}

/** Where the rejected rows of an imported file go: beside it, or into the working folder for the standard input (`-`). */
export const pathOf = (imported: string): string => `${imported === "-" ? "stdin" : imported}.rejected.csv`

const HEADER = ["line", "column", "value", "reason", "raw"]

/**
 * A file of rejected rows at `path` (RFC 4180: line, column, value, reason, raw text), closed with the scope. Only its owner may
 * read it. One from an earlier run is replaced by the first bad row. Texts that a spreadsheet would take for a formula are
 * prefixed with `'`.
 */
export const make = (path: string): Effect.Effect<RejectedFile, never, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const scope = yield* Effect.scope
    const opened = yield* Ref.make(Option.none<FileSystem.File>())
    const open = Effect.gen(function* () {
      // Removed, then made anew: a link in its place is not followed, and the rights are ours from the first byte.
      yield* fs.remove(path, { force: true })
      const file = yield* fs.open(path, { flag: "wx", mode: 0o600 }).pipe(Effect.provideService(Scope.Scope, scope))
      yield* file.writeAll(encode([HEADER]))
      yield* Ref.set(opened, Option.some(file))
      return file
    })
    const write = (rows: ReadonlyArray<Bad>) =>
      Effect.gen(function* () {
        if (rows.length === 0) return
        const file = yield* Effect.flatMap(
          Ref.get(opened),
          Option.match({ onNone: () => open, onSome: Effect.succeed })
        )
        yield* file.writeAll(encode(rows.map(cellsOf)))
      }).pipe(Effect.mapError((error) => new RejectedFileError({ file: path, problem: error.message })))
    return { path, write }
  })

const cellsOf = ({ column, line, raw, reason, value }: Bad) => [line, column, value, reason, raw]

const encode = (records: ReadonlyArray<Parameters<typeof Csv.record>[0]>): Uint8Array =>
  new TextEncoder().encode(records.map(Csv.record).join(""))
