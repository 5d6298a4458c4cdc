import { Broker, type AccountName, type Clock } from "@roundlot/core"
import type { drive } from "@roundlot/core/ledger"
import { Effect, Layer } from "effect"
import { ownPart, environment } from "@roundlot/daemon"
import type { OwnBroker } from "@roundlot/daemon/configuration"
import type { Settings } from "../settings/Settings.ts"

/** What keeps an account from being driven at a broker of one's own. */
export type OwnBrokerError =
  | ownPart.OwnPartFailed
  | drive.EnvironmentMismatch
  | drive.EnvironmentUnproven
  | drive.LiveRefused

/** A broker that a configuration brings, for each account that names it: it proves play money as the brokers of this program do. */
export const layerOwn = (
  name: string,
  open: OwnBroker,
  accounts: ReadonlyArray<environment.Declared>,
  settings: Settings
): Layer.Layer<Broker.Brokers, OwnBrokerError, Clock.Clock> =>
  Layer.scoped(
    Broker.Brokers,
    Effect.gen(function* () {
      yield* environment.refuseLive(accounts)
      const opened = new Map<AccountName.AccountName, Broker.BrokerService>()
      for (const account of accounts) {
        const broker = yield* ownPart.running(`broker ${name}`, settings)(Effect.suspend(() => open(account)))
        opened.set(account.name, yield* environment.proven(account, broker))
      }
      return {
        get: (asked) => {
          const broker = opened.get(asked)
          return broker === undefined ? Effect.fail(new Broker.NoBroker({ account: asked })) : Effect.succeed(broker)
        }
      }
    })
  )
