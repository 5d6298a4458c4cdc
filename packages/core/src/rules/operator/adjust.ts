import { UNMAPPED, type Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Price } from "../../values/Price.ts"
import { dueOf, type Due, type Standing } from "../position/due.ts"
import { residualOf } from "../../records/Position.ts"
import { bookHeld, seeInstrument } from "../reconciliation/held.ts"
import type { CommandAnswer } from "./commands.ts"
import { movedSince } from "../risk/heldAs.ts"

/** What a corrected holding is: `base` is not ours, and nothing else moves; `hedged` is ours, and the residual moves (P4). */
export const adjustedAs = ["base", "hedged"] as const

/** One of the two. */
export type AdjustedAs = (typeof adjustedAs)[number]

/** A correction of what is held of a symbol: by so many signed shares, at a price where one is known (for `hedged`). */
export interface Adjustment {
  readonly symbol: Ticker
  readonly as: AdjustedAs
  readonly by: Decimal.Decimal
  readonly price: Price | undefined
  /** What the books held when that was decided; any where nothing is said. */
  readonly held?: Decimal.Decimal | undefined
}

/** P4: the answer to "what order would be made?" once an adjustment is booked; the break about it is taken for closed. Pure. */
export const dueAfter = (standing: Standing, { as, by }: Pick<Adjustment, "as" | "by">): Due => {
  const { position } = standing
  const hedged = as === "hedged" ? Decimal.add(position.hedged, by) : position.hedged
  const base = as === "base" ? Decimal.add(position.base, by) : position.base
  const moved = { ...position, hedged, base }
  return dueOf({
    ...standing,
    position: { ...moved, residual: residualOf(moved) },
    holdingBreaks: standing.holdingBreaks.filter(({ kind }) => kind !== "PositionDiffers")
  })
}

/** Books a correction of what is held, on an operator's word; the break about it closes when broker and books are compared again. */
export const adjustPosition = (recorder: Recorder, adjustment: Adjustment, reason: string): CommandAnswer => {
  const { as, by, symbol } = adjustment
  if (Decimal.isZero(by)) return { _tag: "Refused", why: "the adjustment is zero: give signed shares other than zero" }
  if (symbol === UNMAPPED) return { _tag: "Refused", why: "unmapped trades have no position to adjust" }
  const moved = movedSince(recorder, adjustment)
  if (moved !== undefined) return { _tag: "Refused", why: moved }
  seeInstrument(recorder, symbol)
  if (as === "base") declareBase(recorder, symbol, by, reason)
  else bookHeld(recorder, { ...adjustment, executedAt: recorder.world.at })
  recorder.touch(symbol)
  const signed = `${Decimal.isPositive(by) ? "+" : ""}${Decimal.format(by)}`
  return { _tag: "Done", what: `${symbol} is adjusted by ${signed} as ${as}` }
}

/** E4: so many shares of what is held are not ours. */
export const declareBase = (recorder: Recorder, symbol: Ticker, by: Decimal.Decimal, why: string): void =>
  recorder.emit({ _tag: "BaseDeclared", symbol, by, why })
