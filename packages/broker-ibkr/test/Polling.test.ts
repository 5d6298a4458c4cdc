import { Accumulator, Decimal, Fill, Instant, Order, Price, Quantity, Reads, SourcePolicy } from "@roundlot/core"
import { Gates, Submission, Tracking } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { booksAt } from "./books.ts"
import { account, open } from "./setup.ts"

const SYMBOLS = Array.from({ length: 50 }, (_, i) => `SYM${i + 1}`)

/** Takes in a trade of a share of each symbol, and has TWS take the orders, until all of them work. */
const working = Effect.gen(function* () {
  const accumulator = yield* Accumulator.Accumulator
  const trades = SYMBOLS.map((symbol) => ({
    source: "test",
    sourceId: symbol,
    occurrence: "0",
    symbol,
    side: "buy" as const,
    quantity: Quantity.unsafe("1"),
    price: Price.unsafe("100"),
    tradedAt: Instant.make(1n),
    reverses: undefined
  }))
  yield* accumulator.submitMany(account, trades, SourcePolicy.anyAge)
  const orders = Reads.all(Order.OrderTable)
  const send = Effect.zipRight(
    Gates.confirmInstruments,
    Submission.submitPending(() => Effect.succeed(true))
  )
  return yield* Effect.repeat(Effect.zipRight(send, orders), {
    until: (all) => all.length === SYMBOLS.length && all.every(({ status }) => status === "submitted"),
    times: 100
  })
})

it("FILL-11: fifty open orders are read by one listing, and those that have filled by one of executions more", () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} }, times: SYMBOLS.length })
        yield* Effect.gen(function* () {
          const orders = yield* working
          expect(orders).toHaveLength(SYMBOLS.length)
          const polled = yield* Tracking.makePolled
          const requestsOfPass = Effect.gen(function* () {
            const before = (yield* exchange.requests).length
            yield* Tracking.pollOpenOrders({ intervalMs: 1, maxJitterMs: 0 }, polled)
            return (yield* exchange.requests).slice(before).map(({ operation }) => operation)
          })
          // TWS lists what is open and what has ended by a request each.
          expect(yield* requestsOfPass).toEqual(["orders", "orders"])
          for (const { brokerOrderId, id } of orders)
            yield* exchange.instruct({ id: `f${id}`, do: { fill: { price: "100.25", brokerOrderId } } })
          expect(yield* requestsOfPass).toEqual(["orders", "orders", "fills"])
          const statuses = (yield* Reads.all(Order.OrderTable)).map(({ status }) => status)
          expect(new Set(statuses)).toEqual(new Set(["filled"]))
          const prices = (yield* Reads.all(Fill.FillTable)).map(({ price }) => price && Decimal.format(price))
          expect(prices).toEqual(SYMBOLS.map(() => "100.25"))
        }).pipe(Effect.provide(booksAt(broker)))
      })
    )
  ))
