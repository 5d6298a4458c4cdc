import { judge } from "../fill/band.ts"
import { Need } from "../../books/Need.ts"
import { type OrderId, format } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { afterRefusal } from "../position/refused.ts"
import { afterFill, afterLateChange, afterShortEnd } from "../position/coolDown.ts"
import { haltAfterRejections } from "../risk/ledgerHalts.ts"
import * as Ladder from "../position/ladder.ts"
import { open, reviewCumulative } from "../breaks/ledgerBreaks.ts"
import * as Instant from "../../values/Instant.ts"
import { adjust } from "../position/commitment.ts"
import { hearing } from "./hearing.ts"
import type { Word } from "./observe.ts"
import { draftOf, type Order } from "../../records/Order.ts"
import { isLive } from "../../records/OrderState.ts"
import { addedBySplits } from "../../records/splitting.ts"
import { symbolKey } from "../../tables/Table.ts"

/** What a command or an answer changes of an order beside what facts decide. */
export type Change = Partial<
  Pick<
    Order,
    | "quantity"
    | "limitPrice"
    | "stopPrice"
    | "cumulative"
    | "cumulativeAt"
    | "localState"
    | "brokerOrderId"
    | "brokerOrderIds"
    | "candidate"
    | "notBefore"
    | "reason"
    | "code"
    | "acceptedAt"
    | "reported"
    | "reportedAt"
    | "reportedCumulative"
    | "endReported"
    | "endReportedAt"
    | "endAgreedAt"
    | "toldAverage"
    | "toldAverageOf"
  >
>

/** Any broker report of an order is newer than a resolution that it is there, or open, however old the report is. */
export const BEFORE_ANY_WORD = Instant.make(0n)

/** An order as the books have it now, with all that belongs to it loaded. */
export const orderOf = (recorder: Recorder, id: OrderId): Order => {
  recorder.need(Need.OrderById({ id }))
  const order = recorder.books.orders.get(id)
  if (order === undefined) throw new Error(`order ${format("order", id)} is not in the books`)
  return order
}

/**
 * Brings an order to what its facts say after `change` and `word`, with everything that follows in the same commit: figures,
 * allocations, cool-down and breaks. Nothing is written where nothing changes.
 */
export const advance = (recorder: Recorder, id: OrderId, change: Change, word?: Word): Order => {
  const before = orderOf(recorder, id)
  const changed = Object.assign(draftOf(before), change)
  const { isCumulativeBelow, ...seen } = hearing(
    changed,
    recorder.books.fills.find("order", [id]),
    word,
    recorder.world.at,
    (price) => judge(recorder, before, price).band !== "outside"
  )
  const after = Object.assign(draftOf(changed), seen)
  if (after.brokerOrderId !== before.brokerOrderId) after.idReusedOn = idReusedOn(recorder, after)
  if (isSame(before, after, word?.isBrokersTime === true)) {
    reviewCumulative(recorder, before, isCumulativeBelow)
    return before
  }
  const position = recorder.books.positions.get(symbolKey(before.account, before.symbol))
  const added = addedBySplits(position, before, after)
  recorder.emit({
    _tag: "OrderChanged",
    id,
    before: figuresOf(before),
    after: figuresOf(after),
    quantity: after.quantity,
    limitPrice: after.limitPrice === before.limitPrice ? undefined : after.limitPrice,
    stopPrice: after.stopPrice === before.stopPrice ? undefined : after.stopPrice,
    localState: after.localState,
    brokerOrderId: after.brokerOrderId,
    brokerOrderIds: after.brokerOrderIds,
    idReusedOn: after.idReusedOn === "" ? undefined : after.idReusedOn,
    candidate: after.candidate,
    notBefore: after.notBefore,
    reason: after.reason,
    code: after.code,
    rawStatus: after.rawStatus,
    reported: after.reported,
    reportedAt: after.reportedAt,
    reportedCumulative: after.reportedCumulative,
    endReported: after.endReported,
    endReportedAt: after.endReportedAt,
    endAgreedAt: after.endAgreedAt,
    cumulative: after.cumulative,
    cumulativeAt: after.cumulativeAt,
    toldAverage: after.toldAverage,
    toldAverageOf: after.toldAverageOf,
    inferred: Decimal.isZero(after.inferred) ? undefined : after.inferred,
    acceptedAt: after.acceptedAt,
    firstFilledAt: after.firstFilledAt,
    lastFilledAt: after.lastFilledAt,
    endedAt: after.endedAt,
    splitFilled: Decimal.isZero(added.filled) ? undefined : added.filled,
    splitInFlight: Decimal.isZero(added.inFlight) ? undefined : added.inFlight
  })
  if (after.inQueue) adjust(recorder, id, whyReleased(after), Decimal.add(added.filled, added.inFlight))
  reviewCumulative(recorder, after, isCumulativeBelow)
  follow(recorder, before, after)
  if (hasEffect(before, after)) recorder.touch(after.symbol)
  return orderOf(recorder, id)
}

/**
 * O28: the day of an order whose broker id another order has; empty where none has it. A broker that gives an id twice on one day is
 * believed too (F1): the second time counts.
 */
