import { Deferred, Effect, Exit, Fiber, Option, Stream, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import { AccountTable, defaultSettings } from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import { BrokerReadFailed, type BrokerService } from "../../src/ports/Broker.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as Audit from "../../src/services/Audit.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Decisions from "../../src/services/Decisions.ts"
import { confirmInstruments } from "../../src/services/Gates.ts"
import * as Reads from "../../src/services/Reads.ts"
import { Answer } from "../../src/records/Report.ts"
import * as StartGate from "../../src/services/StartGate.ts"
import { submitPending } from "../../src/services/Submission.ts"
import * as Sweep from "../../src/services/Sweep.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

/** A broker that shows one account, and then another: keys were changed. Without a number it cannot be asked. */
const shows = (number: { readonly is: string | undefined }): Partial<BrokerService> => ({
  account: Effect.suspend(() =>
    number.is === undefined
      ? Effect.fail(new BrokerReadFailed({ operation: "account", kind: "network", detail: "no answer" }))
      : Effect.succeed({ brokerAccountId: number.is, currency: "USD", buyingPower: Decimal.unsafe("1000") })
  )
})

const started = Effect.gen(function* () {
  const gate = yield* StartGate.make
  return { isOpen: yield* gate.isOpen(Stage.account), refusal: yield* gate.refusal(Stage.account) }
})

const pinned = Effect.map(Reads.first(AccountTable, {}), (account) => account?.brokerAccountId)

/** Plays a test with the account open; `change` puts in the keys of another account of the broker's. */
const withKeys = (test: (change: Effect.Effect<void>) => Parameters<typeof Stage.play>[0]): Promise<void> => {
  const number = { is: "PA0000001234" }
  const change = Effect.sync(() => {
    number.is = "PA0000005678"
  })
  return Stage.play(Effect.zipRight(Stage.opened(), test(change)), Stage.layer(shows(number)))
}

/** An account whose broker is silent at times. */
const silent = AccountName.make("silent")

/** A daemon that drives that account and another; a trade of a whole lot comes in for `silent`. */
const drivenBesideSilent = Effect.gen(function* () {
  yield* Stage.opened()
  const commands = yield* Commands
  yield* commands.setAccount(silent, defaultSettings, "test")
  yield* Effect.forkScoped(Daemon.run())
  yield* TestClock.adjust("1 minute")
  const accumulator = yield* Accumulator
  yield* accumulator.submitMany(silent, [Stage.trade("t1", "1")])
  yield* TestClock.adjust("10 seconds")
})

/** A broker that answers no order before something is there. */
const answersAfter = (there: Effect.Effect<void>): Partial<BrokerService> => ({
  prepare: () => Stage.prepared((id) => Effect.as(there, Stage.answered(id, Stage.taken(id))))
})

describe("an account whose broker gives no answer", () => {
  test.each([
    ["of what it holds", { account: Effect.never }, [silent, "pending"]],
    ["of what an instrument is", { instrument: () => Effect.never }, undefined]
  ] as const)("holds up the orders of no other: %s", (_, parts, own) =>
    Stage.play(
      Effect.gen(function* () {
        yield* drivenBesideSilent
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* TestClock.adjust("5 seconds")
        const orders = (yield* Stage.orders).map(({ account, status }) => [account, status])
        expect(orders).toEqual([...(own === undefined ? [] : [own]), [Stage.account, "submitted"]])
      }),
      Stage.layer({}, { partsOf: (name) => (name === silent ? parts : {}) })
    )
  )

  test("holds up the orders of no other: to an order", () =>
    Effect.runPromise(Deferred.make<void>()).then((answering) =>
      Stage.play(
        Effect.gen(function* () {
          yield* drivenBesideSilent
          yield* Stage.submit(Stage.trade("t1", "1"))
          yield* TestClock.adjust("5 seconds")
          yield* Stage.submit(Stage.trade("t2", "1", "MSFT"))
          yield* TestClock.adjust("5 seconds")
          const statuses = yield* Stage.statuses
          // A daemon that ends waits for what has left.
          yield* Deferred.succeed(answering, undefined)
          expect(statuses).toEqual(["submitting", "submitted", "submitted"])
        }),
        Stage.layer({}, { partsOf: (name) => (name === silent ? answersAfter(Deferred.await(answering)) : {}) })
      )
    ))

  test.each([
    ["an open order", "order", 20],
    ["what is listed", "orders", 65],
    ["how the login stands", "login", 20]
  ] as const)("keeps no other's from being read in time: %s", (_, part, seconds) => {
    let isSilent = false
    const reads: Array<number> = []
    const { order, orders } = Stage.broker()
    const read = <A, E>(answer: Effect.Effect<A, E>) => Effect.suspend(() => (isSilent ? Effect.never : answer))
    const counted = <A, E>(answer: Effect.Effect<A, E>) =>
      Effect.zipRight(
        Effect.map(TestClock.currentTimeMillis, (nowMs) => reads.push(nowMs)),
        answer
      )
    const through = (way: typeof read): Partial<BrokerService> => ({
      order: (id) => way(order(id)),
      orders: (window) => way(orders(window)),
      login: way(Effect.succeed({ _tag: "Valid", until: Instant.fromMillis(86_400_000) } as const))
    })
    return Stage.play(
      Effect.gen(function* () {
        yield* drivenBesideSilent
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Stage.statuses, (all) => all.join() === "submitted,submitted")
        isSilent = true
        reads.push(yield* TestClock.currentTimeMillis)
        yield* TestClock.adjust("5 minutes")
        const times = [...reads, yield* TestClock.currentTimeMillis]
        const pauses = times.map((time, i) => time - (times[i - 1] ?? time))
        expect(Math.max(...pauses)).toBeLessThanOrEqual(seconds * 1_000)
      }),
      Stage.layer({}, { partsOf: (name) => ({ [part]: through(name === silent ? read : counted)[part] }) })
    )
  })
})

