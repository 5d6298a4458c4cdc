import type * as Shelf from "./Shelf.ts"
import type { Books, LotHorizons } from "./Books.ts"
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

/**
 * Brings what `needs` name, and all that belongs to it, into `books`. A store drives it: it answers each batch of questions
 * until there is none. Which rows belong together is said here once, for every store.
 */
export function* load(books: Books, met: Set<string>, horizons: LotHorizons, needs: Iterable<Need>): Asking {
  let open = [...needs]
  while (open.length > 0) {
    const fresh = open.filter((need) => !met.has(keyOf(need)))
    for (const need of fresh) met.add(keyOf(need))
    const questions = dedupe(fresh).flatMap((need) => questionsOf(books, need))
    if (questions.length === 0) return
    const grouped = group(questions)
    const answers = yield grouped.map(({ request }) => request)
    const loaded = grouped.flatMap(({ shelf }, i) => (answers[i] ?? []).flatMap((row) => shelf.load(row)))
    for (const [i, { request }] of grouped.entries()) noteHorizons(horizons, request, answers[i] ?? [])
    open = loaded
  }
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

/** Loads a row and says what must come with it. */
interface Taking {
  readonly load: (row: EncodedRow) => ReadonlyArray<Need>
}

const taking = <R extends object>(shelf: Shelf.Shelf<R>, follow: (record: R) => ReadonlyArray<Need>): Taking => ({
  load: (row) => follow(shelf.load(row))
})

const dedupe = (needs: ReadonlyArray<Need>): ReadonlyArray<Need> => [
  ...new Map(needs.map((need) => [keyOf(need), need])).values()
]

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
  const trades = taking(books.trades, (trade) => [
    Need.TradeById({ id: trade.id }),
    Need.Position({ account: trade.account, symbol: trade.symbol })
  ])
  const orders = taking(books.orders, (order) => [
    Need.OrderById({ id: order.id }),
    Need.Position({ account: order.account, symbol: order.symbol })
  ])
  const lots = taking(books.lots, (lot) => [...tradeNeeds(lot.tradeId), ...orderNeeds(lot.orderId)])
  const allocations = taking(books.allocations, (each) => [
    ...tradeNeeds(each.tradeId),
    ...orderNeeds(each.orderId),
    ...orderNeeds(each.counterOrderId)
  ])
  const fills = taking(books.fills, (fill) => orderNeeds(fill.orderId))
  switch (need._tag) {
    case "Account":
      return [
        question(
          "accounts",
          "primary",
          [need.account],
          taking(books.accounts, () => [])
        )
      ]
    case "Position":
      return [
        question(
          "positions",
          "primary",
          [need.account, need.symbol],
          taking(books.positions, () => [])
        ),
        question(
          "instruments",
          "primary",
          [need.account, need.symbol],
          taking(books.instruments, () => [])
        ),
        question("lots", "open", [need.account, need.symbol], lots, LOTS_AT_FIRST),
        question("orders", "live", [need.account, need.symbol], orders),
        question(
          "breaks",
          "open",
          [need.account, need.symbol],
          taking(books.breaks, () => [])
        ),
        question(
          "accounts",
          "primary",
          [need.account],
          taking(books.accounts, () => [])
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
            taking(books.controls, () => [])
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
          taking(books.allocations, () => [])
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
          taking(books.attempts, () => [])
        )
      ]
    case "OrderByClientId":
      return [question("orders", "clientOrderId", [need.clientOrderId], orders)]
    case "OrderByBrokerId":
      return [
        question("orders", "brokerOrderId", [need.account, need.brokerOrderId], orders),
        question(
          "waiting_fills",
          "brokerOrderId",
          [need.account, need.brokerOrderId],
          taking(books.waiting_fills, () => [])
        )
      ]
    case "AttemptById":
      return [
        question(
          "attempts",
          "primary",
          [need.id],
          taking(books.attempts, (attempt) => orderNeeds(attempt.orderId))
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
          taking(books.waiting_fills, () => [])
        )
      ]
    case "BreakById":
      return [
        question(
          "breaks",
          "primary",
          [need.id],
          taking(books.breaks, () => [])
        )
      ]
    case "Control":
      return [
        question(
          "controls",
          "primary",
          [need.account, need.symbol],
          taking(books.controls, () => [])
        )
      ]
    case "Cursor":
      return [
        question(
          "ops_cursors",
          "primary",
          [need.account, need.source],
          taking(books.ops_cursors, () => [])
        )
      ]
    case "WaitingFills":
      return [
        question(
          "waiting_fills",
          "waiting",
          [need.account],
          taking(books.waiting_fills, (fill) => [Need.Position({ account: fill.account, symbol: fill.symbol })])
        )
      ]
    case "Command":
      return [
        question(
          "ops_commands",
          "primary",
          [need.id],
          taking(books.ops_commands, () => [])
        )
      ]
  }
}
