import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"

/** A job waits, is being done, is done, has been given up after its last try, or was called off. */
export const jobStatuses = ["queued", "running", "done", "dead", "cancelled"] as const

/** Where a job stands. */
export type JobStatus = (typeof jobStatuses)[number]

/** Who does jobs: a process on a host. */
export interface Worker {
  readonly host: string
  readonly pid: number
}

/** What a job is given, made progress with or came to: JSON of its type's own schema. */
const Json = Schema.Unknown

/** One thing that happened to a job. */
const JobNote = Schema.Struct({
  /** Microseconds since 1970. */
  at: Schema.Int,
  what: Schema.String,
  detail: Schema.String
})

/** One thing that happened to a job. */
export type JobNote = typeof JobNote.Type

/** A piece of background work that outlives the process that asked for it. Operational: not audited. */
export const Job = Schema.Struct({
  id: Column.text,
  type: Column.text,
  /** What makes it one: the same type and key is the same job, whoever asks. */
  key: Column.text,
  payload: Column.json(Json),
  status: Column.literal(jobStatuses),
  /** Not before then. Of a job that is being done, when it was to begin. */
  runAt: Column.instant,
  /** Milliseconds after which it comes again, where it does. */
  everyMs: Column.optional(Column.integer),
  /** Was it asked for once more while it was being done? */
  isAskedAgain: Column.flag,
  /** Tries that have begun since it was enqueued, and how many there may be. */
  tries: Column.integer,
  mostTries: Column.integer,
  /** Grows with every claim: who did not claim last writes nothing. */
  token: Column.integer,
  workerHost: Column.optional(Column.text),
  workerPid: Column.optional(Column.integer),
  /** Until then nobody else takes it up. */
  leaseUntil: Column.optional(Column.instant),
  progress: Column.optional(Column.json(Json)),
  result: Column.optional(Column.json(Json)),
  /** What the last try failed with. */
  failure: Column.optional(Column.text),
  enqueuedAt: Column.instant,
  startedAt: Column.optional(Column.instant),
  endedAt: Column.optional(Column.instant),
  /** What happened to it, the newest last; the oldest go. */
  history: Column.json(Schema.Array(JobNote))
})

/** A piece of background work. */
export type Job = typeof Job.Type

/** The operational table of jobs. */
export const JobTable = Table.make({
  name: "ops_jobs",
  schema: Job,
  key: ["id"],
  keyOf: (job): string => job.id,
  lookups: { key: { columns: ["type", "key"], unique: true, where: undefined } }
})
