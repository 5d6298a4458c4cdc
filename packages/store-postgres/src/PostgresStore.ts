import { TradeRepository } from "@roundlot/core"
import { Config, type ConfigError, Layer } from "effect"
import type { PostgresStoreConfig } from "./internal/config.ts"
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
