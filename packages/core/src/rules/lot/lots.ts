import { timesSplit } from "../../records/splitting.ts"
import * as Decimal from "../../values/Decimal.ts"
import { nothing, paid, parted, plus, received, type Amount } from "./Amount.ts"
import type { LotMethod as Method } from "../../records/lotMethods.ts"
import type { Moved, Movement, Split } from "./movements.ts"
import { isOverAYear } from "./tradeDate.ts"

export { lotMethods as methods, type LotMethod as Method } from "../../records/lotMethods.ts"

/** Shares that were opened together. */
export interface Opening {
  readonly fillId: number | undefined
  readonly date: string
  readonly epoch: number
  readonly isLong: boolean
  readonly shares: Decimal.Decimal
}

/** What is open of an opening: shares without a sign, and what was paid (long) or received (short) for them. */
export interface TaxLot {
  readonly opening: Opening
  readonly shares: Decimal.Decimal
  readonly amount: Amount
}

/** Shares of one lot that one movement closed. Dollars are undefined where a price is not known; of fees what is known counts. */
export interface Closing {
  readonly opening: Opening
  readonly closedBy: number | undefined
  readonly date: string
  readonly epoch: number
  readonly shares: Decimal.Decimal
  readonly cost: Decimal.Decimal | undefined
  readonly proceeds: Decimal.Decimal | undefined
  readonly profit: Decimal.Decimal | undefined
  readonly fees: Decimal.Decimal
  readonly isFeeKnown: boolean
  /** LOT-9: none where it is not known since when it was held. */
  readonly term: "short" | "long" | undefined
}

/** The lots of one account and symbol. */
export interface Lots {
  readonly open: ReadonlyArray<TaxLot>
  readonly closings: ReadonlyArray<Closing>
  readonly openings: ReadonlyArray<Opening>
}

/** Lots on the way: all of one side, by `hifo` the one that is closed next at the end, else the oldest first. `pool` is what they cost together, by which the average goes. */
interface Inventory {
  lots: Array<TaxLot>
  pool: Amount
  held: Decimal.Decimal
}

/** LOT-1 to LOT-7: what was opened, closed and is open, by movements in their order. */
export const lotsOf = (movements: Iterable<Movement>, method: Method): Lots => {
  const inventory: Inventory = { lots: [], pool: nothing, held: Decimal.zero }
  const closings: Array<Closing> = []
  const openings: Array<Opening> = []
  for (const movement of movements) {
    if (movement._tag === "Split") {
      split(inventory, movement)
      continue
    }
    const left = close(inventory, movement, method, closings)
    if (left === undefined) continue
    const { amount, date, epoch, fillId } = left
    const shares = Decimal.abs(left.shares)
    const opening = { fillId, date, epoch, isLong: Decimal.isPositive(left.shares), shares }
    openings.push(opening)
    insert(inventory.lots, { opening, shares, amount }, method)
    inventory.pool = plus(inventory.pool, amount)
    inventory.held = Decimal.add(inventory.held, shares)
  }
  return { open: method === "average" ? averaged(inventory) : byAge(inventory.lots, openings), closings, openings }
}

/** LOT-5: closes what a movement can of the other side, and says what of it is left to open. */
const close = (inventory: Inventory, movement: Moved, method: Method, closings: Array<Closing>): Moved | undefined => {
  const isBuy = Decimal.isPositive(movement.shares)
  let left = Decimal.abs(movement.shares)
  let amount = movement.amount
  while (!Decimal.isZero(left)) {
    const at = method === "lifo" || method === "hifo" ? inventory.lots.length - 1 : 0
    const lot = inventory.lots[at]
    if (lot === undefined || lot.opening.isLong === isBuy) break
    const shares = Decimal.min(lot.shares, left)
    const own = parted(amount, shares, left)
    closings.push(closingOf(lot.opening, movement, shares, take(inventory, at, shares, method), own.taken))
    left = Decimal.subtract(left, shares)
    amount = own.rest
  }
  return Decimal.isZero(left) ? undefined : { ...movement, shares: isBuy ? left : Decimal.negate(left), amount }
}

