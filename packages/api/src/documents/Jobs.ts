import { Schema } from "effect"
import { pageOf, Time } from "./words.ts"

/** A job as it stands; `tries` counts what has begun since it was enqueued. */
export const JobDocument = Schema.Struct({
  id: Schema.String,
  type: Schema.String,
  key: Schema.String,
  status: Schema.Literal("queued", "running", "done", "dead", "cancelled"),
  payload: Schema.Unknown,
  runAt: Time,
  everyMs: Schema.NullOr(Schema.Int),
  tries: Schema.Int,
  mostTries: Schema.Int,
  worker: Schema.NullOr(Schema.String),
  leaseUntil: Schema.NullOr(Time),
  progress: Schema.Unknown,
  result: Schema.Unknown,
  failure: Schema.NullOr(Schema.String),
  enqueuedAt: Time,
  startedAt: Schema.NullOr(Time),
  endedAt: Schema.NullOr(Time)
}).annotations({ identifier: "Job" })

/** A page of jobs. */
export const JobPage = pageOf("JobPage", JobDocument)

/** Background work that is asked for; the same type and key is the same job. */
export const JobRequest = Schema.Struct({
  type: Schema.String,
  key: Schema.optional(Schema.String),
  payload: Schema.optional(Schema.Unknown),
  again: Schema.optional(Schema.Boolean)
}).annotations({ identifier: "JobRequest", parseOptions: { onExcessProperty: "error" } })
