import { RequestTable, type RequestRecord } from "../records/RequestRecord.ts"
import { TokenTable, type Token } from "../records/Token.ts"
import { SessionTable, type Session } from "../records/Session.ts"
import { AccountTable, type Account } from "../records/Account.ts"
import { BatchTable, type Batch } from "../records/Batch.ts"
import { TemplateTable, type Template } from "../records/Template.ts"
import { TokenUseTable, type TokenUse } from "../records/TokenUse.ts"
import { CursorTable, type Cursor } from "../records/Cursor.ts"
import { MarkTable, type Mark } from "../records/Mark.ts"
import { ApprovalTable, type Approval } from "../records/Approval.ts"
import { CommandTable, type CommandRecord } from "../records/CommandRecord.ts"
import { ControlTable, type Control } from "../records/TradingState.ts"
import { UsageTable, type Usage } from "../records/Usage.ts"
import { DecisionTable, type Decision } from "../records/Decision.ts"
import {
  FillTable,
  WaitingCommissionTable,
  WaitingFillTable,
  type Fill,
  type WaitingCommission,
  type WaitingFill
} from "../records/Fill.ts"
import { HeldReportTable, type HeldReport } from "../records/HeldReport.ts"
import type { Counters, Kind } from "../values/Id.ts"
import { JobTable, type Job } from "../records/Job.ts"
import { InstrumentTable, type Instrument } from "../records/Instrument.ts"
import { PayloadTable, type Payload } from "../records/Payload.ts"
import { AttemptTable, type Attempt } from "../records/Attempt.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { AllocationTable, type Allocation } from "../records/Allocation.ts"
import { HoldingTable, type HeldAtBroker } from "../records/HeldAtBroker.ts"
import { ComparedHoldingTable, type ComparedHolding } from "../records/ComparedHolding.ts"
import { ReconciliationRunTable, type ReconciliationRun } from "../records/ReconciliationRun.ts"
import { LotTable, type Lot } from "../records/Lot.ts"
import { PositionTable, type Position } from "../records/Position.ts"
import { AttendedCaseTable, type AttendedCase } from "../records/AttendedCase.ts"
import { BreakTable, type Break } from "../records/Break.ts"
import { OwnerPositionTable, type OwnerPosition } from "../records/OwnerPosition.ts"
import { TradeTable, type Trade } from "../records/Trade.ts"
import * as Shelf from "./Shelf.ts"
import type { Cell } from "../tables/Column.ts"
import type { Difference, EncodedRow, Fields, Key, Table, TableName } from "../tables/Table.ts"

/** The domain records of a store, or the part of them that one planning needs. */
export interface Books {
  readonly accounts: Shelf.Shelf<Account, string>
  readonly instruments: Shelf.Shelf<Instrument, string>
  readonly batches: Shelf.Shelf<Batch, number>
  readonly trades: Shelf.Shelf<Trade, number>
  readonly positions: Shelf.Shelf<Position, string>
  readonly owner_positions: Shelf.Shelf<OwnerPosition, string>
  readonly lots: Shelf.Shelf<Lot, number>
  readonly decisions: Shelf.Shelf<Decision, number>
  readonly orders: Shelf.Shelf<Order, number>
  readonly allocations: Shelf.Shelf<Allocation, number>
  readonly attempts: Shelf.Shelf<Attempt, number>
  readonly payloads: Shelf.Shelf<Payload, number>
  readonly fills: Shelf.Shelf<Fill, number>
  readonly waiting_fills: Shelf.Shelf<WaitingFill, string>
  readonly waiting_commissions: Shelf.Shelf<WaitingCommission, string>
  readonly held_reports: Shelf.Shelf<HeldReport, string>
  readonly breaks: Shelf.Shelf<Break, number>
  readonly attended_cases: Shelf.Shelf<AttendedCase, string>
  readonly controls: Shelf.Shelf<Control, string>
  readonly usages: Shelf.Shelf<Usage, string>
  readonly tokens: Shelf.Shelf<Token, string>
  readonly sessions: Shelf.Shelf<Session, string>
  readonly commands: Shelf.Shelf<CommandRecord, string>
  readonly approvals: Shelf.Shelf<Approval, number>
  readonly cursors: Shelf.Shelf<Cursor, string>
  readonly ops_marks: Shelf.Shelf<Mark, string>
  readonly ops_jobs: Shelf.Shelf<Job, string>
  readonly ops_requests: Shelf.Shelf<RequestRecord, string>
  readonly ops_templates: Shelf.Shelf<Template, string>
  readonly ops_token_uses: Shelf.Shelf<TokenUse, string>
  readonly ops_holdings: Shelf.Shelf<HeldAtBroker, string>
  readonly ops_comparisons: Shelf.Shelf<ComparedHolding, string>
  readonly ops_reconciliations: Shelf.Shelf<ReconciliationRun, string>
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
  batches: Shelf.make(BatchTable),
  trades: Shelf.make(TradeTable),
  positions: Shelf.make(PositionTable),
  owner_positions: Shelf.make(OwnerPositionTable),
  lots: Shelf.make(LotTable),
  decisions: Shelf.make(DecisionTable),
  orders: Shelf.make(OrderTable),
  allocations: Shelf.make(AllocationTable),
  attempts: Shelf.make(AttemptTable),
  payloads: Shelf.make(PayloadTable),
  fills: Shelf.make(FillTable),
  waiting_fills: Shelf.make(WaitingFillTable),
  waiting_commissions: Shelf.make(WaitingCommissionTable),
  held_reports: Shelf.make(HeldReportTable),
  breaks: Shelf.make(BreakTable),
  attended_cases: Shelf.make(AttendedCaseTable),
  controls: Shelf.make(ControlTable),
  usages: Shelf.make(UsageTable),
  tokens: Shelf.make(TokenTable),
  sessions: Shelf.make(SessionTable),
  commands: Shelf.make(CommandTable),
  approvals: Shelf.make(ApprovalTable),
  cursors: Shelf.make(CursorTable),
  ops_marks: Shelf.make(MarkTable),
  ops_jobs: Shelf.make(JobTable),
  ops_requests: Shelf.make(RequestTable),
  ops_templates: Shelf.make(TemplateTable),
  ops_token_uses: Shelf.make(TokenUseTable),
  ops_holdings: Shelf.make(HoldingTable),
  ops_comparisons: Shelf.make(ComparedHoldingTable),
  ops_reconciliations: Shelf.make(ReconciliationRunTable)
})

