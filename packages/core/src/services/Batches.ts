import { Context, Effect, Layer } from "effect"
import type { Batch } from "../records/Batch.ts"
import type { BatchId } from "../values/Id.ts"
import type { Ledger, LedgerError } from "../ledger/Ledger.ts"
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
  rules
} from "./BatchChanges.ts"
import { add, type BatchRow, create, type NewBatch, queue, type Queueing } from "./BatchEntry.ts"
import { retry } from "./BatchRetry.ts"
import { type BatchVerb, rehearse, type RehearsedBatch } from "./BatchRehearsal.ts"

export {
  BadBatch,
  BatchChanged,
  BatchStands,
  type ChangeFailure,
  find,
  NoBatch,
  type Versions
} from "./BatchChanges.ts"
export { type BatchRow, type Left, MOST_REJECTED, type NewBatch, type Queueing } from "./BatchEntry.ts"
export type { BatchVerb, RehearsedBatch } from "./BatchRehearsal.ts"

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

/** Batches on the program's ledger. */
export const layer: Layer.Layer<Batches, never, Ledger | TradeRepository> = Layer.effect(Batches, make)
