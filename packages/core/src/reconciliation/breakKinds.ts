/** The kinds of difference or contradiction that the ledger keeps until they are gone or resolved (G). */
export const breakKinds = [
  "Conflict",
  "ReappearedTrade",
  "Excess",
  "Reappeared",
  "DuplicateOrder",
  "OppositeOrders",
  "CumulativeBelow",
  "FillAfterRejection",
  "UndocumentedCorrection",
  "FillMismatch",
  "SuspectedDuplicate",
  "Doubt",
  "OrderMissing",
  "EndUnconfirmed",
  "TermsDiffer",
  "ForeignOrderId",
  "ClientIdDiffers",
  "ReusedOrderId",
  "AverageDiffers",
  "Unpriced",
  "OffBand",
  "Unmapped",
  "PositionDiffers",
  "ForeignPosition",
  "UnsoundSnapshot",
  "FillMissing",
  "HistoryGap",
  "Backlog",
  "Implausible",
  "ClockAhead",
  "OrderRefused",
  "AccountRefused",
  "PositionBlocked"
] as const

/**
 * Why an order stays in doubt: its broker has answered no look-up; it refused the order and no reading confirms that; it was asked and does
 * not show the order; its listing was read in part; several of its orders could be this one; it may not be sent again.
 */
export const doubtReasons = [
  "Unanswered",
  "RefusalUnconfirmed",
  "NotFound",
  "ListingIncomplete",
  "SeveralCandidates",
  "NotSentAgain"
] as const

/** Why an order stays in doubt. */
export type DoubtReason = (typeof doubtReasons)[number]

/** One of the kinds of break. */
export type BreakKind = (typeof breakKinds)[number]
