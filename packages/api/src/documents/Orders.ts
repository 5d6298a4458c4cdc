import { Schema } from "effect"
import { BreakDocument, HistoryDocument } from "./History.ts"
import { dated, Decimal, Id, OrderType, pageOf, PositionEffect, Side, terms, Time, past, LadderStep } from "./words.ts"
import { FillDocument, AllocationDocument } from "./Fills.ts"

/** Raw bytes that were sent or answered. `body` is null where they are no text or were not kept. */
export const PayloadDocument = Schema.Struct({
  id: Id,
  direction: Schema.Literal("request", "response", "report", "trades"),
  source: Schema.NullOr(Schema.String),
  method: Schema.NullOr(Schema.String),
  endpoint: Schema.NullOr(Schema.String),
  statusCode: Schema.NullOr(Schema.Int),
  headers: Schema.Record({ key: Schema.String, value: Schema.String }),
  contentType: Schema.String,
  sha256: Schema.String,
  body: Schema.NullOr(Schema.String),
  capturedAt: Time
}).annotations({ identifier: "Payload" })

/** Raw bytes that were sent or answered. */
export type PayloadDocument = typeof PayloadDocument.Type

/** A strategy's wish to trade and what became of it. Shares or dollars; dollars a share. */
export const DecisionDocument = Schema.Struct({
  id: Id,
  account: Schema.String,
  strategy: Schema.String,
  symbol: Schema.String,
  side: Side,
  quantity: Schema.NullOr(Decimal),
  notional: Schema.NullOr(Decimal),
  orderType: OrderType,
  ...terms,
  /** As the strategy gave it: text, or JSON as text. */
  rationale: Schema.NullOr(Schema.String),
  status: Schema.Literal("pending", "submitted", "executed", "failed"),
  orderId: Schema.NullOr(Id),
  reason: Schema.NullOr(Schema.String),
  /** The control that refused it, or its order, such as `MaxNotional`; null where none did. */
  control: Schema.NullOr(Schema.String),
  createdAt: Time,
  executedAt: Schema.NullOr(Time),
  failedAt: Schema.NullOr(Time)
}).annotations({ identifier: "Decision" })

/** A strategy's wish to trade and what became of it. */
export type DecisionDocument = typeof DecisionDocument.Type

/** A page of decisions. */
export const DecisionPage = pageOf("DecisionPage", DecisionDocument)

/** One try to send an order. Shares, dollars a share, dollars. */
export const AttemptDocument = Schema.Struct({
  id: Id,
  number: Schema.Int,
  /** What the send came to; null while it is under way. */
  outcome: Schema.NullOr(Schema.Literal("accepted", "rejected", "not_accepted", "unknown")),
  /** Where its order stands. */
  status: Schema.Literal("submitted", "accepted", "partial_fill", "filled", "rejected", "cancelled", "unknown"),
  orderId: Id,
  decisionId: Schema.NullOr(Id),
  brokerOrderId: Schema.NullOr(Schema.String),
  httpStatus: Schema.NullOr(Schema.Int),
  errorCode: Schema.NullOr(Schema.String),
  /** Of a refusal: what it is about, which decides when its position may order again. */
  refusalClass: Schema.NullOr(Schema.Literal("final", "later", "session", "account", "unknown")),
  errorMessage: Schema.NullOr(Schema.String),
  errorDetails: Schema.NullOr(Schema.String),
  filledQuantity: Decimal,
  filledAveragePrice: Schema.NullOr(Decimal),
  /** Null where none is known. */
  commission: Schema.NullOr(Decimal),
  submittedAt: Time,
  filledAt: Schema.NullOr(Time),
  rejectedAt: Schema.NullOr(Time),
  ...dated,
  requestPayloadId: Id,
  responsePayloadId: Schema.NullOr(Id)
}).annotations({ identifier: "Attempt" })

/** One try to send an order. */
export type AttemptDocument = typeof AttemptDocument.Type

/** A page of attempts. */
export const AttemptPage = pageOf("AttemptPage", AttemptDocument)

/** An attempt with the whole exchange. */
export const ExchangeDocument = Schema.Struct({
  ...AttemptDocument.fields,
  request: Schema.NullOr(PayloadDocument),
  response: Schema.NullOr(PayloadDocument)
}).annotations({ identifier: "Exchange" })

/** An attempt with the whole exchange. */
export type ExchangeDocument = typeof ExchangeDocument.Type

/** Attempts with their exchanges. */
export const ExchangePage = pageOf("ExchangePage", ExchangeDocument)

