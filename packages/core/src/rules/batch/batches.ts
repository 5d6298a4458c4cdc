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
import { type Fate, fates } from "../../records/Fate.ts"
import * as Decimal from "../../values/Decimal.ts"
import * as Quantity from "../../values/Quantity.ts"
import { instructionOf, type TradeInput } from "../../records/Trade.ts"
import type { Ticker } from "../../records/Ticker.ts"
import type { Side } from "../../records/Side.ts"

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

/** A failed row, and the order that it came to before it failed. */
interface FailedRow {
  readonly tradeId: TradeId
  readonly orderId: OrderId | undefined
}

/** A failed row that is tried again, whole or what is left of it, or why it is not. */
export type Again =
  | { readonly fate: Extract<Fate, "again" | "rest">; readonly input: TradeInput }
  | { readonly fate: Extract<Fate, "dismissed" | "filled" | "known" | "not_failed"> }

/**
 * A failed row as a new trade of another occurrence: the same, but for the shares that its order has filled. None where it has not
 * failed any more, since a late fill completed it or its order is live again; none where it was tried again under this occurrence
 * already; and none where it never came to an order because it was dismissed or is history (B2).
 */
export const again = (recorder: Recorder, { orderId, tradeId }: FailedRow, occurrence: string): Again => {
  recorder.need(Need.TradeById({ id: tradeId }))
  const trade = recorder.books.trades.get(tradeId)
  if (trade?.status !== "failed") return { fate: "not_failed" }
  if (orderId === undefined && trade.reason !== "BatchCancelled") return { fate: "dismissed" }
  const { owner, price, side, source, sourceId, symbol, tradedAt } = trade
  const filled = orderId === undefined ? Decimal.zero : orderOf(recorder, orderId).filled
  const rest = Decimal.subtract(trade.quantity, filled)
  const identity = { account: trade.account, source, sourceId, occurrence }
  recorder.need(Need.Identity(identity))
  const [known] = recorder.books.trades.find("identity", [trade.account, source, sourceId, occurrence])
  if (known !== undefined) return { fate: "known" }
  if (!Decimal.isPositive(rest)) return { fate: "filled" }
  const quantity = Quantity.make(rest)
  const wanted = { source, sourceId, occurrence, symbol, side, quantity, price, tradedAt, owner, reverses: undefined }
  const direct = instructionOf(trade)
  const fate = Decimal.isPositive(filled) ? "rest" : "again"
  return { fate, input: direct === undefined ? wanted : { ...wanted, direct } }
}

/** A row, what becomes of it, and the shares that this is about; of a row without a price nobody knows the dollars. */
export interface RowFate {
  readonly fate: Fate
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Decimal.Decimal
  readonly price: Decimal.Decimal | undefined
}

/** Shares of a symbol and side, and what they come to at the prices of their rows: dollars, none where a row has no price. */
interface Shares {
  readonly symbol: Ticker
  readonly side: Side
  readonly quantity: Decimal.Decimal
  readonly notional: Decimal.Decimal | undefined
}

/** Rows of which the same becomes. */
export interface Fared {
  readonly fate: Fate
  readonly rows: number
  /** What is stopped, asked to end or tried again. */
  readonly shares: ReadonlyArray<Shares>
}

const moving: ReadonlySet<Fate> = new Set(["stopped", "asked", "again", "rest"])

/** Adds up what becomes of rows. Those of which `shares` tell nothing are given as counts. */
export const tally = (): {
  readonly add: (row: RowFate) => void
  readonly count: (fate: Fate, rows: number) => void
  readonly all: () => ReadonlyArray<Fared>
} => {
  const counts = new Map<Fate, number>()
  const shares = new Map<Fate, Map<string, Shares>>()
  const count = (fate: Fate, rows: number): void => void counts.set(fate, (counts.get(fate) ?? 0) + rows)
  return {
    count,
    add: (row) => {
      count(row.fate, 1)
      if (!moving.has(row.fate)) return
      const own = shares.get(row.fate) ?? new Map<string, Shares>()
      const key = `${row.symbol} ${row.side}`
      own.set(key, plus(own.get(key), row))
      shares.set(row.fate, own)
    },
    all: () =>
      fates.flatMap((fate) => {
        const rows = counts.get(fate) ?? 0
        return rows === 0 ? [] : [{ fate, rows, shares: [...(shares.get(fate)?.values() ?? [])] }]
      })
  }
}

const plus = (sum: Shares | undefined, { price, quantity, side, symbol }: RowFate): Shares => {
  const notional = price && Decimal.multiply(quantity, price)
  if (sum === undefined) return { symbol, side, quantity, notional }
  return {
    symbol,
    side,
    quantity: Decimal.add(sum.quantity, quantity),
    notional: notional && sum.notional && Decimal.add(sum.notional, notional)
  }
}
