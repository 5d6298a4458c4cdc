import { holdCauses, plainAnswers } from "@roundlot/core/vocabulary"
import { Schema } from "effect"
import { BreakDocument } from "./History.ts"
import { OrderDocument } from "./Orders.ts"
import { Decimal, Id, pageOf, PositionEffect, Side, Time, past, LadderStep } from "./words.ts"

/** The answer to "what order would be made now, or why none?": its code, and what there is to say beside it. Quantities in shares. */
export const AnswerDocument = Schema.Union(
  Schema.Struct({ code: Schema.Literal(...plainAnswers) }),
  /** The order that was due has been made. */
  Schema.Struct({ code: Schema.Literal("Ordered"), orderId: Id }),
  /** `Order` would be made now, and is never on record; `Observed` would be, and trading is only observed. */
  Schema.Struct({ code: Schema.Literal("Order", "Observed"), side: Side, quantity: Decimal }),
  /** `control` is the name of the control that refuses it: `MaxNotional` and others. */
  Schema.Struct({ code: Schema.Literal("Refused"), control: Schema.String }),
  /** `orderId` is the order whose cancel by an operator holds it. */
  Schema.Struct({ code: Schema.Literal("Held"), by: Schema.Literal(...holdCauses), orderId: Schema.NullOr(Id) })
).annotations({ identifier: "Answer" })

/** The answer to "what order would be made now, or why none?". */
export type AnswerDocument = typeof AnswerDocument.Type

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
  answer: AnswerDocument,
  /** Since when that is the answer. */
  answerSince: Time,
  /** The order that it waits for, where that one is unconfirmed. */
  orderInDoubt: Schema.NullOr(Id),
  updatedAt: Time
}).annotations({ identifier: "Position" })

/** One account's standing in one instrument, in signed shares. */
export type PositionDocument = typeof PositionDocument.Type

/** A page of positions. */
export const PositionPage = pageOf("PositionPage", PositionDocument)

/** What a beneficial owner has in one instrument of an account, in signed shares as the trades give them. */
export const OwnerPositionDocument = Schema.Struct({
  owner: Schema.String,
  account: Schema.String,
  symbol: Schema.String,
  /** The sum of the counted trades. */
  ordered: Decimal,
  /** What of them is netted or filled. */
  executed: Decimal,
  /** `ordered` less `executed`. */
  open: Decimal,
  /** What orders of direct trades filled; in neither of the others. */
  direct: Decimal,
  updatedAt: Time
}).annotations({ identifier: "OwnerPosition" })

/** What a beneficial owner has in one instrument of an account. */
export type OwnerPositionDocument = typeof OwnerPositionDocument.Type

/** A page of what an owner has. */
export const OwnerPositionPage = pageOf("OwnerPositionPage", OwnerPositionDocument)

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
  answer: AnswerDocument,
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

/** The residual of a position over time, in signed shares of today: exact, each time that a commit changed it. */
export const ResidualHistoryDocument = Schema.Struct({
  account: Schema.String,
  symbol: Schema.String,
  /** Since when it is known: later than asked for where more than the newest 20,000 entries, or a split, would be before. */
  since: Time,
  /** Now: until then the last point holds. */
  at: Time,
  points: Schema.Array(Schema.Struct({ at: Time, residual: Decimal }))
}).annotations({ identifier: "ResidualHistory" })

/** The residual of a position over time. */
export type ResidualHistoryDocument = typeof ResidualHistoryDocument.Type

/** A position with its queue, what is under way and in the way, and the order that comes next. */
export const PositionDetail = Schema.Struct({
  ...past,
  ...PositionDocument.fields,
  coolDownUntil: Schema.NullOr(Time),
  /** When what it has collected is sent next; null where its account has no cut-offs. */
  nextCutOff: Schema.NullOr(Time),
  circuitUntil: Schema.NullOr(Time),
  /** Where its account has several offsets: which of them the next order is made at, from 1 on, and what that is in basis points. */
  ladder: Schema.NullOr(LadderStep),
  /** Of which sides the broker has refused orders for a session, and until when nothing of them leaves. */
  refusedSide: Schema.NullOr(Schema.Literal("buy", "sell", "both")),
  refusedUntil: Schema.NullOr(Time),
  /** The order that an operator cancelled and that holds it until it is resumed. */
  heldBy: Schema.NullOr(Id),
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
