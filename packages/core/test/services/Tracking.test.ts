import { Effect, Exit, Fiber, Option, Queue, Stream, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { AccountName } from "../../src/records/AccountName.ts"
import { FillTable } from "../../src/records/Fill.ts"
import { BrokerOrderId, ClientOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { InstrumentTable } from "../../src/records/Instrument.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import * as Price from "../../src/values/Price.ts"
import { PayloadTable } from "../../src/records/Payload.ts"
import { BrokerReadFailed, type TimeWindow } from "../../src/ports/Broker.ts"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { Answer, type Executed, type NotFound, type OrderSeen, type Received } from "../../src/records/Report.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Health from "../../src/services/Health.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Sources from "../../src/services/Sources.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Tracking from "../../src/services/Tracking.ts"
import * as Sweep from "../../src/services/Sweep.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as work from "../../src/services/work.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import type { TradeSourceService } from "../../src/ports/TradeSource.ts"
import { plain } from "../../src/rules/trade/SourcePolicy.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const MINUTE = 60_000

/** One order of one share, sent and working at the broker. */
const working = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.forkScoped(Daemon.run())
  yield* Stage.submit(Stage.trade("t1", "1"))
  const [order] = yield* Stage.until(Stage.orders, ([first]) => first?.status === "submitted")
  if (order === undefined) return yield* Effect.dieMessage("no order")
  return order
})

const failing = (operation: string, retryAfterMs?: number) =>
  new BrokerReadFailed({
    operation,
    kind: retryAfterMs === undefined ? "unauthorised" : "rate_limited",
    detail: "no",
    ...(retryAfterMs === undefined ? {} : { retryAfterMs })
  })

/** A broker without executions, and the windows for which it was asked for them. */
const sweptWindows = (isComplete: () => boolean) => {
  const windows: Array<TimeWindow> = []
  const parts: Parameters<typeof Stage.layer>[0] = {
    fills: (window) => {
      windows.push(window)
      return Effect.succeed({ complete: isComplete(), received: [] })
    }
  }
  return { parts, windows }
}

