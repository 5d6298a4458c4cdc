import {
  Accumulator,
  Clock,
  Daemon,
  Decimal,
  Fill,
  Instant,
  MemoryRepository,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  Sources,
  Ticker,
  type Trade
} from "@roundlot/core"
import { ClientOrderId, Entropy, PriceReference, Reference, type TradeSource } from "@roundlot/core/adapter"
import { Booking, Ledger, Sweep } from "@roundlot/core/ledger"
import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream, TestClock } from "effect"
import {
  account,
  audited,
  figures,
  instruct,
  layer,
  opened,
  orders,
  started,
  statuses,
  submit,
  trade,
  until
} from "./Engine.ts"

const aapl = Ticker.Ticker.make("AAPL")

const delivered = (ids: ReadonlyArray<number>, cursor: string): TradeSource.Delivery => ({
  cursor,
  trades: ids.map((id): Trade.TradeInput => ({
    ...trade("buy", "0.25"),
    source: "venue",
    sourceId: `v${id}`,
    symbol: "AAPLs1"
  }))
})

describe("sources of trades", () => {
  it.scoped("ACC-2, ACC-4: goes on from its cursor, counts what comes twice once, and strips the declared suffix", () =>
    Effect.gen(function* () {
      yield* opened({})
      const asked: Array<string | undefined> = []
      const all = [delivered([1, 2], "2"), delivered([2, 3], "3"), delivered([4], "4")]
      const source: TradeSource.TradeSourceService<never> = {
        name: "venue",
        policy: { ...SourcePolicy.plain, mapping: { suffixes: ["s1"], symbols: {} } },
        ageMs: Effect.succeed(0),
        deliveries: (cursor) => {
          asked.push(cursor)
          return Stream.fromIterable(all.filter((each) => cursor === undefined || each.cursor > cursor).slice(0, 2))
        }
      }
      yield* Sources.follow(account, source)
      yield* Sources.follow(account, source)
      assert.deepStrictEqual(asked, [undefined, "3"])
      assert.strictEqual((yield* figures("AAPL"))?.target, "1")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("ACC-4: a symbol that the source's mapping does not have is quarantined by name", () =>
    Effect.gen(function* () {
      yield* opened({})
      const accumulator = yield* Accumulator.Accumulator
      const policy = { ...SourcePolicy.anyAge, mapping: { suffixes: ["s1"], symbols: {} } }
      const result = yield* accumulator.submit(account, { ...trade("buy", "1"), symbol: "MSFT" }, policy)
      assert.strictEqual(result._tag, "Quarantined")
      assert.include(result._tag === "Quarantined" ? result.reason : "", '"MSFT"')
    }).pipe(Effect.provide(layer))
  )
})

const priced = (reference: Reference.Reference) => {
  const foundations = Layer.mergeAll(
    MemoryRepository.layerMemory,
    Clock.layerAlwaysOpen,
    Entropy.layerFixed("1".repeat(32)),
    PriceReference.layerMemory(new Map([[aapl, reference]]))
  )
  return Layer.merge(
    Roundlot.layer.pipe(Layer.provideMerge(foundations)),
    PaperBroker.layerBrokers.pipe(Layer.provideMerge(Exchange.layer({})))
  )
}

const at = (millis: number, dollars: string) =>
  Reference.Reference.Priced({ price: Price.unsafe(dollars), at: Instant.fromMillis(millis), source: "market" })

const unpriced = (quantity: string) => submit({ ...trade("buy", quantity), price: undefined })

describe("a threshold in money", () => {
  const begin = Effect.gen(function* () {
    yield* opened({ thresholdNotional: Quantity.unsafe("1000") })
    yield* Effect.forkScoped(Daemon.run())
  })

  it.scoped("D3: orders when the residual is worth it, and keeps the price, its source and time on the order", () =>
    Effect.gen(function* () {
      yield* begin
      yield* unpriced("4")
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* orders, [])
      yield* unpriced("1")
      const [order] = yield* until(orders, (all) => all.length === 1)
      assert.strictEqual(order?.referenceSource, "market")
      assert.strictEqual(order?.referencePrice === undefined ? "" : Decimal.format(order.referencePrice), "200")
    }).pipe(Effect.provide(priced(at(0, "200"))))
  )

  it.scoped("D3: with no price that is fresh enough the answer is NoPrice, never zero", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      yield* begin
      yield* unpriced("50")
      yield* until(figures("AAPL"), (position) => position?.answer === "NoPrice")
      assert.deepStrictEqual(yield* orders, [])
    }).pipe(Effect.provide(priced(at(0, "200"))))
  )
})

describe("orders and fills that others brought about", () => {
  it.scoped("D7: a working order that the residual turns against is asked to end where the policy says so", () =>
    Effect.gen(function* () {
      yield* opened({ cancelOnFlip: true })
      yield* Effect.forkScoped(Daemon.run())
      yield* instruct("take", "accept")
      yield* submit(trade("buy", "2"))
      yield* until(statuses, (all) => all[0] === "Submitted")
      yield* submit(trade("sell", "3"))
      yield* until(statuses, (all) => all[0] === "Cancelled")
      yield* until(orders, (all) => all.some((order) => order.side === "sell" && order.status === "filled"))
      assert.strictEqual((yield* figures("AAPL"))?.hedged, "-1")
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("F7: fills of an order that no listing has wait, then get an external order of their own", () =>
    Effect.gen(function* () {
      yield* started
      const ledger = yield* Ledger.Ledger
      yield* submit(trade("buy", "0.5"))
      yield* TestClock.adjust("5 seconds")
      const executed = {
        _tag: "Executed",
        account,
        asOf: Instant.fromMillis(5000),
        asOfKind: "broker",
        execId: "x.01",
        execIdBase: "x",
        revision: 1,
        brokerOrderId: ClientOrderId.BrokerOrderId.make("elsewhere-1"),
        clientOrderId: undefined,
        symbol: "AAPL",
        side: "buy",
        quantity: Decimal.unsafe("3"),
        price: Price.unsafe("150"),
        executedAt: Instant.fromMillis(5000)
      } as const
      const booked = yield* ledger.submit("report", Booking.reportMember({ report: executed, payload: undefined }))
      assert.strictEqual(booked._tag, "Waiting")
      assert.deepStrictEqual(yield* orders, [])
      yield* TestClock.adjust("30 seconds")
      yield* Sweep.sweep(account)
      const [order] = yield* orders
      assert.strictEqual(order?.origin, "external")
      assert.strictEqual(order?.status, "filled")
      const [waiting] = yield* Reads.all(Fill.WaitingFillTable)
      assert.isDefined(waiting?.joinedAt)
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )
})