const unclear = Answer.Unknown({ why: "no answer", candidate: undefined })

/** An order of each of the two accounts works; no daemon runs. */
const workingBesideSilent = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.flatMap(Commands, (commands) => commands.setAccount(silent, defaultSettings, "test"))
  yield* Effect.zipRight(Stage.drivingOf(silent), Stage.driving)
  const accumulator = yield* Accumulator
  yield* accumulator.submitMany(silent, [Stage.trade("t1", "1")])
  yield* Stage.submit(Stage.trade("t1", "1"))
  yield* Effect.zipRight(
    confirmInstruments,
    submitPending(() => Effect.succeed(true))
  )
}).pipe(Effect.scoped)

describe("reading orders", () => {
  test("to follow the stream of an account reads its own orders, and waits for no other broker", () => {
    let asked = 0
    const order = () =>
      Effect.zipRight(
        Effect.sync(() => asked++),
        Effect.never
      )
    return Stage.play(
      Effect.gen(function* () {
        yield* workingBesideSilent
        const caughtUp = yield* Deferred.make<void>()
        yield* Effect.forkScoped(Sweep.follow(Stage.account, Effect.asVoid(Deferred.succeed(caughtUp, undefined))))
        yield* TestClock.adjust("1 second")
        expect([yield* Deferred.isDone(caughtUp), asked]).toEqual([true, 0])
      }),
      Stage.layer({ updates: Stream.never }, { partsOf: (name) => (name === silent ? { order } : {}) })
    )
  })

  test.each([
    ["works", {}, "submitted"],
    ["is in doubt", { prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, unclear))) }, "in_doubt"]
  ])(
    "to wait until nothing moves reads nothing of an account whose broker was not proven to be its own: one that %s",
    (_, sends, status) => {
      const asked: Array<string> = []
      const noted = (name: string) =>
        Effect.suspend(() => {
          asked.push(name)
          return Stage.notFound(false)
        })
      const partsOf = (name: AccountName): Partial<BrokerService> => ({
        ...(name === silent ? { ...sends, ...shows({ is: undefined }) } : {}),
        lookup: () => noted(name),
        order: () => noted(name)
      })
      return Stage.play(
        Effect.gen(function* () {
          yield* workingBesideSilent
          yield* Effect.forkScoped(Daemon.run())
          // A doubt has its break after a minute.
          yield* TestClock.adjust("61 seconds")
          const idle = yield* Effect.fork(Daemon.untilIdle)
          yield* Stage.until(Fiber.poll(idle), Option.isSome)
          expect(new Set(yield* Stage.statuses)).toEqual(new Set([status, "submitted"]))
          expect(new Set(asked)).toEqual(new Set([Stage.account]))
        }),
        Stage.layer({}, { partsOf })
      )
    }
  )
})

