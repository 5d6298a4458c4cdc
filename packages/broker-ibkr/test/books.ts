import { Account, Broker, Clock, Commands, MemoryRepository, Roundlot } from "@roundlot/core"
import { Entropy, TradeRepository } from "@roundlot/core/adapter"
import { Driving, Ledger } from "@roundlot/core/ledger"
import { Effect, Layer } from "effect"
import { account } from "./setup.ts"

/** Books in memory in which this process drives the account at a broker. */
export const booksAt = (broker: Broker.BrokerService) => booksOf(() => broker)

/** The same at the broker of each moment, by a clock of its own. */
export const booksOf = (broker: () => Broker.BrokerService, clock: Layer.Layer<Clock.Clock> = Clock.layerAlwaysOpen) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      yield* (yield* Commands.Commands).setAccount(account, Account.defaultSettings, "test")
      const { leases } = yield* TradeRepository.TradeRepository
      const token = yield* (yield* leases.open(Driving.unnamed)).take(account)
      yield* (yield* Ledger.Ledger).leases.hold(account, { token, provenMs: Number.POSITIVE_INFINITY })
    })
  ).pipe(
    Layer.provideMerge(
      Layer.provideMerge(
        Roundlot.layer.pipe(
          Layer.provideMerge(Layer.mergeAll(MemoryRepository.layerMemory, clock, Entropy.layerSecure))
        ),
        Layer.succeed(Broker.Brokers, { get: () => Effect.sync(broker) })
      )
    )
  )
