import type { Data } from "effect"

/** What a planning must have before it, so that "not there" means that it does not exist. */
export type Need = Data.TaggedEnum<{
  /** The account, its instruments' gates and its trading states. */
  readonly Account: { readonly account: string }
  /** A position with its oldest open lots, its live orders and open breaks. */
  readonly Position: { readonly account: string; readonly symbol: string }
  /** What an owner has in a position. */
  readonly OwnerPosition: { readonly account: string; readonly owner: string; readonly symbol: string }
  /** What all owners have in a position. */
  readonly OwnersOf: { readonly account: string; readonly symbol: string }
  /** As many of a position's open lots, oldest first. */
  readonly Lots: { readonly account: string; readonly symbol: string; readonly most: number }
  /** A trade by its identity, and whatever reverses it. */
  readonly Identity: {
    readonly account: string
    readonly source: string
    readonly sourceId: string
    readonly occurrence: string
  }
  readonly TradeById: { readonly id: number }
  /** An order with its allocations, fills, attempts and position. */
  readonly OrderById: { readonly id: number }
  /** The allocations that an order has released. */
  readonly ReleasedBy: { readonly orderId: number }
  /** A decision, with its order. */
  readonly DecisionById: { readonly id: number }
  /** The decisions of a symbol that were made in one minute. */
  readonly DecisionsIn: { readonly account: string; readonly symbol: string; readonly minute: number }
  readonly OrderByClientId: { readonly clientOrderId: string }
  readonly OrderByBrokerId: { readonly account: string; readonly brokerOrderId: string }
  /** The orders of a status, of all accounts, without what belongs to them: for a status that few orders have at a time. */
  readonly OrdersOfStatus: { readonly status: string }
  /** The orders of an instrument that ended on a day, in UTC, without their broker having shown them. */
  readonly Unplaced: { readonly account: string; readonly symbol: string; readonly unplacedOn: string }
  /** An attempt, with its order. */
  readonly AttemptById: { readonly id: number }
  /** All revisions of an execution, and the order that has them. */
  readonly Execution: { readonly account: string; readonly execIdBase: string }
  readonly FillByExecId: { readonly account: string; readonly execId: string }
  readonly WaitingFill: { readonly account: string; readonly execId: string }
  /** What is known of the cost of an execution that was not booked yet. */
  readonly WaitingCommissions: { readonly account: string; readonly execId: string }
  readonly PayloadById: { readonly id: number }
  /** The bytes of this hash that trades of an account were read from. */
  readonly Body: { readonly account: string; readonly sha256: string }
  readonly BreakById: { readonly id: number }
  /** The open breaks of an account that are about none of its instruments. */
  readonly AccountBreaks: { readonly account: string }
  /** What people have done about a case; of no account's the account is empty. */
  readonly AttendedCase: { readonly account: string; readonly caseId: string }
  readonly Control: { readonly account: string; readonly symbol: string }
  /** What an account with limits over time has sent. */
  readonly Usage: { readonly account: string }
  readonly Command: { readonly id: string }
  readonly ApprovalById: { readonly id: number }
  readonly Cursor: { readonly account: string; readonly source: string }
  readonly Mark: { readonly account: string; readonly name: string }
  readonly ComparedHolding: { readonly account: string; readonly symbol: string }
  readonly ReconciliationRun: { readonly account: string; readonly startedAt: number }
  readonly BatchById: { readonly id: number }
  readonly BatchByUid: { readonly uid: string }
  readonly TokenByName: { readonly name: string }
  /** All sessions of a token, those that have ended too. */
  readonly SessionsOf: { readonly token: string }
  readonly SessionById: { readonly id: string }
  /** What was asked under an idempotency key. */
  readonly RequestByKey: { readonly key: string }
  readonly TemplateByName: { readonly name: string }
  /** When a token was last used. */
  readonly TokenUse: { readonly token: string }
  readonly JobById: { readonly id: string }
  readonly JobByKey: { readonly type: string; readonly key: string }
  /** All fills of an account that wait for their orders. */
  readonly WaitingFills: { readonly account: string }
  /** The reports of an order that were held. */
  readonly HeldReports: { readonly orderId: number }
}>

/**
 * How many open lots a position brings with it; a rule that needs more asks for `Lots`. Each comes with its trade: with 32, positions
 * with long queues had a cache of 36,000 records throw away what it had just read.
 */
export const LOTS_AT_FIRST = 4

/** How many lots a rule asks for where `asked` were not enough. */
export const moreLots = (asked: number): number => asked * 4

type Fields<Tag extends Need["_tag"]> = Omit<Extract<Need, { readonly _tag: Tag }>, "_tag">

