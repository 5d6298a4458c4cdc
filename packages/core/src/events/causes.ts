import { Data } from "effect"
import type { BreakKind } from "../records/breakKinds.ts"
import type { CauseOrigin } from "../records/causation.ts"
import { recordOf } from "../records/AttendedCase.ts"
import { format, letters, parse, type AttemptId, type BatchId, type FillId, type OrderId } from "../values/Id.ts"
import type { Instant } from "../values/Instant.ts"
import type { Price } from "../values/Price.ts"
import type { LedgerEvent } from "./Event.ts"
import { type Subject, type Lettered, subject, positionOf } from "./subjects.ts"

/** The kind of an event. */
type Tag = LedgerEvent["_tag"]

/** A trade as its source names it. */
interface Delivered {
  readonly source: string
  readonly sourceId: string
  readonly occurrence: string
}

/** What an event names as its cause, and how that is found in the account's journal. */
export type Reference = Data.TaggedEnum<{
  /** A record that entries are about: the first of them made it. */
  Record: Subject
  /** One try to send an order: an entry about the order made it. */
  Attempt: { readonly id: AttemptId; readonly orderId: OrderId }
  /** An execution: an entry about its order made it. */
  Fill: { readonly id: FillId }
  /** A report of an order that was not possible. */
  HeldReport: { readonly orderId: OrderId; readonly number: number }
  /** The revision of an execution before this one, which was corrected or busted. */
  RevisionBefore: { readonly orderId: OrderId; readonly execIdBase: string; readonly revision: number }
  /** The newest entry before, of a kind, about an order. */
  EarlierOf: { readonly orderId: OrderId; readonly tag: Tag }
  /** What an order was made of: the allocations of its commit. */
  TakenBy: { readonly orderId: OrderId }
  /** The trade that a reversal undoes. */
  Reversed: Delivered
  /** What a source handed over. */
  Delivery: Delivered
  /** A row of a batch, by its line. */
  BatchRow: { readonly batchId: BatchId; readonly line: number | undefined }
  /** The price that a decision rested on. */
  PriceSource: { readonly source: string; readonly price: Price; readonly at: Instant | undefined }
}>

/** Constructors of references. */
export const Reference = Data.taggedEnum<Reference>()

/** The entry that brought another one about in the same commit: of one of these kinds, and of the record. */
export interface Follows {
  readonly of: Subject
  readonly tags: ReadonlyArray<Tag>
}

/** What caused an event, as far as it says so itself. */
export interface Causes {
  readonly named: ReadonlyArray<Reference>
  readonly follows?: Follows | undefined
  /** It was read from bytes that its commit stored beside it, and does not name. */
  readonly isRead?: boolean
  /** Why nothing is named; none where something is. */
  readonly origin?: CauseOrigin | undefined
}

const {
  Attempt,
  BatchRow,
  Delivery,
  EarlierOf,
  Fill,
  HeldReport,
  PriceSource,
  Record,
  Reversed,
  RevisionBefore,
  TakenBy
} = Reference

const named = (kind: Lettered, id: number | undefined): ReadonlyArray<Reference> =>
  id === undefined ? [] : [Record({ kind, id: format(kind, id) })]

const said: Causes = { named: [], origin: "said" }

/** What may make an order due, or change the answer to what would be ordered now. */
const gates = [
  "TradeAccepted",
  "TradeReleased",
  "RestWrittenOff",
  "OrderChanged",
  "FillRecorded",
  "InstrumentConfirmed",
  "InstrumentNotKnown",
  "QuarantineReleased",
  "HoldLifted",
  "PositionHeld",
  "CoolDownStarted",
  "BreakOpened",
  "BreakClosed",
  "BaseDeclared",
  "SplitAccepted",
  "TradingStateSet",
  "AccountChanged"
] as const satisfies ReadonlyArray<Tag>

/** What may change an order. */
const ofOrder = [
  "FillRecorded",
  "FillPriced",
  "AttemptAnswered",
  "AttemptStarted",
  "CancelRequested",
  "CancelAsked",
  "HeldReportSettled",
  "OrderApproved"
] as const satisfies ReadonlyArray<Tag>

const afterOrder = (orderId: OrderId): Follows => ({
  of: subject("order", orderId),
  tags: ["OrderChanged", ...ofOrder]
})

const gated = (symbol: string): Follows => ({ of: positionOf(symbol), tags: gates })

const changedOrder = ["OrderChanged", "FillRecorded"] as const satisfies ReadonlyArray<Tag>

type Of<T extends Tag> = Extract<LedgerEvent, { readonly _tag: T }>

