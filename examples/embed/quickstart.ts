import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Account, AccountName, Accumulator, Commands, Daemon, Instant, MemoryRepository } from "@roundlot/core"
import { Position, Price, Quantity, Reads, Roundlot, Trade } from "@roundlot/core"
import { Clock, Effect, Layer } from "effect"

const desk = AccountName.AccountName.make("desk")
const broker = PaperBroker.layerBrokers.pipe(Layer.provide(Exchange.layer({})))
const roundlot = Layer.merge(Roundlot.layerOn(MemoryRepository.layerMemory), broker)

const bought = { source: "app", symbol: "AAPL", side: "buy", price: Price.unsafe("201.5") } as const
const buy = (sourceId: string, shares: string, tradedAt: Instant.Instant) =>
  Trade.input({ ...bought, sourceId, quantity: Quantity.unsafe(shares), tradedAt })

export const program = Effect.gen(function* () {
  yield* (yield* Commands.Commands).setAccount(desk, Account.defaultSettings, "app") // policies: paper, lot 1
  yield* Effect.forkScoped(Daemon.run()) // sends, tracks, asks
  const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
  const trades = [buy("1", "0.3", now), buy("2", "0.5", now), buy("3", "0.4", now)]
  yield* (yield* Accumulator.Accumulator).submitMany(desk, trades)
  yield* Daemon.untilIdle // one order of 1 was filled; 0.2 is carried into the next
  return yield* Reads.all(Position.PositionTable)
}).pipe(Effect.scoped, Effect.provide(roundlot))
