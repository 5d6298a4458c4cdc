import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import type { Change } from "../order/transition.ts"
import type { Instant } from "../../values/Instant.ts"

/** What a broker's id of an order changes of it: it is acknowledged, under that id from now on. */
export const acknowledged = (
  recorder: Recorder,
  order: Order,
  brokerOrderId: BrokerOrderId,
  enteredAt?: Instant
): Change => ({
  brokerOrderId,
  brokerOrderIds: order.brokerOrderIds.includes(brokerOrderId)
    ? order.brokerOrderIds
    : [...order.brokerOrderIds, brokerOrderId],
  acceptedAt: order.acceptedAt ?? (order.origin === "external" ? enteredAt : undefined) ?? recorder.world.at,
  candidate: undefined,
  notBefore: undefined,
  ...(order.status === "in_doubt" ? { reason: undefined } : {})
})
