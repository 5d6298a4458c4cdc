import { drive, type Account, type Broker } from "@roundlot/core"
import { Effect, Schema } from "effect"
import type { Settings } from "../settings/Settings.ts"

/** Store and configuration must both say that an account is for real money, and one of them does not. */
export class LiveNotConfirmed extends Schema.TaggedError<LiveNotConfirmed>()("LiveNotConfirmed", {
  account: Schema.String,
  store: Schema.String,
  configuration: Schema.String
}) {
  override get message() {
    return `account ${this.account} is ${this.store} in the store and ${this.configuration} in the configuration: it is not driven. Real money needs "live": true under accounts.${this.account} of the configuration, each time`
  }
}

/** An account as far as its environment goes. */
export type Declared = Pick<Account.Account, "name" | "environment">

/** The configuration says the same of an account as the store: what it does not name is paper. */
export const confirmed = (
  { environment, name }: Declared,
  { configuration }: Pick<Settings, "configuration">
): Effect.Effect<void, LiveNotConfirmed> => {
  const said = configuration.accounts.get(name)?.environment ?? "paper"
  return said === environment
    ? Effect.void
    : Effect.fail(new LiveNotConfirmed({ account: name, store: environment, configuration: said }))
}

/** The broker of an account, where it proves to be of the environment that the account is declared for; nothing was asked of it. */
export const proven = (
  { environment: declared, name: account }: Declared,
  broker: Broker.BrokerService
): Effect.Effect<Broker.BrokerService, drive.EnvironmentMismatch> =>
  declared === broker.environment
    ? Effect.succeed(broker)
    : Effect.fail(new drive.EnvironmentMismatch({ account, declared, proven: broker.environment }))