/** A table's description without its record type: what a store works with. */
export type AnyTable = Pick<Table<never>, "name" | "columns" | "key" | "lookups">

/** All tables that commits write, in the order in which rows may refer to earlier ones. */
export const tables: { readonly [T in TableName]: AnyTable } = {
  accounts: AccountTable,
  instruments: InstrumentTable,
  batches: BatchTable,
  trades: TradeTable,
  positions: PositionTable,
  owner_positions: OwnerPositionTable,
  lots: LotTable,
  decisions: DecisionTable,
  orders: OrderTable,
  allocations: AllocationTable,
  attempts: AttemptTable,
  payloads: PayloadTable,
  fills: FillTable,
  waiting_fills: WaitingFillTable,
  waiting_commissions: WaitingCommissionTable,
  held_reports: HeldReportTable,
  breaks: BreakTable,
  attended_cases: AttendedCaseTable,
  controls: ControlTable,
  usages: UsageTable,
  tokens: TokenTable,
  sessions: SessionTable,
  commands: CommandTable,
  approvals: ApprovalTable,
  cursors: CursorTable,
  ops_marks: MarkTable,
  ops_jobs: JobTable,
  ops_requests: RequestTable,
  ops_templates: TemplateTable,
  ops_token_uses: TokenUseTable,
  ops_holdings: HoldingTable,
  ops_comparisons: ComparedHoldingTable,
  ops_reconciliations: ReconciliationRunTable
}

/** What planning changed in one table, as rows. */
export interface TableChanges {
  readonly table: TableName
  readonly inserts: ReadonlyArray<EncodedRow>
  readonly updates: ReadonlyArray<EncodedRow>
  /** The same without the names of columns, and of updates only what is new: for a store that binds cells by place. */
  readonly bare?: BareChanges
}

/** The cells of new rows, in the order of the table's columns, and what is new of others. */
export interface BareChanges {
  readonly inserts: ReadonlyArray<Array<Cell>>
  readonly updates: ReadonlyArray<Difference>
}

/** Rows are made of records when they are asked for: each store asks for one of the two forms. */
class ShelfChanges<R extends Fields, K extends Key> implements TableChanges {
  readonly table: TableName
  readonly #description: Table<R, K>
  readonly #made: ReadonlyArray<R>
  readonly #changed: ReadonlyArray<{ readonly before: R; readonly after: R }>
  #inserts: ReadonlyArray<EncodedRow> | undefined
  constructor(shelf: Shelf.Shelf<R, K>) {
    const { inserts, updates } = shelf.changes()
    this.table = shelf.table.name
    this.#description = shelf.table
    this.#made = inserts
    this.#changed = updates
  }
  get inserts(): ReadonlyArray<EncodedRow> {
    this.#inserts ??= this.#made.map(this.#description.encode)
    return this.#inserts
  }
  get updates(): ReadonlyArray<EncodedRow> {
    return this.#changed.map(({ after }) => this.#description.encode(after))
  }
  get bare(): BareChanges {
    return {
      inserts: this.#made.map(this.#description.cellsOf),
      updates: this.#changed.map(({ after, before }) => this.#description.differ(before, after))
    }
  }
}

