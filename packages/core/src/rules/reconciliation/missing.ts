import { format } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { agreedAt, isCancelRefused } from "../order/hearing.ts"
import type { Order } from "../../records/Order.ts"
import { settled, type Witness, type Word } from "../order/observe.ts"
import { advance } from "../order/transition.ts"
import * as Instant from "../../values/Instant.ts"
import { applied, type Interpreted } from "../../records/Interpreted.ts"
import type { NotFound } from "../../records/Report.ts"
import { closeIfOpen, open } from "../breaks/ledgerBreaks.ts"
import { match } from "./matching.ts"

/** How long nothing may have changed of an order before a broker that lacks it is believed to lack it, in milliseconds (O22). */
export const QUIET_MS = 60_000

/**
 * O22: an open order that the broker's whole history does not have is in doubt, with a break; no end is assumed, and what was
 * acknowledged once is never sent again. Orders that have ended are forgotten by brokers (O26), and what changed a moment ago is
 * not judged. An order that has filled, or is not ours, stays what its facts say, with the break. One whose end waits is no doubt: its
 * broker is asked to end it (W11).
 */
export const notFound = (recorder: Recorder, report: NotFound, witness: Witness): Interpreted => {
  const order = report.complete ? match(recorder, report)?.order : undefined
  if (order === undefined || !isWorking(order)) return { _tag: "NothingToDo" }
  const end = endOf(order, witness)
  if (end !== undefined) return applied(advance(recorder, order.id, {}, end))
  if (order.endReportedAt !== undefined) {
    return applied(advance(recorder, order.id, { endAgreedAt: agreedAt(order, witness, recorder.world.at) }))
  }
  if (Instant.millisBetween(order.updatedAt, recorder.world.at) < QUIET_MS) return { _tag: "NothingToDo" }
  const subject = format("order", order.id)
  const status = order.rawStatus ?? order.status
  const details = { _tag: "OrderMissing", order: order.brokerOrderId ?? subject, status } as const
  open(recorder, { symbol: order.symbol, subject, details })
  closeIfOpen(recorder, order.symbol, "OrderNotWorking", subject, "its broker no longer lists it")
  if (order.attemptId === undefined || Decimal.isPositive(order.filled)) return applied(order)
  return applied(
    advance(recorder, order.id, { ...unheard, localState: "unconfirmed", reason: "the broker no longer has it" })
  )
}

/** How long after an end was heard a listing has to begin that confirms it by not showing the order, in milliseconds (W11). */
export const ABSENT_AFTER_MS = 5_000

/** W11: what is heard to have ended, was refused an end, and is in no listing that began later, has ended. */
const endOf = (order: Order, witness: Witness): Word | undefined => {
  const { endReported, endReportedAt, reportedAt } = order
  if (endReported === undefined || endReportedAt === undefined || witness._tag !== "Reading") return undefined
  if (witness.begun < Instant.addMillis(endReportedAt, ABSENT_AFTER_MS) || !isCancelRefused(order, witness))
    return undefined
  return {
    reported: endReported,
    at: reportedAt ?? endReportedAt,
    cumulative: undefined,
    isBrokersTime: false,
    witness: settled
  }
}

const isWorking = ({ status }: Order): boolean => status === "submitted" || status === "partially_filled"

/** What the broker said of it no longer holds; what it says next does, whenever that was true. */
const unheard = { reported: undefined, reportedAt: undefined, reportedCumulative: undefined }
