import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Credentials, SchwabBroker, Transport, Wire, type TokenFile } from "@roundlot/broker-schwab"
import { type Broker } from "@roundlot/core"
import { Entropy, type Address } from "@roundlot/core/adapter"
import { Effect, Layer, Redacted } from "effect"
import { join } from "node:path"
import type { SettingsError } from "@roundlot/commands/errors"
import type { environment } from "@roundlot/daemon"
import type { Settings } from "../settings/Settings.ts"
import { credentialsFrom, layerOfOne, type OfOneError } from "./adapter.ts"

/** What can be wrong with the way to Schwab. */
export type SchwabError = OfOneError | SettingsError | Address.UnknownHost | Transport.AuthorityRefused

const variables = {
  needed: ["SCHWAB_APP_KEY", "SCHWAB_APP_SECRET"],
  others: [
    "SCHWAB_BASE_URL",
    "SCHWAB_REDIRECT_URI",
    "SCHWAB_ACCOUNT_NUMBER",
    "SCHWAB_CA_FILE",
    Credentials.CHALLENGE_VARIABLE
  ]
}

/** The app's keys and address, from the environment or the env file. */
export const credentialsOf = (settings: Settings): Effect.Effect<Credentials.Credentials, SettingsError> =>
  credentialsFrom(Credentials.config, variables, settings)

/** Where the tokens of a login stand: in a file of their own, beside the store where none is named. */
export const tokenPlace = ({ backupFolder, variable }: Settings): TokenFile.TokenPlace => {
  const key = variable("SCHWAB_TOKEN_KEY")
  return {
    file: variable("SCHWAB_TOKEN_FILE") ?? join(backupFolder, "schwab-tokens.json"),
    key: key === undefined ? undefined : Redacted.make(key)
  }
}

const worldOf = (credentials: Credentials.Credentials) =>
  Layer.mergeAll(Transport.layer(credentials), Entropy.layerSecure).pipe(Layer.provideMerge(NodeFileSystem.layer))

/** Schwab for one account. */
export const layerSchwab = (
  accounts: ReadonlyArray<environment.Declared>,
  settings: Settings
): Layer.Layer<Broker.Brokers, SchwabError> =>
  layerOfOne(accounts, "Schwab, where a store trades one account", ({ name: account }) =>
    Effect.gen(function* () {
      const credentials = yield* credentialsOf(settings)
      const context = yield* Layer.build(worldOf(credentials))
      const wire = yield* Wire.open({ credentials, tokens: tokenPlace(settings) }).pipe(Effect.provide(context))
      return yield* SchwabBroker.make({ account, wire, accountNumber: credentials.accountNumber })
    })
  )
