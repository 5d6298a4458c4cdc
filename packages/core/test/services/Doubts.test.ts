import { Context, Effect, Layer, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import { BrokerReadFailed, Brokers, NoBroker } from "../../src/ports/Broker.ts"
import { Clock } from "../../src/ports/Clock.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { Commands } from "../../src/services/Commands.ts"
import { confirmInstruments } from "../../src/services/Gates.ts"
import { Health, TRADING } from "../../src/services/Health.ts"
import { submitPending } from "../../src/services/Submission.ts"
import { Answer, type NotFound, type OrderSeen, type Received } from "../../src/records/Report.ts"
import { BreakTable, reasonCodeOf } from "../../src/records/Break.ts"
import type { EachAccount } from "../../src/services/accountwise.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import * as Doubts from "../../src/services/Doubts.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Risk from "../../src/services/Risk.ts"
import { recommendedFor } from "../../src/rules/reconciliation/recommended.ts"
import { severityOf } from "../../src/rules/reconciliation/severity.ts"
import * as Tracking from "../../src/services/Tracking.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const unknown = Answer.Unknown({ why: "no answer", candidate: undefined })

const doubted = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.forkScoped(Daemon.run())
  yield* Stage.submit(Stage.trade("t1", "1"))
  yield* Stage.until(Stage.statuses, ([status]) => status === "in_doubt")
  const [order] = yield* Stage.orders
  return order ?? (yield* Effect.dieMessage("no order"))
})

const openKinds = Effect.map(Reads.all(BreakTable), (all) =>
  all.flatMap(({ kind, closedAt }) => (closedAt === undefined ? [kind] : []))
)

/** The open doubts: their orders, why they last, and how grave they are. */
const openDoubts = Effect.gen(function* () {
  const open = (yield* Reads.all(BreakTable)).filter(({ closedAt, kind }) => kind === "Doubt" && closedAt === undefined)
  const stakes = yield* Risk.stakesOf(open)
  const now = yield* Effect.flatMap(Clock, (clock) => clock.now)
  return open.map((each) => [each.subject, reasonCodeOf(each), severityOf(each, stakes(each), now)])
})

const recommendations = Effect.gen(function* () {
  const open = (yield* Reads.all(BreakTable)).filter(({ closedAt }) => closedAt === undefined)
  const stakes = yield* Risk.stakesOf(open)
  return open.map((each) => recommendedFor(each, stakes(each)))
})

