import { tradeKinds, tradeStandings, tradeStatuses } from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { BreakDocument, CauseDocument } from "./History.ts"
import { AllocationDetail, OrderDocument } from "./Orders.ts"
import { FillDocument } from "./Fills.ts"
import { dated, Decimal, describedAs, Id, OrderType, pageOf, Session, Side, terms, Time, past } from "./words.ts"

const TradeStatus = Schema.Literal(...tradeStatuses)

/** One inbound trade on record: shares, dollars a share. */
export const TradeDocument = Schema.Struct({
  id: Id,
  account: Schema.String,
  source: Schema.String,
  sourceId: Schema.String,
  /** Its beneficial owner. */
  owner: Schema.NullOr(Schema.String),
  /** The batch that it came in. */
  batchId: Schema.NullOr(Id),
  /** Joins its position's queue, is executed as given, or takes out of the queue what can never trade. */
  kind: Schema.Literal(...tradeKinds),
  /** The ticker; of a trade whose symbol is not mapped, the symbol as the source wrote it. */
  symbol: Schema.String,
  side: Side,
  quantity: Decimal,
  price: Schema.NullOr(Decimal),
  status: TradeStatus,
  /** Its status, or why it is not only that: it is held, came again with other contents (a break is open), or another trade undid it. */
  standing: Schema.Literal(...tradeStandings),
  /** What of it stands in the queue: neither netted nor taken by an order. */
  openQuantity: Decimal,
  /** The orders that ever took of it, those that gave it back too; of a direct trade its own. */
  orderIds: Schema.Array(Id),
  ...dated
}).annotations({ identifier: "Trade" })

/** One inbound trade on record. */
export type TradeDocument = typeof TradeDocument.Type

/** A page of trades. */
export const TradePage = pageOf("TradePage", TradeDocument)

/** A status that a trade had from a moment on, and what brought it about. */
export const TradeStatusDocument = Schema.Struct({
  status: TradeStatus,
  at: Time,
  reason: Schema.NullOr(Schema.String),
  /** What decides, where `reason` is for people: `AwaitsBatch`, `TooOld` and others. */
  reasonCode: Schema.NullOr(Schema.String),
  cause: CauseDocument
}).annotations({ identifier: "TradeStatus" })

/** A status that a trade had from a moment on. */
export type TradeStatusDocument = typeof TradeStatusDocument.Type

/** A trade with the way from it to its orders and fills. */
export const TradeDetail = Schema.Struct({
  ...past,
  ...TradeDocument.fields,
  occurrence: Schema.String,
  /** The symbol as the source wrote it. */
  givenSymbol: Schema.String,
  tradedAt: Time,
  direction: Schema.Literal("mirror", "offset"),
  /** How a direct trade is executed. */
  direct: Schema.NullOr(
    Schema.Struct({
      type: OrderType,
      ...terms,
      /** Null where the trade says nothing of it: then its account does. */
      timeInForce: Schema.NullOr(Schema.String),
      session: Schema.NullOr(Session)
    })
  ),
  /** Why it is not counted, where it is not. */
  reason: Schema.NullOr(Schema.String),
  /** The same as a code: `AwaitsBatch`, `TooOld` and others. */
  reasonCode: Schema.NullOr(Schema.String),
  /** Shares that an opposite trade covers. */
  nettedQuantity: Decimal,
  /** The trade that it undoes. */
  reverses: Schema.NullOr(Schema.Struct({ sourceId: Schema.String, occurrence: Schema.String })),
  allocations: Schema.Array(AllocationDetail),
  orders: Schema.Array(OrderDocument),
  fills: Schema.Array(FillDocument),
  breaks: Schema.Array(BreakDocument),
  statuses: Schema.Array(TradeStatusDocument)
}).annotations({ identifier: "TradeDetail" })

/** A trade with the way from it to its orders and fills. */
export type TradeDetail = typeof TradeDetail.Type

/** A fill of one of a trade's orders, with how many of its shares are the trade's. */
export const ExecutionDocument = Schema.Struct({ ...FillDocument.fields, share: Decimal }).annotations({
  identifier: "Execution"
})

/** A fill of one of a trade's orders, with how many of its shares are the trade's. */
export type ExecutionDocument = typeof ExecutionDocument.Type

/** The fills of a trade's orders. */
export const ExecutionPage = pageOf("ExecutionPage", ExecutionDocument)

