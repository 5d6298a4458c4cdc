import { symbolKey } from "../books/Table.ts"
import type { Recorder } from "../journal/Recorder.ts"
import { allocationsOf } from "../journal/project/allocations.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Price } from "../money/Price.ts"
import type { Band } from "./Fill.ts"
import { isBeforeSplit } from "../position/splitting.ts"
import type { Order } from "../order/Order.ts"
import { canonicalOf } from "./aggregates.ts"

/** How far from what was expected a price may be where the account says nothing: 20 %, in basis points. */
export const USUAL_BAND_BP = 2000
const WHOLE_BP = Decimal.unsafe("10000")

/**
 * FILL-12: is a price further from what the order should have got than its account's band? That is its limit price, else the weighted
 * price of its own trades, else its last canonical fill.
 */
export const judge = (recorder: Recorder, order: Order, price: Price | undefined): Band => {
  const expected = order.limitPrice ?? weightedPrice(recorder, order) ?? lastFillPrice(recorder, order)
  if (expected === undefined || price === undefined) return "unknown"
  const bandBp = recorder.books.accounts.get(order.account)?.bandBp ?? USUAL_BAND_BP
  const distance = Decimal.abs(Decimal.subtract(price, expected))
  const widest = Decimal.multiply(expected, Decimal.unsafe(String(bandBp)))
  return Decimal.isLess(widest, Decimal.multiply(distance, WHOLE_BP)) ? "outside" : "within"
}

const PRECISION = 12

/** The weighted price of the trades that an order was made for, in dollars a share; one of before a split says nothing of it. */
const weightedPrice = (recorder: Recorder, order: Order): Decimal.Decimal | undefined => {
  const position = recorder.books.positions.get(symbolKey(order.account, order.symbol))
  let quantity = Decimal.zero
  let notional = Decimal.zero
  for (const allocation of allocationsOf(recorder.books, order.id)) {
    const trade = allocation.tradeId === undefined ? undefined : recorder.books.trades.get(allocation.tradeId)
    if (trade?.price === undefined || isBeforeSplit(position, trade.createdAt)) continue
    quantity = Decimal.add(quantity, allocation.quantity)
    notional = Decimal.add(notional, Decimal.multiply(allocation.quantity, trade.price))
  }
  return Decimal.isZero(quantity) ? undefined : Decimal.divide(notional, quantity, PRECISION)
}

const lastFillPrice = (recorder: Recorder, order: Order): Decimal.Decimal | undefined =>
  [...canonicalOf(recorder.books.fills.find("order", [order.id]))]
    .toSorted((a, b) => Number(a.executedAt - b.executedAt))
    .findLast((fill) => fill.price !== undefined)?.price
