import type * as Shelf from "./Shelf.ts"
import type { Books } from "./Books.ts"
import type { WaitingFill } from "../records/Fill.ts"
import { UNMAPPED } from "../records/Ticker.ts"
import { LOTS_AT_FIRST, Need } from "./Need.ts"
import type { EncodedRow, Fields, Key, TableName } from "../tables/Table.ts"

/** What a store is asked for, and who takes its rows. */
export interface Question {
  readonly table: TableName
  readonly lookup: string
  readonly key: ReadonlyArray<string | number>
  readonly take: Taking
  readonly limit: number | undefined
}

type Ask = (need: Need) => void

/** Takes rows in, and asks for what must come with them. */
export interface Taking {
  readonly load: (row: EncodedRow, ask: Ask) => void
  /** What a unique lookup has found already is all there is; what must come with it is asked for. */
  readonly isKnown: (question: Pick<Question, "lookup" | "key">, ask: Ask) => boolean
  readonly carry: (from: Books, lookup: string, key: ReadonlyArray<string | number>, ask: Ask) => void
}

const alone = (): void => undefined

const taking = <R extends Fields, K extends Key>(
  books: Books,
  shelfOf: (books: Books) => Shelf.Shelf<R, K>,
  follow: (record: R, ask: Ask) => void = alone
): Taking => {
  const shelf = shelfOf(books)
  return {
    load: (row, ask) => follow(shelf.load(row), ask),
    isKnown: ({ key, lookup }, ask) => {
      if (shelf.table.lookups[lookup]?.unique !== true) return false
      const [record] = shelf.find(lookup, key)
      if (record !== undefined) follow(record, ask)
      return record !== undefined
    },
    carry: (from, lookup, key, ask) => {
      for (const record of shelfOf(from).find(lookup, key)) follow(shelf.take(record), ask)
    }
  }
}

const askForTrade = (id: number | undefined, ask: Ask): void => {
  if (id !== undefined) ask(Need.TradeById({ id }))
}

const askForDecision = (id: number | undefined, ask: Ask): void => {
  if (id !== undefined) ask(Need.DecisionById({ id }))
}

const askForOrder = (id: number | undefined, ask: Ask): void => {
  if (id !== undefined) ask(Need.OrderById({ id }))
}

/** A fill that waits is booked with what its execution cost. */
const askForCommissions = ({ account, execId }: WaitingFill, ask: Ask): void =>
  ask(Need.WaitingCommissions({ account, execId }))

const question = (
  table: TableName,
  lookup: string,
  key: ReadonlyArray<string | number>,
  take: Taking,
  limit?: number
): Question => ({ table, lookup, key, take, limit })

type Takings = { readonly [T in TableName | "allocationsOfTrade" | "fillsThatWait" | "ordersAlone"]: Taking }

/**
 * What comes with the rows of each table. An order brings its allocations, fills, attempts and position; a trade its lot and
 * allocations; a position its open lots with their owners, its live orders, its open breaks and the gates before it.
 */
