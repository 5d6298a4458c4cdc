import type * as FileSystem from "@effect/platform/FileSystem"
import type { ExchangeFailed } from "@roundlot/broker-paper"
import { Broker } from "@roundlot/core"
import type { Account, AccountName } from "@roundlot/core"
import { Context, Effect, Layer } from "effect"
import { layerPaper, type ExchangeOptions } from "../App.ts"
import type { Settings } from "../settings/Settings.ts"
import type { AlpacaError } from "./alpaca.ts"

type Accounts = ReadonlyArray<Pick<Account.Account, "name" | "broker">>

/** The brokers of the accounts of the books: each account's is the one that its record names. */
export const layerBrokers = (
  accounts: Accounts,
  settings: Settings,
  exchange: ExchangeOptions
): Layer.Layer<Broker.Brokers, ExchangeFailed | AlpacaError, FileSystem.FileSystem> => {
  const atAlpaca = accounts.filter(({ broker }) => broker === "alpaca").map(({ name }) => name)
  if (atAlpaca.length === 0) return layerPaper(exchange)
  // Loaded where it is needed: who trades on paper does not wait for it.
  const alpaca = Layer.unwrapEffect(
    Effect.map(
      Effect.promise(() => import("./alpaca.ts")),
      ({ layerAlpaca }) => layerAlpaca(atAlpaca, settings)
    )
  )
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
