import { Schema } from "effect"
import { Control } from "./Control.ts"
import { FillId, OrderId, TradeId } from "../values/Id.ts"
import { Ticker } from "./Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import { orderTypes } from "./OrderTerms.ts"
import { orderStatuses } from "./OrderState.ts"
import { Side } from "./Side.ts"
import * as Instant from "../values/Instant.ts"
import {
  doubleCounts,
  doubtReasons,
  obstaclesApart,
  resendObstacles,
  statementDifferences,
  type BreakKind
} from "./breakKinds.ts"
import { holdingRules, implausibleFields } from "./HeldReport.ts"

const maybe = Schema.optional

/** An order of the broker's that an order in doubt may be: shares, dollars a share. What the broker did not say is left away. */
export const Candidate = Schema.Struct({
  brokerOrderId: Schema.String,
  symbol: Schema.String,
  side: Side,
  quantity: Decimal.FromClaim,
  type: maybe(Schema.Literal(...orderTypes)),
  limitPrice: maybe(Decimal.FromClaim),
  /** In the broker's word. */
  status: Schema.String,
  enteredAt: maybe(Instant.FromClaim)
})

/** An order of the broker's that an order in doubt may be. */
export type Candidate = typeof Candidate.Type

/** Signed shares, shares or dollars; of more digits than are stored, the nearest. */
const amount = Decimal.FromClaim
const words = Schema.String
const moment = Instant.FromClaim

/** What books and broker hold of a symbol, and what the books' side is made of: signed shares. */
const Holdings = Schema.Struct({
  ours: amount,
  theirs: amount,
  base: amount,
  hedged: amount,
  direct: amount,
  adopted: amount
})

/** What would explain a difference of holdings (P9): another ticker, a split such as `2 for 1`, or an order that is counted twice. */
const Explanation = Schema.Union(
  Schema.TaggedStruct("Renamed", { to: Ticker }),
  Schema.TaggedStruct("Split", { ratio: words }),
  Schema.TaggedStruct("DoubleCount", { orderId: OrderId, part: Schema.Literal(...doubleCounts) })
)

const holdings = { holdings: Holdings, explanation: maybe(Explanation) }

/** What an order is for, as sent or as the broker shows it: shares or dollars; how many shares dollars bought changes with each fill. */
const OrderTerms = Schema.Struct({
  side: Side,
  quantity: maybe(amount),
  notional: maybe(amount),
  symbol: words,
  /** The value of the term that differs, where it is none of these. */
  value: maybe(words)
})

/** In what a trade that came again differs, or why a reversal is not counted. */
const Contradiction = Schema.Union(
  Schema.TaggedStruct("OtherContents", {
    fields: Schema.Array(Schema.Struct({ field: words, was: maybe(words), is: maybe(words) }))
  }),
  Schema.TaggedStruct("DoesNotUndo", { reversal: words, tradeId: TradeId }),
  Schema.TaggedStruct("AlreadyReversed", { reversal: words, tradeId: TradeId, by: words }),
  Schema.TaggedStruct("ReversesReversal", { tradeId: TradeId }),
  /** A direct trade is outside of the queue (E2). */
  Schema.TaggedStruct("NotAccumulated", {})
)

/** In what a trade that came again differs, or why a reversal is not counted. */
export type Contradiction = typeof Contradiction.Type

/** Why a listing is not the whole truth, or contradicts itself. */
const SnapshotFault = Schema.Union(
  Schema.TaggedStruct("InPart", { listing: words }),
  Schema.TaggedStruct("Unreadable", { listing: words, detail: words }),
  Schema.TaggedStruct("ListedTwice", { symbol: words }),
  Schema.TaggedStruct("OtherAccount", {}),
  /** Its positions are of before the last execution that it reported. */
  Schema.TaggedStruct("OfBefore", { asOf: moment, symbol: Ticker })
)

/** Why a listing is not the whole truth, or contradicts itself. */
export type SnapshotFault = typeof SnapshotFault.Type

