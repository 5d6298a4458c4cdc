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
  { closings, open, openings }: Lots,
  movements: ReadonlyArray<Movement>
): ReadonlyMap<Closing, Wash> => {
  const inLatest = latestOf(movements.filter((each) => each._tag === "Split"))
  const of = candidatesOf({ closings, open, openings }, inLatest)
  // Declared shares were acquired at a time that nobody knows.
  const known = [...of.values()].filter(({ opening }) => opening.fillId !== undefined)
  const alive = new Set(known.toSorted((a, b) => (a.opening.date < b.opening.date ? -1 : 1)))
  const washes = new Map<Closing, Wash>()
  const sales = salesOf(closings)
  const earliest = earliestFrom(sales)
  for (const [at, sale] of sales.entries()) {
    forget(alive, earliest[at])
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

/** What was opened is what was closed of it and what is open, each in the latest shares: so nothing is left over where a split is uneven. */
const candidatesOf = (
  { closings, open, openings }: Pick<Lots, "closings" | "open" | "openings">,
  inLatest: InLatest
): ReadonlyMap<Opening, Candidate> => {
  const of = new Map(
    openings.map((opening) => [opening, { opening, held: Decimal.zero, unused: Decimal.zero } satisfies Candidate])
  )
  const add = (opening: Opening, shares: Decimal.Decimal): void => {
    const own = of.get(opening)
    if (own !== undefined) own.held = own.unused = Decimal.add(own.held, shares)
  }
  for (const { epoch, opening, shares } of closings) add(opening, inLatest(shares, epoch))
  for (const { opening, shares } of open) add(opening, shares)
  return of
}

/** The earliest date of each sale and those after it: an execution that came after a split may be of before it. */
const earliestFrom = (sales: ReadonlyArray<ReadonlyArray<Closing>>): ReadonlyArray<string> => {
  let earliest = ""
  const dates = sales.toReversed().map(([first]) => {
    const date = first?.date ?? earliest
    if (earliest === "" || date < earliest) earliest = date
    return earliest
  })
  return dates.toReversed()
}

/** What was opened too long before this sale and all after it replaces nothing any more. */
const forget = (alive: Set<Candidate>, earliest: string | undefined): void => {
  if (earliest === undefined) return
  for (const candidate of alive) {
    if (daysBetween(earliest, candidate.opening.date) >= -WINDOW_DAYS) break
    alive.delete(candidate)
  }
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
    if (!Decimal.isPositive(room)) {
      alive.delete(candidate)
      continue
    }
    if (days < -WINDOW_DAYS) continue
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
