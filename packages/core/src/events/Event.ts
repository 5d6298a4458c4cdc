import { Schema } from "effect"
import { batchModes, batchStatuses, RejectedRow } from "../records/Batch.ts"
import { AccountName } from "../records/AccountName.ts"
import { Account } from "../records/Account.ts"
import { directions } from "../records/Account.ts"
import { tokenRoles } from "../records/TokenRole.ts"
import { Answer } from "../records/CommandRecord.ts"
import { ledgerHalts, tradingStates } from "../records/TradingState.ts"
import { decisionStatuses } from "../records/Decision.ts"
import { ExecutionFacts } from "../records/ExecutionFacts.ts"
import { sources } from "../records/Fill.ts"
import { BrokerOrderId, ClientOrderId } from "../values/ClientOrderId.ts"
import {
  AllocationId,
  AttemptId,
  BatchId,
  BreakId,
  DecisionId,
  FillId,
  LotId,
  OrderId,
  PayloadId,
  TradeId
} from "../values/Id.ts"
import { OwnerId } from "../records/OwnerId.ts"
import { Ticker } from "../records/Ticker.ts"
import { payloadDirections } from "../records/Payload.ts"
import * as Decimal from "../values/Decimal.ts"
import { Price } from "../values/Price.ts"
import { refusedSides } from "../records/Position.ts"
import { PositionAnswer } from "../records/PositionAnswer.ts"
import { refusalClasses } from "../records/Report.ts"
import { Quantity } from "../values/Quantity.ts"
import { outcomes } from "../records/Attempt.ts"
import { deeds, origins, reportedStates } from "../records/Order.ts"
import { orderStatuses } from "../records/OrderState.ts"
import { Instruction, orderTypes, positionEffects, sessions, timesInForce } from "../records/OrderTerms.ts"
import { OrderPolicy } from "../records/OrderPolicy.ts"
import { SupportedOrders } from "../records/SupportedOrders.ts"
import { Side } from "../records/Side.ts"
import { CaseId, recordOf } from "../records/AttendedCase.ts"
import { Control } from "../records/Control.ts"
import { closers, holds } from "../records/Break.ts"
import { BreakDetails } from "../records/BreakDetails.ts"
import { severities } from "../records/severities.ts"
import { HeldContents, heldOutcomes, holdingRules, implausibleFields } from "../records/HeldReport.ts"
import * as Instant from "../values/Instant.ts"
import { tradeReasons } from "../records/tradeReasons.ts"
import { allocationPolicies } from "../records/allocationPolicy.ts"
import { CutOff } from "../records/cutOffs.ts"
import { lotMethods } from "../records/lotMethods.ts"
import { IdentifiedLots } from "../records/IdentifiedLots.ts"

const maybe = Schema.optional
const Time = Instant.FromString
const Shares = Decimal.FromStored

const recordedTrade = {
  id: TradeId,
  source: Schema.String,
  sourceId: Schema.String,
  occurrence: Schema.String,
  symbol: Ticker,
  givenSymbol: Schema.String,
  side: Side,
  quantity: Quantity,
  price: maybe(Price),
  tradedAt: Time,
  /** Left away where it has none: entries of such trades are as they were before there were owners (C7). */
  owner: maybe(OwnerId),
  direction: Schema.Literal(...directions),
  reversesSourceId: maybe(Schema.String),
  reversesOccurrence: maybe(Schema.String),
  /** E2: how it is executed, where it stays outside the queue. */
  direct: maybe(Instruction),
  /** Its order was proposed: until when a person may approve it, and the dollars that it was worth then. */
  proposal: maybe(Schema.Struct({ approveBy: Time, notional: Shares })),
  /** The batch that it is a row of, and which. */
  batchId: maybe(BatchId),
  batchLine: maybe(Schema.Int),
  /** The bytes that it was read from, where its source handed them over. */
  payloadId: maybe(PayloadId),
  /** Which of these bytes, where others are kept with them. */
  payloadFrom: maybe(Schema.Int),
  payloadTo: maybe(Schema.Int)
}

const unset = () => undefined

