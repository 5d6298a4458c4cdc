import { Need } from "../../books/Need.ts"
import { format, type OrderId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"
import { answerOf, dueOf, type Standing } from "../position/due.ts"
import { orderDue, standingOf } from "../position/evaluation.ts"
import * as Ladder from "../position/ladder.ts"
import { answerWords } from "../../records/PositionAnswer.ts"
import { atFirstStep, nothingHeld } from "../../records/Position.ts"
import { isStopped, type CommandAnswer } from "./commands.ts"

/** Why an order is not tried again; `undefined` where a new one may stand in its place. Pure. */
const obstacleOf = (order: Order | undefined, name: string): string | undefined => {
  if (order === undefined) return `order ${name} does not exist`
  if (order.status === "in_doubt") return `${name} is unconfirmed: it may be live; resolve it first`
  if (isLive(order.status)) return `${name} is ${order.status}`
  if (order.status === "filled") return `${name} is filled: nothing to re-submit`
  if (order.origin === "accumulation") return undefined
  if (order.decisionId !== undefined) return `${name} executes a decision, which is sent only once; make a new decision`
  return order.origin === "external"
    ? `${name} is external`
    : `${name} executes ${order.tradeId === undefined ? "a trade" : format("trade", order.tradeId)} directly; submit the trade again, or retry its batch`
}

/** What stands on a position on an operator's word, or by an open circuit, is lifted by a retry (D8). Pure. */
const lifted = (standing: Standing): Standing => ({
  ...standing,
  position: { ...standing.position, ...nothingHeld, ...atFirstStep }
})

/**
 * A new order in the place of one that has ended, linked to it: what its position owes now, by the ordinary rules. Never a second send;
 * refused while the old one may be live. What an operator's cancel holds goes on (D8).
 */
export const retryOrder = (recorder: Recorder, orderId: OrderId): CommandAnswer => {
  recorder.need(Need.OrderById({ id: orderId }))
  const order = recorder.books.orders.get(orderId)
  const name = format("order", orderId)
  const obstacle = obstacleOf(order, name)
  if (order === undefined || obstacle !== undefined) return { _tag: "Refused", why: obstacle ?? name }
  const standing = standingOf(recorder, order.symbol)
  if (standing === undefined) return { _tag: "Refused", why: `${name} has no position` }
  const due = dueOf(lifted(standing))
  if (due._tag !== "Order") {
    return { _tag: "Refused", why: `no order would replace ${name}: ${answerWords(answerOf(due))}` }
  }
  if (isStopped(standing.position)) recorder.emit({ _tag: "HoldLifted", symbol: order.symbol })
  Ladder.reset(recorder, standing.position)
  const made = orderDue(recorder, standing, due, orderId)
  return { _tag: "Done", what: `${format("order", made)} replaces ${name}` }
}
