import type { TradeId } from "../../values/Id.ts"
import { allocationsOf } from "../../books/project/allocations.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Allocation } from "../../records/Allocation.ts"
import { settleDirect } from "./direct.ts"
import { isCounted, type Trade, type TradeStatus } from "../../records/Trade.ts"

/** B3: what of a trade neither netted nor filled yet, in shares; `allocations` are those that stand in orders. */
const unsettledOf = (trade: Trade, allocations: ReadonlyArray<Allocation>): Decimal.Decimal =>
  allocations.reduce(
    (left, { kind, settled }) => (kind === "order" ? Decimal.subtract(left, settled) : left),
    Decimal.subtract(Decimal.add(trade.quantity, trade.splitOpen), trade.netted)
  )

/** B3: completed when nothing is unsettled, or when less than the lot of a filled order of its own is carried. */
export const statusOf = (
  trade: Trade,
  allocations: ReadonlyArray<Allocation>
): Extract<TradeStatus, "accumulated" | "completed"> => {
  const unsettled = unsettledOf(trade, allocations)
  if (Decimal.isZero(unsettled)) return "completed"
  const isCarried = allocations.some(({ carryLot }) => carryLot !== undefined && Decimal.isLess(unsettled, carryLot))
  return isCarried ? "completed" : "accumulated"
}

/** Writes the status of every trade whose settlement this commit has changed. */
export const settleTrades = (recorder: Recorder): void => {
  for (const id of recorder.touchedOrders) {
    const order = recorder.books.orders.get(id)
    if (order?.origin === "direct") settleDirect(recorder, order)
  }
  for (const id of reachedTrades(recorder)) {
    const trade = recorder.books.trades.get(id)
    if (trade === undefined || !isCounted(trade)) continue
    const status = statusOf(trade, recorder.books.allocations.find("trade", [trade.id]))
    if (status !== trade.status) recorder.emit({ _tag: "TradeSettled", id: trade.id, status })
  }
}

/** C3: what one allocation of an order gives up moves the fills behind all of them, so every trade of a changed order counts. */
const reachedTrades = (recorder: Recorder): ReadonlySet<TradeId> => {
  if (recorder.touchedOrders.size === 0) return recorder.touchedTrades
  const reached = new Set(recorder.touchedTrades)
  for (const id of recorder.touchedOrders) {
    for (const { tradeId } of allocationsOf(recorder.books, id)) if (tradeId !== undefined) reached.add(tradeId)
  }
  return reached
}