describe("an order in doubt", () => {
  it("after a minute it is critical: health says so with what is at risk, and again that it is well when it is found", async () => {
    let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound(false)
    await Stage.play(
      Effect.gen(function* () {
        const health = yield* Health
        const order = yield* doubted
        yield* TestClock.adjust("30 seconds")
        expect(yield* health.trading).toMatchObject({ isWell: true, ordersInDoubt: 1 })
        yield* TestClock.adjust("60 seconds")
        expect(yield* health.trading).toMatchObject({ isWell: false, critical: 1, ordersInDoubt: 1 })
        const parts = (yield* health.all).filter(({ part }) => part === TRADING)
        expect(parts).toMatchObject([{ isWell: false, detail: expect.stringContaining("1 unconfirmed order") }])
        shown = Effect.succeed({ report: { ...Stage.seen(order), asOf: Instant.make(9n) }, payload: undefined })
        yield* TestClock.adjust("90 seconds")
        expect(yield* Stage.statuses).toEqual(["submitted"])
        expect(yield* health.trading).toMatchObject({ isWell: true, critical: 0, ordersInDoubt: 0 })
      }),
      Stage.layer({
        prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))),
        lookup: () => Effect.suspend(() => shown),
        order: () => Effect.suspend(() => shown)
      })
    )
  })

  it("G: has a critical break after a minute where its broker answers nothing; an answer says why it lasts instead, and it ends with the doubt", async () => {
    const away = Effect.fail(new BrokerReadFailed({ operation: "lookup", kind: "unauthorised", detail: "401" }))
    let shown: Effect.Effect<Received<OrderSeen | NotFound>, BrokerReadFailed> = away
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* doubted
        yield* TestClock.adjust("50 seconds")
        expect(yield* openKinds).toEqual([])
        yield* TestClock.adjust("12 seconds")
        expect(yield* openDoubts).toEqual([["O1", "Unanswered", "critical"]])
        expect((yield* recommendations).map(({ resolution }) => resolution)).toEqual(["wait"])
        shown = Stage.notFound(false)
        yield* TestClock.adjust("10 seconds")
        expect(yield* openDoubts).toEqual([["O1", "ListingIncomplete", "critical"]])
        shown = away
        yield* TestClock.adjust("1 minute")
        expect(yield* openDoubts).toEqual([["O1", "ListingIncomplete", "critical"]])
        shown = Effect.succeed({ report: { ...Stage.seen(order), asOf: Instant.make(9n) }, payload: undefined })
        yield* TestClock.adjust("10 seconds")
        expect([yield* Stage.statuses, yield* openKinds]).toEqual([["submitted"], []])
      }),
      Stage.layer({
        prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))),
        lookup: () => Effect.suspend(() => shown),
        order: () => Effect.suspend(() => shown)
      })
    )
  })

  it("FILL-3: is asked for by one request at a time, without retries, while its broker fails", async () => {
    let asked = 0
    const away = new BrokerReadFailed({ operation: "lookup", kind: "server", detail: "502" })
    await Stage.play(
      Effect.gen(function* () {
        yield* doubted
        yield* TestClock.adjust("30 seconds")
        const before = asked
        yield* TestClock.adjust("1 minute")
        expect(before).toBeGreaterThan(3)
        // A minute of turns, five seconds or more apart.
        expect(asked - before).toBeLessThanOrEqual(12)
      }),
      Stage.layer({
        prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))),
        lookup: () => Effect.suspend(() => (asked++, Effect.fail(away)))
      })
    )
  })

  it("G: has its break also where its broker was never proven to be the account's, so that nobody asks it", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Effect.zipRight(Effect.scoped(doubted), Stage.driving)
        yield* TestClock.adjust("1 minute")
        yield* Doubts.askForDoubtful(yield* Doubts.makeAsked, undefined, () => Effect.void)
        expect(yield* openDoubts).toEqual([["O1", "Unanswered", "critical"]])
      }),
      Stage.layer({ prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))) })
    ))

  it("G, W11: an order that its broker refused has its break after a minute where no reading can confirm that", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* doubted
        yield* TestClock.adjust("62 seconds")
        expect(yield* openDoubts).toEqual([["O1", "RefusalUnconfirmed", "critical"]])
      }),
      Stage.layer({
        prepare: () =>
          Stage.prepared((id) =>
            Effect.succeed(Stage.answered(id, Answer.Refused({ code: "E7", words: "no", class: "final" })))
          ),
        lookup: () => Effect.fail(new BrokerReadFailed({ operation: "lookup", kind: "unauthorised", detail: "401" }))
      })
    ))

  it("is asked for after five seconds, also where the clock went back an hour meanwhile", async () => {
    let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
    let backMs = 0
    const now = Effect.flatMap(Effect.clock, (clock) =>
      Effect.map(clock.currentTimeMillis, (millis) => Instant.fromMillis(86_400_000 + millis - backMs))
    )
    let lookups = 0
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* doubted
        backMs = 3_600_000
        shown = Effect.succeed({ report: { ...Stage.seen(order), asOf: Instant.make(9n) }, payload: undefined })
        yield* TestClock.adjust("3 seconds")
        expect(lookups).toBe(0)
        yield* TestClock.adjust("7 seconds")
        expect(lookups).toBe(1)
        expect(yield* Stage.statuses).toEqual(["submitted"])
      }),
      Stage.layer(
        {
          prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))),
          lookup: () =>
            Effect.suspend(() => {
              lookups++
              return shown
            }),
          order: () => shown
        },
        { now }
      )
    )
  })

  it("is asked for by the next pass where one has left its account out", async () => {
    let lookups = 0
    const lookup = () =>
      Effect.zipRight(
        Effect.sync(() => lookups++),
        Stage.notFound(false)
      )
    await Stage.play(
      Effect.gen(function* () {
        yield* Effect.zipRight(Effect.scoped(doubted), Stage.driving)
        yield* TestClock.adjust("5 seconds")
        const asked = yield* Doubts.makeAsked
        const passOf = (each?: EachAccount) => Doubts.askForDoubtful(asked, () => Effect.succeed(true), each)
        expect([yield* passOf(() => Effect.void), lookups]).toEqual([1, 0])
        expect([yield* passOf(), lookups]).toEqual([1, 1])
        expect([yield* passOf(), lookups]).toEqual([0, 1])
      }),
      Stage.layer({ prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))), lookup })
    )
  })

  it("of an account that has no broker any more keeps none of another from being asked for, and is told", async () => {
    const gone = AccountName.make("gone")
    const asked: Array<string> = []
    const brokerOf = (account: AccountName) =>
      Stage.broker({
        prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))),
        lookup: () =>
          Effect.zipRight(
            Effect.sync(() => asked.push(account)),
            Stage.notFound(false)
          )
      })
    let isGone = false
    const layer = Layer.map(Stage.layer(), (context) =>
      Context.add(context, Brokers, {
        get: (account) =>
          isGone && account === gone ? Effect.fail(new NoBroker({ account })) : Effect.succeed(brokerOf(account))
      })
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.flatMap(Commands, (commands) => commands.setAccount(gone, defaultSettings, "test"))
        yield* Effect.zipRight(Stage.drivingOf(gone), Stage.driving)
        yield* Effect.flatMap(Accumulator, (accumulator) => accumulator.submitMany(gone, [Stage.trade("t1", "1")]))
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Effect.zipRight(
          confirmInstruments,
          submitPending(() => Effect.succeed(true))
        )
        expect(yield* Stage.statuses).toEqual(["in_doubt", "in_doubt"])
        isGone = true
        yield* TestClock.adjust("5 seconds")
        yield* Doubts.askForDoubtful(yield* Doubts.makeAsked)
        expect(asked).toEqual([Stage.account])
        const parts = yield* Effect.flatMap(Health, ({ all }) => all)
        expect(parts.filter(({ isWell }) => !isWell).map(({ part }) => part)).toEqual(["doubts gone"])
      }),
      layer
    )
  })

  it("stays, with its break, where the broker did not look through its whole history; it is not sent again", async () => {
    let sent = 0
    await Stage.play(
      Effect.gen(function* () {
        yield* doubted
        yield* TestClock.adjust("30 seconds")
        expect(sent).toBe(1)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect((yield* Reads.all(BreakTable)).map(({ kind }) => kind)).toEqual(["Doubt"])
      }),
      Stage.layer({
        prepare: () =>
          Stage.prepared((id) =>
            Effect.sync(() => {
              sent++
              return Stage.answered(id, unknown)
            })
          ),
        lookup: () => Stage.notFound(false)
      })
    )
  })

  it("whose id the broker says it has seen is looked up, has its break at once, and is not sent every 5 s", async () => {
    const answers = [unknown, Answer.Unknown({ why: "must be unique", candidate: undefined, isIdInUse: true })]
    let sent = 0
    let lookups = 0
    let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* doubted
        yield* Stage.until(openKinds, (kinds) => kinds.includes("Doubt"))
        expect(sent).toBe(2)
        const before = lookups
        yield* TestClock.adjust("15 seconds")
        expect(sent).toBe(2)
        expect(lookups).toBeGreaterThan(before)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        shown = Effect.succeed({ report: { ...Stage.seen(order), asOf: Instant.make(9n) }, payload: undefined })
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        expect(yield* openKinds).toEqual([])
      }),
      Stage.layer({
        prepare: () =>
          Stage.prepared((id) => Effect.sync(() => Stage.answered(id, answers[Math.min(sent++, 1)] ?? unknown))),
        lookup: () =>
          Effect.suspend(() => {
            lookups++
            return shown
          }),
        order: () => shown
      })
    )
  })
})