/** An attempt with the whole exchange, and the decision behind it. */
export const AttemptDetail = Schema.Struct({
  ...past,
  ...ExchangeDocument.fields,
  decision: Schema.NullOr(DecisionDocument)
}).annotations({ identifier: "AttemptDetail" })

/** An attempt with the whole exchange, and the decision behind it. */
export type AttemptDetail = typeof AttemptDetail.Type

/** A decision with the attempts to send its order. */
export const DecisionDetail = Schema.Struct({
  ...past,
  ...DecisionDocument.fields,
  attempts: Schema.Array(AttemptDocument),
  history: Schema.Array(HistoryDocument)
}).annotations({ identifier: "DecisionDetail" })

/** A decision with the attempts to send its order. */
export type DecisionDetail = typeof DecisionDetail.Type

/** A fill with its order's terms and what else is on record. */
export const FillDetail = Schema.Struct({
  ...past,
  ...FillDocument.fields,
  /** Every revision of the execution, oldest first. */
  revisions: Schema.Array(FillDocument)
}).annotations({ identifier: "FillDetail" })

/** A fill with its order's terms and what else is on record. */
export type FillDetail = typeof FillDetail.Type

/** An allocation with its other end: the trade it was netted against, or the order whose excess it takes. */
export const AllocationDetail = Schema.Struct({
  ...past,
  id: Id,
  ...AllocationDocument.fields,
  counterTradeId: Schema.NullOr(Id),
  counterOrderId: Schema.NullOr(Id),
  /** How much of it is filled, in shares. */
  settled: Decimal,
  createdAt: Time,
  releasedWhy: Schema.NullOr(Schema.String)
}).annotations({ identifier: "AllocationDetail" })

/** An allocation with its other end. */
export type AllocationDetail = typeof AllocationDetail.Type

/** An instruction to a broker: terms, what became of it, and the figures of its fills. Shares, dollars a share. */
export const OrderDocument = Schema.Struct({
  id: Id,
  account: Schema.String,
  symbol: Schema.String,
  side: Side,
  /** Of an order over dollars what it has filled so far. */
  quantity: Decimal,
  /** The dollars that it asks for in place of shares; null where it asks for shares. */
  askedNotional: Schema.NullOr(Decimal),
  type: OrderType,
  status: Schema.Literal(
    "pending",
    "submitting",
    "in_doubt",
    "submitted",
    "partially_filled",
    "filled",
    "cancelled",
    "expired",
    "rejected",
    "failed"
  ),
  phase: Schema.Literal("pending", "open", "filled", "ended"),
  /** What its executions say: none yet, a part, all, or that it ended before. */
  fillStatus: Schema.Literal("unknown", "partial", "filled", "cancelled"),
  origin: Schema.Literal("accumulation", "direct", "external"),
  /** The broker's current id; null until it has acknowledged the order. */
  brokerOrderId: Schema.NullOr(Schema.String),
  clientOrderId: Schema.String,
  /** The day, in UTC, on which the broker gave an id again that another order has; null for the first order that has it. */
  idReusedOn: Schema.NullOr(Schema.String),
  /** Its id among those of the client that placed it, and what else its first execution says; null what none says. */
  orderNumber: Schema.NullOr(Schema.String),
  clientId: Schema.NullOr(Schema.String),
  secType: Schema.NullOr(Schema.String),
  exchange: Schema.NullOr(Schema.String),
  currency: Schema.NullOr(Schema.String),
  filledQuantity: Decimal,
  /** Over the priced fills, at 12 decimals half-even; null where there is none. */
  averagePrice: Schema.NullOr(Decimal),
  /** The decision that it executes. */
  decisionId: Schema.NullOr(Id),
  /** The order that has ended and in whose place an operator asked for this one. */
  retryOf: Schema.NullOr(Id),
  /** The order that was made in its place in the commit in which this one ended unsent. */
  replacedBy: Schema.NullOr(Id),
  /** The batch whose trade it executes. */
  batchId: Schema.NullOr(Id),
  /** An end or a refusal that the broker told once and no second reading confirms yet: nothing is concluded from it. */
  endReported: Schema.NullOr(Schema.Literal("filled", "cancelled", "expired", "rejected", "open")),
  endReportedAt: Schema.NullOr(Time),
  ...dated,
  firstFilledAt: Schema.NullOr(Time),
  lastFilledAt: Schema.NullOr(Time),
  /** When the newest of its executions was received; null where it has none. */
  fetchedAt: Schema.NullOr(Time)
}).annotations({ identifier: "Order" })

/** An instruction to a broker. */
export type OrderDocument = typeof OrderDocument.Type

