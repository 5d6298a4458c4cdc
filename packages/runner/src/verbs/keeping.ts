import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { Effect, Schema } from "effect"
import { resolve } from "node:path"
import { Output, Verb, flags, confirm } from "@roundlot/cli"
import { backups } from "@roundlot/daemon"
import { StorePlace } from "@roundlot/daemon/configuration"
import { settle } from "../settings/Settings.ts"
import { type Activation, activate, activationOf, movable, move, type Moved } from "../store/moving.ts"

const address = (name: string, description: string) => Args.text({ name }).pipe(Args.withDescription(description))

const sayMoved = (moved: Moved, after: string) =>
  Effect.flatMap(Output.Output, ({ answer }) =>
    answer(
      moved,
      `Copied ${moved.from} to ${moved.to}: ${moved.entries} entries, head ${moved.position}:${moved.hash}; the audit of both has no findings.\n${after}`
    )
  )

const WAITS = "The copy is inactive: run 'roundlot store activate --reason WHY' with its --store to trade with it."

/** `store copy`. */
export const storeCopy = Verb.make({
  name: "store copy",
  summary: "copy a store into an empty one and audit both; run again, it continues where it stopped",
  examples: [
    ["roundlot store copy sqlite:books.db postgres://roundlot@db/books", "from a file into Postgres"],
    ["roundlot store copy postgres://roundlot@db/books sqlite:books.db", "and back"]
  ],
  flags: {
    json: flags.place.json,
    from: address("FROM", "Store to copy"),
    to: address("TO", "Empty target store, or the target of the same interrupted copy")
  },
  run: ({ from, to }) =>
    Effect.gen(function* () {
      const moved = yield* move(yield* StorePlace.parse(from, "FROM"), yield* StorePlace.parse(to, "TO"))
      yield* sayMoved(moved, WAITS)
    })
})

/** `store backup`. */
export const storeBackup = Verb.make({
  name: "store backup",
  summary: "back up the store into one file and verify it; the daemon may keep running",
  examples: [["roundlot store backup backups/", "file name with the current time"]],
  flags: { ...flags.place, path: address("FILE|DIR", "Target file; in a folder, the file name is the current time") },
  run: ({ path, ...where }) =>
    Effect.gen(function* () {
      const { store } = yield* settle(where)
      const file = yield* backups.fileFor(path)
      yield* sayMoved(
        yield* move(store, StorePlace.StorePlace.Sqlite({ file })),
        "Restore it with 'roundlot store restore'."
      )
    })
})

const restoreDryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("Audit the backup and check that the target can take it; write nothing")
)

/** `store restore`. */
export const storeRestore = Verb.make({
  name: "store restore",
  summary: "restore a backup into the empty store named by --store",
  examples: [
    ["roundlot store restore backups/monday.db --store sqlite:books.db", "then 'store activate'"],
    ["roundlot store restore backups/monday.db --store sqlite:books.db --dry-run", "audit the backup, write nothing"]
  ],
  flags: { ...flags.place, file: address("FILE", "Backup file of 'store backup'"), dryRun: restoreDryRun },
  run: ({ dryRun, file, ...where }) =>
    Effect.gen(function* () {
      const { store } = yield* settle(where)
      const from = StorePlace.StorePlace.Sqlite({ file: resolve(file) })
      if (!dryRun) return yield* sayMoved(yield* move(from, store), WAITS)
      const { answer } = yield* Output.Output
      const found = yield* movable(from, store)
      yield* answer(
        found,
        `Nothing is written. It would copy ${found.entries} entries, head ${found.position}:${found.hash}, from ${found.from} to ${found.to}; the audit of the backup has no findings.`
      )
    })
})

const fateOf = ({ outcome, place, why }: Activation["source"]): string => {
  if (outcome === "retired") return `${place} is retired.`
  return outcome === "replaced"
    ? "It replaces the store of the newer version."
    : `${place} is not retired (${why ?? ""}): make sure that neither the original nor another copy of it trades.`
}

const lose = Options.integer("lose").pipe(
  Options.withSchema(Schema.NonNegativeInt),
  Options.withDescription("Give up at most this many journal entries of the original that the copy does not have"),
  Options.withDefault(0)
)

const replaceCopy = Options.boolean("replace-copy").pipe(
  Options.withDescription("Activate although another copy took over; make sure that copy never starts again")
)

const unreachable = Options.boolean("unreachable").pipe(
  Options.withDescription("Activate although the original cannot be opened; make sure it never starts again")
)

/** `store activate`. */
export const storeActivate = Verb.make({
  name: "store activate",
  summary: "activate a copy; its original, if reachable, is retired and stops trading",
  examples: [
    ["roundlot store activate --store sqlite:books.db --reason 'the disk died'", ""],
    ["roundlot store activate --store sqlite:books.db --reason drill --dry-run", "what would happen to both stores"]
  ],
  flags: { ...flags.place, dryRun: confirm.dryRun, lose, reason: flags.reason, replaceCopy, unreachable },
  run: ({ dryRun, lose, reason, replaceCopy, unreachable, ...where }) =>
    Effect.gen(function* () {
      const { store } = yield* settle(where)
      const accepted = { lose, replaceCopy, unreachable }
      const { answer, look } = yield* Output.Output
      if (dryRun) {
        const { activated, found, source } = yield* activationOf(store, accepted)
        const what = source.outcome === "not_retired" ? ` ${fateOf(source)}` : ""
        const of = found === undefined ? {} : { source: found.state, entriesLost: 0 }
        const after = found === undefined ? {} : { source: "retired", entriesLost: found.ahead }
        return yield* confirm.show(
          `Activate ${activated}, a copy of ${source.place}.${what}`,
          { copy: "inactive", ...of },
          { copy: "active", ...after }
        )
      }
      const done = yield* activate(store, reason, accepted)
      if (done.source.outcome === "not_retired") yield* look
      yield* answer(done, `${done.activated} is active: run it with 'roundlot start'.\n${fateOf(done.source)}`)
    })
})
