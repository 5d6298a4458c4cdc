import { assert, describe, it } from "@effect/vitest"
import { Exchange, Listing, PaperBroker } from "@roundlot/broker-paper"
import { SchwabBroker } from "@roundlot/broker-schwab"
import {
  Account,
  AccountName,
  Accumulator,
  Broker,
  Commands,
  Fill,
  Instant,
  MemoryRepository,
  Order,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  Ticker
} from "@roundlot/core"
import { RequestLimit, TradeRepository } from "@roundlot/core/adapter"
import { Driving, Gates, Ledger, Submission, Tracking } from "@roundlot/core/ledger"
import type { Trade } from "@roundlot/core"
import { Clock, Effect, Layer, Logger, LogLevel, Ref, TestClock } from "effect"
import { REQUESTS_A_MINUTE } from "../src/Wire.ts"

const account = AccountName.AccountName.make("paper")
const ORDERS = 500
const A_MINUTE_MS = 60_000
const BOUND_MS = 30_000

const trade = (n: number): Trade.TradeInput => ({
  source: "test",
  sourceId: `t${n}`,
  occurrence: "0",
  symbol: Ticker.Ticker.make(`SYM${n}`),
  side: "buy",
  quantity: Quantity.unsafe("2"),
  price: Price.unsafe("150"),
  tradedAt: Instant.make(1n),
  reverses: undefined
})

/** The exchange's own broker with what Schwab can do, whose reads pass Schwab's limit, each counted with its time. */
const limited = (
  own: Broker.BrokerService,
  budget: RequestLimit.RequestLimit,
  times: Ref.Ref<ReadonlyArray<number>>,
  alone: Set<string>
) => {
  const counted = <A>(read: Effect.Effect<A, Broker.BrokerReadFailed>): Effect.Effect<A, Broker.BrokerReadFailed> =>
    Effect.gen(function* () {
      const leave = yield* budget.take("other")
      if (leave._tag === "Wait") {
        const detail = "rate limit exceeded"
        const { retryAfterMs } = leave
        return yield* new Broker.BrokerReadFailed({ operation: "read", kind: "rate_limited", detail, retryAfterMs })
      }
      const now = yield* Clock.currentTimeMillis
      yield* Ref.update(times, (known) => [...known, now])
      return yield* read
    })
  const broker: Broker.BrokerService = {
    ...own,
    capabilities: SchwabBroker.capabilities,
    lookup: undefined,
    order: (id) =>
      counted(
        Effect.zipRight(
          Effect.sync(() => alone.add(id)),
          own.order(id)
        )
      ),
    orders: (window) => counted(own.orders(window)),
    fills: (window) => counted(own.fills(window)),
    fillsOf: (id) => counted(own.fillsOf(id)),
    updates: undefined
  }
  return broker
}

/** Takes trades in, and sends what is due of them. */
const ordered = (...trades: ReadonlyArray<Trade.TradeInput>) =>
  Effect.gen(function* () {
    const accumulator = yield* Accumulator.Accumulator
    yield* accumulator.submitMany(account, trades, SourcePolicy.anyAge)
    yield* Gates.confirmInstruments
    yield* Submission.submitPending(() => Effect.succeed(true))
  })

/** An account with 500 working orders, the first of which was entered 61 days ago. */
const manyWorking = (exchange: Exchange.ExchangeService) =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    yield* commands.setAccount(account, Account.defaultSettings, "test")
    const { leases } = yield* TradeRepository.TradeRepository
    const token = yield* (yield* leases.open(Driving.unnamed)).take(account)
    const ledger = yield* Ledger.Ledger
    yield* ledger.leases.hold(account, { token, provenMs: Number.POSITIVE_INFINITY })
    yield* exchange.instruct({ id: "rest", when: {}, do: { accept: {} }, times: ORDERS })
    yield* ordered(trade(0))
    yield* TestClock.adjust("61 days")
    yield* ordered(...Array.from({ length: ORDERS - 1 }, (_, i) => trade(i + 1)))
    return yield* exchange.orders
  })

/** The most of these times that any span of a minute holds. */
const mostInAMinute = (times: ReadonlyArray<number>): number =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at - from < A_MINUTE_MS).length))

describe("polling 500 open orders within Schwab's limit", () => {
  it.effect(
    "FILL-10, FILL-11: every fill is on the books within 30 s, in 120 requests a minute, and none is written twice",
    () =>
      Effect.gen(function* () {
        const exchange = yield* Exchange.make({ listing: Listing.any })
        const times = yield* Ref.make<ReadonlyArray<number>>([])
        const alone = new Set<string>()
        const broker = limited(
          PaperBroker.make(exchange, account),
          yield* RequestLimit.make(REQUESTS_A_MINUTE),
          times,
          alone
        )
        const brokers = Layer.succeed(Broker.Brokers, { get: () => Effect.succeed(broker) })
        yield* Effect.gen(function* () {
          const working = yield* manyWorking(exchange)
          assert.strictEqual(working.length, ORDERS)
          const polled = yield* Tracking.makePolled
          const executed = new Map<string, number>()
          const late: Array<string> = []
          const first = working[0]?.brokerOrderId ?? ""
          const passesAlone: Array<ReadonlyArray<string>> = []
          for (let second = 0; second < 70; second++) {
            const now = yield* Clock.currentTimeMillis
            const filled = second < 40 ? working.filter((_, i) => i % 40 === second) : []
            for (const { brokerOrderId } of filled) {
              yield* exchange.instruct({ id: `f${brokerOrderId}`, do: { fill: { quantity: "1", brokerOrderId } } })
              executed.set(brokerOrderId, now)
            }
            yield* Tracking.pollOpenOrders(Tracking.defaultPolling, polled)
            passesAlone.push([...alone])
            alone.clear()
            const due = [...executed].filter(([, at]) => now - at === BOUND_MS).map(([id]) => id)
            const where = [
              { column: "brokerOrderId", in: due },
              { column: "filled", in: ["0"] }
            ]
            const unfilled = due.length === 0 ? [] : yield* Reads.all(Order.OrderTable, { where })
            late.push(...unfilled.flatMap(({ brokerOrderId }) => brokerOrderId ?? []))
            yield* TestClock.adjust("1 second")
          }
          const fills = yield* Reads.all(Fill.FillTable)
          assert.deepStrictEqual(late, [])
          assert.strictEqual(fills.length, ORDERS)
          // No listing of Schwab's goes back to the first one; of the others, fewer have their turn than a listing is worth.
          assert.include(passesAlone.flat(), first)
          assert.isBelow(Math.max(...passesAlone.map((ids) => ids.filter((id) => id !== first).length)), 3)
          assert.isAtMost(mostInAMinute(yield* Ref.get(times)), REQUESTS_A_MINUTE)
        }).pipe(Effect.provide(Layer.provideMerge(Roundlot.layerOn(MemoryRepository.layerMemory), brokers)))
      }).pipe(Logger.withMinimumLogLevel(LogLevel.Warning), Effect.scoped)
  )
})
