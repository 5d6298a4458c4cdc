import { type Clock } from "@roundlot/core"
import { type Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { AlertChannels, Alerts, Completions, Jobs, Subscriptions } from "@roundlot/core/ledger"
import type { Layer } from "effect"
import { jobTypes } from "@roundlot/commands"
import { type HostFault, positionsSync, syncTypes, tradesSync } from "./syncing.ts"
import { trialType } from "./trying.ts"
import * as delivering from "./delivering.ts"

/** Every kind of background work that this program knows, beside syncs. */
const others: ReadonlyArray<Jobs.JobType> = [
  jobTypes.reconcileType,
  jobTypes.recheckType,
  jobTypes.auditType,
  jobTypes.backupType,
  jobTypes.restoreType,
  trialType,
  delivering.trialType,
  Alerts.alertType,
  AlertChannels.noticeType,
  Completions.completionType,
  Subscriptions.deliveryType,
  Subscriptions.letterType
]

type LayerJobs = Layer.Layer<Jobs.Jobs, never, TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy>

/** The job queue of the program's store. */
export const layerJobs: LayerJobs = Jobs.layer([tradesSync, positionsSync, ...others])

/** The work that may be asked for by those who ask in words of their own: what they name is judged. */
export const typesAt = (hostFault: HostFault): ReadonlyArray<Jobs.JobType> => [...syncTypes(hostFault), ...others]

/** The queue for those who do. */
export const layerJobsAt = (hostFault: HostFault): LayerJobs => Jobs.layer(typesAt(hostFault))
