import { Reads, Trade } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import { type Batch, counts, TradeStanding } from "@roundlot/core/ledger"
import { Data, Effect, Either } from "effect"
import type { Conditions } from "./criteria.ts"
import { type BadCursor, type BadFilter } from "./errors.ts"
import { type Beside, decodeCursor, encodeCursor, limitOf, type ListOptions } from "./listing.ts"

/** Which rows of a batch: those of one count of its progress, or only those that are no trades, which count as failed. */
export const rowGroups = [...counts.rowPlaces, "rejected"] as const

/** One of the groups of rows. */
export type RowGroup = (typeof rowGroups)[number]

/** A row of a batch: one that is no trade, or its trade. */
export type Row = Data.TaggedEnum<{
  readonly Rejected: { readonly row: Batch.RejectedRow }
  readonly Taken: { readonly trade: Trade.Trade }
}>

const { Rejected, Taken } = Data.taggedEnum<Row>()

/** Where a part of the rows begins: after so many rejected ones, and after the trade of a number. */
interface Place {
  readonly rejected: number
  readonly trade: number
}

const beginning: Place = { rejected: 0, trade: 0 }

/** Some rows, and where the others begin. */
interface Part {
  readonly rows: ReadonlyArray<Row>
  readonly next: Place | undefined
}

/** Rows on a page. */
export interface RowPage extends Beside {
  readonly rows: ReadonlyArray<Row>
}

const standing = (
  status: Trade.TradeStatus,
  ...reasons: ReadonlyArray<TradeStanding.TradeReason | null>
): Conditions => [
  { column: "status", in: [status] },
  ...(reasons.length === 0 ? [] : [{ column: "reason", in: reasons }])
]

const cancelling = ["BatchCancelled", "OrderCancelled"] as const

/** Which trades count where: `counts.placeOf` as questions to a store. */
const trades: { readonly [G in RowGroup]: ReadonlyArray<Conditions> } = {
  waiting: [standing("pending", ...TradeStanding.tradeReasons)],
  working: [standing("pending", null)],
  done: [standing("accumulated"), standing("completed")],
  failed: [
    standing("failed", null, ...TradeStanding.tradeReasons.filter((each) => !cancelling.some((code) => code === each)))
  ],
  cancelled: [standing("failed", ...cancelling)],
  rejected: []
}

const isWithRejected = (groups: ReadonlyArray<RowGroup>): boolean =>
  groups.length === 0 || groups.includes("failed") || groups.includes("rejected")

/** The next trades of a batch in the order in which they came, which is that of its file. */
const tradesAfter = ({ id }: Batch.Batch, groups: ReadonlyArray<RowGroup>, after: number, limit: number) =>
  Effect.map(
    Effect.forEach(groups.length === 0 ? [[]] : groups.flatMap((group) => trades[group]), (where) =>
      Reads.page(Trade.TradeTable, { where: [{ column: "batchId", in: [id] }, ...where], after: [after], limit })
    ),
    (pages) => {
      const found = pages.flatMap(({ items }) => items).toSorted((a, b) => a.id - b.id)
      return {
        found: found.slice(0, limit),
        isMore: found.length > limit || pages.some(({ next }) => next !== undefined)
      }
    }
  )

/** Each rejected row stands before the first trade of a later line. */
const inOrder = (rejected: ReadonlyArray<Batch.RejectedRow>, found: ReadonlyArray<Trade.Trade>): ReadonlyArray<Row> => {
  let at = 0
  const upTo = (line: number): ReadonlyArray<Row> => {
    const from = at
    while ((rejected[at]?.line ?? Infinity) <= line) at++
    return rejected.slice(from, at).map((row) => Rejected({ row }))
  }
  const rows = found.flatMap((trade) => [...upTo(trade.batchLine ?? 0), Taken({ trade })])
  return [...rows, ...rejected.slice(at).map((row) => Rejected({ row }))]
}

const partAt = (
  batch: Batch.Batch,
  groups: ReadonlyArray<RowGroup>,
  began: Place,
  limit: number
): Effect.Effect<Part, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.map(tradesAfter(batch, groups, began.trade, limit), ({ found, isMore }) => {
    const rejected = isWithRejected(groups) ? batch.rejectedRows.toSorted((a, b) => a.line - b.line) : []
    const all = inOrder(rejected.slice(began.rejected), found)
    const rows = all.slice(0, limit)
    const taken = rows.flatMap((row) => (row._tag === "Taken" ? [row.trade.id] : []))
    const next = { rejected: began.rejected + rows.length - taken.length, trade: taken.at(-1) ?? began.trade }
    return { rows, next: isMore || rows.length < all.length ? next : undefined }
  })

/** Some hundred rows of a batch after others, of which there may be a million; its beginning where none were read. */
export const partOf = (batch: Batch.Batch, after: Place = beginning) => partAt(batch, [], after, PART)

const PART = 500

/** How many rows there are of a group: as the batch counts them, of which the first rejected ones alone are kept. */
const sizeOf = (batch: Batch.Batch, group: RowGroup | undefined): number => {
  const { failed, rejected, rejectedRows, total } = batch
  if (group === "rejected") return rejectedRows.length
  if (group === undefined) return total - rejected + rejectedRows.length
  return group === "failed" ? failed - rejected + rejectedRows.length : batch[group]
}

/** A page of the rows of a batch, in the order of its file: of some groups, or of all where none is named. */
export const pageOf = (
  batch: Batch.Batch,
  groups: ReadonlyArray<RowGroup>,
  options: Pick<ListOptions, "limit" | "cursor" | "count">
): Effect.Effect<RowPage, BadFilter | BadCursor | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const name = ["rows of a batch", ...groups].join(" ")
    const began = yield* beganAt(name, options.cursor)
    const { next, rows } = yield* partAt(batch, groups, began, yield* limitOf(options))
    const all = groups.length === 0 ? [undefined] : groups
    const size = all.reduce((sum, group) => sum + sizeOf(batch, group), 0)
    return {
      rows,
      nextCursor: next === undefined ? null : encodeCursor(name, "oldest", [next.rejected, next.trade]),
      ...(options.count === true ? { count: { kind: "exactly", rows: size } } : {})
    }
  })

const beganAt = (name: string, cursor: string | undefined): Either.Either<Place, BadCursor> =>
  cursor === undefined
    ? Either.right(beginning)
    : Either.map(decodeCursor(name, "oldest", ["number", "number"], cursor), ([rejected, trade]) => ({
        rejected: Number(rejected ?? 0),
        trade: Number(trade ?? 0)
      }))
