import { Effect } from "effect"
import { lstat, mkdir, open, readdir, rename } from "node:fs/promises"
import { dirname, join } from "node:path"
import { asking, codeOf, ifThere, stop, type SpoolFault } from "./SpoolFault.ts"

/** The rooms of a spool folder: the file that is being taken, what was taken, and what could not be. */
export const rooms = ["taking", "done", "rejected"] as const

/** A room of a spool folder. */
export type Room = (typeof rooms)[number]

/** A file that was claimed, under a name of its own: `000013-trades.csv`. */
export interface Numbered {
  readonly number: number
  readonly file: string
}

/** The list of what was not taken of a file has the file's name and this. */
export const LIST = ".rejected.csv"

const SHAPE = /^(\d{6,15})-/s

/** The name of the file that is taken as the `number`th; what had a number before keeps it behind. */
export const numbered = (number: number, name: string): Numbered => ({
  number,
  file: `${String(number).padStart(6, "0")}-${name}`
})

/** The numbered files in a room. */
export const numberedIn = (folder: string, room: Room): Effect.Effect<ReadonlyArray<Numbered>, SpoolFault> =>
  Effect.map(
    ifThere(`${join(folder, room)} cannot be read`, () => readdir(join(folder, room))),
    (files = []) =>
      files.flatMap((file) => {
        const [, number] = SHAPE.exec(file) ?? []
        return number === undefined ? [] : [{ number: Number(number), file }]
      })
  )

/** The newest of some numbered files. */
export const newestOf = (files: ReadonlyArray<Numbered>): Numbered | undefined =>
  files.reduce<Numbered | undefined>(
    (best, each) => (best === undefined || each.number > best.number ? each : best),
    undefined
  )

/** Makes the rooms that are missing. */
export const makeRooms = (folder: string): Effect.Effect<void, SpoolFault> =>
  Effect.forEach(
    rooms,
    (room) => asking(`${join(folder, room)} cannot be made`, () => mkdir(join(folder, room), { recursive: true })),
    { discard: true }
  )

/** What a folder names is on disk before anything is committed that rests on it, where the file system keeps folders so. */
export const keepFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } catch (cause) {
    if (!["EINVAL", "ENOTSUP"].includes(codeOf(cause))) throw cause
  } finally {
    await handle.close()
  }
}

/** Has a file that may be there on disk, with its name. */
export const keepFile = (folder: string, file: string): Effect.Effect<void, SpoolFault> =>
  ifThere(`${join(folder, file)} cannot be kept on disk`, async () => {
    const handle = await open(join(folder, file), "r+")
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    await keepFolder(folder)
  })

/** Moves a file in one step, over no other one. */
export const move = (from: string, to: string): Effect.Effect<void, SpoolFault> =>
  Effect.gen(function* () {
    if ((yield* ifThere(`${to} cannot be looked at`, () => lstat(to))) !== undefined)
      return yield* stop(`${to} is there already`, "Only Roundlot writes there: move it elsewhere")
    yield* asking(`${from} cannot be moved to ${to}`, async () => {
      await rename(from, to)
      await keepFolder(dirname(to))
      await keepFolder(dirname(from))
    })
  })
