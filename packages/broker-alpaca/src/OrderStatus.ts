import { Decimal } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"

const open: Report.Liveness = { _tag: "Open" }
const closed = (kind: Report.ClosedKind): Report.Liveness => ({ _tag: "Closed", kind })

/** What each status of Alpaca's means for an order's life. `calculated` and `replaced` say more with the order's figures. */
const statuses: ReadonlyMap<string, Report.Liveness> = new Map([
  ["pending_review", open],
  ["accepted", open],
  ["pending_new", open],
  ["held", open],
  ["accepted_for_bidding", open],
  ["new", open],
  ["partially_filled", open],
  ["pending_cancel", open],
  ["pending_replace", open],
  ["stopped", open],
  ["suspended", open],
  ["done_for_day", open],
  ["calculated", open],
  ["filled", closed("filled")],
  ["canceled", closed("cancelled")],
  ["expired", closed("expired")],
  ["rejected", closed("rejected")],
  ["replaced", closed("cancelled")]
])

/** Every status that Alpaca documents. */
export const known: ReadonlyArray<string> = [...statuses.keys()]

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
  if (status === "replaced" && isReplaced) return open
  if (status === "calculated" && quantity !== undefined && Decimal.isAtMost(quantity, filled)) return closed("filled")
  return statuses.get(status) ?? open
}
