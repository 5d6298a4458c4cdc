import type { Jobs } from "@roundlot/core/ledger"
import { Schema, type Stream } from "effect"

/** A line of an audit under way: how far it is, or, as the last one, its result or why there is none. */
export const AuditLine = Schema.parseJson(
  Schema.Union(
    Schema.TaggedStruct("Progress", { step: Schema.Literal("journals", "tables"), done: Schema.Int, of: Schema.Int }),
    Schema.TaggedStruct("Result", { result: Schema.Unknown }),
    Schema.TaggedStruct("Failure", { detail: Schema.String })
  )
)

/** A line of an audit under way. */
export type AuditLine = typeof AuditLine.Type

/** Audits the books in another process, held to the anchor that is given, else to all that the daemon wrote. */
export type Audits = (anchor: string | undefined) => Stream.Stream<AuditLine, Jobs.JobFailed>
