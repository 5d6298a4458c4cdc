import type { TradeRepository } from "@roundlot/core/adapter"
import { Identity, Migrations, type Side } from "@roundlot/store-sql"
import { Effect } from "effect"

/** Brings the tables up to date, and says whose store it is. */
export const prepare = (side: Side.Side): Effect.Effect<Identity.Identified, TradeRepository.StoreError> =>
  Effect.zipRight(Migrations.migrate(side), Identity.identify(side))
