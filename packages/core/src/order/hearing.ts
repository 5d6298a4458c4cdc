import type { IsPossiblePrice } from "../fill/aggregates.ts"
import type { Fill } from "../fill/Fill.ts"
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
 * reading agrees. A fill of the whole, an end that we asked for and an order that is not ours need none. Pure.
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
  order.cancelRequestedAt === undefined &&
  seen.status !== "filled" &&
  isLive(observe(order, fills, undefined, order.updatedAt).status)

/** A second reading, begun after the end was heard by another, with the executions read beside it. */
const confirms = (order: Order, witness: Witness): boolean => {
  if (witness._tag === "Settled") return true
  if (witness._tag === "Frame" || order.endReportedAt === undefined) return false
  return witness.executionsRead && isSeparate(order.endReportedAt, witness.begun)
}

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
