import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Option, Schema } from "effect"
import process from "node:process"

/** A file that is to be its user's alone cannot be used; the message says why. */
export class NotOwn extends Schema.TaggedError<NotOwn>()("NotOwn", { file: Schema.String, problem: Schema.String }) {
  override get message() {
    return `${this.file} ${this.problem}`
  }
}

/** The mode of a file that its owner alone may read and write. */
export const MODE = 0o600
const OTHERS = 0o077
const ROOT = 0

/** Is it another user's? Root may use every user's; a system without users has no others. */
const isForeign = ({ uid }: FileSystem.File.Info): boolean => {
  const own = process.getuid?.()
  return own !== undefined && own !== ROOT && Option.exists(uid, (owner) => owner !== own)
}

/** The text of a file; none where there is none. One that others may read or write, or that another user has put there, is refused. */
export const read = (file: string): Effect.Effect<Option.Option<string>, NotOwn, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (!(yield* fs.exists(file))) return Option.none()
    const info = yield* fs.stat(file)
    if (isForeign(info)) return yield* new NotOwn({ file, problem: "is another user's" })
    if ((info.mode & OTHERS) !== 0) return yield* new NotOwn({ file, problem: "can be read or written by others" })
    return Option.some(yield* fs.readFileString(file))
  }).pipe(
    Effect.mapError((error) =>
      error._tag === "NotOwn" ? error : new NotOwn({ file, problem: `cannot be read (${error.message})` })
    )
  )