/** Breaks whose subject is a word of the outside, which may look like an id of ours: a ticker, or the broker's id of an order. */
const foreignSubjects: ReadonlySet<string> = new Set([
  "PositionDiffers",
  "ForeignPosition",
  "Unmapped",
  "StatementDiffers"
] satisfies ReadonlyArray<BreakKind>)

/** The record that the subject of a break is, where it is one that entries are about. */
const recordIn = ({ details, subject: text }: Of<"BreakOpened">): ReadonlyArray<Reference> =>
  (["order", "trade"] as const).flatMap((kind) =>
    !foreignSubjects.has(details._tag) && text.startsWith(letters[kind]) && parse(kind, text) !== undefined
      ? [Record({ kind, id: text })]
      : []
  )

const followedBy = ([reference]: ReadonlyArray<Reference>, symbol: string | undefined): Follows | undefined => {
  const tags = [...changedOrder, "AttemptAnswered", "ReportHeld", "TradeQuarantined", "TradeAccepted"] as const
  if (reference?._tag === "Record") return { of: { kind: reference.kind, id: reference.id }, tags }
  return symbol === undefined ? undefined : { of: positionOf(symbol), tags }
}

const ofTrade = (event: Of<"TradeAccepted" | "TradeQuarantined">): Causes => {
  const {
    batchId,
    batchLine: line,
    occurrence,
    payloadId,
    reversesOccurrence = "",
    reversesSourceId,
    source,
    sourceId
  } = event
  return {
    named: [
      Delivery({ source, sourceId, occurrence }),
      ...named("payload", payloadId),
      ...(batchId === undefined ? [] : [BatchRow({ batchId, line })]),
      ...(reversesSourceId === undefined
        ? []
        : [Reversed({ source, sourceId: reversesSourceId, occurrence: reversesOccurrence })])
    ]
  }
}

const ofNewOrder = (event: Of<"OrderCreated">): Causes => {
  const {
    decisionId,
    id,
    origin,
    referenceAt,
    referencePrice: price,
    referenceSource,
    retryOf,
    symbol,
    tradeId
  } = event
  if (origin === "external") return { named: [], isRead: true, origin: "said" }
  return {
    named: [
      ...named("decision", decisionId),
      ...named("trade", tradeId),
      ...named("order", retryOf),
      TakenBy({ orderId: id }),
      ...(price === undefined ? [] : [PriceSource({ source: referenceSource ?? "", price, at: referenceAt })])
    ],
    follows: decisionId === undefined && tradeId === undefined && retryOf === undefined ? gated(symbol) : undefined
  }
}

/** An order that ended because that was asked for has who asked among its causes. */
const ofChange = ({ after, before, id }: Of<"OrderChanged">): Causes => {
  const isCancelled = after.status === "cancelled" && before.status !== "cancelled"
  return {
    named: [...(isCancelled ? [EarlierOf({ orderId: id, tag: "CancelRequested" })] : []), ...named("order", id)],
    follows: { of: subject("order", id), tags: ofOrder },
    isRead: true
  }
}

const ofFill = (event: Of<"FillRecorded">): Causes => {
  const { execId, execIdBase, fetchedAt, orderId, payloadId, revision } = event
  return {
    named: [
      ...named("payload", payloadId),
      ...named("order", orderId),
      ...(revision > 0 ? [RevisionBefore({ orderId, execIdBase, revision })] : []),
      ...(fetchedAt === undefined ? [] : [Record({ kind: "waiting_fill", id: execId })])
    ]
  }
}

