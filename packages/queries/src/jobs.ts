import { Instant, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Job, Jobs } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { exactly, isWithin, isWord, type Period } from "./criteria.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { timeOrNull, valueOrNull } from "./text.ts"

/** A job as it stands. Times are ISO 8601 in UTC; `tries` counts what has begun since it was enqueued. */
export interface JobDocument {
  readonly id: string
  readonly type: string
  readonly key: string
  readonly status: Job.JobStatus
  readonly payload: unknown
  readonly runAt: string
  readonly everyMs: number | null
  readonly tries: number
  readonly mostTries: number
  /** Who does it now: process and host. */
  readonly worker: string | null
  readonly leaseUntil: string | null
  readonly progress: unknown
  readonly result: unknown
  /** What the last try failed with. */
  readonly failure: string | null
  readonly enqueuedAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

/** A job with what happened to it. */
export interface JobDetail extends JobDocument {
  readonly history: ReadonlyArray<{ readonly at: string; readonly what: string; readonly detail: string }>
}

/** Which jobs. */
export interface JobFilters extends ListOptions, Period {
  readonly type?: string | undefined
  readonly key?: string | undefined
  readonly status?: string | undefined
}

/** The document of a job. */
export const documentOf = (job: Job.Job): JobDocument => ({
  id: job.id,
  type: job.type,
  key: job.key,
  status: job.status,
  payload: job.payload,
  runAt: Instant.format(job.runAt),
  everyMs: valueOrNull(job.everyMs),
  tries: job.tries,
  mostTries: job.mostTries,
  worker: job.workerPid === undefined ? null : `${job.workerPid} on ${job.workerHost ?? "?"}`,
  leaseUntil: timeOrNull(job.leaseUntil),
  progress: job.progress ?? null,
  result: job.result ?? null,
  failure: valueOrNull(job.failure),
  enqueuedAt: Instant.format(job.enqueuedAt),
  startedAt: timeOrNull(job.startedAt),
  endedAt: timeOrNull(job.endedAt)
})

/** The document of a job with what happened to it. */
export const detailOf = (job: Job.Job): JobDetail => ({
  ...documentOf(job),
  history: job.history.map(({ at, detail, what }) => ({
    at: Instant.format(Instant.make(BigInt(at))),
    what,
    detail
  }))
})

/** By when they were asked for; their ids have no order. */
const sorts = { date: ["enqueuedAt", "id"] } as const

/** A page of jobs, in the order in which they were asked for. */
export const list = (
  filters: JobFilters
): Effect.Effect<ListDocument<JobDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const conditions = [
      ...exactly("type", filters.type),
      ...exactly("key", filters.key),
      ...(yield* isWord("status", filters.status, Job.jobStatuses)),
      ...(yield* isWithin("enqueuedAt", filters))
    ]
    const { records, ...page } = yield* collect({ table: Job.JobTable, anyOf: [conditions], sorts }, filters)
    return { items: records.map(documentOf), ...page }
  })

/** One job by its id. */
export const find = (
  id: string
): Effect.Effect<Job.Job, Jobs.NoJob | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.flatMap(Reads.first(Job.JobTable, { where: [{ column: "id", in: [id] }] }), (job) =>
    job === undefined ? Effect.fail(new Jobs.NoJob({ id })) : Effect.succeed(job)
  )

/** What people see of jobs. */
const columns: ReadonlyArray<Columns.TableColumn<JobDocument>> = [
  Columns.ids("ID", (each) => each.id),
  Columns.words("TYPE", (each) => each.type),
  Columns.minor(Columns.words("KEY", (each) => each.key)),
  Columns.states("STATUS", (each) => each.status),
  Columns.minor(Columns.ids("TRIES", (each) => `${each.tries}/${each.mostTries}`)),
  Columns.times("RUN AT", (each) => each.runAt),
  Columns.times("ENDED", (each) => each.endedAt),
  Columns.words("FAILURE", (each) => each.failure)
]

/** Jobs as a table for people. */
export const table = Columns.tableOf<JobDocument>(columns)
