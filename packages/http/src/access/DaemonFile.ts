import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Option, Schema, type Scope } from "effect"
import { hostname } from "node:os"
import { dirname } from "node:path"
import * as ownFile from "./ownFile.ts"

const Served = Schema.Struct({
  url: Schema.String,
  host: Schema.String,
  pid: Schema.Int,
  /** Is a call without a token the operator's (`--open`)? */
  open: Schema.Boolean
})

/** Where the daemon of a store serves, and whether it asks for tokens. */
export type Served = typeof Served.Type

const Text = Schema.parseJson(Served)
const encode = Schema.encodeSync(Text)
const decode = Schema.decodeUnknownOption(Text)

/**
 * What the daemon that was started last has written down; none where none serves. One that was killed has left it there. What another
 * user has put there is not believed: the operator's token is sent where it says.
 */
export const read = (file: string): Effect.Effect<Option.Option<Served>, never, FileSystem.FileSystem> =>
  ownFile.read(file).pipe(Effect.map(Option.flatMap(decode)), Effect.orElseSucceed(Option.none))

/** Is it this process that has written the file last? */
const isOwn = ({ host, pid }: Served): boolean => host === hostname() && pid === process.pid

/**
 * Writes down where this process serves, for verbs that ask it something, until the scope closes. A daemon whose file cannot be
 * written serves all the same.
 */
export const keep = (
  file: string,
  url: string,
  isOpen: boolean
): Effect.Effect<void, never, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const text = encode({ url, host: hostname(), pid: process.pid, open: isOpen })
    const part = `${file}.${process.pid}.part`
    const write = Effect.gen(function* () {
      yield* fs.makeDirectory(dirname(file), { recursive: true, mode: 0o700 })
      yield* fs.writeFileString(part, text, { mode: ownFile.MODE })
      yield* fs.rename(part, file)
    })
    yield* Effect.catchAll(write, ({ message }) =>
      Effect.logWarning(`${file} cannot be written: commands cannot find this daemon`, message)
    )
    const remove = Effect.flatMap(read(file), (found) =>
      Option.exists(found, isOwn) ? Effect.ignore(fs.remove(file)) : Effect.void
    )
    yield* Effect.addFinalizer(() => Effect.provideService(remove, FileSystem.FileSystem, fs))
  })
