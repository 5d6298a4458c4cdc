import { Effect, TestClock, type Layer } from "effect"
import { describe, expect, it } from "vitest"
import { BrokerOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Price from "../../src/values/Price.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import type { Order } from "../../src/records/Order.ts"
import type { Holding } from "../../src/ports/Broker.ts"
import { brokerOf } from "../../src/ports/Broker.ts"
import * as Absence from "../../src/services/Absence.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { couldBe } from "../../src/rules/reconciliation/matching.ts"
import { Answer, type OrderSeen } from "../../src/records/Report.ts"
import { requestCancels } from "../../src/services/Cancels.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Doubts from "../../src/services/Doubts.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Submission from "../../src/services/Submission.ts"
import { CursorTable } from "../../src/records/Cursor.ts"
import * as Tracking from "../../src/services/Tracking.ts"
import * as Sweep from "../../src/services/Sweep.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

/** An order at a broker that has no ids of ours, as it shows the one that was sent. */
const theirs = (order: Order, differs: Partial<OrderSeen> = {}): OrderSeen => ({
  ...Stage.seen(order),
  clientOrderId: undefined,
  type: "market",
  enteredAt: order.sentAt,
  ...differs
})

const [first, second] = [BrokerOrderId.make("1001"), BrokerOrderId.make("1002")]

/** A broker without client order ids, which answers no send and lists what it is told to: of the window alone where it is a true one. */
const place = (isWindowed = false) => {
  let listed: ReadonlyArray<OrderSeen> = []
  let listings = 0
  let held: ReadonlyArray<Holding> = []
  const layer = Stage.layer({
    capabilities: { ...Stage.broker().capabilities, clientOrderIds: false, uniqueClientOrderIds: false },
    prepare: () =>
      Stage.prepared((id) => Effect.succeed(Stage.answered(id, Answer.Unknown({ why: "lost", candidate: undefined })))),
    lookup: undefined,
    positions: Effect.sync(() => ({ complete: true, holdings: held })),
    order: (id) =>
      Effect.flatMap(Stage.notFound(), (missing) => {
        const report = listed.find(({ brokerOrderId }) => brokerOrderId === id)
        return Effect.succeed(report === undefined ? missing : { report, payload: undefined })
      }),
    orders: ({ from, to }) =>
      Effect.sync(() => {
        listings++
        const within = listed.filter(({ enteredAt = from }) => !isWindowed || (from <= enteredAt && enteredAt <= to))
        return { complete: true, received: within.map((report) => ({ report, payload: undefined })) }
      })
  })
  return {
    layer,
    list: (...orders: ReadonlyArray<OrderSeen>) => {
      listed = orders
    },
    hold: (...holdings: ReadonlyArray<Holding>) => {
      held = holdings
    },
    listings: () => listings
  }
}

type Place = ReturnType<typeof place>["layer"]

const only = (orders: ReadonlyArray<Order>): Order => {
  const [order] = orders
  if (order === undefined) throw new Error("there is no order")
  return order
}

/** An order whose answer was lost, and what asks for it, each time after a while of simulated time. */
const doubtedAfter = Effect.fn(function* (before: Effect.Effect<unknown, unknown, Layer.Layer.Success<Place>>) {
  yield* Stage.opened()
  yield* Stage.driving
  yield* before
  yield* Stage.submit(Stage.trade("t1", "1"))
  yield* Gates.confirmInstruments
  yield* Submission.submitPending(() => Effect.succeed(true))
  const asked = yield* Doubts.makeAsked
  const after = (wait: "6 seconds" | "2 minutes") =>
    Effect.zipRight(TestClock.adjust(wait), Doubts.askForDoubtful(asked))
  return { order: only(yield* Stage.orders), after }
})

const doubted = doubtedAfter(Effect.void)

/** What is held of a share has another ticker at the market from now on. */
const renamed = Effect.gen(function* () {
  yield* TestClock.adjust("1 minute")
  yield* Stage.submit(Stage.trade("t0", "0.5"))
  const command = {
    _tag: "RenameSymbol",
    symbol: Ticker.make("AAPL"),
    to: Ticker.make("META"),
    since: undefined
  } as const
  const commands = yield* Commands
  yield* commands.perform({ id: "c0", account: Stage.account, actor: "op", reason: "announced", command })
})

/** A decision and a position that asked for the same at once, whose answers were both lost. */
const doubtedTwice = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Stage.driving
  yield* Stage.executed()
  yield* Stage.submit(Stage.trade("t1", "1"))
  yield* Gates.confirmInstruments
  yield* Submission.submitPending(() => Effect.succeed(true))
  const [order, twin, ...others] = yield* Stage.orders
  if (order === undefined || twin === undefined || others.length > 0) return yield* Effect.dieMessage("no two orders")
  const asked = yield* Doubts.makeAsked
  const after = (wait: "6 seconds" | "2 minutes") =>
    Effect.zipRight(TestClock.adjust(wait), Doubts.askForDoubtful(asked))
  return { order, twin, after }
})