/** An entry that was written before there was a setting does not speak of it. */
const later = {
  limitOffsetBp: Schema.optionalWith(Account.fields.limitOffsetBp, { default: unset }),
  /** Left away where there is one offset only: entries of such accounts are as they were before there were more. */
  repriceOffsetsBp: maybe(Schema.Array(Schema.Int)),
  lotMethod: maybe(Schema.Literal(...lotMethods)),
  allocation: maybe(Schema.Literal(...allocationPolicies)),
  cutOffs: maybe(Schema.Array(CutOff)),
  orderLifeSeconds: Schema.optionalWith(Account.fields.orderLifeSeconds, { default: unset }),
  orderSession: Schema.optionalWith(Account.fields.orderSession, { default: unset }),
  orderTimeInForce: Schema.optionalWith(Account.fields.orderTimeInForce, { default: unset }),
  maxOrderNotional: Schema.optionalWith(Account.fields.maxOrderNotional, { default: unset }),
  maxOpenResidual: Schema.optionalWith(Account.fields.maxOpenResidual, { default: unset }),
  maxDailyNotional: Schema.optionalWith(Account.fields.maxDailyNotional, { default: unset }),
  /** Left away where it is not set: entries of such accounts are as they were before there was one. */
  maxOpenOrders: maybe(Quantity),
  maxPosition: maybe(Quantity),
  maxGrossPosition: maybe(Quantity),
  maxNetPosition: maybe(Quantity),
  liftedLimits: Schema.optionalWith(Account.fields.liftedLimits, { default: () => [] }),
  ordersPerMinute: Schema.optionalWith(Account.fields.ordersPerMinute, { default: unset }),
  collarBp: Schema.optionalWith(Account.fields.collarBp, { default: unset }),
  maxTradeAgeMs: Schema.optionalWith(Account.fields.maxTradeAgeMs, { default: unset }),
  bandBp: Schema.optionalWith(Account.fields.bandBp, { default: unset }),
  crossing: Schema.optionalWith(Account.fields.crossing, { default: unset }),
  restricted: Schema.optionalWith(Account.fields.restricted, { default: () => [] })
}

const settings = Schema.Struct({ ...Account.fields, ...later }).pipe(
  Schema.omit(
    "crossesZero",
    "supportedOrders",
    "notionalTypes",
    "simulatedMarket",
    "symbols",
    "createdAt",
    "updatedAt",
    "version"
  )
)

const tradeCause = { reason: Schema.Literal(...tradeReasons), detail: maybe(Schema.String) }

