import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import { directions } from "./Account.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { BatchId, LotId, TradeId } from "../values/Id.ts"
import { OwnerId } from "./OwnerId.ts"
import { Ticker } from "./Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import { Price } from "../values/Price.ts"
import { Quantity } from "../values/Quantity.ts"
import { Instruction, orderTypes, sessions, timesInForce } from "./OrderTerms.ts"
import { Side, signed } from "./Side.ts"
import { Instant } from "../values/Instant.ts"
import { tradeReasons } from "./tradeReasons.ts"
import { tradeKinds, tradeStatuses, type TradeKind, type TradeStatus } from "./tradeStatuses.ts"

export { tradeKinds, tradeStatuses, type TradeKind, type TradeStatus }

/** One inbound trade, as its source gives it. Quantity in shares, price in dollars a share. */
export const TradeInput = Schema.Struct({
  source: Schema.NonEmptyString.pipe(Schema.maxLength(128)),
  sourceId: Schema.NonEmptyString.pipe(Schema.maxLength(512)),
  occurrence: Schema.String.pipe(Schema.maxLength(128)),
  symbol: Schema.NonEmptyString.pipe(Schema.maxLength(128)),
  side: Side,
  quantity: Quantity,
  price: Schema.UndefinedOr(Price),
  tradedAt: Instant,
  /** Whose it is, where one account has the trades of many clients (C7). */
  owner: Schema.optional(OwnerId),
  /** Its source gave no time, and `tradedAt` stands for it: a repeat without a time is not compared by it (B1). */
  isTimeAssumed: Schema.optional(Schema.Boolean),
  reverses: Schema.UndefinedOr(Schema.Struct({ sourceId: Schema.String, occurrence: Schema.String })),
  /** Present where the trade is to be executed as given, outside the queue (E2). */
  direct: Schema.optional(Instruction),
  /** It was proposed: its order leaves only once a person has approved it. Dollars that it was worth then. */
  proposal: Schema.optional(Schema.Struct({ approveBy: Instant, notional: Schema.BigDecimalFromSelf })),
  /** The batch that it is a row of, and which. */
  batch: Schema.optional(Schema.Struct({ id: BatchId, line: Schema.Int })),
  /** Which bytes it was read from, of those that its delivery hands over. */
  bytes: Schema.optional(Schema.Struct({ from: Schema.Int, to: Schema.Int }))
})

/** One inbound trade, as its source gives it. */
export type TradeInput = typeof TradeInput.Type

/**
 * A trade with the usual left out: no price, occurrence `0`, reversing nothing.
 *
 * @example
 * Trade.input({ source: "app", sourceId: "1", symbol: "AAPL", side: "buy", quantity: Quantity.unsafe("0.3"), tradedAt })
 */
export const input = (
  fields: Omit<TradeInput, "occurrence" | "price" | "reverses"> & Partial<TradeInput>
): TradeInput => ({ occurrence: "0", price: undefined, reverses: undefined, ...fields })

/** One inbound trade on record. Its identity is `(account, source, sourceId, occurrence)` (B1). */
export const Trade = Schema.Struct({
  id: Column.id(TradeId),
  account: Column.branded(AccountName),
  source: Column.text,
  sourceId: Column.text,
  occurrence: Column.text,
  symbol: Column.branded(Ticker),
  /** The symbol as the source wrote it. */
  givenSymbol: Column.text,
  side: Column.literal(["buy", "sell"]),
  quantity: Column.brandedDecimal(Quantity),
  price: Column.optional(Column.brandedDecimal(Price)),
  tradedAt: Column.instant,
  /** Its beneficial owner (C7). */
  owner: Column.optional(Column.branded(OwnerId)),
  kind: Column.literal(tradeKinds),
  /** How a direct trade's order is executed. */
  orderType: Column.optional(Column.literal(orderTypes)),
  limitPrice: Column.optional(Column.brandedDecimal(Price)),
  stopPrice: Column.optional(Column.brandedDecimal(Price)),
  timeInForce: Column.optional(Column.literal(timesInForce)),
  goodTill: Column.optional(Column.instant),
  session: Column.optional(Column.literal(sessions)),
  /** Until when a person may approve a direct trade's order; none where it needs nobody. */
  approveBy: Column.optional(Column.instant),
  /** What a proposed order was worth when it was proposed, in dollars. */
  proposedNotional: Column.optional(Column.decimal),
  /** The batch that it is a row of, and which. */
  batchId: Column.optional(Column.id(BatchId)),
  batchLine: Column.optional(Column.integer),
  direction: Column.literal(directions),
  reversesSourceId: Column.optional(Column.text),
  reversesOccurrence: Column.optional(Column.text),
  status: Column.literal(tradeStatuses),
  reason: Column.optional(Column.literal(tradeReasons)),
  /** What is more to say of the reason. */
  detail: Column.optional(Column.text),
  lotId: Column.optional(Column.id(LotId)),
  netted: Column.decimal,
  /** What splits have added to the part of it that was open then, in shares; below zero where shares were joined (P9). */
  splitOpen: Column.decimal,
  createdAt: Column.instant,
  updatedAt: Column.instant,
  version: Column.integer
})

