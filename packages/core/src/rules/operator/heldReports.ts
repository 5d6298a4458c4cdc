import { settled } from "../order/observe.ts"
import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import { format, type OrderId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { advance, BEFORE_ANY_WORD, type Change, orderOf } from "../order/transition.ts"
import { bust } from "../reconciliation/busts.ts"
import { acceptHeld } from "../reconciliation/gate.ts"
import type { HeldContents } from "../../records/HeldReport.ts"
import { settle, unsettledOf } from "../reconciliation/heldReports.ts"
import type { CommandAnswer } from "./commands.ts"

const refused = (why: string): CommandAnswer => ({ _tag: "Refused", why })

const find = (recorder: Recorder, orderId: OrderId): Order | undefined => {
  recorder.need(Need.OrderById({ id: orderId }))
  return recorder.books.orders.get(orderId)
}

/** A person says that a held report was true: it is booked as the fact that it is, its terms are in force. */
export const acceptHeldReport = (recorder: Recorder, orderId: OrderId, number: number): CommandAnswer => {
  const name = format("order", orderId)
  const order = find(recorder, orderId)
  if (order === undefined) return refused(`order ${name} does not exist`)
  recorder.need(Need.HeldReports({ orderId }))
  const held = recorder.books.held_reports.get(joinKey([orderId, number]))
  if (held === undefined) return refused(`${name} has no held report ${number}`)
  if (held.settledAt !== undefined) return refused(`held report ${number} of ${name} is settled: ${held.outcome}`)
  if (isNeverTrue(held.contents)) {
    return refused(
      `held report ${number} has ${held.field} ${held.reported}, which is impossible; void ${name} instead`
    )
  }
  acceptHeld(recorder, held)
  recorder.touch(order.symbol)
  return { _tag: "Done", what: `held report ${number} of ${name} is accepted` }
}

/** Fewer shares than none, or an execution without an id, are no facts, whatever a person says. */
const isNeverTrue = (contents: HeldContents): boolean =>
  Decimal.isNegative(contents.quantity) ||
  (contents._tag === "Executed"
    ? contents.execId === "" || contents.execIdBase === ""
    : contents.cumulative !== undefined && Decimal.isNegative(contents.cumulative))

/**
 * A person voids what was booked of an order: the named executions count for nothing, totals that were reported are forgotten, and the
 * terms that were sent are in force again. Nothing is deleted; the same execution reported again afterwards counts, if it is possible.
 */
export const voidOrder = (recorder: Recorder, orderId: OrderId, execIds: ReadonlyArray<string>): CommandAnswer => {
  const name = format("order", orderId)
  const order = find(recorder, orderId)
  if (order === undefined) return refused(`order ${name} does not exist`)
  if (order.origin === "external") return refused(`${name} is external: only its broker reports its fills`)
  if (order.brokerOrderId === undefined) return refused(`${name} was never acknowledged: nothing of it is booked`)
  const fills = recorder.books.fills.find("order", [orderId]).filter(({ canonical }) => canonical)
  const unknown = execIds.find((id) => !fills.some(({ execId }) => execId === id))
  if (unknown !== undefined) return refused(`${name} has no execution ${unknown} that counts`)
  for (const held of unsettledOf(recorder, order)) settle(recorder, held, "voided")
  forgetReports(recorder, order)
  // F5: of the time of the execution itself, so that a total that is reported again counts the shares.
  for (const fill of fills) {
    if (execIds.includes(fill.execId) && Decimal.isPositive(fill.quantity))
      bust(recorder, fill, fill.executedAt, "voided")
  }
  recorder.touch(order.symbol)
  return { _tag: "Done", what: `${name} is again as it was sent: ${execIds.length} executions voided` }
}

/** What was reported of an order counts no more: it is open, with the terms that were sent, until its broker says more. */
const forgetReports = (recorder: Recorder, { id, sentLimitPrice, sentQuantity, sentStopPrice }: Order): void => {
  const unheard: Change = {
    quantity: sentQuantity,
    limitPrice: sentLimitPrice,
    stopPrice: sentStopPrice,
    reason: undefined,
    reported: undefined,
    reportedAt: undefined,
    reportedCumulative: undefined,
    cumulative: undefined,
    cumulativeAt: undefined,
    toldAverage: undefined,
    toldAverageOf: undefined
  }
  const word = {
    reported: "open",
    at: BEFORE_ANY_WORD,
    cumulative: undefined,
    isBrokersTime: false,
    witness: settled
  } as const
  advance(recorder, orderOf(recorder, id).id, unheard, word)
}