/** An account was made, with its policies. */
export const AccountOpened = Schema.TaggedStruct("AccountOpened", { settings })
/** An account's policies were changed. */
export const AccountChanged = Schema.TaggedStruct("AccountChanged", { settings })
/** What the broker to which the account is driven takes, as its adapter declares it. */
export const BrokerDeclared = Schema.TaggedStruct("BrokerDeclared", {
  account: AccountName,
  crossesZero: Schema.Boolean,
  supportedOrders: maybe(Schema.Array(SupportedOrders)),
  /** What was declared before sessions were: it is declared anew with the next reading. */
  orderTypes: maybe(Schema.Array(Schema.Literal(...orderTypes))),
  notionalTypes: maybe(Schema.Array(Schema.Literal(...orderTypes))),
  simulatedMarket: maybe(Schema.Boolean)
})
/** An instrument came up for the first time; nothing is sent for it yet. */
export const InstrumentSeen = Schema.TaggedStruct("InstrumentSeen", { symbol: Ticker })
/** The broker or an operator confirmed what the instrument is. */
export const InstrumentConfirmed = Schema.TaggedStruct("InstrumentConfirmed", {
  symbol: Ticker,
  currency: Schema.String,
  lot: maybe(Quantity),
  tick: maybe(Price),
  fractionable: Schema.Boolean,
  shortable: Schema.Boolean
})
/** The broker has no instrument of this symbol, or has it and does not trade it: `isKnown`. */
export const InstrumentNotKnown = Schema.TaggedStruct("InstrumentNotKnown", {
  symbol: Ticker,
  why: Schema.String,
  isKnown: maybe(Schema.Boolean)
})
/** All trades that were quarantined while the instrument was unknown have been counted, or wait for another reason. */
export const QuarantineReleased = Schema.TaggedStruct("QuarantineReleased", { symbol: Ticker })
/** A trade is on record and counted, with a lot of its own; a direct one is not counted and has none (E2). */
export const TradeAccepted = Schema.TaggedStruct("TradeAccepted", {
  ...recordedTrade,
  lotId: maybe(LotId),
  cutOff: maybe(Time)
})
/** A trade is on record and not counted (B5). */
export const TradeQuarantined = Schema.TaggedStruct("TradeQuarantined", { ...recordedTrade, ...tradeCause })
/** A trade that is not counted waits for another reason than before. */
export const TradeHeld = Schema.TaggedStruct("TradeHeld", { id: TradeId, symbol: Ticker, ...tradeCause })
/** A quarantined trade is counted from now on; a direct one is executed (E2). */
export const TradeReleased = Schema.TaggedStruct("TradeReleased", {
  id: TradeId,
  lotId: maybe(LotId),
  cutOff: maybe(Time),
  symbol: Ticker,
  /** Of a reversal that came first and named none: the owner of its trade (C7). */
  owner: maybe(OwnerId)
})
/** A trade that was never counted never will be. */
export const TradeFailed = Schema.TaggedStruct("TradeFailed", { id: TradeId, ...tradeCause })
/** B3: what a counted trade's settlement makes of its status. */
export const TradeSettled = Schema.TaggedStruct("TradeSettled", {
  id: TradeId,
  status: Schema.Literal("accumulated", "completed")
})
/** E2: what the order of a direct trade makes of its status. */
export const DirectTradeSettled = Schema.TaggedStruct("DirectTradeSettled", {
  id: TradeId,
  status: Schema.Literal("pending", "completed", "failed"),
  reason: maybe(tradeCause.reason),
  detail: tradeCause.detail
})
/** Trades are submitted together: rows follow. */
export const BatchCreated = Schema.TaggedStruct("BatchCreated", {
  id: BatchId,
  uid: Schema.String,
  name: Schema.String,
  mode: Schema.Literal(...batchModes),
  priority: Schema.Int,
  fileName: maybe(Schema.String),
  fileHash: maybe(Schema.String),
  retryOf: maybe(BatchId),
  ...OrderPolicy.fields
})
/** A batch has all of its rows, and waits for its turn. */
export const BatchQueued = Schema.TaggedStruct("BatchQueued", {
  id: BatchId,
  rejected: Schema.Int,
  rejectedRows: Schema.Array(RejectedRow)
})
/** A batch has its turn, its end, or was called off. */
export const BatchMoved = Schema.TaggedStruct("BatchMoved", {
  id: BatchId,
  status: Schema.Literal(...batchStatuses),
  reason: maybe(Schema.String)
})
/** The failed rows of a batch are tried again by another. */
export const BatchRetried = Schema.TaggedStruct("BatchRetried", { id: BatchId, by: BatchId })
/** A batch is left out of lists. */
export const BatchHidden = Schema.TaggedStruct("BatchHidden", { id: BatchId })
/** A batch was put away. */
export const BatchArchived = Schema.TaggedStruct("BatchArchived", { id: BatchId })
/** A strategy's wish to trade is on record; nothing is sent yet. */
export const DecisionMade = Schema.TaggedStruct("DecisionMade", {
  id: DecisionId,
  strategy: Schema.String,
  symbol: Ticker,
  side: Side,
  quantity: maybe(Quantity),
  notional: maybe(Shares),
  orderType: Schema.Literal(...orderTypes),
  limitPrice: maybe(Price),
  stopPrice: maybe(Price),
  timeInForce: Schema.Literal(...timesInForce),
  goodTill: maybe(Time),
  session: maybe(Schema.Literal(...sessions)),
  rationale: maybe(Schema.String)
})
/** Whoever drives the account was asked to execute a decision. */
export const DecisionAsked = Schema.TaggedStruct("DecisionAsked", { id: DecisionId })
/** What became of a decision: its order, the broker's words, or the control that refused it. */
export const DecisionSettled = Schema.TaggedStruct("DecisionSettled", {
  id: DecisionId,
  status: Schema.Literal(...decisionStatuses),
  orderId: maybe(OrderId),
  reason: maybe(Schema.String),
  /** The control that refused it, or its order. */
  control: maybe(Control)
})
/** C1: two trades of opposite sign cover each other; final. */
export const LotsNetted = Schema.TaggedStruct("LotsNetted", {
  id: AllocationId,
  tradeId: TradeId,
  counterTradeId: TradeId,
  quantity: Quantity
})
/** C2: an order takes part of a trade's lot, or of another order's excess. */
export const LotAllocated = Schema.TaggedStruct("LotAllocated", {
  id: AllocationId,
  orderId: OrderId,
  tradeId: maybe(TradeId),
  counterOrderId: maybe(OrderId),
  quantity: Quantity,
  /** C6: the order takes more in this commit; its fills are divided after the last. */
  continues: maybe(Schema.Boolean)
})
/** C3: an allocation, or a part of it, goes back to its owners; a part is kept under an id of its own, `part`. */
export const AllocationReleased = Schema.TaggedStruct("AllocationReleased", {
  id: AllocationId,
  quantity: Quantity,
  part: maybe(AllocationId),
  orderId: OrderId,
  why: Schema.String,
  /** P9: what splits since it was made add to what becomes open again, in shares. */
  splitOpen: maybe(Shares),
  /** C6: the order releases more in this commit; its fills are divided after the last. */
  continues: maybe(Schema.Boolean)
})
/** A3: the part of an order that no trade covers; P9: what splits have added to it, where that is other than before. */
export const ExcessChanged = Schema.TaggedStruct("ExcessChanged", {
  orderId: OrderId,
  excess: Shares,
  splitExcess: maybe(Shares)
})
/** An operator accepted an excess, or what was accepted shrank with it. */
export const ExcessAccepted = Schema.TaggedStruct("ExcessAccepted", { orderId: OrderId, accepted: Shares })
/** An order was planned, or an external one adopted. */
export const OrderCreated = Schema.TaggedStruct("OrderCreated", {
  id: OrderId,
  lotId: LotId,
  symbol: Ticker,
  side: Side,
  quantity: Shares,
  askedNotional: maybe(Shares),
  type: Schema.Literal(...orderTypes),
  limitPrice: maybe(Price),
  stopPrice: maybe(Price),
  timeInForce: Schema.Literal(...timesInForce),
  goodTill: maybe(Time),
  session: maybe(Schema.Literal(...sessions)),
  lifeSeconds: maybe(Schema.Int),
  positionEffect: maybe(Schema.Literal(...positionEffects)),
  origin: Schema.Literal(...origins),
  tradeId: maybe(TradeId),
  decisionId: maybe(DecisionId),
  /** The order that has ended and in whose place an operator asked for this one. */
  retryOf: maybe(OrderId),
  /** Until when a person may approve it; nobody has to where there is none. */
  approveBy: maybe(Time),
  inQueue: Schema.Boolean,
  /** C6: how its fills go to its trades, where that is not from the oldest on. */
  allocation: maybe(Schema.Literal(...allocationPolicies)),
  lot: Quantity,
  threshold: Quantity,
  referencePrice: maybe(Price),
  referenceSource: maybe(Schema.String),
  referenceAt: maybe(Time),
  clientOrderId: ClientOrderId
})
/** Before a byte leaves: one try to send an order, with its stored request. */
export const AttemptStarted = Schema.TaggedStruct("AttemptStarted", {
  id: AttemptId,
  orderId: OrderId,
  number: Schema.Int,
  requestId: PayloadId,
  /** What the order does to what is held, as its broker is told. */
  positionEffect: maybe(Schema.Literal(...positionEffects)),
  /** What it adds to the usage of its account, in dollars, where a limit of the account counts that. */
  spends: maybe(Shares),
  /** Only the market date counts that: the account has no limit of orders a minute. */
  ofDay: maybe(Schema.Boolean),
  /** The price that the controls took, in dollars a share. */
  judgedPrice: maybe(Price),
  /** What our clock said, where the time of the books is ahead of it. */
  clockAt: maybe(Time)
})
/** A plan may not go yet: it waits for what is named, until a time where that is known. */
export const OrderHeld = Schema.TaggedStruct("OrderHeld", {
  orderId: OrderId,
  heldFor: Schema.String,
  until: maybe(Time),
  /** D5: the live order of the other side that it waits for, and the next opening, where its market closes. */
  behind: maybe(OrderId),
  opening: maybe(Time)
})
/** A person lets a plan go that waited for that. */
export const OrderApproved = Schema.TaggedStruct("OrderApproved", { orderId: OrderId })
/** What became of an attempt. */
export const AttemptAnswered = Schema.TaggedStruct("AttemptAnswered", {
  id: AttemptId,
  orderId: OrderId,
  outcome: Schema.Literal(...outcomes),
  brokerOrderId: maybe(BrokerOrderId),
  httpStatus: maybe(Schema.Int),
  code: maybe(Schema.String),
  class: maybe(Schema.Literal(...refusalClasses)),
  message: maybe(Schema.String),
  details: maybe(Schema.String),
  responseId: maybe(PayloadId)
})
/** Raw bytes were stored; the journal has their hash. */
export const PayloadStored = Schema.TaggedStruct("PayloadStored", {
  id: PayloadId,
  direction: maybe(Schema.Literal(...payloadDirections)),
  source: maybe(Schema.String),
  method: maybe(Schema.String),
  endpoint: maybe(Schema.String),
  statusCode: maybe(Schema.Int),
  headers: maybe(Schema.String),
  contentType: Schema.String,
  sha256: Schema.String
})
/** Retention dropped the bytes of a payload; their hash stays. */
export const PayloadArchived = Schema.TaggedStruct("PayloadArchived", { id: PayloadId })

