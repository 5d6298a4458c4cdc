import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { CursorTable } from "../../src/trade/Cursor.ts"
import { FillTable } from "../../src/fill/Fill.ts"
import { BrokerOrderId } from "../../src/identity/ClientOrderId.ts"
import { Ticker } from "../../src/instrument/Ticker.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import * as Decimal from "../../src/money/Decimal.ts"
import * as Price from "../../src/money/Price.ts"
import * as Quantity from "../../src/money/Quantity.ts"
import type { Holding, Listing, TimeWindow } from "../../src/ports/Broker.ts"
import { StoreUnavailable } from "../../src/ports/StoreError.ts"
import { BreakTable } from "../../src/reconciliation/Break.ts"
import type { Executed, OrderSeen } from "../../src/reconciliation/Report.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sync from "../../src/services/Sync.ts"
import * as Instant from "../../src/time/Instant.ts"
import * as Stage from "./Stage.ts"

const HOUR_MS = 3_600_000
const DAY = "24 hours"

/** What the broker has, as the test changes it. */
interface Place {
  readonly fills: Array<Executed>
  readonly asked: Array<TimeWindow>
  holdings: ReadonlyArray<Holding>
  /** How far back it remembers, in hours. */
  memory: number
}

const place = (): Place => ({ fills: [], asked: [], holdings: [], memory: 1000 })

const executed = (name: string, at: Instant.Instant, quantity = "1"): Executed => ({
  _tag: "Executed",
  account: Stage.account,
  asOf: at,
  asOfKind: "broker",
  execId: `${name}.01`,
  execIdBase: name,
  revision: 1,
  brokerOrderId: BrokerOrderId.make("1001"),
  clientOrderId: undefined,
  symbol: "AAPL",
  side: "buy",
  quantity: Decimal.unsafe(quantity),
  price: Price.unsafe("100"),
  executedAt: at
})

const ended = (at: Instant.Instant, cumulative: string): OrderSeen => ({
  _tag: "OrderSeen",
  account: Stage.account,
  asOf: at,
  asOfKind: "ours",
  brokerOrderId: BrokerOrderId.make("1001"),
  clientOrderId: undefined,
  symbol: "AAPL",
  side: "buy",
  quantity: Quantity.unsafe("3"),
  rawStatus: "Cancelled",
  state: { _tag: "Closed", kind: "cancelled" },
  cumulative: Decimal.unsafe(cumulative),
  averagePrice: undefined,
  executionsRead: false
})

const now = Effect.map(TestClock.currentTimeMillis, (millis) => Instant.fromMillis(millis))

const listed = <R extends Executed | OrderSeen>(
  { memory }: Place,
  { from, to }: TimeWindow,
  reports: ReadonlyArray<R>
): Listing<R> => {
  const whole = Instant.later(from, Instant.addMillis(to, -memory * HOUR_MS))
  return {
    complete: whole === from,
    wholeFrom: whole,
    received: reports.filter(({ asOf }) => asOf >= whole).map((report) => ({ report, payload: undefined }))
  }
}

const layerOf = (on: Place) =>
  Stage.layer({
    fills: (window) => {
      on.asked.push(window)
      return Effect.succeed(listed(on, window, on.fills))
    },
    orders: (window) => {
      const filled = on.fills.reduce((sum, { quantity }) => Decimal.add(sum, quantity), Decimal.zero)
      const [last] = on.fills.toReversed()
      const seen = last === undefined ? [] : [ended(last.executedAt, Decimal.format(filled))]
      return Effect.succeed(listed(on, window, seen))
    },
    positions: Effect.sync(() => ({ complete: true, holdings: on.holdings }))
  })

const held = (quantity: string): Holding => ({
  symbol: Ticker.make("AAPL"),
  quantity: Decimal.unsafe(quantity),
  averagePrice: Decimal.unsafe("150.25")
})

const begin = Effect.zipRight(Stage.opened(), Stage.driving)

const sync = (lookbackDays?: number) => Sync.syncTradesOnce({ account: Stage.account, lookbackDays })

const breaks = Effect.map(Reads.all(BreakTable), (all) =>
  all.map(({ closedAt, evidence, kind }) => `${kind}${closedAt === undefined ? "" : " closed"}: ${evidence}`)
)