const idReusedOn = (recorder: Recorder, { acceptedAt, account, brokerOrderId, id }: Order): string => {
  if (brokerOrderId === undefined) return ""
  recorder.need(Need.OrderByBrokerId({ account, brokerOrderId }))
  const others = recorder.books.orders.find("brokerOrderId", [account, brokerOrderId]).filter((each) => each.id !== id)
  const taken = new Set(others.map((each) => each.idReusedOn))
  if (!taken.has("")) return ""
  const day = Instant.dayOf(acceptedAt ?? recorder.world.at)
  let name = day
  for (let time = 2; taken.has(name); time++) name = `${day} (${time})`
  return name
}

/** D1: a report that moves neither an order's state nor its figures has no effect on what is evaluated. */
const hasEffect = (before: Order, after: Order): boolean =>
  before.status !== after.status ||
  !Decimal.equals(before.filled, after.filled) ||
  !Decimal.equals(before.quantity, after.quantity)

const figuresOf = ({ status, filled, notional, unpriced }: Order) => ({ status, filled, notional, unpriced })

const whyReleased = (order: Order): string =>
  isLive(order.status)
    ? "the fills were corrected"
    : `${order.status}${order.reason === undefined ? "" : `: ${order.reason}`}`

const compared = [
  "status",
  "filled",
  "notional",
  "unpriced",
  "quantity",
  "limitPrice",
  "stopPrice",
  "localState",
  "brokerOrderId",
  "candidate",
  "notBefore",
  "reason",
  "code",
  "rawStatus",
  "reported",
  "reportedAt",
  "reportedCumulative",
  "endReported",
  "endReportedAt",
  "endAgreedAt",
  "cumulative",
  "cumulativeAt",
  "toldAverage",
  "toldAverageOf",
  "inferred",
  "acceptedAt",
  "firstFilledAt",
  "lastFilledAt"
] as const

/** They follow the time of a total as long as it counts more than the executions do. */
const isToldTime = (field: (typeof compared)[number], { inferred }: Order): boolean =>
  field === "reportedAt" ||
  field === "cumulativeAt" ||
  ((field === "firstFilledAt" || field === "lastFilledAt") && Decimal.isPositive(inferred))

/**
 * FILL-14: an equal snapshot writes nothing, and a newer time of our own reading alone is no news. A newer time of the broker's
 * is: it decides against what arrives late (F2).
 */
const isSame = (before: Order, after: Order, isTimeNews: boolean): boolean =>
  compared.every((field) => {
    if (!isTimeNews && isToldTime(field, after)) return true
    const a = before[field]
    const b = after[field]
    if (typeof a === "object" && typeof b === "object") return Decimal.equals(a, b)
    return a === b
  })

/** D8, F3, G: what a change of an order starts beside its own figures. */
const follow = (recorder: Recorder, before: Order, after: Order): void => {
  const wasLive = isLive(before.status)
  const changesFilled = !Decimal.equals(before.filled, after.filled)
  const isFilled = Decimal.isLess(before.filled, after.filled)
  // An end that was none took the position to no further step.
  const isRevived = !wasLive && isLive(after.status)
  if (isFilled) afterFill(recorder, after)
  if (after.origin === "accumulation" && (isFilled || isRevived)) Ladder.reset(recorder, after)
  if (!wasLive && changesFilled) afterLateChange(recorder, after)
  if (wasLive && isShortEnd(after)) {
    afterShortEnd(recorder, after)
    Ladder.afterEnd(recorder, before, after)
    afterRefusal(recorder, after)
  }
  haltAfterRejections(recorder, before, after)
  if (after.origin !== "external") reviewRevival(recorder, before, after)
}

/** D8: a sent order that ended short; one that we ended unsent is none. */
const isShortEnd = (order: Order): boolean =>
  !isLive(order.status) && order.status !== "filled" && (order.reported !== undefined || order.localState === "failed")

const reviewRevival = (recorder: Recorder, before: Order, after: Order): void => {
  const subject = format("order", after.id)
  const wasUnsent = before.status === "pending" && after.status !== "pending"
  const isRevived = isLive(after.status) && (wasUnsent || !isLive(before.status))
  const isByBust = before.status === "filled"
  if (isRevived && (!isByBust || hasOtherLive(recorder, after))) {
    const details = { _tag: "Reappeared", orderId: after.id, was: before.status } as const
    open(recorder, { symbol: after.symbol, subject, details })
  }
  if (isFilledAfterRejection(before, after)) {
    const details = { _tag: "FillAfterRejection", orderId: after.id, filled: after.filled } as const
    open(recorder, { symbol: after.symbol, subject, details })
  }
}

/** F3: a fill contradicts a rejection: it arrives after it, with another end or with none, or the rejection arrives after a fill. */
const isFilledAfterRejection = (before: Order, after: Order): boolean => {
  const isMore = Decimal.isLess(before.filled, after.filled)
  if (isMore && before.status === "rejected" && !isLive(after.status)) return true
  const isNews = !isRejectedAndFilled(before) || !Decimal.equals(before.filled, after.filled)
  return isNews && isRejectedAndFilled(after)
}

const isRejectedAndFilled = (order: Order): boolean => order.reported === "rejected" && Decimal.isPositive(order.filled)

const hasOtherLive = (recorder: Recorder, order: Order): boolean =>
  recorder.books.orders
    .find("live", [order.account, order.symbol])
    .some((other) => other.id !== order.id && other.origin === "accumulation")
