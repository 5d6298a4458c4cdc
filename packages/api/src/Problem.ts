import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"

/** The media type of a problem document. */
export const PROBLEM_JSON = "application/problem+json"

/** The kinds of problem, with their titles and HTTP statuses; programs look at the kind. */
const kinds = {
  "bad-request": { title: "Invalid request", status: 400 },
  unauthorized: { title: "Not signed in", status: 401 },
  forbidden: { title: "Not allowed", status: 403 },
  "not-found": { title: "Not found", status: 404 },
  "method-not-allowed": { title: "Method not allowed", status: 405 },
  conflict: { title: "Conflict with the current state", status: 409 },
  gone: { title: "The cursor belongs to an earlier store", status: 410 },
  stale: { title: "The record has changed", status: 412 },
  "request-timeout": { title: "Request timeout", status: 408 },
  "too-large": { title: "The request is too large", status: 413 },
  "misdirected-request": { title: "Unknown host name", status: 421 },
  "unsupported-media-type": { title: "Unsupported content type", status: 415 },
  "too-many-requests": { title: "Too many requests", status: 429 },
  "headers-too-large": { title: "The headers are too large", status: 431 },
  "key-reused": { title: "Idempotency key used for another request", status: 422 },
  fault: { title: "Internal error", status: 500 },
  "not-ready": { title: "Not ready", status: 503 },
  "too-many-connections": { title: "Too many connections", status: 503 },
  unavailable: { title: "Temporarily unavailable", status: 503 }
} as const

/** A kind of problem. */
export type ProblemKind = keyof typeof kinds

const fields = {
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  /** The part of the request that is meant, where one is: a parameter, or a path into the body such as `[3].quantity`. */
  field: Schema.optional(Schema.String),
  /** The request that is answered, as its answer's `x-request-id` and the daemon's log name it. */
  requestId: Schema.optional(Schema.String)
}

/** What every problem has; its `_tag` says which it is. */
export const Problem = Schema.Struct(fields).annotations({ identifier: "Problem" })

/** What an error says (RFC 9457): what kind of problem, its title, the HTTP status, why here, and which field is meant. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly field?: string
}

/** A problem document. Its type is relative to whoever serves it: `/problems/not-ready`. */
export const problem = (kind: ProblemKind, detail: string, field?: string): ProblemDocument => ({
  type: `/problems/${kind}`,
  ...kinds[kind],
  detail,
  ...(field === undefined ? {} : { field })
})

const asProblem = { kind: "Json", contentType: PROBLEM_JSON } as const

const declared = <const Tag extends string, Extra extends Schema.Struct.Fields>(
  tag: Tag,
  kind: ProblemKind,
  description: string,
  extra: Extra
) =>
  // Named last: what is annotated after its name has none.
  HttpApiSchema.withEncoding(Schema.TaggedStruct(tag, { ...fields, ...extra }), asProblem).annotations(
    HttpApiSchema.annotations({ status: kinds[kind].status, identifier: tag, description })
  )

/** The problems that routes declare, by their tags. */
export const problems = {
  NotReady: declared("NotReady", "not-ready", "The daemon does not accept work yet; the reasons are listed", {
    reasons: Schema.Array(Schema.String)
  }),
  Unavailable: declared("Unavailable", "unavailable", "Temporarily unavailable", {}),
  /** `field` names the part that is wrong. */
  BadRequest: declared("BadRequest", "bad-request", "The request is invalid; `field` names the part", {}),
  /** There is a token in force, and none or no valid one was given. */
  Unauthorized: declared("Unauthorized", "unauthorized", "A valid token is required", {}),
  /** It may also be where he calls from. */
  Forbidden: declared("Forbidden", "forbidden", "The caller's role does not allow it", {}),
  NotFound: declared("NotFound", "not-found", "The record does not exist", {}),
  /** `code` is there where the books have changed since what is approved was asked for. `cursor` is there where a delivery does not follow the one before: what its source had come to, null where that is nothing. */
  Conflict: declared("Conflict", "conflict", "The current state does not allow it", {
    cursor: Schema.optional(Schema.NullOr(Schema.String)),
    code: Schema.optional(Schema.Literal("BooksMoved"))
  }),
  /** Give it in parts. */
  TooLarge: declared("TooLarge", "too-large", "The body is larger than allowed", {}),
  /** Read it again, and decide again. */
  Stale: declared("Stale", "stale", "The record has changed since the version in If-Match", {}),
  KeyReused: declared("KeyReused", "key-reused", "The key belongs to another request", {}),
  /** Read again from the start. */
  Gone: declared("Gone", "gone", "The cursor belongs to an earlier incarnation of the store", {}),
  /** The log of the daemon has more. */
  Fault: declared("Fault", "fault", "Internal error: a rule or record of Roundlot failed", {})
}

/** What a route fails with: `Failure<"NotFound" | "Fault">`. */
export type Failure<Tag extends keyof typeof problems> = (typeof problems)[Tag]["Type"]

const failing =
  <const Tag extends string>(tag: Tag, kind: ProblemKind) =>
  (detail: string, field?: string) => ({ _tag: tag, ...problem(kind, detail, field) })

/** Constructors of what routes fail with. */
export const failures = {
  badRequest: failing("BadRequest", "bad-request"),
  unauthorized: failing("Unauthorized", "unauthorized"),
  forbidden: failing("Forbidden", "forbidden"),
  notFound: failing("NotFound", "not-found"),
  conflict: failing("Conflict", "conflict"),
  /** What is approved was asked for of other books. */
  booksMoved: (detail: string) => ({
    ...failing("Conflict", "conflict")(detail),
    code: "BooksMoved" as const
  }),
  /** A delivery does not follow the one before it: where its source had come to. */
  outOfOrder: (detail: string, cursor: string | null) => ({
    ...failing("Conflict", "conflict")(detail, "after"),
    cursor
  }),
  keyReused: (detail: string, field = "Idempotency-Key") => failing("KeyReused", "key-reused")(detail, field),
  tooLarge: failing("TooLarge", "too-large"),
  stale: failing("Stale", "stale"),
  gone: failing("Gone", "gone"),
  unavailable: failing("Unavailable", "unavailable"),
  fault: failing("Fault", "fault")
}