describe("what a broker lists in part", () => {
  it("C4: an end without a total releases nothing while the executions were listed in part only", async () => {
    let isComplete = false
    let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
    const listing = () => Effect.succeed({ complete: isComplete, received: [] })
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working
        const cancelled = { asOf: Instant.make(9n), state: { _tag: "Closed", kind: "cancelled" } as const }
        const report = { ...Stage.seen(order), ...cancelled, cumulative: undefined }
        shown = Effect.succeed({ report, payload: undefined })
        yield* TestClock.adjust("40 seconds")
        expect(yield* Stage.statuses).toEqual(["submitted"])
        isComplete = true
        yield* Stage.until(Stage.statuses, ([status]) => status === "cancelled")
      }),
      Stage.layer({ fillsOf: listing, fills: listing, order: () => shown })
    )
  })

  it("O8: an execution is asked for until it comes, also where the average says what its shares cost", async () => {
    let listed: ReadonlyArray<Received<Executed>> = []
    let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
    const moneyOf = Effect.map(Stage.orders, (orders) =>
      orders.flatMap(({ filled, inferred, notional, unpriced }) =>
        [filled, inferred, notional, unpriced].map(Decimal.format)
      )
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "2"))
        const [order] = yield* Stage.until(Stage.orders, ([first]) => first?.status === "submitted")
        if (order === undefined) return yield* Effect.dieMessage("no order")
        const one = { cumulative: Decimal.unsafe("1"), averagePrice: Decimal.unsafe("150.5"), asOf: Instant.make(9n) }
        shown = Effect.succeed({ report: { ...Stage.seen(order), ...one }, payload: undefined })
        yield* Stage.until(Stage.statuses, ([status]) => status === "partially_filled")
        yield* TestClock.adjust("2 minutes")
        expect(yield* moneyOf).toEqual(["1", "1", "150.5", "0"])
        const execution = {
          _tag: "Executed",
          account: Stage.account,
          asOf: Instant.make(9n),
          asOfKind: "broker",
          execId: "e1",
          execIdBase: "e1",
          revision: 0,
          brokerOrderId: Stage.theirId,
          clientOrderId: undefined,
          symbol: order.symbol,
          side: order.side,
          quantity: Decimal.unsafe("1"),
          price: Price.unsafe("150.51"),
          executedAt: Instant.make(8n)
        } as const
        listed = [{ report: execution, payload: undefined }]
        yield* TestClock.adjust("20 seconds")
        expect(yield* moneyOf).toEqual(["1", "0", "150.51", "0"])
      }),
      Stage.layer({
        order: () => shown,
        fillsOf: () => Effect.succeed({ complete: true, received: listed }),
        fills: () => Effect.succeed({ complete: true, received: [] })
      })
    )
  })

  it("begins each sweep before the last that saw everything, however long ago; ends it after our clock, which may be behind the broker's", async () => {
    let isComplete = true
    const { parts, windows } = sweptWindows(() => isComplete)
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Sweep.sweep(Stage.account)
        yield* TestClock.adjust("3 hours")
        isComplete = false
        yield* Sweep.sweep(Stage.account)
        yield* TestClock.adjust("1 hour")
        isComplete = true
        yield* Sweep.sweep(Stage.account)
        yield* Sweep.sweep(Stage.account)
        const begun = windows.map(({ from }) => Instant.toMillis(from) / MINUTE)
        expect(begun).toEqual([-10, -10, -10, 230])
        const ended = windows.map(({ to }) => Instant.toMillis(to) / MINUTE)
        expect(ended).toEqual([2, 182, 242, 242])
      }),
      Stage.layer(parts)
    )
  })

  it("notes how far it swept as an entry of the journal every ten minutes, and never begins a sweep after what was noted", async () => {
    const { parts, windows } = sweptWindows(() => true)
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        const repository = yield* TradeRepository
        for (let minute = 0; minute < 25; minute++) {
          yield* Sweep.sweep(Stage.account)
          yield* TestClock.adjust("1 minute")
        }
        const entity = { kind: "cursor", id: "roundlot/sweep" }
        const moves = yield* repository.entries({ account: Stage.account, afterSeq: 0, entity, limit: 100 })
        const minutes = moves.map(({ at }) => at / 1000 / MINUTE)
        expect(minutes).toEqual([0, 10, 20])
        const begun = windows.map(({ from }) => Instant.toMillis(from) / MINUTE)
        expect(begun).toEqual(Array.from({ length: 25 }, (_, i) => (i <= 10 ? -10 : i <= 20 ? 0 : 10)))
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      Stage.layer(parts)
    )
  })

  it("goes on with its sweep where the broker's clock gives no answer and will not be interrupted", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        const sweeping = yield* Effect.forkDaemon(Sweep.sweep(Stage.account))
        yield* TestClock.adjust("6 seconds")
        expect(Option.map(yield* Fiber.poll(sweeping), Exit.isSuccess)).toEqual(Option.some(true))
      }),
      Stage.layer({ clock: Effect.uninterruptible(Effect.never) })
    ))

  it("sweeps by the broker's time: while our clock is an hour ahead nothing that happens there is passed over, nor afterwards", async () => {
    const windows: Array<TimeWindow> = []
    const real = Effect.map(TestClock.currentTimeMillis, Instant.fromMillis)
    let aheadMs = 60 * MINUTE
    let isTold = true
    const parts: Parameters<typeof Stage.layer>[0] = {
      clock: Effect.suspend(() => (isTold ? Effect.map(real, (at) => ({ at, cutToMs: 1 })) : failing("clock"))),
      fills: (window) => {
        windows.push(window)
        return Effect.succeed({ complete: true, received: [] })
      }
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Sweep.sweep(Stage.account)
        yield* TestClock.adjust("20 minutes")
        yield* Sweep.sweep(Stage.account)
        aheadMs = 0
        yield* TestClock.adjust("20 minutes")
        yield* Sweep.sweep(Stage.account)
        isTold = false
        aheadMs = 60 * MINUTE
        yield* Sweep.sweep(Stage.account)
        isTold = true
        yield* Sweep.sweep(Stage.account)
        const minutes = windows.map(({ from, to }) => [from, to].map((at) => Instant.toMillis(at) / MINUTE))
        expect(minutes).toEqual([
          [-10, 2],
          [-10, 22],
          [10, 42],
          [30, 102],
          [30, 42]
        ])
      }),
      Stage.layer(parts, { now: Effect.map(real, (at) => Instant.addMillis(at, aheadMs)) })
    )
  })
})

