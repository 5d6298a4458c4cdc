import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Account, AccountName, Broker, Commands, Decimal, Fill, Reads, Ticker } from "@roundlot/core"
import { Attempt, Attempts, Break, Health } from "@roundlot/core/ledger"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
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
  textOf,
  trade,
  until
} from "./Engine.ts"

const aapl = Ticker.Ticker.make("AAPL")

/** The engine with a broker that says it is live. */
const liveLayer = Layer.effect(
  Broker.Brokers,
  Effect.map(Exchange.Exchange, (exchange) => ({
    get: (name: AccountName.AccountName) =>
      Effect.succeed({ ...PaperBroker.make(exchange, name), environment: "live" as const })
  }))
).pipe(Layer.provideMerge(layer))

/** Every attempt that was made, with the texts of what was sent and answered. */
const exchanges = Effect.gen(function* () {
  const made = yield* Reads.all(Attempt.AttemptTable)
  const shown = yield* Effect.forEach(made, ({ id }) => Attempts.show(id))
  return shown.map((each) => ({
    number: each?.attempt.number,
    outcome: each?.attempt.outcome,
    words: each?.attempt.errorMessage,
    request: textOf(each?.request),
    response: textOf(each?.response)
  }))
})

const allFilled = (all: ReadonlyArray<string>) => all.length > 0 && all.every((status) => status === "Filled")

const exchangeOrders = Effect.flatMap(Exchange.Exchange, (exchange) => exchange.orders)

const openBreaks = Effect.map(Reads.all(Break.BreakTable), (all) =>
  all.filter(({ closedAt }) => closedAt === undefined)
)

