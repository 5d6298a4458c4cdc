import {
  allocationPolicies,
  fourEyesOperations,
  instrumentStatuses,
  limitNames,
  lotMethods
} from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { ApprovalInShort } from "./Approvals.ts"
import { atBroker, dated, Decimal, Id, OrderType, pageOf, scope, Session, Time, past } from "./words.ts"

/** A trading state that was set: for everything (account and symbol null), an account (symbol null) or one of its symbols. */
export const ControlDocument = Schema.Struct({
  ...scope,
  state: Schema.String,
  reason: Schema.String,
  actor: Schema.String,
  changedAt: Time,
  /** Of a halt: the state that a resume comes to. */
  resumesTo: Schema.NullOr(Schema.String)
}).annotations({ identifier: "Control" })

/** A trading state that was set. */
export type ControlDocument = typeof ControlDocument.Type

/** A page of trading states. */
export const ControlPage = pageOf("ControlPage", ControlDocument)

const LimitUnit = Schema.Literal("shares", "dollars", "orders", "basisPoints")

/** A limit of an account in force: its own, the default that it has from the first order on, or lifted (no amount) by a person. */
const LimitDocument = Schema.Struct({
  limit: Schema.Literal(...limitNames),
  amount: Schema.NullOr(Decimal),
  unit: LimitUnit,
  source: Schema.Literal("account", "default", "lifted")
}).annotations({ identifier: "Limit" })

/**
 * What of a limit is used, and what it refused since midnight at the market. Used is the largest order sent today, the largest residual
 * now, the dollars sent today, what live orders come to, the orders of the last minute, or
 * those that the broker rejected in a row; where that is not counted, `notCounted` says why.
 */
export const LimitUse = Schema.Struct({
  limit: Schema.Literal(...limitNames, "buyingPower"),
  /** The control that refuses what is beyond it, or the halt that follows: the `code` of orders that it ended, the `control` of decisions, the `subject` of breaks about blocked positions. */
  control: Schema.String,
  used: Schema.NullOr(Decimal),
  unit: LimitUnit,
  notCounted: Schema.NullOr(
    Schema.Literal("tooManyOrders", "tooManyPositions", "noLimit", "noPrice", "perOrder", "atBroker")
  ),
  /** How many positions have their next order refused by it now; null where there are too many positions to look at. */
  waiting: Schema.NullOr(Schema.Int),
  /**
   * How many orders, decisions before they had an order, and positions it refused since a moment, midnight at the market; null where
   * there are too many to look at.
   */
  refused: Schema.NullOr(
    Schema.Struct({ since: Time, orders: Schema.Int, decisions: Schema.Int, positions: Schema.Int })
  ),
  /** The newest of these: an order, a decision, or a position, with what it asks for; null where that is not known any more. */
  last: Schema.NullOr(
    Schema.Struct({
      at: Time,
      orderId: Schema.NullOr(Id),
      decisionId: Schema.NullOr(Id),
      breakId: Schema.NullOr(Id),
      symbol: Schema.String,
      quantity: Schema.NullOr(Decimal),
      notional: Schema.NullOr(Decimal)
    })
  )
}).annotations({ identifier: "LimitUse" })

/** What of a limit is used, and what it refused today. */
export type LimitUse = typeof LimitUse.Type

/** How the orders of an account are executed, where they say nothing themselves. */
export const orderPolicy = {
  /** The offset in basis points, or, of several steps, those of all. */
  limitOffsetBp: Schema.optional(Schema.Union(Schema.Number, Schema.Array(Schema.Number))),
  lifeSeconds: Schema.optional(Schema.Number),
  session: Schema.optional(Session),
  timeInForce: Schema.optional(Schema.String)
}

