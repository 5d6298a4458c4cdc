import { Need } from "../../books/Need.ts"
import { isTicker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Witness } from "../order/observe.ts"
import type { DetailsOf } from "../../records/BreakDetails.ts"
import { isOfOurs, match, lateOf, mayBeExecutionOfOurs } from "./matching.ts"
import { findOpen } from "../breaks/ledgerBreaks.ts"
import { isBeyondOrderLimit, isShownAgain } from "./identification.ts"
import type { OrderSeen, Listed } from "../../records/Report.ts"
import { joinKey } from "../../tables/Table.ts"
import type { WaitingFill } from "../../records/Fill.ts"
import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { holdUnknown } from "./heldReports.ts"
import { NOT_LISTED } from "../../records/HeldReport.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import { adopt, seenOf } from "./ordersSeen.ts"
import { joinWaiting, type PassWaiting } from "./executions.ts"

type Implausible = DetailsOf<"Implausible">

/** What is asked of the quantity of an order before it is adopted. */
type Sized = Pick<OrderSeen, "brokerOrderId" | "quantity">

/**
 * W12: why an order that seems nobody's is not adopted yet where external orders count in what a position owes: it is beyond what the account
 * lets one order have, or only one reading has shown it. Nothing where it may be.
 */
export const faultOf = (recorder: Recorder, report: OrderSeen, witness: Witness): Implausible | undefined => {
  const { brokerOrderId, symbol } = report
  if (!countsHere(recorder) || !isTicker(symbol) || isOfOurs(recorder, report)) return undefined
  const beyond = limitFault(recorder, report)
  if (beyond !== undefined) return beyond
  recorder.need(Need.Position({ account: recorder.account, symbol }))
  const shown = findOpen(recorder, symbol, "Implausible", brokerOrderId)
  if (isShownAgain(shown?.openedAt, witness)) return undefined
  return { _tag: "Implausible", cause: "NotShownAgain", brokerOrderId }
}

/** W12: the same of an execution whose order nobody knows, which two readings have shown already. */
const limitFault = (recorder: Recorder, { brokerOrderId, quantity }: Sized): Implausible | undefined => {
  const most = countsHere(recorder) ? recorder.books.accounts.get(recorder.account)?.maxOrderQuantity : undefined
  if (most === undefined || !isBeyondOrderLimit(most, quantity)) return undefined
  return { _tag: "Implausible", cause: "BeyondOrderLimit", brokerOrderId, quantity, most }
}

const countsHere = (recorder: Recorder): boolean => {
  recorder.need(Need.Account({ account: recorder.account }))
  return recorder.books.accounts.get(recorder.account)?.external === "count"
}

/**
 * F7: a fill whose order a complete listing begun after it does not have, while nothing of ours on the instrument is on its way
 * or in doubt, gets an external order of its own.
 */
export const adoptOrphans = (recorder: Recorder, report: Listed, passWaiting?: PassWaiting): Interpreted => {
  recorder.need(Need.WaitingFills({ account: recorder.account }))
  if (!report.complete) return { _tag: "NothingToDo" }
  const listed = new Set<string>(report.brokerOrderIds)
  const orphans = recorder.books.waiting_fills
    .find("waiting", [recorder.account])
    .filter((fill) => fill.receivedAt < report.asOf && fill.executedAt >= report.from)
    .filter((fill) => fill.brokerOrderId !== undefined && !listed.has(fill.brokerOrderId))
    .filter((fill) => !mayBeExecutionOfOurs(recorder, fill))
  for (const fill of orphans) settleOrphan(recorder, fill, passWaiting)
  return { _tag: "NothingToDo" }
}

/** Its order may have become known since, by something else than a report of the order itself. */
const settleOrphan = (recorder: Recorder, fill: WaitingFill, passWaiting: PassWaiting | undefined): void => {
  const found = match(recorder, fill)
  if (found === undefined) adoptOrphan(recorder, fill, passWaiting)
  else if (fill.brokerOrderId !== undefined) joinWaiting(recorder, found.order, fill.brokerOrderId, passWaiting)
}

const adoptOrphan = (recorder: Recorder, fill: WaitingFill, passWaiting: PassWaiting | undefined): void => {
  const { brokerOrderId } = fill
  const waits = recorder.books.waiting_fills.get(joinKey([fill.account, fill.execId]))?.joinedAt === undefined
  if (brokerOrderId === undefined || !waits || !Decimal.isPositive(fill.quantity)) return
  // W12: of an order of ours that was refused, and filled all the same.
  const late = lateOf(recorder, fill, ({ quantity }) => Decimal.isAtMost(fill.quantity, quantity))
  const seen = { ...seenBy(recorder, fill, brokerOrderId), ...(late === undefined ? {} : { quantity: late.quantity }) }
  const beyond = late === undefined ? limitFault(recorder, seen) : undefined
  if (beyond !== undefined) holdUnknown(recorder, seen, brokerOrderId, beyond)
  else if (late === undefined) adopt(recorder, seen, { passWaiting })
  else seenOf(recorder, late, seen, { passWaiting })
}

/** The order that an execution alone shows. */
const seenBy = (recorder: Recorder, fill: WaitingFill, brokerOrderId: BrokerOrderId): OrderSeen => ({
  _tag: "OrderSeen",
  account: recorder.account,
  asOf: fill.asOf,
  asOfKind: "ours",
  brokerOrderId,
  clientOrderId: fill.clientOrderId,
  symbol: fill.symbol,
  side: fill.side,
  quantity: Quantity.make(fill.quantity),
  rawStatus: NOT_LISTED,
  state: { _tag: "Open" },
  cumulative: undefined,
  averagePrice: undefined,
  executionsRead: true
})
