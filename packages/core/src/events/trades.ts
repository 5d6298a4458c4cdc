import { Schema } from "effect"
import { batchModes, batchStatuses, RejectedRow } from "../records/Batch.ts"
import { directions } from "../records/Account.ts"
import { decisionStatuses } from "../records/Decision.ts"
import { BatchId, DecisionId, LotId, OrderId, PayloadId, TradeId } from "../values/Id.ts"
import { OwnerId } from "../records/OwnerId.ts"
import { Ticker } from "../records/Ticker.ts"
import { Price } from "../values/Price.ts"
import { Quantity } from "../values/Quantity.ts"
import { Instruction, orderTypes, sessions, timesInForce } from "../records/OrderTerms.ts"
import { OrderPolicy } from "../records/OrderPolicy.ts"
import { Side } from "../records/Side.ts"
import { Control } from "../records/Control.ts"
import { tradeReasons } from "../records/tradeReasons.ts"
import { maybe, Time, Shares } from "./fields.ts"

// What happens to trades, batches of them and decisions.

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

const tradeCause = { reason: Schema.Literal(...tradeReasons), detail: maybe(Schema.String) }

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
/** The daemon of the account was asked to execute a decision. */
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
