import { timesSplit } from "../../records/splitting.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Closing, Lots, Opening } from "./lots.ts"
import type { Movement, Split } from "./movements.ts"
import { daysBetween } from "./tradeDate.ts"

/** Shares that one opening replaced, in the shares of the closing. */
interface Replaced {
  readonly fillId: number
  readonly shares: Decimal.Decimal
}

/** LOT-8: so many of a closing's shares were replaced, by which fills, and so much of its loss that is. */
export interface Wash {
  readonly shares: Decimal.Decimal
  readonly disallowed: Decimal.Decimal
  readonly by: ReadonlyArray<Replaced>
}

const WINDOW_DAYS = 30
const DIGITS = 18

/** What an opening may still replace, in shares after the last split. */
interface Candidate {
  readonly opening: Opening
  held: Decimal.Decimal
  unused: Decimal.Decimal
}

type InLatest = (shares: Decimal.Decimal, epoch: number) => Decimal.Decimal

/**
 * LOT-8: losses of which shares of the same side were opened within 30 days before or after, each closing with its flag. A share
 * replaces once, the earliest first, and one of before only where it is still held after the sale; the lot that is sold never
 * replaces itself. Nothing of what lots cost is changed.
 */
export const washesOf = (
  { closings, openings }: Pick<Lots, "closings" | "openings">,
  movements: ReadonlyArray<Movement>
): ReadonlyMap<Closing, Wash> => {
  const inLatest = latestOf(movements.filter((each) => each._tag === "Split"))
  const candidates = openings.map((opening): Candidate => {
    const shares = inLatest(opening.shares, opening.epoch)
    return { opening, held: shares, unused: shares }
  })
  const of = new Map(candidates.map((each) => [each.opening, each]))
  // Declared shares were acquired at a time that nobody knows.
  const alive = new Set(candidates.filter(({ opening }) => opening.fillId !== undefined))
  const washes = new Map<Closing, Wash>()
  for (const sale of salesOf(closings)) {
    for (const { epoch, opening, shares } of sale) {
      const own = of.get(opening)
      if (own !== undefined) own.held = Decimal.subtract(own.held, inLatest(shares, epoch))
    }
    for (const closing of sale) {
      if (closing.profit === undefined || !Decimal.isNegative(closing.profit)) continue
      const wash = washOf(closing, closing.profit, alive, inLatest)
      if (wash !== undefined) washes.set(closing, wash)
    }
  }
  return washes
}

/** Shares of an epoch in those after the last split. */
const latestOf =
  (splits: ReadonlyArray<Split>): InLatest =>
  (shares, epoch) =>
    splits.reduce((sum, split) => (split.epoch > epoch ? timesSplit(sum, split) : sum), shares)

/** What one movement closed stays together. */
const salesOf = (closings: ReadonlyArray<Closing>): ReadonlyArray<ReadonlyArray<Closing>> => {
  const sales: Array<Array<Closing>> = []
  for (const closing of closings) {
    const sale = sales.at(-1)
    if (closing.closedBy !== undefined && sale?.[0]?.closedBy === closing.closedBy) sale.push(closing)
    else sales.push([closing])
  }
  return sales
}

const washOf = (
  closing: Closing,
  profit: Decimal.Decimal,
  alive: Set<Candidate>,
  inLatest: InLatest
): Wash | undefined => {
  const sold = inLatest(closing.shares, closing.epoch)
  const inOwn = (shares: Decimal.Decimal) =>
    Decimal.equals(shares, sold)
      ? closing.shares
      : Decimal.divide(Decimal.multiply(closing.shares, shares), sold, DIGITS)
  const by: Array<Replaced> = []
  let left = sold
  for (const candidate of alive) {
    if (!Decimal.isPositive(left)) break
    const { date, fillId, isLong } = candidate.opening
    const days = daysBetween(closing.date, date)
    if (days > WINDOW_DAYS) break
    const room = Decimal.min(candidate.held, candidate.unused)
    if (days < -WINDOW_DAYS || !Decimal.isPositive(room)) {
      alive.delete(candidate)
      continue
    }
    if (candidate.opening === closing.opening || isLong !== closing.opening.isLong || fillId === undefined) continue
    const shares = Decimal.min(room, left)
    candidate.unused = Decimal.subtract(candidate.unused, shares)
    left = Decimal.subtract(left, shares)
    by.push({ fillId, shares: inOwn(shares) })
  }
  if (by.length === 0) return undefined
  const replaced = Decimal.subtract(sold, left)
  const loss = Decimal.abs(profit)
  return {
    shares: inOwn(replaced),
    disallowed: Decimal.isZero(left) ? loss : Decimal.divide(Decimal.multiply(loss, replaced), sold, DIGITS),
    by
  }
}
