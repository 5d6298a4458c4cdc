import { Price, type AccountName, type Instant } from "@roundlot/core"
import { Report, type ClientOrderId } from "@roundlot/core/adapter"
import { Schema } from "effect"
import { ExchangeOrder, Execution, type ExchangeStatus } from "../ExchangeOrder.ts"

/** What each status of the exchange means for an order's life. */
const livenessOf: { readonly [S in ExchangeStatus]: Report.Liveness } = {
  new: { _tag: "Open" },
  unpriced: { _tag: "Open" },
  partially_filled: { _tag: "Open" },
  filled: { _tag: "Closed", kind: "filled" },
  cancelled: { _tag: "Closed", kind: "cancelled" },
  expired: { _tag: "Closed", kind: "expired" },
  rejected: { _tag: "Closed", kind: "rejected" }
}

/** An order as JSON. */
export const encodeOrder = Schema.encodeSync(Schema.parseJson(ExchangeOrder))
/** Bytes of the paper broker. */
export const payloadOf = Report.textFrom("paper")

const encodeExecution = Schema.encodeSync(Schema.parseJson(Execution))

/** W12: what came without an id has the exchange's own, as at a broker that keeps them unique: it is nobody's order of ours. */
const clientOrderIdOf = ({
  brokerOrderId,
  clientOrderId
}: Pick<ExchangeOrder, "brokerOrderId" | "clientOrderId">): string => clientOrderId ?? brokerOrderId

/** An order as the broker port reports it, with its bytes. */
export const orderSeen = (order: ExchangeOrder): Report.Received<Report.OrderSeen> => ({
  report: reportOfOrder(order),
  payload: payloadOf(encodeOrder(order))
})

/** An order as the broker port reports it. */
export const reportOfOrder = (order: ExchangeOrder): Report.OrderSeen => ({
  _tag: "OrderSeen",
  account: order.account,
  asOf: order.updatedAt,
  asOfKind: "broker",
  brokerOrderId: order.brokerOrderId,
  clientOrderId: clientOrderIdOf(order),
  symbol: order.symbol,
  side: order.side,
  quantity: order.quantity,
  rawStatus: order.status,
  state: livenessOf[order.status],
  cumulative: order.filledQuantity,
  averagePrice: Price.average(order.notional, order.filledQuantity),
  enteredAt: order.enteredAt,
  type: order.type,
  session: order.session,
  limitPrice: order.limitPrice ?? undefined,
  stopPrice: order.stopPrice ?? undefined,
  executionsRead: false
})

/** An execution as the broker port reports it, with its bytes. */
export const executed = (execution: Execution): Report.Received<Report.Executed> => ({
  report: reportOfExecution(execution),
  payload: payloadOf(encodeExecution(execution))
})

/** An execution as the broker port reports it, without its bytes. */
export const reportOfExecution = (execution: Execution): Report.Executed => ({
  _tag: "Executed",
  account: execution.account,
  asOf: execution.executedAt,
  asOfKind: "broker",
  execId: execution.execId,
  execIdBase: execution.execIdBase,
  revision: execution.revision,
  brokerOrderId: execution.brokerOrderId,
  clientOrderId: clientOrderIdOf(execution),
  symbol: execution.symbol,
  side: execution.side,
  quantity: execution.quantity,
  price: execution.price,
  executedAt: execution.executedAt
})

/** What was asked for and is not there. */
export interface NotFoundKey {
  readonly clientOrderId?: ClientOrderId.ClientOrderId
  readonly brokerOrderId?: ClientOrderId.BrokerOrderId
}

/** The exchange keeps all of its history, so what it does not find is not there (or is hidden by an instruction). */
export const notFound = (
  account: AccountName.AccountName,
  asked: NotFoundKey,
  asOf: Instant.Instant
): Report.Received<Report.NotFound> => ({
  report: {
    _tag: "NotFound",
    account,
    asOf,
    asOfKind: "broker",
    clientOrderId: asked.clientOrderId,
    brokerOrderId: asked.brokerOrderId,
    complete: true
  },
  payload: undefined
})
