import type { Documents } from "@roundlot/api"
import { Decimal, Instant, Reads, Trade } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { idOf, inAnyCase, isWithin, isWord, type Conditions, type Period } from "./criteria.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { among, collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { idOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** A quantity, in shares, of a trade's lot or of an order's excess, linked to what covers it. */
export type AllocationDocument = Documents.AllocationDocument

/** An allocation with its other end: the trade it was netted against, or the order whose excess it takes. */
export type AllocationDetail = Documents.AllocationDetail

/** Which allocations: `standing` only those that were not released (true) or that were (false). */
export interface AllocationFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly kind?: string | undefined
  readonly tradeId?: string | undefined
  readonly orderId?: string | undefined
  readonly standing?: boolean | undefined
}

/** Whose allocation it is to be read as, where both of its ends are of one kind. */
interface Facing {
  readonly tradeId?: number | undefined
  readonly orderId?: number | undefined
}

type SourceIds = ReadonlyMap<number, string>

/** Both ends of a netting are trades, both of an unwinding orders: the one that was asked for comes first. */
const facing = (allocation: Allocation.Allocation, { orderId, tradeId }: Facing): Allocation.Allocation => {
  const isTurned =
    (tradeId !== undefined && allocation.counterTradeId === tradeId) ||
    (orderId !== undefined && allocation.counterOrderId === orderId)
  if (!isTurned) return allocation
  return {
    ...allocation,
    tradeId: allocation.counterTradeId,
    counterTradeId: allocation.tradeId,
    orderId: allocation.counterOrderId,
    counterOrderId: allocation.orderId
  }
}

const documentOf = (allocation: Allocation.Allocation, sourceIds: SourceIds): AllocationDocument => ({
  tradeId: idOrNull("trade", allocation.tradeId),
  sourceId: valueOrNull(allocation.tradeId === undefined ? undefined : sourceIds.get(allocation.tradeId)),
  orderId: idOrNull("order", allocation.orderId),
  kind: allocation.kind,
  quantity: Decimal.format(allocation.quantity),
  releasedAt: timeOrNull(allocation.releasedAt)
})

const detailOf = (allocation: Allocation.Allocation, sourceIds: SourceIds): AllocationDetail => ({
  id: Id.format("allocation", allocation.id),
  ...documentOf(allocation, sourceIds),
  counterTradeId: idOrNull("trade", allocation.counterTradeId),
  counterOrderId: idOrNull("order", allocation.counterOrderId),
  settled: Decimal.format(allocation.settled),
  createdAt: Instant.format(allocation.createdAt),
  releasedWhy: valueOrNull(allocation.releasedWhy)
})

const sourceIdsOf = (allocations: ReadonlyArray<Allocation.Allocation>) =>
  among(
    Trade.TradeTable,
    "id",
    allocations.flatMap(({ tradeId }) => (tradeId === undefined ? [] : [tradeId]))
  ).pipe(Effect.map((trades): SourceIds => new Map(trades.map(({ id, sourceId }) => [id, sourceId]))))

const isStanding = (standing: boolean | undefined): Conditions => {
  if (standing === undefined) return []
  return [standing ? { column: "releasedAt", in: [null] } : { column: "releasedAt", atLeast: 0 }]
}

/** Rows that have the id at either end. */
const atEitherEnd = (columns: readonly [string, string], id: number | undefined): ReadonlyArray<Conditions> =>
  id === undefined ? [[]] : columns.map((column): Conditions => [{ column, in: [id] }])

/** A page of allocations, released ones too. Of a netting's two trades `tradeId` is the later, or the one that was asked for. */
export const list = (
  filters: AllocationFilters
): Effect.Effect<ListDocument<AllocationDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const tradeId = filters.tradeId === undefined ? undefined : yield* idOf("trade", "trade", filters.tradeId)
    const orderId = filters.orderId === undefined ? undefined : yield* idOf("order", "order", filters.orderId)
    const conditions = [
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...(yield* isWord("kind", filters.kind, Allocation.allocationKinds)),
      ...isStanding(filters.standing),
      ...(yield* isWithin("createdAt", filters))
    ]
    const anyOf = atEitherEnd(["tradeId", "counterTradeId"], tradeId).flatMap((trade) =>
      atEitherEnd(["orderId", "counterOrderId"], orderId).map((order) => [...trade, ...order, ...conditions])
    )
    const { records, ...page } = yield* collect({ table: Allocation.AllocationTable, anyOf }, filters)
    const faced = records.map((each) => facing(each, { tradeId, orderId }))
    const sourceIds = yield* sourceIdsOf(faced)
    return { items: faced.map((each) => documentOf(each, sourceIds)), ...page }
  })

/** One allocation (`A9`). */
export const show = (
  id: string
): Effect.Effect<
  AllocationDetail,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const number = yield* idOf("allocation", "allocation", id)
    const found = yield* Reads.first(Allocation.AllocationTable, { where: [{ column: "id", in: [number] }] })
    if (found === undefined) return yield* new NotFound({ kind: "allocation", id, list: "allocations" })
    return detailOf(found, yield* sourceIdsOf([found]))
  })

const touching = (columns: readonly [string, string], id: number, as: Facing) =>
  Effect.gen(function* () {
    const ends = yield* Effect.forEach(atEitherEnd(columns, id), (where) =>
      Reads.all(Allocation.AllocationTable, { where })
    )
    const found = ends
      .flat()
      .toSorted((a, b) => a.id - b.id)
      .map((each) => facing(each, as))
    const sourceIds = yield* sourceIdsOf(found)
    return found.map((each) => detailOf(each, sourceIds))
  })

/** All allocations of a trade, released ones too, oldest first. */
export const ofTrade = (
  tradeId: number
): Effect.Effect<ReadonlyArray<AllocationDetail>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  touching(["tradeId", "counterTradeId"], tradeId, { tradeId })

/** All allocations of an order, released ones too, oldest first: a rejected order still names its trades (ACC-9). */
export const ofOrder = (
  orderId: number
): Effect.Effect<ReadonlyArray<AllocationDetail>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  touching(["orderId", "counterOrderId"], orderId, { orderId })

/** What people see of allocations. */
const columns: ReadonlyArray<Columns.TableColumn<AllocationDocument>> = [
  Columns.ids("TRADE", (each) => each.tradeId),
  Columns.minor(Columns.words("SOURCE ID", (each) => each.sourceId)),
  Columns.ids("ORDER", (each) => each.orderId),
  Columns.words("KIND", (each) => each.kind),
  Columns.numbers("QUANTITY", (each) => each.quantity),
  Columns.times("RELEASED", (each) => each.releasedAt)
]

/** Allocations as a table for people. */
export const table = Columns.tableOf<AllocationDocument>(columns)
