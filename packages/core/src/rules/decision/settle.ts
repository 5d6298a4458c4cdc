import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { isControl, type Control } from "../../records/Control.ts"
import { filledOf, whyEnded } from "../order/directOrder.ts"
import type { Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"
import type { DecisionStatus } from "../../records/Decision.ts"

/** The control that refused an order, where one did. */
const controlOf = ({ code }: Order): Control | undefined => (code !== undefined && isControl(code) ? code : undefined)

interface Settled {
  readonly status: DecisionStatus
  readonly reason: string | undefined
}

/**
 * What a decision's order makes of it: executed when it has ended with anything filled (with the quantity, where that is a
 * part), failed when it has ended with nothing, submitted while it lives. A late fill or a bust changes it.
 */
export const settledOf = (order: Parameters<typeof filledOf>[0] & Pick<Order, "status" | "reason">): Settled => {
  if (order.status === "filled") return { status: "executed", reason: undefined }
  if (isLive(order.status)) return { status: "submitted", reason: undefined }
  const why = whyEnded(order)
  if (!Decimal.isPositive(order.filled)) return { status: "failed", reason: why }
  return { status: "executed", reason: `${why}; ${filledOf(order)}` }
}

/** Writes the status of every decision whose order this commit has changed. */
export const settleDecisions = (recorder: Recorder): void => {
  for (const orderId of recorder.touchedOrders) {
    const order = recorder.books.orders.get(orderId)
    if (order?.decisionId === undefined) continue
    const decision = recorder.books.decisions.get(order.decisionId)
    if (decision === undefined) throw new Error(`decision D${order.decisionId} is not in the books`)
    const { reason, status } = settledOf(order)
    if (decision.status === status && decision.reason === reason) continue
    const control = status === "failed" ? controlOf(order) : undefined
    recorder.emit({ _tag: "DecisionSettled", id: decision.id, status, orderId: order.id, reason, control })
  }
}
