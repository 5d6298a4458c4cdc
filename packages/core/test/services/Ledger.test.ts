import { Clock as EffectClock, Deferred, Effect, Either, Fiber, Layer, TestClock } from "effect"
import { describe, expect, it } from "vitest"
import { Need } from "../../src/books/Need.ts"
import * as Ledger from "../../src/ledger/Ledger.ts"
import type { Member } from "../../src/ledger/plan.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { PriceReference } from "../../src/ports/PriceReference.ts"
import * as Clock from "../../src/ports/Clock.ts"
import * as Entropy from "../../src/ports/Entropy.ts"
import { ConstraintRefused, TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as Stage from "./Stage.ts"

const times = Effect.gen(function* () {
  const repository = yield* TradeRepository
  const entries = yield* repository.entries({ account: Stage.account, afterSeq: 0, entity: undefined, limit: 1000 })
  return entries.map(({ at }) => at)
})

const on = (repository: TradeRepositoryService) => Stage.layer({}, { repository })

/** A repository that tells of the members of every write, each of which has one need. */
const counting = (sizes: Array<number>, parts: Partial<TradeRepositoryService> = {}): TradeRepositoryService => {
  const repository = MemoryRepository.make(MemoryStore.make())
  return {
    ...repository,
    ...parts,
    write: (scope, plan) => {
      sizes.push(scope.needs.length)
      return repository.write(scope, plan)
    }
  }
}

const asking = (symbol: string): Member<string> => ({
  account: Stage.account,
  cause: { kind: "timer", actor: "test" },
  needs: [Need.Position({ account: Stage.account, symbol })],
  apply: () => symbol
})

/** Does some work, so that members hold the thread for a while. */
const holdThread = (n: number): number => {
  let text = String(n)
  for (let round = 0; round < 1000; round++) text = String(text.length * 7919 + round)
  return Number(text)
}

/** A ledger on a clock that only members move on: each takes so long to plan, and so long to write. */
const paced = (parts: Partial<TradeRepositoryService>, memberNanos: bigint, writingNanos = 0n) =>
  Effect.gen(function* () {
    const sizes: Array<number> = []
    const slices: Array<bigint> = []
    let nanos = 0n
    const slow = (): Member<string> => ({
      ...asking("AAPL"),
      apply: () => {
        nanos += memberNanos
        return "planned"
      }
    })
    const repository = counting(sizes, parts)
    const slicing: TradeRepositoryService = {
      ...repository,
      write: (scope, plan) =>
        Effect.tap(
          repository.write(scope, (state) => {
            const since = nanos
            const planned = plan(state)
            slices.push(nanos - since)
            return planned
          }),
          () => (nanos += BigInt(scope.needs.length) * writingNanos)
        )
    }
    const clock = Object.assign(EffectClock.make(), { unsafeCurrentTimeNanos: () => nanos })
    const ledger = yield* Effect.withClock(Ledger.make(), clock).pipe(
      Effect.provide(Layer.mergeAll(Layer.succeed(TradeRepository, slicing), Clock.layerAlwaysOpen)),
      Effect.provide(Entropy.layerFixed("00"))
    )
    const answers = yield* ledger.submitAll("command", Array.from({ length: 2500 }, slow))
    expect(answers).toEqual(Array.from({ length: 2500 }, () => "planned"))
    return { sizes, longestMs: Math.max(...slices.map(Number)) / 1_000_000 }
  }).pipe(Effect.scoped, Effect.runPromise)

describe("the ledger's clock", () => {
  it("stands still at the journal's head where a later process finds the clock behind it", async () => {
    const repository = MemoryRepository.make(MemoryStore.make())
    await Stage.play(
      Effect.gen(function* () {
        yield* TestClock.adjust("1 hour")
        yield* Stage.opened()
        yield* Stage.submit(Stage.trade("t1", "0.3"))
      }),
      on(repository)
    )
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.submit(Stage.trade("t2", "0.3"))
        const all = yield* times
        expect(all).toEqual(all.toSorted((a, b) => a - b))
        expect(all.at(-1)).toBe(3_600_000_000)
      }),
      on(repository)
    )
  })
})

