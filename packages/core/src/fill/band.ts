import { joinKey } from "../books/Table.ts"
import type { Recorder } from "../journal/Recorder.ts"
import { allocationsOf } from "../journal/project/allocations.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Price } from "../money/Price.ts"
import { isBeforeSplit } from "../position/splitting.ts"
import type { Order } from "../order/Order.ts"
import { canonicalOf } from "./aggregates.ts"

const BAND = Decimal.unsafe("0.2")

/** FILL-12: is a price more than 20 % away from what the order should have got? Without anything to compare it is not. */
export const isOffBand = (recorder: Recorder, order: Order, price: Price): boolean => {
  const expected = order.limitPrice ?? weightedPrice(recorder, order) ?? lastFillPrice(recorder, order)
  if (expected === undefined) return false
  const distance = Decimal.abs(Decimal.subtract(price, expected))
  return Decimal.isLess(Decimal.multiply(expected, BAND), distance)
}

const PRECISION = 12

/** The weighted price of the trades that an order was made for, in dollars a share; one of before a split says nothing of it. */
const weightedPrice = (recorder: Recorder, order: Order): Decimal.Decimal | undefined => {
  const position = recorder.books.positions.get(joinKey([order.account, order.symbol]))
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