/** How a trade is executed as given, beside the queue. */
const DirectRequest = Schema.Struct({
  type: Schema.optional(Schema.String),
  limitPrice: Schema.optional(Schema.NullOr(Schema.String)),
  stopPrice: Schema.optional(Schema.NullOr(Schema.String)),
  timeInForce: Schema.optional(Schema.String),
  goodTill: Schema.optional(Schema.NullOr(Schema.String)),
  session: Schema.optional(Schema.String)
}).annotations(describedAs("DirectRequest"))

/** A trade to be taken in. Quantity in shares, prices in dollars a share. */
export const TradeRequest = Schema.Struct({
  /** Default: the only account. */
  account: Schema.optional(Schema.String),
  /** A batch that still collects its trades: it waits for its turn. */
  batchId: Schema.optional(Schema.String),
  /** Whose trade it is; default `api`. */
  source: Schema.optional(Schema.String),
  /** The source's id: the same id again is the same trade. Without one, one is made. */
  sourceId: Schema.optional(Schema.String),
  symbol: Schema.String,
  side: Schema.String,
  quantity: Schema.String,
  price: Schema.optional(Schema.NullOr(Schema.String)),
  /** Beneficial owner: an identifier of 1 to 64 letters, digits, `-`, `_`, `.` and `:`. */
  owner: Schema.optional(Schema.NullOr(Schema.String)),
  /** Default: now; for a `sourceId` that is known, the time on record. */
  tradedAt: Schema.optional(Schema.String),
  /** Present where it is to be executed as given, beside the queue. */
  direct: Schema.optional(DirectRequest)
}).annotations({ identifier: "TradeRequest", parseOptions: { onExcessProperty: "error" } })

/** A trade to be taken in. */
export type TradeRequest = typeof TradeRequest.Type

/** A trade of a source that hands over its own: its id and time are those of the source, so that the same is the same again. */
export const SourceTrade = Schema.Struct({
  sourceId: Schema.NonEmptyString,
  symbol: TradeRequest.fields.symbol,
  side: TradeRequest.fields.side,
  quantity: TradeRequest.fields.quantity,
  price: TradeRequest.fields.price,
  owner: TradeRequest.fields.owner,
  tradedAt: Schema.NonEmptyString,
  direct: TradeRequest.fields.direct
}).annotations({ identifier: "SourceTrade", parseOptions: { onExcessProperty: "error" } })

const MOST_DELIVERED = 1000

const SourceCursor = Schema.String.pipe(
  Schema.pattern(/^[\x21-\x7e]{1,200}$/, { message: () => "write 1 to 200 visible ASCII characters" })
)

/** What a source hands over in one call. With cursors each delivery says which one it follows: then none can be missed. */
export const DeliveryRequest = Schema.Struct({
  trades: Schema.Array(SourceTrade).pipe(
    Schema.maxItems(MOST_DELIVERED, { message: () => `give at most ${MOST_DELIVERED} at once` })
  ),
  /** Where the source has come to with it. */
  cursor: Schema.optional(SourceCursor),
  /** The cursor of the delivery before it; null or absent for the first. */
  after: Schema.optional(Schema.NullOr(Schema.String.pipe(Schema.maxLength(1000))))
})
  .annotations({ parseOptions: { onExcessProperty: "error" } })
  .pipe(
    Schema.filter(({ after, cursor }) =>
      cursor === undefined && after !== undefined && after !== null
        ? { path: ["cursor"], message: "is missing: after needs the cursor at which this delivery ends" }
        : undefined
    )
  )
  .annotations({ identifier: "DeliveryRequest" })

/** What a source hands over in one call. */
export type DeliveryRequest = typeof DeliveryRequest.Type

/** What became of a trade that was given. */
export const TakenDocument = Schema.Struct({
  id: Id,
  outcome: Schema.Literal("accepted", "duplicate", "conflict", "quarantined", "recorded"),
  why: Schema.NullOr(Schema.String)
}).annotations({ identifier: "Taken" })

/** What became of a trade that was given. */
export type TakenDocument = typeof TakenDocument.Type

/** What became of the trades that were given, in their order. */
export const TakenPage = pageOf("TakenPage", TakenDocument)

/** What the configuration says of a source: whose its trades are, and the terms of those that are executed as given and say nothing. */
export const SourceDocument = Schema.Struct({
  name: Schema.String,
  account: Schema.NullOr(Schema.String),
  session: Schema.NullOr(Session),
  timeInForce: Schema.NullOr(Schema.String)
}).annotations({ identifier: "Source" })

/** What the configuration says of a source. */
export type SourceDocument = typeof SourceDocument.Type

/** All sources that the configuration names. */
export const SourcePage = pageOf("SourcePage", SourceDocument)
