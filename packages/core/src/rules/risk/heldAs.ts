import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { holdingsOf } from "../../records/Position.ts"

/** What is to be corrected, and what the books held of it when that was decided, in signed shares. */
export interface DecidedOn {
  readonly symbol: Ticker
  readonly held?: Decimal.Decimal | undefined
}

/**
 * Why a correction that was decided on other holdings may not be made: of two who correct the same difference at once, the second
 * would correct it twice. `undefined` where the books hold what they held, or nobody says what that was.
 */
export const movedSince = (recorder: Recorder, { held, symbol }: DecidedOn): string | undefined => {
  const { account, books } = recorder
  recorder.need(Need.Position({ account, symbol }))
  const position = books.positions.get(joinKey([account, symbol]))
  const holds = position === undefined ? Decimal.zero : holdingsOf(position)
  if (held === undefined || Decimal.equals(holds, held)) return undefined
  return `the books now hold ${Decimal.format(holds)} ${symbol}; this request was based on ${Decimal.format(held)}: review it again`
}
