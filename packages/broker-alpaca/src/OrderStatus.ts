import { Decimal } from "@roundlot/core"
import { OrderStatuses, type Report } from "@roundlot/core/adapter"

/** What each of Alpaca's statuses means for an order's life. `calculated` and `replaced` say more with the order's figures. */
export const statuses = OrderStatuses.make({
  open: [
    "pending_review",
    "accepted",
    "pending_new",
    "held",
    "accepted_for_bidding",
    "new",
    "partially_filled",
    "pending_cancel",
    "pending_replace",
    "stopped",
    "suspended",
    "done_for_day",
    "calculated"
  ],
  filled: ["filled"],
  cancelled: ["canceled", "replaced"],
  expired: ["expired"],
  rejected: ["rejected"]
})

/** Open, and not eligible for trading until Alpaca says otherwise. */
export const isSuspended = (status: string): boolean => status === "suspended"

/** An order's figures, as far as they say what a status means. Shares. */
export interface Figures {
  readonly quantity: Decimal.Decimal | undefined
  readonly filled: Decimal.Decimal
  readonly isReplaced: boolean
}

/**
 * The meaning of a raw status (AUD-7, FILL-1). An unknown one is kept and counts as open; `replaced` lives on under the id that
 * follows it, and is cancelled where none does; `calculated` is filled when all is filled.
 */
export const livenessOf = (status: string, { filled, isReplaced, quantity }: Figures): Report.Liveness => {
  if (status === "replaced" && isReplaced) return OrderStatuses.open
  if (status === "calculated" && quantity !== undefined && Decimal.isAtMost(quantity, filled))
    return OrderStatuses.closed("filled")
  return statuses.livenessOf(status)
}
