import { Effect, Ref, Schema } from "effect"
import { BatchTable, batchStatuses, hasEnded, type Batch } from "../records/Batch.ts"
import { format } from "../values/Id.ts"
import { Clock } from "../ports/Clock.ts"
import type { StoreError, TradeRepository } from "../ports/TradeRepository.ts"
import * as Instant from "../values/Instant.ts"
import { Jobs, jobType, type EnqueueError } from "./Jobs.ts"
import * as Reads from "./Reads.ts"

/** What somebody is told when a batch has ended. */
export const Completion = Schema.Struct({
  batch: Schema.String,
  uid: Schema.String,
  name: Schema.String,
  account: Schema.String,
  status: Schema.Literal(...batchStatuses),
  total: Schema.Int,
  done: Schema.Int,
  failed: Schema.Int,
  cancelled: Schema.Int,
  finishedAt: Schema.String
})

/** What somebody is told when a batch has ended. */
export type Completion = typeof Completion.Type

const TRIES = 10

/** The job that tells of a batch's end; whoever delivers gives it a handler. */
export const completionType = jobType({ name: "batch.completed", payload: Completion, mostTries: TRIES })

/** How far back a program that starts looks for ends that nobody was told of. */
const LOOK_BACK_MS = 24 * 3_600_000

/** The batches of whose end a job was kept; lives as long as the program. */
export type Told = Ref.Ref<ReadonlySet<number>>

/** Nothing was looked at yet. */
export const makeTold: Effect.Effect<Told> = Ref.make<ReadonlySet<number>>(new Set())

const completionOf = (batch: Batch, finishedAt: Instant.Instant): Completion => ({
  batch: format("batch", batch.id),
  uid: batch.uid,
  name: batch.name,
  account: batch.account,
  status: batch.status,
  total: batch.total,
  done: batch.done,
  failed: batch.failed,
  cancelled: batch.cancelled,
  finishedAt: Instant.format(finishedAt)
})

const ends = batchStatuses.filter((status) => hasEnded({ status }))

/** Keeps a job for every batch that has ended since: one pass. Each is told once, because a job is known by its key. */
export const tellOnce = (told: Told): Effect.Effect<void, EnqueueError | StoreError, Clock | Jobs | TradeRepository> =>
  Effect.gen(function* () {
    const jobs = yield* Jobs
    const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const known = yield* Ref.get(told)
    const ended = yield* Reads.all(BatchTable, {
      where: [
        { column: "status", in: ends },
        { column: "finishedAt", atLeast: Number(Instant.addMillis(now, -LOOK_BACK_MS)) }
      ]
    })
    for (const batch of ended) {
      if (known.has(batch.id) || batch.finishedAt === undefined || batch.waiting + batch.working > 0) continue
      const payload = completionOf(batch, batch.finishedAt)
      // Told before, by this program or by another: its counts may have changed since.
      yield* jobs
        .enqueue({ type: completionType.name, key: payload.batch, payload })
        .pipe(Effect.catchTag("JobKeyTaken", () => Effect.void))
      yield* Ref.update(told, (ids) => new Set([...ids, batch.id]))
    }
  })
