import { timesSplit } from "../../records/splitting.ts"
import * as Decimal from "../../values/Decimal.ts"
import { FillId, format } from "../../values/Id.ts"
import { nothing, paid, parted, plus, received, type Amount } from "./Amount.ts"
import type { LotMethod as Method } from "../../records/lotMethods.ts"
import type { IdentifiedLot, Moved, Movement, Split } from "./movements.ts"
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
  /** LOT-13: a person identified the lot. */
  readonly isIdentified: boolean
}

/** LOT-13: lots were identified for a fill that it cannot close, and the method applied instead. */
export interface NotApplied {
  readonly fillId: number
  readonly why: string
}

/** The lots of one account and symbol. */
export interface Lots {
  readonly open: ReadonlyArray<TaxLot>
  readonly closings: ReadonlyArray<Closing>
  readonly openings: ReadonlyArray<Opening>
  readonly notApplied: ReadonlyArray<NotApplied>
}

/** Lots on the way: all of one side, by `hifo` the one that is closed next at the end, else the oldest first. `pool` is what they cost together, by which the average goes. */
interface Inventory {
  lots: Array<TaxLot>
  pool: Amount
  held: Decimal.Decimal
}

/** What was found on the way. */
interface Run {
  readonly inventory: Inventory
  readonly method: Method
  readonly closings: Array<Closing>
  readonly openings: Array<Opening>
  readonly notApplied: Array<NotApplied>
}

/** LOT-1 to LOT-7, LOT-13: what was opened, closed and is open, by movements in their order. */
export const lotsOf = (movements: Iterable<Movement>, method: Method): Lots => {
  const inventory: Inventory = { lots: [], pool: nothing, held: Decimal.zero }
  const run: Run = { inventory, method, closings: [], openings: [], notApplied: [] }
  const { closings, notApplied, openings } = run
  for (const movement of movements) {
    if (movement._tag === "Split") {
      split(inventory, movement)
      continue
    }
    const { amount, shares } = close(run, movement)
    if (Decimal.isZero(shares)) continue
    const { date, epoch, fillId } = movement
    const opening = { fillId, date, epoch, isLong: isPurchase(movement), shares }
    openings.push(opening)
    insert(inventory.lots, { opening, shares, amount }, method)
    inventory.pool = plus(inventory.pool, amount)
    inventory.held = Decimal.add(inventory.held, shares)
  }
  const open = method === "average" ? averaged(inventory) : byAge(inventory.lots, openings)
  return { open, closings, openings, notApplied }
}

const isPurchase = ({ shares }: Moved): boolean => Decimal.isPositive(shares)

/** Shares of a movement without their sign, and their part of its amount. */
type Left = Pick<TaxLot, "shares" | "amount">

/** LOT-5: closes what a movement can of the other side, identified lots first, and says what of it is left to open. */
const close = (run: Run, movement: Moved): Left => {
  const { lots } = run.inventory
  let left = closeIdentified(run, movement, { shares: Decimal.abs(movement.shares), amount: movement.amount })
  while (!Decimal.isZero(left.shares)) {
    const at = run.method === "lifo" || run.method === "hifo" ? lots.length - 1 : 0
    const lot = lots[at]
    if (lot === undefined || lot.opening.isLong === isPurchase(movement)) break
    left = closeLot(run, movement, left, { at, lot, most: left.shares, isIdentified: false })
  }
  return left
}

/** LOT-13: closes the lots that a person identified, all of them or none. */
const closeIdentified = (run: Run, movement: Moved, all: Left): Left => {
  const { fillId, identified } = movement
  if (identified === undefined || fillId === undefined) return all
  const why = faultOf(run, movement, identified)
  if (why !== undefined) {
    run.notApplied.push({ fillId, why })
    return all
  }
  return identified.reduce((left, { openedBy, shares }) => {
    const at = run.inventory.lots.findIndex(({ opening }) => opening.fillId === openedBy)
    const lot = run.inventory.lots[at]
    return lot === undefined ? left : closeLot(run, movement, left, { at, lot, most: shares, isIdentified: true })
  }, all)
}

const fillText = (id: number): string => format("fill", FillId.make(id))

/** Why a movement cannot close the lots that were identified for it. */
const faultOf = (
  { closings, inventory: { lots }, openings }: Run,
  movement: Moved,
  identified: ReadonlyArray<IdentifiedLot>
): string | undefined => {
  for (const { openedBy } of identified) {
    const lot = lots.find(({ opening }) => opening.fillId === openedBy)
    if (lot === undefined) {
      if (!openings.some(({ fillId }) => fillId === openedBy))
        return `${fillText(openedBy)} opened no lot before this fill`
      const closed = closings.findLast(({ opening }) => opening.fillId === openedBy)
      const by = closed?.closedBy === undefined ? "" : ` by ${fillText(closed.closedBy)}`
      return `the lot of ${fillText(openedBy)} is already closed${by}`
    }
    if (lot.opening.isLong === isPurchase(movement)) return "it opens a lot and closes none"
    const ofLot = Decimal.sum(identified.filter((each) => each.openedBy === openedBy).map((each) => each.shares))
    if (Decimal.isLess(lot.shares, ofLot)) {
      return `the lot of ${fillText(openedBy)} has ${Decimal.format(lot.shares)} shares open, not ${Decimal.format(ofLot)}`
    }
  }
  const named = Decimal.sum(identified.map(({ shares }) => shares))
  const own = Decimal.abs(movement.shares)
  return Decimal.isLess(own, named) ? `it has ${Decimal.format(own)} shares, not ${Decimal.format(named)}` : undefined
}

interface Chosen {
  readonly at: number
  readonly lot: TaxLot
  /** So many shares of it at most. */
  readonly most: Decimal.Decimal
  readonly isIdentified: boolean
}

/** Closes shares of a lot by a movement, and says what of that is left. */
const closeLot = (run: Run, movement: Moved, left: Left, { at, isIdentified, lot, most }: Chosen): Left => {
  const shares = Decimal.min(lot.shares, most)
  const own = parted(left.amount, shares, left.shares)
  const ofLot = take(run.inventory, at, shares, run.method)
  run.closings.push({ ...closingOf(lot.opening, movement, shares, ofLot, own.taken), isIdentified })
  return { shares: Decimal.subtract(left.shares, shares), amount: own.rest }
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
  else lots.splice(at, 1)
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
): Omit<Closing, "isIdentified"> => {
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