/** One inbound trade on record. */
export type Trade = typeof Trade.Type

/** A copy to change, written out: engines copy such literals many times faster than what is spread. */
export const draftOf = (trade: Trade): Table.Draft<Trade> => ({
  id: trade.id,
  account: trade.account,
  source: trade.source,
  sourceId: trade.sourceId,
  occurrence: trade.occurrence,
  symbol: trade.symbol,
  givenSymbol: trade.givenSymbol,
  side: trade.side,
  quantity: trade.quantity,
  price: trade.price,
  tradedAt: trade.tradedAt,
  owner: trade.owner,
  kind: trade.kind,
  orderType: trade.orderType,
  limitPrice: trade.limitPrice,
  stopPrice: trade.stopPrice,
  timeInForce: trade.timeInForce,
  goodTill: trade.goodTill,
  session: trade.session,
  approveBy: trade.approveBy,
  proposedNotional: trade.proposedNotional,
  batchId: trade.batchId,
  batchLine: trade.batchLine,
  direction: trade.direction,
  reversesSourceId: trade.reversesSourceId,
  reversesOccurrence: trade.reversesOccurrence,
  status: trade.status,
  reason: trade.reason,
  detail: trade.detail,
  lotId: trade.lotId,
  netted: trade.netted,
  splitOpen: trade.splitOpen,
  createdAt: trade.createdAt,
  updatedAt: trade.updatedAt,
  version: trade.version
})

/** The table of trades. */
export const TradeTable = Table.make({
  name: "trades",
  schema: Trade,
  key: ["id"],
  keyOf: (trade): number => trade.id,
  lookups: {
    identity: {
      columns: ["account", "source", "sourceId", "occurrence"],
      unique: true,
      steady: true,
      telling: "sourceId",
      where: undefined
    },
    reversing: {
      columns: ["account", "source", "reversesSourceId", "reversesOccurrence"],
      unique: false,
      steady: true,
      telling: "reversesSourceId",
      where: { column: "reversesSourceId", not: "" }
    }
  }
})

/** A1: what a trade adds to the target: its signed quantity times its own direction. */
export const targetOf = (trade: Pick<Trade, "side" | "quantity" | "direction">): Decimal.Decimal =>
  trade.direction === "mirror" ? signed(trade.side, trade.quantity) : Decimal.negate(signed(trade.side, trade.quantity))

/** B2, E2: does the trade count in target, and has it a lot? A direct one never does. */
export const isCounted = (trade: Pick<Trade, "status" | "kind">): boolean =>
  trade.kind !== "direct" && (trade.status === "accumulated" || trade.status === "completed")

/** How a direct trade's order is executed; `undefined` for one that joins the queue. */
export const instructionOf = (trade: Trade): Instruction | undefined =>
  trade.orderType === undefined
    ? undefined
    : {
        type: trade.orderType,
        limitPrice: trade.limitPrice,
        stopPrice: trade.stopPrice,
        timeInForce: trade.timeInForce,
        goodTill: trade.goodTill,
        session: trade.session
      }
