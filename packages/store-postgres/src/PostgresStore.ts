import { TradeRepository } from "@roundlot/core/adapter"
import { Migrations } from "@roundlot/store-sql"
import { Config, type ConfigError, Effect, Layer } from "effect"
import type { PostgresStoreConfig } from "./internal/config.ts"
import { connect, shownPlace } from "./internal/connection.ts"
import { failureOrIo } from "./internal/failure.ts"
import { make } from "./internal/make.ts"

export type { PostgresStoreConfig } from "./internal/config.ts"

/**
 * The repository in one Postgres database (14 or newer), which may hold other tables too: ours begin with `roundlot_`. Opening it
 * brings them up to date.
 *
 * Fails with `StoreUnavailable`, whose `remedy` says what to do: the server does not answer, the user may not write, the tables
 * were made by a newer version.
 *
 * @example
 * import { PostgresStore } from "@roundlot/store-postgres"
 * import { Redacted } from "effect"
 * const store = PostgresStore.layer({ url: Redacted.make("postgres://roundlot@localhost/roundlot") })
 */
export const layer = (
  config: PostgresStoreConfig
): Layer.Layer<TradeRepository.TradeRepository, TradeRepository.StoreError> =>
  Layer.scoped(TradeRepository.TradeRepository, make(config))

/** The same, with all of it from configuration. */
export const layerConfig = (
  config: Config.Config.Wrap<PostgresStoreConfig>
): Layer.Layer<TradeRepository.TradeRepository, TradeRepository.StoreError | ConfigError.ConfigError> =>
  Layer.unwrapEffect(Config.unwrap(config).pipe(Config.map(layer)))

/** The address as it may be shown: without user and password. */
export const shown = (config: Pick<PostgresStoreConfig, "url">): string => shownPlace(config.url)

/** Are tables of ours in the database? Nothing is made or changed. */
export const isThere = (config: PostgresStoreConfig): Effect.Effect<boolean, TradeRepository.StoreError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { sql } = yield* connect(config)
      const [found] = yield* sql<{ readonly is: boolean }>`SELECT to_regclass(${Migrations.TABLE}) IS NOT NULL AS is`
      return found?.is === true
    }).pipe(Effect.mapError((error) => failureOrIo(shownPlace(config.url), error)))
  )