const figures = Schema.Struct({
  status: Schema.Literal(...orderStatuses),
  filled: Shares,
  notional: Shares,
  unpriced: Shares
})

/** What is true of an order after a fact or a command, with the figures it had before (FILL-9). */
export const OrderChanged = Schema.TaggedStruct("OrderChanged", {
  id: OrderId,
  before: figures,
  after: figures,
  quantity: Shares,
  /** O2: the prices that it has at the broker now, where they are others than before. */
  limitPrice: maybe(Price),
  stopPrice: maybe(Price),
  deed: Schema.Literal(...deeds),
  brokerOrderId: maybe(BrokerOrderId),
  brokerOrderIds: Schema.Array(Schema.String),
  /** O28: the day on which the broker gave an id again that another order has. */
  idReusedOn: maybe(Schema.String),
  candidate: maybe(BrokerOrderId),
  notBefore: maybe(Time),
  reason: maybe(Schema.String),
  code: maybe(Schema.String),
  rawStatus: maybe(Schema.String),
  reported: maybe(Schema.Literal(...reportedStates)),
  reportedAt: maybe(Time),
  reportedCumulative: maybe(Shares),
  /** W11: an end that a second reading has to confirm, and when it was first heard. */
  endReported: maybe(Schema.Literal(...reportedStates)),
  endReportedAt: maybe(Time),
  endAgreedAt: maybe(Time),
  cumulative: maybe(Shares),
  cumulativeAt: maybe(Time),
  /** The broker's average, and the cumulative that it is of. */
  toldAverage: maybe(Shares),
  toldAverageOf: maybe(Shares),
  /** Shares filled of which there is no execution yet; none where it is left away. */
  inferred: maybe(Shares),
  acceptedAt: maybe(Time),
  firstFilledAt: maybe(Time),
  lastFilledAt: maybe(Time),
  endedAt: maybe(Time),
  /** P9: what splits since the order was made add to the change of what it filled and has in flight, in shares. */
  splitFilled: maybe(Shares),
  splitInFlight: maybe(Shares)
})
/** An end was asked for: by an operator, or because the residual turned (D7). */
export const CancelRequested = Schema.TaggedStruct("CancelRequested", { orderId: OrderId, why: Schema.String })
/** What the broker said to the wish for an end; never an end itself. `hasEnded`: it refused that because the order has ended (W11). */
export const CancelAsked = Schema.TaggedStruct("CancelAsked", {
  orderId: OrderId,
  answer: Schema.String,
  hasEnded: maybe(Schema.Boolean)
})
/** One revision of one execution. */
export const FillRecorded = Schema.TaggedStruct("FillRecorded", {
  id: FillId,
  orderId: OrderId,
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  quantity: Shares,
  price: maybe(Price),
  offBand: Schema.Boolean,
  /** There was no price to compare it with. */
  unjudged: maybe(Schema.Boolean),
  /** What the order should have got, in dollars a share, and what said so. */
  expectedPrice: maybe(Shares),
  expectedFrom: maybe(Schema.Literal(...sources)),
  executedAt: Time,
  payloadId: maybe(PayloadId),
  facts: maybe(ExecutionFacts),
  /** When it was received, where that was before it was booked (F7). */
  fetchedAt: maybe(Time)
})
/** F12: what an execution cost. */
export const CommissionRecorded = Schema.TaggedStruct("CommissionRecorded", {
  fillId: FillId,
  amount: Shares,
  currency: Schema.String
})
/** F12: one version of what an execution cost that is not booked yet. */
export const CommissionWaits = Schema.TaggedStruct("CommissionWaits", {
  execId: Schema.String,
  number: Schema.Int,
  amount: Shares,
  currency: Schema.String,
  asOf: Time,
  payloadId: maybe(PayloadId)
})
/** F12: the execution of a commission that waited is booked, or was found to be another one under a second id. */
export const CommissionJoined = Schema.TaggedStruct("CommissionJoined", { execId: Schema.String, number: Schema.Int })
/** F7: a fill whose order is not known yet. */
export const FillWaits = Schema.TaggedStruct("FillWaits", {
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  brokerOrderId: maybe(BrokerOrderId),
  clientOrderId: maybe(Schema.String),
  symbol: Schema.String,
  side: Side,
  quantity: Shares,
  price: maybe(Price),
  executedAt: Time,
  asOf: Time,
  payloadId: maybe(PayloadId),
  facts: maybe(ExecutionFacts)
})
/** F7: a waiting fill found its order. */
export const FillJoined = Schema.TaggedStruct("FillJoined", { execId: Schema.String })
/** An execution that had no usable price has one now (F13, W5). */
export const FillPriced = Schema.TaggedStruct("FillPriced", { fillId: FillId, price: Price })
/** A report of one of our orders is not possible as the books stand: kept as evidence, booked nowhere. */
export const ReportHeld = Schema.TaggedStruct("ReportHeld", {
  orderId: OrderId,
  number: Schema.Int,
  symbol: Ticker,
  rule: Schema.Literal(...holdingRules),
  field: Schema.Literal(...implausibleFields),
  reported: Schema.String,
  possible: Schema.String,
  contents: HeldContents,
  payloadId: maybe(PayloadId)
})
/** A plausible reading contradicts a held report for the first time. */
export const HeldReportContradicted = Schema.TaggedStruct("HeldReportContradicted", {
  orderId: OrderId,
  number: Schema.Int
})
/** A held report is settled. */
export const HeldReportSettled = Schema.TaggedStruct("HeldReportSettled", {
  orderId: OrderId,
  number: Schema.Int,
  outcome: Schema.Literal(...heldOutcomes)
})
/** A difference or contradiction is kept until it is gone or resolved. */
export const BreakOpened = Schema.TaggedStruct("BreakOpened", {
  id: BreakId,
  symbol: maybe(Ticker),
  subject: Schema.String,
  holds: Schema.Literal(...holds),
  details: BreakDetails
})
/** An open break stops more, or less, than before, or more is known of it. */
export const BreakChanged = Schema.TaggedStruct("BreakChanged", {
  id: BreakId,
  holds: Schema.Literal(...holds),
  details: BreakDetails
})
/** A person sees to a case: owns it, has acknowledged it at a severity, or says something of it; who and why, the entry's cause says. */
export const CaseAttended = Schema.TaggedStruct("CaseAttended", {
  caseId: CaseId,
  owner: maybe(Schema.String),
  acknowledged: maybe(Schema.Literal(...severities)),
  note: maybe(Schema.String),
  actor: Schema.String
})
/** A break is gone or resolved. */
export const BreakClosed = Schema.TaggedStruct("BreakClosed", {
  id: BreakId,
  by: Schema.Literal(...closers),
  why: Schema.String
})
/** D1: the answer to "what order would be made now?" has changed. */
export const Evaluated = Schema.TaggedStruct("Evaluated", { symbol: Ticker, answer: PositionAnswer })
/** D8: nothing is ordered for a while. */
export const CoolDownStarted = Schema.TaggedStruct("CoolDownStarted", {
  symbol: Ticker,
  until: Time,
  shortEnds: Schema.Int,
  circuitUntil: maybe(Time)
})
/** D8: a fill resets the doubling and the count; a running cool-down goes on. */
export const CoolDownReset = Schema.TaggedStruct("CoolDownReset", { symbol: Ticker })
/** D2: an order worked for its life and found no fill: the next one of its side is made at a further step of the account's offsets. */
export const LadderStepped = Schema.TaggedStruct("LadderStepped", {
  symbol: Ticker,
  side: Side,
  step: Schema.Int,
  /** The version of the account whose offsets they are. */
  of: Schema.Int,
  until: maybe(Time)
})
/** D2: the next order is made at the first step again. */
export const LadderReset = Schema.TaggedStruct("LadderReset", { symbol: Ticker })
/** A refusal of the class `session`: nothing of that side leaves until then, or until an operator lets it go on. */
export const SideRefused = Schema.TaggedStruct("SideRefused", {
  symbol: Ticker,
  orderId: OrderId,
  side: Schema.Literal(...refusedSides),
  until: Time
})
/** An operator's cancel of its order holds the position. */
export const PositionHeld = Schema.TaggedStruct("PositionHeld", { symbol: Ticker, orderId: OrderId })
/** An operator lets the position go on; an open circuit is closed. */
export const HoldLifted = Schema.TaggedStruct("HoldLifted", { symbol: Ticker })
/** What is held and is not ours, in signed shares, is more or less by so much from now on (E4). */
export const BaseDeclared = Schema.TaggedStruct("BaseDeclared", { symbol: Ticker, by: Shares, why: Schema.String })
/** P9: `to` shares of a symbol stand for each `from` of before: its figures and open lots are multiplied from here on. */
export const SplitAccepted = Schema.TaggedStruct("SplitAccepted", {
  symbol: Ticker,
  to: Schema.Int,
  from: Schema.Int,
  why: Schema.String,
  /** What has a lower id than these is in the shares of before. */
  lotId: maybe(LotId),
  allocationId: maybe(AllocationId)
})
/**
 * LOT-13: a person identified the tax lots that a fill closes, each by the fill that opened it, and its shares of them; without any, the
 * account's method applies again.
 */
