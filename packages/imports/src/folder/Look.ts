import { Effect } from "effect"
import { isUtf8 } from "node:buffer"
import { type BigIntStats, constants } from "node:fs"
import { lstat, open, readdir } from "node:fs/promises"
import { join } from "node:path"
import { shown } from "@roundlot/api/text"
import { rooms } from "./Numbered.ts"
import { asking, codeOf, type SpoolFault } from "./SpoolFault.ts"

/** How a file is opened: never by a link, and a pipe is not waited for. */
export const PLAINLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** The largest file that is taken. */
const LARGEST = 1_073_741_824n

/** The longest name, in bytes: a number goes before it, and an ending behind. */
const LONGEST_NAME = 200

const LINE_FEED = 10

/** A file that lies in the folder: to be taken, still moving as far as two looks can say, or not to be taken as it is. */
export type Entry =
  | { readonly _tag: "Steady"; readonly name: string; readonly stamp: string }
  | { readonly _tag: "Moving"; readonly name: string; readonly stamp: string }
  | { readonly _tag: "Unfit"; readonly name: string; readonly fault: string; readonly stamp: string }

/** What tells a file from what it was or what took its place. */
export const stampOf = ({ ctimeNs, dev, ino, mtimeNs, size }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(" ")

/** Why what stands there is no file that is taken. */
const unfitness = (stats: BigIntStats, name: string): string | undefined => {
  if (!stats.isFile()) return "is not a regular file"
  if (stats.nlink > 1n) return "has a second name (a hard link)"
  if (Buffer.byteLength(name) > LONGEST_NAME) return `has a name of more than ${LONGEST_NAME} bytes`
  return stats.size > LARGEST ? "is larger than 1 GiB" : undefined
}

/** Does a file end with a line? Why not, else. */
const incomplete = async (path: string, stamp: string): Promise<string | undefined> => {
  const file = await open(path, PLAINLY)
  try {
    const stats = await file.stat({ bigint: true })
    if (stampOf(stats) !== stamp) return "is being written"
    const last = Buffer.alloc(1)
    await file.read(last, 0, 1, Number(stats.size) - 1)
    return last[0] === LINE_FEED ? undefined : "is incomplete: its last line has no line end"
  } finally {
    await file.close()
  }
}

/** Names that writers use until a file is whole, and our own. */
const isPassedOver = (name: string): boolean =>
  name.startsWith(".") || /\.(?:part|tmp)$/i.test(name) || rooms.some((room) => room === name)

const entryOf = async (
  folder: string,
  bytes: Buffer,
  before: ReadonlyMap<string, string>
): Promise<Entry | undefined> => {
  const name = bytes.toString(isUtf8(bytes) ? "utf8" : "latin1")
  if (isPassedOver(name)) return undefined
  const unfit = (fault: string, stamp = ""): Entry => ({ _tag: "Unfit", name, fault: `${shown(name)} ${fault}`, stamp })
  if (!isUtf8(bytes)) return unfit("has a name that is not UTF-8")
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return unfit("has a control character in its name")
  const path = join(folder, name)
  try {
    const stats = await lstat(path, { bigint: true })
    const stamp = stampOf(stats)
    const fault = unfitness(stats, name)
    if (fault !== undefined) return unfit(fault, stamp)
    // A mark of another program: there is nothing in it that could be passed over.
    if (stats.size === 0n) return undefined
    if (before.get(name) !== stamp) return { _tag: "Moving", name, stamp }
    const lack = await incomplete(path, stamp)
    return lack === undefined ? { _tag: "Steady", name, stamp } : unfit(lack, stamp)
  } catch (cause) {
    const code = codeOf(cause)
    return code === "ENOENT"
      ? undefined
      : unfit(code === "EACCES" ? "may not be read by this user" : `cannot be read (${code})`)
  }
}

const byBytes = (one: Buffer, other: Buffer): number => Buffer.compare(one, other)

/** What lies in a folder, in the order of the bytes of its names; `before` are the stamps of the look before. */
export const look = (
  folder: string,
  before: ReadonlyMap<string, string>
): Effect.Effect<ReadonlyArray<Entry>, SpoolFault> =>
  Effect.flatMap(
    asking(`${folder} cannot be read`, () => readdir(folder, { encoding: "buffer" })),
    (names) =>
      Effect.map(
        Effect.forEach(names.toSorted(byBytes), (name) => Effect.promise(() => entryOf(folder, name, before))),
        (entries) => entries.flatMap((entry) => entry ?? [])
      )
  )

/** Does a name still stand for what was looked at? */
export const isStill = (folder: string, { name, stamp }: Entry): Effect.Effect<boolean> =>
  Effect.promise(() =>
    lstat(join(folder, name), { bigint: true }).then(
      (stats) => stampOf(stats) === stamp,
      () => false
    )
  )