const Doubt = Schema.TaggedStruct("Doubt", {
  reason: Schema.Literal(...doubtReasons),
  /** Why it may not be sent again, where that is the reason. */
  obstacle: maybe(Schema.Literal(...resendObstacles)),
  /** Not found, and too late to be sent again. */
  isPastResending: maybe(Schema.Boolean),
  /** What the broker, its adapter or a control said. */
  detail: maybe(words),
  /** The id that the broker named and does not list, or that is another order's of the books. */
  brokerOrderId: maybe(words),
  /** From when on its orders were listed; with the orders that it may be, ten at most, and how many more there are. */
  listedSince: maybe(moment),
  candidates: maybe(Schema.Array(Candidate)),
  more: maybe(Schema.Int),
  /** Others of our orders that the only candidate could be as well. */
  rivals: maybe(Schema.Array(OrderId))
})

/** Why an order stays in doubt, with what its broker showed. */
export type Doubt = typeof Doubt.Type

const PositionBlocked = Schema.TaggedStruct("PositionBlocked", {
  obstacle: Schema.Union(Schema.Literal(...obstaclesApart), Control),
  /** Until when its circuit is open, or its broker refuses the side. */
  until: maybe(moment),
  /** The order that waits: not tried yet, not confirmed, or tried and not sent. */
  orderId: maybe(OrderId),
  unsent: maybe(Schema.Literal("NotTried", "Unconfirmed", "NotSent", "LendingUnread")),
  detail: maybe(words)
})

const Backlog = Schema.TaggedStruct("Backlog", {
  /** The first of them, until all are counted. */
  first: maybe(Schema.Struct({ symbol: Ticker, tradedAt: moment })),
  trades: Schema.Int,
  /** Of each instrument, twenty at most, how many came late, and what its position owes: shares and dollars a share. */
  late: Schema.Array(
    Schema.Struct({ symbol: Ticker, trades: Schema.Int, residual: maybe(amount), lastPrice: maybe(amount) })
  ),
  moreInstruments: maybe(Schema.Int)
})

const Implausible = Schema.Union(
  Schema.TaggedStruct("Implausible", {
    cause: Schema.Literal("HeldReport"),
    orderId: OrderId,
    number: Schema.Int,
    rule: Schema.Literal(...holdingRules),
    field: Schema.Literal(...implausibleFields),
    reported: words,
    possible: words
  }),
  Schema.TaggedStruct("Implausible", {
    cause: Schema.Literal("FilledBeyond"),
    brokerOrderId: words,
    filled: amount,
    quantity: amount
  }),
  Schema.TaggedStruct("Implausible", { cause: Schema.Literal("ImpossibleExecution"), execId: words, quantity: amount }),
  Schema.TaggedStruct("Implausible", { cause: Schema.Literal("NotShownAgain"), brokerOrderId: words }),
  Schema.TaggedStruct("Implausible", {
    cause: Schema.Literal("BeyondOrderLimit"),
    brokerOrderId: words,
    quantity: amount,
    most: amount
  })
)

const StatementDiffers = Schema.TaggedStruct("StatementDiffers", {
  difference: Schema.Literal(...statementDifferences),
  broker: words,
  /** The file's name, its line and which of its rows it is, from 1; the last two not of what it lacks. */
  file: words,
  line: maybe(Schema.Int),
  row: maybe(Schema.Int),
  fillId: maybe(FillId),
  /** The broker's ids. */
  execId: maybe(words),
  brokerOrderId: maybe(words),
  /** The execution, as the file has it, or the books where the file lacks it: shares, dollars a share. */
  execution: maybe(
    Schema.Struct({ side: Side, quantity: amount, symbol: words, price: maybe(amount), at: maybe(moment) })
  ),
  /** What both say, where it differs. */
  figures: maybe(Schema.Array(Schema.Struct({ figure: words, statement: words, books: maybe(words) }))),
  /** Why a row cannot be read. */
  reason: maybe(words)
})

/**
 * What a break is about, in fields, by its kind: what decides about it and what tells it from another one. `breakText` makes a
 * sentence of it.
 */