/** Constructors of `Need`: plain objects, since every trade makes many, with their fields in one order, which `keyOf` goes by. */
export const Need = {
  Account: ({ account }: Fields<"Account">): Need => ({ _tag: "Account", account }),
  Position: ({ account, symbol }: Fields<"Position">): Need => ({ _tag: "Position", account, symbol }),
  OwnerPosition: ({ account, owner, symbol }: Fields<"OwnerPosition">): Need => ({
    _tag: "OwnerPosition",
    account,
    owner,
    symbol
  }),
  OwnersOf: ({ account, symbol }: Fields<"OwnersOf">): Need => ({ _tag: "OwnersOf", account, symbol }),
  Lots: ({ account, symbol, most }: Fields<"Lots">): Need => ({ _tag: "Lots", account, symbol, most }),
  Identity: ({ account, source, sourceId, occurrence }: Fields<"Identity">): Need => ({
    _tag: "Identity",
    account,
    source,
    sourceId,
    occurrence
  }),
  TradeById: ({ id }: Fields<"TradeById">): Need => ({ _tag: "TradeById", id }),
  OrderById: ({ id }: Fields<"OrderById">): Need => ({ _tag: "OrderById", id }),
  ReleasedBy: ({ orderId }: Fields<"ReleasedBy">): Need => ({ _tag: "ReleasedBy", orderId }),
  DecisionById: ({ id }: Fields<"DecisionById">): Need => ({ _tag: "DecisionById", id }),
  DecisionsIn: ({ account, symbol, minute }: Fields<"DecisionsIn">): Need => ({
    _tag: "DecisionsIn",
    account,
    symbol,
    minute
  }),
  OrderByClientId: ({ clientOrderId }: Fields<"OrderByClientId">): Need => ({ _tag: "OrderByClientId", clientOrderId }),
  OrderByBrokerId: ({ account, brokerOrderId }: Fields<"OrderByBrokerId">): Need => ({
    _tag: "OrderByBrokerId",
    account,
    brokerOrderId
  }),
  OrdersOfStatus: ({ status }: Fields<"OrdersOfStatus">): Need => ({ _tag: "OrdersOfStatus", status }),
  Unplaced: ({ account, symbol, unplacedOn }: Fields<"Unplaced">): Need => ({
    _tag: "Unplaced",
    account,
    symbol,
    unplacedOn
  }),
  AttemptById: ({ id }: Fields<"AttemptById">): Need => ({ _tag: "AttemptById", id }),
  Execution: ({ account, execIdBase }: Fields<"Execution">): Need => ({ _tag: "Execution", account, execIdBase }),
  FillByExecId: ({ account, execId }: Fields<"FillByExecId">): Need => ({ _tag: "FillByExecId", account, execId }),
  WaitingFill: ({ account, execId }: Fields<"WaitingFill">): Need => ({ _tag: "WaitingFill", account, execId }),
  WaitingCommissions: ({ account, execId }: Fields<"WaitingCommissions">): Need => ({
    _tag: "WaitingCommissions",
    account,
    execId
  }),
  PayloadById: ({ id }: Fields<"PayloadById">): Need => ({ _tag: "PayloadById", id }),
  Body: ({ account, sha256 }: Fields<"Body">): Need => ({ _tag: "Body", account, sha256 }),
  BreakById: ({ id }: Fields<"BreakById">): Need => ({ _tag: "BreakById", id }),
  AccountBreaks: ({ account }: Fields<"AccountBreaks">): Need => ({ _tag: "AccountBreaks", account }),
  AttendedCase: ({ account, caseId }: Fields<"AttendedCase">): Need => ({ _tag: "AttendedCase", account, caseId }),
  Control: ({ account, symbol }: Fields<"Control">): Need => ({ _tag: "Control", account, symbol }),
  Usage: ({ account }: Fields<"Usage">): Need => ({ _tag: "Usage", account }),
  Command: ({ id }: Fields<"Command">): Need => ({ _tag: "Command", id }),
  ApprovalById: ({ id }: Fields<"ApprovalById">): Need => ({ _tag: "ApprovalById", id }),
  Cursor: ({ account, source }: Fields<"Cursor">): Need => ({ _tag: "Cursor", account, source }),
  Mark: ({ account, name }: Fields<"Mark">): Need => ({ _tag: "Mark", account, name }),
  ComparedHolding: ({ account, symbol }: Fields<"ComparedHolding">): Need => ({
    _tag: "ComparedHolding",
    account,
    symbol
  }),
  ReconciliationRun: ({ account, startedAt }: Fields<"ReconciliationRun">): Need => ({
    _tag: "ReconciliationRun",
    account,
    startedAt
  }),
  BatchById: ({ id }: Fields<"BatchById">): Need => ({ _tag: "BatchById", id }),
  BatchByUid: ({ uid }: Fields<"BatchByUid">): Need => ({ _tag: "BatchByUid", uid }),
  TokenByName: ({ name }: Fields<"TokenByName">): Need => ({ _tag: "TokenByName", name }),
  SessionsOf: ({ token }: Fields<"SessionsOf">): Need => ({ _tag: "SessionsOf", token }),
  SessionById: ({ id }: Fields<"SessionById">): Need => ({ _tag: "SessionById", id }),
  RequestByKey: ({ key }: Fields<"RequestByKey">): Need => ({ _tag: "RequestByKey", key }),
  TemplateByName: ({ name }: Fields<"TemplateByName">): Need => ({ _tag: "TemplateByName", name }),
  TokenUse: ({ token }: Fields<"TokenUse">): Need => ({ _tag: "TokenUse", token }),
  JobById: ({ id }: Fields<"JobById">): Need => ({ _tag: "JobById", id }),
  JobByKey: ({ key, type }: Fields<"JobByKey">): Need => ({ _tag: "JobByKey", type, key }),
  WaitingFills: ({ account }: Fields<"WaitingFills">): Need => ({ _tag: "WaitingFills", account }),
  HeldReports: ({ orderId }: Fields<"HeldReports">): Need => ({ _tag: "HeldReports", orderId })
}

/** The text under which a need is remembered as met. */
export const keyOf = (need: Need): string => Object.values(need).map(String).join("\u0000")

/** Thrown inside planning where something was not loaded; caught by the planner, which asks for it and plans again. */
export class Missing {
  readonly need: Need
  constructor(need: Need) {
    this.need = need
  }
}
