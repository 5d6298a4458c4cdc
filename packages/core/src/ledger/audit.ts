import { Either } from "effect"
import { type AccountName, type JournalName, journalOf, STORE } from "../records/AccountName.ts"
import * as Books from "../books/Books.ts"
import type { Cell } from "../tables/Column.ts"
import { joinKey, keyOfCells, type EncodedRow, type Key, type TableName } from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"
import { commitmentOf } from "../rules/position/commitment.ts"
import { signedFilled } from "../records/Order.ts"
import { worthOf } from "../records/Position.ts"
import { openHolding, stillOpen } from "../records/stillOpen.ts"
import * as Usage from "../records/Usage.ts"
import { isCounted, targetOf } from "../records/Trade.ts"
import { decodeEntry, timeOf } from "../events/decode.ts"
import { emptyHead, hashOf, type Entry, type Head } from "../events/Entry.ts"
import { sha256 } from "../records/Payload.ts"
import { project } from "../books/project.ts"
import { allocationsOf } from "../books/project/allocations.ts"
import { executionFault, ownerFaults, keepLots, lotFaults, type LotEntries } from "./auditRules.ts"

/** One thing in which the books differ from their journal. `seq` is the first entry that disagrees, where one can be named. */
export interface Finding {
  readonly where: string
  readonly what: string
  readonly account: string | undefined
  readonly seq: number | undefined
}

/** A row, or one value of it, that differs from what the journal gives; `finding` is its place among the findings. */
interface Suspect {
  readonly finding: number
  readonly table: TableName
  readonly key: Key
  readonly column: string | undefined
}

/** A fold of journals into books, entry by entry. */
export interface Fold {
  readonly books: Books.Books
  readonly heads: Map<string, Head>
  readonly findings: Array<Finding>
  /** What a second fold should say the first entry of. */
  readonly suspects: Array<Suspect>
  /** Payloads whose bytes retention dropped; the journal says which, and keeps their hashes. */
  readonly archived: Set<Key>
  readonly lots: LotEntries
  entries: number
}

/** Nothing folded yet. */
export const begin = (): Fold => ({
  books: Books.make(),
  heads: new Map(),
  findings: [],
  suspects: [],
  archived: new Set(),
  lots: new Map(),
  entries: 0
})

/** Folds the next entry of `account`'s journal; a gap, a broken hash or an unreadable body is a finding and ends that journal. */
export const fold = (self: Fold, account: JournalName | AccountName, entry: Entry): boolean => {
  const head = self.heads.get(account) ?? emptyHead
  const fault = faultOf(head, entry)
  if (fault !== undefined) return found(self, account, entry, fault)
  const event = decodeEntry(entry)
  if (Either.isLeft(event)) return found(self, account, entry, event.left)
  try {
    project(self.books, event.right, { account, seq: entry.seq, at: timeOf(entry), bytes: undefined })
  } catch (cause) {
    return found(self, account, entry, cause instanceof Error ? cause.message : String(cause))
  }
  keepLots(self.lots, event.right, { account, seq: entry.seq, at: timeOf(entry) })
  if (event.right._tag === "PayloadArchived") self.archived.add(event.right.id)
  self.heads.set(account, { seq: entry.seq, hash: entry.hash })
  self.entries += 1
  return true
}

const found = (self: Fold, account: string, entry: Entry, what: string): false => {
  self.findings.push({ where: `journal of ${account}, entry ${entry.seq}`, what, account, seq: entry.seq })
  return false
}

const faultOf = (head: Head, entry: Entry): string | undefined => {
  if (entry.seq !== head.seq + 1) return `entry ${head.seq + 1} is missing`
  return hashOf(head.hash, entry) === entry.hash
    ? undefined
    : "its hash does not follow from its line and the entry before"
}

/** A comparison of a table's stored rows with those that the journal gives. */
export interface Comparison {
  /** Compares the next stored row, and says whether the journal gives one of its key. */
  readonly row: (stored: EncodedRow) => boolean
  /** There are no more: what the journal gives beside them is missing. */
  readonly end: () => void
}

/** What is compared: all rows of the table, where nothing is said. */
export interface Compared {
  /** Of which rows the fold knows all: of others those alone are compared that it gives too. */
  readonly isOwn?: (row: EncodedRow) => boolean
  /** The keys that are looked for. */
  readonly keys?: ReadonlyArray<Key>
}

