import { policyOf } from "../../records/Account.ts"
import type { TradeId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { Reference } from "../../values/Reference.ts"
import { create, filledOf, whyEnded } from "../order/directOrder.ts"
import type { Order } from "../../records/Order.ts"
import { resolve } from "../../records/OrderPolicy.ts"
import { isLive } from "../../records/OrderState.ts"
import { marketPriceOf } from "../position/evaluation.ts"
import { instructionOf, type Trade } from "../../records/Trade.ts"

/** E2: the order of a direct trade, executed as given, in the commit that takes the trade in. */
export const execute = (recorder: Recorder, id: TradeId): void => {
  const trade = recorder.books.trades.get(id)
  const instruction = trade === undefined ? undefined : instructionOf(trade)
  if (trade === undefined || instruction === undefined) throw new Error(`trade T${id} has no instruction`)
  const { approveBy, quantity, side, symbol } = trade
  const account = recorder.books.accounts.get(recorder.account)
  const terms = { ...instruction, ...resolve(instruction, account && policyOf(account)) }
  create(recorder, {
    symbol,
    side,
    quantity,
    ...terms,
    tradeId: id,
    approveBy,
    reference: referenceOf(recorder, trade)
  })
}

/** The price that came with the trade, else the one that a source of prices knows. */
const referenceOf = (recorder: Recorder, { price, symbol, tradedAt }: Trade): Reference =>
  price === undefined ? marketPriceOf(recorder, symbol) : Reference.Priced({ price, at: tradedAt, source: "inbound" })

/** E2: completed when its order is filled, failed with what was filled when it has ended otherwise, else still on its way. */
export const settleDirect = (recorder: Recorder, order: Order): void => {
  if (order.tradeId === undefined) return
  const trade = recorder.books.trades.get(order.tradeId)
  if (trade === undefined) throw new Error(`trade T${order.tradeId} is not in the books`)
  const settled = settledOf(order)
  const { detail, reason, status } = settled
  if (trade.status === status && trade.reason === reason && trade.detail === detail) return
  recorder.emit({ _tag: "DirectTradeSettled", id: trade.id, ...settled })
}

type Settled = Pick<Trade, "reason" | "detail"> & { readonly status: "pending" | "completed" | "failed" }

const settledOf = (order: Order): Settled => {
  if (order.status === "filled") return { status: "completed", reason: undefined, detail: undefined }
  if (isLive(order.status)) return { status: "pending", reason: undefined, detail: undefined }
  const reason = order.status === "cancelled" ? "OrderCancelled" : "OrderEnded"
  return { status: "failed", reason, detail: `${whyEnded(order)}; ${filledOf(order)}` }
}
