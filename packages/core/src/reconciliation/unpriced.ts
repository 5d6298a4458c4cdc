import { format } from "../identity/Id.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Order } from "../order/Order.ts"
import * as Instant from "../time/Instant.ts"
import { closeIfOpen, open } from "./ledgerBreaks.ts"
import type { OrderSeen } from "./Report.ts"

/** How long a broker may take to list what it counts already, and to say what it cost, in milliseconds since it was first told. */
const PRICED_WITHIN_MS = 60_000

/**
 * O16, F13, F14 of reconciliation: shares without a price a minute after they were first told, executions that were asked for
 * included, are a break that holds nothing, until their price comes.
 */
export const reviewUnpriced = (recorder: Recorder, order: Order, { executionsRead }: OrderSeen): void => {
  const { filled, inferred, symbol, unpriced, unpricedSince } = order
  if (unpricedSince === undefined) return closeIfPriced(recorder, order)
  const isOld = Instant.millisBetween(unpricedSince, recorder.world.at) >= PRICED_WITHIN_MS
  const isAsked = executionsRead || Decimal.isLess(inferred, unpriced)
  if (!isOld || !isAsked) return
  const evidence = `the broker counts ${Decimal.format(filled)}, and executions with a price come to ${Decimal.format(Decimal.subtract(filled, unpriced))}`
  open(recorder, { symbol, kind: "Unpriced", subject: format("order", order.id), evidence })
}

/** What had no price has one now. */
export const closeIfPriced = (recorder: Recorder, order: Order): void => {
  if (!Decimal.isZero(order.unpriced)) return
  closeIfOpen(recorder, order.symbol, "Unpriced", format("order", order.id), "every share has its price")
}
