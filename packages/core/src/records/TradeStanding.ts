import { headOf } from "./codeWords.ts"
import type { Trade } from "./Trade.ts"
import type { TradeCause } from "./tradeReasons.ts"
import { tradeStatuses } from "./tradeStatuses.ts"

export { quarantineReasons, tradeReasons, type TradeCause, type TradeReason } from "./tradeReasons.ts"

/** How a trade stands: by its status, or by what is more than that. */
export const tradeStandings = [...tradeStatuses, "quarantined", "conflict", "reversed"] as const

/** One of the ways in which a trade stands. */
export type TradeStanding = (typeof tradeStandings)[number]

/**
 * Why a trade is held or has failed, for people, with what to do.
 *
 * @example
 * reasonText({ reason: "UnknownInstrument" }, "ZZZZQ") // "Unknown instrument: the broker has no instrument ZZZZQ, and it is not confirmed. …"
 */
export const reasonText = ({ detail, reason }: TradeCause, symbol: string): string => {
  switch (reason) {
    case "AwaitsBatch":
      return "Waits for its batch"
    case "UnknownInstrument":
      return `${headOf(reason)}: the broker has no instrument ${symbol}, and it is not confirmed. If the source adds a suffix, declare it there (suffixes, symbols) and release the trade under its ticker. If the symbol is right, confirm it. Otherwise dismiss the trade`
    case "ReversalFirst":
      return "The trade that it reverses has not arrived yet"
    case "BatchCancelled":
      return "Cancelled with its batch"
    case "OrderCancelled":
    case "OrderEnded":
    case "WrittenOff":
      return detail ?? headOf(reason)
    default:
      return detail === undefined ? headOf(reason) : `${headOf(reason)}: ${detail}`
  }
}

/** What says whether a trade is held: its status, and the code of its reason. */
interface Held {
  readonly status: string
  readonly reason?: string | undefined
}

/** B5: is the trade kept from what would become of it, with the reason? A direct one whose order works is pending without being held. */
export const isHeld = ({ reason, status }: Held): boolean => status === "pending" && reason !== undefined

/** B5: is it held until a person decides? One that is held for its batch's turn waits for nobody. */
export const isQuarantined = (trade: Held): boolean => isHeld(trade) && trade.reason !== "AwaitsBatch"

/** What else is on record of a trade. */
interface Beside {
  /** B1: it came again with other contents, and nobody has judged that. */
  readonly isContradicted: boolean
  /** B4: another trade that counts undoes it. */
  readonly isReversed: boolean
}

/** How a trade stands. What a person has to look at goes first; what never counted is not undone. */
export const standingOf = (
  trade: Held & Pick<Trade, "status">,
  { isContradicted, isReversed }: Beside
): TradeStanding => {
  if (isContradicted) return "conflict"
  if (isQuarantined(trade)) return "quarantined"
  return isReversed && trade.status !== "failed" ? "reversed" : trade.status
}
