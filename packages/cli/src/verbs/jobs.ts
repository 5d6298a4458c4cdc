import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { Reads } from "@roundlot/core"
import { Job, Jobs } from "@roundlot/core/ledger"
import { jobs as views } from "@roundlot/queries"
import { Effect, Either, Option, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { duration } from "@roundlot/commands"
import { queue } from "@roundlot/daemon"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import * as confirm from "../terminal/confirm.ts"
import { changing } from "../rehearsal.ts"
import { making } from "../within.ts"
import { listed, newestFirst, shown } from "./listOutput.ts"

const { page, period, place, text, view } = flags

const Payload = Schema.parseJson()

const payloadOf = (said: Option.Option<string>) =>
  Option.match(said, {
    onNone: () => Either.right(undefined),
    onSome: (json) =>
      Either.mapLeft(Schema.decodeEither(Payload)(json), () => {
        const remedy = 'Give one JSON object, such as {"lookbackDays": 3}'
        return new UsageError({ problem: `--payload '${json}' is not valid JSON`, remedy })
      })
  })

/** `jobs enqueue`. */
export const jobsEnqueue = Verb.make({
  name: "jobs enqueue",
  summary: "queue a job; a daemon runs it",
  examples: [
    ["roundlot jobs enqueue trades.sync", "read the broker's executions once"],
    [
      "roundlot jobs enqueue trades.sync --key friday --payload '{\"lookbackDays\": 5}'",
      "runs once, even if enqueued again"
    ],
    ["roundlot jobs enqueue positions.sync --key hourly --every 1h", "on a schedule"]
  ],
  flags: {
    ...place,
    type: Args.text({ name: "TYPE" }).pipe(Args.withDescription("Type of the job")),
    key: text("key", "Key of the job: enqueueing the same type and key again returns the same job"),
    payload: Options.text("payload").pipe(Options.withDescription("Input of the job, as JSON"), Options.optional),
    every: Options.text("every").pipe(
      Options.withDescription("Repeat interval, such as 15m; needs --key"),
      Options.optional
    ),
    again: Options.boolean("again").pipe(
      Options.withDescription("Run again: an ended job of this key now, a running one after it ends")
    ),
    dryRun: confirm.dryRun
  },
  run: ({ again, dryRun, every, key, payload, type, ...where }) =>
    changing(
      dryRun,
      where,
      ({ hostFault }) =>
        Effect.gen(function* () {
          const { answer } = yield* Output
          if (Option.isSome(every) && key === undefined) {
            const remedy = "Add --key, so that the job can be found and cancelled"
            return yield* new UsageError({ problem: "--every needs --key", remedy })
          }
          const everyMs = Option.isNone(every) ? undefined : yield* duration.durationMs(every.value, "--every")
          const given = yield* payloadOf(payload)
          const jobs = yield* Jobs.Jobs
          const known = (yield* Reads.all(Job.JobTable)).filter((each) => each.type === type && each.key === key)
          const { isNew, job } = yield* jobs.enqueue({ type, key, payload: given, everyMs, again })
          const document = { ...views.documentOf(job), isNew }
          if (dryRun) {
            const before = known.find((each) => each.id === job.id)
            const what = before === undefined ? "A job would be enqueued:" : `Job ${job.id} already exists:`
            const wanted = { type, key: key ?? null, every: Option.getOrNull(every), status: job.status }
            return yield* confirm.show(what, before === undefined ? {} : { ...wanted, status: before.status }, wanted)
          }
          const was = isNew ? `Job ${job.id} is enqueued.` : `Job ${job.id} already exists, ${job.status}.`
          yield* answer(document, was)
        }).pipe(Effect.provide(queue.layerJobsAt(hostFault))),
      making
    )
})

/** `jobs list`. */
export const jobsList = Verb.make({
  name: "jobs list",
  summary: "list jobs",
  examples: [["roundlot jobs list --status dead", "given-up jobs that need a person"]],
  flags: {
    ...view,
    ...page,
    ...period,
    type: text("type", "Only of this type"),
    key: text("key", "Only of this key"),
    status: text("status", "queued, running, done, dead or cancelled")
  },
  run: (asked) => listed(asked, views.list(asked.json ? asked : newestFirst({ ...asked, sort: "date" })), views.table)
})

const ofJob = { ...place, id: Args.text({ name: "ID" }).pipe(Args.withDescription("The job, as 'jobs list' shows it")) }

/** `jobs show`. */
export const jobsShow = Verb.make({
  name: "jobs show",
  summary: "show a job: progress, result, attempts and history",
  flags: { ...ofJob, wide: view.wide },
  run: (asked) => shown(asked, Effect.map(views.find(asked.id), views.detailOf))
})

const changingJob = (name: "cancel" | "retry", summary: string, done: string) =>
  Verb.make({
    name: `jobs ${name}`,
    summary,
    flags: {
      ...ofJob,
      reason: flags.reason,
      dryRun: confirm.dryRun
    },
    run: ({ dryRun, id, reason, ...where }) =>
      changing(dryRun, where, () =>
        Effect.gen(function* () {
          const { answer } = yield* Output
          const before = views.documentOf(yield* views.find(id))
          const jobs = yield* Jobs.Jobs
          const job = yield* jobs[name](id, reason)
          const after = views.documentOf(job)
          if (dryRun) return yield* confirm.show(`Job ${id} would be:`, { ...before }, { ...after })
          yield* answer(views.detailOf(job), (screen) => `Job ${id} ${done}.\n\n${detail.format(after, screen)}`)
        }).pipe(Effect.provide(queue.layerJobs))
      )
  })

/** `jobs retry`. */
export const jobsRetry = changingJob("retry", "retry a job that was given up or cancelled", "is queued again")

/** `jobs cancel`. */
export const jobsCancel = changingJob("cancel", "cancel a job; a running one is interrupted", "is cancelled")
