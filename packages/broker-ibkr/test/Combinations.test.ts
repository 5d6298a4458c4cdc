import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Decimal, Fill, Order, Position, Reads, type Broker } from "@roundlot/core"
import { Break, Sync } from "@roundlot/core/ledger"
import { Effect, Fiber, Option, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { booksAt } from "./books.ts"
import { account, lately } from "./setup.ts"

const legs: ReadonlyArray<Simulator.Leg> = [
  { symbol: "AAPL", side: "buy", quantity: "3" },
  { symbol: "KO", side: "sell", quantity: "6" }
]

/** A simulator, and the broker that hears of what people enter there. */
const opened = Effect.gen(function* () {
  const simulator = yield* Simulator.make({})
  const { host, port } = simulator
  return { simulator, broker: yield* IbkrBroker.make({ account, address: { host, port, clientId: 0 } }) }
})

const executions = (broker: Broker.BrokerService) =>
  Effect.map(Effect.flatMap(lately, broker.fills), ({ received }) => received.map(({ report }) => report))

/** What the books hold of each symbol. */
const holdings = Effect.map(Reads.all(Position.PositionTable), (all) =>
  all.map((position) => `${position.symbol} ${Decimal.format(Position.holdingsOf(position))}`).toSorted()
)

describe("combinations at TWS", () => {
  it("SYNC-1: the legs are told as orders of their own, by stream and by listing alike; the sum of them never", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { broker, simulator } = yield* opened
          const heard = Stream.filterMap(broker.updates ?? Stream.empty, ({ report }) =>
            report._tag === "Executed" ? Option.some(report) : Option.none()
          )
          const listening = yield* Effect.fork(Stream.runCollect(Stream.take(heard, 2)))
          yield* broker.positions
          const permId = yield* simulator.combine(legs)
          const told = [...(yield* Fiber.join(listening))]
          const ids = told.map(({ brokerOrderId, quantity }) => `${brokerOrderId} ${Decimal.format(quantity)}`)
          expect(ids).toEqual([`${permId}/AAPL/buy 3`, `${permId}/KO/sell 6`])
          const listed = yield* executions(broker)
          expect(listed.map(({ brokerOrderId, execId }) => [brokerOrderId, execId])).toEqual(
            told.map(({ brokerOrderId, execId }) => [brokerOrderId, execId])
          )
          const orders = yield* Effect.flatMap(lately, broker.orders)
          expect(orders.received.map(({ report }) => [report.brokerOrderId, report.symbol])).toEqual([
            [permId, "BAG AAPL,KO"]
          ])
        })
      )
    ))

  it("SYNC-1, P10: synced, the books hold what the broker holds, and the combination is in sight", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { broker, simulator } = yield* opened
          yield* simulator.combine(legs)
          yield* Effect.gen(function* () {
            expect(yield* Sync.syncTradesOnce({ account, broker })).toMatchObject({ fetched: 2, inserted: 2 })
            expect(yield* Sync.syncTradesOnce({ account, broker })).toMatchObject({
              inserted: 0,
              updated: 0,
              touchedOrders: 0
            })
            const { holdings: theirs } = yield* broker.positions
            const shown = theirs.map(({ quantity, symbol }) => `${symbol} ${Decimal.format(quantity)}`).toSorted()
            expect(shown).toEqual(["AAPL 3", "KO -6"])
            expect((yield* holdings).filter((each) => !each.endsWith(" 0"))).toEqual(shown)
            expect((yield* Reads.all(Fill.FillTable)).length).toBe(2)
            expect((yield* Reads.all(Order.OrderTable)).map(({ origin }) => origin)).toEqual(["external", "external"])
            expect((yield* Reads.all(Break.BreakTable)).map(({ kind }) => kind)).toEqual(["Unmapped"])
          }).pipe(Effect.provide(booksAt(broker)))
        })
      )
    ))
})
