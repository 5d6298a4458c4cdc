import { Effect, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { ClientOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { AttemptTable } from "../../src/records/Attempt.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import type { Order } from "../../src/records/Order.ts"
import { PositionTable } from "../../src/records/Position.ts"
import { BreakTable } from "../../src/records/Break.ts"
import { Answer, type NotFound, type OrderSeen, type Received, type RefusalClass } from "../../src/records/Report.ts"
import * as Audit from "../../src/services/Audit.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Reads from "../../src/services/Reads.ts"
import { SEPARATE_MS } from "../../src/rules/order/hearing.ts"
import * as Sweep from "../../src/services/Sweep.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"
import { answered } from "../answered.ts"

const refused = Answer.Refused({ code: "40310000", words: "insufficient buying power", class: "final" })
const unknown = Answer.Unknown({ why: "reset", candidate: undefined })

const openKinds = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap(({ closedAt, kind }) => (closedAt === undefined ? [kind] : []))
)
const answer = Effect.map(Reads.all(PositionTable), ([position]) => answered(position))
const outcomes = Effect.map(Reads.all(AttemptTable), (all) => all.map(({ outcome }) => outcome))

/** A broker that answers the n-th send by the n-th of these (the last again and again), and shows what is told it to. */
const place = (answers: ReadonlyArray<Answer>, parts: Partial<BrokerService> = {}) => {
  const asked = { sent: 0, lookups: 0, orders: 0, cancels: 0 }
  let hasEnded = true
  let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
  const look = (what: "lookups" | "orders") => () =>
    Effect.suspend(() => {
      asked[what]++
      return shown
    })
  let takes = false
  return {
    asked,
    /** What it refuses, it shows from then on. */
    takesAllTheSame: () => {
      takes = true
    },
    show: (report: OrderSeen) => {
      shown = Effect.succeed({ report, payload: undefined })
    },
    /** Whether it refuses to end the order because that has ended; else it takes the wish, or loses it, in turn. */
    setEnded: (is: boolean) => {
      hasEnded = is
    },
    hide: () => {
      shown = Stage.notFound()
    },
    layer: Stage.layer({
      prepare: (terms) =>
        Stage.prepared((id) =>
          Effect.sync(() => {
            if (takes) shown = Effect.succeed({ report: Stage.seen(terms), payload: undefined })
            const said = answers[Math.min(asked.sent++, answers.length - 1)] ?? unknown
            return Stage.answered(id, said)
          })
        ),
      lookup: look("lookups"),
      order: look("orders"),
      cancel: () =>
        Effect.sync(() => {
          asked.cancels++
          if (hasEnded) return Stage.hasEnded
          return asked.cancels % 2 === 0 ? { _tag: "Requested" } : { _tag: "Unknown", why: "reset" }
        }),
      orders: () =>
        Effect.map(
          Effect.suspend(() => shown),
          ({ payload, report }) => ({
            complete: true,
            received: report._tag === "OrderSeen" ? [{ payload, report }] : []
          })
        ),
      ...parts
    })
  }
}

const begun = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.forkScoped(Daemon.run())
  yield* Stage.submit(Stage.trade("t1", "1"))
})

const firstOrder = Effect.flatMap(Stage.orders, ([order]) =>
  order === undefined ? Effect.dieMessage("no order") : Effect.succeed(order)
)

/** An order of one share that works at the broker. */
const working = (show: (report: OrderSeen) => void) =>
  Effect.gen(function* () {
    yield* begun
    yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
    const order = yield* firstOrder
    show(Stage.seen(order))
    return order
  })

const ended = { asOf: Instant.make(9n), rawStatus: "canceled", state: { _tag: "Closed", kind: "cancelled" } } as const
const accepted = Answer.Accepted({ brokerOrderId: Stage.theirId })

const rejectedFor = (which: RefusalClass) =>
  ({
    asOf: Instant.make(9n),
    rawStatus: "REJECTED",
    state: { _tag: "Closed", kind: "rejected" },
    words: "no",
    refusal: { code: "201", words: "no", class: which }
  }) as const

