import * as Decimal from "../../values/Decimal.ts"

/** The ratios, new shares for old ones, at which companies usually split or join their shares. */
const RATIOS = [
  [2, 1],
  [3, 1],
  [4, 1],
  [5, 1],
  [6, 1],
  [7, 1],
  [8, 1],
  [10, 1],
  [15, 1],
  [20, 1],
  [25, 1],
  [30, 1],
  [40, 1],
  [50, 1],
  [3, 2],
  [4, 3],
  [5, 4],
  [5, 2],
  [5, 3]
] as const

const whole = (n: number): Decimal.Decimal => Decimal.unsafe(String(n))

const isRatio = (before: Decimal.Decimal, after: Decimal.Decimal, from: number, to: number): boolean =>
  Decimal.equals(Decimal.multiply(before, whole(to)), Decimal.multiply(after, whole(from)))

/**
 * P9: the split, or the joining of shares, that would turn `before` into `after` exactly; signed shares. A proposal only: nothing
 * is ever booked by it.
 */
export const splitThatExplains = (before: Decimal.Decimal, after: Decimal.Decimal): string | undefined => {
  if (Decimal.isZero(before) || Decimal.isZero(after)) return undefined
  for (const [more, fewer] of RATIOS) {
    if (isRatio(before, after, fewer, more)) return `${more} for ${fewer}`
    if (isRatio(before, after, more, fewer)) return `${fewer} for ${more}`
  }
  return undefined
}
