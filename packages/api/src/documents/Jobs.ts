import { Schema } from "effect"
import { EntryDocument } from "./History.ts"
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

/** A job with what happened to it, the oldest first. */
export const JobDetail = Schema.Struct({
  ...JobDocument.fields,
  history: Schema.Array(Schema.Struct({ at: Time, what: Schema.String, detail: Schema.String }))
}).annotations({ identifier: "JobDetail" })

/** A job with what happened to it. */
export type JobDetail = typeof JobDetail.Type

/** A page of jobs. */
export const JobPage = pageOf("JobPage", JobDocument)

/** Background work that is asked for; the same type and key is the same job. */
export const JobRequest = Schema.Struct({
  type: Schema.String,
  key: Schema.optional(Schema.String),
  payload: Schema.optional(Schema.Unknown),
  again: Schema.optional(Schema.Boolean)
}).annotations({ identifier: "JobRequest", parseOptions: { onExcessProperty: "error" } })

/** Where the deliveries to a webhook stand: none began yet, it waits for events, it delivers, tries again, or a person has to look. */
export const webhookStates = ["notBegun", "waiting", "delivering", "failing", "givenUp", "cancelled"] as const

/** A webhook of the configuration, and how its deliveries stand. */
export const WebhookDocument = Schema.Struct({
  name: Schema.String,
  /** Of its address the host alone: the rest may be a secret. */
  host: Schema.String,
  account: Schema.NullOr(Schema.String),
  /** The kinds of events that it is posted; none for all. */
  tags: Schema.Array(Schema.String),
  state: Schema.Literal(...webhookStates),
  /** What delivers: its tries, and why it goes no further. */
  job: Schema.NullOr(JobDocument),
  /** What comes after it was not taken yet. */
  cursor: Schema.NullOr(Schema.String),
  /** Commits after the cursor, wanted or not. */
  behind: Schema.Int,
  /** The first events that wait; each cursor goes on after it. */
  next: Schema.Array(Schema.Struct({ cursor: Schema.String, entry: EntryDocument })),
  /** Jobs that deliver what was passed over, as long as it is not taken. */
  letters: Schema.Array(JobDocument)
}).annotations({ identifier: "Webhook" })

/** A webhook of the configuration. */
export type WebhookDocument = typeof WebhookDocument.Type

/** The webhooks of the configuration. */
export const WebhookPage = pageOf("WebhookPage", WebhookDocument)

/** Where the feed stood at a time: an audit finds whatever was changed or cut before it. */
export const AnchorDocument = Schema.Struct({
  position: Schema.Int,
  hash: Schema.String,
  at: Time,
  /** By a key of the configuration. */
  isSigned: Schema.Boolean
}).annotations({ identifier: "Anchor" })

/** The newest anchors of the store, the newest first, and the file that they are written to. */
export const AnchorsDocument = Schema.Struct({
  file: Schema.String,
  /** Why the file cannot be read. */
  problem: Schema.NullOr(Schema.String),
  items: Schema.Array(AnchorDocument)
}).annotations({ identifier: "Anchors" })

/** The newest anchors of the store. */
export type AnchorsDocument = typeof AnchorsDocument.Type
