import type { AccountName } from "../../records/AccountName.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Side } from "../../records/Side.ts"
import * as Instant from "../../values/Instant.ts"

/** How long the same intent counts as the same, in milliseconds. */
const SAME_INTENT_MS = 60_000

/** A strategy's wish to trade, as far as it tells one wish from another. */
export interface Intent {
  readonly account: AccountName
  readonly symbol: Ticker
  readonly side: Side
  /** Shares, or dollars where it is a notional. */
  readonly size: Decimal.Decimal
  readonly isNotional: boolean
  readonly strategy: string
  readonly decidedAt: Instant.Instant
}

/**
 * The earlier intent that a new one repeats: same account, symbol, side, size by value and strategy, less than a minute
 * before or after. `undefined` where it repeats none.
 */
export const duplicateOf = <I extends Intent>(intent: Intent, earlier: Iterable<I>): I | undefined => {
  for (const each of earlier) if (isSame(intent, each)) return each
  return undefined
}

const isSame = (a: Intent, b: Intent): boolean =>
  a.account === b.account &&
  a.symbol === b.symbol &&
  a.side === b.side &&
  a.strategy === b.strategy &&
  a.isNotional === b.isNotional &&
  Decimal.equals(a.size, b.size) &&
  Math.abs(Instant.millisBetween(a.decidedAt, b.decidedAt)) < SAME_INTENT_MS
