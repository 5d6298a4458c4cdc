import * as ClientOrderId from "../identity/ClientOrderId.ts"
import { joinKey } from "../books/Table.ts"
import { LotId, OrderId, type TradeId } from "../identity/Id.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import { Reference } from "../money/Reference.ts"
import type { Order } from "../order/Order.ts"
import { isLive } from "../order/OrderState.ts"
import { lotOf } from "../position/due.ts"
import { instructionOf, type Trade } from "./Trade.ts"

/** Why a direct trade is not undone by another trade (E2): its order is cancelled, or a new decision undoes it. */
export const NOT_ACCUMULATED = "NotAccumulated: a direct trade stays outside the queue; cancel its order, or trade back"

/** E2: the order of a direct trade, executed as given, in the commit that takes the trade in. It enters no queue. */
export const execute = (recorder: Recorder, id: TradeId): void => {
  const trade = recorder.books.trades.get(joinKey([id]))
  const account = recorder.books.accounts.get(recorder.account)
  const instruction = trade === undefined ? undefined : instructionOf(trade)
  if (trade === undefined || account === undefined || instruction === undefined) {
    throw new Error(`trade T${id} has no instruction`)
  }
  const instrument = recorder.books.instruments.get(joinKey([trade.account, trade.symbol]))
  const lot = lotOf({ instrument, account })
  const orderId = OrderId.make(recorder.next("order"))
  recorder.emit({
    _tag: "OrderCreated",
    id: orderId,
    lotId: LotId.make(recorder.next("lot")),
    symbol: trade.symbol,
    side: trade.side,
    quantity: trade.quantity,
    ...instruction,
    origin: "direct",
    tradeId: trade.id,
    inQueue: false,
    lot,
    threshold: account.threshold ?? lot,
    ...referenceOf(recorder, trade),
    clientOrderId: ClientOrderId.make(recorder.world.storeTag, recorder.world.entropy, orderId)
  })
}

/** The price that came with the trade, else the one that a source of prices knows. */
const referenceOf = (recorder: Recorder, trade: Trade) => {
  if (trade.price !== undefined) {
    return { referencePrice: trade.price, referenceSource: "inbound", referenceAt: trade.tradedAt }
  }
  const known = recorder.world.priceOf(trade.symbol)
  if (Reference.$is("NoPrice")(known)) return {}
  return { referencePrice: known.price, referenceSource: known.source, referenceAt: known.at }
}

/** E2: completed when its order is filled, failed with what was filled when it has ended otherwise, else still on its way. */
export const settleDirect = (recorder: Recorder, order: Order): void => {
  if (order.tradeId === undefined) return
  const trade = recorder.books.trades.get(joinKey([order.tradeId]))
  if (trade === undefined) throw new Error(`trade T${order.tradeId} is not in the books`)
  const { status, reason } = settledOf(order)
  if (trade.status === status && trade.reason === reason) return
  recorder.emit({ _tag: "DirectTradeSettled", id: trade.id, status, reason })
}

type Settled = Pick<Trade, "reason"> & { readonly status: "pending" | "completed" | "failed" }

const settledOf = (order: Order): Settled => {
  if (order.status === "filled") return { status: "completed", reason: undefined }
  if (isLive(order.status)) return { status: "pending", reason: undefined }
  const isSaid = order.reason === undefined || order.status === "failed"
  const why = isSaid ? (order.reason ?? order.status) : `${order.status}: ${order.reason ?? ""}`
  const filled = `${Decimal.format(order.filled)} of ${Decimal.format(order.quantity)} filled`
  return { status: "failed", reason: `${why}; ${filled}` }
}
