import { format } from "../identity/Id.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Order } from "../order/Order.ts"
import * as Instant from "../time/Instant.ts"
import { closeIfOpen, open } from "./ledgerBreaks.ts"
import type { OrderSeen } from "./Report.ts"

/** How long a broker may take to list what it counts already, in milliseconds since the order last changed in our books. */
const LISTED_WITHIN_MS = 60_000

/**
 * O16, F14 of reconciliation: shares that the broker's total counts, and that none of its executions has a minute later though they
 * were asked for, are a break that holds nothing, until they come.
 */
export const reviewUnpriced = (recorder: Recorder, order: Order, { executionsRead }: OrderSeen): void => {
  const { filled, symbol, unpriced, updatedAt } = order
  if (Decimal.isZero(unpriced)) return closeIfPriced(recorder, order)
  const isOld = Instant.millisBetween(updatedAt, recorder.world.at) >= LISTED_WITHIN_MS
  if (!executionsRead || !isOld) return
  const evidence = `the broker counts ${Decimal.format(filled)}, and executions with a price come to ${Decimal.format(Decimal.subtract(filled, unpriced))}`
  open(recorder, { symbol, kind: "Unpriced", subject: format("order", order.id), evidence })
}

/** What had no price has one now. */
export const closeIfPriced = (recorder: Recorder, order: Order): void => {
  if (!Decimal.isZero(order.unpriced)) return
  closeIfOpen(recorder, order.symbol, "Unpriced", format("order", order.id), "every share has its price")
}