describe("what a broker lists that keeps its own day only", () => {
  const DAY_MS = 24 * 60 * MINUTE
  const listed = <A>(received: ReadonlyArray<A>) => ({
    complete: false,
    wholeFrom: Instant.fromMillis(DAY_MS),
    received
  })

  it("O15: an order of others that ended is booked by one sweep; each begins before the last, beyond midnight too", async () => {
    const windows: Array<TimeWindow> = []
    const theirs = {
      clientOrderId: ClientOrderId.make("someone-else"),
      symbol: Ticker.make("AAPL"),
      side: "buy",
      quantity: Quantity.unsafe("2")
    } as const
    const ended = { state: { _tag: "Closed", kind: "filled" }, cumulative: Decimal.unsafe("2") } as const
    const filled = { ...Stage.seen(theirs), ...ended, asOfKind: "ours", averagePrice: Price.unsafe("150") } as const
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* TestClock.adjust(DAY_MS + MINUTE)
        yield* Sweep.sweep(Stage.account)
        expect(yield* Stage.statuses).toEqual(["filled"])
        yield* TestClock.adjust("1 hour")
        yield* Sweep.sweep(Stage.account)
        const begun = windows.map(({ from }) => (Instant.toMillis(from) - DAY_MS) / MINUTE)
        expect(begun.slice(-1)).toEqual([1 - 10])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      Stage.layer({
        orders: () => Effect.succeed(listed([{ report: filled, payload: undefined }])),
        fills: (window) => {
          windows.push(window)
          return Effect.succeed(listed([]))
        }
      })
    )
  })
})

describe("many open orders", () => {
  it("FILL-11: are found by one query, and asked for once each in a pass", async () => {
    const asked: Array<string> = []
    const questions: Array<string> = []
    const symbols = Array.from({ length: 50 }, (_, i) => `SYM${i + 1}`)
    const parts: Parameters<typeof Stage.layer>[0] = {
      prepare: ({ symbol }) =>
        Stage.prepared((id) =>
          Effect.succeed(Stage.answered(id, Answer.Accepted({ brokerOrderId: BrokerOrderId.make(`b-${symbol}`) })))
        ),
      order: (id) => {
        asked.push(id)
        return Stage.notFound()
      }
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* Stage.opened()
            yield* Effect.forkScoped(Daemon.run())
            yield* Stage.submit(...symbols.map((symbol) => Stage.trade(symbol, "1", symbol)))
            yield* Stage.until(
              Stage.statuses,
              (all) => all.length === symbols.length && all.every((status) => status === "submitted")
            )
          })
        )
        yield* Stage.driving
        const repository = yield* TradeRepository
        const watched: TradeRepositoryService = {
          ...repository,
          page: (query) => {
            questions.push(query.table)
            return repository.page(query)
          }
        }
        asked.length = 0
        const polled = yield* Tracking.makePolled
        const pass = Effect.provideService(
          Tracking.pollOpenOrders(Tracking.defaultPolling, polled),
          TradeRepository,
          watched
        )
        yield* pass
        expect(asked.toSorted()).toEqual(symbols.map((symbol) => `b-${symbol}`).toSorted())
        expect(questions).toEqual(["orders"])
        yield* pass
        expect(asked).toHaveLength(symbols.length)
        expect(questions).toEqual(["orders", "orders"])
      }),
      Stage.layer(parts)
    )
  })
})