describe("an order that is rejected after it was acknowledged", () => {
  it.each([
    ["final", "CoolingDown", []],
    ["later", "CoolingDown", []],
    ["session", "Held(refused)", []],
    ["unknown", "BreakOpen", ["OrderRefused"]],
    ["account", "BreakOpen", ["AccountRefused", "OrderRefused"]]
  ] as const)(
    "Refusals: as %s its position answers %s, once a second reading agrees (W11)",
    (which, expected, breaks) => {
      const { asked, layer, show } = place([accepted])
      return Stage.play(
        Effect.gen(function* () {
          const order = yield* working(show)
          show({ ...Stage.seen(order), ...rejectedFor(which) })
          yield* Stage.until(firstOrder, ({ endReported }) => endReported === "rejected")
          expect([yield* answer, yield* openKinds]).toEqual(["OrderLive", []])
          yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
          expect([yield* answer, yield* openKinds]).toEqual([expected, breaks])
          expect(yield* firstOrder).toMatchObject({ code: "201", reason: "no" })
          expect(asked.sent).toBe(1)
          expect((yield* Audit.run()).findings).toEqual([])
        }),
        layer
      )
    }
  )
})

describe("a refused order", () => {
  it("W11: ends once its broker, asked for it by our id, does not find it; then its shares are due again after the cool-down", async () => {
    const { asked, layer } = place([refused])
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
        expect(yield* firstOrder).toMatchObject({ code: "40310000", reason: "insufficient buying power" })
        expect(asked).toMatchObject({ sent: 1, lookups: 1 })
        expect(yield* answer).toBe("CoolingDown")
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      layer
    )
  })

  it("W11: is never ordered again while its broker cannot be asked: its answer stays OrderLive, with the broker's words", async () => {
    let isWell = false
    const { asked, layer } = place([refused], {
      lookup: () => Effect.suspend(() => (isWell ? Stage.notFound() : Stage.notFound(false))),
      orders: () => Effect.suspend(() => Effect.succeed({ complete: isWell, received: [] }))
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* TestClock.adjust("5 minutes")
        expect(yield* firstOrder).toMatchObject({ status: "in_doubt", endReported: "rejected", code: "40310000" })
        expect([asked.sent, yield* answer]).toEqual([1, "OrderLive"])
        isWell = true
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
      }),
      layer
    )
  })

  it("W11: is not confirmed while its executions are told in part only", async () => {
    let isComplete = false
    const { layer } = place([refused], { fills: () => Effect.sync(() => ({ complete: isComplete, received: [] })) })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* TestClock.adjust("1 minute")
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        isComplete = true
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
      }),
      layer
    )
  })

  it.each([
    ["AAPL", "buy", "in_doubt"],
    ["AAPL", "sell", "in_doubt"],
    ["KO", "buy", "rejected"]
  ] as const)(
    "W11: while %s is said to be executed, %s, of an order that nobody knows, it is %s",
    (symbol, side, status) => {
      const execution = Effect.map(Effect.clock, (clock) => {
        const at = Instant.fromMillis(clock.unsafeCurrentTimeMillis())
        return {
          _tag: "Executed",
          account: Stage.account,
          asOf: at,
          asOfKind: "broker",
          execId: "x-1",
          execIdBase: "x-1",
          revision: 1,
          brokerOrderId: Stage.otherId,
          clientOrderId: undefined,
          symbol,
          side,
          quantity: Decimal.unsafe("1"),
          price: undefined,
          executedAt: at
        } as const
      })
      const fills = () =>
        Effect.map(execution, (report) => ({ complete: true, received: [{ report, payload: undefined }] }))
      const { asked, layer } = place([refused], { fills })
      return Stage.play(
        Effect.gen(function* () {
          yield* begun
          yield* TestClock.adjust("20 seconds")
          expect([yield* Stage.statuses, asked.sent]).toEqual([[status], 1])
        }),
        layer
      )
    }
  )

  it("W11: that was placed all the same is ours: it is accepted, and nothing is ordered a second time", async () => {
    const { asked, layer, takesAllTheSame } = place([refused])
    await Stage.play(
      Effect.gen(function* () {
        takesAllTheSame()
        yield* begun
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        yield* TestClock.adjust("5 minutes")
        expect(asked.sent).toBe(1)
        expect(yield* firstOrder).toMatchObject({ status: "submitted", endReported: undefined, code: "40310000" })
        expect([yield* outcomes, yield* answer, yield* openKinds]).toEqual([["rejected"], "OrderLive", []])
      }),
      layer
    )
  })

  it("W11: whose re-send is refused ends only where a look-up begun a second later does not find it", async () => {
    const { asked, layer } = place([unknown, refused])
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
        expect([asked.sent, yield* outcomes]).toEqual([2, ["unknown", "rejected"]])
        const [order] = yield* Stage.orders
        const [, attempt] = yield* Reads.all(AttemptTable)
        expect(
          Instant.millisBetween(attempt?.answeredAt ?? Instant.make(0n), order?.endedAt ?? Instant.make(0n))
        ).toBeGreaterThanOrEqual(SEPARATE_MS)
      }),
      layer
    )
  })

  it("W11: whose re-send is refused, though the send before it arrived, ends only while the broker holds what the books say", async () => {
    let isFilled = true
    const { symbol } = Stage.trade("t1", "1")
    const holding = { symbol, quantity: Decimal.unsafe("1"), averagePrice: undefined }
    const { asked, layer } = place([unknown, refused], {
      positions: Effect.sync(() => ({ complete: true, holdings: isFilled && asked.sent > 0 ? [holding] : [] }))
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* TestClock.adjust("5 minutes")
        expect(yield* firstOrder).toMatchObject({ status: "in_doubt", endReported: "rejected" })
        expect([asked.sent, yield* answer, yield* outcomes]).toEqual([2, "OrderLive", ["unknown", "rejected"]])
        isFilled = false
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
      }),
      layer
    )
  })

  it("W11: whose re-send is refused, though the send before it rests there unseen by its id, ends only once no listing has it", async () => {
    let received: ReadonlyArray<Received<OrderSeen>> = []
    const { asked, layer } = place([unknown, refused], {
      orders: () => Effect.sync(() => ({ complete: true, received }))
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* Stage.until(Stage.orders, (all) => all.length > 0)
        const resting = { ...Stage.seen(yield* firstOrder), clientOrderId: undefined }
        received = [{ report: resting, payload: undefined }]
        yield* TestClock.adjust("5 minutes")
        expect(yield* firstOrder).toMatchObject({ status: "in_doubt", endReported: "rejected" })
        expect([asked.sent, yield* answer]).toEqual([2, "OrderLive"])
        received = []
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
      }),
      layer
    )
  })

  it("W11: at a broker without client order ids ends once a complete listing begun 5 s later has nothing that could be it", async () => {
    let listings = 0
    const { layer } = place([refused], {
      lookup: undefined,
      orders: () =>
        Effect.sync(() => {
          listings++
          return { complete: true, received: [] }
        })
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* Stage.until(Stage.statuses, ([status]) => status === "in_doubt")
        const { endReportedAt } = yield* firstOrder
        const { endedAt } = yield* Stage.until(firstOrder, ({ status }) => status === "rejected")
        expect(
          Instant.millisBetween(endReportedAt ?? Instant.make(0n), endedAt ?? Instant.make(0n))
        ).toBeGreaterThanOrEqual(5_000)
        expect(listings).toBeGreaterThan(0)
      }),
      layer
    )
  })

  it("W8, W11: whose look-up by our id is incomplete is confirmed by no listing that lacks it", async () => {
    let isComplete = false
    const { asked, layer } = place([refused], {
      lookup: () => Stage.notFound(isComplete),
      orders: () => Effect.succeed({ complete: true, received: [] })
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* TestClock.adjust("10 minutes")
        expect([yield* Stage.statuses, asked.sent, yield* openKinds]).toEqual([["in_doubt"], 1, ["Doubt"]])
        isComplete = true
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
      }),
      layer
    )
  })

  it("W12: that its broker lists an hour later is that order: nothing is adopted, and its position is held", async () => {
    let listed: ReadonlyArray<OrderSeen> = []
    const { asked, layer } = place([refused], {
      lookup: undefined,
      orders: () =>
        Effect.sync(() => ({ complete: true, received: listed.map((report) => ({ report, payload: undefined })) }))
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
        yield* TestClock.adjust("1 seconds")
        const order = yield* firstOrder
        listed = [{ ...Stage.seen(order), clientOrderId: undefined, enteredAt: order.sentAt }]
        yield* Stage.hear({ ...Stage.seen(order), clientOrderId: undefined })
        expect(yield* firstOrder).toMatchObject({ id: order.id, origin: "accumulation", status: "submitted" })
        expect(yield* Stage.orders).toHaveLength(asked.sent)
        expect(yield* openKinds).toEqual(["Reappeared"])
        yield* TestClock.adjust("10 minutes")
        expect([asked.sent, yield* answer]).toEqual([1, "OrderLive"])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      layer
    )
  })

  it("W11: at a broker that only carries client order ids ends only while it holds what the books say", async () => {
    let isFilled = true
    const { symbol } = Stage.trade("t1", "1")
    const holding = { symbol, quantity: Decimal.unsafe("1"), averagePrice: undefined }
    const { asked, layer } = place([refused], {
      capabilities: { ...Stage.capabilities, uniqueClientOrderIds: false },
      positions: Effect.sync(() => ({ complete: true, holdings: isFilled && asked.sent > 0 ? [holding] : [] }))
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* TestClock.adjust("30 seconds")
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect(yield* openKinds).not.toContain("Doubt")
        yield* TestClock.adjust("5 minutes")
        expect(yield* firstOrder).toMatchObject({ status: "in_doubt", endReported: "rejected" })
        expect(yield* openKinds).toContain("Doubt")
        expect([asked.sent, yield* answer]).toEqual([1, "OrderLive"])
        isFilled = false
        yield* Stage.until(Stage.statuses, ([status]) => status === "rejected")
        expect(yield* openKinds).not.toContain("Doubt")
      }),
      layer
    )
  })

  it("W11: of a decision is confirmed within its own run", async () => {
    const { asked, layer } = place([refused])
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        expect((yield* Stage.executed()).status).toBe("failed")
        expect(yield* Stage.statuses).toEqual(["rejected"])
        expect(asked).toMatchObject({ sent: 1, lookups: 1 })
      }).pipe(Effect.provide(Decisions.layer)),
      layer
    )
  })
})