const noChanges: ReadonlyArray<TableChanges> = []

/** Of most tables nothing changes in a commit: of those nothing is made. */
const changesOf = <R extends Fields, K extends Key>(shelf: Shelf.Shelf<R, K>): ReadonlyArray<TableChanges> =>
  shelf.isChanged() ? [new ShelfChanges(shelf)] : noChanges

/** What planning changed, a part for each table that it touched. */
export const changes = (books: Books): ReadonlyArray<TableChanges> => {
  const made = changesOfAll(books)
  origins.set(made, books)
  return made
}

const origins = new WeakMap<ReadonlyArray<TableChanges>, Books>()

/** Are these changes all that planning changed in `books`? A plan may write rows that it did not get from there. */
export const areOf = (made: ReadonlyArray<TableChanges>, books: Books): boolean => origins.get(made) === books

const changesOfAll = (books: Books): ReadonlyArray<TableChanges> =>
  noChanges.concat(
    changesOf(books.accounts),
    changesOf(books.instruments),
    changesOf(books.batches),
    changesOf(books.trades),
    changesOf(books.positions),
    changesOf(books.owner_positions),
    changesOf(books.lots),
    changesOf(books.decisions),
    changesOf(books.orders),
    changesOf(books.allocations),
    changesOf(books.attempts),
    changesOf(books.payloads),
    changesOf(books.fills),
    changesOf(books.waiting_fills),
    changesOf(books.waiting_commissions),
    changesOf(books.held_reports),
    changesOf(books.breaks),
    changesOf(books.attended_cases),
    changesOf(books.controls),
    changesOf(books.usages),
    changesOf(books.tokens),
    changesOf(books.sessions),
    changesOf(books.commands),
    changesOf(books.approvals),
    changesOf(books.cursors),
    changesOf(books.ops_marks),
    changesOf(books.ops_jobs),
    changesOf(books.ops_requests),
    changesOf(books.ops_templates),
    changesOf(books.ops_token_uses),
    changesOf(books.ops_holdings),
    changesOf(books.ops_comparisons),
    changesOf(books.ops_reconciliations)
  )

const shelves = new WeakMap<Books, ReadonlyArray<Books[TableName]>>()

/** All shelves, listed once: every commit goes over them. */
const shelvesOf = (books: Books): ReadonlyArray<Books[TableName]> => {
  const known = shelves.get(books)
  if (known !== undefined) return known
  const listed: ReadonlyArray<Books[TableName]> = Object.values(books)
  shelves.set(books, listed)
  return listed
}

/** Forgets what planning changed. */
export const reset = (books: Books): void => {
  for (const shelf of shelvesOf(books)) shelf.reset()
}

/** How many records are loaded. */
export const sizeOf = (books: Books): number => {
  let size = 0
  for (const shelf of shelvesOf(books)) size += shelf.size()
  return size
}

/** What planning changed is committed, and counts as loaded from now on; payloads, which no rule reads, are let go. Gives what is new. */
export const keep = (
  books: Books
): {
  readonly trades: ReadonlyArray<Trade>
  readonly lots: ReadonlyArray<Lot>
  readonly orders: ReadonlyArray<Order>
  readonly decisions: ReadonlyArray<Decision>
  readonly attempts: ReadonlyArray<Attempt>
} => {
  books.payloads.reset()
  const made = {
    trades: books.trades.keep(),
    lots: books.lots.keep(),
    orders: books.orders.keep(),
    decisions: books.decisions.keep(),
    attempts: books.attempts.keep()
  }
  for (const shelf of shelvesOf(books)) shelf.keep()
  return made
}

/** Whose rows have ids of their own, and of which kind. */
export const idKinds: { readonly [T in TableName]?: Kind } = {
  trades: "trade",
  orders: "order",
  lots: "lot",
  allocations: "allocation",
  fills: "fill",
  attempts: "attempt",
  decisions: "decision",
  payloads: "payload",
  breaks: "break",
  batches: "batch",
  approvals: "approval"
}

/** The next free ids after rows with these ids were inserted. */
export const counted = (
  counters: Counters,
  made: ReadonlyArray<{ readonly table: TableName; readonly ids: ReadonlyArray<Cell | undefined> }>
): Counters => {
  const next = { ...counters }
  for (const { table, ids } of made) {
    const kind = idKinds[table]
    if (kind === undefined) continue
    for (const id of ids) if (typeof id === "number" && id >= next[kind]) next[kind] = id + 1
  }
  return next
}
