import { FileSystem } from "@effect/platform"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Accumulator, Clock, Commands, Entropy, Health, Ledger } from "@roundlot/core"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect, Layer, Schema } from "effect"
import { dirname } from "node:path"
import type { Settings } from "./settings/Settings.ts"

/** There is no store where one is to be read. */
export class NoStore extends Schema.TaggedError<NoStore>()("NoStore", { file: Schema.String }) {
  override get message() {
    return `there is no store at ${this.file}. Make one with 'roundlot start' or 'roundlot trades import', or name another with --store`
  }
}

/** The store alone, made where there is none: enough to read. */
export const layerStore = ({ storeFile }: Pick<Settings, "storeFile">) =>
  Layer.merge(SqliteStore.layer({ file: storeFile }), Clock.layerAlwaysOpen)

/** The store with all that writes to it: trades and commands, nothing that sends. */
export const layerBooks = (settings: Pick<Settings, "storeFile">) => {
  const base = Layer.merge(layerStore(settings), Entropy.layerSecure)
  const ledger = Ledger.layer.pipe(Layer.provideMerge(base))
  return Layer.mergeAll(Accumulator.layer, Commands.layer, Health.layer).pipe(Layer.provideMerge(ledger))
}

/** The paper exchange in its file, the folder made where there is none. */
export const layerExchange = (options: Exchange.ExchangeOptions & { readonly file: string }) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      yield* Effect.ignore(fs.makeDirectory(dirname(options.file), { recursive: true, mode: 0o700 }))
      return Exchange.layer(options)
    })
  )

/** The paper brokers of all accounts, on one exchange. */
export const layerPaper = (options: Exchange.ExchangeOptions & { readonly file: string }) =>
  PaperBroker.layerBrokers.pipe(Layer.provideMerge(layerExchange(options)))

/** Fails where there is no store yet: a verb that only looks makes none. */
export const requireStore = ({ storeFile }: Pick<Settings, "storeFile">): Effect.Effect<void, NoStore, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const isThere = yield* Effect.orElseSucceed(fs.exists(storeFile), () => true)
    if (!isThere) yield* new NoStore({ file: storeFile })
  })
