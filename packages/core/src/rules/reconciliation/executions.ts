import { Need } from "../../books/Need.ts"
import { isConcluded } from "../../records/concluded.ts"
import type { Fill, WaitingFill } from "../../records/Fill.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Order } from "../../records/Order.ts"
import { orderOf } from "../order/transition.ts"
import { applied, type Interpreted } from "../../records/Interpreted.ts"
import type { Executed, RawPayload } from "../../records/Report.ts"
import { book, contradicts, mismatch } from "./booking.ts"
import { documented, isSameExecution, undocumented, putBack, undocumentedWaiting } from "./busts.ts"
import { suspect, twinOf, settleSuspicion, type ReportedTotal } from "./duplicates.ts"
import { keep } from "../breaks/evidence.ts"
import { costs, releaseCommissions } from "./commissions.ts"
import { match, sharing } from "./matching.ts"
import { joinKey } from "../../tables/Table.ts"
import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { isBeforeSending } from "./reportedTimes.ts"

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

/** F10 of reconciliation: it waits, counted nowhere, like a fill whose order is unknown; reported again it changes nothing. */
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

/** F7: a fill whose order is not known waits, counted nowhere. */
export const wait = (recorder: Recorder, report: Executed, payload: RawPayload | undefined): Interpreted => {
  const { account, execId } = { account: recorder.account, execId: report.execId }
  recorder.need(Need.WaitingFill({ account, execId }))
  const known = recorder.books.waiting_fills.get(joinKey([account, execId]))
  if (known !== undefined)
    return isSameExecution(known, report)
      ? costs(recorder, report, payload)
      : undocumentedWaiting(recorder, known, report)
  recorder.emit({
    _tag: "FillWaits",
    execId,
    execIdBase: report.execIdBase,
    revision: report.revision,
    brokerOrderId: report.brokerOrderId,
    clientOrderId: report.clientOrderId,
    symbol: report.symbol,
    side: report.side,
    quantity: report.quantity,
    price: report.price,
    executedAt: report.executedAt,
    asOf: report.asOf,
    payloadId: keep(recorder, payload),
    ...(report.facts === undefined ? {} : { facts: report.facts })
  })
  costs(recorder, report, payload)
  return { _tag: "Waiting" }
}

/** What of a waiting fill may be booked to its order: nothing where it is held (W4), and no price that is not possible (W5). */
export type PassWaiting = (recorder: Recorder, order: Order, fill: WaitingFill) => WaitingFill | undefined

/** Behind the gate every fact is possible. */
const passAll: PassWaiting = (_, __, fill) => fill

/** F7: the fills that waited for an order are booked with it; one that is suspected, by the total that was `reported` of the order (F10). */
export const joinWaiting = (
  recorder: Recorder,
  order: Order,
  brokerOrderId: BrokerOrderId,
  passWaiting: PassWaiting = passAll,
  reported?: ReportedTotal
): Order => {
  recorder.need(Need.OrderByBrokerId({ account: recorder.account, brokerOrderId }))
  const waiting = recorder.books.waiting_fills.find("brokerOrderId", [recorder.account, brokerOrderId])
  let joined = order
  for (const fill of inTurn(waiting)) {
    if (fill.symbol !== order.symbol || fill.side !== order.side) {
      mismatch(recorder, order, fill)
      continue
    }
    if (isBeforeSending(joined, fill) && !isBooked(recorder, fill)) continue
    const suspicion = settleSuspicion(recorder, joined, fill, reported)
    if (suspicion === "open") continue
    recorder.emit({ _tag: "FillJoined", execId: fill.execId })
    if (suspicion === "duplicate") releaseCommissions(recorder, fill.execId)
    if (suspicion === "duplicate" || isBooked(recorder, fill)) continue
    const passed = passWaiting(recorder, joined, fill)
    if (passed !== undefined) joined = book(recorder, joined, passed, fill.payloadId)
  }
  return joined
}

const isBooked = (recorder: Recorder, { account, execIdBase, revision }: WaitingFill): boolean => {
  recorder.need(Need.Execution({ account, execIdBase }))
  return recorder.books.fills.find("execution", [account, execIdBase]).some((fill) => fill.revision === revision)
}

/** Executions in the order of their first revisions, each with its revisions behind one another: the same however they were found. */
const inTurn = (waiting: ReadonlyArray<WaitingFill>): ReadonlyArray<WaitingFill> => {
  const begun = new Map<string, bigint>()
  for (const { execIdBase, executedAt } of waiting) {
    const known = begun.get(execIdBase)
    if (known === undefined || executedAt < known) begun.set(execIdBase, executedAt)
  }
  const beginOf = ({ execIdBase }: WaitingFill): bigint => begun.get(execIdBase) ?? 0n
  return waiting.toSorted((a, b) => {
    if (a.execIdBase === b.execIdBase) return a.revision - b.revision
    const apart = Number(beginOf(a) - beginOf(b))
    return apart === 0 ? (a.execIdBase < b.execIdBase ? -1 : 1) : apart
  })
}
