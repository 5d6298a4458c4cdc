import { expect, it } from "@effect/vitest"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import {
  Account,
  AccountName,
  Accumulator,
  Commands,
  Daemon,
  Decimal,
  Events,
  Instant,
  Order,
  Price,
  Quantity,
  Reads,
  Roundlot,
  Trade
} from "@roundlot/core"
import { Clock, Effect, Layer, Queue } from "effect"
import { run } from "./takeProfit.ts"

const account = AccountName.AccountName.make("desk")

const services = PaperBroker.layerBrokers.pipe(
  Layer.provideMerge(Exchange.layer({})),
  Layer.provideMerge(Roundlot.layerMemory)
)

const buy = Effect.gen(function* () {
  const accumulator = yield* Accumulator.Accumulator
  const tradedAt = Instant.fromMillis(yield* Clock.currentTimeMillis)
  const quantity = Quantity.unsafe("3")
  const trade = Trade.input({
    source: "app",
    sourceId: "1",
    symbol: "AAPL",
    side: "buy",
    quantity,
    price: Price.unsafe("100"),
    tradedAt
  })
  yield* accumulator.submitMany(account, [trade])
})

it.live("SDK-4: a strategy sells what was bought at a profit, once, however often it hears of the fill", () =>
  Effect.gen(function* () {
    yield* (yield* Commands.Commands).setAccount(account, Account.defaultSettings, "test")
    yield* Effect.forkScoped(Daemon.run())
    const kept = yield* Queue.unbounded<string>()
    const strategy = (after: string) => run(account, after, (cursor) => kept.offer(cursor))
    yield* Effect.forkScoped(strategy(Events.BEGINNING))
    yield* buy
    const cursor = yield* Queue.take(kept)
    // It lost its place and starts from the beginning, as a second one does that was started beside it.
    yield* Effect.forkScoped(strategy(Events.BEGINNING))
    expect(yield* Queue.take(kept)).toBe(cursor)
    yield* Daemon.untilIdle
    const orders = yield* Reads.all(Order.OrderTable)
    expect(
      orders.map(({ limitPrice, quantity, side }) => [
        side,
        Decimal.format(quantity),
        limitPrice === undefined ? "market" : Decimal.format(limitPrice)
      ])
    ).toEqual([
      ["buy", "3", "market"],
      ["sell", "3", "102"]
    ])
    // The exchange takes the fill back: nothing more is sold, and the strategies go on.
    const [execution] = yield* (yield* Exchange.Exchange).fills
    yield* (yield* Exchange.Exchange).instruct({ id: "b", do: { bust: { execId: String(execution?.execId) } } })
    expect([yield* Queue.take(kept), yield* Queue.take(kept)]).not.toContain(cursor)
    expect(yield* Reads.all(Order.OrderTable)).toHaveLength(2)
  }).pipe(Effect.scoped, Effect.provide(services))
)
