import { Need } from "../../books/Need.ts"
import type { OrderId, TradeId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { orderOf } from "../order/transition.ts"
import { instructionOf, type TradeInput } from "../../records/Trade.ts"
import type { Fate } from "../../records/Fate.ts"

/** A failed row, and the order that it came to before it failed. */
export interface FailedRow {
  readonly tradeId: TradeId
  readonly orderId: OrderId | undefined
}

/** A failed row that is tried again, whole or what is left of it, or why it is not. */
export type Again =
  | { readonly fate: Extract<Fate, "again" | "rest">; readonly input: TradeInput }
  | { readonly fate: Extract<Fate, "dismissed" | "filled" | "known" | "not_failed"> }

/**
 * A failed row as a new trade of another occurrence: the same, but for the shares that its order has filled. None where it has not
 * failed any more, since a late fill completed it or its order is live again; none where it was tried again under this occurrence
 * already; and none where it never came to an order because it was dismissed or is history (B2).
 */
export const again = (recorder: Recorder, { orderId, tradeId }: FailedRow, occurrence: string): Again => {
  recorder.need(Need.TradeById({ id: tradeId }))
  const trade = recorder.books.trades.get(tradeId)
  if (trade?.status !== "failed") return { fate: "not_failed" }
  if (orderId === undefined && trade.reason !== "BatchCancelled") return { fate: "dismissed" }
  const { owner, price, side, source, sourceId, symbol, tradedAt } = trade
  const filled = orderId === undefined ? Decimal.zero : orderOf(recorder, orderId).filled
  const rest = Decimal.subtract(trade.quantity, filled)
  const identity = { account: trade.account, source, sourceId, occurrence }
  recorder.need(Need.Identity(identity))
  const [known] = recorder.books.trades.find("identity", [trade.account, source, sourceId, occurrence])
  if (known !== undefined) return { fate: "known" }
  if (!Decimal.isPositive(rest)) return { fate: "filled" }
  const quantity = Quantity.make(rest)
  const wanted = { source, sourceId, occurrence, symbol, side, quantity, price, tradedAt, owner, reverses: undefined }
  const direct = instructionOf(trade)
  const fate = Decimal.isPositive(filled) ? "rest" : "again"
  return { fate, input: direct === undefined ? wanted : { ...wanted, direct } }
}