describe("a broker that is not well", () => {
  it("LESSONS: an account whose reads are refused is connected to ever later, never in a loop that runs hot", async () => {
    let connected = 0
    const parts: Parameters<typeof Stage.layer>[0] = {
      orders: () => failing("orders"),
      updates: Stream.unwrap(
        Effect.sync(() => {
          connected++
          return Stream.never
        })
      )
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Effect.forkScoped(Sweep.follow(Stage.account))
        yield* TestClock.adjust("10 minutes")
        expect(connected).toBeGreaterThan(10)
        expect(connected).toBeLessThan(40)
      }),
      Stage.layer(parts)
    )
  })

  it("FILL-4: an order that may not be asked for for an hour holds up no other, and is asked for after it", async () => {
    let asked = 0
    const order = () =>
      Effect.suspend(() => (++asked === 1 ? Effect.fail(failing("order", 60 * MINUTE)) : Stage.notFound()))
    await Stage.play(
      Effect.gen(function* () {
        yield* Effect.scoped(working)
        yield* Stage.driving
        asked = 0
        const polled = yield* Tracking.makePolled
        const pass = Tracking.pollOpenOrders(Tracking.defaultPolling, polled)
        const first = yield* Effect.fork(pass)
        yield* TestClock.adjust("1 minute")
        expect(Option.isSome(yield* Fiber.poll(first))).toBe(true)
        yield* pass
        expect(asked).toBe(1)
        yield* TestClock.adjust("1 hour")
        yield* pass
        expect(asked).toBe(2)
      }),
      Stage.layer({ order })
    )
  })

  it("FILL-3, FILL-4: an order whose reading failed is one request a turn, without retries, until one is answered", async () => {
    let asked = 0
    let isAway = true
    const away = new BrokerReadFailed({ operation: "order", kind: "server", detail: "502" })
    let seen: OrderSeen | undefined
    const order = () =>
      Effect.suspend((): Effect.Effect<Received<OrderSeen | NotFound>, BrokerReadFailed> => {
        asked++
        if (isAway) return Effect.fail(away)
        return seen === undefined ? Stage.notFound() : Effect.succeed({ report: seen, payload: undefined })
      })
    await Stage.play(
      Effect.gen(function* () {
        yield* Effect.scoped(working)
        yield* Stage.driving
        const polled = yield* Tracking.makePolled
        const requestsOf = Effect.gen(function* () {
          asked = 0
          const pass = yield* Effect.fork(Tracking.pollOpenOrders(Tracking.defaultPolling, polled))
          yield* TestClock.adjust("1 minute")
          yield* Fiber.join(pass)
          return asked
        })
        expect([yield* requestsOf, yield* requestsOf, yield* requestsOf]).toEqual([4, 1, 1])
        const [ours] = yield* Stage.orders
        seen = ours === undefined ? undefined : Stage.seen(ours)
        isAway = false
        yield* requestsOf
        isAway = true
        expect(yield* requestsOf).toBe(4)
      }),
      Stage.layer({ order })
    )
  })

  it("an instrument that cannot be read does not keep the others from being confirmed", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.submit(...["AAA", "BBB", "CCC"].map((symbol) => Stage.trade(symbol, "0.1", symbol)))
        yield* Effect.forkScoped(Daemon.run())
        yield* TestClock.adjust("30 seconds")
        const instruments = yield* Reads.all(InstrumentTable)
        expect(instruments.map(({ status, symbol }) => `${symbol} ${status}`)).toEqual([
          "AAA unverified",
          "BBB verified",
          "CCC verified"
        ])
      }),
      Stage.layer({
        instrument: (symbol: Ticker) =>
          symbol === "AAA" ? failing("instrument") : Effect.delay(Effect.succeed(Stage.known(symbol)), "100 millis")
      })
    ))
})

describe("a pass of work", () => {
  it("comes at once where the store tells of others' commits, with no time gone by", () =>
    Stage.play(
      Effect.gen(function* () {
        const told = yield* Queue.unbounded<void>()
        const passes = yield* Queue.unbounded<void>()
        const repository = { ...(yield* TradeRepository), news: Stream.fromQueue(told) }
        const looks = yield* work.makeLooks(() => "1 second")
        yield* Effect.forkScoped(
          Effect.provideService(work.forever("a part", looks, passes.offer(undefined)), TradeRepository, repository)
        )
        yield* passes.take
        yield* told.offer(undefined)
        yield* passes.take
        expect(yield* passes.size).toBe(0)
      })
    ))

  it("comes again after a part of it was interrupted", () =>
    Stage.play(
      Effect.gen(function* () {
        let runs = 0
        yield* Effect.forkScoped(
          work.every(
            "a part",
            "1 second",
            Effect.suspend(() => {
              runs++
              return Effect.interrupt
            })
          )
        )
        yield* TestClock.adjust("5 seconds")
        expect(runs).toBe(5)
        const health = yield* Health.Health
        expect((yield* health.all).map(({ isWell }) => isWell)).toEqual([false])
      })
    ))
})

