import { AWAITS_TURN } from "../batch/counts.ts"
import type { Trade } from "./Trade.ts"
import { tradeStatuses } from "./tradeStatuses.ts"

/** How a trade stands: by its status, or by what is more than that. */
export const tradeStandings = [...tradeStatuses, "quarantined", "conflict", "reversed"] as const

/** One of the ways in which a trade stands. */
export type TradeStanding = (typeof tradeStandings)[number]

/** The reason of a trade that is not counted because its broker has no instrument of its symbol, and nobody has confirmed one (ACC-4). */
export const UNKNOWN_INSTRUMENT = "UnknownInstrument"

/**
 * The reason of a trade for people: a code in full, with what to do.
 *
 * @example
 * describeReason("UnknownInstrument", "ZZZZQ") // "UnknownInstrument: the broker has no instrument ZZZZQ, and it is not confirmed. …"
 */
export const describeReason = (reason: string, symbol: string): string =>
  reason === UNKNOWN_INSTRUMENT
    ? `${reason}: the broker has no instrument ${symbol}, and it is not confirmed. If the source adds a suffix, declare it there (suffixes, symbols) and release the trade under its ticker. If the symbol is right, confirm it: 'roundlot instruments confirm ${symbol} --reason WHY'. Else dismiss the trade`
    : reason

/** B5: is the trade kept from what would become of it, with the reason? A direct one whose order works is pending without being held. */
export const isHeld = ({ reason, status }: Pick<Trade, "status" | "reason">): boolean =>
  status === "pending" && reason !== undefined

/** B5: is it held until a person decides? One that is held for its batch's turn waits for nobody. */
export const isQuarantined = (trade: Pick<Trade, "status" | "reason">): boolean =>
  isHeld(trade) && trade.reason !== AWAITS_TURN

/** What else is on record of a trade. */
interface Beside {
  /** B1: it came again with other contents, and nobody has judged that. */
  readonly isContradicted: boolean
  /** B4: another trade that counts undoes it. */
  readonly isReversed: boolean
}

/** How a trade stands. What a person has to look at goes first; what never counted is not undone. */
export const standingOf = (
  trade: Pick<Trade, "status" | "reason">,
  { isContradicted, isReversed }: Beside
): TradeStanding => {
  if (isContradicted) return "conflict"
  if (isQuarantined(trade)) return "quarantined"
  return isReversed && trade.status !== "failed" ? "reversed" : trade.status
}
