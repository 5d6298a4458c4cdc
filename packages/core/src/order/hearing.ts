import type { IsPossiblePrice } from "../fill/aggregates.ts"
import type { Fill } from "../fill/Fill.ts"
import * as Decimal from "../money/Decimal.ts"
import * as Instant from "../time/Instant.ts"
import { observe, type Observed, type Word } from "./observe.ts"
import type { Witness } from "./witness.ts"
import type { Order } from "./Order.ts"
import { isLive } from "./OrderState.ts"

/** W11: a shared read serves again for a second, so a reading that began sooner may be the one that was heard. Milliseconds. */
export const SEPARATE_MS = 1_050

/** What a word makes of an order, and the end that waits for a second reading. */
export type Heard = Observed & Pick<Order, "endReported" | "endReportedAt">

/**
 * W11: an end of an order of ours that nobody asked for is followed on screen, but the order stays live until a second, separate
 * reading agrees and its broker refuses to end what has ended. A fill of the whole, an end that we asked for and an order that is not
 * ours need neither. Pure.
 */
export const hearing = (
  order: Order,
  fills: ReadonlyArray<Fill>,
  word: Word | undefined,
  at: Instant.Instant,
  isPossible?: IsPossiblePrice
): Heard => {
  const seen = observe(order, fills, word, at, isPossible)
  if (!isLive(seen.status)) {
    const waits = word !== undefined && needsSecond(order, seen, fills) && !confirms(order, word.witness)
    if (!waits) return { ...seen, endReported: undefined, endReportedAt: undefined }
    const open: Word = { ...word, reported: "open", reason: undefined }
    return {
      ...observe(order, fills, open, at, isPossible),
      endReported: order.endReported ?? word.reported,
      endReportedAt: order.endReportedAt ?? at
    }
  }
  const isGone = word !== undefined && contradicts(order, word)
  return {
    ...seen,
    endReported: isGone ? undefined : order.endReported,
    endReportedAt: isGone ? undefined : order.endReportedAt
  }
}

/** Is it an end of a live order of ours, by its broker's word alone? What is withdrawn or given up by us has no such word. */
const needsSecond = (order: Order, seen: Observed, fills: ReadonlyArray<Fill>): boolean =>
  order.origin !== "external" &&
  !isAskedFor(order) &&
  seen.status !== "filled" &&
  mayWork(observe(order, fills, undefined, order.updatedAt))

/** It works, or nothing but a total has it filled, which the next one may take back (F5). */
const mayWork = ({ inferred, status }: Observed): boolean =>
  isLive(status) || (status === "filled" && Decimal.isPositive(inferred))

/** Was its end asked for before any was reported? */
const isAskedFor = ({ cancelRequestedAt, endReportedAt }: Order): boolean =>
  cancelRequestedAt !== undefined && (endReportedAt === undefined || cancelRequestedAt <= endReportedAt)

/** A second reading that began after the broker had refused to end the order. */
const confirms = (order: Order, witness: Witness): boolean =>
  witness._tag === "Settled" || (agrees(order, witness) && isCancelRefused(order, witness))

/** A second reading, begun after the end was heard by another, with the executions read beside it. */
const agrees = ({ endReportedAt }: Order, witness: Witness): boolean =>
  witness._tag === "Reading" &&
  witness.executionsRead &&
  endReportedAt !== undefined &&
  isSeparate(endReportedAt, witness.begun)

/**
 * W11: readings may all repeat one lie, so that they prove no end. Did this one begin after the broker had refused to end the order?
 * It refuses that of an order that has ended; where it takes the wish, the order worked, and what was said of it may come true.
 */
export const isCancelRefused = ({ cancelRefusedAt, endReportedAt }: Order, witness: Witness): boolean =>
  witness._tag === "Reading" &&
  cancelRefusedAt !== undefined &&
  endReportedAt !== undefined &&
  cancelRefusedAt >= endReportedAt &&
  isSeparate(cancelRefusedAt, witness.begun)

/** W11: two readings say that a live order has ended, and its broker was not asked to end it yet. */
export const isDueToBeAsked = (order: Order, witness: Witness): boolean =>
  isLive(order.status) && order.cancelRequestedAt === undefined && agrees(order, witness)

/** May a reading that began at `begun` be trusted to be another one than what was heard at `heardAt`? */
const isSeparate = (heardAt: Instant.Instant, begun: Instant.Instant): boolean =>
  begun >= Instant.addMillis(heardAt, SEPARATE_MS)

/** Live after all: by a newer word of the broker's own time, or by a reading begun after the end was heard. */
const contradicts = (order: Order, word: Word): boolean => {
  if (order.endReportedAt === undefined || word.reported !== "open") return false
  if (order.reported === undefined) return true
  if (word.isBrokersTime && order.reportedAt !== undefined && word.at > order.reportedAt) return true
  return (
    word.witness._tag === "Settled" || (word.witness._tag === "Reading" && word.witness.begun >= order.endReportedAt)
  )
}
