import { Schema } from "effect"
import { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { ApprovalId, BreakId, FillId, OrderId, TradeId } from "../../values/Id.ts"
import { Settings } from "../../records/Account.ts"
import { Ticker } from "../../records/Ticker.ts"
import * as Decimal from "../../values/Decimal.ts"
import { Price } from "../../values/Price.ts"
import { Quantity } from "../../values/Quantity.ts"
import { Side } from "../../records/Side.ts"
import * as Instant from "../../values/Instant.ts"
import { IdentifiedLots } from "../../records/IdentifiedLots.ts"
import { CaseId } from "../../records/AttendedCase.ts"
import { severities } from "../../records/breakKinds.ts"
import { adjustedAs } from "./adjust.ts"

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
  /** `lifts`: also what stood before a halt and stands again. */
  Schema.TaggedStruct("Resume", { scope: Scope, lifts: Schema.optional(Schema.Boolean) }),
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
  Schema.TaggedStruct("RenameSymbol", { symbol: Ticker, to: Ticker, since: Schema.UndefinedOr(Instant.FromString) }),
  Schema.TaggedStruct("WriteOff", {
    symbol: Ticker,
    quantity: Schema.UndefinedOr(Quantity),
    owed: Schema.optional(Decimal.FromString)
  }),
  Schema.TaggedStruct("Retry", { orderId: OrderId }),
  Schema.TaggedStruct("SetAccount", { settings: Settings }),
  Schema.TaggedStruct("GrantApproval", { approvalId: ApprovalId }),
  Schema.TaggedStruct("RejectApproval", { approvalId: ApprovalId }),
  Schema.TaggedStruct("AdoptAccount", {
    holdings: Schema.Array(Schema.Struct({ symbol: Ticker, quantity: Decimal.FromString }))
  })
)

/** An act of an operator or program, as data. */
export type Command = typeof Command.Type