const late = { retryAfterMs: undefined, why: "429" }
const sentOf = (answers: ReadonlyArray<Answer>) =>
  Effect.gen(function* () {
    let sent = 0
    const test = Effect.gen(function* () {
      yield* doubted
      yield* TestClock.adjust("2 minutes")
      expect(yield* Stage.statuses).toEqual(["in_doubt"])
      expect(yield* openKinds).toEqual(["Doubt"])
    })
    yield* Effect.promise(() =>
      Stage.play(
        test,
        Stage.layer({
          prepare: () => Stage.prepared((id) => Effect.sync(() => Stage.answered(id, answers[sent++] ?? unknown)))
        })
      )
    )
    return sent
  })

describe("Refusals: the same order may have been processed three times at most", () => {
  it("Refusals: a third attempt without a clear answer is the last; it is looked up from then on", () =>
    Effect.runPromise(Effect.map(sentOf([unknown]), (sent) => expect(sent).toBe(3))))

  it("Refusals: an attempt that was not processed is paced, and does not count", () =>
    Effect.runPromise(
      Effect.map(sentOf([unknown, Answer.NotSent(late), Answer.NotSent(late)]), (sent) => expect(sent).toBe(5))
    ))
})

describe("a decision in doubt", () => {
  it("has not failed where the account behind the keys was not proven to be the one that it was sent to", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Stage.driving
        yield* Stage.executed()
        const asked = yield* Doubts.makeAsked
        const askThrice = (isProven: boolean) =>
          Effect.replicateEffect(
            Effect.zipRight(
              TestClock.adjust("10 seconds"),
              Doubts.askForDoubtful(asked, () => Effect.succeed(isProven))
            ),
            3
          )
        yield* askThrice(false)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        yield* askThrice(true)
        expect(yield* Stage.statuses).toEqual(["failed"])
      }).pipe(Effect.provide(Decisions.layer)),
      Stage.layer({ prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unknown))) })
    ))
})

