import { aggregatesOf, type Aggregates, type IsPossiblePrice, type Total } from "../fill/aggregates.ts"
import type { Fill } from "../../records/Fill.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { Instant } from "../../values/Instant.ts"
import type { Price } from "../../values/Price.ts"
import type { Order, ReportedState } from "../../records/Order.ts"
import { isLive, type OrderStatus } from "../../records/OrderState.ts"

/** A broker's word on an order's life, with the time it was true (F0). */
export interface Word {
  readonly reported: ReportedState
  readonly at: Instant
  readonly cumulative: Decimal.Decimal | undefined
  /** The average price of the cumulative. */
  readonly average?: Decimal.Decimal | undefined
  readonly isBrokersTime: boolean
  /** A second reading of the same moment says it again: at a tie it is the newer (W13). */
  readonly isRepeated?: boolean | undefined
  /** W11: what it was heard by, which decides whether it confirms an end. */
  readonly witness: Witness
  /** The status as the broker writes it, the order's quantity and prices there, and why it ended; of the newest word only. */
  readonly rawStatus?: string | undefined
  readonly quantity?: Order["quantity"] | undefined
  readonly limitPrice?: Price | undefined
  readonly stopPrice?: Price | undefined
  readonly reason?: string | undefined
}

/** What the broker's words alone decide. */
type Heard = Pick<
  Order,
  | "quantity"
  | "limitPrice"
  | "stopPrice"
  | "rawStatus"
  | "reason"
  | "reported"
  | "reportedAt"
  | "reportedCumulative"
  | "cumulative"
  | "cumulativeAt"
  | "toldAverage"
  | "toldAverageOf"
>

/** What is true of an order after its facts: the part of it that facts decide. */
export type Observed = Heard &
  Pick<
    Order,
    "status" | "filled" | "inferred" | "notional" | "unpriced" | "firstFilledAt" | "lastFilledAt" | "endedAt"
  > & {
    readonly isCumulativeBelow: boolean
  }

/**
 * F1, F2: what an order is, from all facts known, whatever their order of arrival. Never refuses: a contradiction gives a state
 * all the same, and its break is opened elsewhere. `isPossible` judges what the broker's average says that shares without an
 * execution cost.
 */
export const observe = (
  order: Order,
  fills: ReadonlyArray<Fill>,
  word: Word | undefined,
  at: Instant,
  isPossible: IsPossiblePrice = () => true
): Observed => {
  const heard = word === undefined ? order : hear(order, word)
  // Over a notional no quantity is ordered.
  const ordered = order.askedNotional === undefined ? heard.quantity : undefined
  const figures = aggregatesOf(fills, withAverage(totalOf(heard), heard), isPossible, ordered)
  const quantity = quantityOf(order, heard, figures)
  const status = statusOf(order, { quantity, reported: heard.reported }, figures, fills.length > 0)
  return {
    status,
    filled: figures.filled,
    inferred: figures.inferred,
    notional: figures.notional,
    unpriced: figures.unpriced,
    quantity,
    limitPrice: heard.limitPrice,
    stopPrice: heard.stopPrice,
    rawStatus: heard.rawStatus,
    reason: reasonOf(status, heard),
    reported: heard.reported,
    reportedAt: heard.reportedAt,
    reportedCumulative: heard.reportedCumulative,
    cumulative: heard.cumulative,
    cumulativeAt: heard.cumulativeAt,
    toldAverage: heard.toldAverage,
    toldAverageOf: heard.toldAverageOf,
    firstFilledAt: figures.firstFilledAt,
    lastFilledAt: figures.lastFilledAt,
    endedAt: isLive(status) ? undefined : status === order.status ? (order.endedAt ?? at) : at,
    isCumulativeBelow: figures.isCumulativeBelow
  }
}

/** What was ordered; over a notional that is what its fills come to, or what the broker called the whole. */
const quantityOf = (order: Order, heard: Heard, { filled }: Aggregates): Decimal.Decimal => {
  if (order.askedNotional === undefined) return heard.quantity
  return heard.reported === "filled" ? Decimal.max(filled, heard.reportedCumulative ?? Decimal.zero) : filled
}

