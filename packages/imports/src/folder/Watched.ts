import { Clock, Effect, Either } from "effect"
import { lstat, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { stampOf } from "./Look.ts"
import { move, type Numbered } from "./Numbered.ts"
import { seal } from "./Sealed.ts"
import { asking, ifThere, type SpoolFault } from "./SpoolFault.ts"

/** Where it stands what the files in `done` held when they were taken, until each has been quiet. */
const WATCHED = ".watched"

const QUIET_MS = 10 * 60_000

/** Puts away a file that was taken. What it held is on disk before it is out of our hands. */
export const putAway = (folder: string, { file }: Numbered, sha256: string): Effect.Effect<void, SpoolFault> =>
  Effect.gen(function* () {
    const note = join(folder, WATCHED, file)
    yield* asking(`${note} cannot be written`, async () => {
      await mkdir(join(folder, WATCHED), { recursive: true })
      await writeFile(note, sha256, { flush: true })
    })
    yield* move(join(folder, "taking", file), join(folder, "done", file))
  })

/** Does it still hold what was taken of it? */
const isSame = (path: string, note: string) =>
  Effect.gen(function* () {
    const sha256 = yield* asking(`${note} cannot be read`, () => readFile(note, "utf8"))
    return Either.match(yield* Effect.either(seal(path, path)), {
      onLeft: () => false,
      onRight: (sealed) => sealed.sha256 === sha256
    })
  })

/**
 * Looks at the files that were taken from a folder, to which their writers may still add: at all of them the first time, at those that are not
 * quiet yet each time. One that holds something else by now goes back into the folder: what is known of it by its id is not taken twice.
 */
export const watching = (folder: string): Effect.Effect<void, SpoolFault> => {
  const seen = new Map<string, { readonly stamp: string; readonly since: number }>()
  const forget = (file: string) =>
    Effect.zipRight(
      Effect.sync(() => seen.delete(file)),
      asking(`${join(folder, WATCHED, file)} cannot be removed`, () => rm(join(folder, WATCHED, file), { force: true }))
    )
  const lookAt = (file: string) =>
    Effect.gen(function* () {
      const path = join(folder, "done", file)
      const note = join(folder, WATCHED, file)
      const stamp = yield* ifThere(`${path} cannot be looked at`, () => lstat(path, { bigint: true }).then(stampOf))
      if (stamp === undefined) return yield* forget(file)
      const known = seen.get(file)
      const now = yield* Clock.currentTimeMillis
      if (known?.stamp !== stamp) {
        if (!(yield* isSame(path, note))) {
          // Somebody may have archived it meanwhile.
          const isThere = (yield* ifThere(`${path} cannot be looked at`, () => lstat(path))) !== undefined
          return yield* Effect.zipRight(isThere ? move(path, join(folder, file)) : Effect.void, forget(file))
        }
        const takenAt = yield* asking(`${note} cannot be looked at`, () => stat(note))
        seen.set(file, { stamp, since: known === undefined ? takenAt.mtimeMs : now })
      }
      if (now - (seen.get(file)?.since ?? now) >= QUIET_MS) yield* forget(file)
    })
  return Effect.gen(function* () {
    const files = yield* ifThere(`${join(folder, WATCHED)} cannot be read`, () => readdir(join(folder, WATCHED)))
    yield* Effect.forEach(files ?? [], lookAt, { discard: true })
  })
}