/** An operator says under which id the broker has an order. */
const markPlaced = ({ id: orderId }: Order, brokerOrderId: BrokerOrderId) =>
  Effect.flatMap(Commands, (commands) =>
    commands.perform({
      id: "c1",
      account: Stage.account,
      actor: "op",
      reason: "seen",
      command: { _tag: "MarkPlaced", orderId, brokerOrderId }
    })
  )

/** Until when the account was swept: not past an order that was not adopted because it may be ours. */
const swept = Effect.map(Reads.all(CursorTable), (all) => all.filter(({ source }) => source === "roundlot/sweep"))

const doubts = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap((each) => (each.kind === "Doubt" && each.closedAt === undefined ? [evidenceOf(each)] : []))
)

const openKinds = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap(({ closedAt, kind }) => (closedAt === undefined ? [kind] : []))
)

const NOON = Date.UTC(2026, 10, 20, 12)
const TWO_HOURS_MS = 2 * 3_600_000

/** An order that was sent at noon, by a clock that was two hours ahead before, or is while it is sent. */
const doubtedAtNoon = (isAheadMeanwhile: boolean) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(NOON + TWO_HOURS_MS)
    const back = TestClock.setTime(NOON)
    const { order } = yield* doubtedAfter(
      isAheadMeanwhile ? Effect.void : Effect.zipRight(Stage.submit(Stage.trade("t0", "0.5")), back)
    )
    yield* back
    yield* TestClock.adjust("6 seconds")
    return order
  })