export const LotsIdentified = Schema.TaggedStruct("LotsIdentified", {
  symbol: Ticker,
  fillId: FillId,
  lots: IdentifiedLots,
  why: Schema.String
})
/** P9: the market knows an instrument by another ticker from a moment on. */
export const SymbolChanged = Schema.TaggedStruct("SymbolChanged", {
  symbol: Ticker,
  to: Ticker,
  since: Time,
  why: Schema.String
})
/** A rest that can never trade is no longer owed: a lot of the opposite sign, in target and not in exposure. */
export const RestWrittenOff = Schema.TaggedStruct("RestWrittenOff", {
  id: TradeId,
  lotId: LotId,
  cutOff: maybe(Time),
  symbol: Ticker,
  side: Side,
  quantity: Quantity,
  why: Schema.String
})
/** A trading state was set, for all, for an account or for one symbol. */
export const TradingStateSet = Schema.TaggedStruct("TradingStateSet", {
  account: Schema.String,
  symbol: Schema.String,
  state: Schema.Literal(...tradingStates),
  reason: Schema.String,
  halt: maybe(Schema.Literal(...ledgerHalts)),
  actor: Schema.String
})
/** A part of the configuration has other values from now on; what was not set has no value before. */
export const ConfigurationChanged = Schema.TaggedStruct("ConfigurationChanged", {
  part: Schema.String,
  changes: Schema.Array(
    Schema.Struct({ name: Schema.String, before: maybe(Schema.String), after: maybe(Schema.String) })
  )
})

