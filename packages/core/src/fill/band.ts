import { symbolKey } from "../books/Table.ts"
import type { TradeId } from "../identity/Id.ts"
import type { Recorder } from "../journal/Recorder.ts"
import { allocationsOf } from "../journal/project/allocations.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Price } from "../money/Price.ts"
import type { Allocation } from "../position/Allocation.ts"
import type { Position } from "../position/Position.ts"
import { isBeforeSplit } from "../position/splitting.ts"
import type { Order } from "../order/Order.ts"
import type { Trade } from "../trade/Trade.ts"
import { canonicalOf } from "./aggregates.ts"
import type { Band, Fill } from "./Fill.ts"

/** How far from what was expected a price may be where the account says nothing: 20 %, in basis points. */
export const USUAL_BAND_BP = 2000
const WHOLE_BP = Decimal.unsafe("10000")

/** What says which price an order should have got. */
export interface Grounds {
  readonly limitPrice: Price | undefined
  /** What the order holds of trades now. */
  readonly allocations: ReadonlyArray<Pick<Allocation, "tradeId" | "quantity">>
  readonly tradeOf: (id: TradeId) => Pick<Trade, "price" | "createdAt"> | undefined
  readonly position: Pick<Position, "splitAt"> | undefined
  readonly fills: ReadonlyArray<Fill>
}

/** Dollars a share that an order should get, and what says so. */
export interface Expected {
  readonly price: Decimal.Decimal
  readonly from: "limit" | "trades" | "fill"
}

/**
 * FILL-12: what an order should get: its limit price, else the weighted price of its own trades, else its last canonical fill; nothing
 * where none of them is there.
 */
export const expectedOf = (grounds: Grounds): Expected | undefined => {
  if (grounds.limitPrice !== undefined) return { price: grounds.limitPrice, from: "limit" }
  const weighted = weightedPrice(grounds)
  if (weighted !== undefined) return { price: weighted, from: "trades" }
  const last = lastFillPrice(grounds.fills)
  return last === undefined ? undefined : { price: last, from: "fill" }
}

/** The lowest and the highest price of a band: so many basis points around what was expected, at 12 decimals. */
export const boundsOf = (expected: Decimal.Decimal, bandBp: number): readonly [Decimal.Decimal, Decimal.Decimal] => {
  const width = Decimal.divide(Decimal.multiply(expected, Decimal.unsafe(String(bandBp))), WHOLE_BP, PRECISION)
  return [Decimal.subtract(expected, width), Decimal.add(expected, width)]
}

/** What an order should get by the books of a planning. */
export const expectedFor = (recorder: Recorder, order: Order): Expected | undefined =>
  expectedOf(groundsIn(recorder, order))

/** FILL-12: is a price further from what its order should have got than its account's band? */
export const judge = (recorder: Recorder, order: Order, price: Price | undefined): Band => {
  const expected = expectedFor(recorder, order)?.price
  if (expected === undefined || price === undefined) return "unknown"
  const bandBp = recorder.books.accounts.get(order.account)?.bandBp ?? USUAL_BAND_BP
  const distance = Decimal.abs(Decimal.subtract(price, expected))
  const widest = Decimal.multiply(expected, Decimal.unsafe(String(bandBp)))
  return Decimal.isLess(widest, Decimal.multiply(distance, WHOLE_BP)) ? "outside" : "within"
}

const groundsIn = ({ books }: Recorder, { account, id, limitPrice, symbol }: Order): Grounds => ({
  limitPrice,
  allocations: allocationsOf(books, id),
  tradeOf: (tradeId) => books.trades.get(tradeId),
  position: books.positions.get(symbolKey(account, symbol)),
  fills: books.fills.find("order", [id])
})

const PRECISION = 12

/** The weighted price of the trades that an order was made for, in dollars a share; one of before a split says nothing of it. */
const weightedPrice = ({ allocations, position, tradeOf }: Grounds): Decimal.Decimal | undefined => {
  let quantity = Decimal.zero
  let notional = Decimal.zero
  for (const allocation of allocations) {
    const trade = allocation.tradeId === undefined ? undefined : tradeOf(allocation.tradeId)
    if (trade?.price === undefined || isBeforeSplit(position, trade.createdAt)) continue
    quantity = Decimal.add(quantity, allocation.quantity)
    notional = Decimal.add(notional, Decimal.multiply(allocation.quantity, trade.price))
  }
  return Decimal.isZero(quantity) ? undefined : Decimal.divide(notional, quantity, PRECISION)
}

const lastFillPrice = (fills: ReadonlyArray<Fill>): Decimal.Decimal | undefined =>
  canonicalOf(fills)
    .toSorted((a, b) => Number(a.executedAt - b.executedAt))
    .findLast((fill) => fill.price !== undefined)?.price