const makeTakings = (books: Books): Takings => ({
  accounts: taking(books, (each) => each.accounts),
  instruments: taking(books, (each) => each.instruments),
  positions: taking(books, (each) => each.positions),
  owner_positions: taking(books, (each) => each.owner_positions),
  batches: taking(books, (each) => each.batches),
  breaks: taking(books, (each) => each.breaks),
  attended_cases: taking(books, (each) => each.attended_cases),
  controls: taking(books, (each) => each.controls),
  usages: taking(books, (each) => each.usages),
  tokens: taking(books, (each) => each.tokens),
  sessions: taking(books, (each) => each.sessions),
  commands: taking(books, (each) => each.commands),
  approvals: taking(books, (each) => each.approvals),
  cursors: taking(books, (each) => each.cursors),
  payloads: taking(books, (each) => each.payloads),
  ops_marks: taking(books, (each) => each.ops_marks),
  ops_jobs: taking(books, (each) => each.ops_jobs),
  ops_requests: taking(books, (each) => each.ops_requests),
  ops_templates: taking(books, (each) => each.ops_templates),
  ops_token_uses: taking(books, (each) => each.ops_token_uses),
  ops_holdings: taking(books, (each) => each.ops_holdings),
  ops_comparisons: taking(books, (each) => each.ops_comparisons),
  ops_reconciliations: taking(books, (each) => each.ops_reconciliations),
  trades: taking(
    books,
    (each) => each.trades,
    ({ account, batchId, id, owner, symbol }, ask) => {
      askForTrade(id, ask)
      ask(Need.Position({ account, symbol }))
      if (owner !== undefined) ask(Need.OwnerPosition({ account, owner, symbol }))
      if (batchId !== undefined) ask(Need.BatchById({ id: batchId }))
    }
  ),
  orders: taking(
    books,
    (each) => each.orders,
    ({ account, decisionId, id, symbol, tradeId }, ask) => {
      askForOrder(id, ask)
      ask(Need.Position({ account, symbol }))
      askForTrade(tradeId, ask)
      askForDecision(decisionId, ask)
    }
  ),
  decisions: taking(
    books,
    (each) => each.decisions,
    ({ id, orderId }, ask) => {
      askForDecision(id, ask)
      askForOrder(orderId, ask)
    }
  ),
  lots: taking(
    books,
    (each) => each.lots,
    ({ orderId, tradeId }, ask) => {
      askForTrade(tradeId, ask)
      askForOrder(orderId, ask)
    }
  ),
  allocations: taking(
    books,
    (each) => each.allocations,
    ({ counterOrderId, orderId, tradeId }, ask) => {
      askForTrade(tradeId, ask)
      askForOrder(orderId, ask)
      askForOrder(counterOrderId, ask)
    }
  ),
  fills: taking(
    books,
    (each) => each.fills,
    ({ orderId }, ask) => askForOrder(orderId, ask)
  ),
  attempts: taking(
    books,
    (each) => each.attempts,
    ({ orderId }, ask) => askForOrder(orderId, ask)
  ),
  waiting_fills: taking(books, (each) => each.waiting_fills, askForCommissions),
  waiting_commissions: taking(books, (each) => each.waiting_commissions),
  held_reports: taking(books, (each) => each.held_reports),
  ordersAlone: taking(books, (each) => each.orders),
  /** What a trade is netted with and ordered in counts; the orders do not. */
  allocationsOfTrade: taking(books, (each) => each.allocations),
  fillsThatWait: taking(
    books,
    (each) => each.waiting_fills,
    (fill, ask) => {
      ask(Need.Position({ account: fill.account, symbol: fill.symbol }))
      askForCommissions(fill, ask)
    }
  )
})

const madeTakings = new WeakMap<Books, Takings>()

/** What takes the rows of each table into these books. */
export const takingsOf = (books: Books): Takings => {
  const known = madeTakings.get(books)
  if (known !== undefined) return known
  const made = makeTakings(books)
  madeTakings.set(books, made)
  return made
}

