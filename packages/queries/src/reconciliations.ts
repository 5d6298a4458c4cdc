import type { Documents } from "@roundlot/api"
import { Instant } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { ReconciliationRun } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { inAnyCase, isWithin, isWord, type Period } from "./criteria.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { valueOrNull } from "./text.ts"

/** A reconciliation of an account with its broker. */
export type ReconciliationRunDocument = Documents.ReconciliationRunDocument

/** Which reconciliations, by when they began. */
export interface ReconciliationFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly outcome?: string | undefined
}

const documentOf = ({
  endedAt,
  reason,
  startedAt,
  ...run
}: ReconciliationRun.ReconciliationRun): ReconciliationRunDocument => ({
  ...run,
  startedAt: Instant.format(startedAt),
  endedAt: Instant.format(endedAt),
  reason: valueOrNull(reason)
})

const sorts = { date: ["startedAt", "account"] } as const

/** A page of reconciliations, in the order in which they began. */
export const list = (
  filters: ReconciliationFilters
): Effect.Effect<ListDocument<ReconciliationRunDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const conditions = [
      ...inAnyCase("account", filters.account),
      ...(yield* isWord("outcome", filters.outcome, ReconciliationRun.runOutcomes)),
      ...(yield* isWithin("startedAt", filters))
    ]
    const { records, ...page } = yield* collect(
      { table: ReconciliationRun.ReconciliationRunTable, anyOf: [conditions], sorts },
      { ...filters, sort: "date" }
    )
    return { items: records.map(documentOf), ...page }
  })

const columns: ReadonlyArray<Columns.TableColumn<ReconciliationRunDocument>> = [
  Columns.times("STARTED", (each) => each.startedAt),
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.states("OUTCOME", (each) => each.outcome),
  Columns.numbers("AGREED", (each) => String(each.agreed)),
  Columns.numbers("DIFFERING", (each) => String(each.differing)),
  Columns.numbers("SKIPPED", (each) => String(each.skipped)),
  Columns.minor(Columns.numbers("OPENED", (each) => String(each.opened))),
  Columns.minor(Columns.numbers("CLOSED", (each) => String(each.closed))),
  Columns.words("REASON", (each) => each.reason)
]

/** The same as a table for people. */
export const table = Columns.tableOf<ReconciliationRunDocument>(columns)
