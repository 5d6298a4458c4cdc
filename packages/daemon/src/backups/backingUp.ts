import * as Command from "@effect/platform/Command"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeCommandExecutor from "@effect/platform-node/NodeCommandExecutor"
import { Documents } from "@roundlot/api"
import { jobTypes } from "@roundlot/commands"
import { TradeRepository } from "@roundlot/core/adapter"
import { Jobs } from "@roundlot/core/ledger"
import { Effect, Schema, Stream, Struct } from "effect"
import { basename } from "node:path"
import process from "node:process"
import { reachedAt, shown } from "../configuration/StorePlace.ts"
import type { Surroundings } from "../jobs/Surroundings.ts"
import { type BackupPlace, document, fileFor, folderOf } from "./backups.ts"

const failed = (detail: string) => new Jobs.JobFailed({ detail, final: true })

/** What `store backup` and `store restore` answer, and what they fail with. */
const Answer = Schema.parseJson(
  Schema.Union(
    Schema.Struct(Struct.omit(Documents.CopiedStore.fields, "file", "lacks")),
    Schema.Struct({ error: Schema.Struct({ message: Schema.String }) })
  )
)

/**
 * Runs a verb of this program in a process of its own, which copies and audits while trading goes on here, and ends it with the scope.
 * Each line that it notes is the job's progress.
 */
const runVerb = (words: ReadonlyArray<string>, store: string, { progress }: Jobs.JobContext) =>
  Effect.gen(function* () {
    const [node, program = ""] = process.argv
    const command = Command.make(node ?? "node", ...process.execArgv, program, "store", ...words, "--json")
    const running = yield* Command.start(Command.env(command, { ROUNDLOT_STORE: store }))
    const noting = running.stderr.pipe(
      Stream.decodeText(),
      Stream.splitLines,
      Stream.runForEach((line) => progress({ step: line.trim() }))
    )
    const reading = running.stdout.pipe(Stream.decodeText(), Stream.mkString)
    const [text, , code] = yield* Effect.all([reading, noting, running.exitCode], { concurrency: "unbounded" })
    const answer = yield* Schema.decode(Answer)(text)
    if ("error" in answer) return yield* failed(answer.error.message)
    // What it printed counts only once it has ended well.
    return code === 0 ? answer : yield* failed(`the program ended with ${code}`)
  }).pipe(
    Effect.scoped,
    Effect.provide(NodeCommandExecutor.layer),
    Effect.catchTags({
      BadArgument: ({ message }) => failed(message),
      SystemError: ({ message }) => failed(message),
      ParseError: () => failed("the program did not answer")
    })
  )

/** Journal entries of the running store beyond those of a copy. */
const beyond = (heads: Documents.CopiedStore["heads"]) =>
  Effect.gen(function* () {
    const own = yield* (yield* TradeRepository.TradeRepository).heads
    return [...own].reduce((sum, [name, { seq }]) => sum + Math.max(0, seq - (heads[name]?.seq ?? 0)), 0)
  })

/** What stands beside a file of SQLite while it is written. */
const BESIDE = ["", "-wal", "-shm", "-journal", ".turn"]

/** Makes a new file, all of it or nothing: it gets its name when it is whole, and never that of another file. */
const made = (
  file: string,
  context: Jobs.JobContext,
  into: (partial: string) => { readonly words: ReadonlyArray<string>; readonly store: string }
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const partial = `${file}.${context.job.id}.partial`
    const cleared = Effect.forEach(BESIDE, (end) => Effect.ignore(fs.remove(partial + end)), { discard: true })
    return yield* Effect.gen(function* () {
      // What is left of an attempt that was cut off.
      yield* cleared
      const { store, words } = into(partial)
      const answer = yield* runVerb(words, store, context)
      yield* Effect.mapError(fs.link(partial, file), ({ message }) => failed(`${file} was not made: ${message}`))
      return { ...answer, file, lacks: yield* beyond(answer.heads) }
    }).pipe(Effect.ensuring(cleared))
  })

const backUp = (place: BackupPlace, context: Jobs.JobContext) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const store = reachedAt(place.store)
    if (store === undefined)
      return yield* failed(`${shown(place.store)} is a custom store: back it up with its own tools`)
    const folder = folderOf(place)
    yield* Effect.mapError(fs.makeDirectory(folder, { recursive: true, mode: 0o700 }), ({ message }) => failed(message))
    const file = yield* fileFor(folder)
    return yield* made(file, context, (partial) => ({ words: ["backup", partial], store }))
  })

/** Only a name that is listed names a file. */
const restore = (place: BackupPlace, backup: string, context: Jobs.JobContext) =>
  Effect.gen(function* () {
    const { folder, items } = yield* document(place)
    const found = items.find(({ name }) => name === backup)
    if (found === undefined) return yield* failed(`backup ${JSON.stringify(backup)} does not exist in ${folder}`)
    const { copy, isCopied, name } = found
    if (copy === null) return yield* failed(`${shown(place.store)} is no file: run 'roundlot store restore'`)
    if (isCopied) return yield* failed(`${copy} exists: move or delete it, then restore again`)
    return yield* made(copy, context, (partial) => ({
      words: ["restore", `${folder}/${basename(name)}`],
      store: `sqlite:${partial}`
    }))
  })

/** Who backs up and restores in a daemon. */
export const backingUpHandlers = (
  place: BackupPlace
): ReadonlyArray<Jobs.Handler<Surroundings | FileSystem.FileSystem>> => [
  Jobs.handler(jobTypes.backupType, (_, context) => backUp(place, context)),
  Jobs.handler(jobTypes.restoreType, ({ backup }, context) => restore(place, backup, context))
]
