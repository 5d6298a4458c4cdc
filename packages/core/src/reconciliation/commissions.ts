import { Need } from "../books/Need.ts"
import type { Fill } from "../fill/Fill.ts"
import { format } from "../identity/Id.ts"
import type { Recorder } from "../journal/Recorder.ts"
import * as Decimal from "../money/Decimal.ts"
import { orderOf } from "../order/transition.ts"
import type { Interpreted } from "./Interpreted.ts"
import { open } from "./ledgerBreaks.ts"
import { isPlausibleCommission } from "./plausibility.ts"
import type { Commission } from "./Report.ts"

/** F12 of reconciliation: joined by execution id; an unknown one never overwrites a known one. */
export const commission = (recorder: Recorder, report: Commission): Interpreted => {
  const { account } = recorder
  recorder.need(Need.FillByExecId({ account, execId: report.execId }))
  const [fill] = recorder.books.fills.find("execId", [account, report.execId])
  if (fill === undefined) return { _tag: "Waiting" }
  const isKnown = fill.commission !== undefined && Decimal.equals(fill.commission, report.amount)
  if (isKnown) return { _tag: "Duplicate" }
  if (!isPlausibleCommission(fill, report.amount)) return implausible(recorder, fill, report)
  recorder.emit({
    _tag: "CommissionRecorded",
    fillId: fill.id,
    amount: report.amount,
    currency: report.currency
  })
  return { _tag: "Applied", orderId: fill.orderId, status: orderOf(recorder, fill.orderId).status }
}

const implausible = (recorder: Recorder, { execId, orderId }: Fill, { amount, currency }: Commission): Interpreted => {
  const { symbol } = orderOf(recorder, orderId)
  const evidence = `W5: the commission of ${execId} is ${Decimal.format(amount)} ${currency}: not recorded`
  open(recorder, { symbol, kind: "OffBand", subject: format("order", orderId), evidence })
  return { _tag: "KeptAsBreak" }
}
