import { Schema } from "effect"
import { BreakDocument } from "./History.ts"
import { OrderDocument } from "./Orders.ts"
import { Decimal, Id, pageOf, PositionEffect, Side, Time, past } from "./words.ts"

/** One account's standing in one instrument, in signed shares. */
export const PositionDocument = Schema.Struct({
  account: Schema.String,
  symbol: Schema.String,
  exposure: Decimal,
  target: Decimal,
  hedged: Decimal,
  inFlight: Decimal,
  residual: Decimal,
  base: Decimal,
  direct: Decimal,
  adopted: Decimal,
  /** The newest answer on record to what order would be made. */
  answer: Schema.String,
  /** Since when that is the answer. */
  answerSince: Time,
  updatedAt: Time
}).annotations({ identifier: "Position" })

/** One account's standing in one instrument, in signed shares. */
export type PositionDocument = typeof PositionDocument.Type

/** A page of positions. */
export const PositionPage = pageOf("PositionPage", PositionDocument)

/** What stands in a position's queue: of a trade, or of an order's excess. `open` is signed shares. */
export const LotDocument = Schema.Struct({
  id: Id,
  tradeId: Schema.NullOr(Id),
  sourceId: Schema.NullOr(Schema.String),
  orderId: Schema.NullOr(Id),
  open: Decimal
}).annotations({ identifier: "Lot" })

/** What stands in a position's queue. */
export type LotDocument = typeof LotDocument.Type

/** What order would be made now, or why there is none (ACC-11). */
export const NextDocument = Schema.Struct({
  ...past,
  /** The answer as the journal has it: `Order(buy 1)`, `NotDue`, `OrderLive`, … */
  answer: Schema.String,
  /** The same in a sentence. */
  why: Schema.String,
  order: Schema.NullOr(
    Schema.Struct({
      side: Side,
      quantity: Decimal,
      positionEffect: Schema.NullOr(PositionEffect),
      /** The price that it goes out with, in dollars a share; none of a market order. */
      limitPrice: Schema.NullOr(Decimal)
    })
  )
}).annotations({ identifier: "Next" })

/** What order would be made now, or why there is none. */
export type NextDocument = typeof NextDocument.Type

/** A position with its queue, what is under way and in the way, and the order that comes next. */
export const PositionDetail = Schema.Struct({
  ...past,
  ...PositionDocument.fields,
  coolDownUntil: Schema.NullOr(Time),
  circuitUntil: Schema.NullOr(Time),
  /** Where its account has several offsets: which of them the next order is made at, from 1 on, and what that is in basis points. */
  ladder: Schema.NullOr(Schema.Struct({ step: Schema.Int, steps: Schema.Int, limitOffsetBp: Schema.Int })),
  /** Of which sides the broker has refused orders for a session, and until when nothing of them leaves. */
  refusedSide: Schema.NullOr(Schema.Literal("buy", "sell", "both")),
  refusedUntil: Schema.NullOr(Time),
  /** Why an operator's act holds it. */
  held: Schema.NullOr(Schema.String),
  /** Open lots, oldest first. */
  lots: Schema.Array(LotDocument),
  /** Orders that have not ended. */
  orders: Schema.Array(OrderDocument),
  /** Open breaks. */
  breaks: Schema.Array(BreakDocument),
  next: NextDocument
}).annotations({ identifier: "PositionDetail" })

/** A position with its queue, what is under way and in the way, and the order that comes next. */
export type PositionDetail = typeof PositionDetail.Type
