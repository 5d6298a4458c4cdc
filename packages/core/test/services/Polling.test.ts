import { Effect, Layer, Logger, LogLevel, Metric, MetricState, Ref, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"
import { BrokerOrderId, ClientOrderId } from "../../src/values/ClientOrderId.ts"
import { FillTable } from "../../src/records/Fill.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { PayloadTable } from "../../src/records/Payload.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import type { Order } from "../../src/records/Order.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import * as Clock from "../../src/ports/Clock.ts"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import { Answer, type Executed, type OrderSeen } from "../../src/records/Report.ts"
import { inTurn, type EachAccount } from "../../src/services/accountwise.ts"
import { requestCancels } from "../../src/services/Cancels.ts"
import { Commands, type CommandRequest } from "../../src/services/Commands.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Health from "../../src/services/Health.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Tracking from "../../src/services/Tracking.ts"
import * as work from "../../src/services/work.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as MarketHours from "../../src/values/MarketHours.ts"
import * as Stage from "./Stage.ts"

/** What was logged, a line each. */
const logged = (lines: Array<string>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ annotations, logLevel, message }) => {
      const said = [...annotations].map(([name, value]) => `${name}=${String(value)}`).join(" ")
      lines.push(`${logLevel.label} ${String(message)} ${said}`)
    })
  )

const failing = Effect.flatMap(Health.Health, (health) => health.failed("poll paper", "no connection"))
const isAlert = Effect.flatMap(Health.Health, (health) =>
  Effect.map(health.all, (parts) => parts.map((part) => part.isAlert))
)

const played = (test: Effect.Effect<void, never, Health.Health>, lines: Array<string>) =>
  Effect.runPromise(
    test.pipe(
      Effect.provide(Layer.provide(Health.layer, Clock.layerAlwaysOpen)),
      Effect.provide(logged(lines)),
      Effect.provide(TestContext.TestContext)
    )
  )

describe("a part that keeps failing", () => {
  it("FILL-15: is an alert after five failures in a row, once, and is over with the first success", async () => {
    const lines: Array<string> = []
    const test = Effect.gen(function* () {
      yield* Effect.replicateEffect(failing, 4)
      expect(yield* isAlert).toEqual([false])
      yield* Effect.replicateEffect(failing, 3)
      expect(yield* isAlert).toEqual([true])
      yield* Effect.flatMap(Health.Health, (health) => health.succeeded("poll paper"))
      expect(yield* isAlert).toEqual([false])
    })
    await played(test, lines)
    expect(lines).toEqual([
      "WARN failing part=poll paper detail=no connection",
      "ERROR alert: it keeps failing part=poll paper detail=no connection failures=5",
      "INFO recovered, the alert is over part=poll paper failures=7"
    ])
  })

  it("FILL-15: or after two minutes", async () => {
    const lines: Array<string> = []
    const test = Effect.gen(function* () {
      yield* failing
      yield* TestClock.adjust("119 seconds")
      yield* failing
      expect(yield* isAlert).toEqual([false])
      yield* TestClock.adjust("1 second")
      yield* failing
      expect(yield* isAlert).toEqual([true])
    })
    await played(test, lines)
    expect(lines.filter((line) => line.startsWith("ERROR"))).toHaveLength(1)
  })

  it("FILL-15: or after two minutes of what comes once an hour, as soon as somebody looks; it is logged once, and over with a success", async () => {
    const lines: Array<string> = []
    const test = Effect.gen(function* () {
      yield* failing
      yield* TestClock.adjust("119 seconds")
      expect(yield* isAlert).toEqual([false])
      yield* TestClock.adjust("1 second")
      expect([yield* isAlert, yield* isAlert]).toEqual([[true], [true]])
      yield* TestClock.adjust("1 hour")
      yield* failing
      yield* Effect.flatMap(Health.Health, (health) => health.succeeded("poll paper"))
      expect(yield* isAlert).toEqual([false])
    })
    await played(test, lines)
    expect(lines).toEqual([
      "WARN failing part=poll paper detail=no connection",
      "ERROR alert: it keeps failing part=poll paper detail=no connection failures=1",
      "INFO recovered, the alert is over part=poll paper failures=2"
    ])
  })
})

