import type { Books } from "../Books.ts"
import type { LotId } from "../../values/Id.ts"
import * as Decimal from "../../values/Decimal.ts"
import { draftOf, type Order } from "../../records/Order.ts"
import { signed } from "../../records/Side.ts"
import { draftOf as draftOfLot, type Lot } from "../../records/Lot.ts"
import { must, type Place } from "./place.ts"
import { patchPosition, positionOf } from "./positions.ts"

const lotOf = (books: Books, id: LotId): Lot => must(books.lots.get(id), `lot L${id}`)

const putOpen = (books: Books, lot: Lot, open: Decimal.Decimal, place: Place): void => {
  const after = draftOfLot(lot)
  after.open = open
  after.version = place.seq
  books.lots.put(after)
}

const setLot = (books: Books, lot: Lot, open: Decimal.Decimal, place: Place): void => {
  const position = positionOf(books, lot.symbol, place)
  putOpen(books, lot, open, place)
  patchPosition(books, lot.symbol, place, {
    openLots: Decimal.add(position.openLots, Decimal.subtract(open, lot.open))
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
  for (const id of [a, b]) {
    const lot = lotOf(books, id)
    putOpen(books, lot, Decimal.add(lot.open, towardZero(lot.open, shares)), place)
  }
  patchPosition(books, lotOf(books, a).symbol, place, {})
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
