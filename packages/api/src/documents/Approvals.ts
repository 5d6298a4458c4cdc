import { approvalStandings, fourEyesOperations } from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { Id, pageOf, Time } from "./words.ts"

/** An operation that one person asked for and that is carried out only when another approves it. */
export const ApprovalDocument = Schema.Struct({
  id: Id,
  account: Schema.String,
  operation: Schema.Literal(...fourEyesOperations),
  status: Schema.Literal(...approvalStandings),
  /** What it would do, in a sentence. */
  preview: Schema.String,
  /** What the books had of it when it was asked for: where they have something else, an approval is refused. */
  basis: Schema.String,
  /** The command with all that it says, in JSON. */
  contents: Schema.String,
  reason: Schema.String,
  requestedBy: Schema.String,
  requestedAt: Time,
  approveBy: Time,
  decidedBy: Schema.NullOr(Schema.String),
  decidedAt: Schema.NullOr(Time),
  decidedReason: Schema.NullOr(Schema.String),
  commandId: Schema.String
}).annotations({ identifier: "Approval" })

/** An operation that one person asked for and that is carried out only when another approves it. */
export type ApprovalDocument = typeof ApprovalDocument.Type

/** A page of such operations. */
export const ApprovalPage = pageOf("ApprovalPage", ApprovalDocument)

/** Of what was asked for and waits: its request, and until when another person may approve it. */
export const ApprovalInShort = Schema.Struct({
  id: Id,
  status: ApprovalDocument.fields.status,
  approveBy: Time
}).annotations({ identifier: "ApprovalInShort" })

/** Of what was asked for and waits: its request. */
export type ApprovalInShort = typeof ApprovalInShort.Type
