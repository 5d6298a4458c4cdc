import { createHash } from "node:crypto"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { gunzip, gzip } from "node:zlib"
import * as FileSystem from "@effect/platform/FileSystem"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Checkpoints } from "@roundlot/core/ledger"
import { Context, Effect } from "effect"
import type { Settings } from "../Settings.ts"
import * as AnchorFile from "./anchorFile.ts"

type Place = Pick<Settings, "anchorFile" | "checkpointFolder" | "configuration">

const packed = promisify(gzip)
const unpacked = promisify(gunzip)

const NAME_LENGTH = 16

/** No checkpoint is as long: its rows are those of so many entries. */
const MOST_BYTES = 256 * 1024 * 1024

/** A file of its own for each place, under a name that every file system tells from others: accounts may differ in case alone. */
const fileOf = (folder: string, account: string, seq: number): string =>
  join(folder, createHash("sha256").update(account).digest("hex").slice(0, NAME_LENGTH), `${seq}.gz`)

/** Texts of checkpoints in files of a folder. */
export const textsIn = (
  folder: string
): Effect.Effect<Pick<Checkpoints.CheckpointsService, "read" | "write">, never, FileSystem.FileSystem> =>
  Effect.map(FileSystem.FileSystem, (fs) => ({
    read: (account, seq) =>
      Effect.gen(function* () {
        const file = fileOf(folder, account, seq)
        const { size, type } = yield* fs.stat(file)
        // A pipe would never end, and a file may unpack to more than there is memory.
        if (type !== "File" || size > MOST_BYTES) return undefined
        const bytes = yield* fs.readFile(file)
        const text = yield* Effect.tryPromise(() => unpacked(bytes, { maxOutputLength: MOST_BYTES }))
        return text.toString("utf8")
      }).pipe(Effect.orElseSucceed(() => undefined)),
    write: (account, seq, text) =>
      Effect.gen(function* () {
        const file = fileOf(folder, account, seq)
        const bytes = yield* Effect.tryPromise(() => packed(text, { level: 1 }))
        yield* fs.makeDirectory(dirname(file), { recursive: true, mode: 0o700 })
        // Another daemon on the same store may write the same one.
        const part = `${file}.${process.pid}.part`
        yield* fs.writeFile(part, bytes, { mode: 0o600 })
        yield* fs.rename(part, file)
      }).pipe(Effect.catchAll((error) => Effect.logWarning(`a checkpoint could not be written: ${error.message}`)))
  }))

/**
 * Checkpoints in files beside the store, of which those are believed that an anchor names which the configured key signed. What cannot be
 * read is not there, and what is missing is made again with the next one of its account.
 */
const make = (
  settings: Place
): Effect.Effect<Checkpoints.CheckpointsService, never, FileSystem.FileSystem | TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<FileSystem.FileSystem | TradeRepository.TradeRepository>()
    const kept = Checkpoints.make(yield* textsIn(settings.checkpointFolder))
    // A key or a file that cannot be read is said by who needs it: without, nothing is believed but what is folded here.
    const signed = yield* Effect.cached(
      AnchorFile.read(settings).pipe(
        Effect.map(({ states }) => states),
        Effect.orElseSucceed(() => []),
        Effect.tap((states) =>
          Effect.forEach(states, ({ account, seq, stateHash }) => kept.prove(account, seq, stateHash))
        ),
        Effect.provide(context)
      )
    )
    return {
      ...kept,
      believed: (account) => Effect.zipRight(signed, kept.believed(account)),
      states: Effect.zipRight(signed, kept.states)
    }
  })

/** Does something that folds journals with the checkpoints that are kept beside a store. */
export const withCheckpoints = <A, E, R>(
  settings: Place,
  use: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | FileSystem.FileSystem | TradeRepository.TradeRepository> =>
  Effect.flatMap(make(settings), (kept) =>
    Effect.mapInputContext(use, (context: Context.Context<R>) => Context.add(context, Checkpoints.Checkpoints, kept))
  )