/** A source goes on from here, or the executions of the account were read until then. */
export const CursorMoved = Schema.TaggedStruct("CursorMoved", { source: Schema.String, cursor: Schema.String })
/** A command was answered: the same id again is answered with the same, and does nothing. */
export const CommandAnswered = Schema.TaggedStruct("CommandAnswered", { id: Schema.String, answer: Answer })
/** A token for the API was made: nobody has its secret but who was shown it, and `hash` is the SHA-256 of that. */
export const TokenCreated = Schema.TaggedStruct("TokenCreated", {
  name: Schema.String,
  role: Schema.Literal(...tokenRoles),
  hash: Schema.String,
  expiresAt: maybe(Time),
  /** How many orders it may propose for an account on a market date, and of how many dollars together. */
  ordersPerDay: maybe(Schema.Int),
  notionalPerDay: maybe(Shares),
  /** The accounts that it may see and change; without them all that there is. */
  accounts: maybe(Schema.Array(Schema.String)),
  actor: Schema.String
})
/** A token has another secret from now on; the one before is good until `previousUntil`, and void at once where none is said. */
export const TokenRotated = Schema.TaggedStruct("TokenRotated", {
  name: Schema.String,
  hash: Schema.String,
  previousUntil: maybe(Time),
  actor: Schema.String
})
/** A token is void from now on. */
export const TokenRevoked = Schema.TaggedStruct("TokenRevoked", { name: Schema.String, actor: Schema.String })