describe("the wait before an open order is read again", () => {
  it("FILL-4: is 15 s less up to 5 s of the order's own, the same each time; without jitter it is the interval", () => {
    const ids = Array.from({ length: 200 }, (_, i) => ({ clientOrderId: ClientOrderId.make(`rl1-${i}`) }))
    const waits = ids.map((id) => Tracking.waitMs(Tracking.defaultPolling, id))
    expect([Math.min(...waits) >= 10_000, Math.max(...waits) <= 15_000]).toEqual([true, true])
    expect(new Set(waits).size).toBeGreaterThan(150)
    expect(ids.map((id) => Tracking.waitMs(Tracking.defaultPolling, id))).toEqual(waits)
    const plain = ids.map((id) => Tracking.waitMs({ intervalMs: 15_000, maxJitterMs: 0 }, id))
    expect(new Set(plain)).toEqual(new Set([15_000]))
  })
})

/** A pass that leaves out every account, as those whose brokers give no answer. */
const leavesOut: EachAccount = () => Effect.void

const SYMBOLS = ["AA", "BB", "CC", "DD"]

const idOf = (symbol: string): BrokerOrderId => BrokerOrderId.make(`b-${symbol}`)

const payload = { contentType: "text/plain", bytes: new Uint8Array([7]) }

const received = <R>(reports: Iterable<R>) => Array.from(reports, (report) => ({ report, payload }))

/** A broker whose orders are polled by a listing, with what it was asked. */
const place = (tells: "executions" | "orders alone" = "executions", more: Partial<BrokerService> = {}) => {
  const asked: Array<string> = []
  const listed = new Map<string, OrderSeen>()
  const executed: Array<Executed> = []
  let failure: Effect.Effect<never, BrokerReadFailed> | undefined
  const parts: Partial<BrokerService> = {
    capabilities: { ...Stage.broker().capabilities, pollsByWindow: true },
    prepare: ({ symbol }) =>
      Stage.prepared((id) => Effect.succeed(Stage.answered(id, Answer.Accepted({ brokerOrderId: idOf(symbol) })))),
    order: (id) =>
      Effect.suspend(() => {
        asked.push(`order ${id}`)
        return Stage.notFound()
      }),
    orders: () =>
      Effect.suspend(() => {
        asked.push("orders")
        if (failure !== undefined) return failure
        const executions = tells === "executions" ? { executions: received(executed) } : {}
        return Effect.succeed({ complete: true, received: received(listed.values()), ...executions })
      }),
    fills: () =>
      Effect.sync(() => {
        asked.push("fills")
        return { complete: true, received: received(executed) }
      })
  }
  return {
    layer: Stage.layer({ ...parts, ...more }),
    listed,
    executed,
    fail: (how: Effect.Effect<never, BrokerReadFailed> | undefined) => {
      failure = how
    },
    /** What it was asked since this was last asked. */
    asked: () => asked.splice(0)
  }
}

const worked = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Stage.driving
  yield* Stage.submit(...SYMBOLS.map((symbol) => Stage.trade(symbol, "1", symbol)))
  yield* Gates.confirmInstruments
  yield* Submission.submitPending(() => Effect.succeed(true))
  const polled = yield* Tracking.makePolled
  const pass = Tracking.pollOpenOrders({ intervalMs: 15_000, maxJitterMs: 0 }, polled)
  return { orders: yield* Stage.orders, pass, poll: Effect.zipRight(TestClock.adjust("15 seconds"), pass) }
})

const open = (order: Order): OrderSeen => ({ ...Stage.seen(order), brokerOrderId: idOf(order.symbol) })

