import { Schema } from "effect"
import { AllocationId, BreakId, FillId, LotId, OrderId, TradeId } from "../values/Id.ts"
import { Ticker } from "../records/Ticker.ts"
import { refusedSides } from "../records/Position.ts"
import { PositionAnswer } from "../records/PositionAnswer.ts"
import { Quantity } from "../values/Quantity.ts"
import { Side } from "../records/Side.ts"
import { CaseId } from "../records/AttendedCase.ts"
import { closers, holds } from "../records/Break.ts"
import { BreakDetails } from "../records/BreakDetails.ts"
import { severities } from "../records/breakKinds.ts"
import { IdentifiedLots } from "../records/IdentifiedLots.ts"
import { maybe, Time, Shares } from "./fields.ts"

// What happens to positions and breaks.

/** A difference or contradiction is kept until it is gone or resolved. */
export const BreakOpened = Schema.TaggedStruct("BreakOpened", {
  id: BreakId,
  symbol: maybe(Ticker),
  subject: Schema.String,
  holds: Schema.Literal(...holds),
  details: BreakDetails
})
/** An open break stops more, or less, than before, or more is known of it. */
export const BreakChanged = Schema.TaggedStruct("BreakChanged", {
  id: BreakId,
  holds: Schema.Literal(...holds),
  details: BreakDetails
})
/** A person sees to a case: owns it, has acknowledged it at a severity, or says something of it; who and why, the entry's cause says. */
export const CaseAttended = Schema.TaggedStruct("CaseAttended", {
  caseId: CaseId,
  owner: maybe(Schema.String),
  acknowledged: maybe(Schema.Literal(...severities)),
  note: maybe(Schema.String),
  actor: Schema.String
})
/** A break is gone or resolved. */
export const BreakClosed = Schema.TaggedStruct("BreakClosed", {
  id: BreakId,
  by: Schema.Literal(...closers),
  why: Schema.String
})
/** D1: the answer to "what order would be made now?" has changed. */
export const Evaluated = Schema.TaggedStruct("Evaluated", { symbol: Ticker, answer: PositionAnswer })
/** D8: nothing is ordered for a while. */
export const CoolDownStarted = Schema.TaggedStruct("CoolDownStarted", {
  symbol: Ticker,
  until: Time,
  shortEnds: Schema.Int,
  circuitUntil: maybe(Time)
})
/** D8: a fill resets the doubling and the count; a running cool-down goes on. */
export const CoolDownReset = Schema.TaggedStruct("CoolDownReset", { symbol: Ticker })
/** D2: an order worked for its life and found no fill: the next one of its side is made at a further step of the account's offsets. */
export const LadderStepped = Schema.TaggedStruct("LadderStepped", {
  symbol: Ticker,
  side: Side,
  step: Schema.Int,
  /** The version of the account whose offsets they are. */
  of: Schema.Int,
  until: maybe(Time)
})
/** D2: the next order is made at the first step again. */
export const LadderReset = Schema.TaggedStruct("LadderReset", { symbol: Ticker })
/** A refusal of the class `session`: nothing of that side leaves until then, or until an operator lets it go on. */
export const SideRefused = Schema.TaggedStruct("SideRefused", {
  symbol: Ticker,
  orderId: OrderId,
  side: Schema.Literal(...refusedSides),
  until: Time
})
/** An operator's cancel of its order holds the position. */
export const PositionHeld = Schema.TaggedStruct("PositionHeld", { symbol: Ticker, orderId: OrderId })
/** An operator lets the position go on; an open circuit is closed. */
export const HoldLifted = Schema.TaggedStruct("HoldLifted", { symbol: Ticker })
/** What is held and is not ours, in signed shares, is more or less by so much from now on (E4). */
export const BaseDeclared = Schema.TaggedStruct("BaseDeclared", { symbol: Ticker, by: Shares, why: Schema.String })
/** P9: `to` shares of a symbol stand for each `from` of before: its figures and open lots are multiplied from here on. */
export const SplitAccepted = Schema.TaggedStruct("SplitAccepted", {
  symbol: Ticker,
  to: Schema.Int,
  from: Schema.Int,
  why: Schema.String,
  /** What has a lower id than these is in the shares of before. */
  lotId: maybe(LotId),
  allocationId: maybe(AllocationId)
})

/**
 * LOT-13: a person identified the tax lots that a fill closes, each by the fill that opened it, and its shares of them; without any, the
 * account's method applies again.
 */
export const LotsIdentified = Schema.TaggedStruct("LotsIdentified", {
  symbol: Ticker,
  fillId: FillId,
  lots: IdentifiedLots,
  why: Schema.String
})
/** P9: the market knows an instrument by another ticker from a moment on. */
export const SymbolChanged = Schema.TaggedStruct("SymbolChanged", {
  symbol: Ticker,
  to: Ticker,
  since: Time,
  why: Schema.String
})
/** A rest that can never trade is no longer owed: a lot of the opposite sign, in target and not in exposure. */
export const RestWrittenOff = Schema.TaggedStruct("RestWrittenOff", {
  id: TradeId,
  lotId: LotId,
  cutOff: maybe(Time),
  symbol: Ticker,
  side: Side,
  quantity: Quantity,
  why: Schema.String
})
