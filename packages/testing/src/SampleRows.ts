import { Effect } from "effect"
import type { Order } from "@roundlot/core"
import { Books, type Entry, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Payload } from "@roundlot/core/ledger"
import * as trades from "./sample/trades.ts"
import * as orders from "./sample/orders.ts"
import * as operating from "./sample/operating.ts"

export * from "./sample/trades.ts"
export * from "./sample/orders.ts"
export * from "./sample/operating.ts"

type Row = Table.EncodedRow

/** A template of a batch. */
const template: Row = {
  name: "friday",
  terms: '{"mode":"accumulate","separator":";"}',
  savedAt: trades.AT,
  savedBy: "test",
  deletedAt: null
}

const tokenUse: Row = { token: "watch", lastUsedAt: trades.AT }

/** One sound row a table. */
export const soundRows: { readonly [T in Table.TableName]: Row } = {
  accounts: trades.account,
  instruments: trades.instrument,
  batches: trades.batch,
  trades: trades.trade,
  positions: trades.position,
  owner_positions: trades.ownerPosition,
  lots: trades.lot,
  decisions: trades.decision,
  orders: orders.order,
  allocations: orders.allocation,
  attempts: orders.attempt,
  payloads: orders.payload,
  fills: orders.fill,
  waiting_fills: orders.waitingFill,
  waiting_commissions: orders.waitingCommission,
  held_reports: orders.heldReport,
  breaks: operating.openBreak,
  attended_cases: operating.attendedCase,
  controls: operating.control,
  usages: operating.usage,
  tokens: operating.token,
  sessions: operating.session,
  commands: operating.command,
  approvals: operating.approval,
  cursors: operating.cursor,
  ops_marks: operating.mark,
  ops_jobs: operating.job,
  ops_requests: operating.request,
  ops_templates: template,
  ops_token_uses: tokenUse,
  ops_holdings: operating.holding,
  ops_comparisons: operating.comparison,
  ops_reconciliations: operating.reconciliation
}

/** Inserts of rows in one table. */
export const inserting = (table: Table.TableName, ...inserts: ReadonlyArray<Row>): Books.TableChanges => ({
  table,
  inserts,
  updates: []
})

/** Updates of rows in one table. */
export const updating = (table: Table.TableName, ...updates: ReadonlyArray<Row>): Books.TableChanges => ({
  table,
  inserts: [],
  updates
})

/** The whole sound store as changes. */
export const everything: ReadonlyArray<Books.TableChanges> = [
  inserting("accounts", trades.account),
  inserting("instruments", trades.instrument),
  inserting("batches", trades.batch),
  inserting("trades", trades.trade),
  inserting("positions", trades.position),
  inserting("owner_positions", trades.ownerPosition),
  inserting("lots", trades.lot, trades.orderLot),
  inserting("decisions", trades.decision),
  inserting("orders", orders.order),
  inserting("allocations", orders.allocation),
  inserting("attempts", orders.attempt),
  inserting("payloads", orders.payload),
  inserting("fills", orders.fill),
  inserting("waiting_fills", orders.waitingFill),
  inserting("waiting_commissions", orders.waitingCommission),
  inserting("held_reports", orders.heldReport),
  inserting("breaks", operating.openBreak),
  inserting("attended_cases", operating.attendedCase),
  inserting("controls", operating.control),
  inserting("usages", operating.usage),
  inserting("tokens", operating.token),
  inserting("sessions", operating.session),
  inserting("commands", operating.command),
  inserting("approvals", operating.approval),
  inserting("cursors", operating.cursor),
  inserting("ops_marks", operating.mark),
  inserting("ops_jobs", operating.job),
  inserting("ops_requests", operating.request),
  inserting("ops_templates", template),
  inserting("ops_token_uses", tokenUse),
  inserting("ops_holdings", operating.holding),
  inserting("ops_comparisons", operating.comparison),
  inserting("ops_reconciliations", operating.reconciliation)
]

/** The next free ids of a store that has `everything`. */
export const nextIds = {
  trade: 2,
  order: 2,
  lot: 3,
  allocation: 2,
  fill: 2,
  attempt: 2,
  decision: 2,
  payload: 2,
  break: 2,
  batch: 2,
  approval: 2
}

/** The hash of an entry of a part: 64 hexadecimal digits, as every entry's. */
export const hashAt = (journal: string, seq: number): string => Payload.sha256(`${journal} ${seq}`)

const entry = (journal: string, first: number, seq: number): Entry.Entry => ({
  account: journal,
  seq,
  commitId: `commit-${journal}-${first}`,
  entityKind: seq % 2 === 0 ? "order" : "trade",
  entityId: "1",
  tag: "TradeAccepted",
  eventVersion: 1,
  at: trades.AT,
  cause: '{"actor":"test","kind":"trade"}',
  body: `{"n":${seq}}`,
  hash: hashAt(journal, seq)
})

/** A part of a journal from one seq to another. */
export const part = (journal: string, first: number, last = first): TradeRepository.JournalPart => {
  const rest = Array.from({ length: last - first }, (_, i) => entry(journal, first, first + i + 1))
  return {
    account: journal,
    entries: [entry(journal, first, first), ...rest],
    head: { seq: last, hash: hashAt(journal, last) }
  }
}

/** A plan that writes this whatever it sees. */
export const writing =
  (changes: ReadonlyArray<Books.TableChanges>, journals: ReadonlyArray<TradeRepository.JournalPart> = []) =>
  (): TradeRepository.Plan<string> => ({ _tag: "Planned", journals, changes, answer: "written" })

let commits = 0

/** A scope with these needs, of a commit of its own. */
export const scope = (...needs: TradeRepository.Scope["needs"]): TradeRepository.Scope => ({
  commitId: `commit-${commits++}`,
  needs
})

/** A commit that writes nothing, and says what planning sees of the first order and of the journal `main`. */
export const orderSeen = (repository: TradeRepository.TradeRepositoryService, about: TradeRepository.Scope) =>
  Effect.map(
    repository.write(about, ({ books, heads }) => ({
      _tag: "Planned",
      journals: [],
      changes: Books.changes(books),
      answer: { code: books.orders.get(1)?.code, head: heads.get("main")?.seq }
    })),
    ({ answer }) => answer
  )

/** A commit that changes the first order as rules do, through the books, with an entry of the journal `main`. */
export const changeOrder = (
  repository: TradeRepository.TradeRepositoryService,
  about: TradeRepository.Scope,
  fields: Partial<Order.Order>
) =>
  repository.write(about, ({ books, heads }) => {
    const order = books.orders.get(1)
    if (order === undefined) throw new Error("the order is not there")
    books.orders.put({ ...order, ...fields })
    const journals = [part("main", (heads.get("main")?.seq ?? 0) + 1)]
    return { _tag: "Planned", journals, changes: Books.changes(books), answer: undefined }
  })