const fillOf = (order: Order): Executed => ({
  _tag: "Executed",
  account: Stage.account,
  asOf: Instant.make(4n),
  asOfKind: "broker",
  execId: `x-${order.symbol}`,
  execIdBase: `x-${order.symbol}`,
  revision: 1,
  brokerOrderId: idOf(order.symbol),
  clientOrderId: undefined,
  symbol: order.symbol,
  side: order.side,
  quantity: order.quantity,
  price: Price.unsafe("150.25"),
  executedAt: Instant.make(4n)
})

const filled = (order: Order): OrderSeen => ({
  ...open(order),
  asOf: Instant.make(4n),
  rawStatus: "filled",
  state: { _tag: "Closed", kind: "filled" },
  cumulative: Decimal.unsafe("1")
})

const halt: CommandRequest = {
  id: "h",
  account: Stage.account,
  actor: "op",
  reason: "test",
  command: { _tag: "Halt", scope: { _tag: "Everything" } }
}

const neverOpen: MarketHours.MarketHours = { ...MarketHours.xnys, isOpenAt: () => false }

/** What a metric of this process says: a counter or a gauge. */
const metric = (name: string) =>
  Effect.map(Metric.snapshot, (pairs) => {
    const state = pairs.find(({ metricKey }) => metricKey.name === name)?.metricState
    if (state === undefined) return 0
    if (MetricState.isCounterState(state)) return Number(state.count)
    return MetricState.isGaugeState(state) ? Number(state.value) : Number.NaN
  })

const failedReads = metric("roundlot_failed_order_reads_total")

const heads = Effect.flatMap(TradeRepository, ({ heads: read }) => read)