describe("the broker's own id of an account", () => {
  test("is written down when it is first driven; keys of another account are refused, named and masked", () =>
    withKeys((change) =>
      Effect.gen(function* () {
        yield* Stage.driving
        expect(yield* started).toEqual({ isOpen: true, refusal: undefined })
        expect(yield* started).toEqual({ isOpen: true, refusal: undefined })
        expect(yield* pinned).toBe("PA0000001234")
        yield* change
        const { isOpen, refusal } = yield* started
        expect(isOpen).toBe(false)
        expect(refusal).toBeInstanceOf(StartGate.OtherBrokerAccount)
        expect(refusal?.message).toMatch(/stage account \*{9}234, but the keys belong to \*{9}678: no orders are sent/)
        expect(yield* pinned).toBe("PA0000001234")
        expect((yield* Audit.run()).findings).toEqual([])
      })
    ))

  test("a daemon that finds another account ends with that error, and sends nothing", () =>
    withKeys((change) =>
      Effect.gen(function* () {
        yield* Effect.scoped(Effect.zipRight(Stage.driving, started))
        yield* change
        yield* Stage.submit(Stage.trade("t1", "1"))
        const ended = yield* Effect.flip(Effect.scoped(Daemon.run()))
        expect(ended._tag).toBe("OtherBrokerAccount")
        expect(yield* Stage.statuses).not.toContain("submitted")
      })
    ))

  test("a daemon that could not ask at its start ends with that error as soon as it can; it sends nothing and reads nothing", () => {
    const number: { is: string | undefined } = { is: "PA0000001234" }
    let asked = 0
    const listing = Effect.sync(() => {
      asked++
      return { complete: true, received: [] }
    })
    return Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.scoped(Effect.zipRight(Stage.driving, started))
        number.is = undefined
        asked = 0
        yield* Stage.submit(Stage.trade("t1", "1"))
        const daemon = yield* Effect.fork(Effect.scoped(Daemon.run()))
        yield* TestClock.adjust("5 minutes")
        expect(yield* Fiber.poll(daemon)).toEqual(Option.none())
        expect(asked).toBe(0)
        number.is = "PA0000005678"
        yield* TestClock.adjust("1 minute")
        const exit = Option.getOrElse(yield* Fiber.poll(daemon), () => Exit.void)
        expect(String(exit)).toContain("OtherBrokerAccount")
        expect(yield* Stage.statuses).toEqual(["pending"])
      }),
      Stage.layer({ ...shows(number), orders: () => listing, fills: () => listing, updates: Stream.never })
    )
  })

  test("a decision that would go to another account has failed, and says why", () =>
    withKeys((change) =>
      Effect.gen(function* () {
        yield* Stage.driving
        yield* started
        yield* change
        const decided = yield* Stage.executed()
        expect(decided.status).toBe("failed")
        expect(decided.reason).toContain("is pinned to stage account")
      }).pipe(Effect.provide(Decisions.layer))
    ))

  test("another broker, while none of its orders may have left, is another account", () =>
    withKeys(() =>
      Effect.gen(function* () {
        yield* Stage.driving
        yield* started
        const commands = yield* Commands
        const settings = yield* Reads.first(AccountTable, {})
        if (settings === undefined) throw new Error("no account")
        yield* commands.setAccount(Stage.account, { ...settings, broker: "other" }, "test")
        expect(yield* pinned).toBeUndefined()
      })
    ))
})
