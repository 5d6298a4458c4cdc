import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { Decimal, Decision, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Attempt, Attempts } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { exactly, idOf, inAnyCase, isWithin, isWord, type Period } from "./criteria.ts"
import * as attempts from "./attempts.ts"
import { documentOf, type DecisionDocument } from "./decisionDocument.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { historyOf } from "./history.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"

/** A decision with the attempts to send its order. */
export type DecisionDetail = Documents.DecisionDetail

/** Which decisions. */
export interface DecisionFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly strategy?: string | undefined
  readonly status?: string | undefined
  /** The control that refused it, such as `MaxNotional`. */
  readonly code?: string | undefined
}

const conditionsOf = (filters: DecisionFilters) =>
  Effect.gen(function* () {
    return [
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...exactly("strategy", filters.strategy),
      ...(yield* isWord("status", filters.status, Decision.decisionStatuses)),
      ...exactly("control", filters.code),
      ...(yield* isWithin("createdAt", filters))
    ]
  })

/** A page of decisions. */
export const list = (
  filters: DecisionFilters
): Effect.Effect<ListDocument<DecisionDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const listing = { table: Decision.DecisionTable, anyOf: [yield* conditionsOf(filters)] }
    const { records, ...page } = yield* collect(listing, filters)
    return { items: records.map(documentOf), ...page }
  })

/** Why decisions failed, counted. */
export const tally = (
  filters: DecisionFilters
): Effect.Effect<ListDocument<Attempts.Tallied>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const where = yield* conditionsOf({ ...filters, status: "failed" })
    const failed = yield* Reads.all(Decision.DecisionTable, { where })
    return { items: Attempts.tallyOf(failed.map(({ reason = "failed" }) => reason)), nextCursor: null }
  })

/** One decision (`D6`) with its attempts and history. */
export const show = (
  id: string
): Effect.Effect<DecisionDetail, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const number = yield* idOf("decision", "decision", id)
    const found = yield* Reads.first(Decision.DecisionTable, { where: [{ column: "id", in: [number] }] })
    if (found === undefined) return yield* new NotFound({ kind: "decision", id, list: "decisions" })
    const document = documentOf(found)
    const tried =
      found.orderId === undefined
        ? []
        : yield* Reads.all(Attempt.AttemptTable, { where: [{ column: "orderId", in: [found.orderId] }] })
    return {
      ...document,
      attempts: tried.map(attempts.documentOf),
      history: yield* historyOf(found.account, "decision", document.id)
    }
  })

const sizeOf = ({ notional, quantity }: DecisionDocument): string | null =>
  quantity ?? (notional === null ? null : dollarsText(Decimal.format(Decimal.unsafe(notional))))

/** What people see of decisions. */
const columns: ReadonlyArray<Columns.TableColumn<DecisionDocument>> = [
  Columns.ids("ID", (each) => each.id),
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.minor(Columns.words("STRATEGY", (each) => each.strategy)),
  Columns.ids("SYMBOL", (each) => each.symbol),
  Columns.ids("SIDE", (each) => each.side),
  Columns.numbers("SIZE", sizeOf),
  Columns.states("STATUS", (each) => each.status),
  Columns.ids("ORDER", (each) => each.orderId),
  Columns.times("MADE", (each) => each.createdAt),
  Columns.words("REASON", (each) => each.reason)
]

/** Decisions as a table for people. */
export const table = Columns.tableOf<DecisionDocument>(columns)

/** Counted reasons as a table for people. */
export const tallyTable = Columns.tableOf<Attempts.Tallied>([
  Columns.numbers("COUNT", ({ count }) => String(count)),
  Columns.words("REASON", ({ reason }) => reason)
])

/** A decision in a line: `Decision D1 of manual: buy 1 TSLA, executed`. */
export const heading = (decision: DecisionDocument): string =>
  `Decision ${decision.id} of ${decision.strategy}: ${decision.side} ${sizeOf(decision)} ${decision.symbol}, ${decision.status}`
