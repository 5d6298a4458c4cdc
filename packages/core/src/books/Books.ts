import { AccountTable, type Account } from "../account/Account.ts"
import { CursorTable, type Cursor } from "../trade/Cursor.ts"
import { CommandTable, type CommandRecord } from "../control/CommandRecord.ts"
import { ControlTable, type Control } from "../control/TradingState.ts"
import { FillTable, WaitingFillTable, type Fill, type WaitingFill } from "../fill/Fill.ts"
import { InstrumentTable, type Instrument } from "../instrument/Instrument.ts"
import { PayloadTable, type Payload } from "../journal/Payload.ts"
import { AttemptTable, type Attempt } from "../order/Attempt.ts"
import { OrderTable, type Order } from "../order/Order.ts"
import { AllocationTable, type Allocation } from "../position/Allocation.ts"
import { LotTable, type Lot } from "../position/Lot.ts"
import { PositionTable, type Position } from "../position/Position.ts"
import { BreakTable, type Break } from "../reconciliation/Break.ts"
import { TradeTable, type Trade } from "../trade/Trade.ts"
import * as Shelf from "./Shelf.ts"
import type { EncodedRow, Table, TableName } from "./Table.ts"

/** The domain records of a store, or the part of them that one planning needs. */
export interface Books {
  readonly accounts: Shelf.Shelf<Account>
  readonly instruments: Shelf.Shelf<Instrument>
  readonly trades: Shelf.Shelf<Trade>
  readonly positions: Shelf.Shelf<Position>
  readonly lots: Shelf.Shelf<Lot>
  readonly orders: Shelf.Shelf<Order>
  readonly allocations: Shelf.Shelf<Allocation>
  readonly attempts: Shelf.Shelf<Attempt>
  readonly payloads: Shelf.Shelf<Payload>
  readonly fills: Shelf.Shelf<Fill>
  readonly waiting_fills: Shelf.Shelf<WaitingFill>
  readonly breaks: Shelf.Shelf<Break>
  readonly controls: Shelf.Shelf<Control>
  readonly ops_commands: Shelf.Shelf<CommandRecord>
  readonly ops_cursors: Shelf.Shelf<Cursor>
}

/**
 * Up to which lot the open lots of each position are loaded without a gap (`joinKey` of account and symbol); a position that is
 * not here has all of them loaded.
 */
export type LotHorizons = Map<string, { readonly last: number; readonly asked: number }>

/** Empty books. */
export const make = (): Books => ({
  accounts: Shelf.make(AccountTable),
  instruments: Shelf.make(InstrumentTable),
  trades: Shelf.make(TradeTable),
  positions: Shelf.make(PositionTable),
  lots: Shelf.make(LotTable),
  orders: Shelf.make(OrderTable),
  allocations: Shelf.make(AllocationTable),
  attempts: Shelf.make(AttemptTable),
  payloads: Shelf.make(PayloadTable),
  fills: Shelf.make(FillTable),
  waiting_fills: Shelf.make(WaitingFillTable),
  breaks: Shelf.make(BreakTable),
  controls: Shelf.make(ControlTable),
  ops_commands: Shelf.make(CommandTable),
  ops_cursors: Shelf.make(CursorTable)
})

/** A table's description without its record type: what a store works with. */
export type AnyTable = Pick<Table<never>, "name" | "columns" | "key" | "lookups">

/** All tables that commits write, in the order in which rows may refer to earlier ones. */
export const tables: { readonly [T in TableName]: AnyTable } = {
  accounts: AccountTable,
  instruments: InstrumentTable,
  trades: TradeTable,
  positions: PositionTable,
  lots: LotTable,
  orders: OrderTable,
  allocations: AllocationTable,
  attempts: AttemptTable,
  payloads: PayloadTable,
  fills: FillTable,
  waiting_fills: WaitingFillTable,
  breaks: BreakTable,
  controls: ControlTable,
  ops_commands: CommandTable,
  ops_cursors: CursorTable
}

/** What planning changed in one table, as rows. */
export interface TableChanges {
  readonly table: TableName
  readonly inserts: ReadonlyArray<EncodedRow>
  readonly updates: ReadonlyArray<EncodedRow>
}

const changesOf = <R extends object>(shelf: Shelf.Shelf<R>): TableChanges => {
  const { inserts, updates } = shelf.changes()
  return {
    table: shelf.table.name,
    inserts: inserts.map(shelf.table.encode),
    updates: updates.map(shelf.table.encode)
  }
}

/** What planning changed, a part for each table that it touched. */
export const changes = (books: Books): ReadonlyArray<TableChanges> =>
  [
    changesOf(books.accounts),
    changesOf(books.instruments),
    changesOf(books.trades),
    changesOf(books.positions),
    changesOf(books.lots),
    changesOf(books.orders),
    changesOf(books.allocations),
    changesOf(books.attempts),
    changesOf(books.payloads),
    changesOf(books.fills),
    changesOf(books.waiting_fills),
    changesOf(books.breaks),
    changesOf(books.controls),
    changesOf(books.ops_commands),
    changesOf(books.ops_cursors)
  ].filter((each) => each.inserts.length > 0 || each.updates.length > 0)

/** Forgets what planning changed. */
export const reset = (books: Books): void => {
  for (const shelf of Object.values(books)) shelf.reset()
}

/** All rows of a table of the books, encoded. */
export const rowsOf = (books: Books, table: TableName): ReadonlyArray<EncodedRow> => books[table].rows()
