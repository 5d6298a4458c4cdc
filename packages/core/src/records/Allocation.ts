import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { AllocationId, OrderId, TradeId } from "../values/Id.ts"
import { Ticker } from "./Ticker.ts"
import { Quantity } from "../values/Quantity.ts"

/**
 * `net`: two trades of opposite sign, final. `order`: a trade's lot taken by an order. `unwind`: an order's excess taken by
 * another order; it belongs to both.
 */
export const allocationKinds = ["net", "order", "unwind"] as const

/** One of the kinds of allocation. */
export type AllocationKind = (typeof allocationKinds)[number]

/**
 * A quantity of a lot that is linked to what covers it. `settled` is the filled part; `carryLot` is the order's lot while the
 * order is filled: what may be carried beside it (B3).
 */
export const Allocation = Schema.Struct({
  id: Column.id(AllocationId),
  account: Column.branded(AccountName),
  symbol: Column.branded(Ticker),
  kind: Column.literal(allocationKinds),
  tradeId: Column.optional(Column.id(TradeId)),
  counterTradeId: Column.optional(Column.id(TradeId)),
  orderId: Column.optional(Column.id(OrderId)),
  counterOrderId: Column.optional(Column.id(OrderId)),
  quantity: Column.brandedDecimal(Quantity),
  settled: Column.decimal,
  carryLot: Column.optional(Column.brandedDecimal(Quantity)),
  createdAt: Column.instant,
  releasedAt: Column.optional(Column.instant),
  releasedWhy: Column.optional(Column.text),
  version: Column.integer
})

/** A quantity of a lot that is linked to what covers it. */
export type Allocation = typeof Allocation.Type

/** A copy to change, written out: engines copy such literals many times faster than what is spread. */
export const draftOf = (allocation: Allocation): Table.Draft<Allocation> => ({
  id: allocation.id,
  account: allocation.account,
  symbol: allocation.symbol,
  kind: allocation.kind,
  tradeId: allocation.tradeId,
  counterTradeId: allocation.counterTradeId,
  orderId: allocation.orderId,
  counterOrderId: allocation.counterOrderId,
  quantity: allocation.quantity,
  settled: allocation.settled,
  carryLot: allocation.carryLot,
  createdAt: allocation.createdAt,
  releasedAt: allocation.releasedAt,
  releasedWhy: allocation.releasedWhy,
  version: allocation.version
})

/** The table of allocations. */
export const AllocationTable = Table.make({
  name: "allocations",
  schema: Allocation,
  key: ["id"],
  keyOf: (allocation): number => allocation.id,
  lookups: {
    trade: { columns: ["tradeId"], unique: false, steady: true, where: { column: "releasedAt", isNull: true } },
    order: { columns: ["orderId"], unique: false, steady: true, where: { column: "releasedAt", isNull: true } },
    released: { columns: ["orderId"], unique: false, steady: true, where: { column: "releasedWhy", not: "" } },
    counterOrder: {
      columns: ["counterOrderId"],
      unique: false,
      steady: true,
      where: { column: "releasedAt", isNull: true }
    }
  }
})
