import { Effect, Exit, Layer, Scope, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { layerAlwaysOpen } from "../../src/ports/Clock.ts"
import { layerSecure } from "../../src/ports/Entropy.ts"
import { StoreUnavailable, TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as TokenUses from "../../src/services/TokenUses.ts"
import * as Instant from "../../src/values/Instant.ts"

/** A store that counts the commits that it is asked for, and is away as long as it is said to be. */
const counted = (kept: TradeRepositoryService) => {
  const seen = { writes: 0, isAway: false }
  const repository: TradeRepositoryService = {
    ...kept,
    write: (asked, plan) => {
      seen.writes += 1
      return seen.isAway
        ? Effect.fail(new StoreUnavailable({ place: "memory", problem: "busy", detail: "in use", remedy: "Try again" }))
        : kept.write(asked, plan)
    }
  }
  return { repository, seen }
}

const play = <A, E>(
  run: (
    uses: TokenUses.TokenUsesService,
    seen: { readonly writes: number; isAway: boolean }
  ) => Effect.Effect<A, E, TradeRepository>
) => {
  const { repository, seen } = counted(MemoryRepository.make(MemoryStore.make()))
  const services = Layer.mergeAll(Layer.succeed(TradeRepository, repository), layerAlwaysOpen, layerSecure)
  return Effect.runPromise(
    Effect.scoped(Effect.flatMap(TokenUses.make, (uses) => Effect.zipRight(settled, run(uses, seen)))).pipe(
      Effect.provide(services),
      Effect.provide(TestContext.TestContext)
    )
  )
}

/** All that can be done at this moment of the clock is done. */
const settled = TestClock.adjust(0)

const shown = Effect.map(TokenUses.all, (uses) =>
  Object.fromEntries([...uses].map(([token, at]) => [token, Instant.format(at)]))
)

describe("when a token was last used", () => {
  it("is written to the minute, the first at once, then once a minute and token, however often it is used", () =>
    play((uses, seen) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.parse("2026-11-18T14:32:07.418Z"))
        expect(seen.writes).toBe(0)
        yield* uses.note("dana")
        yield* settled
        expect(yield* shown).toEqual({ dana: "2026-11-18T14:32:00.000000Z" })
        for (let call = 0; call < 50; call++) {
          yield* uses.note("dana")
          yield* uses.note("watch")
        }
        yield* settled
        expect(seen.writes).toBe(1)
        yield* TestClock.adjust("30 seconds")
        for (const token of ["dana", "watch"]) yield* uses.note(token)
        yield* TestClock.adjust("30 seconds")
        expect(yield* shown).toEqual({ dana: "2026-11-18T14:32:00.000000Z", watch: "2026-11-18T14:32:00.000000Z" })
        yield* uses.note("dana")
        yield* TestClock.adjust("1 minute")
        expect(yield* shown).toEqual({ dana: "2026-11-18T14:33:00.000000Z", watch: "2026-11-18T14:32:00.000000Z" })
        expect(seen.writes).toBe(3)
        yield* TestClock.adjust("1 hour")
        expect(seen.writes).toBe(3)
      })
    ))

  it("is noted without waiting for the store, and written once that answers again", () =>
    play((uses, seen) =>
      Effect.gen(function* () {
        seen.isAway = true
        yield* uses.note("dana")
        yield* settled
        expect(yield* shown).toEqual({})
        seen.isAway = false
        yield* TestClock.adjust("1 minute")
        expect(yield* shown).toEqual({ dana: "1970-01-01T00:00:00.000000Z" })
      })
    ))

  it("of many tokens is written a few hundred a commit", () =>
    play((uses, seen) =>
      Effect.gen(function* () {
        yield* uses.note("first")
        yield* settled
        for (let token = 0; token < 450; token++) yield* uses.note(`t${token}`)
        yield* TestClock.adjust("1 minute")
        expect(Object.keys(yield* shown)).toHaveLength(451)
        expect(seen.writes).toBe(4)
      })
    ))

  it("ends with its program without a write, and a later one on record stays", () =>
    play((_, seen) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const other = yield* Scope.extend(TokenUses.make, scope)
        yield* TestClock.setTime(Date.parse("2026-11-18T14:32:07Z"))
        yield* other.note("dana")
        yield* settled
        yield* TestClock.adjust("20 seconds")
        yield* other.note("watch")
        const before = seen.writes
        yield* Scope.close(scope, Exit.void)
        expect([seen.writes - before, yield* shown]).toEqual([0, { dana: "2026-11-18T14:32:00.000000Z" }])
        yield* TestClock.setTime(Date.parse("2026-11-18T14:00:00Z"))
        yield* Effect.scoped(
          Effect.flatMap(TokenUses.make, (uses) => Effect.zipRight(uses.note("dana"), Effect.asVoid(settled)))
        )
        expect(seen.writes).toBe(before + 1)
        expect(yield* shown).toEqual({ dana: "2026-11-18T14:32:00.000000Z" })
      }).pipe(Effect.provide(Layer.merge(layerAlwaysOpen, layerSecure)))
    ))
})
