import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { DecisionId, OrderId } from "../values/Id.ts"
import { unstorable } from "../values/unstorable.ts"
import { Ticker } from "./Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import { Price } from "../values/Price.ts"
import type { Instant } from "../values/Instant.ts"
import { Quantity } from "../values/Quantity.ts"
import {
  orderTypes,
  sessions,
  termFault,
  timesInForce,
  type OrderType,
  type Session,
  type TimeInForce
} from "./OrderTerms.ts"
import type { Side } from "./Side.ts"

/** On record; its one order is under way; filled, in whole or in part; ended with nothing filled, or never sent. */
export const decisionStatuses = ["pending", "submitted", "executed", "failed"] as const

/** One of the decision statuses. */
export type DecisionStatus = (typeof decisionStatuses)[number]

/** The strategy of a decision that names none. */
export const MANUAL = "manual"

/** A strategy's wish to trade. Exactly one of `quantity` (shares) and `notional` (dollars) is given; prices in dollars a share. */
export interface DecisionInput {
  /** Default: `manual`. */
  readonly strategy?: string | undefined
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity?: Quantity | undefined
  readonly notional?: Decimal.Decimal | undefined
  /** Default: `market`. */
  readonly orderType?: OrderType | undefined
  readonly limitPrice?: Price | undefined
  readonly stopPrice?: Price | undefined
  /** Default of both: what the account says, else `day` in the regular session. */
  readonly timeInForce?: TimeInForce | undefined
  readonly session?: Session | undefined
  /** Until when a `gtd` order works. */
  readonly goodTill?: Instant | undefined
  /** Why, as the strategy says it: text, or JSON as text. */
  readonly rationale?: string | undefined
}

/** A strategy's wish to trade, with what became of it. It makes one direct order, sent once in its life. */
export const Decision = Schema.Struct({
  id: Column.id(DecisionId),
  account: Column.branded(AccountName),
  strategy: Column.text,
  symbol: Column.branded(Ticker),
  side: Column.literal(["buy", "sell"]),
  quantity: Column.optional(Column.brandedDecimal(Quantity)),
  notional: Column.optional(Column.decimal),
  orderType: Column.literal(orderTypes),
  limitPrice: Column.optional(Column.brandedDecimal(Price)),
  stopPrice: Column.optional(Column.brandedDecimal(Price)),
  timeInForce: Column.literal(timesInForce),
  goodTill: Column.optional(Column.instant),
  session: Column.literal(sessions),
  rationale: Column.optional(Column.text),
  status: Column.literal(decisionStatuses),
  orderId: Column.optional(Column.id(OrderId)),
  reason: Column.optional(Column.text),
  /** The control that refused it, or its order: `MaxNotional`. */
  control: Column.optional(Column.text),
  /** The minute since 1970 in which it was made: how the same intent is found again. */
  minute: Column.integer,
  /** When its execution was last asked for, where another process drives the account. */
  askedAt: Column.optional(Column.instant),
  createdAt: Column.instant,
  executedAt: Column.optional(Column.instant),
  failedAt: Column.optional(Column.instant),
  updatedAt: Column.instant,
  version: Column.integer
})

/** A strategy's wish to trade, with what became of it. */
export type Decision = typeof Decision.Type

/** The table of decisions. */
export const DecisionTable = Table.make({
  name: "decisions",
  schema: Decision,
  key: ["id"],
  keyOf: (decision): number => decision.id,
  lookups: { minute: { columns: ["account", "symbol", "minute"], unique: false, where: undefined } }
})

/** What no decision can be; `undefined` where it is sound. */
export const faultOf = (input: DecisionInput): string | undefined => {
  const { goodTill, limitPrice, notional, orderType = "market", quantity, stopPrice, timeInForce } = input
  if ((quantity === undefined) === (notional === undefined)) return "it names either a quantity or a notional"
  if (notional !== undefined && !Decimal.isPositive(notional)) return "its notional is not above zero"
  const fault = termFault({ type: orderType, limitPrice, stopPrice, timeInForce, goodTill })
  if (fault !== undefined) return fault
  const text = (["strategy", "rationale"] as const).find((name) => unstorable(input[name] ?? "") !== undefined)
  return text && `its ${text} ${unstorable(input[text] ?? "") ?? ""}`
}
