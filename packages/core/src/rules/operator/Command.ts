import { Schema } from "effect"
import { Need } from "../../books/Need.ts"
import { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { BreakId, FillId, format, OrderId, TradeId } from "../../values/Id.ts"
import { Ticker } from "../../records/Ticker.ts"
import type { Recorder } from "../../books/Recorder.ts"
import * as Decimal from "../../values/Decimal.ts"
import { Price } from "../../values/Price.ts"
import { Quantity } from "../../values/Quantity.ts"
import { Side } from "../../records/Side.ts"
import { Instant } from "../../values/Instant.ts"
import type { Position } from "../../records/Position.ts"
import { IdentifiedLots } from "../../records/IdentifiedLots.ts"
import { joinKey } from "../../tables/Table.ts"
import { CaseId } from "../../records/AttendedCase.ts"
import { severities } from "../../records/severities.ts"
import { adjustedAs, adjustPosition } from "./adjust.ts"
import { adoptAccount } from "./adopt.ts"
import { approve } from "./approve.ts"
import { attend, versionOfBreak } from "./attend.ts"
import { identifyLots } from "./identifyLots.ts"
import { decodeAnswer } from "../../records/CommandRecord.ts"
import * as commands from "./commands.ts"
import { acceptHeldReport, voidOrder } from "./heldReports.ts"
import { renameSymbol } from "./rename.ts"
import { retryOrder } from "./retry.ts"
import { acceptSplit } from "./split.ts"
import type { TradingState } from "../../records/TradingState.ts"
import { writeOff } from "./writeOff.ts"

/** Everything that is sent. */
const Everything = Schema.TaggedStruct("Everything", {})
/** The whole of the account that the command is addressed to. */
const WholeAccount = Schema.TaggedStruct("WholeAccount", {})
/** One symbol of the account that the command is addressed to. */
const OneSymbol = Schema.TaggedStruct("OneSymbol", { symbol: Ticker })

/** What a trading state is set for. */
export const Scope = Schema.Union(Everything, WholeAccount, OneSymbol)

/** What a trading state is set for. */
export type Scope = typeof Scope.Type

/** An act of an operator or program, as data. Each has its reason on record. */
export const Command = Schema.Union(
  Schema.TaggedStruct("Halt", { scope: Scope }),
  Schema.TaggedStruct("Observe", { scope: Scope }),
  Schema.TaggedStruct("Reduce", { scope: Scope }),
  Schema.TaggedStruct("AskFirst", { scope: Scope }),
  Schema.TaggedStruct("Resume", { scope: Scope }),
  Schema.TaggedStruct("Approve", { orderId: OrderId, side: Side, quantity: Quantity }),
  Schema.TaggedStruct("Cancel", { orderId: OrderId }),
  Schema.TaggedStruct("MarkPlaced", { orderId: OrderId, brokerOrderId: BrokerOrderId }),
  Schema.TaggedStruct("MarkNotPlaced", { orderId: OrderId }),
  Schema.TaggedStruct("MarkEnded", { orderId: OrderId }),
  Schema.TaggedStruct("AcceptAdjustment", { orderId: OrderId }),
  Schema.TaggedStruct("AcceptHeldReport", { orderId: OrderId, number: Schema.Int }),
  Schema.TaggedStruct("VoidOrder", { orderId: OrderId, execIds: Schema.Array(Schema.String) }),
  Schema.TaggedStruct("DismissBreak", { breakId: BreakId }),
  Schema.TaggedStruct("AcknowledgeCase", { caseId: CaseId, severity: Schema.Literal(...severities) }),
  Schema.TaggedStruct("AssignCase", { caseId: CaseId, owner: Schema.NonEmptyString }),
  Schema.TaggedStruct("NoteCase", { caseId: CaseId }),
  Schema.TaggedStruct("Release", { tradeId: TradeId, symbol: Schema.UndefinedOr(Ticker) }),
  Schema.TaggedStruct("DismissTrade", { tradeId: TradeId }),
  Schema.TaggedStruct("Reverse", { tradeId: TradeId }),
  Schema.TaggedStruct("AdjustPosition", {
    symbol: Ticker,
    as: Schema.Literal(...adjustedAs),
    by: Decimal.FromString,
    price: Schema.UndefinedOr(Price),
    held: Schema.optional(Decimal.FromString)
  }),
  Schema.TaggedStruct("DeclareInstrument", {
    symbol: Ticker,
    lot: Schema.UndefinedOr(Quantity),
    tick: Schema.UndefinedOr(Price)
  }),
  Schema.TaggedStruct("AcceptSplit", {
    symbol: Ticker,
    to: Schema.Int,
    from: Schema.Int,
    cashInLieu: Schema.UndefinedOr(Schema.Struct({ quantity: Quantity, price: Schema.UndefinedOr(Price) })),
    held: Schema.optional(Decimal.FromString)
  }),
  Schema.TaggedStruct("IdentifyLots", { symbol: Ticker, fillId: FillId, lots: IdentifiedLots }),
  Schema.TaggedStruct("RenameSymbol", { symbol: Ticker, to: Ticker, since: Schema.UndefinedOr(Instant) }),
  Schema.TaggedStruct("WriteOff", {
    symbol: Ticker,
    quantity: Schema.UndefinedOr(Quantity),
    owed: Schema.optional(Decimal.FromString)
  }),
  Schema.TaggedStruct("Retry", { orderId: OrderId }),
  Schema.TaggedStruct("AdoptAccount", {
    holdings: Schema.Array(Schema.Struct({ symbol: Ticker, quantity: Decimal.FromString }))
  })
)

/** An act of an operator or program, as data. */
export type Command = typeof Command.Type

/** The record that a command is about has changed since its caller read it, and nothing was done: its version now. */
export interface Stale {
  readonly _tag: "Stale"
  readonly version: number | undefined
}

/** What a command came to, and whether it was carried out now or is answered from the first time. */
export interface Performed {
  readonly answer: commands.CommandAnswer | Stale
  readonly isRepeated: boolean
}

/** What else decides about a command: the version that its record must have, and the positions that a resume is about. */
export interface Conditions {
  /** What one of these versions is not is refused as stale; where nothing is said, any will do. */
  readonly versions?: ReadonlyArray<number> | undefined
  /** The positions that something holds. */
  readonly stopped?: ReadonlyArray<Position>
}

/** Carries a command out once: the same id again is answered with what it did the first time. One that is stale leaves no trace. */
export const perform = (
  recorder: Recorder,
  id: string,
  command: Command,
  reason: string,
  { stopped = [], versions }: Conditions = {}
): Performed => {
  recorder.need(Need.Command({ id }))
  const before = recorder.books.commands.get(id)
  if (before !== undefined) return { answer: decodeAnswer(before.answer), isRepeated: true }
  const version = versions === undefined ? undefined : versionOf(recorder, command)
  if (versions !== undefined && (version === undefined || !versions.includes(version))) {
    return { answer: { _tag: "Stale", version }, isRepeated: false }
  }
  const answer =
    command._tag === "Resume" ? resume(recorder, command.scope, reason, stopped) : carryOut(recorder, command, reason)
  recorder.emit({ _tag: "CommandAnswered", id, answer })
  return { answer, isRepeated: false }
}

/** The version of the record that a command is about; none where it is about none, or there is no such record. */
const versionOf = (recorder: Recorder, command: Command): number | undefined => {
  const { books } = recorder
  if ("orderId" in command) {
    recorder.need(Need.OrderById({ id: command.orderId }))
    return books.orders.get(command.orderId)?.version
  }
  if ("tradeId" in command) {
    recorder.need(Need.TradeById({ id: command.tradeId }))
    return books.trades.get(command.tradeId)?.version
  }
  if (command._tag === "IdentifyLots") {
    const { symbol } = command
    recorder.need(Need.Position({ account: recorder.account, symbol }))
    return books.positions.get(joinKey([recorder.account, symbol]))?.version
  }
  if ("breakId" in command) return versionOfBreak(recorder, CaseId.make(format("break", command.breakId)))
  return "caseId" in command ? versionOfBreak(recorder, command.caseId) : undefined
}

/** The trading state and what holds positions of this account are lifted in one commit, so that neither is lost without the other. */
const resume = (
  recorder: Recorder,
  scope: Scope,
  reason: string,
  stopped: ReadonlyArray<Position>
): commands.CommandAnswer => {
  const answer = setState(recorder, scope, "normal", reason)
  for (const { account, symbol } of stopped) if (account === recorder.account) commands.regate(recorder, symbol, true)
  const { at } = recorder.world
  const held = stopped.filter(
    ({ circuitUntil = at, heldBy, refusedUntil = at }) => heldBy !== undefined || circuitUntil > at || refusedUntil > at
  )
  if (answer._tag === "Refused" || held.length === 0) return answer
  const names = held.map(({ account, symbol }) => `${symbol} of ${account}`).join(", ")
  return { _tag: "Done", what: `${answer.what}; holds lifted: ${names}` }
}

const carryOut = (
  recorder: Recorder,
  command: Exclude<Command, { readonly _tag: "Resume" }>,
  reason: string
): commands.CommandAnswer => {
  switch (command._tag) {
    case "Halt":
      return setState(recorder, command.scope, "halted", reason)
    case "Observe":
      return setState(recorder, command.scope, "observe", reason)
    case "Reduce":
      return setState(recorder, command.scope, "reduce", reason)
    case "AskFirst":
      return setState(recorder, command.scope, "approve", reason)
    case "Approve":
      return approve(recorder, command)
    case "Cancel":
      return commands.cancelOrder(recorder, command.orderId, reason)
    case "MarkPlaced":
      return commands.markPlaced(recorder, command.orderId, command.brokerOrderId)
    case "MarkNotPlaced":
      return commands.markNotPlaced(recorder, command.orderId, reason)
    case "MarkEnded":
      return commands.markEnded(recorder, command.orderId, reason)
    case "AcceptAdjustment":
      return commands.acceptExcess(recorder, command.orderId)
    case "AcceptHeldReport":
      return acceptHeldReport(recorder, command.orderId, command.number)
    case "VoidOrder":
      return voidOrder(recorder, command.orderId, command.execIds)
    case "DismissBreak":
      return commands.dismissBreak(recorder, command.breakId, reason)
    case "AcknowledgeCase":
    case "AssignCase":
    case "NoteCase":
      return attend(recorder, command, reason)
    case "Release":
      return commands.releaseTrade(recorder, command.tradeId, command.symbol)
    case "DismissTrade":
      return commands.dismissTrade(recorder, command.tradeId, reason)
    case "Reverse":
      return commands.reverseTrade(recorder, command.tradeId)
    case "AdjustPosition":
      return adjustPosition(recorder, command, reason)
    case "DeclareInstrument":
      return commands.declareInstrument(recorder, command.symbol, command)
    case "AcceptSplit":
      return acceptSplit(recorder, command, reason)
    case "IdentifyLots":
      return identifyLots(recorder, command, reason)
    case "RenameSymbol":
      return renameSymbol(recorder, command, reason)
    case "WriteOff":
      return writeOff(recorder, command, reason)
    case "Retry":
      return retryOrder(recorder, command.orderId)
    case "AdoptAccount":
      return adoptAccount(recorder, command.holdings, reason)
  }
}

const setState = (recorder: Recorder, scope: Scope, state: TradingState, reason: string): commands.CommandAnswer =>
  scope._tag === "Everything"
    ? commands.setGlobalTradingState(recorder, state, reason)
    : commands.setTradingState(recorder, scope._tag === "OneSymbol" ? scope.symbol : undefined, state, reason)
