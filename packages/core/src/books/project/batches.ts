import { placeOf, type RowPlace } from "../../records/counts.ts"
import { hasEnded, type Batch } from "../../records/Batch.ts"
import type { Books } from "../Books.ts"
import * as Decimal from "../../values/Decimal.ts"
import type { BatchId } from "../../values/Id.ts"
import type { Trade } from "../../records/Trade.ts"
import { must, type Of, ownerOf, type Place } from "./place.ts"

const batchOf = (books: Books, id: BatchId): Batch => must(books.batches.get(id), `batch G${id}`)

/** Changes fields of a batch. */
export const batchPatched = (books: Books, id: BatchId, place: Place, patch: Partial<Batch>): void =>
  books.batches.put({ ...batchOf(books, id), ...patch, updatedAt: place.at, version: place.seq })

/** A batch is on record, without rows. */
export const batchCreated = (books: Books, event: Of<"BatchCreated">, place: Place): void =>
  books.batches.put({
    id: event.id,
    uid: event.uid,
    account: ownerOf(place),
    name: event.name,
    mode: event.mode,
    status: "pending",
    priority: event.priority,
    fileName: event.fileName,
    fileHash: event.fileHash,
    retryOf: event.retryOf,
    retriedBy: undefined,
    session: event.session,
    timeInForce: event.timeInForce,
    queuedAt: undefined,
    rejected: 0,
    rejectedRows: [],
    total: 0,
    waiting: 0,
    working: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
    notional: Decimal.zero,
    unpriced: 0,
    reason: undefined,
    createdAt: place.at,
    startedAt: undefined,
    finishedAt: undefined,
    hiddenAt: undefined,
    archivedAt: undefined,
    updatedAt: place.at,
    version: place.seq
  })

/** All rows of a batch are here; those that are no trades count as failed. */
export const batchQueued = (books: Books, { id, rejected, rejectedRows }: Of<"BatchQueued">, place: Place): void => {
  const { failed, total } = batchOf(books, id)
  batchPatched(books, id, place, {
    queuedAt: place.at,
    rejected,
    rejectedRows,
    total: total + rejected,
    failed: failed + rejected
  })
}

/** A batch takes another status. */
export const batchMoved = (books: Books, { id, reason, status }: Of<"BatchMoved">, place: Place): void => {
  const { startedAt } = batchOf(books, id)
  batchPatched(books, id, place, {
    status,
    reason,
    startedAt: status === "running" ? place.at : startedAt,
    finishedAt: hasEnded({ status }) ? place.at : undefined
  })
}

/** What a batch comes to with a trade that is new to it: at the trade's limit, else at its own price. */
const submittedOf = (
  { notional, total, unpriced }: Batch,
  { limitPrice, price, quantity }: Trade
): Pick<Batch, "notional" | "total" | "unpriced"> => {
  const at = limitPrice ?? price
  return at === undefined
    ? { notional, total: total + 1, unpriced: unpriced + 1 }
    : { notional: Decimal.add(notional, Decimal.multiply(quantity, at)), total: total + 1, unpriced }
}

/** A row of a batch is somewhere else, or new: its batch's counts follow. */
export const recount = (books: Books, before: Trade | undefined, after: Trade, place: Place): void => {
  if (after.batchId === undefined) return
  const from = before === undefined ? undefined : placeOf(before)
  const to = placeOf(after)
  if (from === to) return
  const batch = batchOf(books, after.batchId)
  const counts: Partial<Record<RowPlace, number>> = { [to]: batch[to] + 1 }
  if (from !== undefined) counts[from] = batch[from] - 1
  batchPatched(books, batch.id, place, from === undefined ? { ...counts, ...submittedOf(batch, after) } : counts)
}
