import { Clock, Duration, Effect } from "effect"
import { describe, expect, it } from "vitest"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as Account from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import * as AsOf from "../../src/services/AsOf.ts"
import * as Audit from "../../src/services/Audit.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Reads from "../../src/services/Reads.ts"
import { TradeTable } from "../../src/records/Trade.ts"
import * as Stage from "./Stage.ts"

const TRADES = 1_000

/** At most so many entries and rows are worked on before others have their turn. */
const MOST = 250

/** How often others have their turn while it runs: by a clock that somebody else moves that is a sleep of no time. */
const turnsIn = <A, E, R>(wanted: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    let turns = 0
    const clock = yield* Effect.clock
    const counting: Clock.Clock = {
      [Clock.ClockTypeId]: Clock.ClockTypeId,
      currentTimeMillis: clock.currentTimeMillis,
      currentTimeNanos: clock.currentTimeNanos,
      unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis(),
      unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
      sleep: (duration) => {
        if (Duration.toMillis(duration) === 0) turns += 1
        return clock.sleep(duration)
      }
    }
    const answer = yield* Effect.withClock(wanted, counting)
    return { answer, turns }
  })

const played = Effect.gen(function* () {
  yield* Stage.opened()
  yield* Stage.submit(...Array.from({ length: TRADES }, (_, n) => Stage.trade(`t${n}`, "0.1")))
  const repository = yield* TradeRepository
  return (yield* repository.entries({ account: Stage.account, afterSeq: 0, entity: undefined, limit: 100_000 })).length
})

/** How many rows of the feed, entries of journals and heads are read for what is wanted. */
const readsFor = <A, E, R>(wanted: Effect.Effect<A, E, R | TradeRepository>) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const reads = { feed: 0, entries: 0, heads: 0 }
    const counting: TradeRepositoryService = {
      ...repository,
      feed: (after, limit) => Effect.tap(repository.feed(after, limit), (rows) => (reads.feed += rows.length)),
      entries: (query) => Effect.tap(repository.entries(query), (rows) => (reads.entries += rows.length)),
      heads: Effect.tap(repository.heads, (heads) => (reads.heads += heads.size)),
      headsAt: (query) => Effect.tap(repository.headsAt(query), (heads) => (reads.heads += heads.size)),
      snapshot: (within) => within
    }
    yield* Effect.provideService(wanted, TradeRepository, counting)
    return reads
  })

const other = AccountName.make("other")

describe("the books as of a moment", () => {
  it("reads of the store what belongs to the accounts named, however much others commit", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        yield* Commands.pipe(Effect.flatMap(({ setAccount }) => setAccount(other, Account.defaultSettings, "desk")))
        yield* Stage.submit(Stage.trade("t1", "0.1"), Stage.trade("t2", "0.1"))
        const position = (yield* (yield* TradeRepository).feed(0, 1000)).length
        const before = yield* readsFor(AsOf.books({ position }, [Stage.account]))
        const { submit } = yield* Accumulator
        const trades = Array.from({ length: 60 }, (_, n) => Stage.trade(`o${n}`, "0.1"))
        for (const trade of trades) yield* submit(other, trade, SourcePolicy.anyAge)
        yield* Stage.submit(Stage.trade("t3", "0.1"))
        const newest = (yield* (yield* TradeRepository).feed(0, 1000)).length
        expect(newest).toBeGreaterThan(position + 60)
        expect(yield* readsFor(AsOf.books({ position }, [Stage.account]))).toEqual(before)
        const later = yield* readsFor(AsOf.books({ position: newest }, [Stage.account]))
        expect({ ...later, entries: 0 }).toEqual({ ...before, entries: 0 })
        expect(before.feed).toBe(1)
      })
    ))
})

describe("what folds many entries inside of a daemon", () => {
  it("lets others have their turn: the books as of a moment", () =>
    Stage.play(
      Effect.gen(function* () {
        const entries = yield* played
        const [newest] = (yield* (yield* TradeRepository).feed(0, 1000)).slice(-1)
        const { answer, turns } = yield* turnsIn(AsOf.books({ position: newest?.position ?? 0 }, [Stage.account]))
        const rows = yield* Effect.provideService(Reads.all(TradeTable), TradeRepository, answer.repository)
        expect(rows.length).toBe(TRADES)
        // Each trade is a lot as well.
        expect(turns).toBeGreaterThanOrEqual((entries + 2 * TRADES) / MOST)
      })
    ))

  it("lets others have their turn: an audit", () =>
    Stage.play(
      Effect.gen(function* () {
        const entries = yield* played
        const { answer, turns } = yield* turnsIn(Audit.run())
        expect(answer).toMatchObject({ ok: true })
        expect(turns).toBeGreaterThanOrEqual((entries + 2 * TRADES) / MOST)
      })
    ))
})
