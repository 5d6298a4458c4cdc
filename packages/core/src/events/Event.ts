import { Schema } from "effect"
import { recordOf } from "../records/AttendedCase.ts"
import * as accounts from "./accounts.ts"
import * as trades from "./trades.ts"
import * as orders from "./orders.ts"
import * as positions from "./positions.ts"

export * from "./accounts.ts"
export * from "./trades.ts"
export * from "./orders.ts"
export * from "./positions.ts"

/** All that can stand in a journal. */
export const LedgerEvent = Schema.Union(
  accounts.AccountOpened,
  accounts.AccountChanged,
  accounts.BrokerDeclared,
  accounts.InstrumentSeen,
  accounts.InstrumentConfirmed,
  accounts.InstrumentNotKnown,
  trades.QuarantineReleased,
  trades.TradeAccepted,
  trades.TradeQuarantined,
  trades.TradeHeld,
  trades.TradeReleased,
  trades.TradeFailed,
  trades.TradeSettled,
  trades.DirectTradeSettled,
  trades.BatchCreated,
  trades.BatchQueued,
  trades.BatchMoved,
  trades.BatchRetried,
  trades.BatchHidden,
  trades.BatchArchived,
  trades.DecisionMade,
  trades.DecisionAsked,
  trades.DecisionSettled,
  orders.LotsNetted,
  orders.LotAllocated,
  orders.AllocationReleased,
  orders.ExcessChanged,
  orders.ExcessAccepted,
  orders.OrderCreated,
  orders.AttemptStarted,
  orders.OrderHeld,
  orders.OrderApproved,
  orders.AttemptAnswered,
  orders.PayloadStored,
  orders.PayloadArchived,
  orders.OrderChanged,
  orders.CancelRequested,
  orders.CancelAsked,
  orders.FillRecorded,
  orders.CommissionRecorded,
  orders.CommissionWaits,
  orders.CommissionJoined,
  orders.FillWaits,
  orders.FillJoined,
  orders.FillPriced,
  orders.ReportHeld,
  orders.HeldReportContradicted,
  orders.HeldReportSettled,
  positions.BreakOpened,
  positions.BreakChanged,
  positions.BreakClosed,
  positions.CaseAttended,
  positions.Evaluated,
  positions.CoolDownStarted,
  positions.CoolDownReset,
  positions.LadderStepped,
  positions.LadderReset,
  positions.SideRefused,
  positions.PositionHeld,
  positions.HoldLifted,
  positions.BaseDeclared,
  positions.SplitAccepted,
  positions.LotsIdentified,
  positions.SymbolChanged,
  positions.RestWrittenOff,
  accounts.TradingStateSet,
  accounts.ConfigurationChanged,
  accounts.TokenCreated,
  accounts.TokenRotated,
  accounts.TokenRevoked,
  accounts.SessionOpened,
  accounts.SessionEnded,
  accounts.CommandAnswered,
  accounts.ApprovalRequested,
  accounts.ApprovalGranted,
  accounts.ApprovalRejected,
  accounts.CursorMoved
)

/** All that can stand in a journal. */
export type LedgerEvent = typeof LedgerEvent.Type

/** The kind of an event. */
export const Tag = Schema.typeSchema(Schema.pluck(LedgerEvent, "_tag"))

/** The version of the events that this code writes. */
export const EVENT_VERSION = 1

/** The record that an event is about: its kind and id, as `journal list` shows and finds it. */
export const entityOf = (event: LedgerEvent): { readonly kind: string; readonly id: string } => {
  switch (event._tag) {
    case "AccountOpened":
    case "AccountChanged":
      return { kind: "account", id: event.settings.name }
    case "BrokerDeclared":
      return { kind: "account", id: event.account }
    case "InstrumentSeen":
    case "InstrumentConfirmed":
    case "InstrumentNotKnown":
    case "QuarantineReleased":
    case "SymbolChanged":
      return { kind: "instrument", id: event.symbol }
    case "TradeAccepted":
    case "TradeQuarantined":
    case "TradeHeld":
    case "TradeReleased":
    case "TradeFailed":
    case "TradeSettled":
    case "DirectTradeSettled":
    case "RestWrittenOff":
      return { kind: "trade", id: `T${event.id}` }
    case "BatchCreated":
    case "BatchQueued":
    case "BatchMoved":
    case "BatchRetried":
    case "BatchHidden":
    case "BatchArchived":
      return { kind: "batch", id: `G${event.id}` }
    case "DecisionMade":
    case "DecisionAsked":
    case "DecisionSettled":
      return { kind: "decision", id: `D${event.id}` }
    case "LotsNetted":
      return { kind: "trade", id: `T${event.tradeId}` }
    case "OrderCreated":
    case "OrderChanged":
      return { kind: "order", id: `O${event.id}` }
    case "LotAllocated":
    case "AllocationReleased":
    case "ExcessChanged":
    case "ExcessAccepted":
    case "AttemptStarted":
    case "OrderHeld":
    case "OrderApproved":
    case "AttemptAnswered":
    case "CancelRequested":
    case "CancelAsked":
    case "FillRecorded":
    case "ReportHeld":
    case "HeldReportContradicted":
    case "HeldReportSettled":
      return { kind: "order", id: `O${event.orderId}` }
    case "CommissionRecorded":
    case "FillPriced":
      return { kind: "fill", id: `F${event.fillId}` }
    case "PayloadStored":
    case "PayloadArchived":
      return { kind: "payload", id: `P${event.id}` }
    case "FillWaits":
    case "FillJoined":
      return { kind: "waiting_fill", id: event.execId }
    case "CommissionWaits":
    case "CommissionJoined":
      return { kind: "waiting_commission", id: event.execId }
    case "BreakOpened":
    case "BreakChanged":
    case "BreakClosed":
      return { kind: "break", id: `B${event.id}` }
    case "CaseAttended":
      return recordOf(event.caseId)
    case "Evaluated":
    case "CoolDownStarted":
    case "CoolDownReset":
    case "LadderStepped":
    case "LadderReset":
    case "SideRefused":
    case "PositionHeld":
    case "HoldLifted":
    case "BaseDeclared":
    case "SplitAccepted":
    case "LotsIdentified":
      return { kind: "position", id: event.symbol }
    case "ConfigurationChanged":
      return { kind: "configuration", id: event.part }
    case "CursorMoved":
      return { kind: "cursor", id: event.source }
    case "CommandAnswered":
      return { kind: "command", id: event.id }
    case "ApprovalRequested":
    case "ApprovalGranted":
    case "ApprovalRejected":
      return { kind: "approval", id: `R${event.id}` }
    case "TokenCreated":
    case "TokenRotated":
    case "TokenRevoked":
      return { kind: "token", id: event.name }
    case "SessionOpened":
    case "SessionEnded":
      return { kind: "session", id: event.id }
    case "TradingStateSet":
      return { kind: "control", id: [event.account, event.symbol].filter((part) => part !== "").join("/") || "all" }
  }
}
