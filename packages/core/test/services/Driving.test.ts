import { Effect, Exit, Fiber, Option, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { Ledger } from "../../src/ledger/Ledger.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { AttemptTable } from "../../src/records/Attempt.ts"
import type { CancelAnswer } from "../../src/ports/Broker.ts"
import { StoreUnavailable, TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import { Answer, type Answered } from "../../src/records/Report.ts"
import * as Cancels from "../../src/services/Cancels.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import { Health } from "../../src/services/Health.ts"
import { brokerToDrive } from "../../src/services/drive.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Booking from "../../src/services/Booking.ts"
import * as Stage from "./Stage.ts"

const another = { host: "elsewhere", pid: 2 }

/** Another process takes the account's lease, as it may once ours was not renewed. */
const takenOver = (store: MemoryStore.Copyable) =>
  Effect.sync(() => {
    const session = store.leases.open(another)
    return store.leases.take(session, Stage.account, 60 * 60_000)
  })

/** The account with its instrument confirmed, one order planned, and the daemon that did it gone. */
const planned = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit(Stage.trade("t0", "0.5"))
      yield* TestClock.adjust("5 seconds")
    })
  )
  yield* Stage.submit(Stage.trade("t1", "0.5"))
})

const passOf = Submission.submitPending(() => Effect.succeed(true))

const entries = Effect.flatMap(TradeRepository, (repository) => Effect.map(repository.heads, (heads) => [...heads]))

/** A repository of which nothing can be had while it is gone, but the right to drive, which was taken before. */
const goneWhile = (memory: TradeRepositoryService, failure: () => StoreUnavailable | undefined) => {
  const unlessGone = <A, E, R>(wanted: Effect.Effect<A, E, R>) =>
    Effect.suspend((): Effect.Effect<A, E | StoreUnavailable, R> => failure() ?? wanted)
  const repository: TradeRepositoryService = {
    ...memory,
    page: (query) => unlessGone(memory.page(query)),
    heads: unlessGone(memory.heads),
    write: (scope, plan) => unlessGone(memory.write(scope, plan))
  }
  return repository
}

const unavailable = (problem: StoreUnavailable["problem"]) =>
  new StoreUnavailable({ place: "test", problem, detail: "it cannot be reached", remedy: "wait" })

/** A broker that takes every order, and how often it was sent one. */
const countingSends = () => {
  let sent = 0
  const send = (id: Answered["attemptId"]) =>
    Effect.sync(() => {
      sent += 1
      return Stage.answered(id, Answer.Accepted({ brokerOrderId: Stage.theirId }))
    })
  return { parts: { prepare: () => Stage.prepared(send) }, sent: () => sent }
}

describe("a store that cannot be used while a daemon starts", () => {
  it("ACC-7: is told by health; the daemon goes on by itself when it is back, and sends", async () => {
    const { parts: broker, sent } = countingSends()
    let failure: StoreUnavailable | undefined
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        failure = unavailable("io")
        const daemon = yield* Effect.fork(Daemon.run())
        yield* TestClock.adjust("5 minutes")
        expect(Option.isNone(yield* Fiber.poll(daemon))).toBe(true)
        const parts = yield* Effect.flatMap(Health, ({ all }) => all)
        expect(parts.find(({ part }) => part === "start")).toMatchObject({
          isWell: false,
          detail: expect.stringContaining("it cannot be reached")
        })
        failure = undefined
        yield* TestClock.adjust("1 minute")
        expect(sent()).toBe(1)
        const after = yield* Effect.flatMap(Health, ({ all }) => all)
        expect(after.find(({ part }) => part === "start")).toMatchObject({ isWell: true })
        yield* Fiber.interrupt(daemon)
      }),
      Stage.layer(broker, { repository: goneWhile(MemoryRepository.make(MemoryStore.make()), () => failure) })
    )
  })

  it("one that drives no more ends the daemon, which is told why", async () => {
    let failure: StoreUnavailable | undefined
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        failure = unavailable("not_active")
        expect(yield* Effect.flip(Daemon.run())).toMatchObject({ _tag: "StoreUnavailable", problem: "not_active" })
      }),
      Stage.layer({}, { repository: goneWhile(MemoryRepository.make(MemoryStore.make()), () => failure) })
    )
  })
})

