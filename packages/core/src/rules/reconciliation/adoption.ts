import { Need } from "../../books/Need.ts"
import { isTicker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Witness } from "../order/witness.ts"
import type { DetailsOf } from "../../records/BreakDetails.ts"
import { isOfOurs } from "./couldBe.ts"
import { findOpen } from "../breaks/ledgerBreaks.ts"
import { isBeyondOrderLimit, isShownAgain } from "./identification.ts"
import type { OrderSeen } from "../../records/Report.ts"

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
export const limitFault = (recorder: Recorder, { brokerOrderId, quantity }: Sized): Implausible | undefined => {
  const most = countsHere(recorder) ? recorder.books.accounts.get(recorder.account)?.maxOrderQuantity : undefined
  if (most === undefined || !isBeyondOrderLimit(most, quantity)) return undefined
  return { _tag: "Implausible", cause: "BeyondOrderLimit", brokerOrderId, quantity, most }
}

const countsHere = (recorder: Recorder): boolean => {
  recorder.need(Need.Account({ account: recorder.account }))
  return recorder.books.accounts.get(recorder.account)?.external === "count"
}
