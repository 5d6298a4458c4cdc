import { Fill, Order, Reads } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Sync } from "@roundlot/core/ledger"
import { Effect, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { booksAt } from "./books.ts"
import { account, open } from "./setup.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

/** As often as a read is tried. */
const OFTEN = 4

const heads = Effect.flatMap(TradeRepository.TradeRepository, ({ heads: read }) =>
  Effect.map(read, (all) => JSON.stringify([...all]))
)

describe("a sync with TWS", () => {
  it.each(["fills", "orders"] as const)(
    "SYNC-2: a connection that is lost while %s are read leaves nothing half written, and the next run completes it",
    (operation) =>
      run(
        Effect.gen(function* () {
          const { broker, exchange } = yield* open()
          for (const [i, quantity] of ["4", "5"].entries())
            yield* exchange.instruct({ id: `m${i}`, do: { manualOrder: { symbol: "KO", side: "buy", quantity } } })
          yield* Effect.gen(function* () {
            const before = yield* heads
            yield* exchange.instruct({ id: "cut", when: { operation }, do: { answer: { status: 500 } }, times: OFTEN })
            const lost = yield* Effect.flip(Sync.syncTradesOnce({ account, broker }))
            expect(lost).toMatchObject({ _tag: "BrokerReadFailed", kind: "network" })
            expect(yield* heads).toBe(before)
            const again = Effect.retry(Sync.syncTradesOnce({ account, broker }), { times: OFTEN })
            expect(yield* again).toMatchObject({ fetched: 2, inserted: 2, touchedOrders: 2 })
            expect((yield* Reads.all(Fill.FillTable)).length).toBe(2)
            expect((yield* Reads.all(Order.OrderTable)).map(({ status }) => status)).toEqual(["filled", "filled"])
          }).pipe(Effect.provide(booksAt(broker)))
        })
      )
  )

  it("SYNC-8: a look-back longer than TWS keeps is answered with what it has, and since when that is whole", () =>
    run(
      Effect.gen(function* () {
        const { broker, exchange } = yield* open()
        yield* exchange.instruct({ id: "m", do: { manualOrder: { symbol: "KO", side: "buy", quantity: "4" } } })
        yield* Effect.gen(function* () {
          const { askedFrom, fetched, windowEnd, windowStart } = yield* Sync.syncTradesOnce({
            account,
            lookbackDays: 30
          })
          expect(fetched).toBe(1)
          expect([windowEnd - askedFrom, windowStart > askedFrom]).toEqual([2_592_000_000_000n, true])
          expect(windowEnd - windowStart < 86_400_000_000n * 2n).toBe(true)
        }).pipe(Effect.provide(booksAt(broker)))
      })
    ))
})
