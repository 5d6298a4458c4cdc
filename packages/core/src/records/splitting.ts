import type { Instant } from "../values/Instant.ts"
import type { Position } from "./Position.ts"
import * as Decimal from "../values/Decimal.ts"

/** `to` shares for each `from` of before. */
export interface Ratio {
  readonly to: number
  readonly from: number
}

/** The digits to which what a split leaves is kept, where its ratio does not come out even. */
const DIGITS = 12

const counted = (count: number): Decimal.Decimal => Decimal.unsafe(String(count))

/** So many shares of before, in the shares after a split (P9). */
export const timesSplit = (shares: Decimal.Decimal, { from, to }: Ratio): Decimal.Decimal =>
  Decimal.divide(Decimal.multiply(shares, counted(to)), counted(from), DIGITS)

/** Was it taken in before the last split of its position? Its shares and its price are those of then. */
export const isBeforeSplit = (position: Pick<Position, "splitAt"> | undefined, at: Instant): boolean =>
  position?.splitAt !== undefined && at <= position.splitAt