describe("what is submitted to the ledger", () => {
  it("a defect of the store on one commit fails that one, and none that was grouped with it", async () => {
    const repository = MemoryRepository.make(MemoryStore.make())
    const hurt: TradeRepositoryService = {
      ...repository,
      write: (scope, plan) =>
        scope.needs.some((need) => need._tag === "Position" && need.symbol === "BAD")
          ? Effect.dieMessage("the store stumbles")
          : repository.write(scope, plan)
    }
    await Stage.play(
      Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const both = yield* Effect.all(
          ["BAD", "GOOD"].map((symbol) => Effect.either(ledger.submit("command", asking(symbol)))),
          { concurrency: "unbounded" }
        )
        expect(both.map(({ _tag }) => _tag)).toEqual(["Left", "Right"])
      }),
      on(hurt)
    )
  })

  it("one that the store refuses fails alone: the others of its job and its group are kept, in their order", async () => {
    const repository = MemoryRepository.make(MemoryStore.make())
    const refusal = new ConstraintRefused({ table: "trades", constraint: "bad" })
    let writes = 0
    const refusing: TradeRepositoryService = {
      ...repository,
      write: (scope, plan) => {
        writes++
        return scope.needs.some((need) => need._tag === "Position" && need.symbol === "BAD")
          ? Effect.fail(refusal)
          : repository.write(scope, plan)
      }
    }
    await Stage.play(
      Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const symbols = Array.from({ length: 100 }, (_, i) => (i === 42 ? "BAD" : `SYM${i}`))
        const answers = yield* ledger.submitEach("command", symbols.map(asking))
        expect(answers.map((answer) => (Either.isRight(answer) ? answer.right : answer.left._tag))).toEqual(
          symbols.map((symbol) => (symbol === "BAD" ? "ConstraintRefused" : symbol))
        )
        expect(writes).toBeLessThan(20)
        expect((yield* Effect.flip(ledger.submitAll("command", symbols.map(asking))))._tag).toBe("ConstraintRefused")
      }),
      on(refusing)
    )
  })

  it("what many callers submit while the writer is busy shares one commit", async () => {
    const sizes: Array<number> = []
    await Stage.play(
      Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const callers = Array.from({ length: 3000 }, (_, i) => ledger.submit("intake", asking(`SYM${i}`)))
        expect(yield* Effect.all(callers, { concurrency: "unbounded" })).toHaveLength(3000)
        expect(sizes).toEqual([1000, 1000, 1000])
      }),
      on(counting(sizes))
    )
  })

  it("a group holds the thread for 15 ms where this thread writes, and is planned in one go", async () => {
    const { longestMs, sizes } = await paced({}, 100_000n)
    expect(sizes.slice(0, 2)).toEqual([1000, 64])
    expect(longestMs).toBe(100)
  })

  it("where another process writes a group is planned in slices of 6 ms, ten times as long altogether", async () => {
    const { longestMs, sizes } = await paced({ writesElsewhere: true }, 500_000n)
    expect(sizes.slice(0, 2)).toEqual([1000, 300])
    expect(longestMs).toBe(6.5)
  })

  it("where another process writes a group takes half a second altogether, where this one does the disk counts for nothing", async () => {
    const elsewhere = await paced({ writesElsewhere: true }, 10_000n, 1_990_000n)
    expect(elsewhere.sizes.slice(0, 2)).toEqual([1000, 250])
    const here = await paced({}, 10_000n, 1_990_000n)
    expect(here.sizes.slice(0, 2)).toEqual([1000, 405])
  })

  it("what a broker says of its hours while a group is planned counts for the next one", () => {
    const store = MemoryRepository.make(MemoryStore.make())
    const clock = Effect.runSync(Effect.provide(Clock.Clock, Clock.layerAlwaysOpen))
    const never = { source: "test", horizon: undefined, isOpenAt: () => false, nextOpeningAfter: () => undefined }
    const closed = clock.learn(Stage.account, never)
    const learning: TradeRepositoryService = {
      ...store,
      writesElsewhere: true,
      write: (scope, plan) =>
        store.write(scope, (state) => {
          const planned = plan(state)
          if (planned._tag === "Pause") Effect.runSync(closed)
          return planned
        })
    }
    let nanos = 0n
    const open = (): Member<boolean> => ({
      ...asking("AAPL"),
      apply: ({ world }) => {
        nanos += 5_000_000n
        return world.isSessionOpen(Stage.account)
      }
    })
    return Effect.gen(function* () {
      const ticking = Object.assign(EffectClock.make(), { unsafeCurrentTimeNanos: () => nanos })
      const ledger = yield* Effect.withClock(Ledger.make(), ticking)
      expect(yield* ledger.submitAll("command", Array.from({ length: 8 }, open))).toEqual(Array(8).fill(true))
      expect(yield* ledger.submit("command", open())).toBe(false)
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.mergeAll(Layer.succeed(TradeRepository, learning), Layer.succeed(Clock.Clock, clock))),
      Effect.provide(Entropy.layerFixed("00")),
      Effect.runPromise
    )
  })

  it("a writer that always has work lets timers and sockets have their turn between its groups", () => {
    let groups = 0
    const store = MemoryRepository.make(MemoryStore.make())
    const counting: TradeRepositoryService = {
      ...store,
      write: (scope, plan) => Effect.tap(store.write(scope, plan), () => Effect.sync(() => groups++))
    }
    const busy = { account: Stage.account, cause: { kind: "timer", actor: "test" }, needs: [] } as const
    return Effect.gen(function* () {
      const ledger = yield* Ledger.Ledger
      const seenBy: Array<number> = []
      const timer = Effect.sync(() => seenBy.push(groups)).pipe(Effect.delay("1 millis"), Effect.forever)
      yield* Effect.forkScoped(timer)
      const members = Array.from({ length: 4000 }, (_, i): Member<number> => ({ ...busy, apply: () => holdThread(i) }))
      yield* ledger.submitAll("command", members)
      const between = seenBy.filter((seen) => seen > 0 && seen < groups)
      expect(between.length).toBeGreaterThan(0)
    }).pipe(
      Effect.scoped,
      Effect.provide(Ledger.layer),
      Effect.provide(
        Layer.mergeAll(Layer.succeed(TradeRepository, counting), Clock.layerAlwaysOpen, Entropy.layerFixed("00"))
      ),
      Effect.runPromise
    )
  })

  it("is refused once the ledger is closed, and never left waiting", () =>
    Stage.play(
      Effect.gen(function* () {
        const kept = yield* Deferred.make<Ledger.LedgerService>()
        const repository = yield* TradeRepository
        const closed = Effect.flatMap(Ledger.Ledger, (ledger) => Deferred.succeed(kept, ledger)).pipe(
          Effect.provide(Layer.fresh(Ledger.layer)),
          Effect.provideService(TradeRepository, repository)
        )
        yield* closed
        const ledger = yield* Deferred.await(kept)
        const answer = yield* Effect.either(ledger.submit("command", asking("GOOD")))
        expect(answer._tag).toBe("Left")
      })
    ))
})