/** What caused an event: the records that it names, the entry of its commit that it follows, or why there is neither. */
export const causesOf = (event: LedgerEvent): Causes => {
  switch (event._tag) {
    case "AccountOpened":
    case "AccountChanged":
    case "BrokerDeclared":
    case "InstrumentConfirmed":
    case "InstrumentNotKnown":
    case "DecisionMade":
    case "HoldLifted":
    case "BaseDeclared":
    case "SplitAccepted":
    case "SymbolChanged":
    case "RestWrittenOff":
    case "TradingStateSet":
    case "ConfigurationChanged":
    case "TokenCreated":
    case "CommandAnswered":
    case "ApprovalRequested":
    case "CursorMoved":
      return said
    case "LotsIdentified":
      return { named: [Fill({ id: event.fillId })] }
    case "InstrumentSeen":
    case "QuarantineReleased":
      return { named: [], origin: "books" }
    case "TradeAccepted":
    case "TradeQuarantined":
      return ofTrade(event)
    case "TradeHeld":
    case "TradeReleased":
    case "TradeFailed":
      return { named: named("trade", event.id) }
    case "TradeSettled":
      return {
        named: named("trade", event.id),
        follows: { of: subject("trade", event.id), tags: [...changedOrder, "LotsNetted", "AllocationReleased"] }
      }
    case "DirectTradeSettled":
      return {
        named: named("trade", event.id),
        follows: { of: subject("trade", event.id), tags: [...changedOrder, "OrderCreated"] }
      }
    case "BatchCreated":
      return event.retryOf === undefined ? said : { named: named("batch", event.retryOf) }
    case "BatchQueued":
    case "BatchMoved":
    case "BatchHidden":
    case "BatchArchived":
      return { named: named("batch", event.id) }
    case "BatchRetried":
      return { named: [...named("batch", event.id), ...named("batch", event.by)] }
    case "DecisionAsked":
      return { named: named("decision", event.id) }
    case "DecisionSettled":
      return {
        named: [...named("decision", event.id), ...named("order", event.orderId)],
        follows: event.orderId === undefined ? undefined : afterOrder(event.orderId)
      }
    case "LotsNetted":
      return { named: [...named("trade", event.tradeId), ...named("trade", event.counterTradeId)] }
    case "LotAllocated":
      return {
        named: [
          ...named("order", event.orderId),
          ...named("trade", event.tradeId),
          ...named("order", event.counterOrderId)
        ]
      }
    case "AllocationReleased":
    case "ExcessChanged":
      return {
        named: named("order", event.orderId),
        follows: { of: subject("order", event.orderId), tags: changedOrder }
      }
    case "ExcessAccepted":
    case "OrderApproved":
      return { named: named("order", event.orderId) }
    case "OrderCreated":
      return ofNewOrder(event)
    case "AttemptStarted":
      return { named: [...named("order", event.orderId), ...named("payload", event.requestId)] }
    case "OrderHeld":
      return { named: [...named("order", event.orderId), ...named("order", event.behind)] }
    case "AttemptAnswered":
      return {
        named: [Attempt({ id: event.id, orderId: event.orderId }), ...named("payload", event.responseId)]
      }
    case "PayloadStored":
      return { named: [], origin: "bytes" }
    case "PayloadArchived":
      return { named: named("payload", event.id) }
    case "OrderChanged":
      return ofChange(event)
    case "CancelRequested":
      return { named: named("order", event.orderId) }
    case "CancelAsked":
      return {
        named: [EarlierOf({ orderId: event.orderId, tag: "CancelRequested" }), ...named("order", event.orderId)]
      }
    case "FillRecorded":
      return ofFill(event)
    case "CommissionRecorded":
    case "FillPriced":
      return { named: [Fill({ id: event.fillId })], isRead: true }
    case "CommissionWaits":
    case "FillWaits":
      return event.payloadId === undefined
        ? { named: [], isRead: true, origin: "said" }
        : { named: named("payload", event.payloadId) }
    case "CommissionJoined":
      return { named: [Record({ kind: "waiting_commission", id: event.execId })] }
    case "FillJoined":
      return { named: [Record({ kind: "waiting_fill", id: event.execId })] }
    case "ReportHeld":
      return { named: [...named("payload", event.payloadId), ...named("order", event.orderId)] }
    case "HeldReportContradicted":
    case "HeldReportSettled":
      return { named: [HeldReport({ orderId: event.orderId, number: event.number })] }
    case "BreakOpened": {
      const about = recordIn(event)
      const follows = followedBy(about, event.symbol)
      return { named: about, follows, isRead: true, origin: about.length === 0 ? "books" : undefined }
    }
    case "BreakChanged":
      return { named: named("break", event.id), isRead: true }
    case "BreakClosed":
      return { named: named("break", event.id) }
    case "ApprovalGranted":
    case "ApprovalRejected":
      return { named: named("approval", event.id) }
    case "CaseAttended":
      return { named: [Record(recordOf(event.caseId))] }
    case "Evaluated":
      return { named: [], follows: gated(event.symbol), origin: "books" }
    case "CoolDownStarted":
    case "CoolDownReset":
    case "LadderStepped":
    case "LadderReset":
      return { named: [], follows: gated(event.symbol), origin: "books" }
    case "SideRefused":
    case "PositionHeld":
      return { named: named("order", event.orderId), follows: afterOrder(event.orderId) }
    case "TokenRotated":
    case "TokenRevoked":
      return { named: [Record({ kind: "token", id: event.name })] }
    case "SessionOpened":
      return event.issuer === undefined ? { named: [Record({ kind: "token", id: event.token })] } : said
    case "SessionEnded":
      return { named: [Record({ kind: "session", id: event.id })] }
  }
}
