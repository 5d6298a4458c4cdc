import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { type Batches, Clock, Decimal, Instant, Reads, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Batch, type BatchPreview, codeWords } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { pageOf } from "./batchRows.ts"
import { type Conditions, exactly, idOf, inAnyCase, isWithin, isWord, type Period } from "./criteria.ts"
import { type BadFilter, NotFound } from "./errors.ts"
import { historyOf } from "./history.ts"
import { actorsOf, askedInBatch, madeBy, mostLookedBy } from "./madeBy.ts"
import { bothOf, collect, type Keep, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import { answerOf } from "./positions.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, idOrNull, timeOrNull, valueOrNull } from "./text.ts"
import * as trades from "./trades.ts"

/** Which batches; `actor` submitted them, within a period; `q` searches names, uids, file names, and symbols of their rows. Those that were deleted are left out. */
export interface BatchFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly status?: string | undefined
  readonly mode?: string | undefined
  readonly actor?: string | undefined
  readonly q?: string | undefined
  readonly archived?: boolean | undefined
}

/** What asking for one can fail with. */
export type OneError = BadFilter | NotFound | TradeRepository.StoreError

/** What looking at batches needs. */
export type Reading = TradeRepository.TradeRepository

/** The document of a batch. */
export const documentOf = (batch: Batch.Batch): Documents.BatchDocument => ({
  id: Id.format("batch", batch.id),
  uid: batch.uid,
  name: batch.name,
  account: batch.account,
  mode: batch.mode,
  status: batch.status,
  priority: batch.priority,
  fileName: valueOrNull(batch.fileName),
  totalTrades: batch.total,
  processedTrades: batch.done + batch.failed + batch.cancelled,
  failedTrades: batch.failed,
  cancelledTrades: batch.cancelled,
  rejectedRows: batch.rejected,
  notional: batch.unpriced > 0 && Decimal.isZero(batch.notional) ? null : Decimal.format(batch.notional),
  unpricedTrades: batch.unpriced,
  retryOf: idOrNull("batch", batch.retryOf),
  retriedBy: idOrNull("batch", batch.retriedBy),
  session: valueOrNull(batch.session),
  timeInForce: valueOrNull(batch.timeInForce),
  reason: valueOrNull(batch.reason),
  createdAt: Instant.format(batch.createdAt),
  queuedAt: timeOrNull(batch.queuedAt),
  startedAt: timeOrNull(batch.startedAt),
  finishedAt: timeOrNull(batch.finishedAt),
  archivedAt: timeOrNull(batch.archivedAt),
  updatedAt: Instant.format(batch.updatedAt)
})

/** What a submission would come to: the counts of its rows, and what would be sent. */
export type Checked = Omit<Documents.CheckedDocument, "mode" | "rejectedRows" | "orders" | "blocked"> & {
  readonly outlook: BatchPreview.BatchOutlook
}

/** The dry run of a submission; of the rows that are no trades, those given. */
export const checkedOf = (
  { outlook: { blocked, orders }, ...counts }: Checked,
  rejectedRows: ReadonlyArray<Batch.RejectedRow>,
  mode: Batch.BatchMode
): Documents.CheckedDocument => ({
  mode,
  ...counts,
  rejectedRows,
  orders: orders.map(({ notional, quantity, ...each }) => ({
    ...each,
    quantity: Decimal.format(quantity),
    notional: decimalOrNull(notional)
  })),
  blocked: blocked.map(({ answer, symbol }) => ({ symbol, answer: answerOf(answer) }))
})

/** What a dry run on a batch says. */
export const rehearsedOf = ({ batch, rows, what }: Batches.RehearsedBatch): Rehearsed => ({
  ...documentOf(batch),
  effects: {
    done: what,
    rows: rows.map(({ fate, rows: count, shares }) => ({
      fate,
      what: fared[fate],
      rows: count,
      shares: shares.map(({ notional, quantity, side, symbol }) => ({
        symbol,
        side,
        quantity: Decimal.format(quantity),
        notional: decimalOrNull(notional)
      }))
    }))
  }
})

/** A batch as it stands, and what a change of it would come to. */
export type Rehearsed = Documents.BatchDocument & {
  readonly effects: NonNullable<Documents.ChangedBatchDocument["effects"]>
}

const fared: { readonly [F in Documents.BatchRowsDocument["fate"]]: string } = {
  stopped: "not started: will not be sent",
  asked: "working: cancel requested",
  goes_on: "working: no further cancel requested",
  again: "retried in full",
  rest: "partially filled: the remainder is retried",
  dismissed: "dismissed or never counted: not retried",
  filled: "nothing left to fill: not retried",
  known: "already retried",
  not_failed: "no longer failed: not retried",
  rejected: "invalid: not retried",
  done: "completed: unchanged",
  failed: "failed: unchanged",
  cancelled: "cancelled: unchanged"
}

