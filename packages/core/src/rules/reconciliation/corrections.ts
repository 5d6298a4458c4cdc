import { Need } from "../../books/Need.ts"
import type { Fill, WaitingFill } from "../../records/Fill.ts"
import { format } from "../../values/Id.ts"
import { isTicker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Order } from "../../records/Order.ts"
import { orderOf } from "../order/transition.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import type { Executed, RawPayload } from "../../records/Report.ts"
import { keep } from "../breaks/evidence.ts"
import { open } from "../breaks/ledgerBreaks.ts"

/** G: a revision settles what came before it as other contents without one. */
export const documented = (
  recorder: Recorder,
  order: Order,
  { revision }: Executed,
  known: ReadonlyArray<Fill>
): void => {
  const subject = format("order", order.id)
  for (const each of recorder.books.breaks.find("open", [order.account, order.symbol])) {
    const { details } = each
    if (details._tag !== "UndocumentedCorrection" || each.subject !== subject) continue
    const isOf = known.some((fill) => fill.revision < revision && fill.execId === details.execId)
    if (!isOf) continue
    recorder.emit({ _tag: "BreakClosed", id: each.id, by: "ledger", why: "a revision arrived" })
    recorder.touch(order.symbol)
  }
}

const detailsOf = (execId: string, { price, quantity }: Executed) =>
  ({ _tag: "UndocumentedCorrection", execId, quantity, price }) as const

/** The same of a fill that waits for its order, which is not there to name: the execution is the subject. */
export const undocumentedWaiting = (recorder: Recorder, { execId }: WaitingFill, report: Executed): Interpreted => {
  const { symbol } = report
  if (!isTicker(symbol)) return { _tag: "NothingToDo" }
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  open(recorder, { symbol, subject: execId, details: detailsOf(execId, report) }, "details")
  return { _tag: "KeptAsBreak" }
}

/** What an execution comes to, in shares and dollars a share. */
type Contents = Pick<Executed, "quantity" | "price">

/** F1 of reconciliation: the same revision with the same contents. */
export const isSameExecution = (known: Contents, report: Contents): boolean =>
  Decimal.equals(known.quantity, report.quantity) &&
  (known.price === undefined || report.price === undefined
    ? known.price === report.price
    : Decimal.equals(known.price, report.price))

/** F2 of reconciliation: other contents without a revision; the first stays canonical, the other is kept as evidence. */
export const undocumented = (
  recorder: Recorder,
  known: Fill,
  report: Executed,
  payload: RawPayload | undefined
): Interpreted => {
  const order = orderOf(recorder, known.orderId)
  const details = detailsOf(known.execId, report)
  const subject = format("order", order.id)
  if (open(recorder, { symbol: order.symbol, subject, details }, "details")) {
    keep(recorder, payload)
  }
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}
