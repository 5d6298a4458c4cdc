import { Deferred, Effect, Either, Fiber, FiberId, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import * as Broker from "../../src/ports/Broker.ts"
import { AccountTable } from "../../src/records/Account.ts"
import { Ticker } from "../../src/records/Ticker.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { AttemptTable } from "../../src/records/Attempt.ts"
import { StoreUnavailable, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import { Answer, type Answered } from "../../src/records/Report.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Reads from "../../src/services/Reads.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Stage from "./Stage.ts"

const busy = new StoreUnavailable({ place: "test", problem: "busy", detail: "locked", remedy: "wait" })

const on = (repository: TradeRepositoryService, parts: Partial<Broker.BrokerService> = {}) =>
  Stage.layer(parts, { repository })

/** The account with its instrument confirmed, and one order of one share planned. */
const planned = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.forkScoped(Daemon.run())
      yield* Stage.submit(Stage.trade("t0", "0.5"))
      yield* TestClock.adjust("5 seconds")
    })
  )
  yield* Stage.driving
  yield* Stage.submit(Stage.trade("t1", "0.5"))
  expect(yield* Stage.statuses).toEqual(["pending"])
})

const outcomes = Effect.map(Reads.all(AttemptTable), (all) => all.map(({ outcome }) => outcome))

const submittedOnce = Submission.submitPending(() => Effect.succeed(true))

/** Passes of submission in the background, with time going by. */
const submitted = Effect.gen(function* () {
  const pass = yield* Effect.fork(submittedOnce)
  yield* TestClock.adjust("3 minutes")
  yield* Fiber.join(pass)
})

describe("a send whose answer does not come as the port says", () => {
  const sends: ReadonlyArray<readonly [string, Effect.Effect<never>]> = [
    ["dies", Effect.dieMessage("the adapter fell over its own feet")],
    ["never answers", Effect.never],
    ["never answers and cannot be interrupted", Effect.uninterruptible(Effect.never)]
  ]
  it.each(sends)("a send that %s is unknown, and its order in doubt", (_, send) =>
    Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* submitted
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
        expect(yield* outcomes).toEqual(["unknown"])
      }),
      Stage.layer({ prepare: () => Stage.prepared(() => send) })
    )
  )
})

describe("a store that is busy for a while", () => {
  it("rule 3: an answer is committed once the store takes it again; it is never lost", async () => {
    const kept = MemoryRepository.make(MemoryStore.make())
    let refusals = 0
    const repository: TradeRepositoryService = {
      ...kept,
      write: (scope, plan) => {
        const isAnswer = scope.needs.some((need) => need._tag === "AttemptById")
        return isAnswer && refusals++ < 3 ? Effect.fail(busy) : kept.write(scope, plan)
      }
    }
    const parts = {
      prepare: () =>
        Stage.prepared((id) =>
          Effect.succeed(Stage.answered(id, Answer.Refused({ code: "no", words: "no", class: "final" })))
        )
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* submitted
        expect(yield* outcomes).toEqual(["rejected"])
        expect(refusals).toBe(4)
      }),
      on(repository, parts)
    )
  })

  it("rule 2: a commit that was long in coming back sends nothing", async () => {
    const kept = MemoryRepository.make(MemoryStore.make())
    let sent = 0
    const repository: TradeRepositoryService = {
      ...kept,
      write: (scope, plan) =>
        Effect.tap(kept.write(scope, plan), () =>
          scope.needs.some((need) => need._tag === "OrderById") ? Effect.sleep("6 seconds") : Effect.void
        )
    }
    const parts = {
      prepare: () =>
        Stage.prepared((id) =>
          Effect.sync(() => {
            sent++
            return Stage.answered(id, Answer.Accepted({ brokerOrderId: Stage.theirId }))
          })
        )
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* submitted
        expect(sent).toBe(0)
        expect(yield* Stage.statuses).toEqual(["pending"])
        expect(yield* outcomes).toEqual(["not_accepted"])
      }),
      on(repository, parts)
    )
  })
})

const refusing = () => Either.left(new Broker.Refusal({ code: "no", words: "not today" }))

