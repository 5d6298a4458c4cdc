import { hostname } from "node:os"
import { Jobs } from "@roundlot/core"
import type { Job } from "@roundlot/core"
import { Effect, type Scope } from "effect"
import { reconcilingHandlers } from "./reconciling.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Who does which kind of background work in a daemon. */
const handlers: ReadonlyArray<Jobs.Handler<Surroundings>> = reconcilingHandlers

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

/** Does the store's background work as this process, for as long as the scope is open. */
export const work: Effect.Effect<never, never, Jobs.Jobs | Surroundings | Scope.Scope> = Effect.flatMap(
  Jobs.Jobs,
  (jobs) => jobs.work(handlers, { host: hostname(), pid: process.pid }, isGone)
)
