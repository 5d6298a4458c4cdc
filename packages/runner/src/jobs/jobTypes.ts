import { AccountName, type Clock, type Entropy, Jobs, type TradeRepository } from "@roundlot/core"
import { type Layer, Schema } from "effect"
import { recheckType, reconcileType } from "./reconciling.ts"

const LONGEST_LOOK_BACK_DAYS = 30
const LONGEST_CONNECT_SECONDS = 300
const LAST_PORT = 65_535
const LAST_CLIENT_ID = 2_147_483_647

const connection = {
  account: Schema.optional(AccountName.AccountName),
  host: Schema.optional(Schema.NonEmptyTrimmedString),
  port: Schema.optional(Schema.Int.pipe(Schema.between(1, LAST_PORT))),
  clientId: Schema.optional(Schema.Int.pipe(Schema.between(0, LAST_CLIENT_ID))),
  connectTimeoutSeconds: Schema.optional(Schema.Number.pipe(Schema.between(1, LONGEST_CONNECT_SECONDS)))
}

/** Reads executions and orders of a broker into the books (SYNC-9). */
const tradesSync = Jobs.jobType({
  name: "trades.sync",
  payload: Schema.Struct({
    ...connection,
    lookbackDays: Schema.optional(Schema.Int.pipe(Schema.between(1, LONGEST_LOOK_BACK_DAYS)))
  })
})

/** Keeps a broker's positions as a dated snapshot (SYNC-9, SYNC-15). */
const positionsSync = Jobs.jobType({ name: "positions.sync", payload: Schema.Struct(connection) })

/** Every kind of background work that this program knows. */
const jobTypes: ReadonlyArray<Jobs.JobType> = [tradesSync, positionsSync, reconcileType, recheckType]

/** The job queue of the program's store. */
export const layerJobs: Layer.Layer<Jobs.Jobs, never, TradeRepository.TradeRepository | Clock.Clock | Entropy.Entropy> =
  Jobs.layer(jobTypes)
