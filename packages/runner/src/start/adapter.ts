import { Broker } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
import { ConfigProvider, Effect, Layer } from "effect"
import type { Config, Scope } from "effect"
import { UsageError } from "../cli/UsageError.ts"
import { SettingsError } from "../settings/SettingsError.ts"
import type { Settings } from "../settings/Settings.ts"

/** Which variables a broker's credentials are read from: those that must be said, and those that may. */
export interface Variables {
  readonly needed: ReadonlyArray<string>
  readonly others: ReadonlyArray<string>
}

/** A broker's credentials, from the environment or the env file. Fails with the names of those that are needed and not said. */
export const credentialsFrom = <A>(
  config: Config.Config<A>,
  { needed, others }: Variables,
  { variable }: Settings
): Effect.Effect<A, SettingsError> => {
  const said = [...needed, ...others].flatMap((name) => {
    const value = variable(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return config.pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(said))),
    Effect.mapError(() => {
      const missing = needed.filter((name) => variable(name) === undefined)
      const remedy = "Set it in the environment or in a file that --env-file names"
      return new SettingsError({ place: missing.join(" and "), problem: "is not set", remedy })
    })
  )
}

/** The registry of the one account that a store drives at a broker. `where` ends the sentence that refuses more: `at Alpaca, …`. */
export const layerOfOne = <E>(
  [name, ...others]: ReadonlyArray<AccountName.AccountName>,
  where: string,
  open: (account: AccountName.AccountName) => Effect.Effect<Broker.BrokerService, E, Scope.Scope>
): Layer.Layer<Broker.Brokers, E | UsageError> =>
  Layer.scoped(
    Broker.Brokers,
    Effect.gen(function* () {
      if (name === undefined || others.length > 0) {
        const problem = `Accounts ${[name, ...others].join(", ")} are all at ${where}`
        return yield* new UsageError({ problem, remedy: "Drive each from a store of its own" })
      }
      const broker = yield* open(name)
      return {
        get: (account: AccountName.AccountName) =>
          account === name ? Effect.succeed(broker) : Effect.fail(new Broker.NoBroker({ account }))
      }
    })
  )
