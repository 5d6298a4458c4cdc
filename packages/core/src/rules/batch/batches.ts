import { Need } from "../../books/Need.ts"
import { cancelOrder, type CommandAnswer } from "../operator/commands.ts"
import { format, type BatchId, type OrderId, type TradeId } from "../../values/Id.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { isLive } from "../../records/OrderState.ts"
import { orderOf } from "../order/transition.ts"
import type { OrderPolicy } from "../../records/OrderPolicy.ts"
import { release } from "../trade/intake.ts"
import { isHeld } from "../../records/TradeStanding.ts"
import { isUnknown } from "../trade/unknownInstrument.ts"
import {
  hasEnded,
  mayBecome,
  type Batch,
  type BatchMode,
  type BatchStatus,
  type RejectedRow
} from "../../records/Batch.ts"
import { awaitsTurn, endOf } from "../../records/counts.ts"
import type { Fate } from "../../records/Fate.ts"

/** What a new batch is. */
export interface BatchRequest extends OrderPolicy {
  readonly uid: string
  readonly name: string
  readonly mode: BatchMode
  readonly priority: number
  /** The file that its rows come from, where it is one. */
  readonly fileName?: string | undefined
  readonly fileHash?: string | undefined
  /** The batch whose failed rows these are. */
  readonly retryOf?: BatchId | undefined
}

/** A batch of the account, as the commit has it. */
export const batchOf = (recorder: Recorder, id: BatchId): Batch | undefined => {
  recorder.need(Need.BatchById({ id }))
  const found = recorder.books.batches.get(id)
  return found?.account === recorder.account ? found : undefined
}

/**
 * Makes a batch, which collects rows until it is queued. The same uid again is the same batch; and so is a second one for the failed
 * rows of another, or they would be executed twice.
 */
export const create = (recorder: Recorder, request: BatchRequest): BatchId => {
  recorder.need(Need.BatchByUid({ uid: request.uid }))
  const [known] = recorder.books.batches.find("uid", [request.uid])
  if (known !== undefined) return known.id
  const retried = request.retryOf === undefined ? undefined : batchOf(recorder, request.retryOf)?.retriedBy
  if (retried !== undefined) return retried
  const id = recorder.next("batch")
  recorder.emit({ _tag: "BatchCreated", id, ...request })
  if (request.retryOf !== undefined) recorder.emit({ _tag: "BatchRetried", id: request.retryOf, by: id })
  return id
}

const done = (what: string): CommandAnswer => ({ _tag: "Done", what })
const refused = (why: string): CommandAnswer => ({ _tag: "Refused", why })

const changed = (
  recorder: Recorder,
  id: BatchId,
  change: (batch: Batch, name: string) => CommandAnswer
): CommandAnswer => {
  const batch = batchOf(recorder, id)
  const name = format("batch", id)
  return batch === undefined ? refused(`batch ${name} does not exist in ${recorder.account}`) : change(batch, name)
}

/** No row is added any more: it waits for its turn. One without rows has nothing to wait for. */
export const queue = (
  recorder: Recorder,
  id: BatchId,
  rejected: number,
  rejectedRows: ReadonlyArray<RejectedRow>
): CommandAnswer =>
  changed(recorder, id, (batch, name) => {
    if (batch.queuedAt !== undefined) return done(`${name} is already ${batch.status}`)
    if (batch.status !== "pending") return refused(`${name} is ${batch.status}`)
    recorder.emit({ _tag: "BatchQueued", id, rejected, rejectedRows })
    if (batch.total + rejected > 0) return done(`${name} is queued`)
    recorder.emit({ _tag: "BatchMoved", id, status: "cancelled", reason: "it has no new rows" })
    return done(`${name} has no new rows and is cancelled`)
  })

const moved = (recorder: Recorder, batch: Batch, status: BatchStatus, reason?: string): CommandAnswer => {
  const name = format("batch", batch.id)
  if (!mayBecome(batch.status, status)) return refused(`${name} is ${batch.status} and cannot become ${status}`)
  recorder.emit({ _tag: "BatchMoved", id: batch.id, status, reason })
  return done(`${name} is ${status}`)
}

