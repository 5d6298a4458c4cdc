import { AccountName, Decimal, Instant, Price, Quantity, Side, Ticker } from "@roundlot/core"
import { ClientOrderId, OrderTerms } from "@roundlot/core/adapter"
import { Schema } from "effect"
import { operations } from "./Instruction.ts"

/** The statuses of an order at the exchange; `unpriced`: it is taken and rests, since nobody has said a price of its symbol. */
export const exchangeStatuses = [
  "new",
  "unpriced",
  "partially_filled",
  "filled",
  "cancelled",
  "expired",
  "rejected"
] as const

/** A status of an order at the exchange. */
export type ExchangeStatus = (typeof exchangeStatuses)[number]

/** Whether an order of this status can still trade. */
export const isWorking = (status: ExchangeStatus): boolean =>
  status === "new" || status === "unpriced" || status === "partially_filled"

/** An order that is placed with another: an exit of its position, on the other side where that is an entry. */
export const Leg = Schema.Struct({
  type: Schema.Literal(...OrderTerms.orderTypes),
  limitPrice: Schema.NullOr(Price.Price),
  stopPrice: Schema.NullOr(Price.Price)
})

/** An order that is placed with another. */
export type Leg = typeof Leg.Type

/** The order that a client asks for: the payload of a `place` request. Quantity in shares, prices in dollars a share. */
export const PlaceRequest = Schema.Struct({
  clientOrderId: Schema.NullOr(Schema.String),
  symbol: Schema.String,
  side: Side.Side,
  quantity: Quantity.Quantity,
  type: Schema.Literal(...OrderTerms.orderTypes),
  limitPrice: Schema.NullOr(Price.Price),
  stopPrice: Schema.NullOr(Price.Price),
  timeInForce: Schema.Literal(...OrderTerms.timesInForce),
  /** Until when a `gtd` order works. */
  goodTill: Schema.optional(Instant.FromString),
  session: Schema.Literal(...OrderTerms.sessions),
  /**
   * What is placed with it. As an `entry` its legs are of the other side and wait until it is filled; as an `exit` they are of its
   * own side and work at once. Of exits one ends the others, and where one of the group is ended otherwise, all are.
   */
  legs: Schema.optional(Schema.Struct({ as: Schema.Literal("entry", "exit"), orders: Schema.Array(Leg) })),
  /** How far its stop stays behind the best price, in dollars or in percent of that. */
  trail: Schema.optional(Schema.Struct({ by: Schema.Literal("amount", "percent"), value: Decimal.FromString })),
  /** What the client knows of the symbol's price, and since when. */
  referencePrice: Schema.NullOr(Price.Price),
  referenceAt: Schema.optional(Instant.FromString)
})

/** The order that a client asks for. */
export type PlaceRequest = typeof PlaceRequest.Type

/**
 * An order as the exchange shows it. `filledQuantity` (shares) and `notional` (dollars) are sums over the executions' highest
 * revisions; `updatedAt` is the time of the last change, and no two changes share one.
 */
export const ExchangeOrder = Schema.Struct({
  brokerOrderId: ClientOrderId.BrokerOrderId,
  account: AccountName.AccountName,
  clientOrderId: Schema.NullOr(Schema.String),
  symbol: Ticker.Ticker,
  side: Side.Side,
  quantity: Quantity.Quantity,
  type: Schema.Literal(...OrderTerms.orderTypes),
  limitPrice: Schema.NullOr(Price.Price),
  stopPrice: Schema.NullOr(Price.Price),
  timeInForce: Schema.Literal(...OrderTerms.timesInForce),
  /** Absent where a program of before it was known has said the order. */
  goodTill: Schema.optionalWith(Schema.NullOr(Instant.FromString), { default: () => null }),
  session: Schema.Literal(...OrderTerms.sessions),
  status: Schema.Literal(...exchangeStatuses),
  reason: Schema.NullOr(Schema.String),
  filledQuantity: Decimal.FromStored,
  notional: Decimal.FromStored,
  enteredAt: Instant.FromString,
  updatedAt: Instant.FromString
})

/** An order as the exchange shows it. */
export type ExchangeOrder = typeof ExchangeOrder.Type

/** One revision of one execution; a bust is a revision of quantity zero. `execId` is `execIdBase.NN`. */
export const Execution = Schema.Struct({
  execId: Schema.String,
  execIdBase: Schema.String,
  revision: Schema.Int,
  brokerOrderId: ClientOrderId.BrokerOrderId,
  clientOrderId: Schema.NullOr(Schema.String),
  account: AccountName.AccountName,
  symbol: Ticker.Ticker,
  side: Side.Side,
  quantity: Decimal.FromString,
  price: Price.Price,
  executedAt: Instant.FromString
})

/** One revision of one execution. */
export type Execution = typeof Execution.Type

/** What became of a request, as its log tells it. `brokerOrderId` is the order that it made or was about. */
export const LoggedAnswer = Schema.Struct({
  outcome: Schema.Literal("done", "refused", "status", "timeout", "reset"),
  /** Whether the exchange acted on the request, whatever was answered. */
  taken: Schema.Boolean,
  status: Schema.NullOr(Schema.Int),
  code: Schema.NullOr(Schema.String),
  words: Schema.NullOr(Schema.String),
  brokerOrderId: Schema.NullOr(Schema.String)
})

/** One request as the exchange logged it: every one that reached it, in order, and what was answered. */
export const LoggedRequest = Schema.Struct({
  number: Schema.Int,
  at: Instant.FromString,
  account: AccountName.AccountName,
  operation: Schema.Literal(...operations),
  /** The request's payload, parsed. */
  payload: Schema.parseJson(Schema.Unknown),
  answer: Schema.parseJson(LoggedAnswer)
})

/** One request as the exchange logged it. */
export type LoggedRequest = typeof LoggedRequest.Type

/** What an account holds of a symbol, in signed shares. */
export const ExchangeHolding = Schema.Struct({ symbol: Schema.String, quantity: Decimal.FromStored })

/** What an account holds of a symbol. */
export type ExchangeHolding = typeof ExchangeHolding.Type
