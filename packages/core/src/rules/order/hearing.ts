import type { IsPossiblePrice } from "../fill/aggregates.ts"
import type { Fill } from "../../records/Fill.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Instant from "../../values/Instant.ts"
import { observe, type Observed, type Word, type Witness } from "./observe.ts"
import { isAskedFor, type Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"

/** W11: a shared read serves again for a second, so a reading that began sooner may be the one that was heard. Milliseconds. */
export const SEPARATE_MS = 1_050

/** W11: an end that waits, since when, and since when two readings have agreed on it. */
export type WaitingEnd = Pick<Order, "endReported" | "endReportedAt" | "endAgreedAt">

/** No end waits. */
export const noEnd: WaitingEnd = { endReported: undefined, endReportedAt: undefined, endAgreedAt: undefined }

/** What a word makes of an order, and the end that waits to be confirmed. */
export type Heard = Observed & WaitingEnd

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
    if (!waits) return { ...seen, ...noEnd }
    const open: Word = { ...word, reported: "open", reason: undefined }
    return {
      ...observe(order, fills, open, at, isPossible),
      endReported: order.endReported ?? word.reported,
      endReportedAt: order.endReportedAt ?? at,
      endAgreedAt: agreedAt(order, word.witness, at)
    }
  }
  const { endAgreedAt, endReported, endReportedAt } = order
  const isGone = word !== undefined && contradicts(order, word)
  return { ...seen, ...(isGone ? noEnd : { endAgreedAt, endReported, endReportedAt }) }
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

/** A second reading that began after the broker had refused to end the order. */
const confirms = (order: Order, witness: Witness): boolean =>
  witness._tag === "Settled" || (agrees(order, witness) && isCancelRefused(order, witness))

/** Since when two readings agree that the order has ended; from then on its broker is asked to end it. */
export const agreedAt = (order: Order, witness: Witness, at: Instant.Instant): Instant.Instant | undefined =>
  order.endAgreedAt ?? (agrees(order, witness) ? at : undefined)

/** A second reading, begun after the end was heard by another, with the executions read beside it. */
const agrees = ({ endReportedAt }: Order, witness: Witness): boolean =>
  witness._tag === "Reading" &&
  witness.executionsRead &&
  endReportedAt !== undefined &&
  isSeparate(endReportedAt, witness.begun)

/**
 * W11: readings may all repeat one lie, so that they prove no end. Did this one begin after the broker had refused to end the order
 * because it has ended? Where it takes the wish, the order worked, and what was said of it may come true.
 */
export const isCancelRefused = ({ cancelRefusedAt, endReportedAt }: Order, witness: Witness): boolean =>
  witness._tag === "Reading" &&
  cancelRefusedAt !== undefined &&
  endReportedAt !== undefined &&
  cancelRefusedAt >= endReportedAt &&
  isSeparate(cancelRefusedAt, witness.begun)

/** May a reading that began at `begun` be trusted to be another one than what was heard at `heardAt`? */
export const isSeparate = (heardAt: Instant.Instant, begun: Instant.Instant): boolean =>
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
