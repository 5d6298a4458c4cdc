import { Schema } from "effect"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { ApprovalId } from "../values/Id.ts"
import type { Instant } from "../values/Instant.ts"
import { AccountName } from "./AccountName.ts"
import { approvalStatuses, fourEyesOperations, type ApprovalStanding } from "./fourEyes.ts"

/** An operation that one person asked for and that is carried out only when another approves it. */
export const Approval = Schema.Struct({
  id: Column.id(ApprovalId),
  account: Column.branded(AccountName),
  /** The id of the command that asked for it: the same id again is answered with this request. */
  commandId: Column.text,
  operation: Column.literal(fourEyesOperations),
  /** What is to be done, as the command with all that it says, in JSON. */
  contents: Column.text,
  /** What the books had of it when it was asked for; it is carried out only where they have the same. */
  basis: Column.text,
  /** What it would do, in a sentence. */
  preview: Column.text,
  reason: Column.text,
  requestedBy: Column.text,
  /** Whose request it is: tokens of one person are one. */
  requester: Column.text,
  requestedAt: Column.instant,
  approveBy: Column.instant,
  status: Column.literal(approvalStatuses),
  decidedBy: Column.optional(Column.text),
  decidedAt: Column.optional(Column.instant),
  decidedReason: Column.optional(Column.text),
  version: Column.integer
})

/** An operation that one person asked for and that is carried out only when another approves it. */
export type Approval = typeof Approval.Type

/** The table of requests for a second person. */
export const ApprovalTable = Table.make({
  name: "approvals",
  schema: Approval,
  key: ["id"],
  keyOf: (approval): number => approval.id,
  lookups: { command: { columns: ["commandId"], unique: true, where: undefined } }
})

/** How a request stands: one that waits past its time has expired, of which no entry tells, since nothing is done then. */
export const standingOf = ({ approveBy, status }: Approval, at: Instant): ApprovalStanding =>
  status === "waiting" && approveBy <= at ? "expired" : status
