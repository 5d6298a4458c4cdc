import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { CursorTable } from "../../src/records/Cursor.ts"
import { AllocationTable } from "../../src/records/Allocation.ts"
import { FillTable } from "../../src/records/Fill.ts"
import { BrokerOrderId } from "../../src/values/ClientOrderId.ts"
import { BreakId } from "../../src/values/Id.ts"
import { OrderTable } from "../../src/records/Order.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import type { Holding, Listing, TimeWindow } from "../../src/ports/Broker.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { StoreUnavailable } from "../../src/ports/StoreError.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import type { Executed, OrderSeen } from "../../src/records/Report.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sync from "../../src/services/Sync.ts"
import { requestCancels } from "../../src/services/Cancels.ts"
import { Commands } from "../../src/services/Commands.ts"
import { confirm } from "../../src/services/Gates.ts"
import { submitPending } from "../../src/services/Submission.ts"
import * as Instant from "../../src/values/Instant.ts"
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
  /** Does it show the order, and with which total other than the sum of what it lists? */
  shows: boolean
  total: string | undefined
  /** Are its executions listed in part only? */
  isPart: boolean
  /** Can its positions be read whole? */
  isWhole: boolean
  /** How far back it remembers from the next reading of executions on, in hours. */
  forgets: number | undefined
  /** An execution that is listed from the next reading but one on. */
  later: Executed | undefined
}

const place = (): Place => ({
  fills: [],
  asked: [],
  holdings: [],
  memory: 1000,
  shows: true,
  total: undefined,
  isPart: false,
  isWhole: true,
  forgets: undefined,
  later: undefined
})

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
      const answer = listed(on, window, on.fills)
      if (on.later !== undefined) on.fills.unshift(on.later)
      on.later = undefined
      on.memory = on.forgets ?? on.memory
      return Effect.succeed(on.isPart ? { complete: false, received: answer.received } : answer)
    },
    orders: (window) => {
      const filled = on.fills.reduce((sum, { quantity }) => Decimal.add(sum, quantity), Decimal.zero)
      const [last] = on.fills.toReversed()
      const total = on.total ?? Decimal.format(filled)
      const seen = last === undefined || !on.shows ? [] : [ended(window.to, total)]
      return Effect.succeed(listed(on, window, seen))
    },
    positions: Effect.sync(() => ({ complete: on.isWhole, holdings: on.holdings }))
  })

const held = (quantity: string): Holding => ({
  symbol: Ticker.make("AAPL"),
  quantity: Decimal.unsafe(quantity),
  averagePrice: Decimal.unsafe("150.25")
})

const begin = Effect.zipRight(Stage.opened(), Stage.driving)

const sync = (lookbackDays?: number) => Sync.syncTradesOnce({ account: Stage.account, lookbackDays })