describe("an order that the adapter cannot prepare", () => {
  it("ends unsent while it is a plan", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* submitted
        expect(yield* Stage.statuses).toEqual(["failed"])
      }),
      Stage.layer({ prepare: refusing })
    ))

  it("stays in doubt once an attempt has left, whatever can be prepared later", async () => {
    let prepares = 0
    const parts: Partial<Broker.BrokerService> = {
      prepare: () => (prepares++ === 0 ? Stage.prepared(() => Effect.dieMessage("gone")) : refusing())
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* submitted
        yield* Submission.sendOrder(yield* Effect.head(Stage.orders))
        expect(yield* Stage.statuses).toEqual(["in_doubt"])
      }),
      Stage.layer(parts)
    )
  })
})

const accepts = (id: Answered["attemptId"]) =>
  Effect.succeed(Stage.answered(id, Answer.Accepted({ brokerOrderId: Stage.theirId })))

describe("a program that is told to end", () => {
  it("FILL-4: waits for the answer of a send that is on its way, and commits it", async () => {
    let begun = false
    const slow = (id: Answered["attemptId"]) =>
      Effect.suspend(() => {
        begun = true
        const answer = Stage.answered(id, Answer.Accepted({ brokerOrderId: Stage.theirId }))
        return Effect.delay(Effect.succeed(answer), "3 seconds")
      })
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const daemon = yield* Effect.fork(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(
          Effect.sync(() => begun),
          (isBegun) => isBegun
        )
        const ending = yield* Effect.fork(Fiber.interrupt(daemon))
        yield* TestClock.adjust("5 seconds")
        yield* Fiber.join(ending)
        expect(yield* outcomes).toEqual(["accepted"])
        expect(yield* Stage.statuses).toEqual(["submitted"])
      }),
      Stage.layer({ prepare: () => Stage.prepared(slow) })
    )
  })

  const sendOne = Effect.flatMap(Effect.head(Stage.orders), Submission.sendOrder)
  const senders: ReadonlyArray<readonly [string, typeof submittedOnce | typeof sendOne]> = [
    ["of all that is planned", submittedOnce],
    ["of one order", sendOne]
  ]
  it.each(senders)("FILL-4: a send %s whose attempt is being committed leaves, and is answered", async (_, sender) => {
    const kept = MemoryRepository.make(MemoryStore.make())
    const [committed, goOn] = [Deferred.unsafeMake<void>(FiberId.none), Deferred.unsafeMake<void>(FiberId.none)]
    let isSending = false
    const repository: TradeRepositoryService = {
      ...kept,
      write: (scope, plan) =>
        Effect.tap(kept.write(scope, plan), () =>
          isSending ? Effect.zipRight(Deferred.succeed(committed, undefined), Deferred.await(goOn)) : Effect.void
        )
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        isSending = true
        const sending = yield* Effect.fork(sender)
        yield* Deferred.await(committed)
        expect(yield* Stage.statuses).toEqual(["submitting"])
        const ending = yield* Effect.fork(Fiber.interrupt(sending))
        yield* TestClock.adjust("1 second")
        yield* Deferred.succeed(goOn, undefined)
        yield* Fiber.join(ending)
        expect(yield* outcomes).toEqual(["accepted"])
        expect(yield* Stage.statuses).toEqual(["submitted"])
      }),
      on(repository, { prepare: () => Stage.prepared(accepts) })
    )
  })
})

describe("what a process that ended has left", () => {
  it("REL 6: an attempt without an answer is unknown after the next start, also where a fill came first", async () => {
    const repository = MemoryRepository.make(MemoryStore.make())
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* Effect.forkDaemon(Submission.submitPending(() => Effect.succeed(true)))
        yield* Stage.until(Stage.statuses, ([status]) => status === "submitting")
        const order = yield* Effect.head(Stage.orders)
        yield* Stage.book({ ...Stage.seen(order), cumulative: order.quantity, executionsRead: true })
        expect(yield* Stage.statuses).toEqual(["filled"])
        expect(yield* outcomes).toEqual([undefined])
      }),
      on(repository, { prepare: () => Stage.prepared(() => Effect.never) })
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.until(outcomes, ([outcome]) => outcome !== undefined)
        expect(yield* outcomes).toEqual(["unknown"])
        expect(yield* Stage.statuses).toEqual(["filled"])
      }),
      on(repository)
    )
  })
})

