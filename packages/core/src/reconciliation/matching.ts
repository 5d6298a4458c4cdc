import { Need } from "../books/Need.ts"
import { joinKey } from "../books/Table.ts"
import * as ClientOrderId from "../identity/ClientOrderId.ts"
import type { BrokerOrderId } from "../identity/ClientOrderId.ts"
import type { Recorder } from "../journal/Recorder.ts"
import type { Order } from "../order/Order.ts"
import { isLive } from "../order/OrderState.ts"

/** By which step an order was found for a report; the first that fits. */
export type Step = "broker order id" | "client order id"

/** The order that a report speaks of, and how it was found. */
export interface Match {
  readonly order: Order
  readonly step: Step
}

/** Finds the order of a report: by the broker's durable id, then by our own client order id (DESIGN's matching steps). */
export const match = (
  recorder: Recorder,
  ids: { readonly brokerOrderId: BrokerOrderId | undefined; readonly clientOrderId: string | undefined }
): Match | undefined => byBrokerId(recorder, ids.brokerOrderId) ?? byClientId(recorder, ids.clientOrderId)

const byBrokerId = (recorder: Recorder, brokerOrderId: BrokerOrderId | undefined): Match | undefined => {
  if (brokerOrderId === undefined) return undefined
  recorder.need(Need.OrderByBrokerId({ account: recorder.account, brokerOrderId }))
  const found = recorder.books.orders.find("brokerOrderId", [recorder.account, brokerOrderId])
  const order = found.find((each) => isLive(each.status)) ?? found.at(-1)
  return order === undefined ? undefined : { order, step: "broker order id" }
}

const byClientId = (recorder: Recorder, shown: string | undefined): Match | undefined => {
  const clientOrderId = shown === undefined ? undefined : ClientOrderId.ours(shown)
  if (clientOrderId === undefined) return undefined
  recorder.need(Need.OrderByClientId({ clientOrderId }))
  const [order] = recorder.books.orders.find("clientOrderId", [clientOrderId])
  if (order === undefined || order.account !== recorder.account) return undefined
  return { order: recorder.books.orders.get(joinKey([order.id])) ?? order, step: "client order id" }
}