const isWell = (part: string) =>
  Effect.flatMap(Health.Health, (health) =>
    Effect.map(health.all, (parts) => parts.find((each) => each.part === part)?.isWell)
  )

describe("a part that failed for an account", () => {
  it("a stream that connects again and holds is well, while it stands", () => {
    let connections = 0
    const updates = Stream.unwrap(
      Effect.sync(() => (++connections === 1 ? Stream.fail(failing("stream")) : Stream.never))
    )
    return Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Effect.forkScoped(Sweep.follow(Stage.account))
        yield* TestClock.adjust("10 millis")
        expect(yield* isWell("stream paper")).toBe(false)
        yield* TestClock.adjust("5 seconds")
        expect([connections, yield* isWell("stream paper")]).toEqual([2, false])
        yield* TestClock.adjust("15 seconds")
        expect(connections).toBe(2)
        expect(yield* isWell("stream paper")).toBe(true)
      }),
      Stage.layer({ updates })
    )
  })

  it("FILL-13: polling and sending with nothing left to do are well again; with an order left they are not", () =>
    Stage.play(
      Effect.gen(function* () {
        const order = yield* working
        const health = yield* Health.Health
        yield* health.failed("sending paper", "no room")
        yield* health.failed("poll other", "no room")
        const polled = yield* Tracking.makePolled
        const options = { intervalMs: MINUTE, maxJitterMs: 0 }
        yield* Tracking.pollOpenOrders(options, polled)
        yield* health.failed("poll paper", "no room")
        yield* Tracking.pollOpenOrders(options, polled)
        yield* Submission.submitPending(() => Effect.succeed(true))
        expect(order.status).toBe("submitted")
        expect([yield* isWell("poll other"), yield* isWell("poll paper"), yield* isWell("sending paper")]).toEqual([
          true,
          false,
          true
        ])
      })
    ))
})

describe("a source of trades", () => {
  it("ACC-2: is not read past a delivery that could not be taken in", () =>
    Stage.play(
      Effect.gen(function* () {
        const asked: Array<string | undefined> = []
        const source: TradeSourceService<never> = {
          name: "venue",
          policy: plain,
          ageMs: Effect.succeed(0),
          deliveries: (cursor) => {
            asked.push(cursor)
            return Stream.make({ trades: [Stage.trade("t1", "0.5")], cursor: "1" })
          }
        }
        const first = yield* Effect.either(Sources.follow(Stage.account, source))
        expect(first._tag).toBe("Left")
        yield* Stage.opened()
        yield* Sources.follow(Stage.account, source)
        yield* Sources.follow(Stage.account, source)
        expect(asked).toEqual([undefined, undefined, "1"])
        const [position] = yield* Reads.all(PositionTable)
        expect(Decimal.format(position?.target ?? Decimal.zero)).toBe("0.5")
      })
    ))
})

describe("policies of an account", () => {
  it("D1: positions are evaluated when they change", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened({ maxOrderQuantity: undefined, shorting: "never" })
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit({ ...Stage.trade("t1", "1"), side: "sell" })
        yield* Stage.until(Reads.all(PositionTable), ([position]) => answered(position) === "Refused(ShortNotAllowed)")
        yield* Stage.opened({ shorting: "allowed" })
        const [order] = yield* Stage.until(Stage.orders, (all) => all.length === 1)
        expect(order?.side).toBe("sell")
      })
    ))
})

describe("what a report was read from", () => {
  it("its bytes are kept where it caused an entry, and not where it was no news", () =>
    Stage.play(
      Effect.gen(function* () {
        const order = yield* working
        const before = (yield* Reads.all(PayloadTable)).length
        const payload = { contentType: "text/plain", bytes: new Uint8Array([7]) }
        const seen = { ...Stage.seen(order), asOf: Instant.make(9n), rawStatus: "held" }
        yield* Stage.book(seen, payload)
        yield* Stage.book(seen, payload)
        const kept = (yield* Reads.all(PayloadTable)).slice(before)
        expect(kept.map(({ bytes }) => [...bytes])).toEqual([[7]])
        expect((yield* Audit.run()).findings).toEqual([])
      })
    ))
})

