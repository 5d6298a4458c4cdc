import * as FileSystem from "@effect/platform/FileSystem"
import { Exchange, PaperBroker, type ExchangeFailed } from "@roundlot/broker-paper"
import { Clock, Entropy, Roundlot } from "@roundlot/core"
import type { Broker, TradeRepository } from "@roundlot/core"
import { PostgresStore } from "@roundlot/store-postgres"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect, Layer, Schema } from "effect"
import { dirname } from "node:path"
import type { Settings } from "./settings/Settings.ts"
import { StorePlace } from "./settings/StorePlace.ts"

/** There is no store where one is to be read. */
export class NoStore extends Schema.TaggedError<NoStore>()("NoStore", { file: Schema.String }) {
  override get message() {
    return `there is no store at ${this.file}. Make one with 'roundlot start' or 'roundlot trades import', or name another with --store`
  }
}

/** What a verb that reads needs. */
export type Reading = TradeRepository.TradeRepository | Clock.Clock

/** What a verb that writes needs: trades and commands, nothing that sends. */
export type Writing = Reading | Entropy.Entropy | Roundlot.Services

type Place = Pick<Settings, "store">

/** The store alone, made where there is none: enough to read. */
export const layerStore = ({ store }: Place): Layer.Layer<Reading, TradeRepository.StoreError> =>
  Layer.merge(
    StorePlace.$match(store, { Sqlite: SqliteStore.layer, Postgres: PostgresStore.layer }),
    Clock.layerAlwaysOpen
  )

/** The store's address as people are shown it. */
export const shownStore = (store: StorePlace): string =>
  StorePlace.$match(store, { Sqlite: ({ file }) => file, Postgres: PostgresStore.shown })

/** The store with all that writes to it: trades and commands, nothing that sends. */
export const layerBooks = (settings: Place): Layer.Layer<Writing, TradeRepository.StoreError> =>
  Roundlot.layer.pipe(Layer.provideMerge(Layer.merge(layerStore(settings), Entropy.layerSecure)))

/** How the paper exchange of a store is opened; it always has a file. */
export type ExchangeOptions = Exchange.ExchangeOptions & { readonly file: string }

/** The paper exchange in its file, the folder made where there is none. */
export const layerExchange = (
  options: ExchangeOptions
): Layer.Layer<Exchange.Exchange, ExchangeFailed, FileSystem.FileSystem> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      yield* Effect.ignore(fs.makeDirectory(dirname(options.file), { recursive: true, mode: 0o700 }))
      return Exchange.layer(options)
    })
  )

/** The paper brokers of all accounts, on one exchange. */
export const layerPaper = (
  options: ExchangeOptions
): Layer.Layer<Broker.Brokers | Exchange.Exchange, ExchangeFailed, FileSystem.FileSystem> =>
  PaperBroker.layerBrokers.pipe(Layer.provideMerge(layerExchange(options)))

/** Is there a store? Nothing is made or changed. */
export const isStoreThere = (
  store: StorePlace
): Effect.Effect<boolean, TradeRepository.StoreError, FileSystem.FileSystem> =>
  StorePlace.$match(store, {
    Sqlite: ({ file }) =>
      Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.exists(file), () => true)),
    Postgres: PostgresStore.isThere
  })

/** Fails where there is no store yet: a verb that only looks makes none. */
export const requireStore = ({
  store
}: Place): Effect.Effect<void, NoStore | TradeRepository.StoreError, FileSystem.FileSystem> =>
  Effect.flatMap(isStoreThere(store), (isThere) =>
    isThere ? Effect.void : Effect.fail(new NoStore({ file: shownStore(store) }))
  )
