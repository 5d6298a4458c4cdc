import type { Direction } from "../account/Account.ts"
import * as SymbolMapping from "../instrument/SymbolMapping.ts"
import type { Backfill } from "./age.ts"
import type { Arrival } from "./intake.ts"
import type { TradeInput } from "./Trade.ts"

/** What is declared of a source: how its symbols become tickers, and its direction where that is not the account's. */
export interface SourcePolicy {
  readonly mapping: SymbolMapping.SymbolMapping
  readonly direction: Direction | undefined
  /** What becomes of trades of long ago; nothing said: what their account does with them. */
  readonly backfill?: Backfill | undefined
  /** Does it go on where it stood, so that what it has for us is never lost and may be late? */
  readonly isResumed?: boolean | undefined
}

/** A source of plain tickers, in the account's direction. */
export const plain: SourcePolicy = { mapping: SymbolMapping.plain, direction: undefined }

/** A trade on its way in under a source's policy. */
export const arrivalOf = (policy: SourcePolicy, input: TradeInput): Arrival => ({
  input,
  symbol: SymbolMapping.map(policy.mapping, input.symbol),
  direction: policy.direction,
  held: undefined,
  backfill: policy.backfill,
  isResumed: policy.isResumed
})
