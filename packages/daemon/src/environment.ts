import { type Account, type Broker } from "@roundlot/core"
import { drive } from "@roundlot/core/ledger"
import { Effect } from "effect"

/** An account as far as its environment goes. */
export type Declared = Pick<Account.Account, "name" | "broker" | "environment">

/** Refuses by name, before anything is opened or written, the first account that is declared for real money. */
export const refuseLive = (accounts: Iterable<Declared>): Effect.Effect<void, drive.LiveRefused> =>
  Effect.forEach(
    accounts,
    ({ broker, environment, name: account }) =>
      environment === "live" ? Effect.fail(new drive.LiveRefused({ account, broker })) : Effect.void,
    { discard: true }
  )

/**
 * The broker of an account, unless its address or its account number says already that it is for real money, which asks nobody. What
 * has to be asked for is proven by the start-up gate.
 */
export const proven = (
  declared: Declared,
  broker: Broker.BrokerService
): Effect.Effect<Broker.BrokerService, drive.EnvironmentMismatch | drive.EnvironmentUnproven | drive.LiveRefused> =>
  broker.environment === declared.environment
    ? Effect.succeed(broker)
    : Effect.as(
        Effect.catchTag(drive.provePaper(declared, broker), "BrokerReadFailed", () => Effect.void),
        broker
      )
