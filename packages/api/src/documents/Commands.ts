import { Schema } from "effect"
import { orderPolicy } from "./Accounts.ts"
import { ApprovalInShort } from "./Approvals.ts"
import { AtRisk, Recommended } from "./History.ts"
import { Contradiction } from "./Orders.ts"
import { Decimal, describedAs, Id, OrderType, Session, Side, Time } from "./words.ts"
import { ProfitRow } from "./Profit.ts"

/** What every command says: why, and whether it is only asked what would follow. */
export const command = {
  reason: Schema.NonEmptyString.pipe(Schema.maxLength(1000)).annotations(describedAs("Reason")),
  /** Nothing is written or sent: `effects` tells what would be. */
  dryRun: Schema.optional(Schema.Boolean)
}

/** What would follow at once: entries of the journal by kind, and orders. Shares; dollars, null where no price is known. */
export const EffectsDocument = Schema.Struct({
  entries: Schema.Array(Schema.Struct({ tag: Schema.String, count: Schema.Int })),
  orders: Schema.Array(
    Schema.Struct({
      account: Schema.String,
      symbol: Schema.String,
      side: Side,
      quantity: Decimal,
      notional: Schema.NullOr(Decimal)
    })
  )
}).annotations({ identifier: "Effects" })

/** What would follow from a command. */
export type EffectsDocument = typeof EffectsDocument.Type

/** An order in short: which one, and what it asks for. */
export const OrderInShort = Schema.Struct({
  id: Id,
  account: Schema.String,
  symbol: Schema.String,
  side: Side,
  quantity: Decimal
}).annotations({ identifier: "OrderInShort" })

/** An order in short: which one, and what it asks for. */
export type OrderInShort = typeof OrderInShort.Type

/** What a command did, in a sentence, and its id; of a dry run, what it would do, and its effects. */
export const DoneDocument = Schema.Struct({
  done: Schema.String,
  account: Schema.String,
  commandId: Schema.String,
  effects: Schema.NullOr(EffectsDocument),
  /** Of an operation that needs a second person: its request. Nothing else was done. */
  approval: Schema.optional(ApprovalInShort),
  /** Of a dry run: the operation waits for a second person when it is asked for. */
  needsApproval: Schema.optional(Schema.Boolean),
  /** Of a halt that was asked to cancel too: the orders whose end was asked for, or would be. */
  cancelled: Schema.optional(Schema.Array(Id)),
  /** Of a change of trading state: the orders in its scope that are unconfirmed. */
  inDoubt: Schema.optional(Schema.Array(OrderInShort)),
  /** Of a halt: the orders in its scope that are at the broker. They work on unless they are cancelled. */
  working: Schema.optional(Schema.Array(OrderInShort)),
  /** Of a dry run about an order in doubt: what it blocks, what speaks for one side, and what to look at first. */
  doubt: Schema.optional(Schema.Struct({ breakId: Id, atRisk: AtRisk, recommended: Recommended })),
  /** Of a dry run that says an order has ended: the broker's evidence for that. */
  contradiction: Schema.optional(Contradiction),
  /** Of a dry run that identifies lots: what the fill would close. */
  lots: Schema.optional(Schema.Array(ProfitRow))
}).annotations({ identifier: "Done" })

/** What a command did. */
export type DoneDocument = typeof DoneDocument.Type

const strict = { parseOptions: { onExcessProperty: "error" } } as const

/** An amount, or `none`: the limit is lifted, its default too. */
const LimitAmount = Schema.Union(Decimal, Schema.Literal("none")).annotations(describedAs("LimitAmount"))

/** The limits of an account that change: shares, dollars, orders a minute, basis points. One that lets more through needs a reason. */
export const LimitsRequest = Schema.Struct({
  reason: Schema.optional(command.reason),
  orderQuantity: Schema.optional(LimitAmount),
  orderNotional: Schema.optional(LimitAmount),
  openResidual: Schema.optional(LimitAmount),
  dailyNotional: Schema.optional(LimitAmount),
  openOrders: Schema.optional(LimitAmount),
  position: Schema.optional(LimitAmount),
  grossPosition: Schema.optional(LimitAmount),
  netPosition: Schema.optional(LimitAmount),
  ordersPerMinute: Schema.optional(Schema.Int),
  rejectionsInARow: Schema.optional(Schema.Int),
  collarBp: Schema.optional(Schema.Int),
  /** Nothing is written or sent: the answer says which positions would be released or held. */
  dryRun: command.dryRun
}).annotations({ identifier: "LimitsRequest", ...strict })