/** An account with the policies that its orders obey. Lots and quantities in shares, notionals in dollars, times in milliseconds. */
export const AccountDocument = Schema.Struct({
  ...atBroker,
  /** The broker's own id of the account, all but its end masked; null until it was driven. */
  brokerAccountId: Schema.NullOr(Schema.String),
  currency: Schema.String,
  direction: Schema.Literal("mirror", "offset"),
  lot: Decimal,
  threshold: Schema.NullOr(Decimal),
  thresholdNotional: Schema.NullOr(Decimal),
  maxOrderQuantity: Schema.NullOr(Decimal),
  maxOrderNotional: Schema.NullOr(Decimal),
  maxOpenResidual: Schema.NullOr(Decimal),
  maxDailyNotional: Schema.NullOr(Decimal),
  maxOpenOrders: Schema.NullOr(Decimal),
  maxPosition: Schema.NullOr(Decimal),
  maxGrossPosition: Schema.NullOr(Decimal),
  maxNetPosition: Schema.NullOr(Decimal),
  ordersPerMinute: Schema.NullOr(Schema.Int),
  maxRejectionsInARow: Schema.NullOr(Schema.Int),
  collarBp: Schema.NullOr(Schema.Int),
  /** The limits in force, set or by default. */
  limits: Schema.Array(LimitDocument),
  restricted: Schema.Array(Schema.String),
  shorting: Schema.Literal("never", "allowed"),
  external: Schema.Literal("ignore", "count"),
  cancelOnFlip: Schema.Boolean,
  /** What becomes of a direct order while one of the other side lives; where nothing is set rows wait, and decisions are refused. */
  crossing: Schema.NullOr(Schema.Literal("wait", "refuse")),
  /** By which method its profit is reported, where none is asked for. */
  lotMethod: Schema.Literal(...lotMethods),
  /** How an order's fills go to the trades in it: to the oldest first, to all pro rata, or by the weights of owners in `allocationKey`. */
  allocation: Schema.Literal(...allocationPolicies),
  /** The weights of owners, `OWNER=WEIGHT` each; null where none are set. */
  allocationKey: Schema.NullOr(Schema.Array(Schema.String)),
  /** When what its positions have collected is sent, in New York; null where that is at once. */
  cutOffs: Schema.NullOr(Schema.Array(Schema.String)),
  /** Hours of the day in which nothing is sent, in New York time: `09:30-09:45`. */
  restrictedHours: Schema.NullOr(Schema.Array(Schema.String)),
  /** The operations that another person has to approve, and for how many minutes that can be. */
  fourEyes: Schema.Array(Schema.Literal(...fourEyesOperations)),
  approvalMinutes: Schema.Int,
  resendWindowMs: Schema.Int,
  maxTradeAgeMs: Schema.Int,
  bandBp: Schema.Int,
  /** How its accumulation orders are executed; `session` and `timeInForce` hold for its direct ones too, where these say nothing. */
  order: Schema.Union(Schema.Literal("market"), Schema.Struct(orderPolicy)),
  /** The orders that its broker takes; nothing before that has declared it. */
  supportedOrders: Schema.Array(
    Schema.Struct({ session: Session, types: Schema.Array(OrderType), timesInForce: Schema.Array(Schema.String) })
  ),
  ...dated
}).annotations({ identifier: "Account" })

/** An account with the policies that its orders obey. */
export type AccountDocument = typeof AccountDocument.Type

/** A page of accounts. */
export const AccountPage = pageOf("AccountPage", AccountDocument)

/** An account with its trading state, the strictest of everything's and its own, and the states that were set. */
export const AccountDetail = Schema.Struct({
  ...past,
  ...AccountDocument.fields,
  tradingState: Schema.String,
  controls: Schema.Array(ControlDocument),
  /** What counts against `dailyNotional`: dollars sent on the last market date on which something was sent; null before that. */
  sent: Schema.NullOr(Schema.Struct({ date: Schema.String, notional: Decimal })),
  /** What of each limit is used, and what it refused today. */
  use: Schema.Array(LimitUse),
  /** Of settings that were asked for and wait for a second person: their request. */
  approval: Schema.optional(ApprovalInShort)
}).annotations({ identifier: "AccountDetail" })

/** An account with its trading state. */
export type AccountDetail = typeof AccountDetail.Type

/** An instrument as one account trades it; `lot`, in shares, is null where the account's counts. */
export const InstrumentDocument = Schema.Struct({
  account: Schema.String,
  symbol: Schema.String,
  assetClass: Schema.String,
  currency: Schema.String,
  lot: Schema.NullOr(Decimal),
  tick: Schema.NullOr(Decimal),
  fractionable: Schema.Boolean,
  shortable: Schema.Boolean,
  status: Schema.Literal(...instrumentStatuses),
  ...dated
}).annotations({ identifier: "Instrument" })

/** An instrument as one account trades it. */
export type InstrumentDocument = typeof InstrumentDocument.Type

/** A page of instruments. */
export const InstrumentPage = pageOf("InstrumentPage", InstrumentDocument)
