import { judge } from "../fill/band.ts"
import { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { format, type PayloadId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { advance, type Change } from "../order/transition.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import type { Executed, OrderSeen } from "../../records/Report.ts"
import * as Instant from "../../values/Instant.ts"
import { acknowledged } from "./acknowledged.ts"
import { joinCommissions } from "./commissions.ts"
import { open, closeIfOpen } from "../breaks/ledgerBreaks.ts"
import type { DetailsOf } from "../../records/BreakDetails.ts"
import { canonicalOf } from "../fill/aggregates.ts"

/** F8 of reconciliation: names our order but speaks of something else; never applied to it. */
export const mismatch = (
  recorder: Recorder,
  order: Order,
  report: Pick<Executed, "execId" | "symbol" | "side">
): Interpreted =>
  contradicts(recorder, order, {
    _tag: "FillMismatch",
    execId: report.execId,
    reported: { side: report.side, symbol: report.symbol },
    ordered: { side: order.side, symbol: order.symbol }
  })

/** F8 of reconciliation: a fill that contradicts its order is shown, counted nowhere, and holds its symbol until it is decided. */
export const contradicts = (recorder: Recorder, order: Order, details: DetailsOf<"FillMismatch">): Interpreted => {
  open(recorder, { symbol: order.symbol, subject: format("order", order.id), details }, "details")
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}

type Execution = Pick<
  Executed,
  | "execId"
  | "execIdBase"
  | "revision"
  | "quantity"
  | "price"
  | "executedAt"
  | "brokerOrderId"
  | "clientOrderId"
  | "otherIds"
  | "facts"
> & { readonly receivedAt?: Instant.Instant | undefined }

/** Books a revision and brings its order to what its fills now say (SYNC-1). */
export const book = (
  recorder: Recorder,
  order: Order,
  execution: Execution,
  payloadId: PayloadId | undefined
): Order => {
  const { execId, execIdBase, revision, quantity, price, executedAt, facts, receivedAt } = execution
  const { band, expected } = judge(recorder, order, price, executedAt)
  const offBand = band === "outside"
  const id = recorder.next("fill")
  recorder.emit({
    _tag: "FillRecorded",
    id,
    orderId: order.id,
    execId,
    execIdBase,
    revision,
    quantity,
    price,
    offBand,
    ...(band === "unknown" ? { unjudged: true } : {}),
    ...(expected === undefined ? {} : { expectedPrice: expected.price, expectedFrom: expected.from }),
    executedAt,
    payloadId,
    ...(facts === undefined ? {} : { facts }),
    ...(receivedAt === undefined ? {} : { fetchedAt: receivedAt })
  })
  const subject = format("order", order.id)
  if (offBand && price !== undefined && Decimal.isPositive(quantity)) {
    const around = expected === undefined ? {} : { expected: { price: expected.price, from: expected.from } }
    open(recorder, { symbol: order.symbol, subject, details: { _tag: "OffBand", execId, price, ...around } })
  }
  const booked = advance(recorder, order.id, named(recorder, order, execution))
  closeIfPriced(recorder, booked)
  joinCommissions(recorder, id, execId)
  return booked
}

/** An execution names its order's broker id as surely as an acknowledgement does; not which of two ids replaced the other (O13). */
const named = (recorder: Recorder, order: Order, { brokerOrderId, otherIds = [] }: Execution): Change => {
  const current = order.brokerOrderId
  const known = brokerOrderId ?? current ?? BrokerOrderId.make(order.clientOrderId)
  const isKnown = order.brokerOrderIds.includes(known) || otherIds.some((id) => id === current)
  return isKnown && current !== undefined ? {} : acknowledged(recorder, order, known)
}

/** How long a broker may take to list what it counts already, and to say what it cost, in milliseconds since it was first reported. */
const PRICED_WITHIN_MS = 60_000

/**
 * O16, F13, F14 of reconciliation: shares of which there is no execution with a price a minute after they were first reported, though
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
