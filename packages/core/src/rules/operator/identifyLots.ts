import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { IdentifiedLots } from "../../records/IdentifiedLots.ts"
import type { Ticker } from "../../records/Ticker.ts"
import * as Decimal from "../../values/Decimal.ts"
import { format, type FillId } from "../../values/Id.ts"
import type { CommandAnswer } from "./commands.ts"

/** The tax lots that a fill is to close. */
export interface Identification {
  readonly symbol: Ticker
  readonly fillId: FillId
  readonly lots: IdentifiedLots
}

/**
 * LOT-13: records the lots of a fill. Whether they are open when it executes is read before the commit
 * ([`services/TaxLots`](../../services/TaxLots.ts)), which holds the position to the version that was read.
 */
export const identifyLots = (
  { account, emit, need }: Recorder,
  { fillId, lots, symbol }: Identification,
  why: string
): CommandAnswer => {
  need(Need.Position({ account, symbol }))
  emit({ _tag: "LotsIdentified", symbol, fillId, lots, why })
  return { _tag: "Done", what: `${format("fill", fillId)} closes ${lotsText(lots)}` }
}

const lotsText = (lots: IdentifiedLots): string =>
  lots.length === 0
    ? "lots by the method of its account"
    : lots.map(({ openedBy, quantity }) => `${Decimal.format(quantity)} of ${format("fill", openedBy)}`).join(", ")
