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
  "OrderNotWorking",
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
  "TradingHalted",
  "PositionBlocked",
  "StatementDiffers"
] as const

/**
 * How a broker's file differs from the books: an execution that one of both lacks, one of which they say different figures, or a row that
 * may be one and cannot be read (STMT-5).
 */
export const statementDifferences = ["MissingInBooks", "MissingInStatement", "Figures", "UnreadRow"] as const

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

/**
 * Why an order in doubt may not be sent again: its broker refused it, its end was requested, a decision is sent once, its broker has
 * acknowledged it, or knows its client order id and does not show it, three sends were not answered, its time is over, its position would
 * not order it, nobody has approved it, a rule of direct orders or a control is against it, or it would open what it was to close.
 */
export const resendObstacles = [
  "Refused",
  "CancelRequested",
  "DecisionSentOnce",
  "Acknowledged",
  "ClientIdSeen",
  "SentTooOften",
  "WindowOver",
  "NotDue",
  "NotApproved",
  "EffectChanged",
  "NotAdmitted",
  "Control"
] as const

/** Why an order in doubt may not be sent again. */
export type ResendObstacle = (typeof resendObstacles)[number]

/** What keeps a position from ordering, where neither a break nor a control does. */
export const obstaclesApart = ["circuit", "session", "price", "opposite", "unsent", "login"] as const

/** What of an order explains a difference of holdings; the first that fits is said (P9). */
export const doubleCounts = ["filled", "beyond", "inferred", "execution", "beyondAtAll"] as const

/** One of the kinds of break. */
export type BreakKind = (typeof breakKinds)[number]

/** How grave an open break is, the gravest first. */
export const severities = ["escalated", "critical", "warning", "info"] as const

/** How grave an open break is. */
export type Severity = (typeof severities)[number]
