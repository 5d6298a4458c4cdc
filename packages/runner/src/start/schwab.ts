import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Credentials, SchwabBroker, Wire, type TokenFile } from "@roundlot/broker-schwab"
import { Broker, Entropy, type AccountName } from "@roundlot/core"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { join } from "node:path"
import { UsageError } from "../cli/UsageError.ts"
import { SettingsError } from "../settings/SettingsError.ts"
import type { Settings } from "../settings/Settings.ts"
import { LiveNotReady } from "./LiveNotReady.ts"

/** What can be wrong with the way to Schwab. */
export type SchwabError = LiveNotReady | SettingsError | UsageError | Credentials.UnknownHost

const needed = ["SCHWAB_APP_KEY", "SCHWAB_APP_SECRET"]
const variables = [...needed, "SCHWAB_BASE_URL", "SCHWAB_REDIRECT_URI", "SCHWAB_ACCOUNT_NUMBER"]

/** The app's keys and address, from the environment or the env file. */
export const credentialsOf = ({ variable }: Settings): Effect.Effect<Credentials.Credentials, SettingsError> => {
  const said = variables.flatMap((name) => {
    const value = variable(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Credentials.config.pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(said))),
    Effect.mapError(() => {
      const missing = needed.filter((name) => variable(name) === undefined)
      const remedy = "Set it in the environment or in a file that --env-file names"
      return new SettingsError({ place: missing.join(" and "), problem: "is not set", remedy })
    })
  )
}

/** Where the tokens of a login stand: in a file of their own, beside the store where none is named. */
export const tokenPlace = ({ backupFolder, variable }: Settings): TokenFile.TokenPlace => {
  const key = variable("SCHWAB_TOKEN_KEY")
  return {
    file: variable("SCHWAB_TOKEN_FILE") ?? join(backupFolder, "schwab-tokens.json"),
    key: key === undefined ? undefined : Redacted.make(key)
  }
}

const world = Layer.mergeAll(NodeHttpClient.layerUndici, NodeFileSystem.layer, Entropy.layerSecure)

/** Schwab for one account. */
export const layerSchwab = (
  [name, ...others]: ReadonlyArray<AccountName.AccountName>,
  settings: Settings
): Layer.Layer<Broker.Brokers, SchwabError> =>
  Layer.scoped(
    Broker.Brokers,
    Effect.gen(function* () {
      if (name === undefined || others.length > 0) {
        const problem = `Accounts ${[name, ...others].join(", ")} are all at Schwab, where a store drives one`
        return yield* new UsageError({ problem, remedy: "Drive each from a store of its own" })
      }
      const credentials = yield* credentialsOf(settings)
      const context = yield* Layer.build(world)
      const wire = yield* Wire.open({ credentials, tokens: tokenPlace(settings) }).pipe(Effect.provide(context))
      if (wire.place.environment === "live") return yield* new LiveNotReady({ place: credentials.baseUrl })
      const { accountNumber } = credentials
      const broker = yield* SchwabBroker.make({ account: name, wire, accountNumber })
      return {
        get: (account: AccountName.AccountName) =>
          account === name ? Effect.succeed(broker) : Effect.fail(new Broker.NoBroker({ account }))
      }
    })
  )
