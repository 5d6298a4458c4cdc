import * as Options from "@effect/cli/Options"
import { Effect } from "effect"
import { join } from "node:path"
import { Output, Verb, flags } from "@roundlot/cli"
import { backups } from "@roundlot/daemon"
import { settle, type Settings } from "../settings/Settings.ts"
import { migrate, plan, type Plan, rollBack, type Way, wayBack } from "../store/versions.ts"

const stepsOf = ({ steps }: Plan): ReadonlyArray<string> =>
  steps.map(({ does, version }) => `  version ${version}: ${does}`)

const backupFile = ({ backupFolder }: Settings, named: string | undefined) =>
  backups.fileFor(named ?? join(backupFolder, "/"), "roundlot-before-migration")

const planText = (planned: Plan, isDone: boolean): string => {
  const { backup, newest, store, version } = planned
  if (backup === null) return `${store} has version ${version}, the newest: nothing to migrate.`
  const saved = isDone ? `Verified backup of the old version: ${backup}` : `First a verified backup: ${backup}`
  return isDone
    ? [`${store} migrated from version ${version} to ${newest}. Audit: no findings.`, ...stepsOf(planned), saved].join(
        "\n"
      )
    : [`${store} has version ${version}; the newest is ${newest}. Steps:`, saved, ...stepsOf(planned)].join("\n")
}

/** `store migrate`. */
export const storeMigrate = Verb.make({
  name: "store migrate",
  summary: "migrate a store to this version: verified backup first, then all steps or none",
  examples: [
    ["roundlot store migrate --plan", "show the steps"],
    ["roundlot store migrate --backup backups/", "apply them"]
  ],
  flags: {
    ...flags.place,
    plan: Options.boolean("plan").pipe(Options.withDescription("Show the steps; change nothing")),
    backup: flags.text("backup", "Backup target: a file or a folder; default beside the store")
  },
  run: ({ backup, plan: isPlan, ...where }) =>
    Effect.gen(function* () {
      const { answer } = yield* Output.Output
      const settings = yield* settle(where)
      const file = yield* backupFile(settings, backup)
      const planned = yield* isPlan ? plan(settings.store, file) : migrate(settings.store, file)
      const isDone = !isPlan && planned.backup !== null
      yield* answer({ ...planned, done: isDone }, planText(planned, isDone))
    })
})

const by = ({ backup, entries, from, rows }: Way, isDone: boolean): string => {
  if (backup === null || rows === 0)
    return `by the step that undoes version ${from}: nothing ${isDone ? "was" : "is"} lost`
  const step = rows === 1 ? "1 row has" : `${rows} rows have`
  return `by the backup from before it, ${backup}: ${step} no place in the version before. What came after the backup ${isDone ? "is gone" : "would be lost"}: ${entries} journal entries`
}

/** `store rollback`. */
export const storeRollback = Verb.make({
  name: "store rollback",
  summary: "roll a store back by one version: by a step, or from the backup if the step would lose rows",
  examples: [
    ["roundlot store rollback", "show the way back and the losses"],
    ["roundlot store rollback --yes", "apply them"]
  ],
  flags: { ...flags.place, yes: Options.boolean("yes").pipe(Options.withDescription("Apply the rollback")) },
  run: ({ yes, ...where }) =>
    Effect.gen(function* () {
      const { answer, look } = yield* Output.Output
      const { store } = yield* settle(where)
      if (!yes) {
        const way = yield* wayBack(store)
        yield* look
        const text = `${way.store} would go from version ${way.from} to ${way.to} ${by(way, false)}.\nNothing was changed. Re-run with --yes to apply.`
        return yield* answer({ ...way, done: false }, text)
      }
      const way = yield* rollBack(store)
      const next =
        way.by === "backup"
          ? "The store is inactive: install Roundlot of that version, then run 'roundlot store activate --reason WHY'."
          : "Install Roundlot of that version: this version migrates the store again when it opens it."
      yield* answer(
        { ...way, done: true },
        `${way.store} went from version ${way.from} to ${way.to} ${by(way, true)}.\n${next}`
      )
    })
})
