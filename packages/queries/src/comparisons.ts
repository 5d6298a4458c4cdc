import type { Documents } from "@roundlot/api"
import { Decimal, Instant } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Break, ComparedHolding, Reconciliation } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { inAnyCase, isWord } from "./criteria.ts"
import { among, collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { timeOrNull, valueOrNull } from "./text.ts"

/** A symbol of an account, books against broker, as it was compared last. */
export type ComparisonDocument = Documents.ComparisonDocument

/** Which symbols; differences come first, then what was not compared. */
export interface ComparisonFilters extends ListOptions {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly outcome?: string | undefined
}

const sorts = { outcome: ["rank", "account", "symbol"] } as const

type Row = ComparedHolding.ComparedHolding

const keyOf = ({ account, symbol }: { readonly account: string; readonly symbol?: string | undefined }) =>
  `${account} ${symbol ?? ""}`

/** The open breaks of the differences on a page. */
const breaksOf = (rows: ReadonlyArray<Row>) => {
  const differing = rows.filter(({ outcome }) => outcome === "differs")
  const accounts = [...new Set(differing.map(({ account }) => account))]
  const symbols = new Set(differing.map(({ symbol }) => symbol))
  return Effect.map(
    among(Break.BreakTable, "symbol", symbols, [
      { column: "account", in: accounts },
      { column: "closedAt", in: [null] },
      { column: "kind", in: ["PositionDiffers", "ForeignPosition"] }
    ]),
    (open) => new Map(open.map((each) => [keyOf(each), each.id]))
  )
}

/** Beside a row when its account was last compared: that confirmed all rows but those that were skipped. */
const documentsOf = (rows: ReadonlyArray<Row>) =>
  Effect.gen(function* () {
    const compared = yield* Reconciliation.lastComparedOf([...new Set(rows.map(({ account }) => account))])
    const breaks = yield* breaksOf(rows)
    return rows.map((row): ComparisonDocument => {
      const { account, comparedAt, outcome, ours, reason, since, symbol, theirs } = row
      const breakId = breaks.get(keyOf(row))
      return {
        account,
        symbol,
        outcome,
        ours: Decimal.format(ours),
        theirs: Decimal.format(theirs),
        difference: Decimal.format(Decimal.subtract(theirs, ours)),
        reason: valueOrNull(reason),
        since: Instant.format(since),
        comparedAt: timeOrNull(outcome === "skipped" ? comparedAt : compared.get(account)),
        breakId: breakId === undefined ? null : Id.format("break", breakId)
      }
    })
  })

/** A page of symbols, books against broker. */
export const list = (
  filters: ComparisonFilters
): Effect.Effect<ListDocument<ComparisonDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const conditions = [
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...(yield* isWord("outcome", filters.outcome, ComparedHolding.comparisons))
    ]
    const { records, ...page } = yield* collect(
      { table: ComparedHolding.ComparedHoldingTable, anyOf: [conditions], sorts },
      { ...filters, sort: "outcome" }
    )
    return { items: yield* documentsOf(records), ...page }
  })

const columns: ReadonlyArray<Columns.TableColumn<ComparisonDocument>> = [
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.ids("SYMBOL", (each) => each.symbol),
  Columns.states("OUTCOME", (each) => each.outcome),
  Columns.numbers("BOOKS", (each) => each.ours),
  Columns.numbers("BROKER", (each) => each.theirs),
  Columns.numbers("DIFFERENCE", (each) => (each.outcome === "differs" ? each.difference : null)),
  Columns.ids("BREAK", (each) => each.breakId),
  Columns.times("COMPARED", (each) => each.comparedAt),
  Columns.words("REASON", (each) => each.reason)
]

/** The same as a table for people. */
export const table = Columns.tableOf<ComparisonDocument>(columns)
