import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker, Credentials } from "@roundlot/broker-alpaca"
import type { Broker } from "@roundlot/core"
import type { Address } from "@roundlot/core/adapter"
import { Effect, Layer } from "effect"
import type { SettingsError } from "@roundlot/commands/errors"
import type { environment } from "@roundlot/daemon"
import type { Settings } from "../settings/Settings.ts"
import { credentialsFrom, layerOfOne, type OfOneError } from "./adapter.ts"

/** What can be wrong with the way to Alpaca. */
export type AlpacaError = OfOneError | SettingsError | Address.UnknownHost

const variables = {
  needed: ["APCA_API_KEY_ID", "APCA_API_SECRET_KEY"],
  others: ["APCA_API_BASE_URL", "APCA_API_DATA_URL", "APCA_API_STATUS_FEED"]
}

/** Alpaca for one account: a pair of keys is one account there. */
export const layerAlpaca = (
  accounts: ReadonlyArray<environment.Declared>,
  settings: Settings
): Layer.Layer<Broker.Brokers, AlpacaError> =>
  layerOfOne(accounts, "Alpaca, where one pair of keys is one account", ({ name: account }) =>
    Effect.gen(function* () {
      const credentials = yield* credentialsFrom(Credentials.config, variables, settings)
      const http = yield* Layer.build(NodeHttpClient.layerUndici)
      return yield* AlpacaBroker.make({ account, credentials }).pipe(Effect.provide(http))
    })
  )
