import { Effect, Fiber, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { ClientOrderId } from "../../src/values/ClientOrderId.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import * as Quantity from "../../src/values/Quantity.ts"
import { BrokerReadFailed, brokerOf } from "../../src/ports/Broker.ts"
import { BreakTable, evidenceOf } from "../../src/records/Break.ts"
import { Answer, type NotFound, type OrderSeen, type Received } from "../../src/records/Report.ts"
import { ordersListed } from "../../src/services/listings.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import { doubtedWith, lost, place, unlisted, type Differs } from "./lostAnswer.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const doubted = doubtedWith()

const aDay = Instant.make(86_400_000_000n)
const aDayAhead = Effect.succeed({ at: aDay, cutToMs: 1 })

const openKinds = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap(({ closedAt, kind }) => (closedAt === undefined ? [kind] : []))
)

const shown = Effect.map(Stage.orders, (all) => all.map(({ code, status }) => `${status} ${code ?? "-"}`))

const trade = Stage.trade("t2", "1", "KO")
const ko = { ...trade, symbol: Ticker.make("KO"), clientOrderId: ClientOrderId.make("ko") }
const failing = new BrokerReadFailed({ operation: "order", kind: "unreadable", detail: "no order" })

describe("a doubt ends when the absence of its order is proven", () => {
  it("O24: where client ids are unique three look-ups after the window prove it; its shares are released", async () => {
    const { layer } = place()
    await Stage.play(
      Effect.gen(function* () {
        const after = yield* doubted
        yield* after("11 minutes")
        yield* after("6 seconds")
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        yield* after("6 seconds")
        expect(yield* shown).toEqual(["failed NotPlaced"])
        expect(yield* openKinds).toEqual([])
      }),
      layer
    )
  })

  it("O24: where the broker only carries client ids two readings a minute apart prove it", async () => {
    const { layer } = place({ isUnique: false })
    await Stage.play(
      Effect.gen(function* () {
        const after = yield* doubted
        yield* after("6 seconds")
        yield* after("6 seconds")
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        yield* after("1 minute")
        expect(yield* shown).toEqual(["failed NotPlaced"])
      }),
      layer
    )
  })

  const held = Effect.map(Reads.all(BreakTable), (all) =>
    all.flatMap((each) => (each.closedAt === undefined ? [`${each.kind} ${each.holds} ${evidenceOf(each)}`] : []))
  )
  const REFUSED = "OrderRefused symbol O1 was rejected with code E7, an unknown code: a new rule"

  it.each([
    ["are unique", true],
    ["are only carried", false]
  ] as const)(
    "Refusals: after an error in no table, where client ids %s, it is sent once, and its position waits for a person",
    (_, isUnique) =>
      Stage.play(
        Effect.gen(function* () {
          const after = yield* doubted
          yield* after("6 seconds")
          expect((yield* Stage.orders).map(({ attempts, status }) => [attempts, status])).toEqual([[1, "in_doubt"]])
          yield* after("11 minutes")
          yield* Effect.replicateEffect(after("6 seconds"), 2)
          expect([yield* shown, yield* held]).toEqual([["failed NotPlaced"], [REFUSED]])
        }),
        place({ isUnique, answer: unlisted }).layer
      )
  )

  it("Refusals: after an error in no table no cool-down brings another order, and a person does", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Stage.statuses, ([status]) => status === "failed")
        yield* TestClock.adjust("2 minutes")
        expect([yield* shown, yield* held]).toEqual([["failed NotPlaced"], [REFUSED]])
        const found = (yield* Reads.all(BreakTable)).find(({ kind }) => kind === "OrderRefused")
        if (found === undefined) return yield* Effect.dieMessage("no break")
        const commands = yield* Commands
        const command = { _tag: "DismissBreak", breakId: found.id } as const
        yield* commands.perform({ id: "c", account: Stage.account, actor: "test", reason: "looked at", command })
        yield* Stage.until(Stage.orders, (orders) => orders.length === 2)
      }),
      place({ isUnique: false, answer: unlisted }).layer
    ))

  it("Refusals: where its broker answered nothing, another order takes its place", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Stage.orders, (orders) => orders.length === 2)
        expect((yield* shown)[0]).toBe("failed NotPlaced")
        expect(yield* openKinds).not.toContain("OrderRefused")
      }),
      place({ isUnique: false }).layer
    ))

  it("Refusals: an order that is found after an error in no table holds nothing", async () => {
    let found: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
    const { layer } = place({ isUnique: false, answer: unlisted }, { lookup: () => Effect.suspend(() => found) })
    await Stage.play(
      Effect.gen(function* () {
        const after = yield* doubted
        yield* after("6 seconds")
        const [order] = yield* Stage.orders
        if (order === undefined) return yield* Effect.dieMessage("no order")
        found = Effect.succeed({ report: Stage.seen(order), payload: undefined })
        yield* after("1 minute")
        expect([yield* Stage.statuses, yield* openKinds]).toEqual([["submitted"], []])
      }),
      layer
    )
  })

  it.each([
    ["buy", "1", "in_doubt"],
    ["sell", "1", "failed"],
    ["buy", "2", "failed"]
  ] as const)(
    "W12: while the broker lists an order of nobody's to %s %s of another instrument, a doubt of a purchase of 1 is %s",
    async (side, quantity, status) => {
      const report = { ...Stage.seen({ ...ko, side, quantity: Quantity.unsafe(quantity) }), clientOrderId: undefined }
      const listing = Effect.succeed({ complete: true, received: [{ report, payload: undefined }] })
      const { layer } = place({}, { orders: () => listing })
      await Stage.play(
        Effect.gen(function* () {
          const after = yield* doubted
          yield* after("11 minutes")
          yield* Effect.replicateEffect(after("6 seconds"), 3)
          expect(yield* Stage.statuses).toEqual([status])
        }),
        layer
      )
    }
  )

  it.each<readonly [string, Effect.Effect<Received<OrderSeen | NotFound>, BrokerReadFailed>, ReadonlyArray<string>]>([
    ["finds", Effect.succeed({ report: Stage.seen(ko), payload: undefined }), ["in_doubt", "submitted"]],
    ["does not finish", Effect.fail(failing), ["in_doubt", "submitted"]],
    ["does not find either", Stage.notFound(), ["failed", "submitted"]]
  ])(
    "W8: a doubt, and a whole listing that lacks another, live order, which a reading by its id %s",
    async (_, reading, statuses) => {
      const { layer } = place(
        {},
        {
          prepare: ({ symbol }) =>
            Stage.prepared((id) =>
              Effect.succeed(
                Stage.answered(id, symbol === "KO" ? Answer.Accepted({ brokerOrderId: Stage.theirId }) : lost())
              )
            ),
          order: () => reading
        }
      )
      await Stage.play(
        Effect.gen(function* () {
          const after = yield* doubtedWith(trade)
          yield* after("11 minutes")
          yield* Effect.replicateEffect(after("6 seconds"), 3)
          expect(yield* Stage.statuses).toEqual(statuses)
        }),
        layer
      )
    }
  )

  it.each([
    ["a moment ago is not owed, though its broker's clock is a day ahead", "1 second", aDayAhead, true],
    ["seven seconds ago is owed, though its broker does not say its time", "7 seconds", Effect.never, false]
  ] as const)("W8: an order that was acknowledged %s", async (_, wait, clock, complete) => {
    const { layer } = place(
      {},
      {
        clock,
        prepare: ({ symbol }) =>
          Stage.prepared((id) =>
            Effect.succeed(
              Stage.answered(id, symbol === "KO" ? Answer.Accepted({ brokerOrderId: Stage.theirId }) : lost())
            )
          ),
        order: () => Effect.succeed({ report: Stage.seen(ko), payload: undefined })
      }
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* doubtedWith(trade)
        const broker = yield* brokerOf(Stage.account)
        const window = { from: Instant.addMillis(aDay, -172_800_000), to: aDay }
        yield* TestClock.adjust(wait)
        const listing = yield* Effect.fork(ordersListed(broker, Stage.account, window))
        yield* TestClock.adjust("6 seconds")
        expect((yield* Fiber.join(listing)).complete).toBe(complete)
      }),
      layer
    )
  })

  it.each<readonly [string, Differs]>([
    ["a listing in part", { complete: false }],
    ["a holding that the books do not have", { holds: "1" }],
    ["an answer that the client order id was seen before", { isIdInUse: true }],
    ["an order that its answer named, and that is not shown", { candidate: Stage.theirId }]
  ])("O24: %s proves nothing: the doubt stays, with its break", async (_, differs) => {
    const { layer, read } = place(differs)
    await Stage.play(
      Effect.gen(function* () {
        const after = yield* doubted
        yield* after("11 minutes")
        yield* Effect.replicateEffect(after("6 seconds"), 8)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect(yield* openKinds).toEqual(["Doubt"])
        expect(read.listings).toBeLessThanOrEqual(3)
      }),
      layer
    )
  })

  it("O24: an order that its answer named, and that is another one, proves nothing of ours", async () => {
    const { layer } = place(
      { candidate: Stage.theirId },
      { order: () => Effect.succeed({ report: Stage.seen(ko), payload: undefined }) }
    )
    await Stage.play(
      Effect.gen(function* () {
        const after = yield* doubted
        yield* after("11 minutes")
        yield* Effect.replicateEffect(after("6 seconds"), 3)
        expect(yield* Stage.statuses).toEqual(["failed"])
      }),
      layer
    )
  })

  it("O24: a doubt of more than a minute is shown while the order may still go again", async () => {
    const { layer } = place()
    await Stage.play(
      Effect.gen(function* () {
        const after = yield* doubted
        yield* after("6 seconds")
        expect(yield* openKinds).toEqual([])
        yield* after("1 minute")
        yield* after("6 seconds")
        expect([yield* Stage.statuses, yield* openKinds]).toEqual([["in_doubt"], ["Doubt"]])
      }),
      layer
    )
  })
})
