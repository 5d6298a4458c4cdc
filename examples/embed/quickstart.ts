import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Account, AccountName, Accumulator, Commands, Daemon, Instant, MemoryRepository } from "@roundlot/core"
import { Position, Quantity, Reads, Roundlot, Trade } from "@roundlot/core"
import { Effect, Layer } from "effect"

const desk = AccountName.AccountName.make("desk")
const broker = PaperBroker.layerBrokers.pipe(Layer.provide(Exchange.layer({})))
const roundlot = Layer.merge(Roundlot.layerOn(MemoryRepository.layerMemory), broker)

const tradedAt = Instant.fromMillis(Date.UTC(2026, 10, 20, 14, 30))
const buy = (sourceId: string, shares: string) =>
  Trade.input({ source: "app", sourceId, symbol: "AAPL", side: "buy", quantity: Quantity.unsafe(shares), tradedAt })

export const program = Effect.gen(function* () {
  yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "app") // policies: paper, lot 1
  yield* Effect.forkScoped(Daemon.run()) // sends, tracks, asks
  yield* (yield* Accumulator.Accumulator).submitMany(desk, [buy("1", "0.3"), buy("2", "0.5"), buy("3", "0.4")])
  yield* Daemon.untilIdle // one order of 1 was filled; 0.2 is carried into the next
  return yield* Reads.all(Position.PositionTable)
}).pipe(Effect.scoped, Effect.provide(roundlot))
