import { OrderStatuses, type Report } from "@roundlot/core/adapter"

/** What each status of an order means (FILL-1). `Inactive` does not work, rejected, held or not transmitted: its place among the completed ones alone says that it has ended. */
export const statuses = OrderStatuses.make({
  open: [
    "ApiPending",
    "PendingSubmit",
    "PreSubmitted",
    "Submitted",
    "PendingCancel",
    "PreCancelled",
    "WarnState",
    "Inactive"
  ],
  filled: ["Filled"],
  cancelled: ["Cancelled", "ApiCancelled"],
  expired: [],
  rejected: []
})

/** Does the status say that the order does not work? Alone it is no end: an error beside it, or its place among the completed ones is. */
export const isStopped = (status: string): boolean =>
  status === "Inactive" || status === "Cancelled" || status === "ApiCancelled"

/** The same of a completed order, which has ended whatever its status; TWS writes how beside it. */
export const completedLivenessOf = (status: string, completedStatus = ""): Report.Liveness => {
  const liveness = statuses.livenessOf(status)
  if (liveness._tag === "Closed" && liveness.kind === "filled") return liveness
  return OrderStatuses.closed(status === "Inactive" || /reject/i.test(completedStatus) ? "rejected" : "cancelled")
}