describe("many open orders at a broker that lists any window at once", () => {
  it("FILL-11, FILL-14: are read by one request; equal ones write nothing, a changed one is one line of the log", async () => {
    const lines: Array<string> = []
    const { asked, executed, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, open(order))
        yield* poll
        expect(asked()).toEqual(["orders"])
        const before = yield* heads
        yield* poll
        expect(asked()).toEqual(["orders"])
        yield* Tracking.pollAll
        expect(asked()).toEqual(["orders"])
        expect(yield* heads).toEqual(before)
        const [first] = orders
        if (first === undefined) return yield* Effect.dieMessage("no order")
        listed.set(first.symbol, filled(first))
        executed.push(fillOf(first))
        lines.splice(0)
        yield* poll
        expect(asked()).toEqual(["orders"])
        expect(yield* Stage.statuses).toEqual(["filled", "submitted", "submitted", "submitted"])
        const [line = "", ...more] = lines.filter((each) => each.includes("order changed"))
        expect(more).toEqual([])
        expect(line).toContain("before=submitted (new), 0 of 1")
        expect(line).toContain("after=filled (filled), 1 of 1 at 150.25")
      }).pipe(Effect.provide(logged(lines)), Logger.withMinimumLogLevel(LogLevel.Info)),
      layer
    )
  })

  it("FILL-1: a status that nobody knows is kept as it was said, logged, and its order is open still", async () => {
    const lines: Array<string> = []
    const { asked, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, { ...open(order), rawStatus: "quarantined_by_moon" })
        yield* poll
        const kept = (yield* Stage.orders).map(({ rawStatus, status }) => `${status} ${rawStatus}`)
        expect(kept).toEqual(SYMBOLS.map(() => "submitted quarantined_by_moon"))
        const reports = lines.filter((each) => each.includes("after=submitted (quarantined_by_moon)"))
        expect(reports).toHaveLength(SYMBOLS.length)
        asked()
        yield* poll
        expect(asked()).toEqual(["orders"])
      }).pipe(Effect.provide(logged(lines)), Logger.withMinimumLogLevel(LogLevel.Info)),
      layer
    )
  })

  it("FILL-11: where the broker has forgotten executions of the time since one was entered, it is asked for by itself", async () => {
    const wholeFrom = Ref.unsafeMake(Instant.make(0n))
    const fills = () =>
      Effect.map(Ref.get(wholeFrom), (from) => ({ complete: false, wholeFrom: from, received: received(executed) }))
    const { asked, executed, layer, listed } = place("orders alone", { fills })
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, filled(order))
        executed.push(...orders.map(fillOf))
        const clock = yield* Clock.Clock
        yield* Ref.set(wholeFrom, Instant.addMillis(yield* clock.now, 1))
        yield* poll
        expect(asked()).toEqual(["orders", ...SYMBOLS.map((symbol) => `order ${idOf(symbol)}`)])
        yield* Ref.set(wholeFrom, Instant.make(0n))
        yield* poll
        expect(asked()).toEqual(["orders"])
        expect(yield* Stage.statuses).toEqual(SYMBOLS.map(() => "filled"))
      }),
      layer
    )
  })

  it("FILL-4: one that cannot be read stops no other, where each is asked for by itself", async () => {
    const known = new Map<BrokerOrderId, Order>()
    const unreadable = new BrokerReadFailed({ operation: "order", kind: "unreadable", detail: "no" })
    const reading: BrokerService["order"] = (id) => {
      const order = known.get(id)
      if (order === undefined) return Effect.fail(unreadable)
      return Effect.succeed({ report: { ...open(order), rawStatus: "working" }, payload })
    }
    const { capabilities } = Stage.broker()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders.slice(1)) known.set(idOf(order.symbol), order)
        yield* poll
        const read = (yield* Stage.orders).map(({ rawStatus }) => rawStatus === "working")
        expect(read).toEqual([false, true, true, true])
      }),
      place("executions", { capabilities, order: reading }).layer
    )
  })

  it("FILL-11: new ones have their turn at once, and bring none along that was just read", async () => {
    const { asked, executed, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders } = yield* worked
        for (const order of orders) listed.set(order.symbol, filled(order))
        executed.push(...orders.map(fillOf))
        const now = yield* Effect.flatMap(Clock.Clock, ({ monotonicMs }) => monotonicMs)
        const polled = yield* Tracking.makePolled
        const turn = { readMs: now, waitMs: 15_000 }
        const turns = new Map(orders.slice(0, 1).map(({ id }) => [id, turn] as const))
        yield* Ref.set(polled.known, { turns, wholeMs: now, lookedAt: Instant.make(0n) })
        yield* Tracking.pollOpenOrders(Tracking.defaultPolling, polled)
        expect(asked()).toEqual(["orders"])
        expect(yield* Stage.statuses).toEqual(["submitted", "filled", "filled", "filled"])
      }),
      layer
    )
  })

  it("FILL-11: between turns no open order is read of the store but what changed; one that opens has its turn at once", async () => {
    const { asked, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, pass, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, open(order))
        yield* poll
        yield* TestClock.adjust("6 seconds")
        yield* pass
        yield* TestClock.adjust("1 second")
        asked()
        const repository = yield* TradeRepository
        const rows: Array<number> = []
        const page: typeof repository.page = (question) =>
          Effect.tap(repository.page(question), ({ length }) => {
            if (question.table === "orders") rows.push(length)
          })
        const watched = Effect.provideService(pass, TradeRepository, { ...repository, page })
        expect(yield* watched).toBe(0)
        expect(rows.splice(0)).toEqual([0])
        yield* Stage.submit(Stage.trade("EE", "1", "EE"))
        yield* Gates.confirmInstruments
        yield* Submission.submitPending(() => Effect.succeed(true))
        expect(yield* watched).toBe(1)
        expect(rows).toEqual([1])
        expect(asked()).toEqual(["order b-EE"])
      }),
      layer
    )
  })

  it("FILL-4, FILL-13: of an account that a pass leaves out keep their turn, are late until they are read, and bring no others along", async () => {
    const { asked, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders } = yield* worked
        for (const order of orders) listed.set(order.symbol, open(order))
        const polled = yield* Tracking.makePolled
        const passOf = (each: EachAccount) => Tracking.pollOpenOrders(Tracking.defaultPolling, polled, each)
        yield* passOf(inTurn)
        asked()
        yield* TestClock.adjust("15 seconds")
        expect(yield* passOf(leavesOut)).toBe(SYMBOLS.length)
        expect(yield* passOf(leavesOut)).toBe(0)
        yield* TestClock.adjust("8 seconds")
        expect(yield* passOf(inTurn)).toBe(SYMBOLS.length)
        expect([asked(), yield* metric("roundlot_polling_lag_seconds")]).toEqual([["orders"], 8])
        expect(yield* passOf(inTurn)).toBe(0)
      }),
      layer
    )
  })

  it.each([
    ["a halt", () => Effect.flatMap(Commands, (commands) => commands.perform(halt))],
    ["a closed session", () => Effect.flatMap(Clock.Clock, (clock) => clock.learn(Stage.account, neverOpen))]
  ])("%s suspends no reading, and keeps no fill from the books", async (_, begins) => {
    const { asked, executed, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, open(order))
        yield* begins()
        asked()
        yield* poll
        yield* poll
        expect(asked()).toEqual(["orders", "orders"])
        for (const order of orders) listed.set(order.symbol, filled(order))
        executed.push(...orders.map(fillOf))
        yield* poll
        expect(yield* Stage.statuses).toEqual(["filled", "filled", "filled", "filled"])
      }),
      layer
    )
  })

  it("FILL-11: one that the listing lacks is asked for by itself; executions by one request where the listing has none", async () => {
    const { asked, executed, layer, listed } = place("orders alone")
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders.slice(1)) listed.set(order.symbol, filled(order))
        executed.push(...orders.slice(1).map(fillOf))
        yield* poll
        expect(asked()).toEqual(["orders", "fills", "order b-AA"])
        expect(yield* Stage.statuses).toEqual(["submitted", "filled", "filled", "filled"])
      }),
      layer
    )
  })

  it.each([
    ["1", 1, ["submitted", "cancelled", "cancelled", "cancelled"]],
    ["more than go together", 70, ["partially_filled", "cancelled", "cancelled", "cancelled"]]
  ])(
    "F1: of %s executions each, an end is never booked without them; what cannot be booked keeps nothing from other orders",
    async (_, many, statuses) => {
      const { executed, layer, listed } = place()
      await Stage.play(
        Effect.gen(function* () {
          const { orders, poll } = yield* worked
          const each = Decimal.unsafe("0.01")
          const cumulative = Decimal.unsafe(String(many / 100))
          const ended = { rawStatus: "cancelled", state: { _tag: "Closed", kind: "cancelled" }, cumulative } as const
          for (const order of orders) {
            listed.set(order.symbol, { ...filled(order), ...ended })
            const ids = Array.from({ length: many }, (__, n) => `x-${order.symbol}-${n}`)
            executed.push(...ids.map((execId) => ({ ...fillOf(order), quantity: each, execId, execIdBase: execId })))
          }
          const [first] = executed
          Object.defineProperty(first, "quantity", { get: () => Effect.runSync(Effect.dieMessage("a fault of ours")) })
          yield* Effect.repeatN(Effect.zipRight(poll, requestCancels()), 1)
          yield* poll
          expect(yield* Stage.statuses).toEqual(statuses)
          const booked = (yield* Reads.all(FillTable)).filter(({ execId }) => !execId.startsWith("x-AA"))
          expect(booked).toHaveLength(3 * many)
        }),
        layer
      )
    }
  )

  it("what a fill and its order's end were read from is stored once", async () => {
    const { executed, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, filled(order))
        executed.push(...orders.map(fillOf))
        const before = (yield* Reads.all(PayloadTable)).length
        yield* poll
        const kept = (yield* Reads.all(PayloadTable)).slice(before)
        const named = (yield* Reads.all(FillTable)).map(({ payloadId }) => payloadId)
        expect(kept.map(({ bytes }) => bytes)).toEqual(orders.map(() => payload.bytes))
        expect(kept.map(({ id }) => id)).toEqual(named)
      }),
      layer
    )
  })

  it("O20: what the listing has of another account is never booked", async () => {
    const { executed, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        const account = AccountName.make("theirs")
        for (const order of orders) listed.set(order.symbol, filled(order))
        for (const order of orders.slice(1)) listed.set(order.symbol, { ...filled(order), account })
        executed.push(
          ...orders.slice(0, 1).flatMap((order) => [fillOf(order), { ...fillOf(order), account, execId: "x" }])
        )
        yield* poll
        expect(yield* Stage.statuses).toEqual(["filled", "submitted", "submitted", "submitted"])
        expect((yield* Reads.all(FillTable)).map(({ account: whose }) => whose)).toEqual([Stage.account])
        const parts = yield* Effect.flatMap(Health.Health, ({ all }) => all)
        const told = parts.find(({ part }) => part === "other accounts beside paper")
        expect([told?.failures, told?.detail]).toEqual([2, "1 reports of theirs were skipped"])
      }),
      layer
    )
  })

  it("FILL-13: a listing that fails is reported, counted once, and comes again when the broker lets it", async () => {
    const { asked, fail, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, open(order))
        fail(Effect.fail(new BrokerReadFailed({ operation: "orders", kind: "unauthorised", detail: "no" })))
        yield* poll
        expect(asked()).toEqual(["orders"])
        const parts = yield* Effect.flatMap(Health.Health, (health) => health.all)
        expect(parts.find(({ part }) => part === "poll paper")).toMatchObject({ isWell: false, failures: 1 })
        fail(undefined)
        yield* poll
        expect(asked()).toEqual(["orders"])
        const after = yield* Effect.flatMap(Health.Health, (health) => health.all)
        expect(after.find(({ part }) => part === "poll paper")).toMatchObject({ isWell: true, failures: 0 })
      }),
      layer
    )
  })

  it("FILL-13: the lag is by how much the most overdue order was read later than the interval", async () => {
    const { layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, pass, poll } = yield* worked
        for (const order of orders) listed.set(order.symbol, open(order))
        const lag = metric("roundlot_polling_lag_seconds")
        yield* Effect.zipRight(poll, poll)
        expect(yield* lag).toBe(0)
        yield* TestClock.adjust("22 seconds")
        yield* pass
        expect(yield* lag).toBe(7)
        yield* poll
        expect(yield* lag).toBe(0)
      }),
      layer
    )
  })

  it("FILL-4, FILL-13: a defect in a round is logged and counted, and the next round runs", async () => {
    const lines: Array<string> = []
    const { executed, fail, layer, listed } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { orders, pass } = yield* worked
        for (const order of orders) listed.set(order.symbol, filled(order))
        executed.push(...orders.map(fillOf))
        const before = yield* failedReads
        fail(Effect.die(new Error("a defect of ours")))
        const looks = yield* work.makeLooks(() => "1 second")
        yield* Effect.forkScoped(work.forever("polling", looks, pass))
        yield* TestClock.adjust("1 second")
        expect(lines).toContain("WARN failing part=poll paper detail=Error: a defect of ours")
        expect((yield* failedReads) - before).toBe(1)
        expect(yield* Stage.statuses).toEqual(SYMBOLS.map(() => "submitted"))
        fail(undefined)
        yield* TestClock.adjust("15 seconds")
        expect(yield* Stage.statuses).toEqual(SYMBOLS.map(() => "filled"))
        expect(lines).toContain("INFO recovered part=poll paper failures=1")
      }).pipe(Effect.provide(logged(lines)), Logger.withMinimumLogLevel(LogLevel.Info)),
      layer
    )
  })
})