/** Begins to compare the rows that a store holds in a table with those that the journal gives. */
export const comparing = (self: Fold, table: TableName, { isOwn = () => true, keys }: Compared = {}): Comparison => {
  const { columns, key: keyColumns } = Books.tables[table]
  const names = Object.keys(columns)
  const shelf = self.books[table]
  const found = new Set<Key>()
  return {
    row: (stored) => {
      const key = keyOfCells(keyColumns.map((column) => stored[column] ?? null))
      const cells = shelf.cells(key)
      if (cells === undefined) {
        if (isOwn(stored)) self.findings.push(strayed(table, stored))
        return false
      }
      if (found.has(key)) suspect(self, { table, key }, undefined, "is in the table more than once")
      found.add(key)
      compareRow(self, { table, key, names, cells }, stored)
      return true
    },
    end: () => {
      for (const key of keys ?? shelf.keys()) {
        if (!found.has(key)) suspect(self, { table, key }, undefined, "is in the journal and not in the table")
      }
    }
  }
}

/** A row as the journal gives it: its cells by the names of their columns. */
interface Given extends Pick<Suspect, "table" | "key"> {
  readonly names: ReadonlyArray<string>
  readonly cells: ReadonlyArray<Cell>
}

/** Of a row that no journal gives. */
export const strayed = (table: TableName, row: EncodedRow): Finding =>
  finding(table, row, "is in the table and not in the journal")

const finding = (table: TableName, row: EncodedRow, what: string): Finding => {
  const id = Books.tables[table].key.map((column) => String(row[column] ?? "?")).join("/")
  return { where: `${table} ${id}`, what, account: journalOfRow(table, row), seq: undefined }
}

/** Whose journal says what a row is. What belongs to no account, such as a token, the store's journal says. */
export const journalOfRow = (table: TableName, row: EncodedRow): string | undefined => {
  const owner = table === "accounts" ? "name" : "account"
  if (!(owner in Books.tables[table].columns)) return STORE
  const account = row[owner]
  return typeof account === "string" ? journalOf(account) : undefined
}

const suspect = (
  self: Fold,
  { key, table }: Pick<Suspect, "table" | "key">,
  column: string | undefined,
  what: string
): void => {
  self.suspects.push({ finding: self.findings.length, table, key, column })
  const row = self.books[table].row(key) ?? {}
  const { version } = row
  self.findings.push({ ...finding(table, row, what), seq: typeof version === "number" ? version : undefined })
}

const compareRow = (self: Fold, given: Given, stored: EncodedRow): void => {
  const { cells, names } = given
  for (let i = 0; i < names.length; i++) {
    const column = names[i] ?? ""
    const actual = stored[column] ?? null
    const expected = cells[i] ?? null
    if (column === "bytes") {
      if (!isBytesOf(self, given, actual))
        suspect(self, given, "sha256", "its bytes do not match the hash in the journal")
    } else if (actual !== expected) {
      suspect(self, given, column, `${column} is ${String(actual)}, the journal gives ${String(expected)}`)
    }
  }
}

/** The journal has a payload's hash, not its bytes; of an archived one it says that they are gone. */
const isBytesOf = (self: Fold, { cells, key, names }: Given, bytes: Cell): boolean =>
  bytes instanceof Uint8Array &&
  (sha256(bytes) === cells[names.indexOf("sha256")] || (bytes.length === 0 && self.archived.has(key)))

/** How many findings are traced to their first entry; of the others, the last entry of the row is named. */
const MOST_TRACED = 1_000

/** What a suspect was after the last entry of the second fold, and the entry that made it so. */
interface Trace {
  readonly suspect: Suspect
  record: object | undefined
  cell: Cell | undefined
  seq: number | undefined
}

/** Looks, entry by entry of a second fold, for the entry that gave each suspect the value with which its table disagrees. */
export interface Tracing {
  readonly accounts: ReadonlySet<string>
  readonly look: (books: Books.Books, seq: number) => void
  /** The findings of the first fold, each with its first entry. */
  readonly findings: () => ReadonlyArray<Finding>
}

/** Begins to trace what the first fold found; nothing where there is nothing to trace. */
export const trace = (self: Fold): Tracing | undefined => {
  const traces = self.suspects
    .slice(0, MOST_TRACED)
    .map((each): Trace => ({ suspect: each, record: undefined, cell: undefined, seq: undefined }))
  if (traces.length === 0) return undefined
  const accounts = traces.flatMap((each) => self.findings[each.suspect.finding]?.account ?? [])
  return {
    accounts: new Set(accounts),
    look: (books, seq) => {
      for (const each of traces) {
        const { column, key, table } = each.suspect
        const record = books[table].record(key)
        if (record === each.record) continue
        each.record = record
        const cell = column === undefined ? key : books[table].row(key)?.[column]
        if (cell !== each.cell) each.seq = seq
        each.cell = cell
      }
    },
    findings: () => {
      const firsts = new Map(traces.map((each) => [each.suspect.finding, each.seq]))
      return self.findings.map((each, index) => ({ ...each, seq: firsts.get(index) ?? each.seq }))
    }
  }
}

