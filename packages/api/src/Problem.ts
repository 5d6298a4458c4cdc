import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"

/** The media type of a problem document. */
export const PROBLEM_JSON = "application/problem+json"

/** The kinds of problem, with their titles and HTTP statuses; programs look at the kind. */
const kinds = {
  "bad-request": { title: "The request cannot be understood", status: 400 },
  unauthorized: { title: "A token is needed", status: 401 },
  forbidden: { title: "This is not allowed to this caller", status: 403 },
  "not-found": { title: "There is nothing here", status: 404 },
  "method-not-allowed": { title: "This method is not answered here", status: 405 },
  conflict: { title: "As things are, this may not be done", status: 409 },
  gone: { title: "This cursor is of a store that is no more", status: 410 },
  "too-large": { title: "The request is too large", status: 413 },
  "misdirected-request": { title: "This host is not served here", status: 421 },
  "key-reused": { title: "The idempotency key was used for something else", status: 422 },
  fault: { title: "Roundlot met a fault of its own", status: 500 },
  "not-ready": { title: "Not ready", status: 503 },
  unavailable: { title: "The store is not available", status: 503 }
} as const

/** A kind of problem. */
export type ProblemKind = keyof typeof kinds

const fields = {
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  /** The part of the request that is meant, where one is: a parameter, or a path into the body such as `[3].quantity`. */
  field: Schema.optional(Schema.String)
}

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

const told = <const Tag extends string, Extra extends Schema.Struct.Fields>(
  tag: Tag,
  kind: ProblemKind,
  description: string,
  extra: Extra
) =>
  HttpApiSchema.withEncoding(
    Schema.TaggedStruct(tag, { ...fields, ...extra }).annotations(
      HttpApiSchema.annotations({ status: kinds[kind].status, identifier: tag, description })
    ),
    asProblem
  )

/** Not to be given work yet, and why. */
export const NotReady = told("NotReady", "not-ready", "Not to be given work yet, and why", {
  reasons: Schema.Array(Schema.String)
})

/** Not to be given work yet, and why. */
export type NotReady = typeof NotReady.Type

/** The store cannot be read or written. */
export const Unavailable = told("Unavailable", "unavailable", "The store cannot be used now", {})

/** The store cannot be read or written. */
export type Unavailable = typeof Unavailable.Type

/** The request cannot be understood; `field` names the part that is wrong. */
export const BadRequest = told("BadRequest", "bad-request", "The request cannot be understood", {})

/** The request cannot be understood. */
export type BadRequest = typeof BadRequest.Type

/** There is a token in force, and none or no valid one was given. */
export const Unauthorized = told("Unauthorized", "unauthorized", "A token is needed", {})

/** No valid token was given. */
export type Unauthorized = typeof Unauthorized.Type

/** The caller's role, or where he calls from, does not allow it. */
export const Forbidden = told("Forbidden", "forbidden", "The caller's role does not allow it", {})

/** The caller's role, or where he calls from, does not allow it. */
export type Forbidden = typeof Forbidden.Type

/** There is no such record. */
export const NotFound = told("NotFound", "not-found", "There is no such record", {})

/** There is no such record. */
export type NotFound = typeof NotFound.Type

/** As things are it may not be done. */
export const Conflict = told("Conflict", "conflict", "As things are it may not be done", {})

/** As things are it may not be done. */
export type Conflict = typeof Conflict.Type

/** The idempotency key belongs to another request. */
export const KeyReused = told("KeyReused", "key-reused", "The idempotency key belongs to another request", {})

/** The idempotency key belongs to another request. */
export type KeyReused = typeof KeyReused.Type

/** The cursor is of another life of the store: read again from the start. */
export const Gone = told("Gone", "gone", "The cursor is of another life of the store", {})

/** The cursor is of another life of the store. */
export type Gone = typeof Gone.Type

/** A rule or record of ours failed; the log of the daemon has more. */
export const Fault = told("Fault", "fault", "A rule or record of ours failed", {})

/** A rule or record of ours failed. */
export type Fault = typeof Fault.Type

/** Constructors of what routes fail with. */
export const failures = {
  badRequest: (detail: string, field?: string): BadRequest => ({
    _tag: "BadRequest",
    ...problem("bad-request", detail, field)
  }),
  unauthorized: (detail: string): Unauthorized => ({ _tag: "Unauthorized", ...problem("unauthorized", detail) }),
  forbidden: (detail: string): Forbidden => ({ _tag: "Forbidden", ...problem("forbidden", detail) }),
  notFound: (detail: string, field?: string): NotFound => ({
    _tag: "NotFound",
    ...problem("not-found", detail, field)
  }),
  conflict: (detail: string, field?: string): Conflict => ({ _tag: "Conflict", ...problem("conflict", detail, field) }),
  keyReused: (detail: string): KeyReused => ({
    _tag: "KeyReused",
    ...problem("key-reused", detail, "Idempotency-Key")
  }),
  gone: (detail: string, field?: string): Gone => ({ _tag: "Gone", ...problem("gone", detail, field) }),
  unavailable: (detail: string): Unavailable => ({ _tag: "Unavailable", ...problem("unavailable", detail) }),
  fault: (detail: string): Fault => ({ _tag: "Fault", ...problem("fault", detail) })
}
