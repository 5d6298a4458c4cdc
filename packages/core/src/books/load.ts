import { make, type Books, type LotHorizons } from "./Books.ts"
import * as Met from "./Met.ts"
import { Need } from "./Need.ts"
import { joinKey, type EncodedRow, type TableName } from "../tables/Table.ts"
import { takingsOf, type Question, questionsOf, type Taking } from "./questions.ts"

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
