import * as FileSystem from "@effect/platform/FileSystem"
import type { Exchange, ExchangeFailed } from "@roundlot/broker-paper"
import { Clock, Roundlot, type Broker } from "@roundlot/core"
import { Entropy, PriceReference, Reference, TradeRepository } from "@roundlot/core/adapter"
import { AccountScope } from "@roundlot/core/ledger"
import { type Context, Effect, Layer, Scope } from "effect"
import { existsSync } from "node:fs"
import { dirname } from "node:path"
import { type Program, within } from "@roundlot/cli"
import { type Configuration, ownPrices, StorePlace } from "@roundlot/daemon/configuration"
import type { Settings } from "./settings/Settings.ts"

type Place = Pick<Settings, "store">

/** A store and the paper exchange beside it. */
type PaperPlace = Pick<Settings, "config" | "paperFile" | "store"> & {
  readonly configuration: Pick<Configuration.Configuration, "own">
}

/** The package of stores on SQLite, loaded when it is asked for, as each of these: a list of a file waits for no other. */
export const onSqlite = Effect.promise(() => import("@roundlot/store-sqlite"))
/** The package of stores on Postgres, loaded when it is asked for. */
export const onPostgres = Effect.promise(() => import("@roundlot/store-postgres"))
const onPaper = Effect.promise(() => import("@roundlot/broker-paper"))

/** The store alone, made where there is none: enough to read. */
export const layerStore = ({ store }: Place): Layer.Layer<Program.Reading, TradeRepository.StoreError> =>
  Layer.merge(Layer.provide(layerGuarded, layerPlace({ store })), Clock.layerAlwaysOpen)

/** Every read and write passes here: who may see some accounts alone sees and changes no other. */
const layerGuarded = Layer.effect(
  TradeRepository.TradeRepository,
  Effect.map(TradeRepository.TradeRepository, AccountScope.guarded)
)

const layerPlace = ({ store }: Place): Layer.Layer<TradeRepository.TradeRepository, TradeRepository.StoreError> =>
  StorePlace.StorePlace.$match(store, {
    Sqlite: (place) => Layer.unwrapEffect(Effect.map(onSqlite, ({ SqliteStore }) => SqliteStore.layer(place))),
    Own: ({ layer }) => layer,
    Postgres: (place) => Layer.unwrapEffect(Effect.map(onPostgres, ({ PostgresStore }) => PostgresStore.layer(place)))
  })

/**
 * The store with all that writes to it: trades and commands, nothing that sends. What the market of its paper exchange says, or the
 * prices that its configuration brings, its rules know.
 */
export const layerBooks = (settings: PaperPlace): Layer.Layer<Program.Writing, TradeRepository.StoreError> =>
  Roundlot.layer.pipe(
    Layer.provide(layerPrices(settings)),
    Layer.provideMerge(Layer.merge(layerStore(settings), Entropy.layerSecure))
  )

const layerPrices = ({ config, configuration, paperFile }: PaperPlace): Layer.Layer<PriceReference.PriceReference> => {
  const { prices } = configuration.own
  return prices === undefined
    ? layerPaperPrices(paperFile)
    : ownPrices.layer(Layer.provide(prices, Layer.setConfigProvider(config)))
}

/** Nothing is made to be asked: an exchange is opened once there is one, and one that cannot be opened knows no price. */
const layerPaperPrices = (file: string): Layer.Layer<PriceReference.PriceReference> =>
  Layer.scoped(
    PriceReference.PriceReference,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const opening = yield* Effect.makeSemaphore(1)
      let prices: Context.Tag.Service<PriceReference.PriceReference> | undefined
      const made = Effect.gen(function* () {
        const { Exchange, PaperBroker } = yield* onPaper
        return (prices = PaperBroker.pricesOf(yield* Scope.extend(Exchange.make({ file }), scope)))
      })
      const opened = opening.withPermits(1)(
        Effect.suspend(() => (prices === undefined ? made : Effect.succeed(prices)))
      )
      return {
        of: (symbol) =>
          Effect.suspend(() => {
            if (prices !== undefined) return prices.of(symbol)
            if (!existsSync(file)) return Effect.succeed(Reference.Reference.NoPrice())
            return Effect.flatMap(opened, (found) => found.of(symbol))
          }).pipe(Effect.orElseSucceed(() => Reference.Reference.NoPrice()))
      }
    })
  )

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
      return (yield* onPaper).Exchange.layer(options)
    })
  )

/** The paper brokers of all accounts, on one exchange. */
export const layerPaper = (
  options: ExchangeOptions
): Layer.Layer<Broker.Brokers | Exchange.Exchange, ExchangeFailed, FileSystem.FileSystem> =>
  Layer.unwrapEffect(Effect.map(onPaper, ({ PaperBroker }) => PaperBroker.layerBrokers)).pipe(
    Layer.provideMerge(layerExchange(options))
  )

/** Is there a store? Nothing is made or changed. */
export const isStoreThere = (
  store: StorePlace.StorePlace
): Effect.Effect<boolean, TradeRepository.StoreError, FileSystem.FileSystem> =>
  StorePlace.StorePlace.$match(store, {
    Sqlite: ({ file }) =>
      Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.exists(file), () => true)),
    Postgres: (place) => Effect.flatMap(onPostgres, ({ PostgresStore }) => PostgresStore.isThere(place)),
    // It is made by its layer, where it makes one.
    Own: () => Effect.succeed(true)
  })

/** What copies or migrates a store knows its tables, and none of a store that the configuration brings. */
export const notCopied = ({ name }: StorePlace.OwnStore): TradeRepository.StoreUnavailable =>
  new TradeRepository.StoreUnavailable({
    place: name,
    problem: "not_ours",
    detail: "roundlot can neither copy nor migrate a custom store of the configuration",
    remedy: "Use the store's own tools, and check the result with 'roundlot audit'"
  })

/** Fails where there is no store yet: a verb that only looks makes none. */
export const requireStore = ({
  store
}: Place): Effect.Effect<void, within.NoStore | TradeRepository.StoreError, FileSystem.FileSystem> =>
  within.requireStore({ isThere: isStoreThere(store), shown: StorePlace.shown(store) })