/** Positions that owe an order which one control refuses: how many, their first 20 symbols, and dollars at the last known prices. */
export const LimitedPositions = Schema.Struct({
  control: Schema.String,
  positions: Schema.Int,
  symbols: Schema.Array(Schema.String),
  notional: Decimal,
  /** Of how many no price is known: their dollars are not in `notional`. */
  unpriced: Schema.Int
}).annotations({ identifier: "LimitedPositions" })

/** Positions that owe an order which one control refuses. */
export type LimitedPositions = typeof LimitedPositions.Type

/** What other limits of an account would come to, as the books stand. Nothing is written or sent. */
export const RehearsedLimits = Schema.Struct({
  dryRun: Schema.Literal(true),
  account: Schema.String,
  done: Schema.String,
  /** The limits that change, each with its unit. */
  changes: Schema.Array(Schema.Struct({ limit: Schema.String, before: Schema.String, after: Schema.String })),
  /** The limits that let more through than before: these need a reason. */
  raised: Schema.Array(Schema.String),
  /** It would be a request that another person has to approve. */
  needsApproval: Schema.optional(Schema.Boolean),
  /** Positions that are held now and would be no longer, by the control that holds them. */
  released: Schema.Array(LimitedPositions),
  /** Positions that may order now and would be held. */
  held: Schema.Array(LimitedPositions),
  /** Positions that are held now and would still be, by the control that would hold them. */
  waiting: Schema.Array(LimitedPositions),
  /** The orders that would follow at once. */
  effects: EffectsDocument
}).annotations({ identifier: "RehearsedLimits" })

/** What other limits of an account would come to. */
export type RehearsedLimits = typeof RehearsedLimits.Type

/** How orders of an account leave from now on, where they say nothing themselves: what is left out is as usual, a market order for the day in the regular session. */
export const OrderPolicyRequest = Schema.Struct({
  reason: Schema.optional(command.reason),
  ...orderPolicy
}).annotations({ identifier: "OrderPolicyRequest", ...strict })

/** A decision to trade: one direct order, sent once, for shares or for dollars. At the market, and as the account says else: for the day in the regular session. */
export const DecisionRequest = Schema.Struct({
  account: Schema.optional(Schema.String),
  symbol: Schema.String,
  side: Side,
  quantity: Schema.optional(Decimal),
  notional: Schema.optional(Decimal),
  orderType: Schema.optional(OrderType),
  limitPrice: Schema.optional(Decimal),
  stopPrice: Schema.optional(Decimal),
  timeInForce: Schema.optional(Schema.String),
  /** Until when it works: `timeInForce` is `gtd` then. */
  goodTill: Schema.optional(Time),
  session: Schema.optional(Session),
  strategy: Schema.optional(Schema.String),
  rationale: Schema.optional(Schema.String),
  /** How long to wait for what its attempt comes to: 5 s unless said. */
  waitSeconds: Schema.optional(Schema.Int.pipe(Schema.between(0, 60))),
  /** Nothing is written or sent: `verdict` says what would become of it. */
  dryRun: Schema.optional(Schema.Boolean)
}).annotations({ identifier: "DecisionRequest", ...strict })

/** A decision to trade. */
export type DecisionRequest = typeof DecisionRequest.Type

/** What would become of a decision as the books stand: `submitted`, `failed`, or `open` where only its broker knows. Signed shares. */
export const RehearsedDecision = Schema.Struct({
  dryRun: Schema.Literal(true),
  account: Schema.String,
  outcome: Schema.String,
  reason: Schema.NullOr(Schema.String),
  waitsFor: Schema.NullOr(Schema.String),
  held: Schema.Struct({ before: Decimal, after: Schema.NullOr(Decimal) }),
  /** The same in a sentence, with the order. */
  verdict: Schema.String
}).annotations({ identifier: "RehearsedDecision" })

/** What would become of a decision. */
export type RehearsedDecision = typeof RehearsedDecision.Type
