import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { hostname } from "node:os"
import { Clock, Instant, Reads } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Job, Jobs } from "@roundlot/core/ledger"
import { Effect, Schedule, type Scope } from "effect"
import type { Working } from "../Settings.ts"
import { alertingHandlers, noticeHandlers, watchForAlerts } from "./alerting.ts"
import { archiveByAge } from "./archiving.ts"
import { auditingHandlers } from "./auditing.ts"
import { backingUpHandlers } from "../backups/backingUp.ts"
import { completingHandlers, watchForEnds } from "./completing.ts"
import { deliveringHandlers, watchForEvents } from "./delivering.ts"
import { keepBeating } from "./heartbeat.ts"
import { reconcilingHandlers } from "./reconciling.ts"
import { enqueueAfterOrders, syncingHandlers, watchOrders } from "./syncing.ts"
import { tryingHandlers } from "./trying.ts"
import type { Surroundings } from "./Surroundings.ts"

/** No such process: what it was doing is taken up at once, without waiting for its lease to run out. */
const isGone = ({ host, pid }: Job.Worker): boolean => {
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH"
  }
}

const SOON_MS = 2000

/** Waits until what follows from orders is asked for and done. */
export const settled = (
  settings: Working
): Effect.Effect<
  void,
  Effect.Effect.Error<typeof enqueueAfterOrders> | TradeRepository.StoreError,
  Jobs.Jobs | Surroundings
> => Effect.zipRight(enqueueAfterOrders, unoccupied(settings))

/** No job that is done here is being done or begins soon; one on a schedule is not waited for. */
const unoccupied = (
  settings: Working
): Effect.Effect<void, TradeRepository.StoreError, TradeRepository.TradeRepository | Clock.Clock> =>
  Effect.gen(function* () {
    const now = yield* (yield* Clock.Clock).now
    const soon = Number(Instant.addMillis(now, SOON_MS))
    const waiting = yield* Reads.all(Job.JobTable, {
      where: [
        {
          column: "type",
          in: handlersOf(settings)
            .flat()
            .map(({ type }) => type)
        },
        { column: "status", in: ["queued", "running"] },
        { column: "everyMs", in: [null] },
        { column: "runAt", below: soon }
      ]
    })
    return waiting.length === 0
  }).pipe(Effect.repeat({ schedule: Schedule.spaced("50 millis"), until: (isOver) => isOver }), Effect.asVoid)

type Handlers = ReadonlyArray<Jobs.Handler<Surroundings | FileSystem.FileSystem | HttpClient.HttpClient | Jobs.Jobs>>

/** Who does which jobs, in groups that do not wait for each other: people's channels may be slow, or away. */
const handlersOf = (settings: Working): readonly [Handlers, Handlers] => [
  [
    ...reconcilingHandlers,
    ...auditingHandlers(settings),
    ...(settings.backups === undefined ? [] : backingUpHandlers(settings.backups)),
    ...syncingHandlers(settings.connect),
    ...alertingHandlers(settings),
    ...completingHandlers(settings),
    ...deliveringHandlers(settings),
    ...tryingHandlers(settings)
  ],
  noticeHandlers(settings)
]

/** Does the store's background work as this process, for as long as the scope is open. */
export const work = (settings: Working): Effect.Effect<never, never, Jobs.Jobs | Surroundings | Scope.Scope> =>
  Effect.gen(function* () {
    const jobs = yield* Jobs.Jobs
    yield* Effect.forkScoped(watchOrders)
    yield* Effect.forkScoped(watchForAlerts(settings))
    yield* Effect.forkScoped(watchForEnds(settings))
    yield* Effect.forkScoped(watchForEvents(settings))
    yield* Effect.forkScoped(keepBeating(settings))
    yield* Effect.forkScoped(archiveByAge(settings))
    const worker = { host: hostname(), pid: process.pid }
    const [own, notices] = handlersOf(settings)
    if (notices.length > 0) yield* Effect.forkScoped(jobs.work(notices, worker, isGone))
    return yield* jobs.work(own, worker, isGone)
  }).pipe(Effect.provide([NodeHttpClient.layerUndici, NodeFileSystem.layer]))
