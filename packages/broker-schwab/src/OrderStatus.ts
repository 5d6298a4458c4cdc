import type { Report } from "@roundlot/core/adapter"

const open: Report.Liveness = { _tag: "Open" }
const closed = (kind: Report.ClosedKind): Report.Liveness => ({ _tag: "Closed", kind })

/** What each status of Schwab's means for an order's life. `REPLACED` lives on under the id that follows it, where one does. */
const statuses: ReadonlyMap<string, Report.Liveness> = new Map([
  ["NEW", open],
  ["PENDING_ACKNOWLEDGEMENT", open],
  ["ACCEPTED", open],
  ["QUEUED", open],
  ["PENDING_ACTIVATION", open],
  ["AWAITING_RELEASE_TIME", open],
  ["AWAITING_PARENT_ORDER", open],
  ["AWAITING_CONDITION", open],
  ["AWAITING_MANUAL_REVIEW", open],
  ["AWAITING_STOP_CONDITION", open],
  ["WORKING", open],
  ["PENDING_CANCEL", open],
  ["AWAITING_UR_OUT", open],
  ["PENDING_RECALL", open],
  ["PENDING_REPLACE", open],
  ["UNKNOWN", open],
  ["FILLED", closed("filled")],
  ["CANCELED", closed("cancelled")],
  ["REJECTED", closed("rejected")],
  ["EXPIRED", closed("expired")],
  ["REPLACED", closed("cancelled")]
])

/** Every status that Schwab documents. */
export const known: ReadonlyArray<string> = [...statuses.keys()]

/** Open, and not sent on until somebody at Schwab has looked at it. */
export const isInReview = (status: string): boolean => status === "AWAITING_MANUAL_REVIEW"

/** The meaning of a raw status (AUD-7, FILL-1). An unknown one is kept and counts as open. */
export const livenessOf = (status: string): Report.Liveness => statuses.get(status) ?? open
