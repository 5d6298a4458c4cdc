import { Clock, Duration, Effect } from "effect"
import { describe, expect, it } from "vitest"
import { TradeRepository } from "../../src/ports/TradeRepository.ts"
import * as AsOf from "../../src/services/AsOf.ts"
import * as Audit from "../../src/services/Audit.ts"
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
