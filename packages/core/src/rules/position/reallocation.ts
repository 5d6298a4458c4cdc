import { Need } from "../../books/Need.ts"
import type { OrderId, TradeId } from "../../values/Id.ts"
import { symbolKey } from "../../tables/Table.ts"
import { divided } from "../../records/allocationPolicy.ts"
import { partOf } from "../../books/project/allocations.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import type { Order } from "../../records/Order.ts"
import { ofSign, type Side } from "../../records/Side.ts"
import { splitsSinceOrder } from "../../records/splitting.ts"
import type { Instant } from "../../values/Instant.ts"

interface InOrder {
  readonly tradeId: TradeId
  /** What the order took of the trade at first, and has of it now, in shares. */
  readonly had: Decimal.Decimal
  readonly has: Decimal.Decimal
  readonly since: Instant
}

/** C6: the trades of an order, those that it has released too. */
const tradesIn = (recorder: Recorder, orderId: OrderId): ReadonlyArray<InOrder> => {
  recorder.need(Need.ReleasedBy({ orderId }))
  const { allocations } = recorder.books
  const rows = [...allocations.find("order", [orderId]), ...allocations.find("released", [orderId])]
  const found = new Map<TradeId, InOrder>()
  for (const { createdAt, quantity, releasedAt, tradeId } of rows.toSorted((a, b) => a.id - b.id)) {
    if (tradeId === undefined) continue
    const known = found.get(tradeId) ?? { tradeId, had: Decimal.zero, has: Decimal.zero, since: createdAt }
    // What it took again is in what it had.
    const had = createdAt === known.since ? Decimal.add(known.had, quantity) : known.had
    const has = releasedAt === undefined ? Decimal.add(known.has, quantity) : known.has
    found.set(tradeId, { ...known, had, has })
  }
  return [...found.values()]
}

/** C6: the excess of an order that divides its fills goes first to the trades that it had, so that each has its part again, as far as it is open. */
export const reallocate = (recorder: Recorder, order: Order): void => {
  const { excess } = order
  const position = recorder.books.positions.get(symbolKey(order.account, order.symbol))
  // What was released before a split is in the shares of then: it waits in the queue like any other.
  if (splitsSinceOrder(position, order).length > 0) return
  const trades = tradesIn(recorder, order.id)
  const has = Decimal.sum(trades.map((each) => each.has))
  const parts = divided(
    order,
    Decimal.add(has, excess),
    trades.map(({ had, tradeId }) => partOf(recorder.books, order, tradeId, had))
  )
  let left = excess
  const taken = trades.flatMap(({ has: own, tradeId }, i) => {
    const short = Decimal.subtract(parts[i] ?? Decimal.zero, own)
    const shares = Decimal.min(Decimal.min(short, openOf(recorder, tradeId, order.side)), left)
    if (!Decimal.isPositive(shares)) return []
    left = Decimal.subtract(left, shares)
    return [{ tradeId, quantity: Quantity.make(shares) }]
  })
  for (const [i, each] of taken.entries()) {
    const continues = i + 1 < taken.length ? { continues: true } : {}
    const id = recorder.next("allocation")
    recorder.emit({ _tag: "LotAllocated", id, orderId: order.id, counterOrderId: undefined, ...each, ...continues })
  }
}

/** What is open of a trade for orders of a side, in shares. */
const openOf = (recorder: Recorder, tradeId: TradeId, side: Side): Decimal.Decimal => {
  const [lot] = recorder.books.lots.find("trade", [tradeId])
  return lot === undefined || ofSign(lot.open) !== side ? Decimal.zero : Decimal.abs(lot.open)
}