describe("the engine, from trade to fill", () => {
  it.scoped("ACC-5, AUD-5: 0.3 + 0.5 + 0.4 make one order of 1 and carry 0.2", () =>
    Effect.gen(function* () {
      yield* started
      yield* submit(trade("buy", "0.3"), trade("buy", "0.5"), trade("buy", "0.4"))
      yield* until(statuses, allFilled)
      const [order, ...others] = yield* orders
      const [attempt, ...more] = yield* exchanges
      assert.deepInclude(attempt, { number: 1, outcome: "accepted", words: undefined })
      for (const part of [order?.clientOrderId, "AAPL"]) assert.include(attempt?.request, part)
      assert.include(attempt?.response, order?.brokerOrderId)
      assert.strictEqual(more.length, 0)
      assert.strictEqual(others.length, 0)
      assert.strictEqual(order === undefined ? "" : Decimal.format(order.quantity), "1")
      const wanted = { target: "1.2", hedged: "1", inFlight: "0", residual: "0.2", answer: "NotDue" }
      assert.deepStrictEqual(yield* figures("AAPL"), wanted)
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("ACC-7: a rejected order leaves the position whole, cools down, and fills once the broker takes it", () =>
    Effect.gen(function* () {
      yield* started
      yield* instruct("r", { reject: { code: "halted", words: "trading halted" } })
      yield* submit(trade("buy", "1.5"))
      yield* until(statuses, (all) => all[0] === "Rejected")
      const wanted = { target: "1.5", hedged: "0", inFlight: "0", residual: "1.5", answer: "CoolingDown" }
      assert.deepStrictEqual(yield* figures("AAPL"), wanted)
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* statuses, ["Rejected"])
      yield* until(statuses, (all) => all[1] === "Filled")
      assert.strictEqual((yield* figures("AAPL"))?.residual, "0.5")
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("taken by the exchange and never answered, an order is found by asking, not sent twice", () =>
    Effect.gen(function* () {
      yield* started
      yield* instruct("lost", "takeThenTimeout")
      yield* submit(trade("buy", "2"))
      yield* until(statuses, allFilled)
      assert.strictEqual((yield* exchangeOrders).length, 1)
      assert.strictEqual((yield* figures("AAPL"))?.hedged, "2")
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )

  it.scoped(
    "AUD-5: lost before the exchange, an order goes again under the same id and stands there once; both attempts stay",
    () =>
      Effect.gen(function* () {
        yield* started
        yield* instruct("lost", "resetBefore")
        yield* submit(trade("buy", "1"))
        yield* until(statuses, (all) => all[0] === "InDoubt")
        assert.strictEqual((yield* exchangeOrders).length, 0)
        yield* until(statuses, allFilled)
        const [order] = yield* orders
        assert.strictEqual(order?.attempts, 2)
        const there = yield* exchangeOrders
        assert.deepStrictEqual(
          there.map((each) => each.clientOrderId),
          [order?.clientOrderId ?? null]
        )
        const [lost, taken, ...more] = yield* exchanges
        assert.deepInclude(lost, { number: 1, outcome: "unknown", response: undefined })
        assert.match(lost?.words ?? "", /reset/)
        assert.deepInclude(taken, { number: 2, outcome: "accepted", words: undefined })
        assert.include(lost?.request, order?.clientOrderId)
        assert.deepStrictEqual([taken?.request, more.length], [lost?.request, 0])
        assert.include(taken?.response, order?.brokerOrderId)
      }).pipe(Effect.provide(layer))
  )

  it.scoped(
    "O22: an order that the exchange no longer shows is in doubt, is not sent again, and goes on when it is shown",
    () =>
      Effect.gen(function* () {
        yield* started
        yield* instruct("rest", "accept", { operation: "place" })
        yield* submit(trade("buy", "1"))
        const [order] = yield* until(orders, (all) => all[0]?.status === "submitted")
        const exchange = yield* Exchange.Exchange
        const brokerOrderId = order?.brokerOrderId ?? assert.fail("there is no order")
        yield* exchange.instruct({ id: "hide", do: { hide: { ms: 80_000, everywhere: true, brokerOrderId } } })
        yield* until(statuses, (all) => all[0] === "InDoubt")
        assert.deepStrictEqual(
          (yield* openBreaks).map(({ kind, subject }) => [kind, subject]),
          [["OrderMissing", "O1"]]
        )
        yield* until(statuses, (all) => all[0] === "Submitted")
        assert.deepStrictEqual(yield* openBreaks, [])
        yield* exchange.instruct({ id: "fill", do: { fill: { brokerOrderId } } })
        yield* until(statuses, allFilled)
        assert.strictEqual((yield* exchangeOrders).length, 1)
        assert.deepStrictEqual(yield* audited, [])
      }).pipe(Effect.provide(layer))
  )

  it.scoped(
    "F15 of reconciliation: the average that the exchange shows of parts, and of a corrected one, is that of our fills",
    () =>
      Effect.gen(function* () {
        yield* started
        yield* instruct("part", { fill: { quantity: "1", price: "150.01" } }, { operation: "place" })
        yield* submit(trade("buy", "3"))
        yield* until(statuses, (all) => all[0] === "PartiallyFilled")
        const exchange = yield* Exchange.Exchange
        const [{ brokerOrderId } = assert.fail("there is no order")] = yield* exchangeOrders
        yield* exchange.instruct({ id: "rest", do: { fill: { brokerOrderId, quantity: "2", price: "150.02" } } })
        yield* until(statuses, allFilled)
        const [fill] = yield* exchange.fills
        yield* exchange.instruct({ id: "better", do: { correct: { execId: fill?.execId ?? "", price: "149.97" } } })
        yield* until(
          Effect.map(orders, ([order]) => order?.notional),
          (notional) => notional !== undefined && Decimal.format(notional) === "450.01"
        )
        yield* TestClock.adjust("20 seconds")
        assert.deepStrictEqual(yield* openBreaks, [])
      }).pipe(Effect.provide(layer))
  )

  it.scoped("a 429 means not sent: the plan waits as long as the broker says", () =>
    Effect.gen(function* () {
      yield* started
      yield* instruct("busy", { answer: { status: 429, headers: { "retry-after": "30" } } })
      yield* submit(trade("sell", "1"))
      yield* until(orders, (all) => all[0]?.notBefore !== undefined)
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* statuses, ["Pending"])
      yield* until(statuses, allFilled)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("G: an overfill of a lot holds the position until it is accepted, then an order brings it back", () =>
    Effect.gen(function* () {
      yield* started
      yield* instruct("over", { fill: { quantity: "4", price: "150" } }, { operation: "place" })
      yield* submit(trade("buy", "2"))
      yield* until(figures("AAPL"), (position) => position?.answer === "BreakOpen")
      assert.strictEqual((yield* figures("AAPL"))?.residual, "-2")
      const open = (yield* Reads.all(Break.BreakTable)).filter(({ closedAt }) => closedAt === undefined)
      assert.deepStrictEqual(
        open.map(({ kind }) => kind),
        ["Excess"]
      )
      const commands = yield* Commands.Commands
      const [order] = yield* orders
      if (order === undefined) return assert.fail("there is no order")
      yield* commands.perform({
        id: "accept",
        account,
        actor: "test",
        reason: "seen",
        command: { _tag: "AcceptAdjustment", orderId: order.id }
      })
      yield* until(statuses, (all) => all.length === 2 && allFilled(all))
      const wanted = { target: "2", hedged: "2", inFlight: "0", residual: "0", answer: "NotDue" }
      assert.deepStrictEqual(yield* figures("AAPL"), wanted)
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )

  it.scoped(
    "SYNC-3: a correction and a bust replace the fill, and the shares are ordered again after the cool-down",
    () =>
      Effect.gen(function* () {
        yield* started
        yield* submit(trade("buy", "2"))
        yield* until(statuses, allFilled)
        const [fill] = yield* Reads.all(Fill.FillTable)
        if (fill === undefined) return assert.fail("there is no fill")
        yield* instruct("down", { correct: { execId: fill.execIdBase, quantity: "1" } })
        yield* until(figures("AAPL"), (position) => position?.hedged === "1")
        assert.strictEqual((yield* figures("AAPL"))?.answer, "CoolingDown")
        yield* until(statuses, (all) => all[1] === "Filled")
        assert.strictEqual((yield* figures("AAPL"))?.hedged, "2")
        yield* instruct("away", { bust: { execId: fill.execIdBase } })
        yield* until(statuses, (all) => all[2] === "Filled")
        const revisions = yield* Reads.all(Fill.FillTable, { where: [{ column: "execIdBase", in: [fill.execIdBase] }] })
        assert.deepStrictEqual(
          revisions.map((each) => [Decimal.format(each.quantity), each.canonical]),
          [
            ["2", false],
            ["1", false],
            ["0", true]
          ]
        )
        assert.strictEqual((yield* figures("AAPL"))?.hedged, "2")
        assert.deepStrictEqual(yield* audited, [])
      }).pipe(Effect.provide(layer))
  )

  it.scoped("FILL-10: with the stream silent, polling finds the fill within its interval", () =>
    Effect.gen(function* () {
      yield* started
      yield* instruct("still", { silence: { ms: 3_600_000 } })
      yield* instruct("take", "accept")
      yield* submit(trade("buy", "1"))
      yield* until(statuses, (all) => all[0] === "Submitted")
      const [order] = yield* orders
      yield* instruct("now", { fill: { brokerOrderId: order?.brokerOrderId, quantity: "1", price: "151" } })
      yield* TestClock.adjust("16 seconds")
      assert.deepStrictEqual(yield* statuses, ["Filled"])
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("ACC-11: halted, nothing is sent and the reason is on record; after resume it is", () =>
    Effect.gen(function* () {
      yield* started
      const commands = yield* Commands.Commands
      const act = (id: string, tag: "Halt" | "Resume") =>
        commands.perform({
          id,
          account,
          actor: "test",
          reason: "test",
          command: { _tag: tag, scope: { _tag: "Everything" } }
        })
      yield* act("h", "Halt")
      yield* submit(trade("buy", "1"))
      yield* until(figures("AAPL"), (position) => position?.answer === "Halted")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* orders, [])
      yield* act("r", "Resume")
      yield* until(statuses, allFilled)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("E3: an order that others made at the broker is adopted and never counts under policy ignore", () =>
    Effect.gen(function* () {
      yield* opened({})
      yield* started
      yield* instruct("theirs", { manualOrder: { account, symbol: "AAPL", side: "buy", quantity: "5" } })
      yield* until(orders, (all) => all.length === 1 && all[0]?.status === "filled")
      const [order] = yield* orders
      assert.strictEqual(order?.origin, "external")
      assert.strictEqual((yield* figures("AAPL"))?.hedged, "0")
      assert.deepStrictEqual(yield* audited, [])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("D8: an operator's cancel ends at the broker's word and holds the position until resume", () =>
    Effect.gen(function* () {
      yield* started
      yield* instruct("take", "accept")
      yield* submit(trade("buy", "1"))
      yield* until(statuses, (all) => all[0] === "Submitted")
      const [order] = yield* orders
      if (order === undefined) return assert.fail("there is no order")
      const commands = yield* Commands.Commands
      const common = { account, actor: "test", reason: "test" }
      yield* commands.perform({ ...common, id: "c", command: { _tag: "Cancel", orderId: order.id } })
      yield* until(statuses, (all) => all[0] === "Cancelled")
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual((yield* figures("AAPL"))?.answer, "Held(cancel O1)")
      yield* commands.perform({ ...common, id: "r", command: { _tag: "Resume", scope: { _tag: "WholeAccount" } } })
      yield* until(statuses, (all) => all[1] === "Filled")
    }).pipe(Effect.provide(layer))
  )
})

const isSaid = (parts: ReadonlyArray<Health.PartHealth>) =>
  parts.some((part) => part.detail.includes("is configured as paper, but its broker account is live"))

describe("what keeps the engine from running hot or wild", () => {
  it.scoped("ACC-7: a broker that never takes an order is asked ever less often", () =>
    Effect.gen(function* () {
      yield* started
      const exchange = yield* Exchange.Exchange
      const never = { id: "never", when: { operation: "place" }, do: { answer: { status: 429 } }, times: 1000 }
      yield* exchange.instructJson(JSON.stringify(never))
      yield* submit(trade("buy", "1"))
      yield* TestClock.adjust("1 minute")
      const attempts = yield* Reads.all(Attempt.AttemptTable)
      assert.isAtLeast(attempts.length, 3)
      assert.isAtMost(attempts.length, 8)
      assert.deepStrictEqual(yield* statuses, ["Pending"])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a resume of one symbol lifts nothing of another's, and the same command again does nothing", () =>
    Effect.gen(function* () {
      yield* started
      yield* instruct("take", "accept", { operation: "place" })
      yield* submit({ ...trade("buy", "1"), symbol: "MSFT" })
      const [order] = yield* until(orders, (all) => all[0]?.status === "submitted")
      if (order === undefined) return assert.fail("there is no order")
      const commands = yield* Commands.Commands
      const common = { account, actor: "test", reason: "test" }
      yield* commands.perform({ ...common, id: "c", command: { _tag: "Cancel", orderId: order.id } })
      yield* until(statuses, (all) => all[0] === "Cancelled")
      const resume = {
        ...common,
        id: "r",
        command: { _tag: "Resume", scope: { _tag: "OneSymbol", symbol: aapl } }
      } as const
      const first = yield* commands.perform(resume)
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual((yield* figures("MSFT"))?.answer, "Held(cancel O1)")
      assert.deepStrictEqual(yield* commands.perform(resume), first)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("an account declared paper is never driven to a broker that proves to be live", () =>
    Effect.gen(function* () {
      yield* started
      const health = yield* Health.Health
      yield* submit(trade("buy", "1"))
      yield* until(health.all, isSaid)
      yield* TestClock.adjust("10 seconds")
      // Not even what the instrument is was asked there, so that nothing is due.
      assert.strictEqual((yield* figures("AAPL"))?.answer, "Refused(InstrumentUnverified)")
      assert.deepStrictEqual(yield* statuses, [])
      assert.deepStrictEqual(yield* exchangeOrders, [])
      const commands = yield* Commands.Commands
      const live = { ...Account.defaultSettings, environment: "live" } as const
      const refused = yield* commands.setAccount(AccountName.AccountName.make("real"), live, "test")
      assert.strictEqual(refused._tag, "Refused")
    }).pipe(Effect.provide(liveLayer))
  )
})
