import type { Program } from "@roundlot/cli"
import { DaemonFile, OperatorToken } from "@roundlot/http/access"
import { Effect, Layer } from "effect"
import { Configuration, configuredAccounts, StorePlace } from "@roundlot/daemon/configuration"
import { isStoreThere, layerBooks, layerStore } from "../App.ts"
import { hostFault } from "../settings/places.ts"
import { settle, type Settings } from "../settings/Settings.ts"

/** Loaded where a verb rehearses, or asks a broker: who lists orders waits for none of it. */
const copying = Effect.promise(() => import("../store/copies.ts"))
const opening = Effect.promise(() => import("../start/brokers.ts"))
const listing = Effect.promise(() => import("../start/listings.ts"))
const orders = Effect.promise(() => import("../start/unsupportedOrders.ts"))

/** What verbs on books work with, of what this program has settled. */
const settingsOf = (settings: Settings): Program.Settings => ({
  ...settings,
  books: {
    shown: StorePlace.shown(settings.store),
    isThere: isStoreThere(settings.store),
    reading: layerStore(settings),
    writing: layerBooks(settings)
  },
  brokers: brokers(settings),
  openAccount: (named) =>
    Effect.flatMap(orders, ({ unsupportedOrders }) =>
      configuredAccounts.opened({ configuration: settings.configuration, unsupportedOrders }, named)
    ),
  copied: (exchange) => Effect.flatMap(copying, ({ copies }) => copies(settings, exchange)),
  served: DaemonFile.read(settings.daemonFile),
  operatorToken: {
    file: settings.tokenFile,
    read: OperatorToken.read(settings.tokenFile),
    rotate: (request) => OperatorToken.rotate(settings.tokenFile, request)
  },
  hostFault: hostFault(settings)
})

const brokers = (settings: Settings): Program.Brokers => ({
  names: Configuration.brokersOf(settings.configuration),
  unsupportedOrders: (account) => Effect.flatMap(orders, ({ unsupportedOrders }) => unsupportedOrders(account)),
  of: (accounts, { sends }) =>
    Layer.unwrapEffect(
      Effect.gen(function* () {
        const { layerBrokers } = yield* opening
        const exchange = { file: settings.paperFile }
        const { listingsOf } = yield* listing
        const listings = sends ? { listings: yield* listingsOf(settings.configuration) } : {}
        return layerBrokers(accounts, settings, { ...exchange, ...listings })
      })
    )
})

/** Settles a command line for the verbs that work on books: addresses and files, and the brokers and stores that they name. */
export const settled: Program.ProgramService["settle"] = (flags) => Effect.map(settle(flags), settingsOf)