const BUSTED = "closed as filled, then a fill was taken back"

/** F2: an order that the broker closed as filled and a bust has cut was cancelled by that, until its fills are whole again. */
const reasonOf = (status: OrderStatus, { reported, reason }: Heard): string | undefined => {
  if (status === "cancelled" && reported === "filled") return BUSTED
  return reason === BUSTED ? undefined : reason
}

/** What says how much was filled. */
type Counted = Pick<Heard, "cumulative" | "cumulativeAt" | "reportedCumulative" | "reportedAt">

/** F5: what the newest report says was filled, or else the newest that says it. */
const totalOf = (heard: Counted): Total | undefined => {
  const { cumulative, cumulativeAt, reportedCumulative, reportedAt } = heard
  if (cumulative === undefined || cumulativeAt === undefined) return undefined
  if (reportedCumulative === undefined || reportedAt !== cumulativeAt) return { cumulative, at: cumulativeAt }
  return { cumulative: reportedCumulative, at: reportedAt }
}

/** An average is of the total that it was told with, and of no other. */
const withAverage = (total: Total | undefined, { toldAverage, toldAverageOf }: Heard): Total | undefined =>
  total === undefined || toldAverageOf === undefined || !Decimal.equals(total.cumulative, toldAverageOf)
    ? total
    : { ...total, average: toldAverage }

/** The average of the newest total, by whichever report of it said one last. */
const averageIn = (order: Order, word: Word, counted: Counted): Pick<Order, "toldAverage" | "toldAverageOf"> => {
  const { average, cumulative } = word
  const total = totalOf(counted)
  const isOfTotal =
    total !== undefined &&
    cumulative !== undefined &&
    word.at >= total.at &&
    Decimal.equals(cumulative, total.cumulative)
  return average !== undefined && isOfTotal && Decimal.isPositive(average)
    ? { toldAverage: average, toldAverageOf: cumulative }
    : { toldAverage: order.toldAverage, toldAverageOf: order.toldAverageOf }
}

/** F2: the newest report is kept, and the newest that has a cumulative beside it (F5). */
const hear = (order: Order, word: Word): Heard => {
  const isNews = isNewer(order, word) && !reopensWithoutTime(order, word) && !saysLess(order, word)
  const isTotal = word.cumulative !== undefined && isNewerTotal(order, word.cumulative, word)
  const counted = {
    reportedAt: isNews ? word.at : order.reportedAt,
    reportedCumulative: isNews ? word.cumulative : order.reportedCumulative,
    cumulative: isTotal ? word.cumulative : order.cumulative,
    cumulativeAt: isTotal ? word.at : order.cumulativeAt
  }
  return {
    ...counted,
    ...averageIn(order, word, counted),
    quantity: (isNews ? word.quantity : undefined) ?? order.quantity,
    limitPrice: amended(order.limitPrice, isNews ? word.limitPrice : undefined),
    stopPrice: amended(order.stopPrice, isNews ? word.stopPrice : undefined),
    rawStatus: (isNews ? word.rawStatus : undefined) ?? order.rawStatus,
    reason: (isNews ? word.reason : undefined) ?? order.reason,
    reported: isNews ? word.reported : order.reported
  }
}

/** O2: the price of an order that has one is what the broker works it at; the same price stays as it is written. */
const amended = (ours: Price | undefined, theirs: Price | undefined): Price | undefined =>
  ours === undefined || theirs === undefined || Decimal.equals(ours, theirs) ? ours : theirs

/** F0: a report that has no time of the broker's never re-opens what a final word closed. An end that is our conclusion it does (F3). */
const reopensWithoutTime = (order: Order, word: Word): boolean =>
  order.localState !== "failed" &&
  !word.isBrokersTime &&
  word.reported === "open" &&
  order.reported !== undefined &&
  order.reported !== "open"

