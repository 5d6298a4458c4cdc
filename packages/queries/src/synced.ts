import { Instant } from "@roundlot/core"
import { type Sync } from "@roundlot/core/ledger"
import { Schema } from "effect"

/** What a sync of executions came to. `windowStart` is from when on the broker's listing is whole; `askedFrom` what was wished. */
export const TradesSynced = Schema.Struct({
  account: Schema.String,
  fetched: Schema.Int,
  inserted: Schema.Int,
  updated: Schema.Int,
  canonicalChanges: Schema.Int,
  touchedOrders: Schema.Int,
  fetchedAt: Schema.String,
  askedFrom: Schema.String,
  windowStart: Schema.String,
  windowEnd: Schema.String
})

/** What a sync of executions came to. */
type TradesSynced = typeof TradesSynced.Type

/** What a sync of positions came to. */
export const PositionsSynced = Schema.Struct({
  account: Schema.String,
  fetchedAt: Schema.String,
  held: Schema.Int,
  changed: Schema.Int
})

/** What a sync of positions came to. */
type PositionsSynced = typeof PositionsSynced.Type

/** The document of a sync of executions. */
export const tradesDocument = (synced: Sync.Synced): TradesSynced => ({
  ...synced,
  fetchedAt: Instant.format(synced.fetchedAt),
  askedFrom: Instant.format(synced.askedFrom),
  windowStart: Instant.format(synced.windowStart),
  windowEnd: Instant.format(synced.windowEnd)
})

/** The document of a sync of positions. */
export const positionsDocument = (synced: Sync.PositionsSynced): PositionsSynced => ({
  ...synced,
  fetchedAt: Instant.format(synced.fetchedAt)
})