/** As if the account had been read before another process said by which ticker the market knows its instrument. */
const readBefore = (ticker: string) =>
  Effect.gen(function* () {
    const { accounts } = yield* Ledger
    const [settings] = yield* Reads.all(AccountTable)
    if (settings === undefined) throw new Error("there is no account")
    const symbols = [{ instrument: Ticker.make("AAPL"), ticker: Ticker.make(ticker), since: Instant.make(0n) }]
    accounts.keep({ ...settings, symbols, version: settings.version - 1 })
  })

const sendings = [
  ["an order that is sent", Effect.flatMap(Stage.orders, (orders) => Effect.forEach(orders, Submission.sendOrder))],
  ["a pass", Submission.submitPending(() => Effect.succeed(true))]
] as const

describe("before anything is sent", () => {
  it.each(sendings)("P9: %s goes by the account as it is in the commit of its attempt", (_, send) => {
    const sent: Array<string> = []
    const accepted = Answer.Accepted({ brokerOrderId: Stage.theirId })
    return Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* readBefore("OLD")
        yield* send
        expect(sent).toEqual(["AAPL"])
        expect(yield* Stage.statuses).toEqual(["submitted"])
        expect(yield* outcomes).toEqual(["accepted"])
      }),
      Stage.layer({
        prepare: ({ symbol }) =>
          Stage.prepared((id) =>
            Effect.sync(() => {
              sent.push(symbol)
              return Stage.answered(id, accepted)
            })
          )
      })
    )
  })

  it("nothing is sent for an account whose broker could not be read yet, and it is sent once it could", () => {
    let isThere = false
    const listing = Effect.suspend(() =>
      isThere
        ? Effect.succeed({ complete: true, received: [] })
        : new Broker.BrokerReadFailed({ operation: "orders", kind: "network", detail: "no route" })
    )
    return Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Effect.forkScoped(Daemon.run())
        yield* Stage.submit(Stage.trade("t1", "1"))
        yield* Stage.until(Stage.statuses, (all) => all[0] === "pending")
        yield* TestClock.adjust("20 seconds")
        expect(yield* Stage.statuses).toEqual(["pending"])
        isThere = true
        yield* Stage.until(Stage.statuses, (all) => all[0] === "submitted")
      }),
      Stage.layer({ orders: () => listing })
    )
  })

  it("F1: that the broker took an order is booked also when the answer comes after it was given up", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* submitted
        const [attempt] = yield* Reads.all(AttemptTable, { where: [{ column: "outcome", in: ["unknown"] }] })
        if (attempt === undefined) throw new Error("there is no unknown attempt")
        const late = Stage.answered(attempt.id, Answer.Accepted({ brokerOrderId: Stage.theirId }))
        yield* Stage.book(late.report)
        expect(yield* Stage.statuses).toEqual(["submitted"])
        expect(yield* outcomes).toEqual(["accepted"])
        const again = Stage.answered(attempt.id, Answer.Refused({ code: "no", words: "no", class: "final" }))
        yield* Stage.book(again.report)
        expect(yield* Stage.statuses).toEqual(["submitted"])
      }),
      Stage.layer({ prepare: () => Stage.prepared(() => Effect.never) })
    ))
})

describe("an account that is given another broker while the program runs", () => {
  it("has nothing sent to the one that it had", async () => {
    let sent = 0
    const parts = {
      knownAs: "paper",
      prepare: () =>
        Stage.prepared((id) => {
          sent += 1
          return Effect.succeed(Stage.answered(id, Answer.Accepted({ brokerOrderId: Stage.theirId })))
        })
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* planned
        yield* Stage.opened({ broker: "other" })
        yield* submitted
        expect(sent).toBe(0)
        expect(yield* Stage.statuses).toEqual(["pending"])
      }),
      Stage.layer(parts)
    )
  })
})
