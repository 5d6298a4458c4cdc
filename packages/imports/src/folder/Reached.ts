import { Effect, Either, Schema } from "effect"
import { LIST, newestOf, numberedIn, type Numbered, type Room } from "./Numbered.ts"
import { stop, type SpoolFault } from "./SpoolFault.ts"

/**
 * How far a folder was taken in, as the cursor of its source: the folder's own id, the number of the last file, and once all its rows are in
 * the room that it belongs in, with the hash of what it held where that is `done`.
 */
export const Reached = Schema.Struct({
  folder: Schema.String,
  file: Schema.Int,
  to: Schema.optionalWith(Schema.Literal("done", "rejected"), { exact: true }),
  sha256: Schema.optionalWith(Schema.String, { exact: true })
})

/** How far a folder was taken in. */
export type Reached = typeof Reached.Type

const Cursor = Schema.parseJson(Reached)

/** As the books keep it. */
export const cursorOf: (reached: Reached) => string = Schema.encodeSync(Cursor)

/** What the books know; nothing where they know nothing yet. */
export const reachedBy = (source: string, cursor: string | undefined): Effect.Effect<Reached | undefined, SpoolFault> =>
  cursor === undefined
    ? Effect.succeed(undefined)
    : Either.match(Schema.decodeEither(Cursor)(cursor), {
        onLeft: () =>
          Effect.fail(
            stop(
              `the cursor of ${source} is ${cursor}, which is not a place in a folder`,
              "Give this source another name"
            )
          ),
        onRight: Effect.succeed
      })

/** How many files are all in. */
const whole = ({ file, to }: Reached): number => (to === undefined ? file - 1 : file)

const older = (folder: string, reached: Reached, { file }: Numbered): SpoolFault => {
  const first = reached.to !== undefined ? "" : `file ${reached.file} in done or rejected into ${folder}/taking, then `
  return stop(
    `${file} was imported from ${folder}, but the books have ${whole(reached)} files of it: the books are older, or another program imports from it too`,
    `Move ${first}what has a number above ${reached.file} in done, rejected and taking back into ${folder}: nothing is imported twice`
  )
}

/** Is it further than the books know? The list of what is not taken of a file is there before its rows are in. */
const isAhead = (reached: Reached, room: Room, { file, number }: Numbered): boolean =>
  number > whole(reached) + (room === "rejected" && file.endsWith(LIST) ? 1 : 0)

/** The file in `taking`, if any, where the folder stands as the books know it: they are as old as it, and nobody else takes from it. */
export const expectKnown = (folder: string, reached: Reached): Effect.Effect<Numbered | undefined, SpoolFault> =>
  Effect.gen(function* () {
    for (const room of ["done", "rejected"] as const) {
      const ahead = (yield* numberedIn(folder, room)).filter((each) => isAhead(reached, room, each))
      const newest = newestOf(ahead)
      if (newest !== undefined) return yield* older(folder, reached, newest)
    }
    const [file, second] = yield* numberedIn(folder, "taking")
    if (second !== undefined)
      return yield* stop(
        `${folder}/taking has two files, ${file?.file} and ${second.file}`,
        "Move the one with the higher number back"
      )
    if (file === undefined && reached.to === undefined)
      return yield* stop(
        `file ${reached.file} was not imported completely and is missing from ${folder}/taking`,
        "Put it back there under its number, or an empty file if it is lost"
      )
    if (file !== undefined && file.number !== reached.file && file.number !== whole(reached) + 1)
      return yield* older(folder, reached, file)
    return file
  })
