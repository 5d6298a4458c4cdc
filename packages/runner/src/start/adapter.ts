import { Broker, type AccountName } from "@roundlot/core"
import type { drive } from "@roundlot/core/ledger"
import { ConfigProvider, Effect, Layer, type Config, type Scope } from "effect"
import { SettingsError, UsageError } from "@roundlot/commands/errors"
import { environment } from "@roundlot/daemon"
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

/** What keeps the one account that a store drives at a broker from being driven. */
export type OfOneError = drive.EnvironmentMismatch | drive.EnvironmentUnproven | drive.LiveRefused | UsageError

/**
 * The registry of the one account that a store drives at a broker, where it is no account of real money. `where` ends the sentence that refuses more: `at Alpaca, …`.
 */
export const layerOfOne = <E>(
  [account, ...others]: ReadonlyArray<environment.Declared>,
  where: string,
  open: (account: environment.Declared) => Effect.Effect<Broker.BrokerService, E, Scope.Scope>
): Layer.Layer<Broker.Brokers, E | OfOneError> =>
  Layer.scoped(
    Broker.Brokers,
    Effect.gen(function* () {
      if (account === undefined || others.length > 0) {
        const names = [account, ...others].map((each) => each?.name)
        const problem = `Accounts ${names.join(", ")} are all at ${where}`
        return yield* new UsageError({ problem, remedy: "Use a separate store for each" })
      }
      yield* environment.refuseLive([account])
      const broker = yield* Effect.flatMap(open(account), (opened) => environment.proven(account, opened))
      return {
        get: (asked: AccountName.AccountName) =>
          asked === account.name ? Effect.succeed(broker) : Effect.fail(new Broker.NoBroker({ account: asked }))
      }
    })
  )
