import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Commands,
  Daemon,
  Decimal,
  Instant,
  Order,
  Position,
  Price,
  Quantity,
  Reads,
  Roundlot,
  Trade
} from "@roundlot/core"
import { Clock, Effect, Layer } from "effect"
import * as HouseBroker from "@roundlot/example-custom-broker"

const desk = AccountName.AccountName.make("desk")

const services = HouseBroker.layer(desk).pipe(Layer.provideMerge(Roundlot.layerMemory))

/** The fractional fills that the app hedges: what a venue of its own would deliver, the same each time it is asked. */
const tradesOf = (tradedAt: Instant.Instant) =>
  ["0.3", "0.5", "0.4"].map((shares, index) =>
    Trade.input({
      source: "venue",
      sourceId: `fill-${index + 1}`,
      symbol: "AAPL",
      side: "buy",
      quantity: Quantity.unsafe(shares),
      price: Price.unsafe("150"), // a limit in dollars needs one, and the house has no quotes
      tradedAt
    })
  )

/** Takes three fractional trades in, lets the daemon drive the one whole share that they make, and reads the books. */
const day = Effect.gen(function* () {
  const accumulator = yield* Accumulator.Accumulator
  const commands = yield* Commands.Commands
  yield* commands.setAccount(desk, { ...Account.defaultSettings, broker: "house" }, "app")
  yield* Effect.forkScoped(Daemon.run())
  const trades = tradesOf(Instant.fromMillis(yield* Clock.currentTimeMillis))
  const taken = yield* accumulator.submitMany(desk, trades)
  const again = yield* accumulator.submitMany(desk, trades)
  const left = yield* Daemon.untilIdle
  const orders = yield* Reads.all(Order.OrderTable)
  const positions = yield* Reads.all(Position.PositionTable)
  return { taken, again, left, orders, positions, audit: yield* Audit.run() }
})

/** The whole app: it needs nothing and leaves nothing behind. */
export const app = Effect.scoped(day).pipe(Effect.provide(services))

/** A line for each position and order, for people. */
export const linesOf = (books: {
  readonly positions: ReadonlyArray<Position.Position>
  readonly orders: ReadonlyArray<Order.Order>
}): ReadonlyArray<string> => [
  ...books.positions.map(
    ({ symbol, exposure, hedged, residual }) =>
      `${symbol}: exposure ${Decimal.format(exposure)}, hedged ${Decimal.format(hedged)}, residual ${Decimal.format(residual)}`
  ),
  ...books.orders.map(
    ({ id, side, quantity, symbol, status, brokerOrderId }) =>
      `O${id}: ${side} ${Decimal.format(quantity)} ${symbol} is ${status} (${brokerOrderId ?? "not sent"})`
  )
]
