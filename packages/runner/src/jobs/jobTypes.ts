import { Alerts, Completions, type Clock, type Entropy, Jobs, type TradeRepository } from "@roundlot/core"
import type { Layer } from "effect"
import { auditType } from "./auditing.ts"
import { recheckType, reconcileType } from "./reconciling.ts"
import { positionsSync, tradesSync } from "./syncing.ts"

/** Every kind of background work that this program knows. */
const jobTypes: ReadonlyArray<Jobs.JobType> = [
  tradesSync,
  positionsSync,
  reconcileType,
  recheckType,
  auditType,
  Alerts.alertType,
  Completions.completionType
]

/** The job queue of the program's store. */
export const layerJobs: Layer.Layer<Jobs.Jobs, never, TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy> =
  Jobs.layer(jobTypes)