const breaks = Effect.map(Reads.all(BreakTable), (all) =>
  all.map((each) => `${each.kind}${each.closedAt === undefined ? "" : " closed"}: ${evidenceOf(each)}`)
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

  it("C4: an order that ended without a word of its total, after executions were read, gives back only what it had not filled", async () => {
    const fills: Array<Executed> = []
    const fill = { ...executed("late", Instant.make(5n), "2"), brokerOrderId: Stage.theirId }
    const broker = {
      fills: () =>
        Effect.succeed({ complete: true, received: fills.map((report) => ({ report, payload: undefined })) }),
      // It fills in part and ends right after its executions were listed.
      orders: ({ to }: TimeWindow) =>
        Effect.sync(() => {
          if (fills.length === 0) fills.push(fill)
          const report = { ...ended(to, "0"), brokerOrderId: Stage.theirId, cumulative: undefined }
          return { complete: true, received: [{ report, payload: undefined }] }
        })
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        yield* Stage.submit(Stage.trade("t-1", "3"))
        yield* confirm({ account: Stage.account, symbol: Ticker.make("AAPL") })
        yield* submitPending(() => Effect.succeed(true))
        expect(yield* Stage.statuses).toEqual(["submitted"])
        yield* sync()
        yield* TestClock.adjust("2 seconds")
        yield* sync()
        yield* requestCancels()
        yield* TestClock.adjust("2 seconds")
        yield* sync()
        const [order] = yield* Stage.orders
        expect([order?.status, Decimal.format(order?.filled ?? Decimal.zero)]).toEqual(["cancelled", "2"])
        const given = (yield* Reads.all(AllocationTable)).flatMap(({ quantity, releasedAt }) =>
          releasedAt === undefined ? [] : [Decimal.format(quantity)]
        )
        expect(given).toEqual(["1"])
      }),
      Stage.layer(broker)
    )
  })

  it("P4: what an operator has booked as held is in no listing of the broker's, and is not missed there", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        yield* TestClock.adjust("100 hours")
        const commands = yield* Commands
        const symbol = Ticker.make("AAPL")
        const command = {
          _tag: "AdjustPosition",
          symbol,
          as: "hedged",
          by: Decimal.unsafe("5"),
          price: undefined
        } as const
        yield* commands.perform({ id: "c-1", account: Stage.account, actor: "dana", reason: "by phone", command })
        on.holdings = []
        yield* TestClock.adjust("1 hour")
        yield* sync()
        expect((yield* breaks).filter((each) => each.startsWith("FillMissing"))).toEqual([])
        const counted = (yield* Reads.all(FillTable)).filter(({ canonical }) => canonical)
        expect(counted.map(({ quantity }) => Decimal.format(quantity))).toEqual(["5"])
      }),
      layerOf(on)
    )
  })

  it.each([
    [
      "what the broker forgot before it was read is a break with its span, and no silence",
      "1970-01-05T13:00:00.000000Z to 1970-01-06T03:00:01.000000Z",
      [
        { isPart: false, after: "9 hours" },
        { isPart: false, after: DAY }
      ]
    ],
    [
      "what the broker listed in part was not read: what it forgets of it is a break all the same",
      "1970-01-05T04:00:00.000000Z to 1970-01-05T12:00:01.000000Z",
      [
        { isPart: true, after: "9 hours" },
        { isPart: false, after: "9 hours" }
      ]
    ]
  ] as const)("SYNC-8: %s", async (_, span, syncs) => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* begin
        yield* TestClock.adjust("100 hours")
        on.memory = 10
        yield* sync()
        for (const { after, isPart } of syncs) {
          expect(yield* breaks).toEqual([])
          on.isPart = isPart
          yield* TestClock.adjust(after)
          yield* sync()
        }
        expect((yield* breaks).map((each) => each.split(",")[0])).toEqual([
          `HistoryGap: executions from ${span} were never read`
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

/** Two executions of one order that were synced, an hour old; the sync after them is the one that is looked at. */
const twoSynced = (on: Place) =>
  Effect.gen(function* () {
    yield* begin
    yield* TestClock.adjust("100 hours")
    const at = Instant.addMillis(yield* now, -HOUR_MS)
    on.fills.push(executed("a", at), executed("b", at, "2"))
    yield* sync()
    yield* TestClock.adjust("1 minute")
  })

/** What counts of the order, and every revision of the execution `a`. */
const counted = Effect.gen(function* () {
  const [order] = yield* Reads.all(OrderTable)
  const fills = yield* Reads.all(FillTable)
  const own = fills.filter(({ execIdBase }) => execIdBase === "a")
  const shown = own.map(({ canonical, execId, quantity }) =>
    [execId, Decimal.format(quantity), ...(canonical ? ["counts"] : [])].join(" ")
  )
  return [order && Decimal.format(order.filled), ...shown]
})

/** The market has another ticker for what is held. */
const renamed = (to: Ticker) =>
  Effect.flatMap(Commands, (commands) =>
    commands.perform({
      id: "c0",
      account: Stage.account,
      actor: "op",
      reason: "announced",
      command: { _tag: "RenameSymbol", symbol: Ticker.make("AAPL"), to, since: undefined }
    })
  )

const heads = Effect.flatMap(TradeRepository, (repository) =>
  Effect.map(repository.heads, (all) => JSON.stringify([...all]))
)

describe("an execution that is listed no more", () => {
  it("SYNC-13, F5: where the broker's total of the order lacks it too it is a revision of quantity zero, and once for ever", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* twoSynced(on)
        const [busted] = on.fills.splice(0, 1)
        expect(yield* sync()).toMatchObject({
          fetched: 1,
          inserted: 0,
          updated: 1,
          canonicalChanges: 1,
          touchedOrders: 1
        })
        expect(yield* counted).toEqual(["2", "a.01 1", "a.01/bust-0 0 counts"])
        const told = yield* breaks
        expect(told).toContain("FillMissing closed: the broker no longer lists a.01")
        expect(told.filter((each) => !each.includes(" closed: "))).toEqual([])
        const written = yield* heads
        expect(yield* sync()).toMatchObject({ updated: 0, canonicalChanges: 0, touchedOrders: 0 })
        expect(yield* heads).toBe(written)
        // The broker's own word is above our conclusion: what it shows again counts again, and as it corrects it.
        yield* TestClock.adjust("1 minute")
        if (busted !== undefined) on.fills.unshift(busted)
        expect(yield* sync()).toMatchObject({ canonicalChanges: 1 })
        expect(yield* counted).toEqual(["3", "a.01 1", "a.01/bust-0 0", "a.01/shown-1 1 counts"])
      }),
      layerOf(on)
    )
  })

  it("F5: a correction of what was concluded to be busted counts as it says", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* twoSynced(on)
        on.fills.splice(0, 1)
        yield* sync()
        yield* TestClock.adjust("1 minute")
        const at = yield* now
        on.fills.push({
          ...executed("a", at, "0.5"),
          execId: "a.02",
          revision: 2,
          executedAt: Instant.addMillis(at, -1)
        })
        yield* sync()
        expect((yield* counted).filter((each) => each?.includes("counts"))).toEqual(["a.02/shown-1 0.5 counts"])
      }),
      layerOf(on)
    )
  })

  it("F5: a correction of what was concluded to be busted, and then shown again, counts as it says", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* twoSynced(on)
        const [busted] = on.fills.splice(0, 1)
        yield* sync()
        yield* TestClock.adjust("1 minute")
        if (busted !== undefined) on.fills.unshift(busted)
        yield* sync()
        yield* TestClock.adjust("1 minute")
        const at = Instant.addMillis(yield* now, -1)
        on.fills.push({ ...executed("a", at, "0.5"), execId: "a.02", revision: 2, executedAt: at })
        yield* sync()
        const corrected = yield* counted
        expect(corrected.filter((each) => each?.includes("counts"))).toEqual(["a.02/shown-2 0.5 counts"])
        yield* TestClock.adjust("1 minute")
        yield* sync()
        expect(yield* counted).toEqual(corrected)
      }),
      layerOf(on)
    )
  })

  it("SYNC-13: once is nothing: one that is listed when it is read again stands as it was", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* twoSynced(on)
        const [lost] = on.fills.splice(0, 1)
        if (lost !== undefined) on.later = lost
        yield* sync()
        expect([(yield* counted)[0], yield* breaks]).toEqual(["3", []])
      }),
      layerOf(on)
    )
  })

  const unproven: ReadonlyArray<readonly [string, Partial<Place>]> = [
    ["the broker's total of the order still counts it", { total: "3" }],
    ["its total is another one again", { total: "1" }],
    ["what the broker holds still has it", { holdings: [{ ...held("3"), averagePrice: undefined }] }],
    ["it does not show the order, and holds something else", { shows: false, holdings: [held("7")] }],
    [
      "it does not show the order, and its positions are not whole",
      { shows: false, isWhole: false, holdings: [held("2")] }
    ],
    [
      "it does not show the order, and holds options of that name",
      { shows: false, holdings: [{ ...held("2"), assetClass: "option" }] }
    ]
  ]
  it.each(unproven)("SYNC-13: it is a break that holds, and no guess, where %s", async (_, differs) => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* twoSynced(on)
        const [lost] = on.fills.splice(0, 1)
        Object.assign(on, differs)
        expect(yield* sync()).toMatchObject({ canonicalChanges: 0 })
        const told = yield* breaks
        expect(told).toContain("FillMissing: the broker no longer lists a.01")
        expect((yield* counted)[0]).toBe("3")
        yield* sync()
        expect(yield* breaks).toEqual(told)
        Object.assign(on, { total: undefined })
        if (lost !== undefined) on.fills.unshift(lost)
        yield* sync()
        expect(yield* breaks).toContain("FillMissing closed: the broker no longer lists a.01")
      }),
      layerOf(on)
    )
  })

  it("SYNC-13: what an operator lets stand is not missed again, and its symbol is free", async () => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* twoSynced(on)
        on.fills.splice(0, 1)
        Object.assign(on, { total: "3" })
        yield* sync()
        const [missing] = (yield* Reads.all(BreakTable)).filter(({ kind }) => kind === "FillMissing")
        const commands = yield* Commands
        const answer = yield* commands.perform({
          id: "it stands",
          account: Stage.account,
          actor: "test",
          reason: "the broker confirmed it by phone",
          command: { _tag: "DismissBreak", breakId: missing?.id ?? BreakId.make(0) }
        })
        expect([answer._tag, missing?.holds]).toEqual(["Done", "symbol"])
        yield* sync()
        const told = yield* breaks
        expect(told.filter((each) => each.startsWith("FillMissing"))).toEqual([
          "FillMissing closed: the broker no longer lists a.01"
        ])
        expect((yield* counted)[0]).toBe("3")
      }),
      layerOf(on)
    )
  })

  it.each([
    [
      "where the broker does not show the order, what it holds says whether it was busted",
      { before: Effect.void, gone: 1, told: { shows: false, holdings: [held("2")] }, counts: "2", opened: [] }
    ],
    [
      "what the broker has forgotten when it is read again, as at midnight, is not missed twice",
      {
        before: Effect.void,
        gone: 1,
        told: { shows: false, holdings: [held("2")], forgets: 0.5 },
        counts: "3",
        opened: []
      }
    ],
    [
      "a listing that does not reach back to it says nothing of it, whatever else is told",
      { before: Effect.void, gone: 2, told: { holdings: [held("0.5")], memory: 0.5 }, counts: "3", opened: [] }
    ],
    [
      "what is held by the ticker that the market has for it now is held (P9)",
      {
        before: renamed(Ticker.make("META")),
        gone: 2,
        told: { shows: false, holdings: [{ ...held("3"), symbol: Ticker.make("META") }] },
        counts: "3",
        opened: ["FillMissing"]
      }
    ]
  ])("SYNC-13: %s", async (_, { before, counts, gone, opened, told }) => {
    const on = place()
    await Stage.play(
      Effect.gen(function* () {
        yield* twoSynced(on)
        yield* before
        on.fills.splice(0, gone)
        Object.assign(on, told)
        expect(yield* sync()).toMatchObject({ canonicalChanges: counts === "3" ? 0 : 1 })
        expect((yield* counted)[0]).toBe(counts)
        const open = (yield* Reads.all(BreakTable)).filter(({ closedAt }) => closedAt === undefined)
        expect(open.map(({ kind }) => kind)).toEqual(opened)
      }),
      layerOf(on)
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
