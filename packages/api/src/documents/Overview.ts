import { ApprovalDocument } from "./Approvals.ts"
import { overallStatuses } from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { BreakDocument } from "./History.ts"
import { ControlDocument } from "./Accounts.ts"
import { OrderInShort } from "./Commands.ts"
import { PositionDocument } from "./Positions.ts"
import { OrderDocument } from "./Orders.ts"
import { TradingDocument } from "./Trading.ts"
import { atBroker, Count, Decimal, Id, pageOf, past, Time } from "./words.ts"

/** One account at a glance. Counts; the residual counts the positions that owe anything. */
const AccountGlance = Schema.Struct({
  ...atBroker,
  tradingState: Schema.String,
  positions: Schema.Int,
  owing: Schema.Int,
  openOrders: Schema.Int,
  openBreaks: Schema.Int,
  /** When what its broker holds was last compared with the books; null before the first time, and of an earlier moment. */
  reconciledAt: Schema.NullOr(Time)
}).annotations({ identifier: "AccountGlance" })

/** A position that owes, with what it owes. */
const Owing = Schema.Struct({ account: Schema.String, symbol: Schema.String, residual: Decimal })

/** An order that was proposed, and until when a person may approve it. Shares. */
const Proposed = Schema.Struct({
  id: Id,
  account: Schema.String,
  symbol: Schema.String,
  side: Schema.String,
  quantity: Decimal,
  proposedAt: Time,
  approveBy: Time
})

/** An order whose broker has not acknowledged it. `dollars`: what it may still fill, null where no price is known. */
const UnconfirmedOrder = Schema.Struct({
  ...OrderInShort.fields,
  askedNotional: Schema.NullOr(Decimal),
  dollars: Schema.NullOr(Decimal),
  sentAt: Schema.NullOr(Time)
}).annotations({ identifier: "UnconfirmedOrder" })

/** All at a glance: what a dashboard's first page asks for. */
export const OverviewDocument = Schema.Struct({
  ...past,
  at: Time,
  /** The store's incarnation: cursors of the live stream begin with it. */
  incarnation: Schema.String,
  /** Where the feed stands. */
  position: Schema.Int,
  /** How all stands, in the gravest word that holds: a case is critical, less is sent than usual, cases are open, all is well, nothing is set up. */
  overall: Schema.Literal(...overallStatuses),
  /** `degraded` while a part fails, or trading is at risk. */
  status: Schema.Literal("ok", "degraded"),
  trading: TradingDocument,
  /** Parts of the daemon that fail now; none of an earlier moment. */
  failing: Schema.Array(Schema.String),
  accounts: Schema.Array(AccountGlance),
  /** The regular session of the exchange in New York, and when it closes or else opens next; null beyond the calendar. */
  market: Schema.Struct({ isOpen: Schema.Boolean, changesAt: Schema.NullOr(Time) }),
  /** Orders that have not ended, by status. */
  openOrders: Schema.Record({ key: Schema.String, value: Schema.Int }),
  /** The newest orders, before all others those that have not ended. */
  latestOrders: Schema.Array(OrderDocument),
  /** When the fill that came in last was executed; null where there is none. */
  lastFillAt: Schema.NullOr(Time),
  /** Orders in doubt that no case says so of. */
  inDoubt: Schema.Array(UnconfirmedOrder),
  /** The gravest first. */
  openBreaks: Schema.Array(BreakDocument),
  /** Those that are cases, cause by cause. */
  breakCases: Schema.Array(Schema.Array(Id)),
  /** Orders that were proposed and wait for a person. */
  proposed: Schema.Array(Proposed),
  /** Operations that one person asked for and that wait for another. */
  requests: Schema.Array(ApprovalDocument),
  quarantined: Schema.Int,
  /** Direct orders of the last week, of no batch and no decision, that failed and that nobody has acknowledged; the newest first. */
  failedOrders: Schema.Array(
    Schema.Struct({
      id: Id,
      account: Schema.String,
      symbol: Schema.String,
      side: Schema.String,
      quantity: Decimal,
      /** Of an order over dollars how many; its quantity is zero then. */
      askedNotional: Schema.NullOr(Decimal),
      /** `failed` where the broker has not refused it: nobody has executed or rejected it. */
      status: Schema.Literal("rejected", "failed"),
      /** What it failed with, in the broker's words where it has said any. */
      reason: Schema.NullOr(Schema.String),
      endedAt: Schema.NullOr(Time)
    })
  ),
  /** Batches of the last week that ended with failed rows which nobody has tried again or acknowledged, the newest first. */
  failedBatches: Schema.Array(
    Schema.Struct({
      id: Id,
      account: Schema.String,
      name: Schema.String,
      failed: Schema.Int,
      total: Schema.Int,
      finishedAt: Schema.NullOr(Time)
    })
  ),
  /** Jobs that were given up; none of an earlier moment. */
  givenUp: Schema.Int,
  /** All that needs a person: as many lines as the inbox has. */
  cases: Schema.Int,
  /** Those of them that are critical or escalated, parts of the daemon that keep failing too. */
  critical: Schema.Int,
  /** Scopes that are halted, observe, only reduce, or wait for approvals. */
  restricted: Schema.Int,
  controls: Schema.Array(ControlDocument),
  owing: Schema.Array(Owing),
  positions: Schema.Array(PositionDocument)
}).annotations({ identifier: "Overview" })

/** All at a glance. */
export type OverviewDocument = typeof OverviewDocument.Type

/** What was done since midnight at the market, in New York. */
export const TodayDocument = Schema.Struct({
  ...past,
  at: Time,
  /** The market date. */
  date: Schema.String,
  /** When it began: what the lists take as `since`. */
  since: Time,
  /** Trades that came in. */
  trades: Count,
  /** Orders that were made, and those of them that brokers rejected. */
  orders: Count,
  rejected: Count,
  /** Executions that count, by when they were executed. */
  fills: Count,
  /** What these fills come to, in dollars, and how many of them have no price yet, or no commission; null where they are more than are summed (5,000). */
  sums: Schema.NullOr(
    Schema.Struct({ notional: Decimal, unpriced: Schema.Int, commission: Decimal, uncharged: Schema.Int })
  )
}).annotations({ identifier: "Today" })

/** What was done since midnight at the market. */
export type TodayDocument = typeof TodayDocument.Type

/** A record that a text may mean, and where the API has it. */
export const ResolvedDocument = Schema.Struct({
  kind: Schema.String,
  id: Schema.String,
  account: Schema.NullOr(Schema.String),
  path: Schema.String
}).annotations({ identifier: "Resolved" })

/** A record that a text may mean, and where the API has it. */
export type ResolvedDocument = typeof ResolvedDocument.Type

/** The records that a text may mean. */
export const ResolvedPage = pageOf("ResolvedPage", ResolvedDocument)