/** An order of one share that works at the broker; the program has ended since. */
const worked = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit(Stage.trade("t1", "1"))
      yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
    })
  )
  yield* Stage.driving
  const [order] = yield* Stage.orders
  return order ?? (yield* Effect.dieMessage("no order"))
})

describe("an order that its broker no longer has", () => {
  it("O22: is in doubt after a quiet minute, asked for from then on, never sent again, and goes on when it is found", async () => {
    let sent = 0
    let shown: Effect.Effect<Received<OrderSeen | NotFound>> = Stage.notFound()
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* worked
        yield* Tracking.pollAll
        expect(yield* Stage.statuses).toEqual(["submitted"])
        yield* TestClock.adjust("1 minute")
        yield* Tracking.pollAll
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect(yield* openKinds).toEqual(["OrderMissing"])
        const asked = yield* Doubts.makeAsked
        for (const _ of [1, 2, 3]) {
          yield* TestClock.adjust("10 seconds")
          expect(yield* Doubts.askForDoubtful(asked)).toBe(1)
        }
        expect(sent).toBe(1)
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect(yield* openKinds).toEqual(["OrderMissing"])
        shown = Effect.succeed({ report: Stage.seen(order), payload: undefined })
        yield* TestClock.adjust("10 seconds")
        yield* Doubts.askForDoubtful(asked)
        expect(yield* Stage.statuses).toEqual(["submitted"])
        expect(yield* openKinds).toEqual([])
      }),
      Stage.layer({
        prepare: () =>
          Stage.prepared((id) =>
            Effect.sync(() => {
              sent++
              return Stage.answered(id, Answer.Accepted({ brokerOrderId: Stage.theirId }))
            })
          ),
        order: () => shown
      })
    )
  })

  it.each([
    ["is not listed whole", { orders: () => Effect.succeed({ complete: false, received: [] }) }, ["UnsoundSnapshot"]],
    ["is not looked through whole", { lookup: () => Stage.notFound(false) }, []],
    ["does not reach back to it", { capabilities: { ...Stage.broker().capabilities, historyWindowMs: 60_000 } }, []]
  ])("O22: stays as it is while the broker's history %s", (_, parts, told) =>
    Stage.play(
      Effect.gen(function* () {
        yield* worked
        yield* TestClock.adjust("2 minutes")
        yield* Tracking.pollAll
        expect(yield* Stage.statuses).toEqual(["submitted"])
        expect(yield* openKinds).toEqual(told)
      }),
      Stage.layer(parts)
    )
  )

  it("O23: that a listing has, though it is not found by its id, is what the listing says", async () => {
    let listed: ReadonlyArray<Received<OrderSeen>> = []
    await Stage.play(
      Effect.gen(function* () {
        const order = yield* worked
        yield* TestClock.adjust("2 minutes")
        listed = [{ report: { ...Stage.seen(order), rawStatus: "held", asOf: Instant.make(9n) }, payload: undefined }]
        yield* Tracking.pollAll
        expect((yield* Stage.orders).map(({ status, rawStatus }) => [status, rawStatus])).toEqual([
          ["submitted", "held"]
        ])
      }),
      Stage.layer({ orders: () => Effect.succeed({ complete: true, received: listed }) })
    )
  })
})