/** FILL-14: the same once more, without the total that was known: a reading that asked for no executions between two that did. */
const saysLess = (order: Order, word: Word): boolean =>
  !word.isBrokersTime &&
  word.cumulative === undefined &&
  order.reportedCumulative !== undefined &&
  word.reported === order.reported &&
  (word.rawStatus ?? order.rawStatus) === order.rawStatus &&
  Decimal.equals(word.quantity ?? order.quantity, order.quantity) &&
  amended(order.limitPrice, word.limitPrice) === order.limitPrice &&
  amended(order.stopPrice, word.stopPrice) === order.stopPrice

/** F2: newest is by time; at a tie closed beats open, then the larger cumulative, then the more advanced status. */
const isNewer = (order: Order, word: Word): boolean => {
  if (order.reported === undefined || order.reportedAt === undefined || word.at > order.reportedAt) return true
  if (word.at < order.reportedAt) return false
  if (word.isRepeated === true) return true
  const isClosed = word.reported !== "open"
  const wasClosed = order.reported !== "open"
  if (isClosed !== wasClosed) return isClosed
  const more = Decimal.sign(Decimal.subtract(word.cumulative ?? NONE, order.reportedCumulative ?? NONE))
  return more === 0 ? RANK[word.reported] > RANK[order.reported] : more > 0
}

/** At a tie a report that says how much was filled comes after one that does not. */
const NONE = Decimal.unsafe("-1")

const RANK: { readonly [R in ReportedState]: number } = { open: 0, rejected: 1, expired: 2, cancelled: 3, filled: 4 }

/** F5: the newest report that has a cumulative; at a tie the larger. */
const isNewerTotal = (
  order: Order,
  cumulative: Decimal.Decimal,
  { at, isRepeated }: Pick<Word, "at" | "isRepeated">
): boolean =>
  order.cumulative === undefined ||
  order.cumulativeAt === undefined ||
  at > order.cumulativeAt ||
  (at === order.cumulativeAt && (isRepeated === true || Decimal.isLess(order.cumulative, cumulative)))

/** F2: filled at or beyond the quantity (over a notional once the broker says that was all); else what the broker last said; else some fill; else what we did. */
const statusOf = (
  { askedNotional, localState }: Pick<Order, "askedNotional" | "localState">,
  { quantity, reported }: Pick<Order, "quantity" | "reported">,
  figures: Aggregates,
  hasFills: boolean
): OrderStatus => {
  const isFilled = Decimal.isPositive(figures.filled)
  const isKnown = askedNotional === undefined || reported === "filled"
  if (isFilled && isKnown && !Decimal.isLess(figures.filled, quantity)) return "filled"
  if (reported !== undefined && reported !== "open") return closedStatus(reported, isFilled)
  if (isFilled) return "partially_filled"
  if (reported === "open" || hasFills) return "submitted"
  return statusOfLocalState[localState]
}

const closedStatus = (reported: Exclude<ReportedState, "open">, isFilled: boolean): OrderStatus => {
  if (reported === "expired") return "expired"
  return reported === "rejected" && !isFilled ? "rejected" : "cancelled"
}

const statusOfLocalState: { readonly [D in Order["localState"]]: OrderStatus } = {
  planned: "pending",
  sending: "submitting",
  unconfirmed: "in_doubt",
  superseded: "cancelled",
  withdrawn: "cancelled",
  failed: "failed"
}

/**
 * W11: by what a broker's word was heard. A frame of a stream, or the answer to a POST, confirms nothing; a reading confirms an end
 * that was heard long enough before it began. What is `settled` needs no second reading.
 */
export type Witness =
  | { readonly _tag: "Frame" }
  | { readonly _tag: "Reading"; readonly begun: Instant; readonly executionsRead: boolean }
  | { readonly _tag: "Settled" }

/** Heard by a stream, or as an answer. */
export const frame: Witness = { _tag: "Frame" }

/** Needs no second reading. */
export const settled: Witness = { _tag: "Settled" }
