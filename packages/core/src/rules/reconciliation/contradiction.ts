import { format } from "../../values/Id.ts"
import type { Order, ReportedState } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"
import type * as Instant from "../../values/Instant.ts"
import type { Break } from "../../records/Break.ts"

/** What of the broker's newest evidence contradicts a live order. */
export const contradictingFacts = ["EndReported", "NotListed"] as const

/** The broker's newest evidence, where it contradicts that an order is live. */
export interface Contradiction {
  /** `EndReported`: it says that the order ended (W11); `NotListed`: its whole history does not have it (O22). */
  readonly fact: (typeof contradictingFacts)[number]
  /** What the order ends as where a person confirms that. */
  readonly as: Exclude<ReportedState, "open" | "filled">
  /** Since when that is on record. */
  readonly since: Instant.Instant
}

/**
 * Does the broker's newest evidence contradict that an order of the books, sent, is live? A newer word that it works takes an end back
 * (W11) and closes O22's break, so that neither stands while the broker shows the order. `breaks` are open ones of its symbol. Pure.
 */
export const contradictedBy = (
  order: Pick<Order, "id" | "status" | "endReported" | "endReportedAt">,
  breaks: ReadonlyArray<Pick<Break, "kind" | "subject" | "closedAt" | "openedAt">>
): Contradiction | undefined => {
  const { endReported, endReportedAt, id, status } = order
  if (!isLive(status) || status === "pending" || status === "submitting") return undefined
  if (endReported !== undefined && endReportedAt !== undefined && endReported !== "open" && endReported !== "filled") {
    return { fact: "EndReported", as: endReported, since: endReportedAt }
  }
  const subject = format("order", id)
  const missing = breaks.find(
    (each) => each.kind === "OrderMissing" && each.subject === subject && each.closedAt === undefined
  )
  return missing === undefined ? undefined : { fact: "NotListed", as: "cancelled", since: missing.openedAt }
}
