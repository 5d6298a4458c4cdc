import type * as FileSystem from "@effect/platform/FileSystem"
import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Broker, type Account, type AccountName, type Clock } from "@roundlot/core"
import { Context, Effect, Layer } from "effect"
import type { environment } from "@roundlot/daemon"
import { layerPaper, type ExchangeOptions } from "../App.ts"
import type { Settings } from "../settings/Settings.ts"
import type { AlpacaError } from "./alpaca.ts"
import type { IbkrError } from "./ibkr.ts"
import { layerOwn, type OwnBrokerError } from "./ownBroker.ts"
import type { SchwabError } from "./schwab.ts"

type Accounts = ReadonlyArray<Pick<Account.Account, "name" | "broker" | "environment">>

const adapterNames = ["alpaca", "ibkr", "schwab"] as const

type AdapterName = (typeof adapterNames)[number]

type AdapterError = AlpacaError | IbkrError | SchwabError

type Failure = ExchangeFailed | AdapterError | OwnBrokerError

type Registry = Layer.Layer<Broker.Brokers, Failure, Clock.Clock | FileSystem.FileSystem>

type AdapterLayer = (
  accounts: ReadonlyArray<environment.Declared>,
  settings: Settings
) => Layer.Layer<Broker.Brokers, AdapterError>

/** Each loaded where it is needed: who trades on paper does not wait for them. */
const adapters: { readonly [A in AdapterName]: () => Promise<AdapterLayer> } = {
  alpaca: async () => (await import("./alpaca.ts")).layerAlpaca,
  ibkr: async () => (await import("./ibkr.ts")).layerIbkr,
  schwab: async () => (await import("./schwab.ts")).layerSchwab
}

/** The brokers of the accounts of the books: each account's is the one that its record names. */
export const layerBrokers = (accounts: Accounts, settings: Settings, exchange: ExchangeOptions): Registry =>
  registriesOf(settings).reduce<Registry>(
    (others, [name, make]) => {
      const own = accounts.filter(({ broker }) => broker === name)
      if (own.length === 0) return others
      const layer = Layer.map(make(own), knownAs(name))
      return own.length === accounts.length
        ? layer
        : Layer.scopedContext(both(others, layer, new Set(own.map(({ name }) => name))))
    },
    Layer.map(layerPaper(exchange), knownAs("paper"))
  )

/** Each broker but the paper exchange, and what drives accounts to it. */
const registriesOf = (
  settings: Settings
): ReadonlyArray<readonly [name: string, make: (accounts: ReadonlyArray<environment.Declared>) => Registry]> => [
  ...adapterNames.map(
    (name) => [name, (own: ReadonlyArray<environment.Declared>) => adapted(name, own, settings)] as const
  ),
  ...Array.from(
    settings.configuration.own.brokers,
    ([name, open]) => [name, (own: ReadonlyArray<environment.Declared>) => layerOwn(name, open, own, settings)] as const
  )
]

/** For an account that is made, or given another broker, while the program runs, nothing is sent before it was started again. */
const knownAs = (name: string) => (context: Context.Context<Broker.Brokers>) => {
  const brokers = Context.get(context, Broker.Brokers)
  return Context.make(Broker.Brokers, {
    get: (account) => Effect.map(brokers.get(account), (broker) => Broker.altered(broker, { knownAs: name }))
  })
}

const adapted = (
  adapter: AdapterName,
  accounts: ReadonlyArray<environment.Declared>,
  settings: Settings
): Layer.Layer<Broker.Brokers, AdapterError> =>
  Layer.unwrapEffect(Effect.map(Effect.promise(adapters[adapter]), (layer) => layer(accounts, settings)))

/** The same brokers without their streams: everything is polled. */
export const withoutStreams: Layer.Layer<Broker.Brokers, never, Broker.Brokers> = Layer.effect(
  Broker.Brokers,
  Effect.map(Broker.Brokers, (brokers) => ({
    get: (account) => Effect.map(brokers.get(account), (broker) => Broker.altered(broker, { updates: undefined }))
  }))
)

/** A registry that asks the one or the other, by the account. */
const both = <E1, E2, R1, R2>(
  rest: Layer.Layer<Broker.Brokers, E1, R1>,
  adapter: Layer.Layer<Broker.Brokers, E2, R2>,
  own: ReadonlySet<AccountName.AccountName>
) =>
  Effect.gen(function* () {
    const first = Context.get(yield* Layer.build(rest), Broker.Brokers)
    const second = Context.get(yield* Layer.build(adapter), Broker.Brokers)
    return Context.make(Broker.Brokers, { get: (name) => (own.has(name) ? second : first).get(name) })
  })
