import { judge } from "../fill/band.ts"
import { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { format, type PayloadId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { advance, type Change } from "../order/transition.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import type { Executed } from "../../records/Report.ts"
import type { Instant } from "../../values/Instant.ts"
import { acknowledged } from "./acknowledged.ts"
import { joinCommissions } from "./commissions.ts"
import { open } from "../breaks/ledgerBreaks.ts"
import type { DetailsOf } from "../../records/BreakDetails.ts"
import { closeIfPriced } from "./unpriced.ts"

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
> & { readonly receivedAt?: Instant | undefined }

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
