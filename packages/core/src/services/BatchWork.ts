import { Effect } from "effect"
import { type Batch, BatchTable, isOpen } from "../records/Batch.ts"
import * as batches from "../rules/batch/batches.ts"
import { Need } from "../books/Need.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { OrderTable } from "../records/Order.ts"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import { type Trade, TradeTable } from "../records/Trade.ts"
import { isHeld } from "../records/TradeStanding.ts"
import * as Instant from "../values/Instant.ts"
import { driven } from "./drive.ts"
import * as Reads from "./Reads.ts"
import { find } from "./BatchChanges.ts"
import { fill, live, ROWS } from "./BatchRetry.ts"

/** How many batches have their turn at once. */
const MOST_AT_ONCE = 4

/** How many orders of one batch are under way at once: more plans would only be looked through again and again. */
const MOST_WORKING = 500

// The queue

/** A change of a batch by what became of its rows. */
export const member = <A>({ account }: Batch, needs: ReadonlyArray<Need>, apply: Member<A>["apply"]): Member<A> => ({
  account,
  cause: { kind: "timer", actor: "batches" },
  needs,
  apply
})

/** Gives the next batches their turn, the more urgent and then the older first, as many at once as may be. */
const startNext = (pending: ReadonlyArray<Batch>, running: number, atOnce: number) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const next = pending
      .filter(({ queuedAt }) => queuedAt !== undefined)
      .toSorted((a, b) => b.priority - a.priority || a.id - b.id)
      .slice(0, Math.max(0, atOnce - running))
    yield* ledger.submitAll(
      "command",
      next.map((batch) =>
        member(batch, [Need.BatchById({ id: batch.id })], (recorder) => batches.start(recorder, batch.id))
      )
    )
    return next.length
  })

/** A retry that nobody gave a row for so long is one whose program has died. */
const LEFT_MS = 60_000

const notNow = () => Effect.succeed(0)

/** Goes on with retries that were left amid their rows; one that has them all by now has no need. */
const finishRetries = (pending: ReadonlyArray<Batch>) =>
  Effect.gen(function* () {
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const left = pending.filter((batch) => isOpen(batch) && Instant.millisBetween(batch.updatedAt, now) >= LEFT_MS)
    const finished = yield* Effect.forEach(left, (batch) =>
      batch.retryOf === undefined
        ? Effect.succeed(0)
        : Effect.flatMap(find(batch.retryOf), (old) => fill(old, batch, "batches")).pipe(
            Effect.as(1),
            Effect.catchTags({ BatchStands: notNow, BatchChanged: notNow, NoBatch: notNow })
          )
    )
    return finished.reduce((sum, each) => sum + each, 0)
  })

const waitingRows = (batch: Batch, limit: number) =>
  Reads.page(TradeTable, {
    where: [
      { column: "batchId", in: [batch.id] },
      { column: "status", in: ["pending"] },
      { column: "reason", in: ["AwaitsBatch"] }
    ],
    limit
  })

/** Those of the running batches that have their turn still: one that waits for nothing but a person keeps no other from its own. */
const atWork = (running: ReadonlyArray<Batch>) =>
  Effect.filter(running, (batch) =>
    batch.waiting === 0 || batch.working > 0
      ? Effect.succeed(true)
      : Effect.map(waitingRows(batch, 1), ({ items }) => items.length > 0)
  )

/** Rows of a running batch have their turn. */
const takeUp = (batch: Batch) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const room = Math.min(ROWS, MOST_WORKING - batch.working)
    const { items } = room > 0 ? yield* waitingRows(batch, room) : { items: [] }
    yield* ledger.submitAll(
      "intake",
      items.map(({ id }) =>
        member(batch, [Need.BatchById({ id: batch.id }), Need.TradeById({ id })], (recorder) =>
          batches.takeUp(recorder, batch.id, id)
        )
      )
    )
    return items.length
  })

/** Rows that have not had their turn, and orders of rows that are not asked to end yet. */
export const stillOpen = (rows: ReadonlyArray<Trade>) =>
  Effect.map(
    Reads.all(OrderTable, {
      where: [
        { column: "tradeId", in: rows.map(({ id }) => id) },
        { column: "status", in: live },
        { column: "cancelRequestedAt", in: [null] }
      ]
    }),
    (orders) => ({ held: rows.filter(isHeld), orders })
  )

/** Rows of a cancelled batch end, and orders of theirs that are not asked to end yet. */
const callOff = (batch: Batch) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const { items } = yield* Reads.page(TradeTable, {
      where: [
        { column: "batchId", in: [batch.id] },
        { column: "status", in: ["pending"] }
      ],
      limit: ROWS
    })
    const { held, orders } = yield* stillOpen(items)
    yield* ledger.submitAll<unknown>("command", [
      ...held.map(({ id }) =>
        member(batch, [Need.BatchById({ id: batch.id }), Need.TradeById({ id })], (recorder) =>
          batches.callOff(recorder, batch.id, id)
        )
      ),
      ...orders.map(({ id }) =>
        member(batch, [Need.BatchById({ id: batch.id }), Need.OrderById({ id })], (recorder) =>
          batches.callOffOrder(recorder, batch.id, id)
        )
      )
    ])
    return held.length + orders.length
  })

const openBatches = Reads.all(BatchTable, { where: [{ column: "status", in: ["pending", "running"] }] })

/** Cancelled batches whose rows have not all ended: of all that were ever called off, the few that are still to be looked at. */
const calledOff = Effect.map(
  Effect.forEach(
    [
      [{ column: "waiting", atLeast: 1 }],
      [
        { column: "waiting", in: [0] },
        { column: "working", atLeast: 1 }
      ]
    ],
    (left) => Reads.all(BatchTable, { where: [{ column: "status", in: ["cancelled"] }, ...left] })
  ),
  (found) => found.flat()
)

/**
 * One pass over the queue: batches have their turn, rows of those that run are taken up, those of cancelled ones end. `true` where
 * there may be more to do at once. What is found is a query of committed rows, so that a dead process is followed by any other.
 */
export const workOff = (
  atOnce: number = MOST_AT_ONCE
): Effect.Effect<boolean, LedgerError, Ledger | TradeRepository | Clock> =>
  Effect.gen(function* () {
    const open = yield* driven(yield* openBatches)
    const called = yield* calledOff
    if (open.length === 0 && called.length === 0) return false
    const pending = open.filter(({ status }) => status === "pending")
    const finished = yield* finishRetries(pending)
    const all = open.filter(({ status }) => status === "running")
    const started = yield* startNext(pending, (yield* atWork(all)).length, atOnce)
    const ours = [...all, ...(yield* driven(called))]
    const done = yield* Effect.forEach(ours, (batch) =>
      batch.status === "running" ? (batch.waiting === 0 ? Effect.succeed(0) : takeUp(batch)) : callOff(batch)
    )
    return started + finished > 0 || done.some((rows) => rows > 0)
  })

/** Would a pass over the queue do something? Rows that an operator must release, or whose orders have not ended, are no work of it. */
export const isBusy = (atOnce: number = MOST_AT_ONCE): Effect.Effect<boolean, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const open = yield* openBatches
    const running = open.filter(({ status }) => status === "running")
    const isQueued = open.some(({ queuedAt, status }) => status === "pending" && queuedAt !== undefined)
    if (isQueued && (yield* atWork(running)).length < atOnce) return true
    const held = [...running, ...(yield* calledOff)].filter(({ waiting }) => waiting > 0)
    const rows = yield* Effect.forEach(held, (batch) => waitingRows(batch, 1))
    return rows.some(({ items }) => items.length > 0)
  })