/** The tables' rows that a need stands for. */
export const questionsOf = (shelves: Takings, need: Need): ReadonlyArray<Question> => {
  const of = (table: TableName, lookup: string, key: ReadonlyArray<string | number>, limit?: number): Question =>
    question(table, lookup, key, shelves[table], limit)
  switch (need._tag) {
    case "Account":
      return [of("accounts", "primary", [need.account])]
    case "Position":
      return ofPosition(of, need.account, need.symbol)
    case "OwnerPosition":
      return [of("owner_positions", "primary", [need.owner, need.account, need.symbol])]
    case "OwnersOf":
      return [of("owner_positions", "symbol", [need.account, need.symbol])]
    case "Lots":
      return [of("lots", "open", [need.account, need.symbol], need.most)]
    case "Identity": {
      const key = [need.account, need.source, need.sourceId, need.occurrence]
      return [of("trades", "identity", key), of("trades", "reversing", key)]
    }
    case "TradeById":
      return [
        of("trades", "primary", [need.id]),
        question("allocations", "trade", [need.id], shelves.allocationsOfTrade),
        of("lots", "trade", [need.id])
      ]
    case "OrderById":
      return [
        of("orders", "primary", [need.id]),
        of("lots", "order", [need.id]),
        of("allocations", "order", [need.id]),
        of("allocations", "counterOrder", [need.id]),
        of("fills", "order", [need.id]),
        of("attempts", "order", [need.id])
      ]
    case "ReleasedBy":
      return [of("allocations", "released", [need.orderId])]
    case "DecisionById":
      return [of("decisions", "primary", [need.id])]
    case "DecisionsIn":
      return [of("decisions", "minute", [need.account, need.symbol, need.minute])]
    case "OrderByClientId":
      return [of("orders", "clientOrderId", [need.clientOrderId])]
    case "OrderByBrokerId":
      return [
        of("orders", "brokerOrderId", [need.account, need.brokerOrderId]),
        of("waiting_fills", "brokerOrderId", [need.account, need.brokerOrderId])
      ]
    case "OrdersOfStatus":
      return [question("orders", "status", [need.status], shelves.ordersAlone)]
    case "Unplaced":
      return [of("orders", "unplaced", [need.account, need.symbol, need.unplacedOn])]
    case "AttemptById":
      return [of("attempts", "primary", [need.id])]
    case "Execution":
      return [of("fills", "execution", [need.account, need.execIdBase])]
    case "FillByExecId":
      return [of("fills", "execId", [need.account, need.execId])]
    case "WaitingFill":
      return [of("waiting_fills", "primary", [need.account, need.execId])]
    case "WaitingCommissions":
      return [of("waiting_commissions", "execId", [need.account, need.execId])]
    case "PayloadById":
      return [of("payloads", "primary", [need.id])]
    case "Body":
      return [of("payloads", "body", [need.account, need.sha256])]
    case "AccountBreaks":
      return [of("breaks", "open", [need.account, UNMAPPED])]
    case "BreakById":
      return [of("breaks", "primary", [need.id])]
    case "AttendedCase":
      return [of("attended_cases", "primary", [need.account, need.caseId])]
    case "Control":
      return [of("controls", "primary", [need.account, need.symbol])]
    case "Usage":
      return [of("usages", "primary", [need.account])]
    case "Cursor":
      return [of("cursors", "primary", [need.account, need.source])]
    case "Mark":
      return [of("ops_marks", "primary", [need.account, need.name])]
    case "ComparedHolding":
      return [of("ops_comparisons", "primary", [need.account, need.symbol])]
    case "ReconciliationRun":
      return [of("ops_reconciliations", "primary", [need.account, need.startedAt])]
    case "BatchById":
      return [of("batches", "primary", [need.id])]
    case "BatchByUid":
      return [of("batches", "uid", [need.uid])]
    case "TokenByName":
      return [of("tokens", "primary", [need.name])]
    case "SessionsOf":
      return [of("sessions", "token", [need.token])]
    case "SessionById":
      return [of("sessions", "id", [need.id])]
    case "RequestByKey":
      return [of("ops_requests", "primary", [need.key])]
    case "TemplateByName":
      return [of("ops_templates", "primary", [need.name])]
    case "TokenUse":
      return [of("ops_token_uses", "primary", [need.token])]
    case "JobById":
      return [of("ops_jobs", "primary", [need.id])]
    case "JobByKey":
      return [of("ops_jobs", "key", [need.type, need.key])]
    case "HeldReports":
      return [of("held_reports", "order", [need.orderId])]
    case "WaitingFills":
      return [question("waiting_fills", "waiting", [need.account], shelves.fillsThatWait)]
    case "Command":
      return [of("commands", "primary", [need.id])]
    case "ApprovalById":
      return [of("approvals", "primary", [need.id])]
  }
}

const ofPosition = (
  of: (table: TableName, lookup: string, key: ReadonlyArray<string | number>, limit?: number) => Question,
  account: string,
  symbol: string
): ReadonlyArray<Question> => [
  of("positions", "primary", [account, symbol]),
  of("instruments", "primary", [account, symbol]),
  of("lots", "open", [account, symbol], LOTS_AT_FIRST),
  of("orders", "live", [account, symbol]),
  of("breaks", "open", [account, symbol]),
  of("controls", "primary", [account, symbol])
]
