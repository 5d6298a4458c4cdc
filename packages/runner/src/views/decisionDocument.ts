import { Id, Instant, type Decision, type OrderTerms, type Side } from "@roundlot/core"
import { decimalOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** A strategy's wish to trade and what became of it. Shares or dollars; dollars a share. */
export interface DecisionDocument {
  readonly id: string
  readonly account: string
  readonly strategy: string
  readonly symbol: string
  readonly side: Side.Side
  readonly quantity: string | null
  readonly notional: string | null
  readonly orderType: Decision.DecisionType
  readonly limitPrice: string | null
  readonly timeInForce: OrderTerms.TimeInForce
  /** As the strategy gave it: text, or JSON as text. */
  readonly rationale: string | null
  readonly status: Decision.DecisionStatus
  readonly orderId: string | null
  readonly reason: string | null
  readonly createdAt: string
  readonly executedAt: string | null
  readonly failedAt: string | null
}

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
  timeInForce: decision.timeInForce,
  rationale: valueOrNull(decision.rationale),
  status: decision.status,
  orderId: decision.orderId === undefined ? null : Id.format("order", decision.orderId),
  reason: valueOrNull(decision.reason),
  createdAt: Instant.format(decision.createdAt),
  executedAt: timeOrNull(decision.executedAt),
  failedAt: timeOrNull(decision.failedAt)
})
