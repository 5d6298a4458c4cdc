import { TradeRepository } from "@roundlot/core/adapter"
import { Config, type ConfigError, Layer } from "effect"
import { make } from "./internal/make.ts"

/** Where the store is. */
export interface SqliteStoreConfig {
  /** The path of the database. The file and its folders are made where there are none, for this user alone. */
  readonly file: string
  /**
   * May a thread of its own move pages from the WAL into the file, where much is written? It may where nothing is said. A program that
   * simulates its time says `false`: a thread has its own.
   */
  readonly thread?: boolean
}

/**
 * The repository in one SQLite file. Opening it brings its tables up to date.
 *
 * Fails with `StoreUnavailable`, whose `remedy` says what to do: the file is locked, damaged, not ours, made by a newer version,
 * or may not be written.
 *
 * @example
 * import { SqliteStore } from "@roundlot/store-sqlite"
 * const store = SqliteStore.layer({ file: "./roundlot.db" })
 */
export const layer = (
  config: SqliteStoreConfig
): Layer.Layer<TradeRepository.TradeRepository, TradeRepository.StoreError> =>
  Layer.scoped(TradeRepository.TradeRepository, make(config))

/** The same, with the file's path from configuration. */
export const layerConfig = (
  config: Config.Config.Wrap<SqliteStoreConfig>
): Layer.Layer<TradeRepository.TradeRepository, TradeRepository.StoreError | ConfigError.ConfigError> =>
  Layer.unwrapEffect(Config.unwrap(config).pipe(Config.map(layer)))