/** LOT-4: puts a lot in its place. An average has its lots closed in order of age. */
const insert = (lots: Array<TaxLot>, lot: TaxLot, method: Method): void => {
  if (method !== "hifo") {
    lots.push(lot)
    return
  }
  let [from, to] = [0, lots.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const known = lots[middle]
    if (known !== undefined && gainsLess(lot, known)) from = middle + 1
    else to = middle
  }
  lots.splice(from, 0, lot)
}

const byAge = (lots: ReadonlyArray<TaxLot>, openings: ReadonlyArray<Opening>): ReadonlyArray<TaxLot> => {
  const ages = new Map(openings.map((opening, age) => [opening, age]))
  const ageOf = ({ opening }: TaxLot): number => ages.get(opening) ?? 0
  return lots.toSorted((a, b) => ageOf(a) - ageOf(b))
}

/** Does a lot gain less a share than another of its side? One of unknown cost comes after those that are known. */
const gainsLess = (one: TaxLot, other: TaxLot): boolean => {
  const [a, b] = [basisOf(one), basisOf(other)]
  if (a === undefined || b === undefined) return a !== undefined
  const [ofOne, ofOther] = [Decimal.multiply(a, other.shares), Decimal.multiply(b, one.shares)]
  return one.opening.isLong ? Decimal.isLess(ofOther, ofOne) : Decimal.isLess(ofOne, ofOther)
}

const basisOf = ({ amount, opening }: TaxLot): Decimal.Decimal | undefined =>
  opening.isLong ? paid(amount) : received(amount)

/** Takes shares out of a lot, with what they cost: their part of the lot, or of all lots. */
const take = (inventory: Inventory, at: number, shares: Decimal.Decimal, method: Method): Amount => {
  const { held, lots, pool } = inventory
  const lot = lots[at]
  if (lot === undefined) return nothing
  const own = parted(lot.amount, shares, lot.shares)
  const left = Decimal.subtract(lot.shares, shares)
  if (!Decimal.isZero(left)) lots[at] = { ...lot, shares: left, amount: own.rest }
  else if (at === 0) lots.shift()
  else lots.pop()
  const ofAll = parted(pool, shares, held)
  inventory.pool = lots.length === 0 ? nothing : ofAll.rest
  inventory.held = Decimal.subtract(held, shares)
  return method === "average" ? ofAll.taken : own.taken
}

const closingOf = (
  opening: Opening,
  movement: Moved,
  shares: Decimal.Decimal,
  ofLot: Amount,
  ofMovement: Amount
): Closing => {
  const { isLong } = opening
  const cost = paid(isLong ? ofLot : ofMovement)
  const proceeds = received(isLong ? ofMovement : ofLot)
  const both = plus(ofLot, ofMovement)
  return {
    opening,
    closedBy: movement.fillId,
    date: movement.date,
    epoch: movement.epoch,
    shares,
    cost,
    proceeds,
    profit: cost === undefined || proceeds === undefined ? undefined : Decimal.subtract(proceeds, cost),
    fees: both.fee,
    isFeeKnown: both.isFeeKnown,
    term: termOf(opening, movement)
  }
}

const termOf = ({ date: opened, fillId, isLong }: Opening, { date, fillId: closedBy }: Moved): Closing["term"] => {
  if (fillId === undefined || closedBy === undefined) return undefined
  return isLong && isOverAYear(opened, date) ? "long" : "short"
}

/** LOT-6: shares are multiplied together, so that their sum is that of the books; each lot has what it adds, and its cost stays. */
const split = (inventory: Inventory, ratio: Split): void => {
  let before = Decimal.zero
  let after = Decimal.zero
  inventory.lots = inventory.lots.map((lot) => {
    before = Decimal.add(before, lot.shares)
    const until = timesSplit(before, ratio)
    const shares = Decimal.subtract(until, after)
    after = until
    return { ...lot, shares }
  })
  inventory.held = after
}

/** What is open at the average of all, the last one with what division left over. */
const averaged = ({ held, lots, pool }: Inventory): ReadonlyArray<TaxLot> => {
  let left = held
  let amount = pool
  return lots.map((lot) => {
    const own = parted(amount, lot.shares, left)
    left = Decimal.subtract(left, lot.shares)
    amount = own.rest
    return { ...lot, amount: own.taken }
  })
}
