import { Schema } from "effect"
import { ExecutionFacts } from "../records/ExecutionFacts.ts"
import { sources } from "../records/Fill.ts"
import { BrokerOrderId, ClientOrderId } from "../values/ClientOrderId.ts"
import { AllocationId, AttemptId, DecisionId, FillId, LotId, OrderId, PayloadId, TradeId } from "../values/Id.ts"
import { Ticker } from "../records/Ticker.ts"
import { payloadDirections } from "../records/Payload.ts"
import { Price } from "../values/Price.ts"
import { refusalClasses } from "../records/Report.ts"
import { Quantity } from "../values/Quantity.ts"
import { outcomes } from "../records/Attempt.ts"
import { localStates, origins, reportedStates } from "../records/Order.ts"
import { orderStatuses } from "../records/OrderState.ts"
import { orderTypes, positionEffects, sessions, timesInForce } from "../records/OrderTerms.ts"
import { Side } from "../records/Side.ts"
import { HeldContents, heldOutcomes, holdingRules, implausibleFields } from "../records/HeldReport.ts"
import { AllocationKey } from "../records/allocationKey.ts"
import { allocationPolicies } from "../records/allocationPolicy.ts"
import { maybe, Time, Shares } from "./fields.ts"

// What happens to orders: what they take, their sending, what their broker says, their fills.

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
  allocationKey: maybe(AllocationKey),
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
  /** What the order does to what is held, as it is sent to the broker. */
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
  localState: Schema.Literal(...localStates),
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
