import { make, type Books, type LotHorizons } from "./Books.ts"
import * as Met from "./Met.ts"
import { Need } from "./Need.ts"
import { joinKey, type EncodedRow, type TableName } from "../tables/Table.ts"
import { takingsOf, type Question, questionsOf, type Taking, question } from "./questions.ts"

/** A question to a store: the rows of `table` that `lookup` finds for any of `keys`. */
export interface LookupRequest {
  readonly table: TableName
  readonly lookup: string
  readonly keys: ReadonlyArray<ReadonlyArray<string | number>>
  /** At most so many rows for each key, in order of the table's key; all where there is none. */
  readonly limit: number | undefined
}

/** Asks a store, several questions at once; the rows come back in the order of the questions. */
export type Asking = Generator<ReadonlyArray<LookupRequest>, void, ReadonlyArray<ReadonlyArray<EncodedRow>>>

/** Records that are loaded, the needs that they meet, and how far the queues of their positions go. */
export interface Loaded {
  readonly books: Books
  readonly met: Met.Met
  readonly horizons: LotHorizons
}

/** Nothing loaded. */
export const nothing = (): Loaded => ({ books: make(), met: Met.make(), horizons: new Map() })

/**
 * Brings what `needs` name, and all that belongs to it, `into` what is loaded. A store drives it: it answers each batch of questions
 * until there is none. Which rows belong together is said here once, for every store. What `earlier` has met is taken from there
 * and not asked for: those records are known to be what the store holds, but for what has changed since.
 */
export function* load({ books, horizons, met }: Loaded, needs: Iterable<Need>, earlier?: Loaded): Asking {
  const shelves = takingsOf(books)
  const gates = new Set<string>()
  let open: Array<Need> = []
  const ask = (need: Need): void => {
    if (met.has(need)) return
    met.add(need)
    open.push(need)
    if (need._tag === "Position") askForGates(need.account)
  }
  /** What stands before every position of an account, and what every order of it counts in. */
  const askForGates = (account: string): void => {
    if (gates.has(account)) return
    gates.add(account)
    ask(Need.Account({ account }))
    ask(Need.Usage({ account }))
    ask(Need.Control({ account: "", symbol: "" }))
    ask(Need.Control({ account, symbol: "" }))
    ask(Need.AccountBreaks({ account }))
  }
  for (const need of needs) ask(need)
  while (open.length > 0) {
    const questions: Array<Question> = []
    const now = open
    open = []
    for (const need of now) {
      if (earlier?.met.has(need) !== true) {
        for (const each of questionsOf(shelves, need)) if (!each.take.isKnown(each, ask)) questions.push(each)
        continue
      }
      for (const { key, lookup, take } of questionsOf(shelves, need)) take.carry(earlier.books, lookup, key, ask)
      carryHorizon(horizons, earlier, need)
    }
    if (questions.length === 0) continue
    const grouped = group(questions)
    const answers = yield grouped.map(({ request }) => request)
    for (const [i, { request, take }] of grouped.entries()) {
      const rows = answers[i] ?? []
      for (const row of rows) take.load(row, ask)
      noteHorizons(horizons, request, rows)
    }
  }
}

const carryHorizon = (horizons: LotHorizons, earlier: Loaded, need: Need): void => {
  if (need._tag !== "Position" && need._tag !== "Lots") return
  const key = joinKey([need.account, need.symbol])
  const horizon = earlier.horizons.get(key)
  if (horizon !== undefined && !horizons.has(key)) horizons.set(key, horizon)
}

/** A limited answer that is full may not be all there is: what lies beyond its last lot is not known. */
const noteHorizons = (
  horizons: LotHorizons,
  { table, keys, limit }: LookupRequest,
  rows: ReadonlyArray<EncodedRow>
): void => {
  if (table !== "lots" || limit === undefined) return
  const counts = new Map<string, { count: number; last: number }>()
  for (const row of rows) {
    const key = joinKey([row["account"] ?? null, row["symbol"] ?? null])
    const count = (counts.get(key)?.count ?? 0) + 1
    counts.set(key, { count, last: Number(row["id"]) })
  }
  for (const cells of keys) {
    const key = joinKey(cells)
    const found = counts.get(key)
    if (found === undefined || found.count < limit) horizons.delete(key)
    else horizons.set(key, { last: found.last, asked: limit })
  }
}

const group = (questions: ReadonlyArray<Question>) => {
  const groups = new Map<string, { take: Taking; keys: Array<ReadonlyArray<string | number>>; first: Question }>()
  for (const question of questions) {
    const name = `${question.table}/${question.lookup}/${question.limit ?? ""}`
    const known = groups.get(name)
    if (known === undefined) groups.set(name, { take: question.take, keys: [question.key], first: question })
    else known.keys.push(question.key)
  }
  return [...groups.values()].map(({ take, keys, first }) => ({
    take,
    request: { table: first.table, lookup: first.lookup, keys, limit: first.limit }
  }))
}
<<<<<<< HEAD
=======

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

const takingsOf = (books: Books): Takings => {
  const known = madeTakings.get(books)
  if (known !== undefined) return known
  const made = makeTakings(books)
  madeTakings.set(books, made)
  return made
}

/** The tables' rows that a need stands for. */
const questionsOf = (shelves: Takings, need: Need): ReadonlyArray<Question> => {
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
>>>>>>> 6f234a4b (A token says when it was last used, to the minute: in tokens list, GET /api/v1/tokens and on the page of operations)
