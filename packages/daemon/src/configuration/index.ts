/** `Configuration`: a configuration, read and checked. */
export * as Configuration from "./Configuration.ts"
/** `ConfigurationFile`: what a configuration may say, and its JSON Schema. */
export * as ConfigurationFile from "./ConfigurationFile.ts"
/** `ConfigModule`: a configuration that is a module. */
export * as ConfigModule from "./ConfigModule.ts"
/** `defineConfig`: a configuration that brings brokers, sources and prices of one's own. */
export { defineConfig, type RoundlotConfig } from "./ConfigModule.ts"
/** `configuredAccounts`: the accounts of a configuration, written into the books. */
export * as configuredAccounts from "./configuredAccounts.ts"
/** `EnvFile`: a file of variables. */
export * as EnvFile from "./EnvFile.ts"
export type { NatsEntry } from "./sources/sourceWays.ts"
export type { OutboxEntry } from "./sources/sourceWays.ts"
export type { Followed, OwnApp, OwnBroker, OwnParts, OwnSource } from "./OwnParts.ts"
/** `ownPrices`: prices that a configuration brings. */
export * as ownPrices from "./ownPrices.ts"
/** `polling`: how often open orders are read. */
export * as polling from "./polling.ts"
/** `senders`: sources that hand their trades over, and the secrets that they sign with. */
export * as senders from "./sources/senders.ts"
/** `sourceUrl`: the variable with the address of a source. */
export * as sourceUrl from "./sources/sourceUrl.ts"
export type { FollowedWays } from "./sources/sourceWays.ts"
/** `StorePlace`: where the books are, by their address. */
export * as StorePlace from "./StorePlace.ts"
