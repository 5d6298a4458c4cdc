import type { TradeRepository } from "@roundlot/core/adapter"
import type { Side } from "@roundlot/store-sql"
import { Effect, type Scope } from "effect"
import type { PostgresStoreConfig } from "./internal/config.ts"
import { connect, keptAddress, shownPlace } from "./internal/connection.ts"
import { failureOrIo } from "./internal/failure.ts"
import { prepare, sideOn } from "./internal/sideOn.ts"

/** A statement on everything takes its time. */
const LONGEST_STATEMENT = "30 minutes"

/** The store in a database as it is, of whatever version, one connection to it; it may hold nothing of ours. */
export const sideAsItIs = (
  config: PostgresStoreConfig
): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> => {
  const place = shownPlace(config.url)
  return connect({ statementTimeout: LONGEST_STATEMENT, ...config }).pipe(
    Effect.flatMap(({ sql }) => sql.reserve),
    Effect.map((connection) => ({ ...sideOn(place, connection), address: keptAddress(config.url) })),
    Effect.mapError((error) => failureOrIo(place, error))
  )
}

/** A store in a database as something that is copied from or to, its tables up to date. They are made where there are none. */
export const side = (config: PostgresStoreConfig): Effect.Effect<Side.Side, TradeRepository.StoreError, Scope.Scope> =>
  Effect.tap(sideAsItIs(config), prepare)
