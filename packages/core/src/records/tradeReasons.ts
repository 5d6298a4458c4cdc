/**
 * Why a trade waits for a person, or for its instrument to be known (B5): no ticker, a symbol that had become another one, too old or
 * of the future, a reversal before its trade, or in shares of before a split.
 */
export const quarantineReasons = [
  "UnknownInstrument",
  "Unmapped",
  "Renamed",
  "TooOld",
  "InFuture",
  "ReversalFirst",
  "BeforeSplit"
] as const

/**
 * Why a trade is held or has failed: it waits for its batch's turn, it is quarantined, or it is never counted, since it is history, was
 * undone or contradicted, or somebody dismissed it, cancelled its batch or wrote it off. The order of a direct trade was cancelled, or
 * ended otherwise.
 */
export const tradeReasons = [
  "AwaitsBatch",
  ...quarantineReasons,
  "Historical",
  "Withdrawn",
  "Conflict",
  "Dismissed",
  "BatchCancelled",
  "OrderCancelled",
  "OrderEnded",
  "WrittenOff"
] as const

/** Why a trade is held or has failed. */
export type TradeReason = (typeof tradeReasons)[number]

/** Why a trade is held or has failed, and what more there is to say of it, in words of a person, a broker or a rule. */
export interface TradeCause {
  readonly reason: TradeReason
  readonly detail?: string | undefined
}
