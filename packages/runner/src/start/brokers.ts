import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as FileSystem from "@effect/platform/FileSystem"
import { AlpacaBroker, Credentials } from "@roundlot/broker-alpaca"
import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Broker } from "@roundlot/core"
import type { Account, AccountName } from "@roundlot/core"
import { ConfigProvider, Context, Effect, Layer, Schema } from "effect"
import { layerPaper, type ExchangeOptions } from "../App.ts"
import { UsageError } from "../cli/UsageError.ts"
import { SettingsError } from "../settings/SettingsError.ts"
import type { Settings } from "../settings/Settings.ts"

/** Real money is not sent for yet: what a live account needs before that is not built. */
class LiveNotReady extends Schema.TaggedError<LiveNotReady>()("LiveNotReady", { place: Schema.String }) {
  override get message() {
    return `${this.place} is for real money, and this version drives no live account: use the paper host and its keys`
  }
}

/** What can be wrong with the way to a broker. */
export type BrokersError = ExchangeFailed | LiveNotReady | SettingsError | UsageError | Credentials.UnknownHost

type Accounts = ReadonlyArray<Pick<Account.Account, "name" | "broker">>

/** The brokers of the accounts of the books: each account's is the one that its record names. */
export const layerBrokers = (
  accounts: Accounts,
  settings: Settings,
  exchange: ExchangeOptions
): Layer.Layer<Broker.Brokers, BrokersError, FileSystem.FileSystem> => {
  const atAlpaca = accounts.filter(({ broker }) => broker === "alpaca").map(({ name }) => name)
  if (atAlpaca.length === 0) return layerPaper(exchange)
  const alpaca = layerAlpaca(atAlpaca, settings)
  return atAlpaca.length === accounts.length
    ? alpaca
    : Layer.scopedContext(both(layerPaper(exchange), alpaca, new Set(atAlpaca)))
}

/** The same brokers without their streams: everything is polled. */
export const withoutStreams: Layer.Layer<Broker.Brokers, never, Broker.Brokers> = Layer.effect(
  Broker.Brokers,
  Effect.map(Broker.Brokers, (brokers) => ({
    get: (account) => Effect.map(brokers.get(account), (broker) => ({ ...broker, updates: undefined }))
  }))
)

/** A registry that asks the one or the other, by the account. */
const both = <E1, E2, R1, R2>(
  paper: Layer.Layer<Broker.Brokers, E1, R1>,
  alpaca: Layer.Layer<Broker.Brokers, E2, R2>,
  atAlpaca: ReadonlySet<AccountName.AccountName>
) =>
  Effect.gen(function* () {
    const first = Context.get(yield* Layer.build(paper), Broker.Brokers)
    const second = Context.get(yield* Layer.build(alpaca), Broker.Brokers)
    return Context.make(Broker.Brokers, { get: (name) => (atAlpaca.has(name) ? second : first).get(name) })
  })

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
const layerAlpaca = (
  [name, ...others]: ReadonlyArray<AccountName.AccountName>,
  settings: Settings
): Layer.Layer<Broker.Brokers, LiveNotReady | SettingsError | UsageError | Credentials.UnknownHost> =>
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
