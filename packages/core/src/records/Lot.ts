import { Schema } from "effect"
import { AccountName } from "./AccountName.ts"
import * as Column from "../tables/Column.ts"
import * as Table from "../tables/Table.ts"
import { LotId, OrderId, TradeId } from "../values/Id.ts"
import { Ticker } from "./Ticker.ts"

/**
 * What one trade or one order's excess has standing in a position's queue. `open` is signed shares; the id is the age (C2).
 */
export const Lot = Schema.Struct({
  id: Column.id(LotId),
  account: Column.branded(AccountName),
  symbol: Column.branded(Ticker),
  tradeId: Column.optional(Column.id(TradeId)),
  orderId: Column.optional(Column.id(OrderId)),
  open: Column.decimal,
  version: Column.integer
})

/** What one trade or one order's excess has standing in a position's queue. */
export type Lot = typeof Lot.Type

/** A copy to change, written out: engines copy such literals many times faster than what is spread. */
export const draftOf = (lot: Lot): Table.Draft<Lot> => ({
  id: lot.id,
  account: lot.account,
  symbol: lot.symbol,
  tradeId: lot.tradeId,
  orderId: lot.orderId,
  open: lot.open,
  version: lot.version
})

/** The table of lots. */
export const LotTable = Table.make({
  name: "lots",
  schema: Lot,
  key: ["id"],
  keyOf: (lot): number => lot.id,
  lookups: {
    open: { columns: ["account", "symbol"], unique: false, steady: true, where: { column: "open", not: "0" } },
    trade: { columns: ["tradeId"], unique: true, steady: true, where: { column: "tradeId", not: "" } },
    order: { columns: ["orderId"], unique: true, steady: true, where: { column: "orderId", not: "" } }
  }
})
