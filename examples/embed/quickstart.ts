import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Account, AccountName, Accumulator, Clock, Commands, Daemon, Entropy, Health, Instant } from "@roundlot/core"
import { Ledger, MemoryRepository, Position, Quantity, Reads, type Trade } from "@roundlot/core"
import { Effect, Layer } from "effect"

const desk = AccountName.AccountName.make("desk")
const store = Layer.mergeAll(MemoryRepository.layerMemory, Clock.layerAlwaysOpen, Entropy.layerSecure)
const broker = PaperBroker.layerBrokers.pipe(Layer.provide(Exchange.layer({})))
const services = Layer.mergeAll(Accumulator.layer, Commands.layer, Health.layer, broker)
const roundlot = services.pipe(Layer.provideMerge(Ledger.layer), Layer.provideMerge(store))

const tradedAt = Instant.fromMillis(Date.UTC(2026, 10, 20, 14, 30))
const buy = (sourceId: string, shares: string): Trade.TradeInput => {
  const identity = { source: "app", sourceId, occurrence: "0", reverses: undefined }
  return { ...identity, symbol: "AAPL", side: "buy", quantity: Quantity.unsafe(shares), price: undefined, tradedAt }
}

export const program = Effect.gen(function* () {
  yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "app") // policies: paper, lot 1
  yield* Effect.forkScoped(Daemon.run()) // sends, tracks, asks
  yield* (yield* Accumulator.Accumulator).submitMany(desk, [buy("1", "0.3"), buy("2", "0.5"), buy("3", "0.4")])
  yield* Daemon.untilIdle // one order of 1 was filled; 0.2 is carried into the next
  return yield* Reads.all(Position.PositionTable)
}).pipe(Effect.scoped, Effect.provide(roundlot))