/**
 * A browser was signed in with a token, in a seat of it: nobody has the secret but that browser, and `hash` is the SHA-256 of it. Where a
 * person signed in with an OpenID provider, `token` is the actor that he is: what follows `expiresAt` is of him.
 */
export const SessionOpened = Schema.TaggedStruct("SessionOpened", {
  token: Schema.String,
  seat: Schema.Number,
  id: Schema.String,
  hash: Schema.String,
  host: Schema.String,
  expiresAt: Time,
  issuer: maybe(Schema.String),
  subject: maybe(Schema.String),
  /** How the provider calls him. */
  person: maybe(Schema.String),
  /** Those of his groups that the configuration knew, which gave him the role and accounts. */
  groups: maybe(Schema.Array(Schema.String)),
  role: maybe(Schema.Literal(...tokenRoles)),
  accounts: maybe(Schema.Array(Schema.String))
})
/** Why a session ended before its time: its browser signed out or was away for long, a person ended it, another one took its seat. */
export const sessionEnds = ["SignedOut", "Idle", "Ended", "Replaced"] as const
/** A session has ended before its time. */
export const SessionEnded = Schema.TaggedStruct("SessionEnded", {
  token: Schema.String,
  seat: Schema.Number,
  id: Schema.String,
  why: Schema.Literal(...sessionEnds),
  actor: Schema.String
})

/** All that can stand in a journal. */
export const LedgerEvent = Schema.Union(
  AccountOpened,
  AccountChanged,
  BrokerDeclared,
  InstrumentSeen,
  InstrumentConfirmed,
  InstrumentNotKnown,
  QuarantineReleased,
  TradeAccepted,
  TradeQuarantined,
  TradeHeld,
  TradeReleased,
  TradeFailed,
  TradeSettled,
  DirectTradeSettled,
  BatchCreated,
  BatchQueued,
  BatchMoved,
  BatchRetried,
  BatchHidden,
  BatchArchived,
  DecisionMade,
  DecisionAsked,
  DecisionSettled,
  LotsNetted,
  LotAllocated,
  AllocationReleased,
  ExcessChanged,
  ExcessAccepted,
  OrderCreated,
  AttemptStarted,
  OrderHeld,
  OrderApproved,
  AttemptAnswered,
  PayloadStored,
  PayloadArchived,
  OrderChanged,
  CancelRequested,
  CancelAsked,
  FillRecorded,
  CommissionRecorded,
  CommissionWaits,
  CommissionJoined,
  FillWaits,
  FillJoined,
  FillPriced,
  ReportHeld,
  HeldReportContradicted,
  HeldReportSettled,
  BreakOpened,
  BreakChanged,
  BreakClosed,
  CaseAttended,
  Evaluated,
  CoolDownStarted,
  CoolDownReset,
  LadderStepped,
  LadderReset,
  SideRefused,
  PositionHeld,
  HoldLifted,
  BaseDeclared,
  SplitAccepted,
  LotsIdentified,
  SymbolChanged,
  RestWrittenOff,
  TradingStateSet,
  ConfigurationChanged,
  TokenCreated,
  TokenRotated,
  TokenRevoked,
  SessionOpened,
  SessionEnded,
  CommandAnswered,
  CursorMoved
)