describe("a program's source of prices", () => {
  const sources: ReadonlyArray<readonly [string, Effect.Effect<never>]> = [
    ["never answers and cannot be interrupted", Effect.uninterruptible(Effect.never)],
    ["dies", Effect.dieMessage("no prices today")]
  ]
  it.each(sources)("D3: one that %s is one without a price; the ledger goes on", async (_, price) => {
    const prices = Layer.succeed(PriceReference, { of: () => price })
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const taken = yield* Effect.fork(Stage.submit(Stage.trade("t1", "0.3")))
        yield* TestClock.adjust("1 second")
        const results = yield* Fiber.join(taken)
        expect(results.map(({ _tag }) => _tag)).toEqual(["Accepted"])
      }),
      Stage.layer({}, { prices })
    )
  })
})

describe("whoever watches the ledger", () => {
  it("is told of the commits that touched what he names, and of no other, until his scope closes", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        const ledger = yield* Ledger.Ledger
        const told: Array<string> = []
        yield* ledger.watch(["LotsNetted"], () => void told.push("kind"))
        yield* ledger.watch(["allocations", "ops_marks"], () => void told.push("table"))
        yield* ledger.watch(undefined, () => void told.push("any"))
        yield* Effect.scoped(ledger.watch(undefined, () => void told.push("closed")))
        yield* Stage.submit(Stage.trade("t1", "0.3"))
        expect(told.splice(0)).toEqual(["any"])
        yield* Stage.submit({ ...Stage.trade("t2", "0.1"), side: "sell" })
        expect(told).toEqual(["kind", "table", "any"])
        yield* ledger.submit("command", asking("AAPL"))
        expect(told).toHaveLength(3)
      }),
      Stage.layer()
    ))
})
