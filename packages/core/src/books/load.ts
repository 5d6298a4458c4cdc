import type * as Shelf from "./Shelf.ts"
import { make, type Books, type LotHorizons } from "./Books.ts"
import { keyOf, LOTS_AT_FIRST, Need } from "./Need.ts"
import { joinKey, type EncodedRow, type TableName } from "./Table.ts"

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
  readonly met: Set<string>
  readonly horizons: LotHorizons
}

/** Nothing loaded. */
export const nothing = (): Loaded => ({ books: make(), met: new Set(), horizons: new Map() })

/**
 * Brings what `needs` name, and all that belongs to it, into `books`. A store drives it: it answers each batch of questions
 * until there is none. Which rows belong together is said here once, for every store. What `earlier` has met is taken from there
 * and not asked for: those records are known to be what the store holds, but for what has changed in `books` since.
 */
export function* load(
  books: Books,
  met: Set<string>,
  horizons: LotHorizons,
  needs: Iterable<Need>,
  earlier?: Loaded
): Asking {
  let open: Iterable<Need> = needs
  for (;;) {
    const questions: Array<Question> = []
    const carried: Array<Need> = []
    for (const need of open) {
      const key = keyOf(need)
      if (met.has(key)) continue
      met.add(key)
      const isKnown = earlier?.met.has(key) === true
      for (const question of questionsOf(books, need)) {
        if (isKnown) carried.push(...question.take.carry(earlier.books, question.lookup, question.key))
        else questions.push(question)
      }
      if (isKnown) carryHorizon(horizons, earlier, need)
    }
    if (questions.length === 0 && carried.length === 0) return
    const grouped = group(questions)
    const answers = grouped.length === 0 ? [] : yield grouped.map(({ request }) => request)
    const loaded = grouped.flatMap(({ shelf }, i) => (answers[i] ?? []).flatMap((row) => shelf.load(row)))
    for (const [i, { request }] of grouped.entries()) noteHorizons(horizons, request, answers[i] ?? [])
    open = [...carried, ...loaded]
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

interface Question {
  readonly table: TableName
  readonly lookup: string
  readonly key: ReadonlyArray<string | number>
  readonly take: Taking
  readonly limit: number | undefined
}

/** Takes rows in, and says what must come with them. */
interface Taking {
  readonly load: (row: EncodedRow) => ReadonlyArray<Need>
  readonly carry: (from: Books, lookup: string, key: ReadonlyArray<string | number>) => ReadonlyArray<Need>
}

const taking = <R extends object>(
  books: Books,
  shelfOf: (books: Books) => Shelf.Shelf<R>,
  follow: (record: R) => ReadonlyArray<Need>
): Taking => ({
  load: (row) => follow(shelfOf(books).load(row)),
  carry: (from, lookup, key) =>
    shelfOf(from)
      .find(lookup, key)
      .flatMap((record) => follow(shelfOf(books).take(record)))
})

const group = (questions: ReadonlyArray<Question>) => {
  const groups = new Map<string, { shelf: Taking; keys: Array<ReadonlyArray<string | number>>; first: Question }>()
  for (const question of questions) {
    const name = `${question.table}/${question.lookup}/${question.limit ?? ""}`
    const known = groups.get(name)
    if (known === undefined) groups.set(name, { shelf: question.take, keys: [question.key], first: question })
    else known.keys.push(question.key)
  }
  return [...groups.values()].map(({ shelf, keys, first }) => ({
    shelf,
    request: { table: first.table, lookup: first.lookup, keys, limit: first.limit }
  }))
}

const tradeNeeds = (id: number | undefined): ReadonlyArray<Need> => (id === undefined ? [] : [Need.TradeById({ id })])
const decisionNeeds = (id: number | undefined): ReadonlyArray<Need> =>
  id === undefined ? [] : [Need.DecisionById({ id })]
const orderNeeds = (id: number | undefined): ReadonlyArray<Need> => (id === undefined ? [] : [Need.OrderById({ id })])

const question = (
  table: TableName,
  lookup: string,
  key: ReadonlyArray<string | number>,
  take: Taking,
  limit?: number
): Question => ({ table, lookup, key, take, limit })

/**
 * The tables' rows that a need stands for. An order brings its allocations, fills, attempts and position; a trade its lot and
 * allocations; a position its open lots with their owners, its live orders, its open breaks and the gates before it.
 */
const questionsOf = (books: Books, need: Need): ReadonlyArray<Question> => {
  const trades = taking(
    books,
    (each) => each.trades,
    (trade) => [Need.TradeById({ id: trade.id }), Need.Position({ account: trade.account, symbol: trade.symbol })]
  )
  const orders = taking(
    books,
    (each) => each.orders,
    (order) => [
      Need.OrderById({ id: order.id }),
      Need.Position({ account: order.account, symbol: order.symbol }),
      ...tradeNeeds(order.tradeId),
      ...decisionNeeds(order.decisionId)
    ]
  )
  const decisions = taking(
    books,
    (each) => each.decisions,
    (decision) => [Need.DecisionById({ id: decision.id }), ...orderNeeds(decision.orderId)]
  )
  const lots = taking(
    books,
    (each) => each.lots,
    (lot) => [...tradeNeeds(lot.tradeId), ...orderNeeds(lot.orderId)]
  )
  const allocations = taking(
    books,
    (each) => each.allocations,
    (each) => [...tradeNeeds(each.tradeId), ...orderNeeds(each.orderId), ...orderNeeds(each.counterOrderId)]
  )
  const fills = taking(
    books,
    (each) => each.fills,
    (fill) => orderNeeds(fill.orderId)
  )
  switch (need._tag) {
    case "Account":
      return [
        question(
          "accounts",
          "primary",
          [need.account],
          taking(
            books,
            (each) => each.accounts,
            () => []
          )
        )
      ]
    case "Position":
      return [
        question(
          "positions",
          "primary",
          [need.account, need.symbol],
          taking(
            books,
            (each) => each.positions,
            () => []
          )
        ),
        question(
          "instruments",
          "primary",
          [need.account, need.symbol],
          taking(
            books,
            (each) => each.instruments,
            () => []
          )
        ),
        question("lots", "open", [need.account, need.symbol], lots, LOTS_AT_FIRST),
        question("orders", "live", [need.account, need.symbol], orders),
        question(
          "breaks",
          "open",
          [need.account, need.symbol],
          taking(
            books,
            (each) => each.breaks,
            () => []
          )
        ),
        question(
          "accounts",
          "primary",
          [need.account],
          taking(
            books,
            (each) => each.accounts,
            () => []
          )
        ),
        ...[
          ["", ""],
          [need.account, ""],
          [need.account, need.symbol]
        ].map((key) =>
          question(
            "controls",
            "primary",
            key,
            taking(
              books,
              (each) => each.controls,
              () => []
            )
          )
        )
      ]
    case "Lots":
      return [question("lots", "open", [need.account, need.symbol], lots, need.most)]
    case "Identity":
      return [
        question("trades", "identity", [need.account, need.source, need.sourceId, need.occurrence], trades),
        question("trades", "reversing", [need.account, need.source, need.sourceId, need.occurrence], trades)
      ]
    case "TradeById":
      return [
        question("trades", "primary", [need.id], trades),
        question(
          "allocations",
          "trade",
          [need.id],
          taking(
            books,
            (each) => each.allocations,
            () => []
          )
        ),
        question("lots", "trade", [need.id], lots)
      ]
    case "OrderById":
      return [
        question("orders", "primary", [need.id], orders),
        question("lots", "order", [need.id], lots),
        question("allocations", "order", [need.id], allocations),
        question("allocations", "counterOrder", [need.id], allocations),
        question("fills", "order", [need.id], fills),
        question(
          "attempts",
          "order",
          [need.id],
          taking(
            books,
            (each) => each.attempts,
            () => []
          )
        )
      ]
    case "DecisionById":
      return [question("decisions", "primary", [need.id], decisions)]
    case "DecisionsIn":
      return [question("decisions", "minute", [need.account, need.symbol, need.minute], decisions)]
    case "OrderByClientId":
      return [question("orders", "clientOrderId", [need.clientOrderId], orders)]
    case "OrderByBrokerId":
      return [
        question("orders", "brokerOrderId", [need.account, need.brokerOrderId], orders),
        question(
          "waiting_fills",
          "brokerOrderId",
          [need.account, need.brokerOrderId],
          taking(
            books,
            (each) => each.waiting_fills,
            () => []
          )
        )
      ]
    case "AttemptById":
      return [
        question(
          "attempts",
          "primary",
          [need.id],
          taking(
            books,
            (each) => each.attempts,
            (attempt) => orderNeeds(attempt.orderId)
          )
        )
      ]
    case "Execution":
      return [question("fills", "execution", [need.account, need.execIdBase], fills)]
    case "FillByExecId":
      return [question("fills", "execId", [need.account, need.execId], fills)]
    case "WaitingFill":
      return [
        question(
          "waiting_fills",
          "primary",
          [need.account, need.execId],
          taking(
            books,
            (each) => each.waiting_fills,
            () => []
          )
        )
      ]
    case "PayloadById":
      return [
        question(
          "payloads",
          "primary",
          [need.id],
          taking(
            books,
            (each) => each.payloads,
            () => []
          )
        )
      ]
    case "BreakById":
      return [
        question(
          "breaks",
          "primary",
          [need.id],
          taking(
            books,
            (each) => each.breaks,
            () => []
          )
        )
      ]
    case "Control":
      return [
        question(
          "controls",
          "primary",
          [need.account, need.symbol],
          taking(
            books,
            (each) => each.controls,
            () => []
          )
        )
      ]
    case "Usage":
      return [
        question(
          "usages",
          "primary",
          [need.account],
          taking(
            books,
            (each) => each.usages,
            () => []
          )
        )
      ]
    case "Cursor":
      return [
        question(
          "ops_cursors",
          "primary",
          [need.account, need.source],
          taking(
            books,
            (each) => each.ops_cursors,
            () => []
          )
        )
      ]
    case "WaitingFills":
      return [
        question(
          "waiting_fills",
          "waiting",
          [need.account],
          taking(
            books,
            (each) => each.waiting_fills,
            (fill) => [Need.Position({ account: fill.account, symbol: fill.symbol })]
          )
        )
      ]
    case "Command":
      return [
        question(
          "ops_commands",
          "primary",
          [need.id],
          taking(
            books,
            (each) => each.ops_commands,
            () => []
          )
        )
      ]
  }
}