const faredLine = ({ rows: count, shares, what }: Documents.BatchRowsDocument): string => {
  const each = shares.map(
    ({ notional, quantity, side, symbol }) =>
      `${side} ${quantity} ${symbol}${notional === null ? "" : `, about ${dollarsText(notional)}`}`
  )
  return `  ${count} ${count === 1 ? "row" : "rows"} ${what}${each.length === 0 ? "" : ` (${each.join("; ")})`}`
}

/** A dry run on a batch as people read it. */
export const rehearsedText = ({ effects: { done, rows } }: Rehearsed): string =>
  [`Dry run, nothing is written. Result: ${done}.`, ...rows.map(faredLine)].join("\n")

const conditionsOf = (filters: BatchFilters) =>
  Effect.gen(function* () {
    const archived: Conditions =
      filters.archived === true ? [{ column: "archivedAt", atLeast: 0 }] : [{ column: "archivedAt", in: [null] }]
    const conditions: Conditions = [
      { column: "hiddenAt", in: [null] },
      ...archived,
      ...inAnyCase("account", filters.account),
      ...(yield* isWord("status", filters.status, Batch.batchStatuses)),
      ...(yield* isWord("mode", filters.mode, Batch.batchModes)),
      ...(yield* isWithin("createdAt", filters))
    ]
    return conditions
  })

/** Has a batch a row of one of the symbols? */
const hasRowOf = ({ id }: Batch.Batch, symbols: ReadonlyArray<string>) =>
  Effect.map(
    Reads.first(Trade.TradeTable, {
      where: [
        { column: "batchId", in: [id] },
        { column: "symbol", in: symbols }
      ]
    }),
    (row) => row !== undefined
  )

/** By when they were made, by the word of their status, by how many rows they have. */
const sorts = { date: ["createdAt", "id"], status: ["status", "id"], size: ["total", "id"] } as const

/** Batches as lists have them: each with who submitted it, by the entry that made it, and how far it is. */
const listedOf = (
  found: ReadonlyArray<Batch.Batch>
): Effect.Effect<ReadonlyArray<Documents.ListedBatchDocument>, TradeRepository.StoreError, Reading | Clock.Clock> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const actors = yield* actorsOf(askedInBatch, found)
    return found.map((batch, at) => ({
      ...documentOf(batch),
      submittedBy: valueOrNull(actors[at]),
      progress: progressOf(batch, now)
    }))
  })

/** A page of batches. */
export const list = (
  filters: BatchFilters
): Effect.Effect<ListDocument<Documents.ListedBatchDocument>, ListError, Reading | Clock.Clock> =>
  Effect.gen(function* () {
    const wanted = filters.q?.toLowerCase()
    const holds = ({ fileName, name, uid }: Batch.Batch) =>
      [name, uid, fileName ?? ""].some((text) => text.toLowerCase().includes(wanted ?? ""))
    const symbols = [...new Set([filters.q ?? "", filters.q?.toUpperCase() ?? ""])]
    const searched: Keep<Batch.Batch> | undefined =
      wanted === undefined
        ? undefined
        : (found) => Effect.filter(found, (each) => (holds(each) ? Effect.succeed(true) : hasRowOf(each, symbols)))
    const keep = bothOf(searched, yield* madeBy(askedInBatch, filters))
    const anyOf = [yield* conditionsOf(filters)]
    const listing = { table: Batch.BatchTable, anyOf, keep, mostLooked: mostLookedBy(filters), sorts }
    const { records, ...page } = yield* collect(listing, filters)
    return { items: yield* listedOf(records), ...page }
  })

/** The batches that wait or run. */
export const active: Effect.Effect<
  ListDocument<Documents.ListedBatchDocument>,
  TradeRepository.StoreError,
  Reading | Clock.Clock
> = Effect.gen(function* () {
  const found = yield* Reads.all(Batch.BatchTable, { where: [{ column: "status", in: ["pending", "running"] }] })
  return { items: yield* listedOf(found), nextCursor: null }
})

/** A batch by its id (`G3`), where it was not deleted. */
export const recordOf = (id: string): Effect.Effect<Batch.Batch, OneError, Reading> =>
  Effect.gen(function* () {
    const number = yield* idOf("batch", "batch", id)
    const found = yield* Reads.first(Batch.BatchTable, { where: [{ column: "id", in: [number] }] })
    if (found === undefined || found.hiddenAt !== undefined) {
      return yield* new NotFound({ kind: "batch", id, list: "batches" })
    }
    return found
  })

/** The account of a batch. */
export const ownerOf = (id: string) => Effect.map(recordOf(id), ({ account }) => account)

const MS = 1000

