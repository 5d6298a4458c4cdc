import { Context, Effect, Layer } from "effect"
import type { Batch } from "../records/Batch.ts"
import { type BatchId, format, type OrderId } from "../values/Id.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import type { IntakeResult } from "../rules/trade/intake.ts"
import type { SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import type { UnsoundTrade } from "./Accumulator.ts"
import {
  type BadBatch,
  type BatchStands,
  causeOf,
  changed,
  type ChangeFailure,
  type Versions,
  type Change,
  rules,
  add,
  type BatchRow,
  create,
  type NewBatch,
  queue,
  type Queueing,
  admitted,
  changing,
  find
} from "./BatchChanges.ts"
import { retry, eachOf, enterAgain, orderIdsOf, requestOf, retryOf } from "./BatchRetry.ts"
import * as batches from "../rules/batch/batches.ts"
import type { Fate } from "../records/Fate.ts"
import { Need } from "../books/Need.ts"
import type { Recorder } from "../books/Recorder.ts"
import type { Member } from "../ledger/plan.ts"
import * as Decimal from "../values/Decimal.ts"
import type { Trade } from "../records/Trade.ts"
import { isHeld } from "../records/TradeStanding.ts"
import { member, stillOpen } from "./BatchWork.ts"

export {
  BadBatch,
  BatchChanged,
  BatchStands,
  type ChangeFailure,
  find,
  NoBatch,
  type Versions
} from "./BatchChanges.ts"

export { type BatchRow, type Left, MOST_REJECTED, type NewBatch, type Queueing } from "./BatchChanges.ts"

/** Trades that are submitted together. */
export interface BatchesService {
  /** Makes a batch, which collects rows until it is queued; the same uid again is the same batch, and has to be asked for on the same terms. */
  readonly create: (asked: NewBatch) => Effect.Effect<Batch, BadBatch | LedgerError>
  /** Adds rows, each exactly once: they wait for the batch's turn. One result each, in their order. */
  readonly add: (
    batch: Batch,
    rows: ReadonlyArray<BatchRow>,
    policy: SourcePolicy
  ) => Effect.Effect<ReadonlyArray<IntakeResult>, BatchStands | UnsoundTrade | LedgerError>
  /** No more rows: it waits for its turn. */
  readonly queue: (id: BatchId, asked: Queueing) => Effect.Effect<Batch, ChangeFailure>
  /** Calls it off: what is not sent ends, what is open is asked to end. */
  readonly cancel: Change
  /** Leaves an ended one out of lists. */
  readonly hide: Change
  /** Puts an ended one away. */
  readonly archive: Change
  /**
   * A new batch of the rows that failed, linked both ways, on the same terms. Rows whose order is open or in doubt are under way,
   * and refuse it.
   */
  readonly retry: (
    id: BatchId,
    uid: string,
    reason: string,
    actor: string,
    versions?: Versions
  ) => Effect.Effect<Batch, ChangeFailure | BadBatch>
  /** A dry run: what one of these would do as the books stand. Nothing is written; what would be refused is refused. */
  readonly rehearse: (
    id: BatchId,
    verb: BatchVerb,
    actor: string,
    versions?: Versions
  ) => Effect.Effect<RehearsedBatch, ChangeFailure>
}

/** Trades that are submitted together. */
export class Batches extends Context.Tag("@roundlot/core/Batches")<Batches, BatchesService>() {}

/** Makes it on the program's ledger. */
export const make: Effect.Effect<BatchesService, never, Ledger | TradeRepository> = Effect.gen(function* () {
  const context = yield* Effect.context<Ledger | TradeRepository>()
  const here = <A, E>(act: Effect.Effect<A, E, Ledger | TradeRepository>) => Effect.provide(act, context)
  return {
    create: (asked) => here(create(asked)),
    add: (batch, rows, policy) => here(add(batch, rows, policy)),
    queue: (id, asked) => here(queue(id, asked)),
    retry: (id, uid, reason, actor, versions) => here(retry(id, uid, reason, actor, versions)),
    cancel: (id, reason, actor, versions) =>
      here(changed(id, causeOf(actor, reason), versions, rules.cancel(id, reason))),
    hide: (id, reason, actor, versions) => here(changed(id, causeOf(actor, reason), versions, rules.hide(id))),
    archive: (id, reason, actor, versions) => here(changed(id, causeOf(actor, reason), versions, rules.archive(id))),
    rehearse: (id, verb, actor, versions) => here(rehearse(id, verb, actor, versions))
  }
})

// Dry runs: the rules that act, on as many rows at a time, of which nothing is kept

/** A name that is no batch's. */
const NOBODY = "dry run"

/** How many rows are rehearsed in one commit: the ledger's writer is held by no more. */
const REHEARSED = 200

/** What a rule says, and is not kept. */
const rehearsed = <A>(member: Member<A>) =>
  Effect.flatMap(Ledger, (ledger) => ledger.submit("command", { ...member, rehearse: () => undefined }))

const rowFate = (
  { limitPrice, price, side, symbol }: Trade,
  fate: Fate,
  quantity: Decimal.Decimal
): batches.RowFate => ({
  fate,
  symbol,
  side,
  quantity,
  price: price ?? limitPrice
})

const fateOf = (recorder: Recorder, row: Trade, orderId: OrderId | undefined, fate: Fate): batches.RowFate => {
  const order = orderId === undefined ? undefined : recorder.books.orders.get(orderId)
  return rowFate(row, fate, order === undefined ? row.quantity : Decimal.subtract(row.quantity, order.filled))
}

/**
 * What would become of rows whose batch is called off. Those that have not had their turn are stopped by that alone: of a million
 * rows most are, and none of them is brought before the ledger.
 */
const callingOff = (batch: Batch, rows: ReadonlyArray<Trade>, actor: string) =>
  Effect.gen(function* () {
    const begun = rows.filter((row) => !isHeld(row))
    const stopped = rows.filter(isHeld).map((row) => rowFate(row, "stopped", row.quantity))
    return begun.length === 0 ? stopped : [...stopped, ...(yield* callingOffBegun(batch, begun, actor))]
  })

/** What would become of rows under way whose batch is called off. */
const callingOffBegun = (batch: Batch, rows: ReadonlyArray<Trade>, actor: string) =>
  Effect.gen(function* () {
    const { id } = batch
    const { orders } = yield* stillOpen(rows)
    const orderIds = new Map(orders.map(({ id: orderId, tradeId }) => [tradeId, orderId]))
    const fate = (recorder: Recorder, row: Trade): batches.RowFate => {
      const orderId = orderIds.get(row.id)
      const off = () =>
        orderId === undefined ? batches.callOff(recorder, id, row.id) : batches.callOffOrder(recorder, id, orderId)
      return fateOf(recorder, row, orderId, off())
    }
    return yield* rehearsed({
      ...member(
        batch,
        [
          Need.BatchById({ id }),
          ...rows.map((row) => Need.TradeById({ id: row.id })),
          ...orders.map((order) => Need.OrderById({ id: order.id }))
        ],
        (recorder) => {
          rules.cancel(id, NOBODY)(recorder)
          return rows.map((row) => fate(recorder, row))
        }
      ),
      cause: causeOf(actor)
    })
  })

/** What would become of failed rows whose batch is tried again. */
const tryingAgain = (old: Batch, rows: ReadonlyArray<Trade>, actor: string) =>
  Effect.gen(function* () {
    const orderIds = yield* orderIdsOf(rows)
    return yield* rehearsed({
      ...member(
        old,
        [
          Need.Account({ account: old.account }),
          Need.BatchByUid({ uid: NOBODY }),
          Need.BatchById({ id: old.id }),
          ...rows.map((row) => Need.TradeById({ id: row.id })),
          ...Array.from(orderIds.values(), (id) => Need.OrderById({ id }))
        ],
        (recorder) => {
          const made = batches.batchOf(recorder, batches.create(recorder, requestOf(old, NOBODY)))
          if (made === undefined) throw new Error("a batch that was made is there")
          return rows.map((row) => {
            const orderId = orderIds.get(row.id)
            const { fate } = enterAgain(recorder, made, row, orderId)
            return fateOf(recorder, row, orderId, fate)
          })
        }
      ),
      cause: causeOf(actor)
    })
  })

/** Rows that have ended, and stay. */
const countEnded = (rows: ReturnType<typeof batches.tally>, { cancelled, done, failed }: Batch): void => {
  rows.count("done", done)
  rows.count("failed", failed)
  rows.count("cancelled", cancelled)
}

const rehearseRetry = (id: BatchId, actor: string, versions: Versions) =>
  Effect.gen(function* () {
    const { old } = yield* retryOf(id, versions)
    const rows = batches.tally()
    yield* eachOf(old, "failed", REHEARSED, (found) =>
      Effect.map(tryingAgain(old, found, actor), (tried) => tried.forEach(rows.add))
    )
    rows.count("rejected", old.rejected)
    rows.count("done", old.done)
    return { batch: old, what: `a new batch tries ${format("batch", id)} again`, rows: rows.all() }
  })

/** What would become of each row; nothing is written. */
const rehearse = (
  id: BatchId,
  verb: BatchVerb,
  actor: string,
  versions: Versions
): Effect.Effect<RehearsedBatch, ChangeFailure, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    if (verb === "retry") return yield* rehearseRetry(id, actor, versions)
    const batch = yield* find(id)
    const wish = changing(batch, causeOf(actor), versions, rules[verb](id, NOBODY))
    const what = yield* admitted(id, yield* rehearsed(wish))
    const rows = batches.tally()
    if (verb === "cancel") {
      yield* eachOf(batch, "pending", REHEARSED, (found) =>
        Effect.map(callingOff(batch, found, actor), (off) => off.forEach(rows.add))
      )
    }
    countEnded(rows, batch)
    return { batch, what, rows: rows.all() }
  })

/** Batches on the program's ledger. */
export const layer: Layer.Layer<Batches, never, Ledger | TradeRepository> = Layer.effect(Batches, make)

/** What may be rehearsed. */
export type BatchVerb = "cancel" | "hide" | "archive" | "retry"

/** What changing a batch would come to: what would be done, in a sentence, and what would become of each of its rows. */
export interface RehearsedBatch {
  readonly batch: Batch
  readonly what: string
  readonly rows: ReadonlyArray<batches.Fared>
}
