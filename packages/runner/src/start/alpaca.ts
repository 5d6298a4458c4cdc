import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { AlpacaBroker, Credentials } from "@roundlot/broker-alpaca"
import { Broker } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
import { ConfigProvider, Effect, Layer } from "effect"
import { UsageError } from "../cli/UsageError.ts"
import { SettingsError } from "../settings/SettingsError.ts"
import type { Settings } from "../settings/Settings.ts"
import { LiveNotReady } from "./LiveNotReady.ts"

/** What can be wrong with the way to Alpaca. */
export type AlpacaError = LiveNotReady | SettingsError | UsageError | Credentials.UnknownHost

const variables = ["APCA_API_BASE_URL", "APCA_API_KEY_ID", "APCA_API_SECRET_KEY"]

/** The pair of keys, from the environment or the env file. */
const credentialsOf = ({ variable }: Settings): Effect.Effect<Credentials.Credentials, SettingsError> => {
  const said = variables.flatMap((name) => {
    const value = variable(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Credentials.config.pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(said))),
    Effect.mapError(() => {
      const missing = variables.slice(1).filter((name) => variable(name) === undefined)
      const remedy = "Set it in the environment or in a file that --env-file names"
      return new SettingsError({ place: missing.join(" and "), problem: "is not set", remedy })
    })
  )
}

/** Alpaca for one account: a pair of keys is one account there. */
export const layerAlpaca = (
  [name, ...others]: ReadonlyArray<AccountName.AccountName>,
  settings: Settings
): Layer.Layer<Broker.Brokers, AlpacaError> =>
  Layer.scoped(
    Broker.Brokers,
    Effect.gen(function* () {
      if (name === undefined || others.length > 0) {
        const problem = `Accounts ${[name, ...others].join(", ")} are all at Alpaca, where one pair of keys is one account`
        return yield* new UsageError({ problem, remedy: "Drive each from a store of its own" })
      }
      const credentials = yield* credentialsOf(settings)
      const http = yield* Layer.build(NodeHttpClient.layerUndici)
      const broker = yield* AlpacaBroker.make({ account: name, credentials }).pipe(Effect.provide(http))
      if (broker.environment === "live") return yield* new LiveNotReady({ place: credentials.baseUrl })
      return {
        get: (account: AccountName.AccountName) =>
          account === name ? Effect.succeed(broker) : Effect.fail(new Broker.NoBroker({ account }))
      }
    })
  )