const again = (order: Order): OrderSeen => ({ ...Stage.seen(order), brokerOrderId: Stage.otherId })

describe("a client order id under two ids of the broker", () => {
  it("W10: leaves the first ours; the other is adopted, with a break that holds the symbol", async () => {
    const { layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        yield* Stage.hear(again(order))
        yield* Stage.hear({ ...again(order), quantity: Quantity.unsafe("2") })
        expect((yield* Stage.orders).map((each) => [each.origin, each.status, each.brokerOrderId])).toEqual([
          ["accumulation", "submitted", Stage.theirId],
          ["external", "submitted", Stage.otherId]
        ])
        expect(yield* openKinds).toEqual(["DuplicateOrder"])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      layer
    )
  })

  it("W10: is one order where the broker shows that it replaced the first by the second", async () => {
    const { layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        yield* Stage.hear({ ...again(order), otherIds: [Stage.theirId] })
        expect((yield* Stage.orders).map(({ brokerOrderId }) => brokerOrderId)).toEqual([Stage.otherId])
        expect(yield* openKinds).toEqual([])
      }),
      layer
    )
  })
})

const tooLate = Effect.succeed({ _tag: "Refused", code: "137", words: "too late" } as const)

describe("an end that nobody asked for", () => {
  it("W11: releases nothing while only a stream said it; a second reading, a second later, has it asked for, and a third confirms it", async () => {
    const { layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        yield* Stage.hear({ ...Stage.seen(order), ...ended })
        yield* Stage.hear({ ...Stage.seen(order), ...ended })
        expect(yield* firstOrder).toMatchObject({
          status: "submitted",
          endReported: "cancelled",
          rawStatus: "canceled"
        })
        expect(yield* answer).toBe("OrderLive")
        show({ ...Stage.seen(order), ...ended })
        yield* TestClock.adjust("6 seconds")
        expect(yield* firstOrder).toMatchObject({ status: "cancelled", endReported: undefined })
        expect(yield* answer).toBe("CoolingDown")
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      layer
    )
  })

  it("W11: that the order's own reading does not show is no end: nothing is ordered again", async () => {
    const { asked, layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        yield* Stage.hear({ ...Stage.seen(order), ...ended })
        yield* TestClock.adjust("1 minute")
        expect(yield* firstOrder).toMatchObject({ status: "submitted", endReported: undefined })
        expect([asked.sent, yield* answer]).toEqual([1, "OrderLive"])
      }),
      layer
    )
  })

  it("W11: that one reading says is judged by another, begun after the first can be served again", async () => {
    const { asked, layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        yield* TestClock.adjust("20 seconds")
        show({ ...Stage.seen(order), ...ended })
        const { endReportedAt } = yield* Stage.until(firstOrder, ({ endReported }) => endReported !== undefined)
        const before = asked.orders
        const { endedAt } = yield* Stage.until(firstOrder, ({ status }) => status === "cancelled")
        expect(asked.orders).toBe(before + 2)
        expect(
          Instant.millisBetween(endReportedAt ?? Instant.make(0n), endedAt ?? Instant.make(0n))
        ).toBeGreaterThanOrEqual(2 * SEPARATE_MS)
      }),
      layer
    )
  })

  it("W11: that every reading says releases nothing before the broker refuses to end the order", async () => {
    const { asked, layer, setEnded, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        setEnded(false)
        const order = yield* working(show)
        show({ ...Stage.seen(order), ...ended })
        yield* TestClock.adjust("2 minutes")
        expect(yield* firstOrder).toMatchObject({ status: "submitted", endReported: "cancelled" })
        expect([asked.sent, yield* answer, yield* openKinds]).toEqual([1, "OrderLive", ["EndUnconfirmed"]])
        expect(asked.cancels).toBeGreaterThan(1)
        setEnded(true)
        yield* Stage.until(Stage.statuses, ([status]) => status === "cancelled")
        expect(yield* openKinds).toEqual([])
        expect((yield* Audit.run()).findings).toEqual([])
      }),
      layer
    )
  })

  it("W11: is a break after a minute, though its broker says nothing more of the order", async () => {
    let isAway = false
    let seen: OrderSeen | undefined
    const away = new BrokerReadFailed({ operation: "order", kind: "unauthorised", detail: "log in again" })
    const read = Effect.suspend((): Effect.Effect<Received<OrderSeen | NotFound>, BrokerReadFailed> => {
      if (isAway) return Effect.fail(away)
      return seen === undefined ? Stage.notFound() : Effect.succeed({ report: seen, payload: undefined })
    })
    const { layer } = place([accepted], {
      order: () => read,
      orders: () => Effect.map(read, () => ({ complete: true, received: [] })),
      cancel: () => Effect.succeed({ _tag: "NotSent", why: "log in again" })
    })
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working((report) => {
          seen = report
        })
        seen = { ...Stage.seen(order), ...ended }
        yield* Stage.until(firstOrder, ({ endReported }) => endReported !== undefined)
        isAway = true
        yield* TestClock.adjust("57 seconds")
        expect(yield* openKinds).not.toContain("EndUnconfirmed")
        yield* TestClock.adjust("6 seconds")
        expect(yield* openKinds).toContain("EndUnconfirmed")
      }),
      layer
    )
  })

  it("W11: of an order that nothing said to work before is a break a minute after its sending", async () => {
    let isAway = false
    let seen: OrderSeen | undefined
    const away = new BrokerReadFailed({ operation: "order", kind: "network", detail: "reset" })
    const read = Effect.suspend((): Effect.Effect<Received<OrderSeen | NotFound>, BrokerReadFailed> => {
      if (isAway) return Effect.fail(away)
      return seen === undefined ? Stage.notFound() : Effect.succeed({ report: seen, payload: undefined })
    })
    const { layer } = place([unknown], {
      lookup: () => read,
      order: () => read,
      orders: () => Effect.map(read, () => ({ complete: true, received: [] })),
      cancel: () => Effect.succeed({ _tag: "NotSent", why: "log in again" })
    })
    await Stage.play(
      Effect.gen(function* () {
        yield* begun
        yield* Stage.until(Stage.statuses, ([status]) => status === "in_doubt")
        isAway = true
        seen = { ...Stage.seen(yield* firstOrder), ...ended }
        yield* TestClock.adjust("45 seconds")
        isAway = false
        yield* Stage.until(firstOrder, ({ endReported }) => endReported !== undefined)
        yield* TestClock.adjust("20 seconds")
        expect(yield* openKinds).toContain("EndUnconfirmed")
      }),
      layer
    )
  })

  it("W11: is not confirmed by a refusal to end the order that does not say that it has ended", async () => {
    const { asked, layer, show } = place([accepted], { cancel: () => tooLate })
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        show({ ...Stage.seen(order), ...ended })
        yield* TestClock.adjust("2 minutes")
        expect([asked.sent, yield* answer, yield* openKinds]).toEqual([1, "OrderLive", ["EndUnconfirmed"]])
      }),
      layer
    )
  })

  it("W11: that one reading says, and the next does not, asks for no end; a wish that a lie brought about is none of a later lie's", async () => {
    const { asked, layer, setEnded, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        setEnded(false)
        const order = yield* working(show)
        const saysThen = (asOf: bigint, lie: object) => show({ ...Stage.seen(order), ...lie, asOf: Instant.make(asOf) })
        saysThen(9n, ended)
        yield* Stage.until(firstOrder, ({ endReported }) => endReported !== undefined)
        saysThen(10n, {})
        yield* Stage.until(firstOrder, ({ endReported }) => endReported === undefined)
        expect(asked.cancels).toBe(0)
        saysThen(11n, ended)
        yield* Stage.until(firstOrder, ({ cancelAskedAt }) => cancelAskedAt !== undefined)
        saysThen(12n, {})
        yield* Stage.until(firstOrder, ({ endReported }) => endReported === undefined)
        yield* Stage.hear({ ...Stage.seen(order), ...ended, asOf: Instant.make(13n) })
        expect(yield* firstOrder).toMatchObject({ status: "submitted", endReported: "cancelled" })
        expect([asked.sent, yield* answer]).toEqual([1, "OrderLive"])
      }),
      layer
    )
  })

  it("W11: that every reading says while the order fills is no end of what has filled: nothing of it is ordered again", async () => {
    const { asked, layer, setEnded, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        setEnded(false)
        const order = yield* working(show)
        show({ ...Stage.seen(order), ...ended })
        yield* Stage.until(firstOrder, ({ cancelAskedAt }) => cancelAskedAt !== undefined)
        const state = { _tag: "Closed", kind: "filled" } as const
        const filled = { asOf: Instant.make(10n), rawStatus: "filled", state, cumulative: Decimal.unsafe("1") }
        show({ ...Stage.seen(order), ...filled })
        yield* Stage.until(Stage.statuses, ([status]) => status === "filled")
        yield* TestClock.adjust("5 minutes")
        expect([asked.sent, yield* Stage.statuses]).toEqual([1, ["filled"]])
      }),
      layer
    )
  })

  it("W11: of an order that nothing but a total has filled waits as well, where its executions say less", async () => {
    const { asked, layer, setEnded, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        setEnded(false)
        const order = yield* working(show)
        yield* Stage.hear({ ...Stage.seen(order), cumulative: Decimal.unsafe("1"), asOf: Instant.make(9n) })
        expect(yield* Stage.statuses).toEqual(["filled"])
        const cut = { ...Stage.seen(order), ...ended, asOf: Instant.make(10n) }
        show(cut)
        yield* Sweep.sweep(Stage.account)
        expect(yield* firstOrder).toMatchObject({ status: "submitted", endReported: "cancelled" })
        yield* TestClock.adjust("2 minutes")
        expect([asked.sent, yield* answer]).toEqual([1, "OrderLive"])
        setEnded(true)
        yield* Stage.until(Stage.statuses, ([status]) => status === "cancelled")
      }),
      layer
    )
  })

  it("W11: that a reading by id says no more, since the order is not there, is no doubt: its broker is asked to end it", async () => {
    const { asked, hide, layer, setEnded, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        setEnded(false)
        const order = yield* working(show)
        yield* Stage.hear({ ...Stage.seen(order), ...ended })
        hide()
        yield* TestClock.adjust("5 minutes")
        expect(yield* firstOrder).toMatchObject({ status: "submitted", endReported: "cancelled" })
        expect([asked.sent, yield* openKinds]).toEqual([1, ["EndUnconfirmed"]])
        setEnded(true)
        yield* Stage.until(Stage.statuses, ([status]) => status === "cancelled")
      }),
      layer
    )
  })

  it("W11: a part of which was filled counts the part at once, and gives the rest back once it is confirmed", async () => {
    const { layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "3"))
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        const order = yield* firstOrder
        const cut = { ...Stage.seen(order), ...ended, cumulative: Decimal.unsafe("2") }
        yield* Stage.hear(cut)
        expect(yield* firstOrder).toMatchObject({ status: "partially_filled", filled: Decimal.unsafe("2") })
        show(cut)
        yield* Stage.until(Stage.statuses, ([status]) => status === "cancelled")
        const [position] = yield* Reads.all(PositionTable)
        expect(Decimal.format(position?.residual ?? Decimal.zero)).toBe("1")
      }),
      layer
    )
  })

  it("W11: of an order that the broker no longer has is confirmed by a complete listing begun 5 s later", async () => {
    const { hide, layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        yield* Stage.hear({ ...Stage.seen(order), ...ended })
        const { endReportedAt } = yield* firstOrder
        hide()
        const { endedAt } = yield* Stage.until(firstOrder, ({ status }) => status === "cancelled")
        expect(
          Instant.millisBetween(endReportedAt ?? Instant.make(0n), endedAt ?? Instant.make(0n))
        ).toBeGreaterThanOrEqual(5_000)
        expect(yield* openKinds).toEqual([])
      }),
      layer
    )
  })

  it.each([
    ["was asked for", true, "cancelled"],
    ["filled it", false, "filled"]
  ] as const)("W11: an end that %s needs no second reading", async (_, isAsked, status) => {
    const { layer, show } = place([accepted])
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* working(show)
        if (isAsked) {
          const command = { _tag: "Cancel", orderId: order.id } as const
          const request = { id: "c-1", account: Stage.account, actor: "test", reason: "not wanted", command }
          yield* Effect.flatMap(Commands, (commands) => commands.perform(request))
        }
        const state = { _tag: "Closed", kind: status } as const
        const cumulative = Decimal.unsafe(isAsked ? "0" : "1")
        yield* Stage.hear({ ...Stage.seen(order), ...ended, state, cumulative })
        expect(yield* firstOrder).toMatchObject({ status, endReported: undefined })
      }),
      layer
    )
  })

  it("W11: of an order that is not ours needs no second reading", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        const symbol = Ticker.make("KO")
        const clientOrderId = ClientOrderId.make("theirs")
        const theirs = Stage.seen({ clientOrderId, symbol, side: "buy", quantity: Decimal.unsafe("2") })
        yield* Stage.hear(theirs)
        yield* Stage.hear({ ...theirs, ...ended })
        expect(yield* firstOrder).toMatchObject({ origin: "external", status: "cancelled" })
      })
    ))
})