/** All that can stand in a journal. */
export type LedgerEvent = typeof LedgerEvent.Type

/** The kind of an event. */
export const Tag = Schema.typeSchema(Schema.pluck(LedgerEvent, "_tag"))

/** The version of the events that this code writes. */
export const EVENT_VERSION = 1

/** The record that an event is about: its kind and id, as `journal list` shows and finds it. */
export const entityOf = (event: LedgerEvent): { readonly kind: string; readonly id: string } => {
  switch (event._tag) {
    case "AccountOpened":
    case "AccountChanged":
      return { kind: "account", id: event.settings.name }
    case "BrokerDeclared":
      return { kind: "account", id: event.account }
    case "InstrumentSeen":
    case "InstrumentConfirmed":
    case "InstrumentNotKnown":
    case "QuarantineReleased":
    case "SymbolChanged":
      return { kind: "instrument", id: event.symbol }
    case "TradeAccepted":
    case "TradeQuarantined":
    case "TradeHeld":
    case "TradeReleased":
    case "TradeFailed":
    case "TradeSettled":
    case "DirectTradeSettled":
    case "RestWrittenOff":
      return { kind: "trade", id: `T${event.id}` }
    case "BatchCreated":
    case "BatchQueued":
    case "BatchMoved":
    case "BatchRetried":
    case "BatchHidden":
    case "BatchArchived":
      return { kind: "batch", id: `G${event.id}` }
    case "DecisionMade":
    case "DecisionAsked":
    case "DecisionSettled":
      return { kind: "decision", id: `D${event.id}` }
    case "LotsNetted":
      return { kind: "trade", id: `T${event.tradeId}` }
    case "OrderCreated":
    case "OrderChanged":
      return { kind: "order", id: `O${event.id}` }
    case "LotAllocated":
    case "AllocationReleased":
    case "ExcessChanged":
    case "ExcessAccepted":
    case "AttemptStarted":
    case "OrderHeld":
    case "OrderApproved":
    case "AttemptAnswered":
    case "CancelRequested":
    case "CancelAsked":
    case "FillRecorded":
    case "ReportHeld":
    case "HeldReportContradicted":
    case "HeldReportSettled":
      return { kind: "order", id: `O${event.orderId}` }
    case "CommissionRecorded":
    case "FillPriced":
      return { kind: "fill", id: `F${event.fillId}` }
    case "PayloadStored":
    case "PayloadArchived":
      return { kind: "payload", id: `P${event.id}` }
    case "FillWaits":
    case "FillJoined":
      return { kind: "waiting_fill", id: event.execId }
    case "CommissionWaits":
    case "CommissionJoined":
      return { kind: "waiting_commission", id: event.execId }
    case "BreakOpened":
    case "BreakChanged":
    case "BreakClosed":
      return { kind: "break", id: `B${event.id}` }
    case "CaseAttended":
      return recordOf(event.caseId)
    case "Evaluated":
    case "CoolDownStarted":
    case "CoolDownReset":
    case "LadderStepped":
    case "LadderReset":
    case "SideRefused":
    case "PositionHeld":
    case "HoldLifted":
    case "BaseDeclared":
    case "SplitAccepted":
    case "LotsIdentified":
      return { kind: "position", id: event.symbol }
    case "ConfigurationChanged":
      return { kind: "configuration", id: event.part }
    case "CursorMoved":
      return { kind: "cursor", id: event.source }
    case "CommandAnswered":
      return { kind: "command", id: event.id }
    case "TokenCreated":
    case "TokenRotated":
    case "TokenRevoked":
      return { kind: "token", id: event.name }
    case "SessionOpened":
    case "SessionEnded":
      return { kind: "session", id: event.id }
    case "TradingStateSet":
      return { kind: "control", id: [event.account, event.symbol].filter((part) => part !== "").join("/") || "all" }
  }
}
