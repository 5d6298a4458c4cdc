import type { Documents } from "@roundlot/api"
import { Instant, type Decision } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { decimalOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** A strategy's wish to trade and what became of it. Shares or dollars; dollars a share. */
export type DecisionDocument = Documents.DecisionDocument

/** The document of a decision. */
export const documentOf = (decision: Decision.Decision): DecisionDocument => ({
  id: Id.format("decision", decision.id),
  account: decision.account,
  strategy: decision.strategy,
  symbol: decision.symbol,
  side: decision.side,
  quantity: decimalOrNull(decision.quantity),
  notional: decimalOrNull(decision.notional),
  orderType: decision.orderType,
  limitPrice: decimalOrNull(decision.limitPrice),
  stopPrice: decimalOrNull(decision.stopPrice),
  session: decision.session,
  timeInForce: decision.timeInForce,
  goodTill: timeOrNull(decision.goodTill),
  rationale: valueOrNull(decision.rationale),
  status: decision.status,
  orderId: decision.orderId === undefined ? null : Id.format("order", decision.orderId),
  reason: valueOrNull(decision.reason),
  control: valueOrNull(decision.control),
  createdAt: Instant.format(decision.createdAt),
  executedAt: timeOrNull(decision.executedAt),
  failedAt: timeOrNull(decision.failedAt)
})
