import { canonicalOf } from "../fill/aggregates.ts"
import { format } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import * as Instant from "../../values/Instant.ts"
import { closeIfOpen, open } from "../breaks/ledgerBreaks.ts"
import type { OrderSeen } from "../../records/Report.ts"

/** How long a broker may take to list what it counts already, and to say what it cost, in milliseconds since it was first told. */
const PRICED_WITHIN_MS = 60_000

/**
 * O16, F13, F14 of reconciliation: shares of which there is no execution with a price a minute after they were first told, though
 * executions were asked for, are a break that holds nothing, until it comes. The broker's average is their price meanwhile.
 */
export const reviewUnpriced = (recorder: Recorder, order: Order, { executionsRead }: OrderSeen): void => {
  const { filled, inferred, symbol, unpricedSince } = order
  if (unpricedSince === undefined) return closeIfPriced(recorder, order)
  const isOld = Instant.millisBetween(unpricedSince, recorder.world.at) >= PRICED_WITHIN_MS
  const isAsked = executionsRead || Decimal.isZero(inferred)
  if (!isOld || !isAsked) return
  const priced = canonicalOf(recorder.books.fills.find("order", [order.id])).filter(({ price }) => price !== undefined)
  const sum = Decimal.sum(priced.map(({ quantity }) => quantity))
  open(recorder, { symbol, subject: format("order", order.id), details: { _tag: "Unpriced", filled, priced: sum } })
}

/** Executions with a price have come of all that is filled. */
export const closeIfPriced = (recorder: Recorder, order: Order): void => {
  if (order.unpricedSince !== undefined) return
  closeIfOpen(recorder, order.symbol, "Unpriced", format("order", order.id), "every share has its price")
}
