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
  "AccountRefused"
] as const

/** One of the kinds of break. */
export type BreakKind = (typeof breakKinds)[number]
