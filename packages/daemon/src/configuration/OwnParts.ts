import type { Broker, Clock } from "@roundlot/core"
import type { PriceReference, TradeSource } from "@roundlot/core/adapter"
import type { Effect, Layer, Scope } from "effect"
import type { OwnAlerts } from "../OwnAlerts.ts"
import type { Services } from "@roundlot/commands"
import type { OwnStore } from "./StorePlace.ts"
import type { Declared } from "../environment.ts"

/**
 * Opens one account at a broker of one's own; the broker lives as long as the scope. What it reads with `Config` while it is opened
 * comes from the environment and the env file.
 */
export type OwnBroker = (account: Declared) => Effect.Effect<Broker.BrokerService, unknown, Clock.Clock | Scope.Scope>

/** A source that the daemon follows. Its name and policy are those of its entry under `sources`, whatever its trades say. */
export type Followed = Omit<TradeSource.TradeSourceService<unknown>, "name" | "policy">

/** Opens a source of one's own, as `OwnBroker` a broker. A stream of it that ends is asked again for what came since. */
export type OwnSource = Effect.Effect<Followed, unknown, Clock.Clock | Scope.Scope>

/** An app in the daemon, with all that a daemon has. It is run again when it fails. */
export type OwnApp = Effect.Effect<unknown, unknown, Scope.Scope | Services>

/** What only a module can bring into a configuration. */
export interface OwnParts {
  readonly brokers: ReadonlyMap<string, OwnBroker>
  readonly sources: ReadonlyMap<string, OwnSource>
  readonly alerts: OwnAlerts | undefined
  readonly apps: ReadonlyMap<string, OwnApp>
  readonly store: OwnStore | undefined
  /** What a share is worth now, in place of the paper exchange's market. */
  readonly prices: Layer.Layer<PriceReference.PriceReference> | undefined
}

/** A configuration of JSON brings none. */
export const none: OwnParts = {
  brokers: new Map(),
  sources: new Map(),
  alerts: undefined,
  apps: new Map(),
  store: undefined,
  prices: undefined
}
