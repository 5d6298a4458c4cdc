import { Effect } from "effect"
import type { Batch } from "../records/Batch.ts"
import * as batches from "../rules/batch/batches.ts"
import type { Fate } from "../records/Fate.ts"
import { type Fared, type RowFate, tally } from "../rules/batch/fates.ts"
import { Need } from "../books/Need.ts"
import { type BatchId, format, type OrderId } from "../values/Id.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import * as Decimal from "../values/Decimal.ts"
import type { TradeRepository } from "../ports/TradeRepository.ts"
import type { Trade } from "../records/Trade.ts"
import { isHeld } from "../records/TradeStanding.ts"
import { admitted, causeOf, type ChangeFailure, changing, find, rules, type Versions } from "./BatchChanges.ts"
import { eachOf, enterAgain, orderIdsOf, requestOf, retryOf } from "./BatchRetry.ts"
import { member, stillOpen } from "./BatchWork.ts"

/** What may be rehearsed. */
export type BatchVerb = "cancel" | "hide" | "archive" | "retry"

/** What changing a batch would come to: what would be done, in a sentence, and what would become of each of its rows. */
export interface RehearsedBatch {
  readonly batch: Batch
  readonly what: string
  readonly rows: ReadonlyArray<Fared>
}

// Dry runs: the rules that act, on as many rows at a time, of which nothing is kept

/** A name that is no batch's. */
const NOBODY = "dry run"

/** How many rows are rehearsed in one commit: the ledger's writer is held by no more. */
const REHEARSED = 200

/** What a rule says, and is not kept. */
const rehearsed = <A>(member: Member<A>) =>
  Effect.flatMap(Ledger, (ledger) => ledger.submit("command", { ...member, rehearse: () => undefined }))

const rowFate = ({ limitPrice, price, side, symbol }: Trade, fate: Fate, quantity: Decimal.Decimal): RowFate => ({
  fate,
  symbol,
  side,
  quantity,
  price: price ?? limitPrice
})

const fateOf = (recorder: Recorder, row: Trade, orderId: OrderId | undefined, fate: Fate): RowFate => {
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
    const fate = (recorder: Recorder, row: Trade): RowFate => {
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
const countEnded = (rows: ReturnType<typeof tally>, { cancelled, done, failed }: Batch): void => {
  rows.count("done", done)
  rows.count("failed", failed)
  rows.count("cancelled", cancelled)
}

const rehearseRetry = (id: BatchId, actor: string, versions: Versions) =>
  Effect.gen(function* () {
    const { old } = yield* retryOf(id, versions)
    const rows = tally()
    yield* eachOf(old, "failed", REHEARSED, (found) =>
      Effect.map(tryingAgain(old, found, actor), (tried) => tried.forEach(rows.add))
    )
    rows.count("rejected", old.rejected)
    rows.count("done", old.done)
    return { batch: old, what: `a new batch tries ${format("batch", id)} again`, rows: rows.all() }
  })

/** What would become of each row; nothing is written. */
export const rehearse = (
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
    const rows = tally()
    if (verb === "cancel") {
      yield* eachOf(batch, "pending", REHEARSED, (found) =>
        Effect.map(callingOff(batch, found, actor), (off) => off.forEach(rows.add))
      )
    }
    countEnded(rows, batch)
    return { batch, what, rows: rows.all() }
  })