describe("a sync of executions", () => {
  it("SYNC-8: it says what it found, and what the broker really covered of what was asked for", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        yield* TestClock.adjust("1000 hours")
        on.memory = 10
        const at = yield* now
        on.fills.push(
          executed("a", Instant.addMillis(at, -HOUR_MS)),
          executed("b", Instant.addMillis(at, -HOUR_MS), "2")
        )
        const synced = yield* sync()
        expect(synced).toMatchObject({ fetched: 2, inserted: 2, updated: 0, canonicalChanges: 0, touchedOrders: 1 })
        expect(Instant.millisBetween(synced.askedFrom, at) / HOUR_MS).toBe(7 * 24)
        expect(Math.round(Instant.millisBetween(synced.windowStart, at) / HOUR_MS)).toBe(10)
        expect(synced.windowEnd).toBe(at)
        expect(yield* sync(3)).toMatchObject({ fetched: 2, inserted: 0, touchedOrders: 0 })
        expect(Instant.millisBetween(on.asked.at(-1)?.from ?? at, at) / HOUR_MS).toBe(3 * 24)
      }),
      layerOf(on)
    )
  })

  it("SYNC-13: an execution that is listed no more is busted: a break that holds, until it is listed again", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        yield* TestClock.adjust("100 hours")
        const at = yield* now
        on.fills.push(
          executed("a", Instant.addMillis(at, -HOUR_MS)),
          executed("b", Instant.addMillis(at, -HOUR_MS), "2")
        )
        yield* sync()
        yield* TestClock.adjust("1 minute")
        const [busted] = on.fills.splice(0, 1)
        yield* sync()
        const told = yield* breaks
        expect(told).toContain("FillMissing: the broker does not list a.01 any more")
        expect((yield* Reads.all(FillTable)).map(({ canonical }) => canonical)).toEqual([true, true])
        yield* sync()
        expect(yield* breaks).toEqual(told)
        if (busted !== undefined) on.fills.unshift(busted)
        yield* sync()
        expect(yield* breaks).toContain("FillMissing closed: the broker does not list a.01 any more")
      }),
      layerOf(on)
    )
  })

  it("SYNC-8: what the broker forgot before it was read is a break with its span, and no silence", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        yield* TestClock.adjust("100 hours")
        on.memory = 10
        yield* sync()
        yield* TestClock.adjust("9 hours")
        yield* sync()
        expect(yield* breaks).toEqual([])
        yield* TestClock.adjust(DAY)
        yield* sync()
        expect((yield* breaks).map((each) => each.split(",")[0])).toEqual([
          "HistoryGap: the broker forgot executions from 1970-01-05T13:00:00.000000Z to 1970-01-06T03:00:01.000000Z"
        ])
      }),
      layerOf(on)
    )
  })

  it("SYNC-7: a table that cannot be read is named before the broker is asked", async () => {
    const on = place()
    const repository = MemoryRepository.make(MemoryStore.make())
    let isBroken = false
    const without: typeof repository = {
      ...repository,
      page: (query) =>
        isBroken && query.table === "fills"
          ? Effect.fail(
              new StoreUnavailable({
                place: "here",
                problem: "not_ours",
                detail: "there is no such table",
                remedy: "none"
              })
            )
          : repository.page(query)
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        isBroken = true
        const refused = yield* Effect.flip(sync())
        expect([refused._tag, refused.message]).toEqual(["NotReady", expect.stringContaining("the table of fills")])
        expect(on.asked).toEqual([])
        expect(yield* Reads.all(CursorTable)).toEqual([])
      }),
      Stage.layer({ fills: (window) => Effect.succeed(listed(on, window, on.fills)) }, { repository: without })
    )
  })
})

describe("a sync of positions", () => {
  it("SYNC-15: a snapshot is kept with its date, an equal one writes nothing, and what is gone is shown as zero", async () => {
    const on = place()
    const newest = Effect.map(Sync.newestHoldings(Stage.account), (rows) =>
      rows.map(({ averagePrice, fetchedAt, quantity, symbol }) =>
        [
          Instant.toMillis(fetchedAt) / HOUR_MS,
          symbol,
          Decimal.format(quantity),
          averagePrice && Decimal.format(averagePrice)
        ].join(" ")
      )
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        const once = Sync.syncPositionsOnce({ account: Stage.account })
        expect(yield* once).toMatchObject({ held: 0, changed: 0 })
        yield* TestClock.adjust("1 hour")
        on.holdings = [held("3"), { ...held("-2"), symbol: "KO", averagePrice: undefined }]
        expect(yield* once).toMatchObject({ held: 2, changed: 2 })
        yield* TestClock.adjust("1 hour")
        expect(yield* once).toMatchObject({ held: 2, changed: 0 })
        expect(yield* newest).toEqual(["1 AAPL 3 150.25", "1 KO -2 "])
        on.holdings = [held("4")]
        expect(yield* once).toMatchObject({ held: 1, changed: 2 })
        expect(yield* newest).toEqual(["2 AAPL 4 150.25", "2 KO 0 "])
      }),
      layerOf(on)
    )
  })
})
