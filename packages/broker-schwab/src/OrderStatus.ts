import { OrderStatuses } from "@roundlot/core/adapter"

/** What each of Schwab's statuses means for an order's life. `REPLACED` lives on under the id that follows it, where one does. */
export const statuses = OrderStatuses.make({
  open: [
    "NEW",
    "PENDING_ACKNOWLEDGEMENT",
    "ACCEPTED",
    "QUEUED",
    "PENDING_ACTIVATION",
    "AWAITING_RELEASE_TIME",
    "AWAITING_PARENT_ORDER",
    "AWAITING_CONDITION",
    "AWAITING_MANUAL_REVIEW",
    "AWAITING_STOP_CONDITION",
    "WORKING",
    "PENDING_CANCEL",
    "AWAITING_UR_OUT",
    "PENDING_RECALL",
    "PENDING_REPLACE",
    "UNKNOWN"
  ],
  filled: ["FILLED"],
  cancelled: ["CANCELED", "REPLACED"],
  expired: ["EXPIRED"],
  rejected: ["REJECTED"]
})

/** Open, and not sent on until somebody at Schwab has looked at it. */
export const isInReview = (status: string): boolean => status === "AWAITING_MANUAL_REVIEW"