/** A queued batch has its turn. */
export const start = (recorder: Recorder, id: BatchId): CommandAnswer =>
  changed(recorder, id, (batch, name) =>
    batch.queuedAt === undefined ? refused(`${name} is not queued yet`) : moved(recorder, batch, "running")
  )

/**
 * A row of a running batch has its turn: it is counted, or executed as given. Whatever it is otherwise, it stays, and what its broker has
 * no instrument of is quarantined.
 */
export const takeUp = (recorder: Recorder, batchId: BatchId, tradeId: TradeId): void => {
  const batch = batchOf(recorder, batchId)
  recorder.need(Need.TradeById({ id: tradeId }))
  const trade = recorder.books.trades.get(tradeId)
  if (batch?.status !== "running" || trade?.batchId !== batchId || !awaitsTurn(trade)) return
  if (trade.kind === "direct" || !isUnknown(recorder, trade.symbol)) return release(recorder, trade, trade.symbol)
  recorder.emit({ _tag: "TradeHeld", id: tradeId, symbol: trade.symbol, reason: "UnknownInstrument" })
}

/** Calls a batch off. Its rows follow one by one: what is not sent ends, what is open is asked to end. */
export const cancel = (recorder: Recorder, id: BatchId, reason: string): CommandAnswer =>
  changed(recorder, id, (batch, name) =>
    batch.status === "cancelled" ? done(`${name} is already cancelled`) : moved(recorder, batch, "cancelled", reason)
  )

/** What becomes of a row of a batch that is called off. */
type CalledOff = Extract<Fate, "stopped" | "asked" | "goes_on">

/** A row of a cancelled batch that has not had its turn never will. */
export const callOff = (recorder: Recorder, batchId: BatchId, tradeId: TradeId): CalledOff => {
  const batch = batchOf(recorder, batchId)
  recorder.need(Need.TradeById({ id: tradeId }))
  const trade = recorder.books.trades.get(tradeId)
  if (batch?.status !== "cancelled" || trade?.batchId !== batchId || !isHeld(trade)) return "goes_on"
  recorder.emit({ _tag: "TradeFailed", id: tradeId, reason: "BatchCancelled" })
  return "stopped"
}

/** The order of a row of a cancelled batch ends unsent, or its broker is asked to end it. */
export const callOffOrder = (recorder: Recorder, batchId: BatchId, orderId: OrderId): CalledOff => {
  const batch = batchOf(recorder, batchId)
  recorder.need(Need.OrderById({ id: orderId }))
  const order = recorder.books.orders.get(orderId)
  if (batch?.status !== "cancelled" || order === undefined || !isLive(order.status)) return "goes_on"
  if (order.cancelRequestedAt !== undefined) return "goes_on"
  if (cancelOrder(recorder, orderId, "Cancelled with its batch")._tag === "Refused") return "goes_on"
  return isLive(orderOf(recorder, orderId).status) ? "asked" : "stopped"
}

/** Leaves an ended batch out of lists: what it did stays. */
export const hide = (recorder: Recorder, id: BatchId): CommandAnswer =>
  changed(recorder, id, (batch, name) => {
    if (!hasEnded(batch)) return refused(`${name} is ${batch.status}: only an ended batch can be deleted`)
    if (batch.waiting + batch.working > 0) return refused(`${name} has rows that have not ended`)
    if (batch.hiddenAt === undefined) recorder.emit({ _tag: "BatchHidden", id })
    return done(`${name} is hidden from lists`)
  })

/** Puts an ended batch away. */
export const archive = (recorder: Recorder, id: BatchId): CommandAnswer =>
  changed(recorder, id, (batch, name) => {
    if (!hasEnded(batch)) return refused(`${name} is ${batch.status}: only an ended batch can be archived`)
    if (batch.archivedAt === undefined) recorder.emit({ _tag: "BatchArchived", id })
    return done(`${name} is archived`)
  })

/** At a commit's end: a running batch none of whose rows is under way has ended. */
export const settleBatches = (recorder: Recorder): void => {
  for (const id of recorder.touchedBatches) {
    const batch = recorder.books.batches.get(id)
    const status = batch?.status === "running" ? endOf(batch) : undefined
    if (status !== undefined) recorder.emit({ _tag: "BatchMoved", id, status })
  }
}
