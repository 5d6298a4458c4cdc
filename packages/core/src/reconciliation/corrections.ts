import { Need } from "../books/Need.ts"
import type { Fill, WaitingFill } from "../fill/Fill.ts"
import { format } from "../identity/Id.ts"
import { isTicker } from "../instrument/Ticker.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import type { Order } from "../order/Order.ts"
import { orderOf } from "../order/transition.ts"
import type { Interpreted } from "./Interpreted.ts"
import type { Executed, RawPayload } from "./Report.ts"
import { keep } from "./evidence.ts"
import { open } from "./ledgerBreaks.ts"

/** G: a revision settles what came before it as other contents without one. */
export const documented = (
  recorder: Recorder,
  order: Order,
  { revision }: Executed,
  known: ReadonlyArray<Fill>
): void => {
  const subject = format("order", order.id)
  for (const each of recorder.books.breaks.find("open", [order.account, order.symbol])) {
    const isOf = known.some((fill) => fill.revision < revision && each.evidence.startsWith(cameAgain(fill.execId)))
    if (each.kind !== "UndocumentedCorrection" || each.subject !== subject || !isOf) continue
    recorder.emit({ _tag: "BreakClosed", id: each.id, why: "a revision came" })
    recorder.touch(order.symbol)
  }
}

const contentsOf = ({ quantity, price }: Executed): string =>
  `${Decimal.format(quantity)} at ${price === undefined ? "no price" : Decimal.format(price)}`

/** The same of a fill that waits for its order, which is not there to name: the execution is the subject. */
export const undocumentedWaiting = (recorder: Recorder, { execId }: WaitingFill, report: Executed): Interpreted => {
  const { symbol } = report
  if (!isTicker(symbol)) return { _tag: "NothingToDo" }
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const evidence = cameAgain(execId) + contentsOf(report)
  open(recorder, { symbol, kind: "UndocumentedCorrection", subject: execId, evidence }, "evidence")
  return { _tag: "KeptAsBreak" }
}

const cameAgain = (execId: string): string => `${execId} came again as `

/** F1 of reconciliation: the same revision with the same contents. */
export const isSameExecution = (
  known: { readonly quantity: Decimal.Decimal; readonly price: Decimal.Decimal | undefined },
  report: Executed
): boolean =>
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
  const evidence = cameAgain(known.execId) + contentsOf(report)
  const subject = format("order", order.id)
  if (open(recorder, { symbol: order.symbol, kind: "UndocumentedCorrection", subject, evidence }, "evidence")) {
    keep(recorder, payload)
  }
  recorder.touch(order.symbol)
  return { _tag: "KeptAsBreak" }
}