export const BreakDetails = Schema.Union(
  Schema.TaggedStruct("Conflict", { contradiction: Contradiction }),
  Schema.TaggedStruct("ReappearedTrade", { source: words, sourceId: words }),
  Schema.TaggedStruct("Excess", { orderId: OrderId, quantity: amount }),
  Schema.TaggedStruct("Reappeared", { orderId: OrderId, was: Schema.Literal(...orderStatuses) }),
  Schema.TaggedStruct("DuplicateOrder", { brokerOrderId: words, clientOrderId: words, first: OrderId }),
  Schema.TaggedStruct("OppositeOrders", {
    orders: Schema.Array(Schema.Struct({ orderId: OrderId, side: Side }))
  }),
  Schema.TaggedStruct("CumulativeBelow", { theirs: amount }),
  Schema.TaggedStruct("FillAfterRejection", { orderId: OrderId, filled: amount }),
  Schema.TaggedStruct("UndocumentedCorrection", { execId: words, quantity: amount, price: maybe(amount) }),
  Schema.TaggedStruct("FillMismatch", {
    execId: words,
    reported: maybe(Schema.Struct({ side: Side, symbol: words })),
    ordered: maybe(Schema.Struct({ side: Side, symbol: words })),
    otherOrder: maybe(OrderId)
  }),
  Schema.TaggedStruct("SuspectedDuplicate", { execId: words, twin: words }),
  Doubt,
  Schema.TaggedStruct("OrderMissing", { order: words, status: words }),
  Schema.TaggedStruct("EndUnconfirmed", { orderId: OrderId, reported: words }),
  /** The broker's own word of why, where it says one; what may still fill, in shares, where shares were ordered. */
  Schema.TaggedStruct("OrderNotWorking", { orderId: OrderId, reason: maybe(words), leaves: maybe(amount) }),
  Schema.TaggedStruct("TermsDiffer", { brokerOrderId: words, term: words, sent: OrderTerms, shown: OrderTerms }),
  Schema.TaggedStruct("ForeignOrderId", { brokerOrderId: words, clientOrderId: words }),
  Schema.TaggedStruct("ClientIdDiffers", { brokerOrderId: words, clientOrderId: words, sent: words }),
  Schema.TaggedStruct("ReusedOrderId", { brokerOrderId: words, day: words }),
  Schema.TaggedStruct("AverageDiffers", { ours: amount, theirs: amount }),
  Schema.TaggedStruct("Unpriced", { filled: amount, priced: amount }),
  Schema.TaggedStruct("OffBand", {
    execId: words,
    price: maybe(amount),
    expected: maybe(Schema.Struct({ price: amount, from: words })),
    commission: maybe(Schema.Struct({ amount, currency: words }))
  }),
  Schema.TaggedStruct("Unmapped", {
    symbol: words,
    side: Side,
    quantity: maybe(amount),
    notional: maybe(amount),
    status: words
  }),
  Schema.TaggedStruct("PositionDiffers", holdings),
  Schema.TaggedStruct("ForeignPosition", holdings),
  Schema.TaggedStruct("UnsoundSnapshot", { fault: SnapshotFault }),
  Schema.TaggedStruct("FillMissing", { execIds: Schema.Array(words) }),
  Schema.TaggedStruct("HistoryGap", { from: moment, to: moment }),
  Backlog,
  Implausible,
  Schema.TaggedStruct("ClockAhead", { books: moment, clock: moment }),
  Schema.TaggedStruct("OrderRefused", {
    orderId: OrderId,
    code: words,
    class: Schema.Literal("unknown", "account"),
    detail: words
  }),
  Schema.TaggedStruct("AccountRefused", { orderId: maybe(OrderId), code: maybe(words), detail: words }),
  Schema.TaggedStruct("TradingHalted", {
    halt: Schema.Literal("RejectionsInARow", "OwedBound"),
    orderId: OrderId,
    /** How many orders the broker rejected in a row. */
    rejections: maybe(Schema.Int),
    /** Shares by which the order exceeds what its position owes. */
    beyond: maybe(amount)
  }),
  PositionBlocked,
  StatementDiffers
)

/** What a break is about, in fields, by its kind. */
export type BreakDetails = typeof BreakDetails.Type

/** The details of a break of one kind. */
export type DetailsOf<K extends BreakKind> = Extract<BreakDetails, { readonly _tag: K }>

const stored = Schema.encodeSync(Schema.parseJson(BreakDetails))

/** Do two say the same? */
export const isSame = (a: BreakDetails, b: BreakDetails): boolean => stored(a) === stored(b)