describe("a holder whose lease went to another", () => {
  it("a daemon that finds another in its place ends, and has written and sent nothing since", async () => {
    const store = MemoryStore.make()
    const { parts, sent } = countingSends()
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const daemon = yield* Effect.fork(Daemon.run())
        yield* Stage.submit(Stage.trade("t0", "0.5"))
        yield* TestClock.adjust("5 seconds")
        yield* takenOver(store)
        yield* Stage.submit(Stage.trade("t1", "0.5"))
        const before = yield* entries
        yield* TestClock.adjust("1 minute")
        const exit = yield* Fiber.await(daemon)
        expect(Exit.isFailure(exit) && String(exit.cause)).toContain("account paper is in use by another process now")
        expect(sent()).toBe(0)
        expect(yield* entries).toEqual(before)
      }),
      Stage.layer(parts, { repository: MemoryRepository.make(store) })
    )
  })

  it("what is grouped with a commit that is refused, and needs no lease, is kept", async () => {
    const store = MemoryStore.make()
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* Stage.driving
        yield* takenOver(store)
        const ledger = yield* Ledger
        const order = yield* Effect.head(Stage.orders)
        const report = Booking.reportMember({ report: Stage.seen(order), payload: undefined })
        const [booked, taken] = yield* Effect.all(
          [Effect.flip(ledger.submit("report", report)), Stage.submit(Stage.trade("t2", "0.1"))],
          { concurrency: "unbounded" }
        )
        expect(booked._tag).toBe("Fenced")
        expect(taken.map(({ _tag }) => _tag)).toEqual(["Accepted"])
        expect(yield* Stage.statuses).toEqual(["pending"])
      }),
      Stage.layer({}, { repository: MemoryRepository.make(store) })
    )
  })

  it.each([
    ["1999 millis", ["accepted"]],
    ["2000 millis", ["not_accepted"]]
  ] as const)("rule 2: a lease of 4 s whose commit took %s: its attempt is %s", async (took, expected) => {
    let isSlow = false
    const memory = MemoryRepository.make(MemoryStore.make())
    const slow: TradeRepositoryService = {
      ...memory,
      leases: { ...memory.leases, durationMs: 4000 },
      write: (scope, plan) => Effect.zipLeft(memory.write(scope, plan), isSlow ? Effect.sleep(took) : Effect.void)
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* Stage.driving
        isSlow = true
        const pass = yield* Effect.fork(passOf)
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(pass)
        expect((yield* Reads.all(AttemptTable)).map(({ outcome }) => outcome)).toEqual(expected)
      }),
      Stage.layer({}, { repository: slow })
    )
  })

  it("rule 2: an attempt whose lease was lost as it was committed does not leave; it stays without an answer", async () => {
    let onAttempt: Effect.Effect<void> = Effect.void
    let sent = 0
    const send = () =>
      Effect.zipRight(
        Effect.sync(() => sent++),
        Effect.dieMessage("it was sent")
      )
    const memory = MemoryRepository.make(MemoryStore.make())
    const losing: TradeRepositoryService = {
      ...memory,
      write: (scope, plan) => Effect.zipLeft(memory.write(scope, plan), onAttempt)
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* Stage.driving
        // What the broker takes is on record: the next commit is the attempt's.
        yield* brokerToDrive(Stage.account)
        const { leases } = yield* Ledger
        onAttempt = leases.lose(new Map([[Stage.account, leases.of(Stage.account)?.token ?? 0]]))
        yield* passOf
        expect(yield* Stage.statuses).toEqual(["submitting"])
        expect(sent).toBe(0)
      }),
      Stage.layer({ prepare: () => Stage.prepared(send) }, { repository: losing })
    )
  })

  it("no cancel leaves without a lease that was confirmed less than half of its time ago", async () => {
    let asked = 0
    const cancel = () =>
      Effect.sync((): CancelAnswer => {
        asked += 1
        return { _tag: "Requested" }
      })
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* Stage.driving
        yield* passOf
        const order = yield* Effect.head(Stage.orders)
        const commands = yield* Commands
        const command = { _tag: "Cancel", orderId: order.id } as const
        yield* commands.perform({ id: "c", account: Stage.account, actor: "test", reason: "test", command })
        const { leases } = yield* Ledger
        const lease = leases.of(Stage.account)
        const session = new Map([[Stage.account, lease?.token ?? 0]])
        yield* leases.prove(session, 0)
        yield* Cancels.requestCancels()
        yield* leases.lose(session)
        yield* Cancels.requestCancels()
        expect(asked).toBe(0)
        yield* leases.hold(Stage.account, { token: lease?.token ?? 0, provenMs: 1 })
        yield* Cancels.requestCancels()
        expect(asked).toBe(1)
      }),
      Stage.layer({ cancel })
    )
  })
})

describe("a lease that is taken", () => {
  it("what an older holder left without an answer is in doubt from then on", async () => {
    const store = MemoryStore.make()
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* Stage.driving
        yield* Effect.forkDaemon(passOf)
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitting")
      }),
      Stage.layer({ prepare: () => Stage.prepared(() => Effect.never) }, { repository: MemoryRepository.make(store) })
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.until(Stage.statuses, ([status]) => status === "in_doubt")
        const [attempt] = yield* Reads.all(AttemptTable)
        expect(attempt?.outcome).toBe("unknown")
      }),
      Stage.layer({}, { repository: MemoryRepository.make(store.copy()) })
    )
  })

  it("a second daemon is refused while the first lives, and told who it is", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run(undefined, { host: "desk", pid: 7 }))
        yield* TestClock.adjust("3 seconds")
        const refused = yield* Effect.flip(Daemon.run())
        expect(refused.message).toContain("in use by process 7 on desk for 3 s")
      })
    ))

  it("an account that is opened while a daemon runs is driven by it", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Daemon.run())
        yield* TestClock.adjust("3 seconds")
        yield* Stage.opened()
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitted")
        expect(yield* Stage.statuses).toEqual(["submitted"])
      })
    ))
})
