import * as FileSystem from "@effect/platform/FileSystem"
import type { Documents } from "@roundlot/api"
import { Effect, Option } from "effect"
import { basename, dirname, extname, join, resolve } from "node:path"
import { shown, type StorePlace } from "../configuration/StorePlace.ts"

/** Where the books are, and where their backups go. */
export interface BackupPlace {
  readonly store: StorePlace
  /** The path of the paper exchange. */
  readonly paperFile: string
  /** The folder in which the folder of backups is. */
  readonly backupFolder: string
}

/** The folder of backups. */
export const folderOf = ({ backupFolder }: Pick<BackupPlace, "backupFolder">): string => join(backupFolder, "backups")

/** The file that a path means; a folder gets one named by the moment. */
export const fileFor = (path: string, name = "roundlot"): Effect.Effect<string, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const isFolder = yield* Effect.orElseSucceed(
      Effect.map(fs.stat(path), ({ type }) => type === "Directory"),
      () => path.endsWith("/")
    )
    if (!isFolder) return resolve(path)
    const now = new Date(yield* Effect.clockWith((clock) => clock.currentTimeMillis))
    return join(resolve(path), `${name}-${now.toISOString().replaceAll(/[-:]|\.\d+/g, "")}.db`)
  })

/** Files that are listed as backups: no folder, nothing hidden. */
const NAME = /^[A-Za-z0-9][\w.-]*\.db$/

/** The file beside the store that a copy of a backup gets; null where the store is no file. */
const copyOf = (store: StorePlace, name: string): string | null =>
  store._tag === "Sqlite"
    ? join(dirname(store.file), `${basename(store.file, extname(store.file))}.restored-${name}`)
    : null

const listed = (place: BackupPlace, name: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { mtime, size, type } = yield* fs.stat(join(folderOf(place), name))
    if (type !== "File") return []
    const copy = copyOf(place.store, name)
    const at = Option.getOrElse(mtime, () => new Date(0)).toISOString()
    return [{ name, bytes: Number(size), at, copy, isCopied: copy !== null && (yield* fs.exists(copy)) }]
  })

/** The address of a store as a person types it, without user and password. */
const addressOf = (store: StorePlace): string => (store._tag === "Sqlite" ? `sqlite:${store.file}` : shown(store))

/** The backups in the folder, the newest first, as the API lists them; where it cannot be read, why. */
export const document = (place: BackupPlace): Effect.Effect<Documents.BackupsDocument, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = folderOf(place)
    if (!(yield* fs.exists(folder))) return []
    const names = (yield* fs.readDirectory(folder)).filter((name) => NAME.test(name))
    // One that goes away meanwhile is not listed.
    const all = yield* Effect.forEach(names, (name) => Effect.orElseSucceed(listed(place, name), () => []))
    return all.flat().toSorted((a, b) => (a.at < b.at ? 1 : -1))
  }).pipe(
    Effect.match({
      onFailure: ({ message }) => ({ problem: `the backups cannot be read: ${message}`, items: [] }),
      onSuccess: (items) => ({ problem: null, items })
    }),
    Effect.map((found) => ({
      folder: folderOf(place),
      store: addressOf(place.store),
      paper: place.paperFile,
      ...found
    }))
  )
