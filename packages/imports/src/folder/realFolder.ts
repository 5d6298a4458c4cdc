import { Effect } from "effect"
import { realpath } from "node:fs/promises"
import { sep } from "node:path"
import { asking, stop, type SpoolFault } from "./SpoolFault.ts"

/** The one path that all names of a folder lead to. */
export const realFolder = (folder: string): Effect.Effect<string, SpoolFault> =>
  asking(`${folder} cannot be opened`, () => realpath(folder))

const isWithin = (one: string, other: string): boolean => `${one}${sep}`.startsWith(`${other}${sep}`)

/** Two sources that have one folder, or one in the other's, would each buy what lies there. */
export const expectApart = (folder: string, others: ReadonlyArray<string>): Effect.Effect<void, SpoolFault> =>
  Effect.forEach(
    others,
    (each) =>
      Effect.flatMap(
        Effect.orElseSucceed(realFolder(each), () => each),
        (other) =>
          isWithin(folder, other) || isWithin(other, folder)
            ? stop(
                `${folder} is also the folder of another source, or one is inside the other (${each})`,
                "Give each source its own folder"
              )
            : Effect.void
      ),
    { discard: true }
  )
