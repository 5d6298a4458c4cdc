import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Access, Api, Documents, type Parameters, Problem, type Server } from "@roundlot/api"
import { AccountName } from "@roundlot/core"
import { AccountScope, type Jobs } from "@roundlot/core/ledger"
import { jobTypes, type Services } from "@roundlot/commands"
import { Effect, type Layer } from "effect"
import { acted, type ActFailure, type ActProblem } from "./failing.ts"
import { enqueued } from "./jobs.ts"
import { type Call, once } from "./once.ts"
import type { Settings } from "./Settings.ts"

const { conflict, notFound } = Problem.failures

interface Wish extends Call {
  readonly payload: { readonly reason: string; readonly dryRun?: boolean | undefined }
}

/** What is answered: a sentence, and the job where one was queued. */
const doneOf = (done: string, commandId = ""): Documents.DoneDocument => ({
  done,
  account: AccountName.STORE,
  commandId,
  effects: null
})

/** Queues a job once for each key, where it is possible; a dry run only says what the job would do. */
const queued = <E extends ActFailure | ActProblem>(
  asked: Wish,
  type: Jobs.JobType,
  given: object,
  possible: Effect.Effect<string, E>
) => {
  const { dryRun = false, reason } = asked.payload
  if (dryRun)
    return acted(
      Effect.zipRight(
        AccountScope.requireAll,
        Effect.map(possible, (what) => doneOf(what))
      )
    )
  const act = once(Documents.DoneDocument, asked, (first) =>
    Effect.gen(function* () {
      yield* possible
      const { name: actor } = yield* Access.Caller
      const { id } = yield* enqueued(type, { ...given, reason, actor }, first)
      return doneOf(`Queued as job ${id}.`, id)
    })
  )
  return acted(Effect.zipRight(AccountScope.requireAll, act))
}

/** Into which file the store would be backed up. */
const backable = ({ backups }: Settings) =>
  Effect.flatMap(backups, ({ folder, problem, store }) =>
    problem === null
      ? Effect.succeed(`The store ${store} would be backed up into a new file in ${folder}, and audited.`)
      : Effect.fail(conflict(problem))
  )

/** Into which file a listed backup would be restored; only a name that is listed names a file. */
const restorable = ({ backups }: Settings, name: string) =>
  Effect.gen(function* () {
    const { folder, items, store } = yield* backups
    const found = items.find((each) => each.name === name)
    if (found === undefined) return yield* Effect.fail(notFound(`backup ${JSON.stringify(name)} does not exist`))
    const { at, bytes, copy, isCopied } = found
    if (copy === null) {
      const command = `roundlot store restore ${folder}/${name} --store STORE`
      const why = `${store} is no file: restore the backup into an empty store on the command line: '${command}'`
      return yield* Effect.fail(conflict(why))
    }
    if (isCopied) return yield* Effect.fail(conflict(`${copy} exists: move or delete it, then restore again`))
    return `${name} (${bytes} bytes, written ${at}) would be restored into ${copy}, inactive, and audited.`
  })

/** Backups of the store, and inactive copies restored from them. */
export const layer = (
  settings: Settings
): Layer.Layer<
  Server.Group<"store">,
  never,
  Access.Reading | Parameters.KnownParameters | Access.Operating | Jobs.Jobs | Services
> =>
  HttpApiBuilder.group(Api.RoundlotApi, "store", (group) =>
    group
      .handle("backups", () => Effect.zipRight(AccountScope.requireAll, settings.backups))
      .handle("backUp", (asked) => queued(asked, jobTypes.backupType, {}, backable(settings)))
      .handle("restore", (asked) => {
        const { backup } = asked.path
        return queued(asked, jobTypes.restoreType, { backup }, restorable(settings, backup))
      })
  )
