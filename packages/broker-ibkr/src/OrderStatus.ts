import type { Report } from "@roundlot/core/adapter"

const open: Report.Liveness = { _tag: "Open" }
const closed = (kind: Report.ClosedKind): Report.Liveness => ({ _tag: "Closed", kind })

/** What each status of an order means. One that is not here is kept, counts as open, and is told. */
export const statuses: { readonly [status: string]: Report.Liveness } = {
  ApiPending: open,
  PendingSubmit: open,
  PreSubmitted: open,
  Submitted: open,
  PendingCancel: open,
  PreCancelled: open,
  WarnState: open,
  // It does not work: rejected, held, or not transmitted. Only its place among the completed ones says that it has ended.
  Inactive: open,
  Filled: closed("filled"),
  Cancelled: closed("cancelled"),
  ApiCancelled: closed("cancelled")
}

/** Whether an order of this status lives (FILL-1). */
export const livenessOf = (status: string): Report.Liveness => statuses[status] ?? open

/** Does the status say that the order does not work? Alone it is no end: an error beside it, or its place among the completed ones is. */
export const isStopped = (status: string): boolean =>
  status === "Inactive" || status === "Cancelled" || status === "ApiCancelled"

/** The same of a completed order, which has ended whatever its status; TWS writes how beside it. */
export const completedLivenessOf = (status: string, completedStatus = ""): Report.Liveness => {
  const liveness = livenessOf(status)
  if (liveness._tag === "Closed" && liveness.kind === "filled") return liveness
  return closed(status === "Inactive" || /reject/i.test(completedStatus) ? "rejected" : "cancelled")
}
