import type { Books } from "../Books.ts"
import type { LotId } from "../../values/Id.ts"
import * as Decimal from "../../values/Decimal.ts"
import { draftOf, type Order } from "../../records/Order.ts"
import { signed } from "../../records/Side.ts"
import { draftOf as draftOfLot, type Lot } from "../../records/Lot.ts"
import { isLate, type LateLots } from "../../records/collecting.ts"
import { must, type Place } from "./place.ts"
import { patchPosition, positionOf } from "./positions.ts"

const lotOf = (books: Books, id: LotId): Lot => must(books.lots.get(id), `lot L${id}`)

/** Gives by how much more is open. */
const putOpen = (books: Books, lot: Lot, open: Decimal.Decimal, place: Place): Decimal.Decimal => {
  const after = draftOfLot(lot)
  after.open = open
  after.version = place.seq
  books.lots.put(after)
  return Decimal.subtract(open, lot.open)
}

/** D9: what is late of a position, with more open of one of its lots. */
const lateAfter = (late: LateLots | undefined, lot: Lot, more: Decimal.Decimal): LateLots | undefined =>
  isLate(late, lot) ? { ...late, open: Decimal.add(late.open, more) } : late

const setLot = (books: Books, lot: Lot, open: Decimal.Decimal, place: Place): void => {
  const position = positionOf(books, lot.symbol, place)
  const more = putOpen(books, lot, open, place)
  patchPosition(books, lot.symbol, place, {
    openLots: Decimal.add(position.openLots, more),
    late: lateAfter(position.late, lot, more)
  })
}

/** Opens more of a lot, in signed shares. */
export const addToLot = (books: Books, id: LotId, signedShares: Decimal.Decimal, place: Place): void => {
  const lot = lotOf(books, id)
  setLot(books, lot, Decimal.add(lot.open, signedShares), place)
}

const towardZero = (open: Decimal.Decimal, shares: Decimal.Decimal): Decimal.Decimal =>
  Decimal.sign(open) > 0 ? Decimal.negate(shares) : shares

/** Takes shares from what is open of a lot. */
export const takeFromLot = (books: Books, id: LotId, shares: Decimal.Decimal, place: Place): void => {
  const lot = lotOf(books, id)
  setLot(books, lot, Decimal.add(lot.open, towardZero(lot.open, shares)), place)
}

/** Takes as many shares from two lots of opposite signs: what is open of their position stays the same in sum. */
export const shrinkBoth = (books: Books, a: LotId, b: LotId, shares: Decimal.Decimal, place: Place): void => {
  const { symbol } = lotOf(books, a)
  let { late } = positionOf(books, symbol, place)
  for (const id of [a, b]) {
    const lot = lotOf(books, id)
    const more = putOpen(books, lot, Decimal.add(lot.open, towardZero(lot.open, shares)), place)
    late = lateAfter(late, lot, more)
  }
  patchPosition(books, symbol, place, { late })
}

/** A3: the excess is an open lot of the sign opposite to the order's. */
export const setExcess = (books: Books, order: Order, excess: Decimal.Decimal, place: Place): void => {
  const after = draftOf(order)
  after.excess = excess
  after.updatedAt = place.at
  after.version = place.seq
  books.orders.put(after)
  setLot(books, lotOf(books, order.lotId), Decimal.negate(signed(order.side, excess)), place)
}
