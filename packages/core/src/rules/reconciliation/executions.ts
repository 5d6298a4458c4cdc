import { Need } from "../../books/Need.ts"
import { isConcluded } from "../../records/concluded.ts"
import type { Fill } from "../../records/Fill.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { orderOf } from "../order/transition.ts"
import { applied, type Interpreted } from "../../records/Interpreted.ts"
import type { Executed, RawPayload } from "../../records/Report.ts"
import { book, contradicts, mismatch } from "./booking.ts"
import { documented, isSameExecution, undocumented } from "./corrections.ts"
import { putBack } from "./busts.ts"
import { suspect, twinOf } from "./duplicates.ts"
import { keep } from "../breaks/evidence.ts"
import { costs } from "./commissions.ts"
import { match, sharing } from "./matching.ts"
import { wait } from "./waitingFills.ts"

/** One revision of one execution: booked to its order, kept waiting where that is not known, or shown as a break. */
export const executed = (recorder: Recorder, report: Executed, payload: RawPayload | undefined): Interpreted => {
  const { account } = recorder
  recorder.need(Need.Execution({ account, execIdBase: report.execIdBase }))
  const revisions = recorder.books.fills.find("execution", [account, report.execIdBase])
  const known = revisions.find((fill) => fill.revision === report.revision)
  if (known !== undefined)
    return isSameExecution(known, report) ? costs(recorder, report) : undocumented(recorder, known, report, payload)
  const sibling = revisions[0]
  const order = sibling === undefined ? match(recorder, report)?.order : orderOf(recorder, sibling.orderId)
  if (order === undefined) return wait(recorder, report, payload)
  if (order.symbol !== report.symbol || order.side !== report.side) return mismatch(recorder, order, report)
  const other = sibling === undefined ? undefined : otherThan(recorder, order, report)
  if (other !== undefined) {
    return contradicts(recorder, order, { _tag: "FillMismatch", execId: report.execId, otherOrder: other.id })
  }
  const twin = sibling === undefined ? twinOf(recorder, order, report) : undefined
  if (twin !== undefined) return suspected(recorder, order, report, twin, payload)
  documented(recorder, order, report, revisions)
  book(recorder, order, report, keep(recorder, payload))
  if (isNewest(revisions, report)) putBack(recorder, report.execIdBase, report.executedAt)
  costs(recorder, report)
  return applied(orderOf(recorder, order.id))
}

/**
 * F8: the order that a revision names where it is not the one of its execution. Ids without a suffix of their own may look like two
 * revisions of one execution, and a fill of its own would take the place of another.
 */
const otherThan = (recorder: Recorder, order: Order, report: Executed): Order | undefined => {
  const named = match(recorder, report)?.order
  if (named === undefined || named.id === order.id) return undefined
  // O28: orders may share an id of the broker's.
  const { brokerOrderId } = report
  const isNamedToo = brokerOrderId !== undefined && sharing(recorder, brokerOrderId).some(({ id }) => id === order.id)
  return isNamedToo ? undefined : named
}

/** F10 of reconciliation: it waits, counted nowhere, like a fill whose order is unknown; told again it changes nothing. */
const suspected = (
  recorder: Recorder,
  order: Order,
  report: Executed,
  twin: Fill,
  payload: RawPayload | undefined
): Interpreted => {
  const brokerOrderId = order.brokerOrderId ?? report.brokerOrderId
  const waits = wait(recorder, { ...report, brokerOrderId }, payload)
  if (waits._tag === "Waiting") suspect(recorder, order, report, twin)
  return waits
}

/** The highest of a broker's own revisions: what we concluded from its absence gives way to it. */
const isNewest = (known: ReadonlyArray<Fill>, { revision }: Executed): boolean =>
  known.every((fill) => isConcluded(fill) || fill.revision < revision)