/** A page of orders. */
export const OrderPage = pageOf("OrderPage", OrderDocument)

/** Which prices an order's fills may have, in dollars a share at 12 decimals, and by what that is judged. */
export const PriceBandDocument = Schema.Struct({
  /** What the order should get. */
  reference: Decimal,
  /** What says so: its limit price, a market before its fill, the weighted price of the trades in it, or its last fill. */
  from: Schema.Literal("limit", "market", "trades", "fill"),
  /** How far from it a price may be, in basis points. */
  bandBp: Schema.Int,
  lowest: Decimal,
  highest: Decimal
}).annotations({ identifier: "PriceBand" })

/** Which prices an order's fills may have. */
export type PriceBandDocument = typeof PriceBandDocument.Type

/** A report of a broker that is not possible as the books stand: kept, and booked nowhere. */
export const HeldReportDocument = Schema.Struct({
  /** Its number among those of its order. */
  number: Schema.Int,
  /** The rule of plausibility that it fails, `W9`. */
  rule: Schema.String,
  /** What of it is implausible. */
  field: Schema.String,
  reported: Schema.String,
  /** What was possible. */
  possible: Schema.String,
  execId: Schema.NullOr(Schema.String),
  payloadId: Schema.NullOr(Id),
  receivedAt: Time,
  settledAt: Schema.NullOr(Time),
  /** What became of it: `booked`, `accepted`, `voided`, `repeated` or `superseded`. */
  outcome: Schema.NullOr(Schema.String)
}).annotations({ identifier: "HeldReport" })

/** A report of a broker that is not possible as the books stand. */
export type HeldReportDocument = typeof HeldReportDocument.Type

/** What contradicts a live order. `EndReported`: the broker says that it ended, unconfirmed yet; `NotListed`: its whole history does not have it. */
export const Contradiction = Schema.Struct({
  fact: Schema.Literal("EndReported", "NotListed"),
  as: Schema.Literal("cancelled", "expired", "rejected"),
  since: Time
}).annotations({ identifier: "Contradiction" })

/** An order with all that is known of it. */
export const OrderDetail = Schema.Struct({
  ...past,
  ...OrderDocument.fields,
  ...terms,
  /** Shares that were sent, whatever the broker says is in force. */
  sentQuantity: Decimal,
  positionEffect: Schema.NullOr(PositionEffect),
  /** All ids that the broker gave it, the current one last. */
  brokerOrderIds: Schema.Array(Schema.String),
  /** Why it ended, waits or is in doubt. */
  reason: Schema.NullOr(Schema.String),
  code: Schema.NullOr(Schema.String),
  /** The broker's own word for its status. */
  rawStatus: Schema.NullOr(Schema.String),
  heldFor: Schema.NullOr(Schema.String),
  /** It was proposed: by which source, until when a person may approve it, and the dollars that it was worth then. */
  proposal: Schema.NullOr(Schema.Struct({ source: Schema.String, approveBy: Time, notional: Decimal })),
  approvedAt: Schema.NullOr(Time),
  notBefore: Schema.NullOr(Time),
  /** An id that an unclear answer named; never bound unread. */
  candidate: Schema.NullOr(Schema.String),
  /** Shares filled whose price is not known. */
  unpricedQuantity: Decimal,
  /** Dollars of the priced fills. */
  filledNotional: Decimal,
  /** Shares of it that no trade covers. */
  excess: Decimal,
  /** Where its account has several offsets: which of them it was made at; null where the account was changed since. */
  ladder: Schema.NullOr(LadderStep),
  cancelRequestedAt: Schema.NullOr(Time),
  sentAt: Schema.NullOr(Time),
  acceptedAt: Schema.NullOr(Time),
  endedAt: Schema.NullOr(Time),
  /** The trades that it ever took of, those of released allocations too; of a direct one the trade that it executes. */
  tradeIds: Schema.Array(Id),
  attempts: Schema.Array(ExchangeDocument),
  allocations: Schema.Array(AllocationDetail),
  fills: Schema.Array(FillDocument),
  /** Null where nothing says what it should get. */
  priceBand: Schema.NullOr(PriceBandDocument),
  heldReports: Schema.Array(HeldReportDocument),
  /** What of the broker's newest evidence contradicts that it is live, and what it ends as where a person confirms that. */
  contradiction: Schema.NullOr(Contradiction),
  breaks: Schema.Array(BreakDocument),
  history: Schema.Array(HistoryDocument)
}).annotations({ identifier: "OrderDetail" })

/** An order with all that is known of it. */
export type OrderDetail = typeof OrderDetail.Type