describe("an order in doubt at a broker without client order ids", () => {
  it.each([
    { what: "before", isAheadMeanwhile: false },
    { what: "while it is sent", isAheadMeanwhile: true }
  ])("O24: it is found though our clock is two hours ahead $what", async ({ isAheadMeanwhile }) => {
    const { layer, list } = place(true)
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* doubtedAtNoon(isAheadMeanwhile)
        list(theirs(order, { enteredAt: Instant.fromMillis(NOON) }))
        yield* Doubts.lookFor(order)
        expect(yield* Stage.statuses).toEqual(["submitted"])
      }),
      layer
    )
  })

  it.each([
    { what: "before", isAheadMeanwhile: false },
    { what: "while it is sent", isAheadMeanwhile: true }
  ])("O24: its absence is not proven where it is there, though our clock is ahead $what", async (given) => {
    const { layer, list } = place(true)
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* doubtedAtNoon(given.isAheadMeanwhile)
        const broker = yield* brokerOf(order.account)
        list(theirs(order, { enteredAt: Instant.fromMillis(NOON), quantity: Decimal.unsafe("2") }))
        expect(yield* Absence.isProvenAbsent(order, broker)).toBe(false)
        list()
        expect(yield* Absence.isProvenAbsent(order, broker)).toBe(true)
      }),
      layer
    )
  })

  it("O24: nor where the clock that was ahead is asked by once it has passed the time of the sending", async () => {
    const { layer, list } = place(true)
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* doubtedAtNoon(true)
        const broker = yield* brokerOf(order.account)
        yield* TestClock.adjust("3 hours")
        list(theirs(order, { enteredAt: Instant.fromMillis(NOON) }))
        expect(yield* Absence.isProvenAbsent(order, broker)).toBe(false)
        list()
        expect(yield* Absence.isProvenAbsent(order, broker)).toBe(true)
      }),
      layer
    )
  })

  it("O24: the one order that could be it is read back and taken over, and never adopted before", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubted
        const other = theirs(order, { brokerOrderId: second, quantity: Quantity.unsafe("2") })
        list(theirs(order, { brokerOrderId: first }), other)
        yield* Sweep.sweep(Stage.account)
        expect(yield* swept).toEqual([])
        yield* after("6 seconds")
        expect(only(yield* Stage.orders)).toMatchObject({ status: "submitted", brokerOrderId: first })
        yield* Sweep.sweep(Stage.account)
        expect(yield* swept).toHaveLength(1)
        const all = yield* Stage.orders
        expect(all.map(({ brokerOrderId, origin }) => [brokerOrderId, origin])).toEqual([
          [first, "accumulation"],
          [second, "external"]
        ])
      }),
      layer
    )
  })

  it("O24, P9: one whose symbol has changed is the one that the broker lists by the ticker of the market", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubtedAfter(renamed)
        list(theirs(order, { brokerOrderId: first, symbol: "META" }))
        yield* after("6 seconds")
        expect(only(yield* Stage.orders)).toMatchObject({ status: "submitted", brokerOrderId: first, symbol: "AAPL" })
      }),
      layer
    )
  })

  it("O24: none is a doubt with the listing, asked for ever less often, while the broker does not hold what the books say", async () => {
    const { hold, layer, list, listings } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubted
        hold({ symbol: order.symbol, quantity: Decimal.unsafe("1"), averagePrice: undefined })
        list(theirs(order, { brokerOrderId: second, symbol: "KO" }))
        yield* after("6 seconds")
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect((yield* doubts)[0]).toMatch(/: 1002 \(buy 1 KO market, new, entered \d{4}-[\d-]+T[\d:.]+Z\)$/)
        yield* Effect.replicateEffect(after("2 minutes"), 3)
        const before = listings()
        yield* Effect.replicateEffect(after("6 seconds"), 9)
        expect(listings()).toBe(before)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        list(theirs(order, { brokerOrderId: first }))
        yield* after("2 minutes")
        expect(yield* Stage.statuses).toEqual(["submitted"])
        expect(yield* doubts).toEqual([])
      }),
      layer
    )
  })

  it("O24: that two complete listings, a minute apart, do not have was never placed; what shows late is that order (W12)", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubted
        yield* after("6 seconds")
        yield* after("6 seconds")
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        yield* after("2 minutes")
        expect(only(yield* Stage.orders)).toMatchObject({ status: "failed", code: "NotPlaced" })
        expect(yield* doubts).toEqual([])
        list(theirs(order, { brokerOrderId: first }))
        yield* Sweep.sweep(Stage.account)
        expect(only(yield* Stage.orders)).toMatchObject({ id: order.id, status: "submitted", brokerOrderId: first })
        expect(yield* openKinds).toEqual(["Reappeared"])
      }),
      layer
    )
  })

  it.each([
    ["has another quantity", { quantity: Quantity.unsafe("1000000") }],
    ["is on the other side", { side: "sell" }],
    ["is entered a day before it was sent", { enteredAt: Instant.make(0n) }]
  ] as const)(
    "W12: an order of its instrument that %s is not adopted, and keeps it from being proven absent; the truth then settles it",
    async (_, differs) => {
      const { layer, list } = place()
      await Stage.play(
        Effect.gen(function* () {
          const { after, order } = yield* doubtedAfter(TestClock.adjust("3 days"))
          const lied = theirs(order, { brokerOrderId: first, ...differs })
          list(lied)
          yield* after("6 seconds")
          yield* Sweep.sweep(Stage.account)
          yield* after("2 minutes")
          yield* after("2 minutes")
          expect(only(yield* Stage.orders)).toMatchObject({ id: order.id, status: "in_doubt" })
          expect(yield* openKinds).toEqual(["Doubt"])
          list(theirs(order, { brokerOrderId: first }))
          yield* after("2 minutes")
          expect(only(yield* Stage.orders)).toMatchObject({ id: order.id, status: "submitted" })
          expect(yield* openKinds).toEqual([])
        }),
        layer
      )
    }
  )

  it("W12: an order of others on its instrument is adopted once it is settled", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubtedAfter(TestClock.adjust("3 days"))
        const others = theirs(order, { brokerOrderId: second, side: "sell" })
        list(others)
        yield* Sweep.sweep(Stage.account)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        list(others, theirs(order, { brokerOrderId: first }))
        yield* after("2 minutes")
        yield* Sweep.sweep(Stage.account)
        expect(yield* Stage.statuses).toEqual(["submitted", "submitted"])
      }),
      layer
    )
  })

  it("W12: an order with its terms is not adopted while it is in doubt, whenever it is said to be entered", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { order } = yield* doubtedAfter(TestClock.adjust("3 days"))
        list(theirs(order, { brokerOrderId: first, enteredAt: Instant.make(0n) }))
        yield* Sweep.sweep(Stage.account)
        list(theirs(order, { brokerOrderId: first, enteredAt: undefined }))
        yield* Sweep.sweep(Stage.account)
        expect(yield* Stage.orders).toHaveLength(1)
      }),
      layer
    )
  })

  it("O24: several are a break that names them, until an operator says which; the other is adopted then", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubted
        list(theirs(order, { brokerOrderId: first }), theirs(order, { brokerOrderId: second }))
        yield* after("6 seconds")
        yield* after("2 minutes")
        expect((yield* doubts)[0]).toMatch(
          /^several candidates: \S+: 1001 \(buy 1 AAPL market, new, entered \S+Z\), 1002 \(buy 1 AAPL market, new, entered \S+Z\)$/
        )
        const [found] = yield* Reads.all(BreakTable)
        const listed = { symbol: "AAPL", side: "buy", type: "market", status: "new" }
        const candidates = found?.details._tag === "Doubt" ? found.details.candidates : undefined
        expect(candidates).toMatchObject([
          { ...listed, brokerOrderId: "1001" },
          { ...listed, brokerOrderId: "1002" }
        ])
        expect(candidates?.map(({ quantity }) => Decimal.format(quantity))).toEqual(["1", "1"])
        yield* Sweep.sweep(Stage.account)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        yield* markPlaced(order, second)
        yield* Sweep.sweep(Stage.account)
        expect((yield* Stage.orders).map(({ brokerOrderId, origin }) => `${brokerOrderId} ${origin}`)).toEqual([
          "1002 accumulation",
          "1001 external"
        ])
      }),
      layer
    )
  })

  it("O29: an order that an operator names is read and compared: one of another quantity is a break that holds the symbol", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubted
        const named = theirs(order, { brokerOrderId: first, quantity: Quantity.unsafe("4") })
        list(named)
        yield* markPlaced(order, first)
        yield* Tracking.pollAll
        const found = (yield* Reads.all(BreakTable)).filter(({ closedAt }) => closedAt === undefined)
        expect(found.map((each) => [each.kind, each.holds, evidenceOf(each)])).toEqual([
          ["TermsDiffer", "symbol", "sent buy 1 AAPL, broker order 1001 is buy 4 AAPL"]
        ])
        list({ ...named, quantity: order.quantity, asOf: Instant.addMillis(named.asOf, 1) })
        yield* Tracking.pollAll
        yield* after("2 minutes")
        expect((yield* Stage.orders).map(({ rawStatus, status }) => [status, rawStatus])).toEqual([
          ["submitted", "new"]
        ])
      }),
      layer
    )
  })

  it("O24: an order that had ended at the broker before an operator named it ends here as well", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order } = yield* doubted
        const ended = {
          asOf: order.sentAt ?? Instant.make(0n),
          asOfKind: "broker",
          rawStatus: "canceled",
          state: { _tag: "Closed", kind: "cancelled" },
          cumulative: Decimal.zero
        } as const
        list(theirs(order, { brokerOrderId: first, ...ended }), theirs(order, { brokerOrderId: second, ...ended }))
        yield* after("2 minutes")
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        yield* markPlaced(order, first)
        yield* Tracking.pollAll
        yield* after("6 seconds")
        yield* Tracking.pollAll
        yield* requestCancels()
        yield* after("6 seconds")
        yield* Tracking.pollAll
        expect(only(yield* Stage.orders)).toMatchObject({ status: "cancelled", brokerOrderId: first })
      }),
      layer
    )
  })

  it("O24: of two alike that are in doubt neither is taken for the one that is listed, until an operator says which", async () => {
    const { layer, list } = place()
    await Stage.play(
      Effect.gen(function* () {
        const { after, order, twin } = yield* doubtedTwice
        list(theirs(order, { brokerOrderId: first }))
        yield* after("6 seconds")
        yield* after("2 minutes")
        expect(yield* Stage.statuses).toEqual(["in_doubt", "in_doubt"])
        expect(yield* doubts).toEqual([
          expect.stringMatching(/also matches O2: .*1001/),
          expect.stringMatching(/also matches O1: .*1001/)
        ])
        yield* markPlaced(twin, first)
        yield* after("2 minutes")
        expect((yield* Stage.orders).map(({ brokerOrderId, status }) => [status, brokerOrderId])).toEqual([
          ["in_doubt", undefined],
          ["submitted", first]
        ])
      }).pipe(Effect.provide(Decisions.layer)),
      layer
    )
  })

  it("O24: of terms that differ in one thing, none is taken for the other", () => {
    const sent = {
      symbol: Ticker.make("AAPL"),
      side: "buy",
      quantity: Quantity.unsafe("1"),
      type: "limit",
      limitPrice: Price.unsafe("10"),
      sentAt: Instant.fromMillis(600_000)
    } as const
    const same: OrderSeen = {
      ...theirsOf(sent),
      type: "limit",
      limitPrice: Price.unsafe("10.0"),
      enteredAt: Instant.fromMillis(600_000)
    }
    expect(couldBe(sent, same)).toBe(true)
    const others: ReadonlyArray<Partial<OrderSeen>> = [
      { symbol: "KO" },
      { side: "sell" },
      { quantity: Quantity.unsafe("2") },
      { type: "market" },
      { limitPrice: Price.unsafe("10.01") },
      { enteredAt: Instant.fromMillis(400_000) },
      { clientOrderId: "somebody's" }
    ]
    for (const other of others) expect(couldBe(sent, { ...same, ...other })).toBe(false)
  })
})

/** What a broker shows of what was sent. */
const theirsOf = (sent: Pick<Order, "symbol" | "side" | "quantity">): OrderSeen => ({
  _tag: "OrderSeen",
  account: Stage.account,
  asOf: Instant.make(3n),
  asOfKind: "broker",
  brokerOrderId: first,
  clientOrderId: undefined,
  ...sent,
  rawStatus: "new",
  state: { _tag: "Open" },
  cumulative: undefined,
  averagePrice: undefined,
  executionsRead: false
})
