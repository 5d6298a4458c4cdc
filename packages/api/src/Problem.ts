import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import { Schema } from "effect"

/** The media type of a problem document. */
export const PROBLEM_JSON = "application/problem+json"

/** The kinds of problem, with their titles; programs look at the kind. */
const titles = {
  "not-ready": "Not ready",
  unavailable: "The store is not available",
  "not-found": "There is nothing here",
  "misdirected-request": "This host is not served here",
  fault: "Roundlot met a fault of its own"
} as const

/** A kind of problem. */
export type ProblemKind = keyof typeof titles

const fields = {
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String
}

/** What an error says (RFC 9457): what kind of problem, its title, the HTTP status, and why here. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
}

/** A problem document. Its type is relative to whoever serves it: `/problems/not-ready`. */
export const problem = (kind: ProblemKind, status: number, detail: string): ProblemDocument => ({
  type: `/problems/${kind}`,
  title: titles[kind],
  status,
  detail
})

const asProblem = { kind: "Json", contentType: PROBLEM_JSON } as const

/** Not to be given work yet, and why. */
export const NotReady = HttpApiSchema.withEncoding(
  Schema.TaggedStruct("NotReady", { ...fields, reasons: Schema.Array(Schema.String) }).annotations(
    HttpApiSchema.annotations({ status: 503, identifier: "NotReady", description: "Not to be given work yet, and why" })
  ),
  asProblem
)

/** Not to be given work yet, and why. */
export type NotReady = typeof NotReady.Type

/** The store cannot be read. */
export const Unavailable = HttpApiSchema.withEncoding(
  Schema.TaggedStruct("Unavailable", fields).annotations(
    HttpApiSchema.annotations({ status: 503, identifier: "Unavailable", description: "The store cannot be read" })
  ),
  asProblem
)

/** The store cannot be read. */
export type Unavailable = typeof Unavailable.Type