/** LOT-13: the tax lots that persons identified, of a fold that began with the first entry. */
export function* checkLots(self: Fold): Generator<void> {
  for (const fault of lotFaults(self.books, self.lots)) {
    if (fault !== undefined) self.findings.push({ ...fault, seq: undefined })
    yield
  }
}

/** A4, A2, C7 and F5, each figure summed from its own rows: what must hold of any books. Record by record, so that others can have the thread. */
export function* checkConservation(self: Fold): Generator<void> {
  const { books } = self
  const report = reportTo(self)
  const filled = new Map<string, Decimal.Decimal>()
  const open = new Map<string, Decimal.Decimal>()
  const openShares = new Map<string, Decimal.Decimal>()
  for (const order of books.orders.all()) {
    yield
    open.set(order.account, Decimal.add(open.get(order.account) ?? Decimal.zero, stillOpen(order).notional))
    const key = joinKey([order.account, order.symbol])
    filled.set(key, Decimal.add(filled.get(key) ?? Decimal.zero, signedFilled(order)))
    openShares.set(key, Decimal.add(openShares.get(key) ?? Decimal.zero, openHolding(order).shares))
  }
  const held = new Map<string, Usage.Held>()
  for (const position of books.positions.all()) {
    yield
    const { gross, net, unpriced } = held.get(position.account) ?? Usage.heldOf(undefined)
    const worth = worthOf(position)
    held.set(position.account, {
      gross: Decimal.add(gross, Decimal.abs(worth.value)),
      net: Decimal.add(net, worth.value),
      unpriced: unpriced + worth.unpriced
    })
  }
  for (const usage of books.usages.all()) {
    yield
    const { account, openNotional } = usage
    const [counted, summed] = [Usage.heldOf(usage), held.get(account) ?? Usage.heldOf(undefined)]
    if (!Decimal.equals(counted.gross, summed.gross) || !Decimal.equals(counted.net, summed.net))
      report(`usages ${account}`, "the holdings are not the sum of its positions", account)
    if (!Decimal.equals(openNotional, open.get(account) ?? Decimal.zero))
      report(`usages ${account}`, "the open notional is not the sum of its live orders", account)
  }
  for (const position of books.positions.all()) {
    yield
    const lots = books.lots.find("open", [position.account, position.symbol])
    const where = `positions ${position.account}/${position.symbol}`
    if (!Decimal.equals(Decimal.sum(lots.map((lot) => lot.open)), position.residual)) {
      report(where, "the residual is not the sum of the open lots (A4)", position.account)
    }
    const orders = Decimal.add(
      filled.get(joinKey([position.account, position.symbol])) ?? Decimal.zero,
      position.splitHeld
    )
    const figures = Decimal.sum([position.hedged, position.direct, position.adopted])
    if (!Decimal.equals(figures, orders)) {
      report(where, "hedged, direct and adopted are not the fills of its orders (E4)", position.account)
    }
    if (
      !Decimal.equals(position.openShares, openShares.get(joinKey([position.account, position.symbol])) ?? Decimal.zero)
    )
      report(where, "in flight is not the unfilled shares of its live orders", position.account)
    const signs = new Set(lots.map((lot) => Decimal.sign(lot.open)))
    if (signs.size > 1) report(where, "it has open lots of both signs (C1)", position.account)
  }
  yield* checkParts(self)
  for (const fault of ownerFaults(books)) {
    yield
    if (fault !== undefined) report(fault.where, fault.what, fault.account)
  }
}

const reportTo =
  ({ findings }: Fold) =>
  (where: string, what: string, account: string) =>
    findings.push({ where, what, account, seq: undefined })

/** A4: a trade and an order are what their parts come to. */
function* checkParts(self: Fold): Generator<void> {
  const { books } = self
  const report = reportTo(self)
  for (const trade of books.trades.all()) {
    yield
    if (!isCounted(trade)) continue
    const [lot] = books.lots.find("trade", [trade.id])
    const ordered = books.allocations.find("trade", [trade.id]).filter((each) => each.kind === "order")
    const parts = [trade.netted, ...ordered.map((each) => each.quantity), Decimal.abs(lot?.open ?? Decimal.zero)]
    if (!Decimal.equals(Decimal.sum(parts), Decimal.add(Decimal.abs(targetOf(trade)), trade.splitOpen))) {
      report(`trades ${trade.id}`, "its parts do not sum up to its quantity (A4)", trade.account)
    }
  }
  for (const order of books.orders.all()) {
    yield
    const covered = [order.excess, ...allocationsOf(books, order.id).map((each) => each.quantity)]
    if (!Decimal.equals(Decimal.sum(covered), commitmentOf(order))) {
      report(`orders ${order.id}`, "allocations and excess are not the sum of its commitment (A4)", order.account)
    }
    const fault = executionFault(books, order)
    if (fault !== undefined) report(`orders ${order.id}`, fault, order.account)
  }
}