const progressOf = (batch: Batch.Batch, now: Instant.Instant): Documents.ProgressDocument => {
  const { cancelled, done, failed, finishedAt, startedAt, total, waiting, working } = batch
  const spentMs = startedAt === undefined ? 0 : Instant.millisBetween(startedAt, finishedAt ?? now)
  const processed = done + failed + cancelled - batch.rejected
  const rate = spentMs <= 0 ? null : Math.round((processed / (spentMs / MS)) * 100) / 100
  const left = waiting + working
  const timeLeft = left === 0 ? 0 : rate === null || rate === 0 ? null : Math.round(left / rate)
  return { status: batch.status, total, done, working, waiting, failed, cancelled, rate, timeLeft }
}

/** How far a batch is: counts, rows a second since it began, and seconds that are left at that rate. */
export const progress = (id: string): Effect.Effect<Documents.ProgressDocument, OneError, Reading | Clock.Clock> =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    return progressOf(yield* recordOf(id), now)
  })

/** One batch with how far it is and what happened to it. */
export const show = (id: string): Effect.Effect<Documents.BatchDetail, OneError, Reading | Clock.Clock> =>
  Effect.gen(function* () {
    const batch = yield* recordOf(id)
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const document = documentOf(batch)
    const history = yield* historyOf(batch.account, "batch", document.id)
    const submittedBy = valueOrNull(history[0]?.cause.actor)
    return { ...document, submittedBy, progress: progressOf(batch, now), history }
  })

/** A page of a batch's trades. */
export const rows = (
  id: string,
  options: ListOptions & { readonly status?: string | undefined }
): Effect.Effect<ListDocument<Documents.TradeDocument>, ListError | NotFound, Reading> =>
  Effect.flatMap(recordOf(id), (batch) => trades.list({ ...options, batchId: Id.format("batch", batch.id) }))

/** A row that was not read, as what is wrong with it. */
export const faultOfRow = (row: Batch.RejectedRow): Documents.BatchErrorDocument => ({ ...row, tradeId: null })

/** A row that failed, as what is wrong with it. */
export const faultOfTrade = (trade: Trade.Trade): Documents.BatchErrorDocument => ({
  line: trade.batchLine ?? 0,
  column: null,
  value: `${trade.side} ${Decimal.format(trade.quantity)} ${trade.symbol}`,
  reason: trades.reasonOf(trade) ?? "failed",
  tradeId: Id.format("trade", trade.id)
})

/** A page of what is wrong with the rows of a batch: those that are no trades, and those that failed, by their lines. */
export const errors = (
  id: string,
  options: Pick<ListOptions, "limit" | "cursor" | "count"> = {}
): Effect.Effect<ListDocument<Documents.BatchErrorDocument>, ListError | NotFound, Reading> =>
  Effect.gen(function* () {
    const { rows: found, ...page } = yield* pageOf(yield* recordOf(id), ["failed", "cancelled"], options)
    const items = found.map((row) => (row._tag === "Rejected" ? faultOfRow(row.row) : faultOfTrade(row.trade)))
    return { items, ...page }
  })

/** Ended batches that are older than a moment and were not put away yet. */
export const endedBefore = (
  moment: Instant.Instant
): Effect.Effect<ReadonlyArray<Batch.Batch>, TradeRepository.StoreError, Reading> =>
  Reads.all(Batch.BatchTable, {
    where: [
      { column: "finishedAt", below: Number(moment) },
      { column: "archivedAt", in: [null] },
      ...exactly("hiddenAt", undefined)
    ]
  })

/** What people see of batches. */
const columns: ReadonlyArray<Columns.TableColumn<Documents.BatchDocument>> = [
  Columns.ids("ID", (each) => each.id),
  Columns.words("NAME", (each) => each.name),
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.minor(Columns.words("MODE", (each) => each.mode)),
  Columns.states("STATUS", (each) => each.status),
  Columns.numbers("ROWS", (each) => String(each.totalTrades)),
  Columns.numbers("DONE", (each) => String(each.processedTrades - each.failedTrades - each.cancelledTrades)),
  Columns.numbers("FAILED", (each) => String(each.failedTrades)),
  Columns.numbers("NOTIONAL", (each) => Columns.withDoubt(each.notional, each.unpricedTrades > 0)),
  Columns.times("CREATED", (each) => each.createdAt),
  Columns.minor(Columns.times("FINISHED", (each) => each.finishedAt))
]

/** Batches as a table for people. */
export const table = Columns.tableOf<Documents.BatchDocument>(columns)

/** A batch in a line: `Batch G1, Morning: completed with errors, 2 of 3 rows completed, 1 failed`. */
export const heading = (batch: Documents.BatchDocument): string => {
  const done = batch.processedTrades - batch.failedTrades - batch.cancelledTrades
  const failed = batch.failedTrades === 0 ? "" : `, ${batch.failedTrades} failed`
  return `Batch ${batch.id}, ${batch.name}: ${codeWords.wordsOf(batch.status)}, ${done} of ${batch.totalTrades} rows completed${failed}`
}

/** What was submitted, as programs read it. */
export const submittedOf = <S extends { readonly batch: Batch.Batch }>({ batch, ...counts }: S) => ({
  batch: documentOf(batch),
  ...counts
})
