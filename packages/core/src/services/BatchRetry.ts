import { Effect } from "effect"
import * as batches from "../rules/batch/batches.ts"
import { BatchChanged, BatchStands, find, type Versions, create, enter, hasAllRows, queue } from "./BatchChanges.ts"
import { type Batch, hasEnded, isOpen } from "../records/Batch.ts"
import { Need } from "../books/Need.ts"
import { type BatchId, format, type OrderId } from "../values/Id.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { OrderTable } from "../records/Order.ts"
import { isLive, orderStatuses } from "../records/OrderState.ts"
import { turn } from "../ports/Clock.ts"
import { arrivalOf, type SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import { type Trade, TradeTable } from "../records/Trade.ts"
import * as Reads from "./Reads.ts"

/** How many rows of each are taken up in one pass: other batches and halts have their turn in between. */
export const ROWS = 500

const ended = orderStatuses.filter((status) => !isLive(status))

/** The statuses of an order that has not ended. */
export const live = orderStatuses.filter((status) => !ended.includes(status))

const rowsThatAre = ({ id }: Batch, status: Trade["status"]) =>
  ({
    where: [
      { column: "batchId", in: [id] },
      { column: "status", in: [status] }
    ]
  }) as const

/** The rows of a batch that have a status, so many at a time, since there may be a million: others have their turn in between. */
export const eachOf = <E, R>(
  batch: Batch,
  status: Trade["status"],
  atOnce: number,
  look: (rows: ReadonlyArray<Trade>) => Effect.Effect<void, E, R>
) =>
  Effect.iterate(
    { after: noRow, isOver: false },
    {
      while: ({ isOver }) => !isOver,
      body: ({ after }) =>
        Effect.gen(function* () {
          const asked = { ...rowsThatAre(batch, status), orderBy: ["id"], after, limit: atOnce }
          const { items, next } = yield* Reads.page(TradeTable, asked)
          if (items.length > 0) yield* look(items)
          yield* turn
          return { after: next, isOver: next === undefined }
        })
    }
  )

const noRow: Reads.Question["after"] = undefined

/** The orders that rows have come to, by their trades. */
export const orderIdsOf = (rows: ReadonlyArray<Trade>) =>
  Effect.map(
    Reads.all(OrderTable, { where: [{ column: "tradeId", in: rows.map(({ id }) => id) }] }),
    (orders) => new Map(orders.map(({ id, tradeId }) => [tradeId, id]))
  )

/** A failed row enters the batch that tries it again, unless it is one of those that are not. */
export const enterAgain = (
  recorder: Recorder,
  batch: Batch,
  { batchLine, id: tradeId }: Trade,
  orderId: OrderId | undefined
): batches.Again => {
  const tried = batches.again(recorder, { tradeId, orderId }, batch.uid)
  if ("input" in tried) enter(recorder, batch, arrivalOf(sameSymbols, tried.input), batchLine ?? 0)
  return tried
}

/** A failed row enters the batch that tries it again: what is left of it is judged in the same commit. */
const againMember = ({ account, id }: Batch, row: Trade, orderId: OrderId | undefined): Member<boolean> => ({
  account,
  cause: { kind: "trade", actor: row.source },
  needs: [
    Need.BatchById({ id }),
    Need.TradeById({ id: row.id }),
    ...(orderId === undefined ? [] : [Need.OrderById({ id: orderId })])
  ],
  apply: (recorder) => {
    const batch = batches.batchOf(recorder, id)
    if (batch === undefined || !isOpen(batch)) return false
    enterAgain(recorder, batch, row, orderId)
    return true
  }
})

/** Failed rows enter the batch that tries them again, each once. */
const addAgain = (batch: Batch, rows: ReadonlyArray<Trade>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const orderIds = yield* orderIdsOf(rows)
    const members = rows.map((row) => againMember(batch, row, orderIds.get(row.id)))
    const entered = yield* ledger.submitAll("intake", members)
    if (!entered.every((each) => each)) return yield* hasAllRows(batch)
  })

/** The batch that tries another one again, where it does not have all of its rows yet: who made it may have died amid them. */
const begunRetryOf = ({ retriedBy }: Batch) =>
  Effect.gen(function* () {
    if (retriedBy === undefined) return undefined
    const begun = yield* find(retriedBy)
    return isOpen(begun) ? begun : undefined
  })

/** Why a batch may not be tried again. */
const problemOfRetry = (old: Batch): string | undefined => {
  const name = format("batch", old.id)
  if (!hasEnded(old) || old.working + old.waiting > 0)
    return `${name} has working rows: wait for them, or cancel the batch`
  if (old.retriedBy !== undefined) return `${name} was already retried by ${format("batch", old.retriedBy)}`
  return undefined
}

/** Gives a batch the failed rows of the one that it tries again, each once however often it is begun, and queues it. */
export const fill = (old: Batch, batch: Batch, actor: string) =>
  Effect.gen(function* () {
    yield* eachOf(old, "failed", ROWS, (rows) => addAgain(batch, rows))
    return yield* queue(batch.id, { actor })
  })

/** What is tried again of a batch, and the batch that does it, where one has begun; a refusal where it may not be. */
export const retryOf = (id: BatchId, versions: Versions) =>
  Effect.gen(function* () {
    const old = yield* find(id)
    if (versions?.includes(old.version) === false) {
      return yield* new BatchChanged({ id: format("batch", id), version: old.version })
    }
    const begun = yield* begunRetryOf(old)
    if (begun !== undefined) return { old, begun }
    const name = format("batch", id)
    const problem = problemOfRetry(old)
    if (problem !== undefined) return yield* new BatchStands({ id: name, problem })
    if ((yield* Reads.first(TradeTable, rowsThatAre(old, "failed"))) === undefined) {
      return yield* new BatchStands({ id: name, problem: `${name} has no failed row that can be retried` })
    }
    return { old, begun }
  })

/** The batch that tries another one again, on the same terms. */
export const requestOf = (old: Batch, uid: string): batches.BatchRequest => ({
  uid,
  name: `${old.name} (again)`,
  mode: old.mode,
  priority: old.priority,
  fileName: old.fileName,
  fileHash: old.fileHash,
  session: old.session,
  timeInForce: old.timeInForce,
  retryOf: old.id
})

/** A new batch of the rows that failed, on the same terms. */
export const retry = (id: BatchId, uid: string, reason: string, actor: string, versions: Versions) =>
  Effect.gen(function* () {
    const { begun, old } = yield* retryOf(id, versions)
    const made = begun ?? (yield* create({ ...requestOf(old, uid), account: old.account, actor, reason }))
    return yield* fill(old, made, actor)
  })

/** The symbols of rows that are tried again are tickers already. */
const sameSymbols: SourcePolicy = { mapping: { suffixes: [], symbols: {} }, direction: undefined }