describe("a fill that waits", () => {
  it("F7: is never given an external order once its own is known", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Gates.confirmInstruments
        yield* Submission.submitPending(() => Effect.succeed(true))
        const [order] = yield* Stage.orders
        if (order === undefined) return yield* Effect.dieMessage("no order")
        const execution = (execId: string, clientOrderId: string | undefined): Executed => ({
          _tag: "Executed",
          account: Stage.account,
          asOf: Instant.make(4n),
          asOfKind: "broker",
          execId,
          execIdBase: execId,
          revision: 1,
          brokerOrderId: Stage.otherId,
          clientOrderId,
          symbol: order.symbol,
          side: order.side,
          quantity: Decimal.unsafe("0.5"),
          price: Price.unsafe("150"),
          executedAt: Instant.make(4n)
        })
        yield* Stage.book(execution("x1", undefined))
        yield* Stage.book(execution("x2", order.clientOrderId))
        yield* TestClock.adjust("1 minute")
        yield* Sweep.sweep(Stage.account)
        expect(yield* Stage.statuses).toEqual(["filled"])
        expect((yield* Reads.all(FillTable)).length).toBe(2)
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      Stage.layer({
        prepare: () =>
          Stage.prepared((id) =>
            Effect.succeed(Stage.answered(id, Answer.Unknown({ why: "lost", candidate: undefined })))
          )
      })
    ))
})

describe("what a broker says of another account", () => {
  it("O20: is counted and shown in health, by account, and never booked; the rest is", async () => {
    const terms = {
      clientOrderId: ClientOrderId.make("someone-else"),
      symbol: Ticker.make("AAPL"),
      side: "buy",
      quantity: Quantity.unsafe("1")
    } as const
    const own = { report: Stage.seen(terms), payload: undefined }
    const theirs = { ...own.report, account: AccountName.make("theirs"), brokerOrderId: Stage.otherId }
    const said = [own, { report: theirs, payload: undefined }]
    const listed = { complete: true }
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Sweep.sweep(Stage.account)
        yield* Effect.forkScoped(Sweep.follow(Stage.account))
        const health = yield* Stage.until(
          Effect.flatMap(Health.Health, ({ all }) => all),
          (parts) => parts.some(({ failures, part }) => part === "other accounts beside paper" && failures > 2)
        )
        expect(health.find(({ part }) => part === "other accounts beside paper")?.detail).toBe(
          "1 reports of theirs were skipped"
        )
        const booked = yield* Stage.orders
        expect(booked.map(({ account, brokerOrderId }) => [account, brokerOrderId])).toEqual([["paper", Stage.theirId]])
        said.pop()
        const isOver = Effect.gen(function* () {
          yield* Sweep.sweep(Stage.account)
          const parts = yield* Effect.flatMap(Health.Health, ({ all }) => all)
          return parts.find(({ part }) => part === "other accounts beside paper")?.isWell
        })
        listed.complete = false
        expect(yield* isOver).toBe(false)
        listed.complete = true
        expect(yield* isOver).toBe(true)
      }),
      Stage.layer({
        orders: () => Effect.sync(() => ({ ...listed, received: said })),
        updates: Stream.concat(Stream.fromIterable(said), Stream.never)
      })
    )
  })
})

describe("an audit beside a busy store in memory", () => {
  it("sees one state, whatever is committed meanwhile", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const repository = yield* TradeRepository
        const heads = yield* repository.snapshot(
          Effect.gen(function* () {
            const inside = yield* TradeRepository
            const first = yield* inside.heads
            yield* Stage.submit(Stage.trade("t1", "0.5"))
            return [first, yield* inside.heads]
          })
        )
        expect(heads[0]).toEqual(heads[1])
        expect(yield* repository.heads).not.toEqual(heads[0])
      })
    ))
})
